//! Appending: whole events, one outcome, no secrets, told clock steps.

use std::time::Duration;

use super::*;
use crate::{
    actor::{Net, Person},
    audit::read,
    testing,
};

fn ada() -> Actor {
    let person = Person {
        id: "opr_ada".parse().unwrap(),
        name: "Ada".to_owned(),
        email: "ada@pins.example".to_owned(),
    };
    let net = Net { address: Some("127.0.0.1".to_owned()), user_agent: Some("Basic curl".to_owned()) };
    Actor::person(person, Via::Page, None, net)
}

fn connection() -> Stream {
    Stream::Connection("con_1".to_owned())
}

async fn append(app: &App, stream: Stream, happening: Happening) -> Result<Appended, Fault> {
    AuditedTx::begin(app).await?.commit_one(Event::fresh(app, stream, &ada(), happening)).await
}

fn request() -> Happening {
    Happening::ApiRequest {
        operation: "boards/list",
        method: "GET",
        path: "/boards",
        environment: "rehearsal",
        grant: "grt_1".to_owned(),
        generation: 1,
        attempt: None,
        digest: None,
        timeout_ms: 30_000,
    }
}

#[tokio::test]
async fn what_is_appended_passes_the_self_check() {
    let test = testing::app().await;
    append(&test.app, Stream::Installation, Happening::SignedOut {}).await.unwrap();
    append(&test.app, connection(), Happening::Commented {}).await.unwrap();
    append(&test.app, connection(), Happening::Commented {}).await.unwrap();
    let check = read::self_check(&test.app.db).await.unwrap();
    // Four: the connection's stream was opened by an event of the installation's.
    assert_eq!((check.events, check.fault), (4, None));
    let filter = read::EventFilter { kind: Some("system".to_owned()), ..Default::default() };
    let listed = read::list(&test.app, &filter, 9);
    let kinds: Vec<String> = listed.await.unwrap().into_iter().map(|event| event.kind).collect();
    assert_eq!(kinds, ["system.stream_opened"]);
}

#[tokio::test]
async fn a_change_that_nobody_tells_of_is_refused() {
    let test = testing::app().await;
    let untold = AuditedTx::begin(&test.app).await.unwrap().commit(Vec::new()).await;
    assert!(matches!(untold, Err(Fault::Event(_))), "{untold:?}");
}

#[tokio::test]
async fn a_stranger_cannot_put_a_secret_into_the_log_by_the_user_agent() {
    let test = testing::app().await;
    let event = append(&test.app, Stream::Installation, Happening::SignedOut {}).await.unwrap();
    let parts = read::sealed_of(&test.app.db, &[event.id]).await.unwrap();
    let net = parts.iter().find(|part| part.name == "net").and_then(|part| part.value.clone()).unwrap();
    assert!(!net.contains("Basic "), "{net}");
}

#[tokio::test]
async fn an_event_with_a_live_secret_is_refused_and_nothing_is_written() {
    let test = testing::app().await;
    let happening = Happening::AuthorizeDenied { error: "canary-app-secret".to_owned() };
    let refused = append(&test.app, connection(), happening).await;
    assert!(matches!(refused, Err(Fault::Event(_))), "{refused:?}");
    assert_eq!(read::self_check(&test.app.db).await.unwrap().events, 0);
}

#[tokio::test]
async fn an_event_with_what_looks_like_a_token_is_refused_wherever_it_stands() {
    let test = testing::app().await;
    let token = || "pina_0123456789abcdefghij".to_owned();
    let in_header = append(&test.app, connection(), Happening::AuthorizeDenied { error: token() }).await;
    let words = crate::audit::header::object([("message", token().into())]).unwrap();
    let sealed = |event: Event| async { AuditedTx::begin(&test.app).await?.commit_one(event).await };
    let event = || Event::fresh(&test.app, connection(), &ada(), Happening::Commented {});
    let (in_content, in_remote) =
        (sealed(event().content(words.clone())).await, sealed(event().remote(words)).await);
    for refused in [in_header, in_content, in_remote] {
        assert!(matches!(refused, Err(Fault::Event(_))), "{refused:?}");
    }
    assert_eq!(read::self_check(&test.app.db).await.unwrap().events, 0);
}

#[tokio::test]
async fn only_one_outcome_of_a_request_wins() {
    let test = testing::app().await;
    let request = append(&test.app, connection(), request()).await.unwrap();
    let outcome = |why| {
        let event =
            Event::fresh(&test.app, connection(), &ada(), Happening::ApiUnknown { why }).cause(&request.id);
        async { AuditedTx::begin(&test.app).await?.commit_one(event).await }
    };
    outcome("timeout").await.unwrap();
    assert!(matches!(outcome("reaped").await, Err(Fault::Lost(_))));
}

#[tokio::test]
async fn an_intent_without_outcome_becomes_overdue() {
    let test = testing::app().await;
    append(&test.app, connection(), request()).await.unwrap();
    let overdue = async || read::overdue_intents(&test.app.db, test.app.now(), 9).await.unwrap().len();
    test.clock.advance(Duration::from_secs(59));
    assert_eq!(overdue().await, 0);
    test.clock.advance(Duration::from_secs(1));
    assert_eq!(overdue().await, 1);
}

