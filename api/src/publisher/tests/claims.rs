//! Claims and leases: one at a time for an account, one worker for a publication, and for as long as it works.

use std::sync::Arc;

use tokio::sync::Notify;

use super::*;
use crate::{
    audit::{AuditedTx, Housekeeping},
    hooks::Point,
    publisher::{
        attempt,
        claim::{self, Claim, Claimed},
        reap, store,
    },
};

impl Desk {
    /// The claim of what is due.
    async fn claimed(&self) -> Claim {
        match claim::claim(self.app()).await.unwrap() {
            Claimed::Ours(claim) => *claim,
            Claimed::Nothing | Claimed::SetAside => panic!("nothing could be claimed"),
        }
    }

    /// Whether another worker gets this one, who looked when it was due still.
    async fn is_claimed_once_more(&self, approved: &Approved) -> bool {
        let tx = AuditedTx::housekeeping(self.app(), Housekeeping::Claims).await.unwrap();
        let expires_at = self.app().now().plus(self.app().timing.publishing.lease_ttl);
        let lease = store::Lease { token: "another", owner: "another", expires_at };
        let is_taken = store::claim(&tx, &approved.publication_id, &lease).await.unwrap();
        tx.commit().await.unwrap();
        is_taken
    }

    /// Lets a heartbeat that is due come to its end: the lease is good for half of its time then. It may have been given up
    /// where the clock ran on too quickly, and then the next one makes up for it.
    async fn beat(&self, approved: &Approved) {
        let then = self.app().now().plus(self.app().timing.publishing.lease_ttl / 2);
        let is_short = async || {
            let short = store::expired(&self.app().db, then, None, 9).await.unwrap();
            short.iter().any(|publication| publication.id == approved.publication_id)
        };
        let beating = async { while is_short().await {} };
        tokio::time::timeout(Duration::from_millis(300), beating).await.ok();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_waits_is_claimed() {
    let desk = desk().await;
    let approved = desk.approved("Soup").await;
    desk.world.advance(UNDO);
    let claim = desk.claimed().await;
    assert!(!desk.is_claimed_once_more(&approved).await, "somebody has it");
    attempt::deliver(desk.app(), claim).await.unwrap();
    assert_eq!(desk.publication(&approved).await.0.state, PublicationState::Published);
    assert!(!desk.is_claimed_once_more(&approved).await, "it is over");
    desk.is_whole().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_is_at_work_has_nothing_to_claim() {
    let desk = desk().await;
    let both = [desk.approved("Soup").await, desk.approved("Bread").await];
    desk.world.advance(UNDO);
    let first = desk.claimed().await;
    // Not that it was tried in vain: then a worker would try again at once, for ever.
    assert!(matches!(claim::claim(desk.app()).await.unwrap(), Claimed::Nothing));
    attempt::deliver(desk.app(), first).await.unwrap();
    desk.after(desk.app().timing.publishing.spacing).await;
    for approved in both {
        assert_eq!(desk.publication(&approved).await.0.state, PublicationState::Published);
    }
    desk.is_whole().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_lost_the_lease_sends_nothing() {
    let desk = desk().await;
    let approved = desk.approved("Soup").await;
    desk.world.advance(UNDO);
    let slow = desk.claimed().await;
    desk.world.advance(desk.app().timing.publishing.lease_ttl);
    assert!(reap::reap(desk.app(), &[]).await.unwrap());
    let quick = desk.claimed().await;
    attempt::deliver(desk.app(), slow).await.unwrap();
    assert_eq!(desk.pins(), 0, "it is another one's to send");
    assert_eq!(desk.publication(&approved).await.0.state, PublicationState::Claimed);
    attempt::deliver(desk.app(), quick).await.unwrap();
    assert_eq!(desk.publication(&approved).await.0.state, PublicationState::Published);
    assert_eq!((desk.pins(), desk.world.calls("/pins")), (1, 1));
    desk.is_whole().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_is_prolonged_for_as_long_as_its_send_is_settled() {
    let desk = desk().await;
    let (answered, settle) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (has_answer, may_go_on) = (Arc::clone(&answered), Arc::clone(&settle));
    desk.app().hooks.install(move |point| {
        let (has_answer, may_go_on) = (Arc::clone(&has_answer), Arc::clone(&may_go_on));
        async move {
            if point == Point::SendAfterCall {
                has_answer.notify_one();
                may_go_on.notified().await;
            }
            Ok(())
        }
    });
    let approved = desk.approved("Soup").await;
    desk.world.advance(UNDO);
    let slowly = async {
        answered.notified().await;
        // Three times as long as a lease.
        for seconds in (0..180).step_by(5) {
            desk.world.advance(Duration::from_secs(5));
            desk.beat(&approved).await;
            assert!(!reap::reap(desk.app(), &[]).await.unwrap(), "after {seconds} s it is taken for lost");
        }
        settle.notify_one();
    };
    let (worked, ()) = tokio::join!(run_until_idle(desk.app()), slowly);
    worked.unwrap();
    assert_eq!(desk.publication(&approved).await.0.state, PublicationState::Published);
    assert_eq!(desk.pins(), 1);
    desk.is_whole().await;
}
