//! Lists of drafts, each served by an index in the order in which it is shown.

use std::collections::HashSet;

use countersign_entities::{
    Timestamp,
    draft::{Column, Entity},
    draft_author,
    ids::{ConnectionId, DraftId, OperatorId},
    tab_count,
    vocabulary::{DraftState, Tab},
};
use sea_orm::{
    ActiveEnum, ColumnTrait, Condition, EntityTrait, ExprTrait as _, QueryFilter, QueryOrder, QuerySelect,
    Select, prelude::Expr, sea_query::Query,
};

use crate::{
    audit::HousekeepingTx,
    db::Reads,
    drafts::{
        Draft,
        queue::{Filter, Order, Place},
        tab::tabs_of,
        waiting::Written,
    },
    error::Fault,
};

/// The drafts that fit and come after a place.
pub(in crate::drafts) async fn list(
    on: &impl Reads,
    filter: &Filter,
    order: Order,
    after: Option<&Place>,
    limit: u64,
) -> Result<Vec<Draft>, Fault> {
    let is_of_few = filter.connection.is_some() || filter.author.is_some();
    if filter.tab.is_none() && order == Order::Updated && is_of_few {
        return of_all_tabs(on, filter, after, limit).await;
    }
    let query = select(filter, order, after).limit(limit);
    Ok(query.all(on.connection()).await?.into_iter().map(Draft::from).collect())
}

/// Of these drafts those that somebody else wrote a part of.
pub(in crate::drafts) async fn shared(
    on: &impl Reads,
    ids: &[DraftId],
    me: &OperatorId,
) -> Result<HashSet<DraftId>, Fault> {
    use draft_author::Column as Author;
    let query = draft_author::Entity::find().select_only().column(Author::DraftId);
    let query = query.filter(Author::DraftId.is_in(ids.to_vec())).filter(Author::OperatorId.ne(me.clone()));
    let shared: Vec<DraftId> = query.into_tuple().all(on.connection()).await?;
    Ok(shared.into_iter().collect())
}

/// A page of each tab, put together: the indexes by account and by author begin with the tab.
async fn of_all_tabs(
    on: &impl Reads,
    filter: &Filter,
    after: Option<&Place>,
    limit: u64,
) -> Result<Vec<Draft>, Fault> {
    let mut rows = Vec::new();
    let tabs = filter.state.map_or_else(|| Tab::all().collect(), |state| tabs_of(state).to_vec());
    for tab in tabs {
        let filter = Filter { tab: Some(tab), ..filter.clone() };
        rows.extend(select(&filter, Order::Updated, after).limit(limit).all(on.connection()).await?);
    }
    rows.sort_by(|one, other| (other.updated_at, &other.id).cmp(&(one.updated_at, &one.id)));
    rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(rows.into_iter().map(Draft::from).collect())
}

pub(in crate::drafts) fn select(filter: &Filter, order: Order, after: Option<&Place>) -> Select<Entity> {
    let query = Entity::find().filter(condition(filter, order));
    match order {
        Order::Updated => {
            query.filter(before(after)).order_by_desc(Column::UpdatedAt).order_by_desc(Column::Id)
        }
        Order::Due => query.filter(later(after)).order_by_asc(Column::DueAt).order_by_asc(Column::Id),
    }
}

fn condition(filter: &Filter, order: Order) -> Condition {
    // The index by due time begins with the tab: without one, all of them are named.
    let tabs = match (filter.tab, order) {
        (Some(tab), _) => Some(Column::Tab.eq(tab)),
        (None, Order::Due) => Some(Column::Tab.is_in(Tab::all())),
        (None, Order::Updated) => None,
    };
    Condition::all()
        .add_option(tabs)
        .add_option(filter.state.map(|state| Column::State.eq(state)))
        .add_option(filter.connection.clone().map(|id| Column::ConnectionId.eq(id)))
        .add_option(filter.board.as_deref().map(|id| Column::BoardId.eq(id)))
        .add_option(filter.author.clone().map(|id| Column::AuthorId.eq(id)))
        .add_option(filter.due_from.map(|from| Column::DueAt.gte(from)))
        .add_option(filter.due_to.map(|to| Column::DueAt.lt(to)))
}

