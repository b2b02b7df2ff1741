use std::time::Duration;

use super::*;
use crate::{
    actor::{Net, Via},
    error::Refusal as _,
    operators::{
        OperatorChange, PasswordReset, Session, SignInError,
        link::{self, peek_link},
        sign_in,
        testing::{PASSWORD, log, net, person, resumed, signed_in},
    },
    testing,
};

const ADA: &str = "ada@x.example";

/// What an app shows now for a secret in base32.
fn shown(app: &App, secret: &Secret) -> Secret {
    let shared = totp_rs::Secret::try_from_base32(secret.expose()).unwrap();
    let totp = totp_rs::Builder::new().with_secret(shared).build().unwrap();
    Secret::from(totp.generate(u64::try_from(app.now().micros()).unwrap() / 1_000_000).to_string())
}

fn password() -> Secret {
    Secret::from(PASSWORD)
}

/// Ada, who turns a second factor on: its secret and recovery codes.
async fn with_factor(app: &App) -> (Session, Secret, Vec<Secret>) {
    person(app, ADA, "author").await;
    let session = signed_in(app, ADA).await;
    let (principal, info) = resumed(app, &session).await.unwrap();
    let ada = principal.in_person().unwrap();
    let started = start(app, &ada, &password()).await.unwrap();
    let codes = confirm(app, &ada, &info, &shown(app, &started.secret)).await.unwrap();
    (session, started.secret, codes)
}

async fn enter(app: &App, code: Option<&Secret>) -> Result<Session, SignInError> {
    sign_in::with_password(app, &net(), Via::Page, ADA, password(), code.cloned()).await
}

fn code_of(answer: Result<Session, SignInError>) -> &'static str {
    answer.map_or_else(|error| error.code(), |_| "signed_in")
}

fn next_step(test: &testing::TestApp) {
    test.clock.advance(Duration::from_secs(30));
}

#[tokio::test]
async fn from_its_first_code_on_it_is_asked_for_and_each_code_opens_once() {
    let test = testing::app().await;
    let (_, secret, _) = with_factor(&test.app).await;
    let app = &test.app;
    assert_eq!(code_of(enter(app, None).await), "totp_required");
    assert_eq!(code_of(enter(app, Some(&Secret::from(" "))).await), "totp_required");
    let first = shown(app, &secret);
    assert_eq!(code_of(enter(app, Some(&first)).await), "totp_wrong", "it was used to turn it on");
    next_step(&test);
    let code = shown(app, &secret);
    assert_eq!(code_of(enter(app, Some(&code)).await), "signed_in");
    assert_eq!(code_of(enter(app, Some(&code)).await), "totp_wrong", "a replay");
    next_step(&test);
    assert_eq!(code_of(enter(app, Some(&code)).await), "totp_wrong", "a replay one step later");
    let (kinds, all) = log(app).await;
    assert!(kinds.contains(&"sign_in_failed denied".to_owned()), "{kinds:?}");
    assert!(all.contains("\"second_factor\":\"totp\"") && !all.contains(secret.expose()), "{all}");
}

#[tokio::test]
async fn of_two_who_bring_the_same_code_one_comes_in() {
    let test = testing::app().await;
    let (_, secret, codes) = with_factor(&test.app).await;
    next_step(&test);
    for code in [shown(&test.app, &secret), codes[0].clone()] {
        let (one, two) = tokio::join!(enter(&test.app, Some(&code)), enter(&test.app, Some(&code)));
        assert!(one.is_ok() != two.is_ok());
    }
}

#[tokio::test]
async fn without_the_password_nobody_learns_that_there_is_one() {
    let test = testing::app().await;
    let (_, secret, _) = with_factor(&test.app).await;
    next_step(&test);
    let code = shown(&test.app, &secret);
    for code in [None, Some(code)] {
        let wrong = Secret::from("a wrong password");
        let refused = sign_in::with_password(&test.app, &net(), Via::Page, ADA, wrong, code).await;
        assert_eq!(code_of(refused), "sign_in_failed");
    }
    assert_eq!(code_of(enter(&test.app, Some(&shown(&test.app, &secret))).await), "signed_in", "unspent");
}

