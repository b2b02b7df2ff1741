//! Publications and attempts.
//!
//! Every transition is one conditional UPDATE (id, state, lease) that must touch one row: of two who try, one wins.

use countersign_entities::{
    Timestamp, asset, asset_blob, attempt, connection,
    ids::{AssetId, AttemptId, ConnectionId, PublicationId},
    publication, setting, token_grant,
    vocabulary::{AttemptClass, ConnectionState, HoldReason, PublicationState},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::{Expr, ExprTrait as _, OnConflict},
};

mod claims;
mod looks;
mod rows;
mod sends;
mod taken_down;

pub(super) use claims::{Lease, claim, has_due, next_due, prolong, unclaim};
pub(super) use looks::{add_candidate, known_pins, look_later, looked, looked_last, next_looks, set_drift};
pub(super) use sends::send;
pub(super) use taken_down::take_down;

use super::view::{AttemptView, Publication};
use crate::{
    approvals::store::{PAUSED, paused_by_log},
    audit::AuditedTx,
    db::Reads,
    error::Fault,
};

/// A publication by its id.
pub(super) async fn find(on: &impl Reads, id: &PublicationId) -> Result<Option<Publication>, Fault> {
    Ok(publication::Entity::find_by_id(id.clone()).one(on.connection()).await?.map(Publication::from))
}

/// Publications by their ids.
pub(super) async fn find_many(on: &impl Reads, ids: &[PublicationId]) -> Result<Vec<Publication>, Fault> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = publication::Entity::find()
        .filter(publication::Column::Id.is_in(ids.iter().cloned()))
        .all(on.connection())
        .await?;
    Ok(rows.into_iter().map(Publication::from).collect())
}

/// A publication's sends, first to last.
pub(super) async fn attempts(on: &impl Reads, id: &PublicationId) -> Result<Vec<AttemptView>, Fault> {
    let rows = attempt::Entity::find()
        .filter(attempt::Column::PublicationId.eq(id.clone()))
        .order_by_asc(attempt::Column::N)
        .all(on.connection())
        .await?;
    Ok(rows.into_iter().map(AttemptView::from).collect())
}

/// Whether this names a publication whose send is not settled.
pub(super) async fn is_sending(on: &impl Reads, flow: Option<&str>) -> Result<bool, Fault> {
    let Some(id) = flow.and_then(|flow| flow.parse::<PublicationId>().ok()) else { return Ok(false) };
    Ok(find(on, &id).await?.is_some_and(|publication| publication.state == PublicationState::Sending))
}

/// Publications of some state, last changed first; `before` is the last of the page before.
pub(super) async fn list(
    on: &impl Reads,
    state: Option<PublicationState>,
    before: Option<(Timestamp, PublicationId)>,
    limit: u64,
) -> Result<Vec<Publication>, Fault> {
    use publication::Column;
    // The first term alone bounds the walk through the index.
    let older = before.map(|(at, id)| {
        let beyond = Condition::any().add(Column::UpdatedAt.lt(at)).add(Column::Id.lt(id));
        Condition::all().add(Column::UpdatedAt.lte(at)).add(beyond)
    });
    let rows = publication::Entity::find()
        .filter(Condition::all().add_option(state.map(|state| Column::State.eq(state))).add_option(older))
        .order_by_desc(Column::UpdatedAt)
        .order_by_desc(Column::Id)
        .limit(limit)
        .all(on.connection())
        .await?;
    Ok(rows.into_iter().map(Publication::from).collect())
}

/// A transition of a publication.
pub(super) struct Advance<'a> {
    /// From where.
    pub(super) from: PublicationState,
    /// Under which lease, where it has one.
    pub(super) lease: Option<&'a str>,
    /// Where to.
    pub(super) to: PublicationState,
    /// A stable word.
    pub(super) why: Option<&'a str>,
    /// Why it is held; exactly where `to` is `held`.
    pub(super) hold: Option<HoldReason>,
    /// A new due time; none keeps the old one.
    pub(super) due_at: Option<Timestamp>,
    /// The next look at the board; exactly where `to` is `unknown`.
    pub(super) next_look_at: Option<Timestamp>,
    /// The Pin.
    pub(super) pin_id: Option<&'a str>,
    /// Ids that a look found.
    pub(super) candidates: Option<String>,
}

