//! The gate, with one fact forged at a time once a worker has claimed: each of its checks stands without the others, and
//! so does what is looked at before the claim.

use super::*;
use crate::{
    approvals::permit::{self, Credentials, Image, Request},
    connections::{self, tests::support::HOME, tests::support::world_with},
    endpoints::AccessTier,
    publisher::{claim, store},
};

/// What a forger does, and what the gate says to it.
type Forged = (&'static str, &'static str);

/// A publication on its way, and what a worker brings to the gate for it.
struct Claimed {
    desk: Desk,
    request: Request,
}

/// A token to publish with.
pub(super) async fn credentials(app: &App, account: &ConnectionId) -> Credentials {
    let usable = connections::usable(app, account).await.unwrap();
    Credentials { token: usable.token, grant: usable.grant, generation: usable.generation }
}

async fn image(app: &App, draft: &Draft) -> Image {
    let bytes = store::image(&app.db, draft.asset_id.as_ref().unwrap()).await.unwrap().unwrap();
    Image { content_type: drafts::media::content_type(&bytes).unwrap().to_owned(), bytes }
}

impl Claimed {
    async fn at(desk: Desk) -> Self {
        let approved = desk.approved("Roast tomato soup").await;
        desk.world.advance(UNDO);
        let claim::Claimed::Ours(claim) = claim::claim(desk.app()).await.unwrap() else {
            panic!("it was not claimed")
        };
        let request = Request {
            publication_id: approved.publication_id.clone(),
            lease_token: claim.lease_token,
            image: image(desk.app(), &approved.draft).await,
            credentials: credentials(desk.app(), &desk.connection).await,
        };
        Self { desk, request }
    }

    async fn forge(&self, statement: &str) {
        fixture::run(self.desk.app(), statement).await;
    }

    /// What the gate says.
    async fn denial(self) -> String {
        denial(self.desk.app(), self.request).await
    }
}

async fn denial(app: &App, request: Request) -> String {
    match permit::redeem(app, request).await {
        Ok(_) => "nothing: it may be sent".to_owned(),
        Err(denied) => format!("{denied:?}"),
    }
}

