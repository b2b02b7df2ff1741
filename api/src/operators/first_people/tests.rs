use super::*;
use crate::{
    operators::{
        OperatorChange, PasswordReset,
        link::{DeadLink, peek_link},
        names,
        testing::{log, person},
    },
    testing,
};

fn summary(links: &[PrintedLink]) -> Vec<(&str, &str, String)> {
    links.iter().map(|link| (link.name.as_str(), link.email.as_str(), link.roles.to_string())).collect()
}

fn bootstrap() -> Option<(String, Secret)> {
    Some(("me@x.example".to_owned(), Secret::from("correct horse battery")))
}

#[tokio::test]
async fn a_rehearsal_has_two_people_with_fresh_links_at_each_start() {
    let test = testing::app().await;
    let first = first_people(&test.app, true, None).await.unwrap();
    assert_eq!(
        summary(&first),
        [
            ("Ada", "ada@rehearsal.example", "author,admin".to_owned()),
            ("Rowan", "rowan@rehearsal.example", "reviewer,auditor".to_owned()),
        ]
    );
    let second = first_people(&test.app, true, None).await.unwrap();
    assert_eq!(summary(&second), summary(&first));
    assert_eq!(people::list(&test.app).await.unwrap().len(), 2);
    assert_eq!(peek_link(&test.app, &first[0].secret).await.unwrap(), Err(DeadLink::Unknown));
    assert!(peek_link(&test.app, &second[0].secret).await.unwrap().is_ok());
    let all = log(&test.app).await.1;
    assert!(all.contains("\"kind\":\"system\"") && !all.contains(second[0].secret.expose()), "{all}");
}

#[tokio::test]
async fn the_bootstrap_person_takes_their_place_once() {
    let test = testing::app().await;
    for _ in 0..2 {
        assert!(first_people(&test.app, true, bootstrap()).await.unwrap().is_empty());
    }
    let everyone = people::list(&test.app).await.unwrap();
    assert_eq!(everyone.len(), 1);
    assert_eq!((everyone[0].email.as_str(), everyone[0].roles.clone()), ("me@x.example", Roles::all()));
    assert!(everyone[0].has_password());
    assert!(first_people(&test.app, true, None).await.unwrap().is_empty(), "nobody is added later");
}

#[tokio::test]
async fn the_bootstrap_person_is_not_added_to_others() {
    let test = testing::app().await;
    person(&test.app, "ada@x.example", "admin").await;
    assert!(first_people(&test.app, false, bootstrap()).await.unwrap().is_empty());
    assert_eq!(people::list(&test.app).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_bootstrap_password_that_will_not_do_is_told() {
    let test = testing::app().await;
    let short = Some(("me@x.example".to_owned(), Secret::from("short")));
    let Err(OperatorError::Fields(fields)) = first_people(&test.app, true, short).await else { panic!() };
    assert_eq!((fields[0].field, fields[0].code), ("password", "too_short"));
    assert!(fields[0].message.contains("COUNTERSIGN_BOOTSTRAP_PASSWORD"), "{}", fields[0].message);
}

#[tokio::test]
async fn with_an_app_there_is_one_person_whose_link_is_printed_until_a_password_is_set() {
    let test = testing::app().await;
    let first = first_people(&test.app, false, None).await.unwrap();
    let roles = Roles::all().to_string();
    assert_eq!(summary(&first), [("Admin", "admin@localhost", roles)]);
    let second = first_people(&test.app, false, None).await.unwrap();
    assert_eq!(summary(&second), summary(&first));
    let admin = people::find_by_email(&test.app, "admin@localhost").await.unwrap();
    let password = Some(Secret::from("correct horse battery"));
    let to = PasswordReset { password, ..PasswordReset::default() };
    people::reset_password(&test.app, Authority::command_line(), &admin.id, to).await.unwrap();
    assert!(first_people(&test.app, false, None).await.unwrap().is_empty());
}

#[tokio::test]
async fn after_a_rehearsal_somebody_can_enter_the_real_installation() {
    let test = testing::app().await;
    first_people(&test.app, true, None).await.unwrap();
    let links = first_people(&test.app, false, None).await.unwrap();
    assert_eq!(summary(&links), [("Ada", "ada@rehearsal.example", "author,admin".to_owned())]);
    let ada = people::find_by_email(&test.app, "ada@rehearsal.example").await.unwrap();
    let password = Some(Secret::from("correct horse battery"));
    let to = PasswordReset { password, ..PasswordReset::default() };
    people::reset_password(&test.app, Authority::command_line(), &ada.id, to).await.unwrap();
    assert!(first_people(&test.app, false, None).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_disabled_person_of_the_rehearsal_gets_no_link() {
    let test = testing::app().await;
    first_people(&test.app, true, None).await.unwrap();
    let rowan = people::find_by_email(&test.app, "rowan@rehearsal.example").await.unwrap();
    let disabled = OperatorChange { disabled: Some(true), ..Default::default() };
    people::change(&test.app, Authority::command_line(), &rowan.id, disabled).await.unwrap();
    let links = first_people(&test.app, true, None).await.unwrap();
    assert_eq!(links.len(), 1);
    assert_eq!(names(&test.app, [rowan.id]).await.unwrap().len(), 1);
}
