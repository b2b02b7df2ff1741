//! Boards and their sections.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{RECIPES, SCOPES, World, answer, assert_refused, send};

fn names(body: &Value) -> Vec<&str> {
    body["items"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap()).collect()
}

async fn create(world: &World, token: &str, body: Value) -> (u16, Value) {
    answer(send(world.post("/sandbox/v5/boards").bearer_auth(token).json(&body)).await).await
}

#[tokio::test]
async fn a_connection_sees_three_boards_and_no_secret_one() {
    let world = World::start().await;
    let token = world.connect().await;
    let (status, body) = world.read(&token, "/sandbox/v5/boards").await;
    assert_eq!((status, names(&body)), (200, vec!["Recipes", "Winter table", "Small rooms"]));
    assert_eq!(body["bookmark"], Value::Null);
    let created_at = body["items"][0]["created_at"].as_str().unwrap();
    assert_eq!((created_at.len(), created_at.ends_with('Z')), ("2026-01-01T00:00:00".len(), false));
    let (_, body) = world.read(&token, "/sandbox/v5/boards?privacy=SECRET").await;
    assert_eq!(names(&body).len(), 0);
}

#[tokio::test]
async fn the_secret_board_takes_its_scope() {
    let world = World::start().await;
    let scopes = format!("{SCOPES},boards:read_secret");
    let token = world.connect_as("/sandbox/v5", "halden_kitchen", &scopes).await.access;
    let (_, body) = world.read(&token, "/sandbox/v5/boards?privacy=SECRET").await;
    assert_eq!(names(&body), ["Ideas for next year"]);
    let path = format!("/sandbox/v5/boards/{}", body["items"][0]["id"].as_str().unwrap());
    assert_eq!(world.read(&token, &path).await.0, 200);
    let minimal = world.connect().await;
    assert_refused(world.get(&path).bearer_auth(minimal), 403, 29, "not permitted").await;
}

#[tokio::test]
async fn an_empty_sandbox_has_none_until_one_is_created() {
    let settings = countersign_review_fixtures::Settings { empty: true, ..Default::default() };
    let world = World::with(settings).await;
    let token = world.connect().await;
    assert_eq!(world.read(&token, "/sandbox/v5/boards").await.1, json!({"items": [], "bookmark": null}));
    let (status, board) = create(&world, &token, json!({"name": "Soups"})).await;
    assert_eq!((status, board["privacy"].as_str()), (201, Some("PUBLIC")));
    let id = board["id"].as_str().unwrap();
    assert!((18..=19).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_digit()));
    assert_eq!(names(&world.read(&token, "/sandbox/v5/boards").await.1), ["Soups"]);
    let production = world.connect_as("/v5", "halden_kitchen", SCOPES).await.access;
    assert_eq!(names(&world.read(&production, "/v5/boards").await.1).len(), 0, "production is apart");
}

#[tokio::test]
async fn pages_follow_each_other_without_gaps() {
    let world = World::start().await;
    let token = world.connect().await;
    for n in 0..7 {
        assert_eq!(create(&world, &token, json!({"name": format!("Board {n}")})).await.0, 201);
    }
    let (mut seen, mut bookmark) = (Vec::new(), String::new());
    loop {
        let path = format!("/sandbox/v5/boards?page_size=4&bookmark={bookmark}");
        let (_, body) = world.read(&token, &path).await;
        seen.extend(names(&body).into_iter().map(str::to_owned));
        match body["bookmark"].as_str() {
            Some(next) => bookmark = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(seen.len(), 10);
    seen.dedup();
    assert_eq!(seen.len(), 10);
}

#[tokio::test]
async fn bad_paging_is_refused() {
    let world = World::start().await;
    let token = world.connect().await;
    let bad = [
        ("page_size=0", "between 1 and 250"),
        ("page_size=251", "between 1 and 250"),
        ("page_size=3e", "was not numeric (was 3e)"),
        ("bookmark=nonsense", "bookmark"),
        ("privacy=HIDDEN", "privacy"),
    ];
    for (query, message) in bad {
        let call = world.get(&format!("/sandbox/v5/boards?{query}")).bearer_auth(&token);
        assert_refused(call, 400, 1, message).await;
    }
}

#[tokio::test]
async fn a_taken_or_empty_name_is_refused() {
    let world = World::start().await;
    let token = world.connect().await;
    let call = |body: Value| world.post("/sandbox/v5/boards").bearer_auth(&token).json(&body);
    assert_refused(call(json!({"name": "recipes"})), 400, 400, "invalid or duplicated").await;
    assert_refused(call(json!({})), 400, 1, "'name' is a required property").await;
    assert_refused(call(json!({"name": 5})), 400, 1, "not of type 'string'").await;
    assert_refused(call(json!({"name": "Mine", "privacy": "SECRET"})), 403, 29, "not permitted").await;
}

#[tokio::test]
async fn a_board_is_renamed_and_deleted() {
    let world = World::start().await;
    let token = world.connect().await;
    let path = format!("/sandbox/v5/boards/{RECIPES}");
    let rename = world.call(Method::PATCH, &path).bearer_auth(&token).json(&json!({"name": "Old recipes"}));
    let (status, body) = answer(send(rename).await).await;
    assert_eq!((status, body["name"].as_str()), (200, Some("Old recipes")));
    assert_eq!(send(world.call(Method::DELETE, &path).bearer_auth(&token)).await.status(), 204);
    assert_refused(world.get(&path).bearer_auth(&token), 404, 40, "Board not found.").await;
}

#[tokio::test]
async fn sections_are_listed_and_created() {
    let world = World::start().await;
    let token = world.connect().await;
    let path = format!("/sandbox/v5/boards/{RECIPES}/sections");
    let (_, body) = world.read(&token, &path).await;
    assert_eq!(names(&body), ["Bakes", "Soups"]);
    let call = |body: Value| world.post(&path).bearer_auth(&token).json(&body);
    assert_eq!(send(call(json!({"name": "Salads"}))).await.status(), 201);
    assert_eq!(names(&world.read(&token, &path).await.1), ["Bakes", "Soups", "Salads"]);
    assert_refused(call(json!({"name": ""})), 400, 1, "minLength=1").await;
    assert_refused(call(json!({"name": "x".repeat(181)})), 400, 1, "maxLength=180").await;
    assert_refused(call(json!({"name": "Soups"})), 409, 409, "conflict").await;
}

#[tokio::test]
async fn somebody_elses_board_is_refused() {
    let world = World::start().await;
    let token = world.connect_as("/sandbox/v5", "halden_home", SCOPES).await.access;
    let call = world.get(&format!("/sandbox/v5/boards/{RECIPES}")).bearer_auth(&token);
    assert_refused(call, 403, 29, "not permitted").await;
    let call = world.get("/sandbox/v5/boards/halden_kitchen").bearer_auth(&token);
    assert_refused(call, 400, 1, "'halden_kitchen' does not match").await;
}

#[tokio::test]
async fn unknown_routes_and_methods_are_refused() {
    let world = World::start().await;
    let token = world.connect().await;
    assert_refused(world.get("/sandbox/v5/pins/1/analytics").bearer_auth(&token), 404, 404, "not found")
        .await;
    assert_refused(world.call(Method::PUT, "/sandbox/v5/boards").bearer_auth(&token), 405, 5, "Method").await;
}
