//! Guessing passwords is slowed down, and locks nobody out.

use std::time::Duration;

use countersign_api::app::Slow;
use countersign_tests::actor::link_of;
use countersign_tests::answer::Answer;
use countersign_tests::forms::form_to;
use countersign_tests::{Actor, Harness};
use reqwest::Method;
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

/// Tries to sign in; the status, and how many passwords were computed for it.
async fn cost(h: &Harness, email: &str, password: &str) -> (u16, u64) {
    let before = h.app().slow_begun(Slow::Password);
    let answer = h.anonymous().post("/session", json!({"email": email, "password": password})).await;
    (answer.status, h.app().slow_begun(Slow::Password) - before)
}

#[tokio::test]
async fn whoever_is_named_costs_the_same_and_looks_the_same() {
    let h = Harness::start().await;
    let (admin, author) = (h.admin().await, h.author().await);
    admin.invite("Nora Nopassword", "nora@halden.example", &["author"]).await.is(201);
    let gone = h.person("Dora Disabled", &["author"]).await;
    let path = format!("/operators/{}", gone.id);
    admin.call(Method::PATCH, &path).json(json!({"disabled": true})).go().await.ok();
    let wrong = "not the password";
    let cases = [
        ("a wrong password", author.email.as_str(), wrong),
        ("nobody", "nobody@halden.example", wrong),
        ("no address", "nobody", wrong),
        ("no text", "", ""),
        ("an address that turns", "a\u{202e}@halden.example", wrong),
        ("without a password", "nora@halden.example", wrong),
        ("disabled, wrong", gone.email.as_str(), wrong),
        ("disabled, right", gone.email.as_str(), gone.password.as_str()),
        ("a long password", author.email.as_str(), &"x".repeat(100_000)),
    ];
    let mut answers = Vec::new();
    for (what, email, password) in cases {
        assert_eq!(cost(&h, email, password).await, (401, 1), "{what}");
        let answer = h.anonymous().post("/session", json!({"email": email, "password": password})).await;
        answers.push(answer.refused(401, "sign_in_failed"));
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:?}");
    assert_eq!(cost(&h, &author.email, &author.password).await, (201, 1), "who is let in");
    h.finish().await;
}

#[tokio::test]
async fn guesses_from_elsewhere_keep_nobody_out() {
    let h = Harness::builder().variable("COUNTERSIGN_TRUSTED_PROXIES", "127.0.0.1").start().await;
    let author = h.author().await;
    let from = |address: &str, password: &str| {
        let call = h.anonymous().call(Method::POST, "/session").header("x-forwarded-for", address);
        call.json(json!({"email": author.email, "password": password}))
    };
    let mut last = 0;
    for _ in 0..40 {
        last = from("203.0.113.9", "a guess").go().await.status;
    }
    assert_eq!(last, 429);
    // Neither is the person locked out elsewhere, nor does the right password help where the guesses came from.
    let in_peace: Actor = author.in_another_browser();
    let own = from("198.51.100.7", &author.password).go().await;
    in_peace.remember_session(own.is(201));
    from("203.0.113.9", &author.password).go().await.is(429);
    h.finish().await;
}

/// Types wrong codes into the form that leads to `path`, as often as it takes to be slowed down.
async fn type_codes(door: &Actor, path: &str, shown: &Answer) -> Answer {
    let mut shown = shown.clone();
    for _ in 0..40 {
        let form = form_to(shown.text(), path).with("totp", "000000");
        shown = door.press(path, &form).await;
        if shown.status == 429 {
            break;
        }
    }
    assert!(shown.is(429).header("retry-after").parse::<u64>().is_ok_and(|seconds| seconds > 0));
    shown.says("a recovery code works at once");
    shown
}

#[tokio::test]
async fn too_many_codes_leave_the_second_step_and_a_recovery_code_as_a_way_in() {
    let h = Harness::start().await;
    let author = h.author().await;
    let factor = author.turn_on_second_factor(h.app().now()).await;
    let door = h.anonymous();
    let form = form_to(door.page("/sign-in").await.is(200).text(), "/sign-in");
    let form = form.with("email", &author.email).with("password", &author.password);
    let step = door.press("/sign-in", &form).await;
    let slowed = type_codes(&door, "/sign-in", step.is(200)).await;
    let form = form_to(slowed.text(), "/sign-in").with("totp", &factor.codes[0]);
    assert_eq!(door.press("/sign-in", &form).await.location(), "/account/second-factor");
    h.finish().await;
}

#[tokio::test]
async fn too_many_codes_leave_a_link_and_a_recovery_code_as_a_way_in() {
    let h = Harness::start().await;
    let (author, admin) = (h.author().await, h.admin().await);
    let factor = author.turn_on_second_factor(h.app().now()).await;
    let issued = admin.post_empty(&format!("/operators/{}/link", author.id)).await;
    let link = link_of(&issued.json());
    let (door, path) = (h.anonymous(), &link[link.find("/sign-in/").unwrap()..]);
    let slowed = type_codes(&door, path, door.page(path).await.is(200)).await;
    let form = form_to(slowed.text(), path).with("totp", &factor.codes[0]);
    assert_eq!(door.press(path, &form).await.location(), "/account/password");
    h.finish().await;
}
