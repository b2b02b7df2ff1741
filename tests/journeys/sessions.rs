//! One's own sessions, and the passwords that open them.

use countersign_tests::Harness;
use countersign_tests::forms::form_to;
use serde_json::json;

#[tokio::test]
async fn all_others_end_at_once_and_this_one_stays() {
    let h = Harness::start().await;
    let (here, reviewer) = (h.author().await, h.reviewer().await);
    let (there, elsewhere) = (here.in_another_browser(), here.in_another_browser());
    there.sign_in().await.is(201);
    elsewhere.sign_in().await.is(201);
    let listed = here.all("/sessions").await;
    assert_eq!(listed.iter().filter(|session| session["is_current"] == true).count(), 1);
    for member in ["created_at", "seen_at", "expires_at", "user_agent", "address"] {
        assert!(listed.iter().all(|session| session[member].is_string()), "{member}: {listed:?}");
    }
    here.delete("/sessions", None).await.is(204);
    there.get("/me").await.refused(401, "session_ended");
    elsewhere.get("/me").await.refused(401, "session_ended");
    assert_eq!(here.all("/sessions").await.len(), 1);
    reviewer.get("/me").await.ok();
    here.delete("/sessions", None).await.is(204);
    assert_eq!(h.log().await.of("access.session_revoked").len(), 2);

    there.sign_in().await.is(201);
    let page = here.page("/account").await.is(200).text();
    assert!(page.contains("from 127.0.0.1"));
    let form = form_to(&page, "/account/sessions/revoke");
    assert_eq!(here.press("/account", &form).await.is(303).location(), "/account");
    there.get("/me").await.problem(401);
    let alone = here.page("/account").await.is(200).text();
    assert!(!alone.contains("/account/sessions/revoke"), "nothing is offered that does nothing");
    h.finish().await;
}

#[tokio::test]
async fn whoever_signs_in_over_a_session_ends_it() {
    let h = Harness::start().await;
    let (author, reviewer) = (h.author().await, h.reviewer().await);
    let before = author.all("/sessions").await[0]["id"].clone();
    let as_reviewer = json!({"email": reviewer.email, "password": reviewer.password});
    let refused = json!({"email": reviewer.email, "password": "not this one"});
    author.post("/session", refused).await.refused(401, "sign_in_failed");
    author.get("/me").await.ok();

    let answer = author.post("/session", as_reviewer).await;
    author.remember_session(&answer);
    assert_eq!(author.get("/me").await.ok()["operator"]["id"], reviewer.id.as_str());
    assert_eq!(h.log().await.the("access.signed_out").object(), before.as_str().unwrap());
    let again = author.in_another_browser();
    again.sign_in().await.is(201);
    assert_eq!(again.all("/sessions").await.len(), 1, "the old one is not left behind");
    h.finish().await;
}

#[tokio::test]
async fn what_everybody_takes_is_no_password_and_a_long_sentence_is_a_good_one() {
    let h = Harness::start().await;
    let author = h.author().await;
    let set =
        async |new: &str| author.put("/me/password", json!({"current": author.password, "new": new})).await;
    for (new, code) in [
        ("QwertyUiop123!", "common"),
        ("Ada Author 2026!", "guessable"),
        ("countersign 2026", "guessable"),
        ("abcabcabcabc", "common"),
        ("short", "too_short"),
    ] {
        let problem = set(new).await.problem(422);
        assert_eq!(problem["fields"][0]["code"], code, "{new}: {problem}");
        h.advance(std::time::Duration::from_secs(6));
    }
    let long = "un caf\u{e9} au bord de la Seine, ".repeat(8);
    assert!((200..256).contains(&long.chars().count()));
    set(&long).await.is(204);
    let decomposed = long.replace('\u{e9}', "e\u{301}");
    let body = json!({"email": author.email, "password": decomposed});
    author.in_another_browser().post("/session", body).await.is(201);
    h.finish().await;
}
