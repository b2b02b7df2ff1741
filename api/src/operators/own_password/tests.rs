use super::*;
use crate::{
    actor::Via,
    operators::{
        Authority, DeadLink, Session,
        link::peek_link,
        sign_in,
        testing::{PASSWORD, log, net, person, resumed, signed_in},
    },
    testing,
};

const NEW: &str = "quite another sentence";

async fn set(app: &App, session: &Session, current: Option<&str>, new: &str) -> Result<(), OperatorError> {
    let (principal, info) = resumed(app, session).await.unwrap();
    let person = principal.in_person().unwrap();
    set_password(app, &person, &info, current.map(Secret::from), Secret::from(new)).await
}

#[tokio::test]
async fn the_present_password_is_asked_for_and_other_sessions_end() {
    let test = testing::app().await;
    let ada = person(&test.app, "ada@x.example", "author").await;
    let link = people::issue_link(&test.app, Authority::command_line(), &ada.id).await.unwrap();
    let (here, elsewhere) =
        (signed_in(&test.app, "ada@x.example").await, signed_in(&test.app, "ada@x.example").await);
    for wrong in [None, Some(""), Some("wrong")] {
        let Err(OperatorError::Fields(fields)) = set(&test.app, &here, wrong, NEW).await else { panic!() };
        assert_eq!((fields[0].field, fields[0].code), ("current", "wrong"));
    }
    assert_eq!(log(&test.app).await.0.last().unwrap(), "sign_in_failed denied");
    let Err(OperatorError::Fields(fields)) = set(&test.app, &here, Some(PASSWORD), "short").await else {
        panic!()
    };
    assert_eq!((fields[0].field, fields[0].code), ("new", "too_short"));
    set(&test.app, &here, Some(PASSWORD), NEW).await.unwrap();
    assert!(resumed(&test.app, &here).await.is_some());
    assert!(resumed(&test.app, &elsewhere).await.is_none());
    assert_eq!(peek_link(&test.app, &link).await.unwrap(), Err(DeadLink::Unknown));
    sign_in::with_password(&test.app, &net(), Via::Page, "ada@x.example", Secret::from(NEW), None)
        .await
        .map(|_| ())
        .unwrap();
    let kinds = log(&test.app).await.0;
    assert_eq!(kinds[kinds.len() - 3..], ["password_changed", "session_revoked", "signed_in"]);
}

#[tokio::test]
async fn a_session_from_a_link_sets_it_once_without_the_present_one() {
    let test = testing::app().await;
    let ada = person(&test.app, "ada@x.example", "author").await;
    let link = people::issue_link(&test.app, Authority::command_line(), &ada.id).await.unwrap();
    let session = sign_in::with_link(&test.app, &net(), Via::Page, &link, None).await.unwrap();
    set(&test.app, &session, None, NEW).await.unwrap();
    assert!(set(&test.app, &session, None, PASSWORD).await.is_err(), "from now on it is asked for");
    set(&test.app, &session, Some(NEW), PASSWORD).await.unwrap();
}

#[tokio::test]
async fn guessing_the_present_password_is_slowed() {
    let test = testing::app().await;
    person(&test.app, "ada@x.example", "author").await;
    let session = signed_in(&test.app, "ada@x.example").await;
    for _ in 0..10 {
        assert!(matches!(set(&test.app, &session, Some("x"), NEW).await, Err(OperatorError::Fields(_))));
    }
    assert!(matches!(set(&test.app, &session, Some("x"), NEW).await, Err(OperatorError::TooMany(_))));
}
