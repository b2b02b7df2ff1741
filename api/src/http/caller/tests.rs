use super::*;
use crate::{
    operators::{NewToken, TokenScope, testing as people},
    testing::{self, TestApp},
};

async fn ask(test: &TestApp, path: &str, pairs: &[(&str, &str)]) -> Caller {
    let mut request = Request::builder().uri_str(path);
    for (name, value) in pairs {
        request = request.header(*name, *value);
    }
    resolve(&test.app, &request.finish()).await.unwrap()
}

#[tokio::test]
async fn a_cookie_is_a_session_on_pages_and_in_the_api() {
    let test = testing::app().await;
    people::person(&test.app, "ada@x.example", "author").await;
    let session = people::signed_in(&test.app, "ada@x.example").await;
    let cookie = format!("countersign={}", session.secret.expose());
    for (path, via) in [("/drafts/new", Via::Page), ("/api/v1/drafts", Via::Api), ("/apish", Via::Page)] {
        let caller = ask(&test, path, &[("cookie", &cookie), ("user-agent", "curl")]).await;
        assert_eq!((caller.via, caller.proof), (via, Proof::Cookie));
        assert_eq!(caller.session.as_ref().unwrap().id, session.id);
        let actor = caller.principal().unwrap().actor();
        assert_eq!((actor.via, actor.net.user_agent.as_deref()), (via, Some("curl")));
    }
    let wrong = ask(&test, "/", &[("cookie", "countersign=x")]).await;
    assert_eq!(wrong.principal().map(|_| ()), Err(Unauthenticated::SessionEnded));
    let nobody = ask(&test, "/", &[]).await;
    assert_eq!(nobody.principal().map(|_| ()), Err(Unauthenticated::Nobody));
    assert_eq!(nobody.actor().operator_id(), None);
}

#[tokio::test]
async fn a_token_counts_in_the_api_alone_and_no_cookie_helps_a_dead_one() {
    let test = testing::app().await;
    let (ada, _) = people::admin(&test.app).await;
    let new = NewToken { name: "ci".into(), scopes: vec![TokenScope::DraftsRead], expires_at: None };
    let (id, secret) = token::create(&test.app, &ada, new).await.unwrap();
    let header = format!("bearer {}", secret.expose());
    let caller = ask(&test, "/api/v1/drafts", &[("authorization", &header)]).await;
    assert_eq!((caller.via, caller.proof), (Via::Token, Proof::Bearer));
    assert_eq!(caller.actor().token, Some(id.clone()));
    assert!(ask(&test, "/drafts/new", &[("authorization", &header)]).await.principal.is_none());
    token::revoke(&test.app, &ada, &id).await.unwrap();
    let session = people::signed_in(&test.app, "ada@x.example").await;
    let cookie = format!("countersign={}", session.secret.expose());
    let both = ask(&test, "/api/v1/drafts", &[("authorization", &header), ("cookie", &cookie)]).await;
    assert_eq!(both.principal().map(|_| ()), Err(Unauthenticated::TokenDead));
}

#[test]
fn only_a_trusted_proxy_is_believed() {
    let ip = |text: &str| text.parse::<IpAddr>().unwrap();
    let trusted = ["10.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()];
    let of = |peer: &str, hops: &[&str]| client_address(ip(peer), hops, &trusted);
    assert_eq!(of("192.0.2.1", &["203.0.113.9"]), ip("192.0.2.1"), "a stranger's word");
    assert_eq!(of("10.0.0.1", &["203.0.113.9"]), ip("203.0.113.9"));
    assert_eq!(of("::ffff:10.0.0.1", &["203.0.113.9"]), ip("203.0.113.9"));
    assert_eq!(
        of("10.0.0.1", &["6.6.6.6", "203.0.113.9", "10.2.0.1"]),
        ip("203.0.113.9"),
        "6.6.6.6 is made up"
    );
    assert_eq!(of("10.0.0.1", &["203.0.113.9", "nonsense"]), ip("10.0.0.1"));
    assert_eq!(of("10.0.0.1", &[]), ip("10.0.0.1"));
    assert_eq!(client_address(ip("10.0.0.1"), &["203.0.113.9"], &[]), ip("10.0.0.1"));
}
