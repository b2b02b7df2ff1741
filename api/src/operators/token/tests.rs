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

fn named(name: &str, scopes: &[TokenScope]) -> NewToken {
    NewToken { name: name.to_owned(), scopes: scopes.to_vec(), expires_at: None }
}

async fn opened(app: &App, secret: &Secret) -> Option<Principal> {
    resume(app, secret, net()).await.unwrap().ok()
}

#[tokio::test]
async fn a_token_acts_for_its_maker_within_its_scopes() {
    let test = testing::app().await;
    let (ada, _) = admin(&test.app).await;
    let both = OperatorChange { roles: Some("author,admin,reviewer".parse().unwrap()), ..Default::default() };
    people::change(&test.app, Authority::command_line(), ada.id(), both).await.unwrap();
    let (id, secret) = create(&test.app, &ada, named("ci", &WRITE)).await.unwrap();
    assert!(secret.expose().starts_with("cs_"));
    let token = opened(&test.app, &secret).await.unwrap();
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
async fn a_token_ends_with_the_role_that_it_needs_and_does_not_come_back_with_it() {
    let test = testing::app().await;
    let (ada, _) = admin(&test.app).await;
    let rowan = person(&test.app, "rowan@x.example", "author").await;
    let principal =
        authenticate_cli(&test.app, "rowan@x.example", &Secret::from(PASSWORD), None).await.unwrap();
    let owner = TokenOwner::on_command_line(&principal).unwrap();
    let (_, secret) = create(&test.app, owner, named("ci", &WRITE)).await.unwrap();
    let owner = TokenOwner::on_command_line(&principal).unwrap();
    let (_, reading) = create(&test.app, owner, named("ci", &[TokenScope::DraftsRead])).await.unwrap();
    let roles = |roles: &str| OperatorChange { roles: Some(roles.parse().unwrap()), ..Default::default() };
    people::change(&test.app, &ada, &rowan.id, roles("author,reviewer")).await.unwrap();
    people::change(&test.app, &ada, &rowan.id, roles("author")).await.unwrap();
    assert!(opened(&test.app, &secret).await.is_some(), "it needs no reviewer");
    people::change(&test.app, &ada, &rowan.id, roles("auditor")).await.unwrap();
    people::change(&test.app, &ada, &rowan.id, roles("author")).await.unwrap();
    assert!(opened(&test.app, &secret).await.is_none());
    assert!(opened(&test.app, &reading).await.is_some(), "it needs no role in particular");
    let why = list(&test.app).await.unwrap().into_iter().find_map(|token| token.revoked_why);
    assert_eq!(why.as_deref(), Some("role_lost"));
}

#[tokio::test]
async fn a_token_ends_when_its_time_is_over() {
    let test = testing::app().await;
    let (ada, _) = admin(&test.app).await;
    let end = test.app.now().plus(Duration::from_secs(60));
    let new = NewToken { expires_at: Some(end), ..named("ci", &WRITE) };
    let (_, secret) = create(&test.app, &ada, new.clone()).await.unwrap();
    assert!(opened(&test.app, &secret).await.is_some());
    test.clock.advance(Duration::from_secs(60));
    assert_eq!(resume(&test.app, &secret, net()).await.unwrap().map(drop), Err(DeadToken::Expired));
    assert_eq!(list(&test.app).await.unwrap()[0].state(test.app.now()), TokenState::Expired);
    let late = create(&test.app, &ada, new).await.map(drop).unwrap_err();
    assert!(matches!(late, OperatorError::Fields(fields) if fields[0].code == "past"));
}

#[tokio::test]
async fn an_end_is_within_ten_years_or_there_is_none() {
    let test = testing::app().await;
    let (ada, _) = admin(&test.app).await;
    let ten_years = Duration::from_secs(3650 * 86_400);
    let ending = |end| NewToken { expires_at: Some(end), ..named("ci", &WRITE) };
    create(&test.app, &ada, ending(test.app.now().plus(ten_years))).await.map(drop).unwrap();
    for later in [Duration::from_secs(1), Duration::MAX] {
        let end = test.app.now().plus(ten_years).plus(later);
        let refused = create(&test.app, &ada, ending(end)).await.map(drop).unwrap_err();
        assert!(matches!(refused, OperatorError::Fields(fields) if fields[0].code == "too_far"));
    }
}

#[tokio::test]
async fn nobody_but_an_admin_or_who_proved_a_password_to_a_command_makes_one() {
    let test = testing::app().await;
    let (ada, _) = admin(&test.app).await;
    assert_eq!(TokenOwner::on_command_line(&ada).unwrap_err(), Forbidden::Token);
    let (_, secret) = create(&test.app, &ada, named("ci", &WRITE)).await.unwrap();
    let token = opened(&test.app, &secret).await.unwrap();
    assert_eq!(TokenOwner::on_command_line(&token).unwrap_err(), Forbidden::Token);
}

#[tokio::test]
async fn a_revoked_token_is_dead_at_once() {
    let test = testing::app().await;
    let (ada, _) = admin(&test.app).await;
    let (id, secret) = create(&test.app, &ada, named("ci", &WRITE)).await.unwrap();
    revoke(&test.app, &ada, &id).await.unwrap();
    assert!(opened(&test.app, &secret).await.is_none());
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
    let (_, secret) = create(&test.app, &ada, named("ci", &WRITE)).await.unwrap();
    let used = async || {
        opened(&test.app, &secret).await.unwrap();
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
    let (id, secret) = create(&test.app, &ada, named("ci", &WRITE)).await.unwrap();
    let bare = secret.expose().trim_start_matches("cs_").to_owned();
    for text in ["", "cs_", "cs_x", id.as_str(), bare.as_str()] {
        assert!(opened(&test.app, &Secret::from(text)).await.is_none());
    }
    assert!(matches!(create(&test.app, &ada, named("", &WRITE)).await, Err(OperatorError::Fields(_))));
    assert!(matches!(create(&test.app, &ada, named("x", &[])).await, Err(OperatorError::Fields(_))));
}