impl Advance<'_> {
    /// A transition with nothing but from and to.
    pub(super) fn new(from: PublicationState, to: PublicationState) -> Self {
        Self {
            from,
            lease: None,
            to,
            why: None,
            hold: None,
            due_at: None,
            next_look_at: None,
            pin_id: None,
            candidates: None,
        }
    }
}

/// Makes a transition; says whether it was this one that did.
pub(super) async fn advance(
    tx: &AuditedTx<'_>,
    id: &PublicationId,
    step: Advance<'_>,
    now: Timestamp,
) -> Result<bool, Fault> {
    use publication::Column;
    let is_final = matches!(
        step.to,
        PublicationState::Published
            | PublicationState::Refused
            | PublicationState::Missed
            | PublicationState::Cancelled
            | PublicationState::Abandoned
    );
    let mut update = publication::Entity::update_many()
        .col_expr(Column::State, Expr::value(step.to))
        .col_expr(Column::Why, Expr::value(step.why.map(str::to_owned)))
        .col_expr(Column::HoldReason, Expr::value(step.hold))
        .col_expr(Column::NextLookAt, Expr::value(step.next_look_at))
        .col_expr(Column::LeaseToken, Expr::value(None::<String>))
        .col_expr(Column::LeaseOwner, Expr::value(None::<String>))
        .col_expr(Column::LeaseExpiresAt, Expr::value(None::<i64>))
        .col_expr(Column::UpdatedAt, Expr::value(now))
        .filter(Column::Id.eq(id.clone()))
        .filter(Column::State.eq(step.from));
    if let Some(lease) = step.lease {
        update = update.filter(Column::LeaseToken.eq(lease));
    }
    if let Some(due_at) = step.due_at {
        update = update.col_expr(Column::DueAt, Expr::value(due_at));
    }
    if is_final {
        update = update.col_expr(Column::EndedAt, Expr::value(now));
    }
    if let Some(pin_id) = step.pin_id {
        update = update
            .col_expr(Column::PinId, Expr::value(pin_id))
            .col_expr(Column::PublishedAt, Expr::value(now));
    }
    if let Some(candidates) = step.candidates {
        update = update.col_expr(Column::Candidates, Expr::value(candidates));
    } else if step.from == PublicationState::NeedsDecision {
        // Others' Pins are none of our business once a person has decided.
        update = update.col_expr(Column::Candidates, Expr::value(None::<String>));
    }
    Ok(update.exec(tx.connection()).await?.rows_affected == 1)
}

/// How a send ended.
pub(super) struct Settled {
    pub(super) class: AttemptClass,
    pub(super) why: Option<String>,
    pub(super) status: Option<i32>,
    pub(super) code: Option<i32>,
    pub(super) message: Option<String>,
    pub(super) upstream_request_id: Option<String>,
    pub(super) duration_ms: Option<i32>,
}

/// Settles a send; says whether it was this one that did.
pub(super) async fn settle(
    tx: &AuditedTx<'_>,
    id: &AttemptId,
    settled: Settled,
    now: Timestamp,
) -> Result<bool, Fault> {
    use attempt::Column;
    let updated = attempt::Entity::update_many()
        .col_expr(Column::SettledAt, Expr::value(now))
        .col_expr(Column::Class, Expr::value(settled.class))
        .col_expr(Column::Why, Expr::value(settled.why))
        .col_expr(Column::Status, Expr::value(settled.status))
        .col_expr(Column::Code, Expr::value(settled.code))
        .col_expr(Column::Message, Expr::value(settled.message))
        .col_expr(Column::UpstreamRequestId, Expr::value(settled.upstream_request_id))
        .col_expr(Column::DurationMs, Expr::value(settled.duration_ms))
        .filter(Column::Id.eq(id.clone()))
        .filter(Column::SettledAt.is_null())
        .exec(tx.connection())
        .await?;
    Ok(updated.rows_affected == 1)
}

/// Publications whose lease ran out, or that this process left behind before it was started anew.
pub(super) async fn expired(
    on: &impl Reads,
    now: Timestamp,
    owner: Option<&str>,
    limit: u64,
) -> Result<Vec<Publication>, Fault> {
    use publication::Column;
    let is_over = Condition::any()
        .add(Column::LeaseExpiresAt.lte(now))
        .add_option(owner.map(|owner| Column::LeaseOwner.eq(owner)));
    let rows = publication::Entity::find()
        .filter(Column::LeaseExpiresAt.is_not_null())
        .filter(is_over)
        .order_by_asc(Column::LeaseExpiresAt)
        .limit(limit)
        .all(on.connection())
        .await?;
    Ok(rows.into_iter().map(Publication::from).collect())
}