async fn each_is_denied(forged: &[Forged]) {
    for (forge, expected) in forged {
        let claimed = Claimed::at(desk().await).await;
        claimed.forge(forge).await;
        assert_eq!(claimed.denial().await, *expected, "{forge}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_forged_fact_it_opens() {
    let claimed = Claimed::at(desk().await).await;
    let permit = permit::redeem(claimed.desk.app(), claimed.request).await;
    assert_eq!(permit.map(|permit| permit.attempt()).unwrap(), 1);
}

const LOST: &str = r#"NotNow("the lease is lost")"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_that_is_not_what_it_was() {
    each_is_denied(&[
        ("UPDATE publication SET state = 'sending'", LOST),
        ("UPDATE publication SET lease_token = 'another'", LOST),
        ("UPDATE publication SET lease_expires_at = NULL", LOST),
        ("UPDATE publication SET due_at = due_at + 1000000", r#"NotNow("it is not due")"#),
        (
            "INSERT INTO attempt (id, publication_id, n, request_event_id, lease_token, grant_id, generation, \
             started_at, deadline_at) SELECT 'att_0', id, 1, approved_by, 'lease', 'gra_0', 1, 0, 0 FROM publication",
            r#"NotGenuine("an earlier attempt is not proven harmless")"#,
        ),
        (
            "INSERT INTO attempt (id, publication_id, n, request_event_id, lease_token, grant_id, generation, \
             started_at, deadline_at, settled_at, class) SELECT 'att_0', id, 1, approved_by, 'lease', 'gra_0', 1, 0, 0, \
             0, 'not_accepted' FROM publication",
            r#"NotGenuine("the audit log tells of other sends than its rows")"#,
        ),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_ends_by_time() {
    let lease = crate::timing::Timing::default().publishing.lease_ttl;
    let claimed = Claimed::at(desk().await).await;
    claimed.desk.world.advance(lease);
    assert_eq!(claimed.denial().await, LOST);

    let claimed = Claimed::at(desk().await).await;
    claimed.desk.world.advance(lease - Duration::from_secs(1));
    assert!(permit::redeem(claimed.desk.app(), claimed.request).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_says_the_same_and_whose_outcome_is_unknown() {
    let claimed = Claimed::at(desk().await).await;
    let twin = claimed.desk.approved("Roast tomato soup").await;
    let unknown = "UPDATE publication SET state = 'unknown', next_look_at = 0";
    claimed.forge(&format!("{unknown} WHERE id = '{}'", twin.publication_id)).await;
    assert_eq!(claimed.denial().await, r#"NotNow("one that says the same may be on the board already")"#);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_says_the_same_is_not_claimed_meanwhile() {
    let desk = desk().await;
    let (first, twin) = (desk.approved("Roast tomato soup").await, desk.approved("Roast tomato soup").await);
    desk.world.advance(UNDO);
    let unknown = "UPDATE publication SET state = 'unknown', next_look_at = 0";
    fixture::run(desk.app(), &format!("{unknown} WHERE id = '{}'", twin.publication_id)).await;
    assert!(matches!(claim::claim(desk.app()).await.unwrap(), claim::Claimed::Nothing));
    assert_eq!(desk.publication(&first).await.0.state, PublicationState::Scheduled);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_in_the_way_is_seen_before_it_is_claimed() {
    for (forge, reason) in [
        (
            "INSERT INTO setting (name, value, changed_at) VALUES ('publishing.paused', '', 0)",
            HoldReason::Paused,
        ),
        ("UPDATE connection SET state = 'held', hold_reason = 'spam'", HoldReason::Spam),
        ("UPDATE connection SET state = 'unconfirmed'", HoldReason::WrongAccount),
        ("UPDATE connection SET state = 'revoked'", HoldReason::Disconnected),
        ("DELETE FROM token_grant", HoldReason::Disconnected),
        ("UPDATE token_grant SET scopes = 'user_accounts:read,boards:read,pins:read'", HoldReason::Scope),
        ("UPDATE publication SET environment = 'rehearsal'", HoldReason::Environment),
        ("UPDATE publication SET environment = 'production'", HoldReason::Tier),
    ] {
        let desk = desk().await;
        let approved = desk.approved("Roast tomato soup").await;
        desk.world.advance(UNDO);
        fixture::run(desk.app(), forge).await;
        assert!(matches!(claim::claim(desk.app()).await.unwrap(), claim::Claimed::SetAside), "{forge}");
        let publication = desk.publication(&approved).await.0;
        let held = (PublicationState::Held, Some(reason));
        assert_eq!((publication.state, publication.hold_reason), held, "{forge}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_that_does_not_hold() {
    each_is_denied(&[
        (
            "UPDATE approval SET voided_at = 0, void_reason = 'undone'",
            r#"NotGenuine("its approval was voided")"#,
        ),
        (
            "DROP TRIGGER approval_only_voided; UPDATE approval SET decided_at = decided_at + 1",
            r#"NotGenuine("its approval carries no genuine signature")"#,
        ),
        ("UPDATE operator SET roles = 'author,admin,auditor'", "Void(ReviewerRemoved)"),
        ("UPDATE operator SET disabled_at = 0", "Void(ReviewerRemoved)"),
        ("INSERT INTO draft_author SELECT id, 'opr_rowan' FROM draft", "Void(RuleChanged)"),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_tells_otherwise() {
    each_is_denied(&[
        (
            "DROP TRIGGER audit_event_no_update; \
             UPDATE audit_event SET kind = 'review.submitted' WHERE kind = 'review.draft.created'",
            r#"NotGenuine("the audit log does not have the approved revision")"#,
        ),
        (
            "DROP TRIGGER audit_event_no_delete; DELETE FROM audit_event WHERE kind = 'review.approved'",
            r#"NotGenuine("the audit log does not have its approval")"#,
        ),
        (
            "DROP TRIGGER audit_event_no_update; \
             UPDATE audit_event SET header = REPLACE(header, 'opr_rowan', 'opr_other') WHERE kind = 'review.approved'",
            r#"NotGenuine("the audit log has another approval in its place")"#,
        ),
        (
            "DROP TRIGGER audit_event_no_update; \
             UPDATE audit_event SET kind = 'publish.held' WHERE kind = 'publish.scheduled'",
            r#"NotGenuine("by the audit log it does not wait to be sent")"#,
        ),
    ])
    .await;
}

/// Whoever has the database gives an approval back that its reviewer has undone.
#[tokio::test(flavor = "multi_thread")]
async fn an_approval_that_was_undone_and_is_forged_back() {
    let desk = desk().await;
    let approved = desk.approved("Roast tomato soup").await;
    let request = Request {
        publication_id: approved.publication_id.clone(),
        lease_token: "lease".to_owned(),
        image: image(desk.app(), &approved.draft).await,
        credentials: credentials(desk.app(), &desk.connection).await,
    };
    let reviewer = desk.rowan.reviewer().unwrap();
    approvals::undo(desk.app(), &reviewer, &approved.draft.id, None).await.unwrap();
    desk.world.advance(UNDO);
    for forge in [
        "DROP TRIGGER approval_only_voided",
        "UPDATE approval SET voided_at = NULL, void_reason = NULL",
        "UPDATE publication SET state = 'claimed', lease_token = 'lease', lease_expires_at = due_at + 3600000000",
        "UPDATE draft SET state = 'approved'",
    ] {
        fixture::run(desk.app(), forge).await;
    }
    let expected = r#"NotGenuine("the audit log has something after its approval that voids it")"#;
    assert_eq!(denial(desk.app(), request).await, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_that_has_lapsed_while_it_was_claimed() {
    let claimed = Claimed::at(desk().await).await;
    claimed.forge("UPDATE publication SET lease_expires_at = 9000000000000000").await;
    claimed.desk.world.advance(Duration::from_secs(30 * 24 * 3600));
    assert_eq!(claimed.denial().await, "Void(Expired)");
}

const NOT_CURRENT: &str = r#"NotGenuine("the draft is not in the state that was approved")"#;
const ANOTHER_WAY: &str = r#"NotGenuine("the account is not the one that was approved")"#;

#[tokio::test(flavor = "multi_thread")]
async fn content_that_is_not_what_was_approved() {
    each_is_denied(&[
        ("UPDATE draft SET state = 'in_review'", NOT_CURRENT),
        ("UPDATE draft SET revision = 2", NOT_CURRENT),
        ("UPDATE draft SET digest = 'another'", NOT_CURRENT),
        ("UPDATE draft SET publication_id = NULL", NOT_CURRENT),
        (
            "DROP TRIGGER draft_revision_fixed; \
             UPDATE draft_revision SET content = REPLACE(content, 'Roast', 'Burnt')",
            r#"NotGenuine("the content is not what was approved")"#,
        ),
        (
            "UPDATE publication SET environment = 'production'; UPDATE connection SET environment = 'production'",
            ANOTHER_WAY,
        ),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_publication_that_is_said_to_be_another_drafts() {
    let claimed = Claimed::at(desk().await).await;
    let other = claimed.desk.submitted("Roast tomato soup").await;
    claimed.forge(&format!("UPDATE publication SET draft_id = '{}'", other.id)).await;
    assert_eq!(claimed.denial().await, NOT_CURRENT);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_image() {
    let mut claimed = Claimed::at(desk().await).await;
    claimed.request.image.bytes = sample_images()[1].bytes.to_vec();
    assert_eq!(claimed.denial().await, r#"NotGenuine("the image is not what was approved")"#);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_account_in_the_place_of_the_approved_one() {
    let mut claimed = Claimed::at(desk().await).await;
    let other = claimed.desk.world.connected_in(Environment::Sandbox, HOME).await;
    claimed.forge(&format!("UPDATE publication SET connection_id = '{}'", other.id)).await;
    claimed.request.credentials = credentials(claimed.desk.app(), &other.id).await;
    assert_eq!(claimed.denial().await, ANOTHER_WAY);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_way_that_is_closed() {
    let renewed = r#"NotNow("the token was renewed in between")"#;
    each_is_denied(&[
        ("INSERT INTO setting (name, value, changed_at) VALUES ('publishing.paused', '', 0)", "Hold(Paused)"),
        (
            "UPDATE connection SET environment = 'production'",
            r#"NotGenuine("the account's environment was changed")"#,
        ),
        ("UPDATE connection SET state = 'disconnected'", r#"NotNow("the account is not active")"#),
        ("DELETE FROM token_grant", "Hold(Disconnected)"),
        ("UPDATE token_grant SET id = 'gra_other'", renewed),
        ("UPDATE token_grant SET generation = 2", renewed),
        ("UPDATE token_grant SET scopes = 'user_accounts:read,boards:read,pins:read'", "Hold(Scope)"),
    ])
    .await;
}

/// A desk whose account is one of production.
pub(super) async fn in_production() -> Desk {
    let world = world_with(|parts| parts.endpoints.tier = AccessTier::Standard).await;
    world.simulator.set_tier(countersign_review_fixtures::Tier::Standard);
    desk_in(world, Environment::Production).await
}

/// The same installation, started anew without the access that Pinterest had granted, or without that environment.
pub(super) async fn without_access(desk: &Desk, is_known: bool) -> App {
    let roots = desk.app().endpoints.roots.clone();
    desk.world
        .test
        .again_with(|parts| {
            parts.endpoints.tier = AccessTier::Trial;
            parts.endpoints.roots = if is_known { roots } else { Vec::new() };
        })
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn access_that_was_lost_while_it_was_claimed() {
    for (is_known, expected) in [(true, "Hold(Tier)"), (false, "Hold(Environment)")] {
        let claimed = Claimed::at(in_production().await).await;
        let app = without_access(&claimed.desk, is_known).await;
        assert_eq!(denial(&app, claimed.request).await, expected);
    }
    let claimed = Claimed::at(in_production().await).await;
    assert!(permit::redeem(claimed.desk.app(), claimed.request).await.is_ok(), "with it, it goes out");
}
