//! What a request says of where it came from and whom it was for: believed of a trusted proxy alone, and then only the
//! address.

use countersign_tests::{Actor, Answer, Harness};
use reqwest::Method;
use serde_json::{Value, json};

/// Headers with which a stranger says that we are somebody else.
const FORGED: [(&str, &str); 10] = [
    ("host", "evil.example"),
    ("x-forwarded-host", "evil.example"),
    ("x-forwarded-proto", "https"),
    ("x-forwarded-port", "666"),
    ("x-forwarded-server", "evil.example"),
    ("x-original-url", "/operators"),
    ("x-rewrite-url", "/operators"),
    ("x-http-method-override", "DELETE"),
    ("forwarded", "for=6.6.6.6;host=evil.example;proto=https"),
    ("x-real-ip", "6.6.6.6"),
];

fn forged(actor: &Actor, method: Method, path: &str) -> countersign_tests::actor::Call {
    FORGED.iter().fold(actor.request(method, path), |call, (name, value)| call.header(name, value))
}

/// That nothing of what was forged stands in an answer.
#[track_caller]
fn is_ours(answer: &Answer) {
    let headers: String = answer.headers.iter().map(|(name, value)| format!("{name}: {value:?}\n")).collect();
    let all = format!("{headers}{}", answer.text());
    assert!(!all.contains("evil.example") && !all.contains("6.6.6.6"), "{}: {all}", answer.asked);
}

#[tokio::test]
async fn links_redirects_cookies_and_the_way_back_come_from_the_configuration() {
    for trusted in ["", "127.0.0.1"] {
        let h = Harness::builder().variable("COUNTERSIGN_TRUSTED_PROXIES", trusted).start().await;
        let (admin, author) = (h.admin().await, h.author().await);
        for path in [
            "/",
            "/sign-in",
            "/account",
            "/no/such/page",
            "/api/v1/me",
            "/api/v1/no",
            "/openapi.json",
            "/docs",
        ] {
            is_ours(&forged(&author, Method::GET, path).go().await);
        }
        is_ours(&forged(&h.anonymous(), Method::GET, "/drafts/new").go().await);
        let door = forged(&author, Method::POST, "/api/v1/session")
            .json(json!({"email": author.email, "password": author.password}))
            .go()
            .await;
        is_ours(door.is(201));
        let cookie = door.header("set-cookie");
        assert!(
            cookie.starts_with("countersign=") && !cookie.contains("Secure"),
            "it is plain http: {cookie}"
        );
        let link = forged(&admin, Method::POST, &format!("/api/v1/operators/{}/link", author.id)).go().await;
        is_ours(link.is(201));
        assert!(link.json()["sign_in_link"].as_str().unwrap().starts_with(&h.base()), "{}", link.text());
        let begun = forged(&admin, Method::POST, "/api/v1/connections")
            .json(json!({"environment": "rehearsal"}))
            .go()
            .await;
        admin.remember_state(&begun);
        let url = begun.is(201).json()["authorize_url"].as_str().unwrap().to_owned();
        assert!(!url.contains("evil") && url.contains("127.0.0.1"), "{url}");
        // The method is the one that was sent.
        author.get("/me").await.ok();
        h.finish().await;
    }
}

