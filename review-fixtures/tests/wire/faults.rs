//! Faults: what the client sees, and what really happened.

use std::time::Duration;

use countersign_review_fixtures::{Fault, Kind, When};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::{RECIPES, World, answer, pin, send, try_send};

/// Long enough for a busy machine to have acted on a call, short enough to wait for in a test.
const PATIENCE: Duration = Duration::from_millis(1_500);

/// A create call with a client's usual patience, shortened.
async fn create_impatiently(world: &World, token: &str) -> reqwest::Result<(u16, Value)> {
    let answer = try_send(world.create(token, &pin("Tart")).timeout(PATIENCE)).await?;
    let status = answer.status().as_u16();
    Ok((status, answer.json().await?))
}

async fn create(world: &World, token: &str) -> reqwest::Result<(u16, Value)> {
    let answer = try_send(world.create(token, &pin("Tart"))).await?;
    let status = answer.status().as_u16();
    Ok((status, answer.json().await?))
}

fn is_reset(error: &reqwest::Error) -> bool {
    let mut source: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = source {
        if error.downcast_ref::<std::io::Error>().map(std::io::Error::kind)
            == Some(std::io::ErrorKind::ConnectionReset)
        {
            return true;
        }
        source = error.source();
    }
    false
}

#[tokio::test]
async fn before_nothing_is_done_and_after_it_is_whatever_the_fault() {
    for kind in ["timeout", "reset", "status", "cut_body", "html"] {
        for (when, made) in [("before", 0), ("after", 1)] {
            let world = World::start().await;
            let token = world.connect().await;
            world.faults(json!([{"operation": "pins/create", "when": when, "fault": kind}])).await;
            let seen = create_impatiently(&world, &token).await;
            if let Ok((status, _)) = &seen {
                assert_eq!(*status, 500, "{kind} {when}");
            }
            let ledger = world.simulator.ledger();
            assert_eq!(ledger.pins.len(), made, "{kind} {when}");
            assert!(ledger.pins.iter().all(|pin| !pin.answered), "{kind} {when}");
            let request = ledger.requests.iter().rfind(|request| request.path.ends_with("/pins")).unwrap();
            let status = (made == 1).then_some(201);
            assert_eq!((request.status, request.answered), (status, false), "{kind} {when}");
            assert_eq!(create(&world, &token).await.unwrap().0, 201, "{kind} {when}: it meets one call");
            assert!(world.simulator.ledger().pins.last().unwrap().answered);
        }
    }
}

#[tokio::test]
async fn a_timeout_is_silence() {
    let world = World::start().await;
    let token = world.connect().await;
    world.faults(json!([{"operation": "pins/create", "when": "after", "fault": "timeout"}])).await;
    assert!(create_impatiently(&world, &token).await.unwrap_err().is_timeout());
}

#[tokio::test]
async fn a_timeout_with_a_delay_ends_in_a_closed_connection() {
    let world = World::start().await;
    let token = world.connect().await;
    let fault = Fault::new("pins/create", When::After, Kind::Timeout).delay_ms(50);
    world.simulator.set_faults(vec![fault]).unwrap();
    let error = create(&world, &token).await.unwrap_err();
    assert!(!error.is_timeout() && !is_reset(&error), "{error:?}");
}

