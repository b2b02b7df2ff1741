use std::{sync::Arc, time::Duration};

use tokio::sync::Notify;

use super::*;
use crate::{
    app::Slow,
    error::Refusal as _,
    hooks::Point,
    operators::{
        Authority, OperatorChange,
        link::peek_link,
        people,
        testing::{PASSWORD, log, net, person, resumed},
    },
    testing,
};

async fn attempt(app: &App, email: &str, password: &str) -> Result<Session, SignInError> {
    with_password(app, &net(), Via::Page, email, Secret::from(password), None).await
}

async fn link_for(app: &App, operator: &Operator) -> Secret {
    people::issue_link(app, Authority::command_line(), &operator.id).await.unwrap()
}

async fn open(app: &App, link: &Secret) -> Result<Session, SignInError> {
    with_link(app, &net(), Via::Page, link, None).await
}

#[tokio::test]
async fn the_right_password_opens_a_session() {
    let test = testing::app().await;
    person(&test.app, "ada@x.example", "author").await;
    let session = attempt(&test.app, " Ada@X.example", PASSWORD).await.unwrap();
    let (principal, _) = resumed(&test.app, &session).await.unwrap();
    assert_eq!(principal.person().email, "ada@x.example");
    let (kinds, all) = log(&test.app).await;
    assert_eq!(kinds.last().unwrap(), "signed_in");
    assert!(all.contains("\"method\":\"password\"") && !all.contains(PASSWORD), "{all}");
}

#[tokio::test]
async fn whoever_is_refused_learns_nothing_and_the_log_keeps_nothing_they_typed() {
    let test = testing::app().await;
    let ada = person(&test.app, "ada@x.example", "author").await;
    let gone = person(&test.app, "gone@x.example", "author").await;
    let linked = person(&test.app, "linked@x.example", "author").await;
    people::reset_password(&test.app, Authority::command_line(), &linked.id, Default::default())
        .await
        .unwrap();
    let disabled = OperatorChange { disabled: Some(true), ..Default::default() };
    people::change(&test.app, Authority::command_line(), &ada.id, disabled.clone()).await.unwrap();
    people::change(&test.app, Authority::command_line(), &gone.id, disabled).await.unwrap();
    let told = Email::parse("stranger@x.example").unwrap().key();
    let mut texts = Vec::new();
    for (email, password) in [
        ("ada@x.example", PASSWORD),
        ("gone@x.example", "a wrong password"),
        ("linked@x.example", ""),
        (told.as_str(), "canary password"),
        ("no address", "canary password"),
        ("", ""),
    ] {
        let refused = attempt(&test.app, email, password).await.map(|_| ()).unwrap_err();
        texts.push((refused.code(), refused.to_string()));
    }
    texts.dedup();
    assert_eq!(texts.len(), 1, "{texts:?}");
    let (kinds, all) = log(&test.app).await;
    assert_eq!(kinds.iter().filter(|kind| *kind == "sign_in_failed denied").count(), 6);
    assert!(!all.contains("canary") && !all.contains("stranger") && !all.contains("no address"), "{all}");
}

#[tokio::test]
async fn guessing_from_one_place_is_slowed_and_the_person_still_comes_in_from_another() {
    let test = testing::app().await;
    person(&test.app, "ada@x.example", "author").await;
    for _ in 0..10 {
        assert!(matches!(attempt(&test.app, "ada@x.example", "wrong").await, Err(SignInError::Wrong)));
    }
    let refused = attempt(&test.app, "ada@x.example", PASSWORD).await.map(|_| ()).unwrap_err();
    assert!(matches!(refused, SignInError::TooMany(wait) if wait <= Duration::from_secs(6)), "{refused}");
    let failures = log(&test.app).await.0.len();
    assert!(matches!(attempt(&test.app, "ADA@x.example", "wrong").await, Err(SignInError::TooMany(_))));
    assert_eq!(log(&test.app).await.0.len(), failures, "what is not tried is not told");
    let elsewhere = Net { address: Some("198.51.100.1".to_owned()), user_agent: None };
    let password = Secret::from(PASSWORD);
    with_password(&test.app, &elsewhere, Via::Api, "ada@x.example", password, None)
        .await
        .map(|_| ())
        .unwrap();
}

