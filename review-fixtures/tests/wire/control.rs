//! The endpoints behind the API, and the dialects.

use countersign_review_fixtures::{Environment, NewPin, Settings, sample_images};
use serde_json::{Value, json};

use crate::support::{RECIPES, World, answer, assert_refused, pin, send};

async fn post(world: &World, path: &str, body: Value) -> (u16, Value) {
    answer(send(world.post(path).json(&body)).await).await
}

#[tokio::test]
async fn the_ledger_tells_of_every_request_without_its_secrets() {
    let world = World::start().await;
    let token = world.connect().await;
    send(world.create(&token, &pin("Tart"))).await;
    let ledger: Value = send(world.get("/_simulator/ledger")).await.json().await.unwrap();
    let row = &ledger["pins"][0];
    for name in ["pin_id", "environment", "account", "board_id", "title", "description", "alt_text", "link"] {
        assert!(row[name].is_string(), "{name} in {row}");
    }
    assert_eq!((&row["environment"], &row["board_section_id"]), (&json!("sandbox"), &Value::Null));
    assert_eq!((&row["at"], &row["answered"]), (&json!("2026-01-01T00:00:00Z"), &json!(true)));
    let line = |row: &Value| (row["method"].clone(), row["path"].clone(), row["status"].clone());
    let lines: Vec<_> = ledger["requests"].as_array().unwrap().iter().map(line).collect();
    assert_eq!(lines[0], (json!("GET"), json!("/oauth/"), json!(200)));
    assert_eq!(lines[1], (json!("POST"), json!("/oauth/"), json!(303)));
    assert_eq!(lines[2], (json!("POST"), json!("/sandbox/v5/oauth/token"), json!(200)));
    assert_eq!(lines[3], (json!("POST"), json!("/sandbox/v5/pins"), json!(201)));
    assert!(!ledger.to_string().contains(&token) && !ledger.to_string().contains("con.xyz"));
}

#[tokio::test]
async fn a_twin_by_somebody_else_is_listed_and_not_in_our_ledger() {
    let world = World::start().await;
    let token = world.connect().await;
    let (_, made) = answer(send(world.create(&token, &pin("Tart"))).await).await;
    let (status, twin) = post(&world, "/_simulator/pins", json!({"copy_of": made["id"]})).await;
    assert_eq!(status, 201);
    let body = json!({"board_id": RECIPES, "title": "Another", "account": "halden_home", "seconds_ago": 90});
    assert_eq!(post(&world, "/_simulator/pins", body).await.0, 201);
    let (_, list) = world.read(&token, &format!("/sandbox/v5/boards/{RECIPES}/pins")).await;
    let items = list["items"].as_array().unwrap();
    assert_eq!(items.len(), 3);
    assert_eq!((&items[0]["title"], &items[0]["is_owner"]), (&json!("Another"), &json!(false)));
    assert_eq!(items[0]["created_at"], "2025-12-31T23:58:30");
    assert_eq!((&items[1]["id"], &items[1]["title"]), (&twin["pin_id"], &json!("Tart")));
    let ledger = world.simulator.ledger();
    assert_eq!((ledger.pins.len(), ledger.others.len()), (1, 2));
    let wrong = NewPin { board_id: Some("1".to_owned()), ..NewPin::default() };
    assert!(world.simulator.add_pin(wrong).is_err());
}

#[tokio::test]
async fn a_reset_is_a_fresh_start_with_the_same_app() {
    let world = World::start().await;
    let token = world.connect().await;
    send(world.create(&token, &pin("Tart"))).await;
    world.simulator.advance_clock(60);
    let secret = world.simulator.app_secret().to_owned();
    assert_eq!(post(&world, "/_simulator/reset", json!({})).await.0, 200);
    assert_eq!(world.simulator.ledger().pins.len() + world.simulator.ledger().requests.len(), 0);
    assert_eq!(world.read(&token, "/sandbox/v5/boards").await.0, 401);
    assert_eq!(world.simulator.app_secret(), secret);
    assert_eq!(world.simulator.boards(Environment::Sandbox).len(), 5);
    assert_eq!(world.read(&world.connect().await, "/sandbox/v5/boards").await.0, 200);
}

#[tokio::test]
async fn the_clock_is_moved_from_outside() {
    let world = World::start().await;
    let (_, body) = post(&world, "/_simulator/clock", json!({"advance_s": 3_600})).await;
    assert_eq!(body["now"], "2026-01-01T01:00:00Z");
    let token = world.connect().await;
    let (_, made) = answer(send(world.create(&token, &pin("Tart"))).await).await;
    assert_eq!(made["created_at"], "2026-01-01T01:00:00");
}

#[tokio::test]
async fn answers_may_be_worded_by_the_letter_of_the_document() {
    let world = World::start().await;
    let token = world.connect().await;
    let dialect = json!({"has_zone": true, "creates_with_200": true, "omits_last_bookmark": true,
        "board_missing_is_404": true, "has_failure_key": true, "separates_by_comma": true});
    assert_eq!(post(&world, "/_simulator/dialect", dialect).await.0, 200);
    let (status, made) = answer(send(world.create(&token, &pin("Tart"))).await).await;
    assert_eq!((status, made["created_at"].as_str()), (200, Some("2026-01-01T00:00:00Z")));
    assert!(world.read(&token, "/sandbox/v5/boards").await.1.get("bookmark").is_none());
    let (_, error) = world.read(&token, "/sandbox/v5/boards/1").await;
    assert_eq!(error, json!({"code": 404, "message": "Board not found.", "status": "failure"}));
    let code = world.code().await;
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", crate::support::REDIRECT),
    ];
    let (_, body) = answer(world.token("/v5", &form).await).await;
    assert!(body["scope"].as_str().unwrap().contains("boards:read,boards:write"));
    assert_eq!(post(&world, "/_simulator/dialect", json!({})).await.0, 200);
    assert_refused(world.get("/sandbox/v5/boards/1").bearer_auth(&token), 404, 40, "Board not found.").await;
}

#[tokio::test]
async fn the_announcement_has_what_a_client_needs() {
    let world = World::start().await;
    let text = world.simulator.announcement("127.0.0.1:7070".parse().unwrap());
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines[0], format!("app id: {}", world.simulator.app_id()));
    assert_eq!(lines[1], format!("app secret: {}", world.simulator.app_secret()));
    assert_eq!(lines[2], "oauth: http://127.0.0.1:7070/oauth/");
    assert_eq!(lines[3], "api: http://127.0.0.1:7070/v5");
    assert_eq!(lines[4], "sandbox api: http://127.0.0.1:7070/sandbox/v5");
    assert_eq!(sample_images().len(), 5);
}

#[tokio::test]
async fn the_pages_open() {
    let world = World::start().await;
    for (path, status) in
        [("/", 200), ("/_simulator/style.css", 200), ("/_simulator/boards", 200), ("/pin/1/", 404)]
    {
        assert_eq!(send(world.get(path)).await.status(), status, "{path}");
    }
}

#[test]
fn settings_do_not_show_the_secret() {
    let settings = Settings { app_secret: Some("hush".to_owned()), ..Settings::default() };
    assert!(!format!("{settings:?}").contains("hush"));
}