/// Held publications whose cause may be gone or another one now: of active accounts, and those held by a pause that is
/// over.
pub(super) async fn releasable(
    on: &impl Reads,
    is_paused: bool,
    limit: u64,
) -> Result<Vec<Publication>, Fault> {
    use publication::Column;
    let active = connection::Entity::find()
        .select_only()
        .column(connection::Column::Id)
        .filter(connection::Column::State.eq(ConnectionState::Active))
        .into_query();
    let is_by_pause = Column::HoldReason.eq(HoldReason::Paused);
    let may_go = match is_paused {
        true => Condition::all().add(Column::ConnectionId.in_subquery(active)).add(is_by_pause.not()),
        false => Condition::any().add(Column::ConnectionId.in_subquery(active)).add(is_by_pause),
    };
    let query = publication::Entity::find().filter(Column::State.eq(PublicationState::Held)).filter(may_go);
    let rows = query.order_by_asc(Column::DueAt).limit(limit).all(on.connection()).await?;
    Ok(rows.into_iter().map(Publication::from).collect())
}

/// Publications that wait for a send and whose approval has lapsed.
pub(super) async fn lapsed(on: &impl Reads, now: Timestamp, limit: u64) -> Result<Vec<Publication>, Fault> {
    let rows = publication::Entity::find()
        .filter(publication::Column::State.is_in([PublicationState::Scheduled, PublicationState::Held]))
        .filter(publication::Column::LapsesAt.lte(now))
        .order_by_asc(publication::Column::LapsesAt)
        .limit(limit)
        .all(on.connection())
        .await?;
    Ok(rows.into_iter().map(Publication::from).collect())
}

/// What is known of an account that may stand in the way.
pub(super) struct Account {
    pub(super) state: ConnectionState,
    pub(super) hold_reason: Option<HoldReason>,
    /// What was granted, separated by commas; none where there is no consent.
    pub(super) scopes: Option<String>,
}

/// What is known of an account.
pub(super) async fn account(on: &impl Reads, id: &ConnectionId) -> Result<Option<Account>, Fault> {
    let Some(row) = connection::Entity::find_by_id(id.clone()).one(on.connection()).await? else {
        return Ok(None);
    };
    let grant = token_grant::Entity::find()
        .filter(token_grant::Column::ConnectionId.eq(id.clone()))
        .one(on.connection())
        .await?;
    Ok(Some(Account {
        state: row.state,
        hold_reason: row.hold_reason,
        scopes: grant.map(|grant| grant.scopes),
    }))
}

/// The bytes of an image.
pub(super) async fn image(on: &impl Reads, id: &AssetId) -> Result<Option<Vec<u8>>, Fault> {
    let Some(asset) = asset::Entity::find_by_id(id.clone()).one(on.connection()).await? else {
        return Ok(None);
    };
    let blob = asset_blob::Entity::find_by_id(asset.sha256).one(on.connection()).await?;
    Ok(blob.map(|blob| blob.content))
}

/// Writes or removes the kill switch's setting.
pub(super) async fn set_paused(tx: &AuditedTx<'_>, by: Option<&str>, now: Timestamp) -> Result<(), Fault> {
    let Some(by) = by else {
        setting::Entity::delete_by_id(PAUSED).exec(tx.connection()).await?;
        return Ok(());
    };
    let row = setting::ActiveModel {
        name: Set(PAUSED.to_owned()),
        value: Set(by.to_owned()),
        changed_at: Set(now),
    };
    let keep = OnConflict::column(setting::Column::Name).update_column(setting::Column::Value).to_owned();
    setting::Entity::insert(row).on_conflict(keep).exec_without_returning(tx.connection()).await?;
    Ok(())
}

/// Who paused publishing, and when.
pub(super) async fn paused(on: &impl Reads) -> Result<Option<(String, Timestamp)>, Fault> {
    let row = setting::Entity::find_by_id(PAUSED).one(on.connection()).await?;
    if let Some(row) = row {
        return Ok(Some((row.value, row.changed_at)));
    }
    let told = paused_by_log(on).await?;
    Ok(told.map(|event| (event.actor_ref.unwrap_or_else(|| "cli".to_owned()), event.at)))
}
