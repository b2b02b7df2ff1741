//! Approvals, and what the gate must know of publications, attempts, connections and the kill switch.

use countersign_entities::{
    Timestamp, approval, attempt, connection, draft,
    ids::{ApprovalId, AttemptId, ConnectionId, DraftId, EventId, GrantId, OperatorId, PublicationId},
    operator, publication, setting, token_grant,
    vocabulary::{
        AttemptClass, ConnectionState, DraftState, Environment, PublicationState, ReviewRule, VoidReason,
    },
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::Expr,
};

use super::Error;
use crate::{
    audit::{
        AuditedTx,
        read::{self, StoredEvent},
    },
    db::Reads,
    error::Fault,
    operators::{Forbidden, Reviewer, Role, Roles},
};

/// A reviewer's approval of one revision.
#[derive(Clone, Debug, PartialEq)]
pub struct Approval {
    /// Its id.
    pub id: ApprovalId,
    /// The draft.
    pub draft_id: DraftId,
    /// Which revision.
    pub revision: i32,
    /// The hex digest that the reviewer saw.
    pub digest: String,
    /// Who signed.
    pub reviewer_id: OperatorId,
    /// The rule at the decision.
    pub rule: ReviewRule,
    /// Whether the reviewer is an author.
    pub is_own_draft: bool,
    /// When.
    pub decided_at: Timestamp,
    /// Not sent after.
    pub lapses_at: Timestamp,
    /// The `review.approved` of the log.
    pub event_id: EventId,
    /// The MAC.
    pub mac: Vec<u8>,
    /// Which key made it.
    pub mac_key_id: String,
    /// Since when it does not hold.
    pub voided_at: Option<Timestamp>,
    /// Why.
    pub void_reason: Option<VoidReason>,
}

impl From<approval::Model> for Approval {
    fn from(row: approval::Model) -> Self {
        Self {
            id: row.id,
            draft_id: row.draft_id,
            revision: row.revision,
            digest: row.digest,
            reviewer_id: row.reviewer_id,
            rule: row.rule,
            is_own_draft: row.is_own_draft,
            decided_at: row.decided_at,
            lapses_at: row.lapses_at,
            event_id: row.event_id,
            mac: row.mac,
            mac_key_id: row.mac_key_id,
            voided_at: row.voided_at,
            void_reason: row.void_reason,
        }
    }
}

/// A publication on its way into the table.
pub(super) struct NewPublication {
    pub(super) id: PublicationId,
    pub(super) connection_id: ConnectionId,
    pub(super) environment: Environment,
    pub(super) due_at: Timestamp,
    pub(super) fingerprint: String,
    pub(super) board_id: String,
}

/// An approval by its id.
pub(crate) async fn find(on: &impl Reads, id: &ApprovalId) -> Result<Option<Approval>, Fault> {
    Ok(approval::Entity::find_by_id(id.clone()).one(on.connection()).await?.map(Approval::from))
}

/// Some approvals, in no order.
pub(crate) async fn find_many(on: &impl Reads, ids: Vec<ApprovalId>) -> Result<Vec<Approval>, Fault> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = approval::Entity::find().filter(approval::Column::Id.is_in(ids)).all(on.connection()).await?;
    Ok(rows.into_iter().map(Approval::from).collect())
}

/// The approvals of a draft, oldest first.
pub(super) async fn list_of_draft(on: &impl Reads, draft: &DraftId) -> Result<Vec<Approval>, Fault> {
    list_of_drafts(on, std::slice::from_ref(draft)).await
}

/// The approvals of some drafts, oldest first.
pub(super) async fn list_of_drafts(on: &impl Reads, drafts: &[DraftId]) -> Result<Vec<Approval>, Fault> {
    if drafts.is_empty() {
        return Ok(Vec::new());
    }
    let rows = approval::Entity::find()
        .filter(approval::Column::DraftId.is_in(drafts.iter().cloned()))
        .order_by_asc(approval::Column::DecidedAt)
        .all(on.connection())
        .await?;
    Ok(rows.into_iter().map(Approval::from).collect())
}

/// Writes an approval and the publication that it makes.
pub(super) async fn insert(
    tx: &AuditedTx<'_>,
    approval: &Approval,
    publication: NewPublication,
) -> Result<(), Fault> {
    let row = approval::ActiveModel {
        id: Set(approval.id.clone()),
        draft_id: Set(approval.draft_id.clone()),
        revision: Set(approval.revision),
        digest: Set(approval.digest.clone()),
        reviewer_id: Set(approval.reviewer_id.clone()),
        rule: Set(approval.rule),
        is_own_draft: Set(approval.is_own_draft),
        decided_at: Set(approval.decided_at),
        lapses_at: Set(approval.lapses_at),
        event_id: Set(approval.event_id.clone()),
        mac: Set(approval.mac.clone()),
        mac_key_id: Set(approval.mac_key_id.clone()),
        voided_at: Set(None),
        void_reason: Set(None),
    };
    approval::Entity::insert(row).exec_without_returning(tx.connection()).await?;
    insert_publication(tx, approval, publication).await
}

