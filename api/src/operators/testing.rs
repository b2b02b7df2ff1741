//! People for the tests of this module.

use super::{
    Admin, Authority, NewOperator, Operator, Principal, Session, SessionInfo, people, session, sign_in,
};
use crate::{
    actor::{Net, Via},
    app::App,
    audit::read,
    secret::Secret,
};

/// Everyone's password.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// Somebody with these roles and [`PASSWORD`]; the name is the address without its host.
pub(crate) async fn person(app: &App, email: &str, roles: &str) -> Operator {
    let new = NewOperator {
        email: email.to_owned(),
        name: email.split('@').next().unwrap().to_owned(),
        roles: roles.parse().unwrap(),
        password: Some(Secret::from(PASSWORD)),
    };
    people::add(app, Authority::command_line(), new).await.unwrap().0
}

/// Where the tests' requests come from.
pub(crate) fn net() -> Net {
    Net { address: Some("192.0.2.7".to_owned()), user_agent: Some("Firefox".to_owned()) }
}

/// A session by password.
pub(crate) async fn signed_in(app: &App, email: &str) -> Session {
    sign_in::with_password(app, &net(), Via::Page, email, Secret::from(PASSWORD), None).await.unwrap()
}

/// What a session's cookie leads to.
pub(crate) async fn resumed(app: &App, session: &Session) -> Option<(Principal, SessionInfo)> {
    session::resume(app, &session.secret, net(), Via::Page).await.unwrap()
}

/// An admin called ada@x.example, signed in.
pub(crate) async fn admin(app: &App) -> (Admin, SessionInfo) {
    person(app, "ada@x.example", "admin").await;
    let session = signed_in(app, "ada@x.example").await;
    let (principal, info) = resumed(app, &session).await.unwrap();
    (principal.admin().unwrap(), info)
}

/// The log's `access.*` types in order, with the outcome where it is not `ok`, and with everything that was sealed.
pub(crate) async fn log(app: &App) -> (Vec<String>, String) {
    let events = read::tail(&app.db, 0, 200).await.unwrap();
    let ids: Vec<_> = events.iter().map(|event| event.id.clone()).collect();
    let sealed = read::sealed_of(&app.db, &ids).await.unwrap();
    let mut all: String = events.iter().map(|event| event.header.clone()).collect();
    all.extend(sealed.into_iter().filter_map(|part| part.value));
    let kinds = events.into_iter().map(|event| match event.outcome.as_str() {
        "ok" => event.kind.replace("access.", ""),
        outcome => format!("{} {outcome}", event.kind.replace("access.", "")),
    });
    (kinds.collect(), all)
}
