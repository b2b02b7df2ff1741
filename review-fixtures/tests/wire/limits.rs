//! Rate limits and the headers of every answer.

use countersign_review_fixtures::{Dialect, Settings, Tier};
use serde_json::json;

use crate::support::{SCOPES, World, answer, pin, send};

fn header<'a>(answer: &'a reqwest::Response, name: &str) -> &'a str {
    answer.headers()[name].to_str().unwrap()
}

#[tokio::test]
async fn every_answer_tells_the_limits_and_is_not_to_be_stored() {
    let world = World::standard().await;
    let token = world.connect().await;
    let calls = [
        world.get("/sandbox/v5/boards").bearer_auth(&token),
        world.create(&token, &pin("Tart")),
        world.get("/sandbox/v5/boards"),
        world.get("/sandbox/v5/nothing"),
    ];
    for call in calls {
        let answer = send(call).await;
        assert!(header(&answer, "x-ratelimit-limit").starts_with("100, 100;w=1, 1"));
        assert!(header(&answer, "x-ratelimit-remaining").parse::<u32>().unwrap() <= 100);
        assert!((1..=60).contains(&header(&answer, "x-ratelimit-reset").parse().unwrap()));
        assert!(header(&answer, "x-pinterest-rid").parse::<u64>().is_ok());
        assert_eq!(header(&answer, "cache-control"), "no-store");
    }
}

#[tokio::test]
async fn the_hundred_and_first_write_of_a_minute_is_refused() {
    let world = World::standard().await;
    let token = world.connect().await;
    let other = world.connect_as("/sandbox/v5", "halden_home", SCOPES).await.access;
    let write = |token: &str, n: usize| {
        world.post("/sandbox/v5/boards").bearer_auth(token).json(&json!({"name": format!("Board {n}")}))
    };
    for n in 0..100 {
        assert_eq!(send(write(&token, n)).await.status(), 201, "{n}");
    }
    let refused = send(write(&token, 100)).await;
    assert_eq!(
        (header(&refused, "x-ratelimit-remaining"), header(&refused, "x-ratelimit-reset")),
        ("0", "1")
    );
    assert!(refused.headers().get("retry-after").is_none());
    let (status, body) = answer(refused).await;
    assert_eq!((status, body["code"].as_i64()), (429, Some(8)));
    assert!(body["message"].as_str().unwrap().starts_with("This request exceeded a rate limit."));
    assert_eq!(send(write(&other, 0)).await.status(), 201, "it is each account's own");
    assert_eq!(world.read(&token, "/sandbox/v5/boards").await.0, 200, "reads have their own");
    world.simulator.set_dialect(Dialect { has_retry_after: true, ..Dialect::default() });
    assert!(send(write(&token, 100)).await.headers().get("retry-after").is_some());
    world.simulator.advance_clock(60);
    assert_eq!(send(write(&token, 100)).await.status(), 201);
}

#[tokio::test]
async fn a_trial_app_has_a_day_of_a_thousand_calls() {
    let world = World::with(Settings { tier: Tier::Trial, ..Settings::default() }).await;
    let token = world.connect().await;
    let mut answered = 0;
    loop {
        let answer = send(world.get("/sandbox/v5/user_account").bearer_auth(&token)).await;
        if answer.status() == 429 {
            assert_eq!(header(&answer, "x-ratelimit-limit"), "1000, 1000;w=86400, 1000;w=86400");
            assert_eq!(header(&answer, "x-ratelimit-reset"), "86400");
            break;
        }
        answered += 1;
    }
    assert_eq!(answered, 999, "the token call was the first");
    world.simulator.advance_clock(86_400);
    assert_eq!(world.read(&token, "/sandbox/v5/user_account").await.0, 200);
}
