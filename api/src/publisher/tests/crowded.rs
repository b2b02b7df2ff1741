//! Once something is done, nobody is told that nothing was changed: also where nobody can read any more.

use std::{
    any::Any,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use super::*;
use crate::{
    hooks::Point,
    operators::{Authority, OperatorChange},
};

/// Connections that somebody has.
type Taken = Arc<Mutex<Vec<Box<dyn Any + Send>>>>;

/// From the commit on that comes after `commits` others, nobody can read, until it is dropped.
struct Crowded {
    app: App,
    _readers: Taken,
}

impl Crowded {
    fn after(app: &App, commits: usize) -> Self {
        let (readers, begun) = (Taken::default(), Arc::new(AtomicUsize::new(0)));
        let (taken, crowded) = (Arc::clone(&readers), app.clone());
        app.hooks.install(move |point| {
            let is_it = point == Point::TellBeforeCommit && begun.fetch_add(1, Ordering::SeqCst) == commits;
            let (taken, app) = (Arc::clone(&taken), crowded.clone());
            async move {
                if is_it {
                    let readers: Box<dyn Any + Send> = Box::new(app.db.crowd().await);
                    taken.lock().unwrap().push(readers);
                }
                Ok(())
            }
        });
        Self { app: app.clone(), _readers: readers }
    }
}

impl Drop for Crowded {
    fn drop(&mut self) {
        self.app.hooks.clear();
    }
}

fn reason() -> CommentBody {
    CommentBody::parse("It has to go").unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pin_that_is_deleted() {
    let desk = desk().await;
    let approved = desk.approved("Roast tomato soup").await;
    desk.after(UNDO).await;
    // The first commit is that of the intent.
    let crowded = Crowded::after(desk.app(), 1);
    let reviewer = desk.rowan.reviewer().unwrap();
    let deleted = take_down(desk.app(), &reviewer, &approved.publication_id, &reason()).await;
    drop(crowded);
    assert!(deleted.is_ok(), "{:?}", deleted.map(drop));
    assert!(desk.publication(&approved).await.0.taken_down.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_that_is_made() {
    let desk = desk().await;
    let approved = desk.approved("Roast tomato soup").await;
    desk.world.advance(UNDO);
    fixture::run(desk.app(), "UPDATE publication SET state = 'needs_decision'").await;
    let crowded = Crowded::after(desk.app(), 0);
    let reviewer = desk.rowan.reviewer().unwrap();
    let (id, given_up) = (&approved.publication_id, Resolution::Abandon);
    let decided = resolve(desk.app(), &reviewer, id, given_up, &reason()).await;
    drop(crowded);
    assert!(decided.is_ok(), "{:?}", decided.map(drop));
    assert_eq!(desk.publication(&approved).await.0.state, PublicationState::Abandoned);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_switch_that_is_thrown() {
    let desk = desk().await;
    let crowd = desk.app().db.crowd().await;
    let paused = pause::pause(desk.app(), &pause::MayPause::command()).await;
    let again = pause::pause(desk.app(), &pause::MayPause::person(&desk.rowan).unwrap()).await;
    let resumed = pause::resume(desk.app(), &pause::MayResume::command()).await;
    drop(crowd);
    let by_command = Some(("cli".to_owned(), desk.app().now()));
    assert_eq!(paused.unwrap().paused, by_command);
    assert_eq!(again.unwrap().paused, by_command, "whoever was first");
    assert_eq!(resumed.unwrap().paused, None);
    assert_eq!(pause::status(desk.app()).await.unwrap().paused, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_is_kept_out() {
    let desk = desk().await;
    let approved = desk.approved("Roast tomato soup").await;
    let crowded = Crowded::after(desk.app(), 0);
    let change = OperatorChange { disabled: Some(true), ..OperatorChange::default() };
    let by = Authority::command_line();
    let changed = approvals::change_operator(desk.app(), by, desk.rowan.id(), change, true).await;
    drop(crowded);
    assert!(changed.unwrap().is_disabled());
    desk.after(UNDO).await;
    assert_eq!(desk.pins(), 0, "the gate voids what was left");
    assert_eq!(desk.draft(&approved.draft.id).await.state, DraftState::InReview);
}
