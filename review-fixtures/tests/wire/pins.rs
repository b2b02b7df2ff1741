//! Pins: what is taken, what is refused and in which order, what is shown.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use countersign_review_fixtures::sample_images;
use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::{RECIPES, SCOPES, WINTER, World, answer, assert_refused, pin, png, send};

fn with(mut body: Value, name: &str, value: Value) -> Value {
    body[name] = value;
    body
}

fn image(content_type: &str, bytes: &[u8]) -> Value {
    json!({"source_type": "image_base64", "content_type": content_type, "data": STANDARD.encode(bytes)})
}

#[tokio::test]
async fn a_created_pin_is_shown_listed_and_in_the_ledger() {
    let world = World::start().await;
    let token = world.connect().await;
    let (_, sections) = world.read(&token, &format!("/sandbox/v5/boards/{RECIPES}/sections")).await;
    let sample = &sample_images()[0];
    let body = with(pin("Lemon tart"), "media_source", image(sample.content_type, sample.bytes));
    let body = with(body, "board_section_id", sections["items"][0]["id"].clone());
    let (status, made) = answer(send(world.create(&token, &body)).await).await;
    assert_eq!(status, 201, "{made}");
    let id = made["id"].as_str().unwrap();
    assert_eq!((made["title"].as_str(), made["is_owner"].as_bool()), (Some("Lemon tart"), Some(true)));
    assert_eq!(made["created_at"], "2026-01-01T00:00:00");
    assert_eq!(made["media"]["images"]["originals"]["height"], 1500);
    assert_eq!(world.read(&token, &format!("/sandbox/v5/pins/{id}")).await, (200, made.clone()));
    for list in [format!("boards/{RECIPES}/pins"), "pins".to_owned()] {
        assert_eq!(world.read(&token, &format!("/sandbox/v5/{list}")).await.1["items"][0], made);
    }
    let ledger = world.simulator.ledger();
    let entry = &ledger.pins[0];
    assert_eq!(entry.image_sha256.as_deref(), Some(&*hex::encode(Sha256::digest(sample.bytes))));
    assert_eq!((entry.pin_id.as_str(), entry.account.as_str(), entry.answered), (id, "halden_kitchen", true));

    let page = send(world.get(&format!("/pin/{id}/"))).await.text().await.unwrap();
    assert!(page.contains("REHEARSAL") && page.contains("Lemon tart") && page.contains("sandbox"));
    let shown = send(world.get(&format!("/pin/{id}/image"))).await.bytes().await.unwrap();
    assert_eq!(&shown[..], sample.bytes);
}

#[tokio::test]
async fn a_trial_app_makes_and_deletes_no_pin_in_production() {
    let world = World::start().await;
    let token = world.connect_as("/v5", "halden_kitchen", SCOPES).await.access;
    let text = "Apps with Trial access may not create Pins in production https://api.pinterest.com - use API \
                Sandbox https://api-sandbox.pinterest.com instead.";
    let call = world.post("/v5/pins").bearer_auth(&token).json(&json!({"board_id": "482100317265540101"}));
    assert_refused(call, 403, 29, text).await;
    assert_refused(world.call(Method::DELETE, "/v5/pins/1").bearer_auth(&token), 403, 29, text).await;
    let board = world.post("/v5/boards").bearer_auth(&token).json(&json!({"name": "Public at once"}));
    assert_eq!(send(board).await.status(), 201, "boards are not gated");
    world.simulator.set_tier(countersign_review_fixtures::Tier::Standard);
    let body = with(pin("Tart"), "board_id", json!("482100317265540101"));
    assert_eq!(send(world.post("/v5/pins").bearer_auth(&token).json(&body)).await.status(), 201);
}

#[tokio::test]
async fn every_field_is_checked() {
    let world = World::start().await;
    let token = world.connect().await;
    let long = |length: usize| json!("é".repeat(length));
    let bad = [
        ("board_id", json!("recipes"), "'recipes' does not match '^\\\\d+$'"),
        ("board_id", Value::Null, "'board_id' is a required property"),
        ("board_id", json!(5), "not of type 'string'"),
        ("title", long(101), "maxLength=100"),
        ("description", long(801), "maxLength=800"),
        ("alt_text", long(501), "maxLength=500"),
        ("link", long(2049), "maxLength=2048"),
        ("media_source", Value::Null, "'media_source' is a required property"),
        ("media_source", json!({"source_type": "image_base64", "data": "AAAA"}), "'content_type'"),
        ("media_source", json!({"source_type": "film"}), "'film'"),
        (
            "media_source",
            json!({"source_type": "image_base64", "content_type": "image/webp", "data": "AA"}),
            "image/webp",
        ),
        (
            "media_source",
            json!({"source_type": "image_base64", "content_type": "image/png", "data": "data:x"}),
            "'data'",
        ),
    ];
    for (name, value, message) in bad {
        let call = world.create(&token, &with(pin("Tart"), name, value));
        assert_refused(call, 400, 1, message).await;
    }
    let at_the_limit = with(with(pin("Tart"), "title", long(100)), "description", long(800));
    assert_eq!(send(world.create(&token, &at_the_limit)).await.status(), 201, "limits count characters");
    assert_eq!(world.simulator.ledger().pins.len(), 1);
}

