use std::time::Duration;

use super::*;
use crate::{
    operators::testing::{log, net, person, resumed, signed_in},
    testing::{self, TestApp},
};

const MINUTE: Duration = Duration::from_secs(60);

async fn ada() -> (TestApp, Session) {
    let test = testing::app().await;
    person(&test.app, "ada@x.example", "author").await;
    let session = signed_in(&test.app, "ada@x.example").await;
    (test, session)
}

#[tokio::test]
async fn a_session_ends_after_thirty_idle_minutes() {
    let (test, session) = ada().await;
    test.clock.advance(29 * MINUTE);
    assert!(resumed(&test.app, &session).await.is_some());
    test.clock.advance(29 * MINUTE);
    assert!(resumed(&test.app, &session).await.is_some(), "using it keeps it");
    test.clock.advance(30 * MINUTE);
    assert!(resumed(&test.app, &session).await.is_none());
}

#[tokio::test]
async fn a_session_ends_after_twelve_hours_however_busy() {
    let (test, session) = ada().await;
    for _ in 0..47 {
        test.clock.advance(15 * MINUTE);
        assert!(resumed(&test.app, &session).await.is_some());
    }
    test.clock.advance(15 * MINUTE);
    assert!(resumed(&test.app, &session).await.is_none());
}

#[tokio::test]
async fn its_use_is_written_down_once_a_minute() {
    let (test, session) = ada().await;
    let seen = async || {
        let (principal, info) = resumed(&test.app, &session).await.unwrap();
        let person = principal.in_person().unwrap();
        list_own(&test.app, &person, Some(&info.id)).await.unwrap().remove(0).seen_at
    };
    let start = test.app.now();
    test.clock.advance(Duration::from_secs(59));
    assert_eq!(seen().await, start);
    test.clock.advance(Duration::from_secs(1));
    assert_eq!(seen().await, test.app.now());
}

#[tokio::test]
async fn no_other_secret_opens_it_and_the_table_holds_none() {
    let (test, session) = ada().await;
    let forged = [
        "".to_owned(),
        "x".to_owned(),
        session.id.to_string(),
        session.csrf_token.expose().to_owned(),
        format!("{}A", session.secret.expose()),
        hex::encode(fingerprint(session.secret.expose())),
        URL_SAFE_NO_PAD.encode(fingerprint(session.secret.expose())),
    ];
    for secret in forged {
        assert!(resume(&test.app, &Secret::from(secret), net(), Via::Page).await.unwrap().is_none());
    }
    let folder = test.app.data_dir.path();
    for file in std::fs::read_dir(folder).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        for secret in [session.secret.expose(), session.csrf_token.expose()] {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()));
        }
    }
}

#[tokio::test]
async fn the_csrf_token_is_the_sessions_own_and_stays() {
    let (test, session) = ada().await;
    let other = signed_in(&test.app, "ada@x.example").await;
    test.clock.advance(5 * MINUTE);
    let (_, info) = resumed(&test.app, &session).await.unwrap();
    assert!(info.csrf_token.matches(session.csrf_token.expose()));
    assert!(!info.csrf_token.matches(other.csrf_token.expose()));
    assert!(!info.is_from_link && !info.asks_password);
}

#[tokio::test]
async fn signing_out_ends_this_session_and_no_other() {
    let (test, session) = ada().await;
    let other = signed_in(&test.app, "ada@x.example").await;
    let (principal, info) = resumed(&test.app, &session).await.unwrap();
    sign_out(&test.app, &principal, &info.id).await.unwrap();
    sign_out(&test.app, &principal, &info.id).await.unwrap();
    assert!(resumed(&test.app, &session).await.is_none());
    assert!(resumed(&test.app, &other).await.is_some());
    let kinds = log(&test.app).await.0;
    assert_eq!(kinds.iter().filter(|kind| *kind == "signed_out").count(), 1);
}

#[tokio::test]
async fn one_sees_and_ends_ones_own_sessions_only() {
    let (test, session) = ada().await;
    test.clock.advance(MINUTE);
    let second = signed_in(&test.app, "ada@x.example").await;
    person(&test.app, "rowan@x.example", "admin").await;
    let foreign = signed_in(&test.app, "rowan@x.example").await;
    let (principal, info) = resumed(&test.app, &session).await.unwrap();
    let ada = principal.in_person().unwrap();
    let own = list_own(&test.app, &ada, Some(&info.id)).await.unwrap();
    let seen: Vec<_> = own.iter().map(|session| (&session.id, session.is_current)).collect();
    assert_eq!(seen, [(&second.id, false), (&session.id, true)]);
    assert_eq!(own[0].user_agent.as_deref(), Some("Firefox"));
    let refused = revoke_own(&test.app, &ada, &foreign.id).await.unwrap_err();
    assert!(matches!(refused, OperatorError::SessionNotFound));
    revoke_own(&test.app, &ada, &second.id).await.unwrap();
    assert!(resumed(&test.app, &second).await.is_none());
    assert!(resumed(&test.app, &foreign).await.is_some());
    assert!(matches!(revoke_own(&test.app, &ada, &second.id).await, Err(OperatorError::SessionNotFound)));
}

#[tokio::test]
async fn sessions_that_are_over_are_swept() {
    let (test, session) = ada().await;
    test.clock.advance(35 * 60 * MINUTE);
    assert_eq!(crate::operators::sweep(&test.app).await.unwrap(), 0);
    test.clock.advance(2 * 60 * MINUTE);
    assert_eq!(crate::operators::sweep(&test.app).await.unwrap(), 1);
    assert!(resumed(&test.app, &session).await.is_none());
}
