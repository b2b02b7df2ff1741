use super::*;
use crate::{
    actor::{Net, Via},
    app::Slow,
    operators::{
        NewToken, Principal, SessionInfo,
        link::{DeadLink, peek_link},
        role::TokenScope,
        sign_in::with_link,
        testing::{PASSWORD, admin, log, person, resumed, signed_in},
    },
    testing,
};

fn new(email: &str, name: &str, roles: &str) -> NewOperator {
    NewOperator {
        email: email.to_owned(),
        name: name.to_owned(),
        roles: roles.parse().unwrap(),
        password: None,
    }
}

fn codes(error: OperatorError) -> Vec<(&'static str, &'static str)> {
    match error {
        OperatorError::Fields(fields) => fields.iter().map(|field| (field.field, field.code)).collect(),
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_person_is_added_with_a_link_and_the_log_names_neither_link_nor_address() {
    let test = testing::app().await;
    let (admin, _) = admin(&test.app).await;
    let (rowan, link) = add(&test.app, &admin, new("Rowan@x.example", "Rowan", "reviewer")).await.unwrap();
    assert!(!rowan.has_password());
    let link = link.unwrap();
    assert_eq!(peek_link(&test.app, &link).await.unwrap().unwrap().name, "Rowan");
    let (kinds, all) = log(&test.app).await;
    assert_eq!(kinds[kinds.len() - 2..], ["operator_invited", "link_issued"]);
    assert!(!all.contains(link.expose()) && !all.contains("owan"), "{all}");
    assert!(all.contains("ada@x.example"), "who invited is sealed beside it: {all}");
    assert_eq!(find_by_email(&test.app, "ROWAN@X.example").await.unwrap().id, rowan.id);
}

#[tokio::test]
async fn an_address_is_taken_in_whatever_capitals_and_nothing_is_written() {
    let test = testing::app().await;
    person(&test.app, "ada@x.example", "author").await;
    let before = log(&test.app).await.0.len();
    let again = add(&test.app, Authority::command_line(), new("ADA@X.example", "Other", "author")).await;
    assert_eq!(codes(again.map(|_| ()).unwrap_err()), [("email", "taken")]);
    assert_eq!(list(&test.app).await.unwrap().len(), 1);
    assert_eq!(log(&test.app).await.0.len(), before);
}

#[tokio::test]
async fn all_that_is_wrong_is_told_at_once() {
    let test = testing::app().await;
    let wrong =
        add(&test.app, Authority::command_line(), new("nobody", " ", "")).await.map(|_| ()).unwrap_err();
    assert_eq!(codes(wrong), [("email", "malformed"), ("name", "missing"), ("roles", "missing")]);
    let mut short = new("a@x.example", "Ada", "author");
    short.password = Some(Secret::from("too short"));
    let wrong = add(&test.app, Authority::command_line(), short).await.map(|_| ()).unwrap_err();
    assert_eq!(codes(wrong), [("password", "too_short")]);
}

#[tokio::test]
async fn the_last_enabled_admin_stays_one() {
    let test = testing::app().await;
    let (ada, _) = admin(&test.app).await;
    let no_role = OperatorChange { roles: Some("author".parse().unwrap()), ..Default::default() };
    let disabled = OperatorChange { disabled: Some(true), ..Default::default() };
    for change_ in [&no_role, &disabled] {
        let refused = change(&test.app, &ada, ada.id(), change_.clone()).await.unwrap_err();
        assert!(matches!(refused, OperatorError::LastAdmin), "{refused}");
    }
    let other = person(&test.app, "grace@x.example", "admin").await;
    change(&test.app, &ada, ada.id(), no_role).await.unwrap();
    let refused = change(&test.app, Authority::command_line(), &other.id, disabled).await.unwrap_err();
    assert!(matches!(refused, OperatorError::LastAdmin), "{refused}");
}

#[tokio::test]
async fn a_disabled_admin_is_none_to_rely_on() {
    let test = testing::app().await;
    let (ada, _) = admin(&test.app).await;
    let other = person(&test.app, "grace@x.example", "admin").await;
    let disabled = OperatorChange { disabled: Some(true), ..Default::default() };
    change(&test.app, &ada, &other.id, disabled.clone()).await.unwrap();
    assert!(matches!(change(&test.app, &ada, ada.id(), disabled).await, Err(OperatorError::LastAdmin)));
}

async fn token_of(app: &App, maker: &Principal) -> Secret {
    let new = NewToken { name: "ci".into(), scopes: vec![TokenScope::DraftsRead], expires_at: None };
    token::create(app, &maker.admin().unwrap(), new).await.unwrap().1
}

async fn works(app: &App, secret: &Secret) -> bool {
    token::resume(app, secret, Default::default()).await.unwrap().is_ok()
}

#[tokio::test]
async fn disabling_ends_sessions_links_and_tokens_at_once_and_enabling_brings_none_back() {
    let test = testing::app().await;
    let (ada, _) = admin(&test.app).await;
    let rowan = person(&test.app, "rowan@x.example", "admin").await;
    let session = signed_in(&test.app, "rowan@x.example").await;
    let (principal, _) = resumed(&test.app, &session).await.unwrap();
    let link = issue_link(&test.app, &ada, &rowan.id).await.unwrap();
    let token = token_of(&test.app, &principal).await;
    let disabled = |flag| OperatorChange { disabled: Some(flag), ..Default::default() };
    change(&test.app, &ada, &rowan.id, disabled(true)).await.unwrap();
    assert!(resumed(&test.app, &session).await.is_none());
    assert!(!works(&test.app, &token).await);
    assert!(matches!(issue_link(&test.app, &ada, &rowan.id).await, Err(OperatorError::Disabled)));
    change(&test.app, &ada, &rowan.id, disabled(false)).await.unwrap();
    assert!(resumed(&test.app, &session).await.is_none());
    assert_eq!(peek_link(&test.app, &link).await.unwrap(), Err(DeadLink::Unknown));
    assert!(!works(&test.app, &token).await);
    let kinds = log(&test.app).await.0;
    let told = ["operator_disabled", "session_revoked", "token_revoked", "operator_enabled"];
    assert_eq!(kinds[kinds.len() - 4..], told);
}

#[tokio::test]
async fn roles_and_names_change_with_an_event_and_without_a_change_there_is_none() {
    let test = testing::app().await;
    let (ada, _) = admin(&test.app).await;
    let rowan = person(&test.app, "rowan@x.example", "author").await;
    let before = log(&test.app).await.0.len();
    let both = OperatorChange {
        name: Some("Rowan Reed".to_owned()),
        roles: Some("reviewer,auditor".parse().unwrap()),
        disabled: Some(false),
    };
    let changed = change(&test.app, &ada, &rowan.id, both.clone()).await.unwrap();
    assert_eq!(
        (changed.name.as_str(), changed.roles.to_string().as_str()),
        ("Rowan Reed", "reviewer,auditor")
    );
    change(&test.app, &ada, &rowan.id, both).await.unwrap();
    let (kinds, all) = log(&test.app).await;
    assert_eq!(kinds[before..], ["operator_renamed", "role_changed"]);
    assert!(all.contains("\"roles\":[\"reviewer\",\"auditor\"]"), "{all}");
    let none = OperatorChange { roles: Some(Roles::default()), ..Default::default() };
    assert!(change(&test.app, &ada, &rowan.id, none).await.is_err());
    let unknown = "opr_unknown".parse().unwrap();
    let refused = change(&test.app, &ada, &unknown, OperatorChange::default()).await.unwrap_err();
    assert!(matches!(refused, OperatorError::NotFound));
}

#[tokio::test]
async fn a_role_that_is_taken_away_is_gone_in_the_next_request() {
    let test = testing::app().await;
    let (ada, _) = admin(&test.app).await;
    let rowan = person(&test.app, "rowan@x.example", "reviewer").await;
    let session = signed_in(&test.app, "rowan@x.example").await;
    let roles = OperatorChange { roles: Some("author".parse().unwrap()), ..Default::default() };
    change(&test.app, &ada, &rowan.id, roles).await.unwrap();
    let (principal, _) = resumed(&test.app, &session).await.unwrap();
    assert!(principal.reviewer().is_err() && principal.author().is_ok());
}

#[tokio::test]
async fn a_new_link_replaces_the_older_one() {
    let test = testing::app().await;
    let rowan = person(&test.app, "rowan@x.example", "reviewer").await;
    let by = Authority::command_line;
    let older = issue_link(&test.app, by(), &rowan.id).await.unwrap();
    let newer = issue_link(&test.app, by(), &rowan.id).await.unwrap();
    assert_eq!(peek_link(&test.app, &older).await.unwrap(), Err(DeadLink::Unknown));
    assert!(peek_link(&test.app, &newer).await.unwrap().is_ok());
}

#[tokio::test]
async fn a_lost_password_is_replaced_by_a_link_or_by_a_new_one() {
    let test = testing::app().await;
    let rowan = person(&test.app, "rowan@x.example", "reviewer").await;
    let session = signed_in(&test.app, "rowan@x.example").await;
    let by = Authority::command_line;
    let link = reset_password(&test.app, by(), &rowan.id, PasswordReset::default()).await.unwrap().unwrap();
    assert!(resumed(&test.app, &session).await.is_none());
    assert!(!find(&test.app, &rowan.id).await.unwrap().has_password());
    let to = PasswordReset { password: Some(Secret::from(PASSWORD)), ..PasswordReset::default() };
    assert!(reset_password(&test.app, by(), &rowan.id, to).await.unwrap().is_none());
    signed_in(&test.app, "rowan@x.example").await;
    assert_eq!(peek_link(&test.app, &link).await.unwrap(), Err(DeadLink::Unknown));
}

#[tokio::test]
async fn an_admin_who_was_put_out_meanwhile_resets_no_password() {
    let test = testing::app().await;
    let (ada, _) = admin(&test.app).await;
    let rowan = person(&test.app, "rowan@x.example", "reviewer").await;
    person(&test.app, "grace@x.example", "admin").await;
    let out = OperatorChange { disabled: Some(true), ..OperatorChange::default() };
    change(&test.app, Authority::command_line(), ada.id(), out).await.unwrap();
    let (before, _) = log(&test.app).await;
    for password in [None, Some(Secret::from("quite another sentence"))] {
        let reset = PasswordReset { password, ..PasswordReset::default() };
        let refused = reset_password(&test.app, &ada, &rowan.id, reset).await.map(drop);
        assert!(matches!(refused, Err(OperatorError::Ended)), "{refused:?}");
    }
    assert_eq!(log(&test.app).await.0, before);
    signed_in(&test.app, "rowan@x.example").await;
}

#[tokio::test]
async fn pages_learn_the_names_of_those_who_are_known() {
    let test = testing::app().await;
    let rowan = person(&test.app, "rowan@x.example", "reviewer").await;
    let unknown: OperatorId = "opr_unknown".parse().unwrap();
    let ids = [rowan.id.clone(), unknown, rowan.id.clone()];
    let names = names(&test.app, ids).await.unwrap();
    assert_eq!(names.into_iter().collect::<Vec<_>>(), [(rowan.id, "rowan".to_owned())]);
}

/// The session of whoever comes by a link.
async fn by_link(app: &App, link: &Secret) -> SessionInfo {
    let (net, via) = (Net::default(), Via::Page);
    let session = with_link(app, &net, via, link, None).await.map_err(|error| error.to_string()).unwrap();
    resumed(app, &session).await.unwrap().1
}

#[tokio::test]
async fn tokens_end_with_a_password_that_was_lost() {
    let test = testing::app().await;
    let (ada, _) = admin(&test.app).await;
    let ending = async |token: Secret| assert!(!works(&test.app, &token).await);
    let token = token_of(&test.app, &ada).await;
    let reset = PasswordReset::default();
    let link = reset_password(&test.app, Authority::command_line(), ada.id(), reset).await.unwrap().unwrap();
    ending(token).await;

    let ada = Principal::in_tests(ada.actor().clone(), ada.person().clone(), ada.roles().clone());
    let (person, ada) = (ada.in_person().unwrap(), ada.admin().unwrap());
    let token = token_of(&test.app, &ada).await;
    let own = Secret::from("quite another sentence");
    let from_link = by_link(&test.app, &link).await;
    crate::operators::set_password(&test.app, &person, &from_link, None, own.clone()).await.unwrap();
    assert!(works(&test.app, &token).await, "a first password replaces none");
    let next = Secret::from("yet another sentence");
    let proven = SessionInfo { is_from_link: false, ..from_link };
    crate::operators::set_password(&test.app, &person, &proven, Some(own), next.clone()).await.unwrap();
    assert!(works(&test.app, &token).await, "whoever knows the old one has lost nothing");
    let link = issue_link(&test.app, Authority::command_line(), ada.id()).await.unwrap();
    let from_link = by_link(&test.app, &link).await;
    crate::operators::set_password(&test.app, &person, &from_link, None, next).await.unwrap();
    ending(token).await;
}

#[tokio::test]
async fn whoever_was_named_by_older_rules_can_set_a_password() {
    let test = testing::app().await;
    let mut ada = person(&test.app, "ada@x.example", "author").await;
    ada.name = "Ada\u{200b} Lovelace".to_owned();
    assert!(Name::parse(&ada.name).is_err());
    let set = fresh_hash(&test.app, "new", &ada, &Secret::from("twelve plums in an hour")).await;
    assert!(set.is_ok());
}

#[tokio::test]
async fn a_password_is_not_replaced_of_whoever_is_disabled_while_it_is_hashed() {
    let test = testing::app().await;
    let (app, rowan) = (&test.app, person(&test.app, "rowan@x.example", "reviewer").await);
    let password = Some(Secret::from("quite another sentence"));
    let reset = PasswordReset { password, ..PasswordReset::default() };
    let before = app.slow_begun(Slow::Password);
    let mut replacing = std::pin::pin!(reset_password(app, Authority::command_line(), &rowan.id, reset));
    while app.slow_begun(Slow::Password) == before {
        assert!(futures_util::poll!(&mut replacing).is_pending());
        tokio::task::yield_now().await;
    }
    let out = OperatorChange { disabled: Some(true), ..OperatorChange::default() };
    change(app, Authority::command_line(), &rowan.id, out).await.unwrap();
    assert!(matches!(replacing.await, Err(OperatorError::Disabled)));
    assert_ne!(log(app).await.0.last().unwrap(), "password_changed");
}