#[tokio::test]
async fn board_then_section_then_image_then_link_are_checked() {
    let world = World::start().await;
    let token = world.connect().await;
    let broken = image("image/png", b"not an image");
    let mut body = with(pin("Tart"), "media_source", broken);
    body["board_id"] = json!("999");
    body["board_section_id"] = json!("999");
    body["link"] = json!("not a link");
    assert_refused(world.create(&token, &body), 404, 40, "Board not found.").await;
    body["board_id"] = json!("482190317265540205");
    assert_refused(world.create(&token, &body), 403, 29, "not permitted").await;
    body["board_id"] = json!(RECIPES);
    assert_refused(world.create(&token, &body), 404, 2031, "couldn't find this board section").await;
    body["board_section_id"] = Value::Null;
    assert_refused(world.create(&token, &body), 403, 235, "this image is broken").await;
    body["media_source"] = image("image/png", &png(99, 300));
    assert_refused(world.create(&token, &body), 403, 233, "too small").await;
    body["media_source"] = image("image/jpeg", &png(200, 300));
    assert_refused(world.create(&token, &body), 403, 235, "broken").await;
    let whole = png(200, 300);
    body["media_source"] = image("image/png", &whole[..whole.len() / 2]);
    assert_refused(world.create(&token, &body), 403, 235, "broken").await;
    body["media_source"] = json!({"source_type": "image_url", "url": "https://halden.example/tart.jpg"});
    assert_refused(world.create(&token, &body), 400, 1, "Sorry we could not fetch the image.").await;
    body["media_source"] = image("image/png", &whole);
    assert_refused(world.create(&token, &body), 400, 1, "Whoops!").await;
    for (link, status, code, message) in [
        ("https://nopin.example/a", 400, 1, "doesn't allow you to save Pins"),
        ("https://spam.example/a", 429, 9, "may lead to spam"),
        ("https://busy.example/a", 429, 9, "block (Pins) we have in place"),
    ] {
        body["link"] = json!(link);
        assert_refused(world.create(&token, &body), status, code, message).await;
    }
    assert_eq!(world.simulator.ledger().pins.len(), 0);
}

#[tokio::test]
async fn the_same_call_twice_makes_two_pins() {
    let world = World::start().await;
    let token = world.connect().await;
    for _ in 0..2 {
        assert_eq!(send(world.create(&token, &pin("Tart"))).await.status(), 201);
    }
    assert_eq!(world.simulator.ledger().pins.len(), 2);
}

#[tokio::test]
async fn a_board_lists_its_own_pins_newest_first_and_by_pages() {
    let world = World::start().await;
    let token = world.connect().await;
    for n in 0..5 {
        send(world.create(&token, &pin(&format!("Pin {n}")))).await;
    }
    send(world.create(&token, &with(pin("Elsewhere"), "board_id", json!(WINTER)))).await;
    let path = format!("/sandbox/v5/boards/{RECIPES}/pins?page_size=3");
    let (_, first) = world.read(&token, &path).await;
    send(world.create(&token, &pin("Between"))).await;
    let (_, second) =
        world.read(&token, &format!("{path}&bookmark={}", first["bookmark"].as_str().unwrap())).await;
    let titles = first["items"].as_array().unwrap().iter().chain(second["items"].as_array().unwrap());
    let titles: Vec<_> = titles.map(|item| item["title"].as_str().unwrap()).collect();
    assert_eq!(titles, ["Pin 4", "Pin 3", "Pin 2", "Pin 1", "Pin 0"]);
    let other = format!("/sandbox/v5/boards/{WINTER}/pins?bookmark={}", first["bookmark"].as_str().unwrap());
    assert_refused(world.get(&other).bearer_auth(&token), 400, 1, "bookmark").await;
    assert_refused(world.get("/sandbox/v5/boards/999/pins").bearer_auth(&token), 404, 40, "Board").await;
}

#[tokio::test]
async fn a_deleted_pin_is_gone_and_stays_in_the_ledger() {
    let world = World::start().await;
    let token = world.connect().await;
    let (_, made) = answer(send(world.create(&token, &pin("Tart"))).await).await;
    let path = format!("/sandbox/v5/pins/{}", made["id"].as_str().unwrap());
    let stranger = world.connect_as("/sandbox/v5", "halden_home", SCOPES).await.access;
    assert_refused(world.get(&path).bearer_auth(&stranger), 403, 29, "not permitted").await;
    assert_refused(world.call(Method::DELETE, &path).bearer_auth(&stranger), 403, 403, "Not authorized")
        .await;
    let delete = || world.call(Method::DELETE, &path).bearer_auth(&token);
    let answer = send(delete()).await;
    assert_eq!((answer.status().as_u16(), answer.bytes().await.unwrap().len()), (204, 0));
    assert_refused(delete(), 404, 404, "Pin not found.").await;
    assert_refused(world.get(&path).bearer_auth(&token), 404, 50, "Pin not found.").await;
    assert!(world.simulator.ledger().pins[0].deleted_at.is_some());
}

#[tokio::test]
async fn editing_is_a_feature_that_apps_do_not_have() {
    let world = World::start().await;
    let token = world.connect().await;
    let call =
        world.call(Method::PATCH, "/sandbox/v5/pins/1").bearer_auth(&token).json(&json!({"title": "x"}));
    assert_refused(call, 401, 3, "restricted feature: pin_edit").await;
}
