use super::*;
use crate::actor::{Net, Via};

fn principal(roles: &str, scopes: Option<&[TokenScope]>) -> Principal {
    let person =
        Person { id: "opr_1".parse().unwrap(), name: "Ada".to_owned(), email: "a@x.example".to_owned() };
    let actor = Actor::person(person.clone(), Via::Api, None, Net::default());
    let scopes = scopes.map(|scopes| scopes.iter().copied().collect());
    Principal::new(actor, person, roles.parse().unwrap(), scopes)
}

#[test]
fn a_role_opens_its_own_door_only() {
    let reviewer = principal("reviewer", None);
    assert!(reviewer.reviewer().is_ok());
    assert_eq!(reviewer.author().unwrap_err(), Forbidden::Role(Role::Author));
    assert_eq!(reviewer.admin().unwrap_err(), Forbidden::Role(Role::Admin));
}

#[test]
fn no_token_can_decide_or_administer_whatever_its_owner_may() {
    let token = principal("author,reviewer,admin,auditor", Some(&TokenScope::ALL));
    assert_eq!(token.reviewer().unwrap_err(), Forbidden::Token);
    assert_eq!(token.admin().unwrap_err(), Forbidden::Token);
    assert!(token.author().is_ok());
}

#[test]
fn authors_and_reviewers_may_comment_also_by_a_token_that_may_write() {
    let writes: Option<&[TokenScope]> = Some(&[TokenScope::DraftsWrite]);
    for (roles, scopes) in [("author", None), ("reviewer", None), ("author", writes), ("reviewer", writes)] {
        assert_eq!(principal(roles, scopes).may_comment(), Ok(()), "{roles}");
    }
    let reads = principal("reviewer", Some(&[TokenScope::DraftsRead]));
    assert_eq!(reads.may_comment(), Err(Forbidden::Scope(TokenScope::DraftsWrite)));
    assert!(principal("auditor,admin", None).may_comment().is_err());
}

#[test]
fn a_token_never_lends_a_role_that_its_owner_lacks() {
    let token = principal("auditor", Some(&TokenScope::ALL));
    assert_eq!(token.author().unwrap_err(), Forbidden::Role(Role::Author));
}

#[test]
fn whoever_owes_a_password_may_do_nothing_but_set_it() {
    let newcomer = principal("author,reviewer,admin,auditor", None).owing_password(true);
    let may = [
        newcomer.author().map(drop),
        newcomer.reviewer().map(drop),
        newcomer.admin().map(drop),
        newcomer.auditor().map(drop),
        newcomer.reader(TokenScope::DraftsRead).map(drop),
    ];
    assert!(may.iter().all(|may| *may == Err(Forbidden::PasswordOwed)), "{may:?}");
    assert!(newcomer.in_person().is_ok());
}

#[test]
fn a_token_has_only_its_scopes() {
    let token = principal("author", Some(&[TokenScope::DraftsRead]));
    assert_eq!(token.author().unwrap_err(), Forbidden::Scope(TokenScope::DraftsWrite));
    assert!(token.reader(TokenScope::DraftsRead).is_ok());
    assert_eq!(
        token.reader(TokenScope::PublicationsRead).unwrap_err(),
        Forbidden::Scope(TokenScope::PublicationsRead)
    );
}