#[tokio::test]
async fn strangers_do_not_fill_the_log_from_however_many_addresses() {
    let test = testing::app().await;
    let told = async || log(&test.app).await.0.iter().filter(|kind| *kind == "sign_in_failed denied").count();
    assert!(matches!(attempt(&test.app, "ada@x.example", "wrong").await, Err(SignInError::Wrong)));
    assert_eq!(told().await, 1);
    assert_eq!((0..1000).filter(|_| test.app.throttles.tells_of_strangers()).count(), 599);
    assert!(matches!(attempt(&test.app, "ada@x.example", "wrong").await, Err(SignInError::Wrong)));
    assert_eq!(told().await, 1, "it is refused all the same");
    test.clock.advance(Duration::from_secs(6));
    assert!(matches!(attempt(&test.app, "ada@x.example", "wrong").await, Err(SignInError::Wrong)));
    assert_eq!(told().await, 2);
}

#[tokio::test]
async fn one_address_cannot_try_many_accounts_either() {
    let test = testing::app().await;
    for n in 0..29 {
        let tried = attempt(&test.app, &format!("n{n}@x.example"), "wrong").await;
        assert!(matches!(tried, Err(SignInError::Wrong)), "{n}");
    }
    // A link is one more way in, and counted with them.
    assert!(matches!(open(&test.app, &Secret::from("x")).await, Err(SignInError::Link(_))));
    assert!(matches!(attempt(&test.app, "n30@x.example", "wrong").await, Err(SignInError::TooMany(_))));
    assert!(matches!(open(&test.app, &Secret::from("x")).await, Err(SignInError::TooMany(_))));
}

#[test]
fn an_address_is_an_ipv4_host_or_an_ipv6_network() {
    let of = |address: &str| Net { address: Some(address.to_owned()), user_agent: None }.origin();
    assert_eq!(of("2001:db8:1:2:3::4"), of("2001:db8:1:2:ffff::9"));
    assert_ne!(of("2001:db8:1:2:3::4"), of("2001:db8:1:3::4"));
    assert_eq!(of("::ffff:192.0.2.7"), of("192.0.2.7"));
    assert_ne!(of("192.0.2.8"), of("192.0.2.7"));
}

#[tokio::test]
async fn a_link_works_once() {
    let test = testing::app().await;
    let ada = person(&test.app, "ada@x.example", "author").await;
    let link = link_for(&test.app, &ada).await;
    assert!(peek_link(&test.app, &link).await.unwrap().is_ok(), "looking uses nothing up");
    let session = open(&test.app, &link).await.unwrap();
    let (principal, info) = resumed(&test.app, &session).await.unwrap();
    assert_eq!(principal.id(), &ada.id);
    assert!(info.is_from_link && info.asks_password, "also where there is a password already");
    let again = open(&test.app, &link).await.map(|_| ()).unwrap_err();
    assert!(matches!(again, SignInError::Link(DeadLink::Used)), "{again}");
    assert_eq!(peek_link(&test.app, &link).await.unwrap(), Err(DeadLink::Used));
    let (kinds, all) = log(&test.app).await;
    assert_eq!(kinds[kinds.len() - 2..], ["signed_in", "sign_in_failed denied"]);
    assert!(all.contains("\"method\":\"link\"") && !all.contains(link.expose()), "{all}");
}

#[tokio::test]
async fn of_two_who_open_a_link_at_once_one_comes_in() {
    let test = testing::app().await;
    let ada = person(&test.app, "ada@x.example", "author").await;
    let link = link_for(&test.app, &ada).await;
    let (one, two) = tokio::join!(open(&test.app, &link), open(&test.app, &link));
    assert!(one.is_ok() != two.is_ok());
}

