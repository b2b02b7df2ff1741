//! The gate of taking down, with one fact forged at a time once a Pin is published: each of its checks stands without
//! the others.

use super::{
    gate::{credentials, in_production, without_access},
    *,
};
use crate::{
    approvals::{
        permit::Credentials,
        take_down::{self, Request},
    },
    connections::tests::support::world_with,
    endpoints::AccessTier,
};

/// A Pin of ours, and the token with which it is to go.
struct Published {
    desk: Desk,
    id: countersign_entities::ids::PublicationId,
    credentials: Credentials,
}

impl Published {
    async fn at(desk: Desk) -> Self {
        let approved = desk.approved("Roast tomato soup").await;
        desk.after(UNDO).await;
        assert_eq!(desk.publication(&approved).await.0.state, PublicationState::Published);
        let credentials = credentials(desk.app(), &desk.connection).await;
        Self { desk, id: approved.publication_id, credentials }
    }

    async fn forge(&self, statement: &str) {
        fixture::run(self.desk.app(), statement).await;
    }

    /// What the gate says.
    async fn denial(self) -> String {
        let app = self.desk.app().clone();
        self.denial_in(&app).await
    }

    async fn denial_in(self, app: &App) -> String {
        let reviewer = self.desk.rowan.reviewer().unwrap();
        let reason = CommentBody::parse("It has to go").unwrap();
        let Self { id: publication_id, credentials, .. } = self;
        let request = Request { publication_id, reviewer: &reviewer, reason: &reason, credentials };
        match take_down::redeem(app, request).await {
            Ok(permit) => format!("nothing: Pin {} may be deleted", permit.pin_id()),
            Err(denied) => format!("{denied:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_forged_fact_it_opens() {
    let published = Published::at(desk().await).await;
    let pin = published.desk.world.simulator.ledger().pins[0].pin_id.clone();
    assert_eq!(published.denial().await, format!("nothing: Pin {pin} may be deleted"));
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_or_a_log_that_tell_otherwise() {
    let another = r#"NotGenuine("its approval is that of another Pin")"#;
    for (forge, expected) in [
        ("UPDATE publication SET state = 'refused'", "NotPublished(Refused)"),
        ("UPDATE publication SET approved_by = 'evt_other'", another),
        (
            "DROP TRIGGER approval_only_voided; UPDATE approval SET decided_at = decided_at + 1",
            r#"NotGenuine("its approval carries no genuine signature")"#,
        ),
        (
            "DROP TRIGGER audit_event_no_update; \
             UPDATE audit_event SET header = REPLACE(header, 'opr_rowan', 'opr_other') WHERE kind = 'review.approved'",
            r#"NotGenuine("the audit log does not have its approval")"#,
        ),
        ("UPDATE publication SET pin_id = '1'", r#"NotGenuine("the audit log names another Pin")"#),
        (
            "UPDATE connection SET environment = 'production'",
            r#"NotGenuine("the account's environment was changed")"#,
        ),
        ("DELETE FROM token_grant", "Hold(Disconnected)"),
        ("UPDATE token_grant SET generation = 2", "Superseded"),
        ("UPDATE connection SET state = 'revoked'", "Superseded"),
        ("UPDATE token_grant SET scopes = 'user_accounts:read,boards:read,pins:read'", "Hold(Scope)"),
    ] {
        let published = Published::at(desk().await).await;
        published.forge(forge).await;
        assert_eq!(published.denial().await, expected, "{forge}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_publication_that_is_said_to_be_another_drafts() {
    let published = Published::at(desk().await).await;
    let other = published.desk.submitted("Twelve soups").await;
    published.forge(&format!("UPDATE publication SET draft_id = '{}'", other.id)).await;
    assert_eq!(published.denial().await, r#"NotGenuine("its approval is that of another Pin")"#);
}

/// The same id is another Pin there.
#[tokio::test(flavor = "multi_thread")]
async fn a_pin_of_the_sandbox_that_is_said_to_be_one_of_production() {
    let world = world_with(|parts| parts.endpoints.tier = AccessTier::Standard).await;
    let published = Published::at(desk_in(world, Environment::Sandbox).await).await;
    published.forge("UPDATE publication SET environment = 'production'").await;
    published.forge("UPDATE connection SET environment = 'production'").await;
    assert_eq!(published.denial().await, r#"NotGenuine("by the audit log it was not sent there")"#);
}

#[tokio::test(flavor = "multi_thread")]
async fn access_that_was_lost_since_it_was_published() {
    for (is_known, expected) in [(true, "Hold(Tier)"), (false, "Hold(Environment)")] {
        let published = Published::at(in_production().await).await;
        let app = without_access(&published.desk, is_known).await;
        assert_eq!(published.denial_in(&app).await, expected);
    }
}