#[tokio::test]
async fn a_reset_is_one_on_the_wire() {
    let world = World::start().await;
    world.faults(json!([{"operation": "boards/list", "fault": "reset"}])).await;
    let address = world.base.trim_start_matches("http://").to_owned();
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    stream.write_all(b"GET /sandbox/v5/boards HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let error = stream.read(&mut [0; 64]).await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
    let token = world.connect().await;
    world.faults(json!([{"operation": "pins/create", "when": "after", "fault": "reset"}])).await;
    assert!(is_reset(&create(&world, &token).await.unwrap_err()));
}

#[tokio::test]
async fn a_cut_body_has_less_than_it_promises() {
    let world = World::start().await;
    let token = world.connect().await;
    world.faults(json!([{"operation": "pins/create", "when": "after", "fault": "cut_body"}])).await;
    let mut answer = send(world.create(&token, &pin("Tart"))).await;
    assert_eq!(answer.status(), 201);
    let promised = answer.content_length().unwrap();
    let mut got = 0;
    let error = loop {
        match answer.chunk().await {
            Ok(Some(chunk)) => got += chunk.len() as u64,
            Ok(None) => panic!("the body was whole"),
            Err(error) => break error,
        }
    };
    assert!(got > 0 && got < promised, "{got} of {promised}: {error}");
}

#[tokio::test]
async fn another_status_is_worded_as_told() {
    let world = World::start().await;
    let token = world.connect().await;
    let fault = json!([{"operation": "boards/list", "fault": "status", "status": 429, "code": 8, "message": "Slow down",
        "headers": {"Retry-After": "7", "X-RateLimit-Reset": "9"}, "times": 2}]);
    world.faults(fault).await;
    for _ in 0..2 {
        let refused = send(world.get("/sandbox/v5/boards").bearer_auth(&token)).await;
        assert_eq!(
            (refused.status().as_u16(), &refused.headers()["retry-after"]),
            (429, &"7".parse().unwrap())
        );
        assert_eq!(refused.headers()["x-ratelimit-reset"], "9");
        assert_eq!(answer(refused).await.1, json!({"code": 8, "message": "Slow down"}));
    }
    assert_eq!(world.read(&token, "/sandbox/v5/boards").await.0, 200);
}

#[tokio::test]
async fn a_web_page_comes_in_place_of_json() {
    let world = World::start().await;
    let token = world.connect().await;
    world.faults(json!([{"operation": "*", "fault": "html", "status": 503, "times": 0}])).await;
    for _ in 0..3 {
        let page = send(world.get("/sandbox/v5/boards").bearer_auth(&token)).await;
        assert_eq!(
            (page.status().as_u16(), &page.headers()["content-type"]),
            (503, &"text/html; charset=utf-8".parse().unwrap())
        );
        assert!(page.text().await.unwrap().contains("<h1>"));
    }
    world.faults(json!([])).await;
    assert_eq!(world.read(&token, "/sandbox/v5/boards").await.0, 200);
}

#[tokio::test]
async fn a_slow_answer_arrives_in_the_end_unless_the_client_leaves() {
    let world = World::start().await;
    let token = world.connect().await;
    let slow =
        |delay| json!([{"operation": "pins/create", "when": "after", "fault": "slow", "delay_ms": delay}]);
    world.faults(slow(100)).await;
    let (status, body) = create(&world, &token).await.unwrap();
    assert_eq!((status, body["title"].as_str()), (201, Some("Tart")));
    assert!(world.simulator.ledger().pins[0].answered);
    world.faults(slow(60_000)).await;
    assert!(create_impatiently(&world, &token).await.unwrap_err().is_timeout());
    assert!(!world.simulator.ledger().pins[1].answered);
}

#[tokio::test]
async fn a_late_call_is_acted_on_after_the_client_has_left() {
    let world = World::start().await;
    let token = world.connect().await;
    world
        .faults(json!([{"operation": "pins/create", "when": "before", "fault": "slow", "delay_ms": 2500}]))
        .await;
    assert!(create_impatiently(&world, &token).await.unwrap_err().is_timeout());
    assert_eq!(world.simulator.ledger().pins.len(), 0);
    let wait = async {
        while world.simulator.ledger().pins.is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), wait).await.expect("the Pin is made late");
}

#[tokio::test]
async fn a_refused_call_uses_up_no_fault_on_its_answer() {
    let world = World::start().await;
    let token = world.connect().await;
    world.faults(json!([{"operation": "pins/create", "when": "after", "fault": "status"}])).await;
    assert_eq!(send(world.create("pina_wrong", &pin("Tart"))).await.status(), 401);
    assert_eq!(create(&world, &token).await.unwrap().0, 500);
}