#[tokio::test]
async fn a_cookie_over_tls_belongs_to_the_host_alone_whatever_the_request_says() {
    let url = "https://pins.halden.example";
    let h = Harness::builder().variable("COUNTERSIGN_PUBLIC_URL", url).start().await;
    let link = h.printed_link("admin");
    assert!(link.starts_with(url), "{link}");
    let token = link.rsplit('/').next().unwrap();
    let nobody = h.anonymous();
    nobody.captured().secret("a one-time link", token, countersign_tests::captured::Forbidden::AtRest);
    let call = nobody
        .call(Method::POST, "/session")
        .header("x-forwarded-proto", "http")
        .header("host", "evil.example");
    let answer = call.json(json!({"link": token})).go().await;
    let cookie = answer.is(201).header("set-cookie");
    assert!(cookie.starts_with("__Host-countersign="), "{cookie}");
    for flag in ["; Secure", "; HttpOnly", "; SameSite=Lax", "; Path=/;"] {
        assert!(cookie.contains(flag), "{flag}: {cookie}");
    }
    assert!(!cookie.contains("Domain"), "{cookie}");
    assert_eq!(answer.header("strict-transport-security"), "max-age=31536000");
    let fields = [("theme", "dark"), ("return_to", "/")];
    let nobody = h.anonymous();
    let theme = nobody.request(Method::POST, "/theme").header("origin", url).form(&fields).go().await;
    assert!(theme.is(303).header("set-cookie").contains("; Secure"), "{theme:?}");
    let door = nobody.page("/sign-in").await;
    let cookie = door.header("set-cookie");
    assert!(cookie.starts_with("__Host-countersign-door=") && cookie.contains("; Secure"), "{cookie}");
    h.finish().await;
}

/// The address that the log's sealed part has of a failed sign-in with these headers.
async fn seen(h: &Harness, forwarded: &[&str]) -> String {
    let call = h.anonymous().call(Method::POST, "/session");
    let call = forwarded.iter().fold(call, |call, value| call.header("x-forwarded-for", value));
    call.json(json!({"email": "nobody@halden.example", "password": "not a password"})).go().await.is(401);
    let auditor = h.auditor().await;
    let id = h.log().await.of("access.sign_in_failed").last().unwrap().id().to_owned();
    let event = auditor.get(&format!("/audit/events/{id}")).await.ok();
    let net = event["sealed"].as_array().unwrap().iter().find(|part| part["name"] == "net").unwrap();
    let net: Value = serde_json::from_str(net["value"].as_str().unwrap()).unwrap();
    net["address"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn only_the_nearest_hop_that_is_not_trusted_counts() {
    let stranger = Harness::start().await;
    for forwarded in [&["6.6.6.6"][..], &["6.6.6.6, 7.7.7.7"], &["127.0.0.1"], &[]] {
        assert_eq!(seen(&stranger, forwarded).await, "127.0.0.1", "{forwarded:?}: no proxy is trusted");
    }
    stranger.finish().await;
    let proxied =
        Harness::builder().variable("COUNTERSIGN_TRUSTED_PROXIES", "127.0.0.1,10.0.0.0/8").start().await;
    for (forwarded, address) in [
        (&["203.0.113.9"][..], "203.0.113.9"),
        (&["6.6.6.6, 203.0.113.9"], "203.0.113.9"),
        (&["6.6.6.6", "203.0.113.9"], "203.0.113.9"),
        (&["6.6.6.6, 203.0.113.9, 10.1.2.3"], "203.0.113.9"),
        (&["203.0.113.9, nonsense"], "127.0.0.1"),
        (&["203.0.113.9\t"], "203.0.113.9"),
        (&["::ffff:203.0.113.9"], "203.0.113.9"),
        (&[""], "127.0.0.1"),
    ] {
        assert_eq!(seen(&proxied, forwarded).await, address, "{forwarded:?}");
    }
    proxied.finish().await;
}

#[tokio::test]
async fn a_strangers_chain_gives_no_fresh_tries_and_takes_none_from_others() {
    let guess = |h: &Harness, chain: String| {
        let call = h.anonymous().call(Method::POST, "/session").header("x-forwarded-for", &chain);
        call.json(json!({"email": "nobody@halden.example", "password": "a guess"}))
    };
    let h = Harness::builder().variable("COUNTERSIGN_TRUSTED_PROXIES", "127.0.0.1").start().await;
    let mut statuses = Vec::new();
    for n in 0..40 {
        statuses.push(guess(&h, format!("10.9.8.{n}, 203.0.113.9")).go().await.status);
    }
    assert_eq!(statuses.last(), Some(&429), "what stands before the last hop is made up: {statuses:?}");
    guess(&h, "203.0.113.10".to_owned()).go().await.is(401);
    h.finish().await;
}