#[tokio::test]
async fn a_recovery_code_opens_once_and_says_how_many_are_left() {
    let test = testing::app().await;
    let (_, _, codes) = with_factor(&test.app).await;
    let app = &test.app;
    let typed = Secret::from(codes[3].expose().to_uppercase().replace('-', " "));
    let session = enter(app, Some(&typed)).await.unwrap();
    assert_eq!(codes_left(app, &session.operator).await.unwrap(), Some(9));
    assert_eq!(code_of(enter(app, Some(&codes[3])).await), "totp_wrong");
    let (kinds, all) = log(app).await;
    assert!(kinds.contains(&"second_factor_changed".to_owned()));
    assert!(all.contains("\"left\":9") && all.contains("\"what\":\"recovery_code_used\""), "{all}");
    assert!(codes.iter().all(|code| !all.contains(code.expose())), "{all}");
}

#[tokio::test]
async fn guesses_are_counted_on_the_person_from_wherever_and_a_recovery_code_is_a_way_in() {
    let test = testing::app().await;
    let (_, _, codes) = with_factor(&test.app).await;
    let app = &test.app;
    let mut slowed = 0;
    for n in 0..12 {
        let elsewhere = Net { address: Some(format!("198.51.100.{n}")), user_agent: None };
        let guess = Some(Secret::from(format!("00000{}", n % 10)));
        let answer = sign_in::with_password(app, &elsewhere, Via::Api, ADA, password(), guess).await;
        slowed += u32::from(code_of(answer) == "too_many_attempts");
    }
    // The code that turned it on counts, too.
    assert_eq!(slowed, 3);
    assert_eq!(code_of(enter(app, Some(&codes[0])).await), "signed_in");
}

#[tokio::test]
async fn turning_it_on_ends_other_sessions_and_asks_for_the_password() {
    let test = testing::app().await;
    let app = &test.app;
    person(app, ADA, "author").await;
    let (here, there) = (signed_in(app, ADA).await, signed_in(app, ADA).await);
    let (principal, info) = resumed(app, &here).await.unwrap();
    let ada = principal.in_person().unwrap();
    let refused = start(app, &ada, &Secret::from("wrong")).await.map(drop).unwrap_err();
    assert!(matches!(refused, OperatorError::Fields(fields) if fields[0].field == "password"));
    let none = confirm(app, &ada, &info, &Secret::from("123456")).await.map(drop).unwrap_err();
    assert!(matches!(none, OperatorError::FactorNotStarted));

    let old = start(app, &ada, &password()).await.unwrap();
    let started = start(app, &ada, &password()).await.unwrap();
    for wrong in [shown(app, &old.secret), Secret::from("12345"), Secret::from("")] {
        let refused = confirm(app, &ada, &info, &wrong).await.map(drop).unwrap_err();
        assert!(matches!(refused, OperatorError::Fields(fields) if fields[0].code == "wrong"));
    }
    assert_eq!(code_of(enter(app, None).await), "signed_in", "nothing is asked for yet");
    confirm(app, &ada, &info, &shown(app, &started.secret)).await.map(drop).unwrap();
    assert!(resumed(app, &here).await.is_some() && resumed(app, &there).await.is_none());
    let again = start(app, &ada, &password()).await.map(drop).unwrap_err();
    assert!(matches!(again, OperatorError::FactorOn));
}

#[tokio::test]
async fn what_was_begun_and_left_is_over_after_a_while() {
    let test = testing::app().await;
    let app = &test.app;
    person(app, ADA, "author").await;
    let (principal, info) = resumed(app, &signed_in(app, ADA).await).await.unwrap();
    let ada = principal.in_person().unwrap();
    let started = start(app, &ada, &password()).await.unwrap();
    test.clock.advance(Duration::from_secs(15 * 60));
    let late = confirm(app, &ada, &info, &shown(app, &started.secret)).await.map(drop).unwrap_err();
    assert!(matches!(late, OperatorError::FactorNotStarted));
    assert_eq!(super::super::sweep(app).await.unwrap(), 0);
    test.clock.advance(Duration::from_secs(1));
    assert_eq!(super::super::sweep(app).await.unwrap(), 1);
    assert!(people::find(app, ada.id()).await.unwrap().factor.is_none());
}