async fn insert_publication(
    tx: &AuditedTx<'_>,
    approval: &Approval,
    new: NewPublication,
) -> Result<(), Fault> {
    let row = publication::ActiveModel {
        id: Set(new.id),
        approval_id: Set(approval.id.clone()),
        approved_by: Set(approval.event_id.clone()),
        draft_id: Set(approval.draft_id.clone()),
        connection_id: Set(new.connection_id),
        environment: Set(new.environment),
        state: Set(PublicationState::Scheduled),
        due_at: Set(new.due_at),
        lapses_at: Set(approval.lapses_at),
        fingerprint: Set(new.fingerprint),
        board_id: Set(new.board_id),
        attempts: Set(0),
        looks: Set(0),
        created_at: Set(approval.decided_at),
        updated_at: Set(approval.decided_at),
        ..Default::default()
    };
    publication::Entity::insert(row).exec_without_returning(tx.connection()).await?;
    Ok(())
}

/// The drafts whose approval by this reviewer waits for its publication.
pub(super) async fn scheduled_of(on: &impl Reads, reviewer: &OperatorId) -> Result<Vec<DraftId>, Fault> {
    let theirs = approval::Entity::find()
        .select_only()
        .column(approval::Column::Id)
        .filter(approval::Column::ReviewerId.eq(reviewer.clone()))
        .filter(approval::Column::VoidedAt.is_null());
    let rows = publication::Entity::find()
        .filter(publication::Column::ApprovalId.in_subquery(theirs.into_query()))
        .filter(publication::Column::State.is_in([PublicationState::Scheduled, PublicationState::Held]))
        .order_by_asc(publication::Column::DueAt)
        .all(on.connection())
        .await?;
    Ok(rows.into_iter().map(|row| row.draft_id).collect())
}

/// Asks again, inside the transaction, whether somebody may decide: they may have been kept out, or lost the role, since
/// the request came in.
///
/// # Errors
/// [`Forbidden::Role`] where they may not any more.
pub(super) async fn still_reviews(tx: &AuditedTx<'_>, reviewer: &Reviewer) -> Result<(), Error> {
    let mut query = operator::Entity::find_by_id(reviewer.id().clone());
    if tx.is_postgres() {
        query = query.lock_shared();
    }
    let row = query.one(tx.connection()).await.map_err(Fault::from)?;
    let row = row.filter(|row| row.disabled_at.is_none());
    let roles: Option<Roles> = row.and_then(|row| row.roles.parse().ok());
    match roles {
        Some(roles) if roles.has(Role::Reviewer) => Ok(()),
        _ => Err(Forbidden::Role(Role::Reviewer).into()),
    }
}

/// Where a connection stands.
pub(super) async fn connection_state(
    on: &impl Reads,
    id: &ConnectionId,
) -> Result<Option<ConnectionState>, Fault> {
    let row = connection::Entity::find_by_id(id.clone()).one(on.connection()).await?;
    Ok(row.map(|row| row.state))
}

/// Everything that the gate looks at, read inside its transaction.
pub(super) struct Facts {
    pub(super) publication: publication::Model,
    pub(super) approval: Approval,
    pub(super) draft_state: DraftState,
    pub(super) draft_revision: i32,
    pub(super) draft_digest: String,
    pub(super) draft_publication: Option<PublicationId>,
    pub(super) reviewer_roles: Option<String>,
    pub(super) is_reviewer_disabled: bool,
    pub(super) connection_state: ConnectionState,
    pub(super) connection_environment: Environment,
    pub(super) grant: Option<(GrantId, i32, String)>,
    pub(super) is_paused: bool,
    pub(super) unsettled: usize,
    pub(super) attempts: usize,
    pub(super) has_unknown_twin: bool,
    pub(super) last_attempt: i32,
}

/// Reads the facts about a publication; none if it or what it hangs on is not there.
pub(super) async fn facts(tx: &AuditedTx<'_>, id: &PublicationId) -> Result<Option<Facts>, Fault> {
    let on = tx.connection();
    let Some(publication) = publication::Entity::find_by_id(id.clone()).one(on).await? else {
        return Ok(None);
    };
    let Some(approval) = find(tx, &publication.approval_id).await? else { return Ok(None) };
    let Some(draft) = draft::Entity::find_by_id(publication.draft_id.clone()).one(on).await? else {
        return Ok(None);
    };
    let connection = connection::Entity::find_by_id(publication.connection_id.clone()).one(on).await?;
    let Some(connection) = connection else { return Ok(None) };
    let reviewer = operator::Entity::find_by_id(approval.reviewer_id.clone()).one(on).await?;
    let grant = token_grant::Entity::find()
        .filter(token_grant::Column::ConnectionId.eq(connection.id.clone()))
        .one(on)
        .await?;
    let attempts =
        attempt::Entity::find().filter(attempt::Column::PublicationId.eq(id.clone())).all(on).await?;
    let is_harmless = |attempt: &&attempt::Model| attempt.class == Some(AttemptClass::NotAccepted);
    Ok(Some(Facts {
        draft_state: draft.state,
        draft_revision: draft.revision,
        draft_digest: draft.digest,
        draft_publication: draft.publication_id,
        is_reviewer_disabled: reviewer.as_ref().is_none_or(|reviewer| reviewer.disabled_at.is_some()),
        reviewer_roles: reviewer.map(|reviewer| reviewer.roles),
        connection_state: connection.state,
        connection_environment: connection.environment,
        grant: grant.map(|grant| (grant.id, grant.generation, grant.scopes)),
        is_paused: is_paused(tx).await?,
        unsettled: attempts.iter().filter(|attempt| !is_harmless(attempt)).count(),
        attempts: attempts.len(),
        has_unknown_twin: has_unknown_twin(tx, &publication).await?,
        last_attempt: attempts.iter().map(|attempt| attempt.n).max().unwrap_or(0),
        publication,
        approval,
    }))
}

