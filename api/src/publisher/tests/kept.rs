//! Results that cannot be written down: kept, and settled once that is possible again.

use std::fs;

use super::*;
use crate::{
    connections,
    hooks::Point,
    publisher::reap,
    spool::{self as files, FOLDER},
};

/// Damages the ends of all streams, so that nothing can be told in them.
async fn damage(app: &App) {
    fixture::run(app, "UPDATE audit_stream SET last_leaf = 'z' || last_leaf").await;
}

async fn mend(app: &App) {
    fixture::run(app, "UPDATE audit_stream SET last_leaf = SUBSTR(last_leaf, 2) WHERE last_leaf LIKE 'z%'")
        .await;
}

fn kept(app: &App) -> Vec<String> {
    files::list(app, "send").unwrap()
}

impl Desk {
    /// A send whose answer cannot be written down, as the log is damaged just then.
    async fn answered_in_vain(&self, title: &str) -> Approved {
        let approved = self.approved(title).await;
        let app = self.app().clone();
        self.app().hooks.install(move |point| {
            let app = app.clone();
            async move {
                if point == Point::SendAfterCall {
                    damage(&app).await;
                }
                Ok(())
            }
        });
        self.world.advance(UNDO);
        assert!(run_until_idle(self.app()).await.is_err());
        self.app().hooks.clear();
        assert_eq!(kept(self.app()).len(), 1, "whatever the reason, a result is kept");
        approved
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_settled_now_is_settled_once_it_can_be() {
    let desk = desk().await;
    let approved = desk.answered_in_vain("Soup").await;
    assert!(!maintain(desk.app()).await.unwrap());
    assert_eq!(files::contents(desk.app()).unwrap(), files::Contents { kept: 1, set_aside: 0 });
    mend(desk.app()).await;
    run_until_idle(desk.app()).await.unwrap();
    assert_eq!(desk.publication(&approved).await.0.state, PublicationState::Published);
    assert_eq!((kept(desk.app()).len(), desk.pins()), (0, 1));
    desk.is_whole().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_cannot_be_read_holds_up_neither_the_others_nor_the_reaper() {
    let desk = desk().await;
    let first = desk.answered_in_vain("Soup").await;
    mend(desk.app()).await;
    let unreadable = desk.app().data_dir.file(FOLDER).join("send.att_0.result");
    fs::create_dir(&unreadable).unwrap();
    run_until_idle(desk.app()).await.unwrap();
    assert_eq!(desk.publication(&first).await.0.state, PublicationState::Published);

    let second = desk.approved("Bread").await;
    desk.app().hooks.crash_at(Point::SendAfterCall);
    desk.world.advance(UNDO);
    assert!(run_until_idle(desk.app()).await.is_err());
    desk.app().hooks.clear();
    desk.after(Duration::from_secs(600)).await;
    desk.after(Duration::from_secs(5)).await;
    assert_eq!(desk.publication(&second).await.0.state, PublicationState::Published);
    assert!(unreadable.is_dir(), "it may be read another time");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_settled_result_that_cannot_be_taken_away_is_no_work_done() {
    let desk = desk().await;
    let approved = desk.answered_in_vain("Soup").await;
    mend(desk.app()).await;
    let file = desk.app().data_dir.file(FOLDER).join(&kept(desk.app())[0]);
    desk.app().hooks.install(move |point| {
        if point == Point::SpoolBeforeForget {
            fs::remove_file(&file).unwrap();
            fs::create_dir(&file).unwrap();
        }
        std::future::ready(Ok(()))
    });
    assert!(!maintain(desk.app()).await.unwrap(), "or it would be tried again at once, for ever");
    assert_eq!(desk.publication(&approved).await.0.state, PublicationState::Published);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_comes_back_acts_on_its_account_no_more() {
    let desk = desk().await;
    let spam = Trouble::status("pins/create", When::Before, 429, 9, "blocked as spam");
    desk.world.simulator.set_faults(vec![spam]).unwrap();
    let approved = desk.answered_in_vain("Soup").await;
    let file = desk.app().data_dir.file(FOLDER).join(&kept(desk.app())[0]);
    let text = fs::read(&file).unwrap();
    mend(desk.app()).await;
    run_until_idle(desk.app()).await.unwrap();
    assert_eq!(desk.publication(&approved).await.0.hold_reason, Some(HoldReason::Spam));
    desk.after(Duration::from_secs(3600)).await;
    assert_eq!(desk.publication(&approved).await.0.state, PublicationState::Published);

    fs::write(&file, text).unwrap();
    run_until_idle(desk.app()).await.unwrap();
    let told = desk.world.story(&desk.connection).await;
    let held = told.iter().filter(|event| event.starts_with("oauth.connection.held")).count();
    assert_eq!((held, kept(desk.app()).len()), (1, 0), "{told:?}");
    desk.is_whole().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_comes_after_the_reaper_acts_on_its_account_no_more_either() {
    let desk = desk().await;
    let spam = Trouble::status("pins/create", When::Before, 429, 9, "blocked as spam");
    desk.world.simulator.set_faults(vec![spam]).unwrap();
    let approved = desk.answered_in_vain("Soup").await;
    let file = desk.app().data_dir.file(FOLDER).join(&kept(desk.app())[0]);
    let text = fs::read(&file).unwrap();
    fs::remove_file(&file).unwrap();
    mend(desk.app()).await;
    desk.after(Duration::from_secs(60)).await;
    assert_eq!(desk.publication(&approved).await.0.state, PublicationState::Unknown);

    fs::write(&file, text).unwrap();
    run_until_idle(desk.app()).await.unwrap();
    let told = desk.world.story(&desk.connection).await;
    assert!(!told.iter().any(|event| event.starts_with("oauth.connection.held")), "{told:?}");
    assert!(kept(desk.app()).is_empty());
    assert_eq!(
        desk.publication(&approved).await.0.state,
        PublicationState::Unknown,
        "evidence, and no verdict"
    );
    desk.is_whole().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_outcome_that_cannot_be_told_is_no_work_done() {
    let desk = desk().await;
    desk.app().hooks.crash_at(Point::RefreshBeforeCall);
    assert!(connections::refresh(desk.app(), &desk.connection, 1).await.is_err());
    desk.app().hooks.clear();
    desk.world.advance(Duration::from_secs(3600));
    damage(desk.app()).await;
    assert!(
        !reap::tell_lost_outcomes(desk.app()).await.unwrap(),
        "or it would be tried again at once, for ever"
    );
    mend(desk.app()).await;
    assert!(reap::tell_lost_outcomes(desk.app()).await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kept_pair_whose_request_was_taken_for_lost_is_stored_under_another() {
    let desk = desk().await;
    desk.app().hooks.crash_at(Point::RefreshAfterKeep);
    assert!(connections::refresh(desk.app(), &desk.connection, 1).await.is_err());
    desk.app().hooks.clear();
    desk.world.advance(Duration::from_secs(3600));
    // As a process tells it that does not see this folder.
    assert!(reap::tell_lost_outcomes(desk.app()).await.unwrap());
    connections::drain_spool(desk.app()).await.unwrap();
    assert_eq!(files::contents(desk.app()).unwrap(), files::Contents::default());
    let told = desk.world.story(&desk.connection).await;
    assert_eq!(
        told[told.len() - 4..],
        [
            "oauth.token.exchange_started",
            "api.unknown unknown",
            "oauth.token.exchange_started",
            "oauth.token.refreshed"
        ]
    );
    desk.is_whole().await;
}