/// What waits for review, the longest waiting first.
pub(in crate::drafts) async fn waiting(
    on: &impl Reads,
    written: Written<'_>,
    limit: u64,
) -> Result<Vec<Draft>, Fault> {
    let query = Entity::find().filter(is_waiting(written)).limit(limit);
    let query = query.order_by_asc(Column::SubmittedAt).order_by_asc(Column::Id);
    Ok(query.all(on.connection()).await?.into_iter().map(Draft::from).collect())
}

/// How many wait, as far as `most`.
pub(in crate::drafts) async fn count_waiting(
    on: &impl Reads,
    written: Written<'_>,
    most: u64,
) -> Result<u64, Fault> {
    let query = Entity::find().select_only().column(Column::Id).filter(is_waiting(written)).limit(most);
    let ids: Vec<DraftId> = query.into_tuple().all(on.connection()).await?;
    Ok(ids.len() as u64)
}

/// How many are countersigned for an account and not published, as far as `most`.
pub(in crate::drafts) async fn count_countersigned(
    on: &impl Reads,
    account: &ConnectionId,
    most: u64,
) -> Result<u64, Fault> {
    let mut count = 0;
    // The index by account begins with the tab.
    for tab in tabs_of(DraftState::Approved) {
        let is_it = Column::ConnectionId.eq(account.clone()).and(Column::Tab.eq(*tab));
        let query = Entity::find().select_only().column(Column::Id).filter(is_it);
        let query = query.filter(Column::State.eq(DraftState::Approved)).limit(most - count);
        let ids: Vec<DraftId> = query.into_tuple().all(on.connection()).await?;
        count += ids.len() as u64;
    }
    Ok(count)
}

/// Each that waits is asked for its authors: what somebody ever wrote is much more.
fn is_waiting(written: Written<'_>) -> Condition {
    let is_by = |id: &OperatorId| {
        use draft_author::Column as Author;
        let own = Query::select()
            .expr(Expr::val(1))
            .from(draft_author::Entity)
            .and_where(Expr::col((draft_author::Entity, Author::DraftId)).equals((Entity, Column::Id)))
            .and_where(Author::OperatorId.eq(id.clone()))
            .to_owned();
        Expr::exists(own)
    };
    let whose = match written {
        Written::ByAnybody => None,
        Written::By(id) => Some(is_by(id)),
        Written::NotBy(id) => Some(is_by(id).not()),
    };
    Condition::all().add(Column::State.eq(DraftState::InReview)).add_option(whose)
}

/// What comes after a place, going back in time. The first term alone bounds the walk through the index.
fn before(place: Option<&Place>) -> Condition {
    let Some(Place { at, id }) = place else { return Condition::all() };
    let beyond = Condition::any().add(Column::UpdatedAt.lt(*at)).add(Column::Id.lt(id.clone()));
    Condition::all().add(Column::UpdatedAt.lte(*at)).add(beyond)
}

/// What comes after a place, going forward in time.
fn later(place: Option<&Place>) -> Condition {
    let Some(Place { at, id }) = place else { return Condition::all() };
    let beyond = Condition::any().add(Column::DueAt.gt(*at)).add(Column::Id.gt(id.clone()));
    Condition::all().add(Column::DueAt.gte(*at)).add(beyond)
}

pub(in crate::drafts) async fn counts(on: &impl Reads) -> Result<Vec<(Tab, i64)>, Fault> {
    let rows = tab_count::Entity::find().all(on.connection()).await?;
    Ok(rows.into_iter().map(|row| (row.tab, row.drafts)).collect())
}

/// Whether a draft in the tab `scheduled` is due.
pub(in crate::drafts) async fn has_due(on: &impl Reads, now: Timestamp) -> Result<bool, Fault> {
    let due = Entity::find().filter(is_due(now)).limit(1).one(on.connection()).await?;
    Ok(due.is_some())
}

pub(in crate::drafts) async fn move_due(tx: &HousekeepingTx, now: Timestamp) -> Result<u64, Fault> {
    let moved = Entity::update_many()
        .col_expr(Column::Tab, Expr::value(Tab::Approved.to_value()))
        .filter(is_due(now))
        .exec(tx.connection())
        .await?;
    Ok(moved.rows_affected)
}

fn is_due(now: Timestamp) -> Condition {
    Condition::all().add(Column::Tab.eq(Tab::Scheduled)).add(Column::DueAt.lte(now))
}