async fn listed(world: &World, token: &str) -> Vec<Value> {
    let (_, body) = world.read(token, &format!("/sandbox/v5/boards/{RECIPES}/pins")).await;
    body["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_hidden_pin_is_listed_late() {
    let world = World::start().await;
    let token = world.connect().await;
    world
        .faults(json!([
            {"operation": "pins/create", "when": "after", "fault": "timeout"},
            {"operation": "pins/create", "fault": "hide", "delay_ms": 60_000},
        ]))
        .await;
    assert!(create_impatiently(&world, &token).await.unwrap_err().is_timeout());
    assert_eq!(listed(&world, &token).await.len(), 0);
    world.simulator.advance_clock(59);
    assert_eq!(listed(&world, &token).await.len(), 0);
    world.simulator.advance_clock(1);
    assert_eq!(listed(&world, &token).await.len(), 1);
    world.faults(json!([{"operation": "pins/create", "fault": "hide", "times": 2}])).await;
    let (_, made) = create(&world, &token).await.unwrap();
    assert_eq!(
        world.read(&token, &format!("/sandbox/v5/pins/{}", made["id"].as_str().unwrap())).await.0,
        200
    );
    for wanted in [1, 1, 2, 2] {
        assert_eq!(listed(&world, &token).await.len(), wanted);
    }
}

#[tokio::test]
async fn an_altered_pin_shows_another_title_than_was_sent() {
    let world = World::start().await;
    let token = world.connect().await;
    world.faults(json!([{"operation": "pins/create", "fault": "alter", "message": "Tart!"}])).await;
    let (_, made) = create(&world, &token).await.unwrap();
    assert_eq!(listed(&world, &token).await[0]["title"], "Tart!");
    assert_eq!(world.simulator.ledger().pins[0].title.as_deref(), Some("Tart"));
    assert_eq!(world.simulator.ledger().pins[0].pin_id, made["id"].as_str().unwrap());
}

#[tokio::test]
async fn a_duplicate_is_two_pins_from_one_call() {
    let world = World::start().await;
    let token = world.connect().await;
    world.faults(json!([{"operation": "pins/create", "fault": "duplicate"}])).await;
    assert_eq!(create(&world, &token).await.unwrap().0, 201);
    assert_eq!(listed(&world, &token).await.len(), 2);
    assert_eq!(world.simulator.ledger().pins.len(), 2);
}

#[tokio::test]
async fn a_lost_refresh_has_rotated_all_the_same() {
    let world = World::start().await;
    let pair = world.connect_as("/sandbox/v5", "halden_kitchen", crate::support::SCOPES).await;
    world
        .faults(json!([{"operation": "oauth/token", "when": "after", "fault": "status", "status": 503}]))
        .await;
    assert_eq!(world.refresh("/sandbox/v5", &pair.refresh).await.status(), 503);
    assert_eq!(world.refresh("/sandbox/v5", &pair.refresh).await.status(), 401);
}

#[tokio::test]
async fn nonsense_is_refused_and_changes_nothing() {
    let world = World::start().await;
    let good = Fault::new("pins/get", When::After, Kind::Reset);
    world.simulator.set_faults(vec![good]).unwrap();
    for bad in [
        json!([{"operation": "pins/make", "fault": "reset"}]),
        json!([{"operation": "pins/create", "fault": "status", "status": 99}]),
        json!([{"operation": "boards/list", "fault": "hide"}]),
        json!([{"operation": "pins/create", "fault": "explode"}]),
        json!([{"operation": "pins/create", "fault": "reset", "tmies": 3}]),
    ] {
        assert_eq!(send(world.post("/_simulator/faults").json(&bad)).await.status(), 400, "{bad}");
    }
    assert_eq!(world.simulator.faults().len(), 1);
}
