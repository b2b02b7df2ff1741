use std::time::Duration;

use super::*;
use crate::{
    operators::{
        OperatorChange, people,
        sign_in::authenticate_cli,
        testing::{PASSWORD, admin, log, net, person},
    },
    testing,
};

const WRITE: [TokenScope; 2] = [TokenScope::DraftsWrite, TokenScope::PublicationsRead];

#[tokio::test]
async fn a_token_acts_for_its_maker_within_its_scopes() {
    let test = testing::app().await;
    let (ada, _) = admin(&test.app).await;
    let both = OperatorChange { roles: Some("author,admin,reviewer".parse().unwrap()), ..Default::default() };
    people::change(&test.app, Authority::command_line(), ada.id(), both).await.unwrap();
    let (id, secret) = create(&test.app, &ada, "ci", &WRITE).await.unwrap();
    assert!(secret.expose().starts_with("cs_"));
    let token = resume(&test.app, &secret, net()).await.unwrap().unwrap();
    assert_eq!(token.id(), ada.id());
    assert_eq!((token.actor().via, token.actor().token.as_ref()), (Via::Token, Some(&id)));
    assert!(token.author().is_ok());
    assert!(token.reviewer().is_err() && token.admin().is_err() && token.in_person().is_err());
    assert!(token.reader(TokenScope::AuditRead).is_err());
    let (kinds, all) = log(&test.app).await;
    assert_eq!(kinds.last().unwrap(), "token_created");
    assert!(!all.contains(secret.expose()));
}

#[tokio::test]
async fn a_token_loses_with_its_owner() {
    let test = testing::app().await;
    let (ada, _) = admin(&test.app).await;
    let rowan = person(&test.app, "rowan@x.example", "author").await;
    let principal = authenticate_cli(&test.app, "rowan@x.example", Secret::from(PASSWORD)).await.unwrap();
    let owner = TokenOwner::on_command_line(&principal).unwrap();
    let (_, secret) = create(&test.app, owner, "ci", &WRITE).await.unwrap();
    let roles = OperatorChange { roles: Some("auditor".parse().unwrap()), ..Default::default() };
    people::change(&test.app, &ada, &rowan.id, roles).await.unwrap();
    let token = resume(&test.app, &secret, net()).await.unwrap().unwrap();
    assert!(token.author().is_err());
}

#[tokio::test]
async fn nobody_but_an_admin_or_who_proved_a_password_to_a_command_makes_one() {
    let test = testing::app().await;
    let (ada, _) = admin(&test.app).await;
    assert_eq!(TokenOwner::on_command_line(&ada).unwrap_err(), Forbidden::Token);
    let (_, secret) = create(&test.app, &ada, "ci", &WRITE).await.unwrap();
    let token = resume(&test.app, &secret, net()).await.unwrap().unwrap();
    assert_eq!(TokenOwner::on_command_line(&token).unwrap_err(), Forbidden::Token);
}

#[tokio::test]
async fn a_revoked_token_is_dead_at_once() {
    let test = testing::app().await;
    let (ada, _) = admin(&test.app).await;
    let (id, secret) = create(&test.app, &ada, "ci", &WRITE).await.unwrap();
    revoke(&test.app, &ada, &id).await.unwrap();
    assert!(resume(&test.app, &secret, net()).await.unwrap().is_none());
    assert!(matches!(revoke(&test.app, &ada, &id).await, Err(OperatorError::TokenRevoked)));
    let unknown = "tok_unknown".parse().unwrap();
    assert!(matches!(revoke(&test.app, &ada, &unknown).await, Err(OperatorError::TokenNotFound)));
    assert_eq!(log(&test.app).await.0.last().unwrap(), "token_revoked");
    assert!(list(&test.app).await.unwrap()[0].revoked_at.is_some());
}

#[tokio::test]
async fn its_last_use_is_written_down_once_a_minute() {
    let test = testing::app().await;
    let (ada, _) = admin(&test.app).await;
    let (_, secret) = create(&test.app, &ada, "ci", &WRITE).await.unwrap();
    let used = async || {
        resume(&test.app, &secret, net()).await.unwrap().unwrap();
        list(&test.app).await.unwrap().remove(0).last_used_at
    };
    let start = test.app.now();
    assert_eq!(used().await, Some(start));
    test.clock.advance(Duration::from_secs(59));
    assert_eq!(used().await, Some(start));
    test.clock.advance(Duration::from_secs(1));
    assert_eq!(used().await, Some(test.app.now()));
}

#[tokio::test]
async fn what_is_no_token_opens_nothing() {
    let test = testing::app().await;
    let (ada, _) = admin(&test.app).await;
    let (id, secret) = create(&test.app, &ada, "ci", &WRITE).await.unwrap();
    let bare = secret.expose().trim_start_matches("cs_").to_owned();
    for text in ["", "cs_", "cs_x", id.as_str(), bare.as_str()] {
        assert!(resume(&test.app, &Secret::from(text), net()).await.unwrap().is_none());
    }
    assert!(matches!(create(&test.app, &ada, "", &WRITE).await, Err(OperatorError::Fields(_))));
    assert!(matches!(create(&test.app, &ada, "x", &[]).await, Err(OperatorError::Fields(_))));
}
