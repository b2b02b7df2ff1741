//! Answers that are broken off, swollen, packed or worded as told: what is on the wire.

use countersign_review_fixtures::Dialect;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::{RECIPES, World, answer, pin, send, try_send};

/// What a client gets of `GET /boards` while that has this fault, byte for byte, and how it ends.
async fn raw(world: &World, fault: Value) -> (Vec<u8>, Option<std::io::ErrorKind>) {
    let token = world.connect().await;
    let mut fault = fault;
    fault["operation"] = "boards/list".into();
    fault["when"] = "after".into();
    world.faults(json!([fault])).await;
    let address = world.base.trim_start_matches("http://").to_owned();
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let request = format!(
        "GET /sandbox/v5/boards HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut got = Vec::new();
    let ended = loop {
        match stream.read_buf(&mut got).await {
            Ok(0) => break None,
            Ok(_) => {}
            Err(error) => break Some(error.kind()),
        }
    };
    (got, ended)
}

#[tokio::test]
async fn a_reset_comes_where_it_is_told_to() {
    let world = World::start().await;
    let reset = Some(std::io::ErrorKind::ConnectionReset);
    let (nothing, ended) = raw(&world, json!({"fault": "reset"})).await;
    assert_eq!((nothing.len(), ended), (0, reset));
    let (head, ended) = raw(&world, json!({"fault": "reset", "at": "head"})).await;
    assert!(
        head.starts_with(b"HTTP/1.1 200 OK\r\n") && head.len() == 20,
        "{}",
        String::from_utf8_lossy(&head)
    );
    assert_eq!(ended, reset);
    let (body, ended) = raw(&world, json!({"fault": "reset", "at": "body"})).await;
    let end = body.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap() + 4;
    assert_eq!((body.len() - end, ended), (20, reset));
}

#[tokio::test]
async fn an_answer_comes_a_byte_at_a_time() {
    let world = World::start().await;
    let (got, ended) = raw(&world, json!({"fault": "slow", "drop_bytes": 1, "delay_ms": 1})).await;
    let text = String::from_utf8(got).unwrap();
    assert!(ended.is_none() && text.contains("\"items\""), "{text}");
}

#[tokio::test]
async fn headers_come_twice_or_not_at_all() {
    let world = World::start().await;
    let headers = json!({"Retry-After": "1\n2", "X-RateLimit-Reset": ""});
    let fault = json!({"fault": "status", "status": 503, "body": "", "headers": headers});
    let text = String::from_utf8(raw(&world, fault).await.0).unwrap();
    assert_eq!(text.matches("retry-after: ").count(), 2, "{text}");
    assert!(!text.contains("x-ratelimit-reset") && text.contains("content-length: 0"), "{text}");
}

#[tokio::test]
async fn packed_answers_are_gzip() {
    let world = World::start().await;
    let token = world.connect().await;
    world.faults(json!([{"operation": "boards/list", "when": "after", "fault": "gzip"}])).await;
    let packed = send(world.get("/sandbox/v5/boards").bearer_auth(&token)).await;
    assert!(answer(packed).await.1["items"].is_array());

    let bomb = json!([{"operation": "boards/list", "when": "after", "fault": "gzip_bomb", "mebibytes": 64}]);
    world.faults(bomb).await;
    let mut bomb = send(world.get("/sandbox/v5/boards").bearer_auth(&token)).await;
    let mut bytes = 0;
    while let Ok(Some(chunk)) = bomb.chunk().await {
        bytes += chunk.len();
    }
    assert_eq!(bytes, 64 << 20);
}

#[tokio::test]
async fn a_swollen_answer_ends_with_the_answer_and_is_counted() {
    let world = World::start().await;
    let token = world.connect().await;
    world
        .faults(json!([{"operation": "boards/list", "when": "after", "fault": "oversized", "mebibytes": 2}]))
        .await;
    let body = send(world.get("/sandbox/v5/boards").bearer_auth(&token)).await.bytes().await.unwrap();
    assert!(body.len() > 2 << 20);
    assert!(serde_json::from_slice::<Value>(&body).unwrap()["items"].is_array());
    let requests = world.simulator.ledger().requests;
    assert_eq!(requests.last().unwrap().taken_bytes, body.len() as u64);
}

#[tokio::test]
async fn bad_utf8_is_none() {
    let world = World::start().await;
    let token = world.connect().await;
    world.faults(json!([{"operation": "pins/create", "when": "after", "fault": "bad_utf8"}])).await;
    let body = send(world.create(&token, &pin("Tart"))).await.bytes().await.unwrap();
    assert!(std::str::from_utf8(&body).is_err());
    assert!(String::from_utf8_lossy(&body).contains(&world.simulator.ledger().pins[0].pin_id));
}

#[tokio::test]
async fn a_board_gets_many_pins_at_once_and_pages_are_as_small_as_told() {
    let world = World::start().await;
    let token = world.connect().await;
    let many = json!({"board_id": RECIPES, "title": "Other", "count": 12});
    assert_eq!(send(world.post("/_simulator/pins").json(&many)).await.status(), 201);
    world.simulator.set_dialect(Dialect { largest_page: Some(5), ..Dialect::default() });
    let (mut pages, mut titles, mut bookmark) = (0, Vec::new(), String::new());
    loop {
        let path = format!("/sandbox/v5/boards/{RECIPES}/pins?page_size=250&bookmark={bookmark}");
        let page = world.read(&token, &path).await.1;
        pages += 1;
        titles.extend(page["items"].as_array().unwrap().iter().map(|pin| pin["title"].to_string()));
        match page["bookmark"].as_str() {
            Some(next) => next.clone_into(&mut bookmark),
            None => break,
        }
    }
    titles.sort();
    titles.dedup();
    assert_eq!((pages, titles.len()), (3, 12));
    for count in [0, 20_001] {
        let bad = json!({"board_id": RECIPES, "count": count});
        assert_eq!(send(world.post("/_simulator/pins").json(&bad)).await.status(), 400);
    }
}

#[tokio::test]
async fn a_kept_refresh_token_works_again_and_again() {
    let world = World::start().await;
    let pair = world.connect_as("/sandbox/v5", "halden_kitchen", crate::support::SCOPES).await;
    world.simulator.set_dialect(Dialect { keeps_refresh_token: true, ..Dialect::default() });
    for _ in 0..2 {
        let renewed = world.refresh("/sandbox/v5", &pair.refresh).await;
        assert_eq!(answer(renewed).await.1["refresh_token"], pair.refresh.as_str());
    }
    let absurd = json!([{"operation": "pins/create", "fault": "slow", "drop_bytes": 0}]);
    assert_eq!(try_send(world.post("/_simulator/faults").json(&absurd)).await.unwrap().status(), 400);
}