#[tokio::test]
async fn it_goes_with_password_and_code_and_not_with_one_of_them() {
    let test = testing::app().await;
    let (session, secret, codes) = with_factor(&test.app).await;
    let app = &test.app;
    next_step(&test);
    let (principal, _) = resumed(app, &session).await.unwrap();
    let ada = principal.in_person().unwrap();
    let code = shown(app, &secret);
    let wrong = Secret::from("wrong");
    for (password, code, field) in [(&wrong, &code, "password"), (&password(), &wrong, "totp")] {
        let refused = remove(app, &ada, password, code).await.unwrap_err();
        assert!(matches!(refused, OperatorError::Fields(fields) if fields[0].field == field));
    }
    let fresh = renew_codes(app, &ada, &password(), &codes[0]).await.unwrap();
    assert_eq!(code_of(enter(app, Some(&codes[1])).await), "totp_wrong", "the old ones are gone");
    assert_eq!(code_of(enter(app, Some(&fresh[1])).await), "signed_in");
    remove(app, &ada, &password(), &code).await.unwrap();
    assert_eq!(code_of(enter(app, None).await), "signed_in");
    assert!(matches!(remove(app, &ada, &password(), &code).await, Err(OperatorError::FactorOff)));
}

#[tokio::test]
async fn a_link_stands_for_the_password_and_not_for_the_second_factor() {
    let test = testing::app().await;
    let (session, _, codes) = with_factor(&test.app).await;
    let (app, id) = (&test.app, &session.operator.id);
    let by = Authority::command_line;
    let link = people::issue_link(app, by(), id).await.unwrap();
    assert!(peek_link(app, &link).await.unwrap().unwrap().asks_code);
    let open = |code: Option<&Secret>| {
        let (link, code) = (link.clone(), code.cloned());
        async move { code_of(sign_in::with_link(app, &net(), Via::Page, &link, code).await) }
    };
    assert_eq!(open(None).await, "totp_required");
    assert_eq!(open(Some(&Secret::from("000000"))).await, "totp_wrong");
    assert_eq!(open(Some(&codes[0])).await, "signed_in", "nothing was used up before");

    let kept = people::reset_password(app, by(), id, PasswordReset::default()).await.unwrap().unwrap();
    assert!(peek_link(app, &kept).await.unwrap().unwrap().asks_code, "a lost password is no lost app");
    let both = PasswordReset { password: None, second_factor: true };
    let link = people::reset_password(app, by(), id, both).await.unwrap().unwrap();
    assert!(!peek_link(app, &link).await.unwrap().unwrap().asks_code);
    assert_eq!(code_of(sign_in::with_link(app, &net(), Via::Page, &link, None).await), "signed_in");
}

#[tokio::test]
async fn a_link_asks_for_the_code_of_a_factor_that_is_turned_on_while_it_is_opened() {
    let test = testing::app().await;
    let app = &test.app;
    let id = person(app, ADA, "author").await.id;
    let (principal, info) = resumed(app, &signed_in(app, ADA).await).await.unwrap();
    let ada = principal.in_person().unwrap();
    let started = start(app, &ada, &password()).await.unwrap();
    let link = people::issue_link(app, Authority::command_line(), &id).await.unwrap();
    let found = link::find(app, &link).await.unwrap().1.unwrap();
    // The link was looked at, and nothing was asked for.
    let codes = confirm(app, &ada, &info, &shown(app, &started.secret)).await.unwrap();
    let nothing = proof::Brought::NotAsked;
    let through = sign_in::through_link(app, &net(), Via::Page, &link, &found, nothing).await.unwrap();
    assert!(through.is_none(), "a code is asked for now");
    let again = sign_in::with_link(app, &net(), Via::Page, &link, Some(codes[0].clone())).await;
    assert_eq!(code_of(again), "signed_in", "it was not used up");
}

#[tokio::test]
async fn an_admin_takes_away_anothers_but_not_their_own() {
    let test = testing::app().await;
    let (session, ..) = with_factor(&test.app).await;
    let app = &test.app;
    person(app, "grace@x.example", "admin").await;
    let (principal, _) = resumed(app, &signed_in(app, "grace@x.example").await).await.unwrap();
    let grace = principal.admin().unwrap();
    assert!(matches!(reset(app, &grace, grace.id()).await, Err(OperatorError::OwnFactor)));
    reset(app, &grace, &session.operator.id).await.unwrap();
    assert!(resumed(app, &session).await.is_none());
    assert_eq!(code_of(enter(app, None).await), "signed_in");
    assert!(matches!(reset(app, &grace, &session.operator.id).await, Err(OperatorError::FactorOff)));
    assert!(log(app).await.1.contains("\"what\":\"reset\""));
}

