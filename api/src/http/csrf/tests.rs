use super::*;
use crate::{
    actor::{Net, Via},
    operators::{SessionInfo, testing as people},
    testing::{self, TestApp},
};

const OURS: &str = "https://pins.example";

fn ours() -> Url {
    OURS.parse().unwrap()
}

fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
    pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
}

fn caller(session: Option<SessionInfo>, proof: Proof) -> Caller {
    Caller { principal: None, session, net: Net::default(), via: Via::Page, proof }
}

async fn session() -> (TestApp, Caller, String) {
    let test = testing::app().await;
    let (_, info) = people::admin(&test.app).await;
    let token = info.csrf_token.expose().to_owned();
    (test, caller(Some(info), Proof::Cookie), token)
}

fn post(caller: &Caller, pairs: &[(&'static str, &str)]) -> Result<(), CsrfError> {
    check_api(&ours(), &Method::POST, &headers(pairs), caller)
}

#[tokio::test]
async fn a_session_needs_its_token_for_whatever_changes_something() {
    let (_test, caller, token) = session().await;
    assert_eq!(post(&caller, &[]), Err(CsrfError::Missing));
    assert_eq!(post(&caller, &[("x-csrf-token", "")]), Err(CsrfError::Missing));
    assert_eq!(post(&caller, &[("x-csrf-token", &token[1..])]), Err(CsrfError::Wrong));
    assert_eq!(post(&caller, &[("x-csrf-token", &token)]), Ok(()));
    for method in [Method::PUT, Method::PATCH, Method::DELETE] {
        assert_eq!(check_api(&ours(), &method, &headers(&[]), &caller), Err(CsrfError::Missing));
    }
    for method in [Method::GET, Method::HEAD] {
        assert_eq!(check_api(&ours(), &method, &headers(&[]), &caller), Ok(()));
    }
    let form = |sent: Option<&str>| check_form(&ours(), &headers(&[]), &caller, sent);
    assert_eq!(form(None), Err(CsrfError::Missing));
    assert_eq!(form(Some("x")), Err(CsrfError::Wrong));
    assert_eq!(form(Some(&token)), Ok(()));
}

#[tokio::test]
async fn the_right_token_does_not_excuse_another_site() {
    let (_test, caller, token) = session().await;
    let with = |pair: (&'static str, &str)| post(&caller, &[("x-csrf-token", &token), pair]);
    let foreign = Err(CsrfError::Foreign { ours: OURS.to_owned() });
    for origin in [
        "https://evil.example",
        "http://pins.example",
        "https://pins.example:444",
        "https://pins.example.evil",
        "null",
        "é",
    ] {
        assert_eq!(with(("origin", origin)), foreign, "{origin}");
    }
    for site in ["cross-site", "same-site", "", "x"] {
        assert_eq!(with(("sec-fetch-site", site)), foreign, "{site}");
    }
    assert_eq!(with(("origin", OURS)), Ok(()));
    assert_eq!(with(("sec-fetch-site", "same-origin")), Ok(()));
    assert_eq!(with(("sec-fetch-site", "none")), Ok(()));
}

#[test]
fn a_hidden_origin_is_ours_only_if_the_browser_vouches_for_it() {
    let nobody = caller(None, Proof::None);
    let form = |pairs: &[(&'static str, &str)]| check_form(&ours(), &headers(pairs), &nobody, None).is_ok();
    assert!(form(&[("origin", "null"), ("sec-fetch-site", "same-origin")]));
    assert!(!form(&[("origin", "null"), ("sec-fetch-site", "none")]));
    assert!(!form(&[("origin", "null"), ("sec-fetch-site", "cross-site")]));
    assert!(!form(&[("origin", "null")]));
}

#[test]
fn of_repeated_headers_every_one_must_be_ours() {
    let nobody = caller(None, Proof::None);
    let form = |pairs: [(&'static str, &str); 2]| {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(name, value.parse().unwrap());
        }
        check_form(&ours(), &headers, &nobody, None).is_ok()
    };
    assert!(form([("origin", OURS), ("origin", OURS)]));
    for (name, own, foreign) in
        [("origin", OURS, "https://evil.example"), ("sec-fetch-site", "same-origin", "cross-site")]
    {
        assert!(!form([(name, own), (name, foreign)]), "{name}");
        assert!(!form([(name, foreign), (name, own)]), "{name}");
    }
}

#[test]
fn a_token_caller_and_curl_need_nothing() {
    assert_eq!(post(&caller(None, Proof::Bearer), &[("origin", "https://app.example")]), Ok(()));
    assert_eq!(post(&caller(None, Proof::None), &[]), Ok(()));
}

#[test]
fn what_wants_no_session_wants_json() {
    let open = |pairs: &[(&'static str, &str)]| check_open(&ours(), &headers(pairs));
    for kind in ["text/plain", "application/x-www-form-urlencoded", "application/jsonp"] {
        assert_eq!(open(&[("content-type", kind)]), Err(CsrfError::NotJson), "{kind}");
    }
    assert_eq!(open(&[]), Err(CsrfError::NotJson));
    assert_eq!(open(&[("content-type", "Application/JSON; charset=utf-8")]), Ok(()));
    let foreign = open(&[("content-type", "application/json"), ("origin", "https://evil.example")]);
    assert!(matches!(foreign, Err(CsrfError::Foreign { .. })));
}

#[test]
fn a_browser_vouches_for_a_form_by_saying_that_it_is_ours() {
    let says = |pairs: &[(&'static str, &str)]| is_vouched_for(&ours(), &headers(pairs));
    assert!(says(&[("origin", OURS)]));
    assert!(says(&[("sec-fetch-site", "same-origin")]));
    assert!(says(&[("origin", "null"), ("sec-fetch-site", "same-origin")]));
    for pairs in [
        &[][..],
        &[("sec-fetch-site", "none")],
        &[("origin", "null")],
        &[("origin", "https://evil.example")],
        &[("origin", OURS), ("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
    ] {
        assert!(!says(pairs), "{pairs:?}");
    }
}
