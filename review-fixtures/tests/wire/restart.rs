//! What a stop and a start leave as it was.

use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use countersign_review_fixtures::{Settings, Simulator};
use serde_json::json;

use crate::support::{RECIPES, SCOPES, World, answer, pin, send, try_send};

fn kept(path: &std::path::Path) -> Settings {
    Settings { state_file: Some(path.join("simulator.json")), ..Settings::default() }
}

#[tokio::test]
async fn tokens_pins_images_and_ledger_survive() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::with(kept(folder.path())).await;
    let pair = world.connect_as("/sandbox/v5", "halden_kitchen", SCOPES).await;
    let (_, made) = answer(send(world.create(&pair.access, &pin("Tart"))).await).await;
    world.simulator.advance_clock(60);
    let (secret, before) = (world.simulator.app_secret().to_owned(), world.simulator.ledger());
    world.stop().await;

    let world = World::with(Settings { seed: Some(2), ..kept(folder.path()) }).await;
    assert_eq!(world.simulator.app_secret(), secret);
    assert_eq!(world.simulator.ledger().pins[0].pin_id, before.pins[0].pin_id);
    assert_eq!(world.simulator.ledger().requests.len(), before.requests.len());
    let (_, list) = world.read(&pair.access, &format!("/sandbox/v5/boards/{RECIPES}/pins")).await;
    assert_eq!(list["items"][0]["id"], made["id"]);
    let image = send(world.get(&format!("/pin/{}/image", made["id"].as_str().unwrap()))).await;
    assert_eq!(
        (image.status().as_u16(), &image.headers()["content-type"]),
        (200, &"image/png".parse().unwrap())
    );
    assert_eq!(world.refresh("/sandbox/v5", &pair.refresh).await.status(), 200);
    let code = post_clock(&world).await;
    assert_eq!(code, "2026-01-01T00:01:00Z");
    world.stop().await;
}

async fn post_clock(world: &World) -> String {
    let body: serde_json::Value = send(world.get("/_simulator/clock")).await.json().await.unwrap();
    body["now"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_pin_whose_answer_was_lost_is_on_the_disk_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::with(kept(folder.path())).await;
    let token = world.connect().await;
    world.faults(json!([{"operation": "pins/create", "when": "after", "fault": "timeout"}])).await;
    let call = world.create(&token, &pin("Tart")).timeout(Duration::from_millis(1_500));
    assert!(try_send(call).await.unwrap_err().is_timeout());
    // Read without stopping the first: as if its process had been killed.
    let second = Simulator::new(kept(folder.path())).unwrap();
    assert_eq!(second.ledger().pins.len(), 1);
    assert!(!second.ledger().pins[0].answered);
}

#[tokio::test]
async fn the_files_are_for_their_owner_and_hold_no_token() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::with(kept(folder.path())).await;
    let pair = world.connect_as("/sandbox/v5", "halden_kitchen", SCOPES).await;
    send(world.create(&pair.access, &pin("Tart"))).await;
    let path = folder.path().join("simulator.json");
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(!text.contains(&pair.access) && !text.contains(&pair.refresh));
    let image =
        std::fs::read_dir(folder.path().join("simulator-images")).unwrap().next().unwrap().unwrap().path();
    for file in [path, image] {
        assert_eq!(
            std::fs::metadata(&file).unwrap().permissions().mode() & 0o777,
            0o600,
            "{}",
            file.display()
        );
    }
}

#[tokio::test]
async fn a_damaged_state_file_is_named_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("simulator.json");
    std::fs::write(&path, "{").unwrap();
    let error = Simulator::new(kept(folder.path())).err().unwrap().to_string();
    assert!(error.contains("simulator.json") && error.contains("move it away"), "{error}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "{");
}

#[tokio::test]
async fn stopping_does_not_wait_for_silent_answers() {
    let world = World::start().await;
    world.faults(json!([{"operation": "boards/list", "fault": "timeout"}])).await;
    let call = world.get("/sandbox/v5/boards");
    let waiting = tokio::spawn(async move { try_send(call).await.is_err() });
    while world.simulator.ledger().requests.is_empty() {
        tokio::task::yield_now().await;
    }
    tokio::time::timeout(Duration::from_secs(10), world.stop()).await.expect("it stops");
    assert!(waiting.await.unwrap());
}