/// Whether what became of another one with the same board and texts is not proven.
async fn has_unknown_twin(tx: &AuditedTx<'_>, publication: &publication::Model) -> Result<bool, Fault> {
    let twin = publication::Entity::find()
        .filter(publication::Column::ConnectionId.eq(publication.connection_id.clone()))
        .filter(publication::Column::Fingerprint.eq(publication.fingerprint.as_str()))
        .filter(publication::Column::State.eq(PublicationState::Unknown));
    Ok(twin.one(tx.connection()).await?.is_some())
}

/// Keeps others from moving a publication on until the transaction ends; on SQLite nobody else writes anyway.
pub(super) async fn lock_publication(tx: &AuditedTx<'_>, id: &PublicationId) -> Result<(), Fault> {
    if tx.is_postgres() {
        publication::Entity::find_by_id(id.clone()).lock_exclusive().one(tx.connection()).await?;
    }
    Ok(())
}

/// The setting of the kill switch; the publisher writes it.
pub(crate) const PAUSED: &str = "publishing.paused";

/// Whether publishing is paused: the row says so, or the log, which nobody can delete from.
pub(crate) async fn is_paused(on: &impl Reads) -> Result<bool, Fault> {
    let row = setting::Entity::find_by_id(PAUSED).one(on.connection()).await?;
    Ok(row.is_some() || paused_by_log(on).await?.is_some())
}

/// The last `system.publishing_paused` of the log, where none resumed after it.
pub(crate) async fn paused_by_log(on: &impl Reads) -> Result<Option<StoredEvent>, Fault> {
    let Some(paused) = read::last(on, "system.publishing_paused").await? else { return Ok(None) };
    let resumed = read::last(on, "system.publishing_resumed").await?;
    Ok(Some(paused).filter(|paused| resumed.is_none_or(|resumed| resumed.position < paused.position)))
}

/// One send, on its way into the table.
pub(super) struct NewAttempt {
    pub(super) id: AttemptId,
    pub(super) publication_id: PublicationId,
    pub(super) n: i32,
    pub(super) request_event_id: EventId,
    pub(super) lease_token: String,
    pub(super) grant: (GrantId, i32),
    pub(super) started_at: Timestamp,
    pub(super) deadline_at: Timestamp,
    pub(super) lease_expires_at: Timestamp,
}

/// Writes the attempt and moves the publication from `claimed` to `sending` under its lease.
///
/// # Errors
/// [`Fault::Lost`] where the lease is not ours any more.
pub(super) async fn start_attempt(tx: &AuditedTx<'_>, new: NewAttempt) -> Result<(), Fault> {
    let moved = publication::Entity::update_many()
        .col_expr(publication::Column::State, Expr::value(PublicationState::Sending))
        .col_expr(publication::Column::Attempts, Expr::value(new.n))
        .col_expr(publication::Column::LeaseExpiresAt, Expr::value(new.lease_expires_at))
        .col_expr(publication::Column::UpdatedAt, Expr::value(new.started_at))
        .filter(publication::Column::Id.eq(new.publication_id.clone()))
        .filter(publication::Column::State.eq(PublicationState::Claimed))
        .filter(publication::Column::LeaseToken.eq(new.lease_token.clone()))
        .exec(tx.connection())
        .await?;
    if moved.rows_affected != 1 {
        return Err(Fault::Lost("the lease on this publication is lost"));
    }
    let row = attempt::ActiveModel {
        id: Set(new.id),
        publication_id: Set(new.publication_id),
        n: Set(new.n),
        request_event_id: Set(new.request_event_id),
        lease_token: Set(new.lease_token),
        grant_id: Set(new.grant.0),
        generation: Set(new.grant.1),
        started_at: Set(new.started_at),
        deadline_at: Set(new.deadline_at),
        ..Default::default()
    };
    attempt::Entity::insert(row).exec_without_returning(tx.connection()).await?;
    Ok(())
}

/// Everybody who may review now.
pub(super) async fn reviewers(on: &impl Reads) -> Result<Vec<OperatorId>, Fault> {
    let rows = operator::Entity::find()
        .filter(operator::Column::DisabledAt.is_null())
        .filter(operator::Column::Roles.contains("reviewer"))
        .limit(50)
        .all(on.connection())
        .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}
