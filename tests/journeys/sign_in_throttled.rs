//! Guessing passwords is slowed down, and locks nobody out.

use std::time::Duration;

use countersign_tests::Harness;
use serde_json::json;

#[tokio::test]
async fn guessing_is_slowed_down_and_locks_nobody_out() {
    let h = Harness::start().await;
    let author = h.author().await;
    let guess = json!({"email": author.email, "password": "a guess"});
    let mut refused = None;
    for _ in 0..40 {
        let answer = h.anonymous().post("/session", guess.clone()).await;
        if answer.status == 429 {
            refused = Some(answer);
            break;
        }
        answer.refused(401, "sign_in_failed");
    }
    let refused = refused.expect("nobody slows the guessing down");
    refused.refused(429, "too_many_attempts");
    let wait: u64 = refused.header("retry-after").parse().unwrap();
    author.get("/me").await.ok();

    h.advance(Duration::from_secs(wait));
    author.in_another_browser().sign_in().await.is(201);
    h.finish().await;
}