/// Half a sign-in, after the password.
async fn ticket(app: &App) -> Secret {
    match enter(app, None).await {
        Err(SignInError::CodeRequired(Some(ticket))) => Secret::from(ticket.expose()),
        _ => panic!("no code was asked for"),
    }
}

async fn second_step(app: &App, ticket: &Secret, code: &Secret) -> &'static str {
    code_of(sign_in::with_ticket(app, &net(), Via::Page, ticket, code).await)
}

#[tokio::test]
async fn half_a_sign_in_ends_with_its_persons_access_and_does_not_come_back() {
    let test = testing::app().await;
    let (session, _, codes) = with_factor(&test.app).await;
    let (app, id) = (&test.app, &session.operator.id);
    let set = async |disabled: bool| {
        let change = OperatorChange { disabled: Some(disabled), ..OperatorChange::default() };
        people::change(app, Authority::command_line(), id, change).await.unwrap();
    };
    let half = ticket(app).await;
    set(true).await;
    assert_eq!(second_step(app, &half, &codes[0]).await, "sign_in_over");
    set(false).await;
    assert_eq!(second_step(app, &half, &codes[0]).await, "sign_in_over", "as sessions and links");
    assert_eq!(second_step(app, &ticket(app).await, &codes[0]).await, "signed_in");
}

#[tokio::test]
async fn half_a_sign_in_is_no_session_and_lasts_a_few_minutes() {
    let test = testing::app().await;
    let (session, secret, codes) = with_factor(&test.app).await;
    let app = &test.app;
    let second = async |ticket: &Secret, code: &Secret| second_step(app, ticket, code).await;
    let first = ticket(app).await;
    assert!(session::resume(app, &first, net(), Via::Page).await.unwrap().is_none());
    assert_eq!(second(&first, &Secret::from("")).await, "totp_required");
    next_step(&test);
    assert_eq!(second(&first, &shown(app, &secret)).await, "signed_in");
    let other = Secret::from(first.expose().replace(&first.expose()[60..64], "AAAA"));
    assert_eq!(second(&other, &codes[0]).await, "sign_in_over");
    test.clock.advance(Duration::from_secs(5 * 60));
    assert_eq!(second(&first, &codes[0]).await, "sign_in_over");

    let stale = ticket(app).await;
    let to = PasswordReset { password: Some(Secret::from("quite another sentence")), second_factor: false };
    people::reset_password(app, Authority::command_line(), &session.operator.id, to).await.unwrap();
    assert_eq!(second(&stale, &codes[0]).await, "sign_in_over", "it stood for the old password");
}

#[tokio::test]
async fn a_secret_opens_for_its_person_alone() {
    let test = testing::app().await;
    let (session, ..) = with_factor(&test.app).await;
    let factor = people::find(&test.app, &session.operator.id).await.unwrap().factor.unwrap();
    let other = person(&test.app, "grace@x.example", "author").await;
    assert!(test.app.keys.open(&place(&session.operator.id), &factor.sealed).is_ok());
    assert!(test.app.keys.open(&place(&other.id), &factor.sealed).is_err());
}

#[tokio::test]
async fn a_command_asks_for_the_code_too() {
    let test = testing::app().await;
    let (_, secret, _) = with_factor(&test.app).await;
    next_step(&test);
    let code = shown(&test.app, &secret);
    let prove = async |code: Option<&Secret>| {
        sign_in::authenticate_cli(&test.app, ADA, &password(), code).await.map(drop).map_err(|e| e.code())
    };
    assert_eq!(prove(None).await, Err("totp_required"));
    assert_eq!(prove(Some(&code)).await, Ok(()));
    assert_eq!(prove(Some(&code)).await, Err("totp_wrong"));
    let kinds = log(&test.app).await.0;
    assert_eq!(kinds[kinds.len() - 2..], ["signed_in", "sign_in_failed denied"]);
}