#[tokio::test]
async fn a_link_lasts_a_day() {
    let test = testing::app().await;
    let ada = person(&test.app, "ada@x.example", "author").await;
    let link = link_for(&test.app, &ada).await;
    test.clock.advance(Duration::from_secs(24 * 3600 - 1));
    assert!(peek_link(&test.app, &link).await.unwrap().is_ok());
    test.clock.advance(Duration::from_secs(1));
    let late = open(&test.app, &link).await.map(|_| ()).unwrap_err();
    assert!(matches!(late, SignInError::Link(DeadLink::Expired)), "{late}");
}

#[tokio::test]
async fn a_link_dies_with_its_persons_access() {
    let test = testing::app().await;
    let ada = person(&test.app, "ada@x.example", "author").await;
    let link = link_for(&test.app, &ada).await;
    let disabled = OperatorChange { disabled: Some(true), ..Default::default() };
    people::change(&test.app, Authority::command_line(), &ada.id, disabled).await.unwrap();
    let refused = open(&test.app, &link).await.map(|_| ()).unwrap_err();
    assert!(matches!(refused, SignInError::Link(DeadLink::Unknown)), "{refused}");
}

#[tokio::test]
async fn whoever_comes_by_link_without_a_password_is_asked_for_one() {
    let test = testing::app().await;
    let ada = person(&test.app, "ada@x.example", "author").await;
    let link = people::reset_password(&test.app, Authority::command_line(), &ada.id, Default::default())
        .await
        .unwrap();
    let session = open(&test.app, &link.unwrap()).await.unwrap();
    assert!(session.asks_password);
    let (_, info) = resumed(&test.app, &session).await.unwrap();
    assert!(info.asks_password && info.may_skip_password, "the tests' installation is a rehearsal");
}

#[tokio::test]
async fn a_command_takes_the_persons_password() {
    let test = testing::app().await;
    person(&test.app, "ada@x.example", "author").await;
    let ada = authenticate_cli(&test.app, "ada@x.example", &Secret::from(PASSWORD), None).await.unwrap();
    assert!(ada.author().is_ok());
    assert_eq!(ada.actor().via, Via::Cli);
    let refused = authenticate_cli(&test.app, "ada@x.example", &Secret::from("wrong"), None).await;
    assert!(matches!(refused, Err(SignInError::Wrong)));
    assert_eq!(log(&test.app).await.0.last().unwrap(), "sign_in_failed denied");
}

/// What puts somebody out comes to its commit while a command of theirs compares the password.
#[tokio::test(flavor = "multi_thread")]
async fn a_command_does_not_outrun_what_puts_its_person_out() {
    let test = testing::app().await;
    let app = &test.app;
    let ada = person(app, "ada@x.example", "author").await;
    let (has_come, may_go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (came, goes) = (Arc::clone(&has_come), Arc::clone(&may_go));
    app.hooks.install(move |point| {
        let (came, goes) = (Arc::clone(&came), Arc::clone(&goes));
        async move {
            if point == Point::TellBeforeCommit {
                came.notify_one();
                goes.notified().await;
            }
            Ok(())
        }
    });
    let disabled = OperatorChange { disabled: Some(true), ..OperatorChange::default() };
    let disabling = people::change(app, Authority::command_line(), &ada.id, disabled);
    let proving = async {
        has_come.notified().await;
        let before = app.slow_begun(Slow::Password);
        let password = Secret::from(PASSWORD);
        let mut proving = std::pin::pin!(authenticate_cli(app, "ada@x.example", &password, None));
        while app.slow_begun(Slow::Password) == before {
            assert!(futures_util::poll!(&mut proving).is_pending());
            tokio::task::yield_now().await;
        }
        app.hooks.clear();
        may_go.notify_one();
        proving.await
    };
    let (disabled, proven) = tokio::join!(disabling, proving);
    disabled.unwrap();
    assert!(matches!(proven, Err(SignInError::Wrong)), "{:?}", proven.map(|proven| proven.person().clone()));
}