#[tokio::test]
async fn time_that_steps_back_is_told() {
    let test = testing::app().await;
    append(&test.app, connection(), Happening::Commented {}).await.unwrap();
    test.clock.set(test.app.now().minus(Duration::from_secs(6)));
    append(&test.app, connection(), Happening::Commented {}).await.unwrap();
    let events = read::tail(&test.app.db, 0, 9).await.unwrap();
    let kinds: Vec<&str> = events.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(
        kinds,
        ["system.stream_opened", "review.commented", "system.clock_stepped", "review.commented"]
    );
}

#[tokio::test]
async fn rows_of_the_log_cannot_be_changed_and_a_changed_one_is_found() {
    use sea_orm::ConnectionTrait;
    let test = testing::app().await;
    append(&test.app, Stream::Installation, Happening::SignedOut {}).await.unwrap();
    let forge = "UPDATE audit_event SET outcome = 'denied'";
    let connection = test.app.db.connection();
    assert!(connection.execute_unprepared(forge).await.is_err());
    connection.execute_unprepared("DROP TRIGGER audit_event_no_update").await.unwrap();
    connection.execute_unprepared(forge).await.unwrap();
    let fault = read::self_check(&test.app.db).await.unwrap().fault.unwrap();
    assert!(fault.contains("`outcome`"), "{fault}");
}

#[tokio::test]
async fn a_log_that_was_cut_off_is_found() {
    use sea_orm::ConnectionTrait;
    let test = testing::app().await;
    for _ in 0..3 {
        append(&test.app, Stream::Installation, Happening::SignedOut {}).await.unwrap();
    }
    let connection = test.app.db.connection();
    connection.execute_unprepared("DROP TRIGGER audit_event_no_delete").await.unwrap();
    connection.execute_unprepared("DELETE FROM audit_event WHERE position = 2").await.unwrap();
    let check = read::self_check(&test.app.db).await.unwrap();
    assert_eq!(check.fault.as_deref(), Some("the last 1 events are missing"));
    connection.execute_unprepared("UPDATE audit_stream SET last_seq = 2").await.unwrap();
    assert!(read::self_check(&test.app.db).await.unwrap().fault.is_some());
}

/// What the self-check says of three events, with which somebody did this past the triggers.
async fn fault_after(forge: impl AsyncFn(&App) -> String) -> String {
    use sea_orm::ConnectionTrait;
    let test = testing::app().await;
    for _ in 0..3 {
        append(&test.app, Stream::Installation, Happening::SignedOut {}).await.unwrap();
    }
    let (connection, forge) = (test.app.db.connection(), forge(&test.app).await);
    for trigger in ["audit_event_no_update", "audit_sealed_no_update", "audit_sealed_no_delete"] {
        connection.execute_unprepared(&format!("DROP TRIGGER {trigger}")).await.unwrap();
    }
    assert_eq!(read::self_check(&test.app.db).await.unwrap().fault, None);
    assert!(connection.execute_unprepared(&forge).await.unwrap().rows_affected() > 0, "{forge}");
    read::self_check(&test.app.db).await.unwrap().fault.unwrap_or_default()
}

/// A header that says something else, with the leaf that fits it.
async fn rewritten(app: &App, position: i64) -> String {
    let event = read::tail(&app.db, position, 1).await.unwrap().remove(0);
    let header = event.header.replace("\"via\":\"page\"", "\"via\":\"cli\"");
    assert_ne!(header, event.header);
    let leaf = hex::encode(tree::leaf_hash(header.as_bytes()));
    format!("UPDATE audit_event SET header = '{header}', leaf = '{leaf}' WHERE position = {position}")
}

#[tokio::test]
async fn whatever_is_forged_in_the_log_is_found() {
    let sql = async |forge: &'static str| fault_after(async move |_| forge.to_owned()).await;
    for (fault, words) in [
        (
            sql("UPDATE audit_event SET leaf = replace(leaf, substr(leaf, 1, 4), '0000') WHERE position = 1")
                .await,
            "leaf",
        ),
        (fault_after(async |app| rewritten(app, 1).await).await, "does not follow the previous event"),
        (fault_after(async |app| rewritten(app, 2).await).await, "the head does not fit"),
        (
            sql("UPDATE audit_sealed SET value = replace(value, 'Ada', 'Eve') WHERE name = 'who'").await,
            "`who` does not fit its commitment",
        ),
        (sql("DELETE FROM audit_sealed WHERE name = 'net'").await, "other sealed parts"),
        (sql("UPDATE audit_stream SET last_seq = 2").await, "the end of the stream installation"),
        (
            sql("UPDATE audit_stream SET last_leaf = replace(last_leaf, substr(last_leaf, 1, 4), '0000')")
                .await,
            "the end",
        ),
    ] {
        assert!(fault.contains(words), "{words}: {fault:?}");
    }
}
