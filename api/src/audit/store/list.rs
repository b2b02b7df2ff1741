//! Lists of the log, newest first, each read in that order from an index: a page costs the same however long the log is.

use std::time::Duration;

use countersign_entities::{
    Timestamp,
    audit_event::{Column, Entity, Model},
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait as _, EntityTrait, ExprTrait as _, FromQueryResult, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait, Select,
    sea_query::{Alias, Asterisk, Expr, Order, Query, SelectStatement, UnionType},
};

use crate::{
    audit::{
        event::EVENT_TYPES,
        header::{Header, Value},
        read::{EventFilter, StoredEvent},
    },
    db::Reads,
    error::Fault,
};

/// The event that tells of a clock that was set back.
const STEPPED: &str = "system.clock_stepped";

/// More steps of the clock are not added up.
const MOST_STEPS: usize = 200;

/// Events that fit, newest first. `step` is how far time may go back without the log telling of it.
pub(in crate::audit) async fn list(
    on: &impl Reads,
    filter: &EventFilter,
    limit: u64,
    step: Duration,
) -> Result<Vec<StoredEvent>, Fault> {
    if filter.kind.as_deref().is_some_and(|asked| !EVENT_TYPES.iter().any(|kind| is_of(kind, asked))) {
        return Ok(Vec::new());
    }
    let filter = between(on, filter, step).await?;
    let kinds = kinds(&filter);
    let rows = match kinds.as_slice() {
        [] | [_] => page(&filter, kinds.first().copied(), limit).all(on.connection()).await?,
        _ => {
            let merged = merged(&filter, &kinds, limit);
            let merged = on.connection().get_database_backend().build(&merged);
            Model::find_by_statement(merged).all(on.connection()).await?
        }
    };
    Ok(rows.into_iter().map(StoredEvent::from).collect())
}

/// The types that are asked for by their first words, where nothing else leads to few events.
fn kinds(filter: &EventFilter) -> Vec<&'static str> {
    let Some(asked) = &filter.kind else { return Vec::new() };
    if filter.actor.is_some() || filter.object.is_some() || filter.flow.is_some() {
        return Vec::new();
    }
    EVENT_TYPES.iter().copied().filter(|kind| is_of(kind, asked)).collect()
}

/// Whether a type is the one that is asked for, or begins with its words.
fn is_of(kind: &str, asked: &str) -> bool {
    kind.strip_prefix(asked).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// A page of one type, or of whatever fits.
fn page(filter: &EventFilter, kind: Option<&str>, limit: u64) -> Select<Entity> {
    let kind = match kind {
        Some(kind) => Some(Condition::all().add(Column::Kind.eq(kind))),
        None => filter.kind.as_deref().map(beginning),
    };
    let all = Condition::all().add(condition(filter)).add_option(kind);
    Entity::find().filter(all).order_by_desc(Column::Position).limit(limit)
}

/// `review` means every `review.*`: the range of texts between "review." and "review/".
fn beginning(kind: &str) -> Condition {
    let below =
        Condition::all().add(Column::Kind.gte(format!("{kind}."))).add(Column::Kind.lt(format!("{kind}/")));
    Condition::any().add(Column::Kind.eq(kind)).add(below)
}

/// A page of each type, put together.
fn merged(filter: &EventFilter, kinds: &[&str], limit: u64) -> SelectStatement {
    let mut pages = kinds.iter().map(|kind| {
        let page = page(filter, Some(kind), limit).into_query();
        Query::select().column(Asterisk).from_subquery(page, Alias::new("page")).to_owned()
    });
    let mut merged = pages.next().unwrap_or_default();
    for page in pages {
        merged.union(UnionType::All, page);
    }
    merged.order_by(Column::Position, Order::Desc).limit(limit).to_owned()
}

fn condition(filter: &EventFilter) -> Condition {
    // Not by the index of times, whose events would have to be sorted.
    let at = || Expr::col((Entity, Column::At)).add(0);
    Condition::all()
        .add_option(filter.stream.as_ref().map(|stream| Column::Stream.eq(stream.to_string())))
        .add_option(filter.actor.as_ref().map(|actor| Column::ActorRef.eq(actor.as_str())))
        .add_option(filter.object.as_ref().map(|object| Column::ObjectRef.eq(object.as_str())))
        .add_option(filter.flow.as_ref().map(|flow| Column::Flow.eq(flow.as_str())))
        .add_option(filter.from.map(|from| at().gte(from)))
        .add_option(filter.to.map(|to| at().lt(to)))
        .add_option(filter.before.map(|position| Column::Position.lt(position)))
        .add_option(filter.after.map(|position| Column::Position.gt(position)))
}

/// The filter with positions in the place of times, so that a list neither begins at today's end of the log nor goes on
/// to its beginning. Positions follow the time, but for how far the clock was set back, which the log tells.
async fn between(on: &impl Reads, filter: &EventFilter, step: Duration) -> Result<EventFilter, Fault> {
    let mut filter = filter.clone();
    if filter.from.is_none() && filter.to.is_none() {
        return Ok(filter);
    }
    let Some(behind) = behind(on, step).await? else { return Ok(filter) };
    if let Some(to) = filter.to
        && let Some(first_after) = nearest(on, Column::At.gte(to.plus(behind)), Order::Asc).await?
    {
        filter.before = Some(filter.before.map_or(first_after, |before| Ord::min(before, first_after)));
    }
    if let Some(from) = filter.from
        && let Some(last_before) = nearest(on, Column::At.lt(from.minus(behind)), Order::Desc).await?
    {
        filter.after = Some(filter.after.map_or(last_before, |after| Ord::max(after, last_before)));
    }
    Ok(filter)
}

/// How far the time of an event may be behind that of an earlier one: `step`, of which nobody tells, and every step that
/// the log tells. None where there are too many of them, or one cannot be read.
async fn behind(on: &impl Reads, step: Duration) -> Result<Option<Duration>, Fault> {
    let steps = page(&EventFilter::default(), Some(STEPPED), MOST_STEPS as u64 + 1);
    let steps = steps.all(on.connection()).await?;
    if steps.len() > MOST_STEPS {
        return Ok(None);
    }
    let mut told = steps.iter().map(|event| stepped_by(&event.header));
    Ok(told.try_fold(step, |sum, by| sum.checked_add(by?)))
}

fn stepped_by(header: &str) -> Option<Duration> {
    match Header::parse_line(header).ok()?.facts.get("by_ms")? {
        // What was told is rounded down.
        Value::Int(by_ms) => Some(Duration::from_millis(by_ms.unsigned_abs() + 1)),
        _ => None,
    }
}

/// The position of the first event of a time, in this order.
async fn nearest(on: &impl Reads, when: Expr, order: Order) -> Result<Option<i64>, Fault> {
    let query = Entity::find().select_only().columns([Column::Position, Column::At]).filter(when);
    let found: Option<(i64, Timestamp)> =
        query.order_by(Column::At, order).limit(1).into_tuple().one(on.connection()).await?;
    Ok(found.map(|(position, _)| position))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        actor::{Actor, Via},
        app::App,
        audit::{AuditedTx, Event, Happening, read},
        testing::{self, TestApp},
    };

    const HOUR: Duration = Duration::from_secs(3600);

    /// Tells something of the present moment; where in the log.
    async fn tell(test: &TestApp) -> i64 {
        let event = Event::installation(&test.app, &Actor::system(Via::Worker), Happening::SignedOut {});
        let tx = AuditedTx::begin(&test.app).await.unwrap();
        tx.commit_one(event).await.unwrap().position
    }

    async fn bounds(app: &App, filter: &EventFilter) -> (Option<i64>, Option<i64>) {
        let bounded = between(&app.db, filter, app.timing.audit.clock_step).await.unwrap();
        (bounded.after, bounded.before)
    }

    #[tokio::test]
    async fn a_clock_that_was_set_back_widens_what_is_read_and_no_more() {
        let test = testing::app().await;
        let start = test.app.now();
        let mut told = Vec::new();
        // One each hour of a day, in whose middle the clock is set back by half an hour, and again.
        for hour in 0..24_u32 {
            test.clock.set(start.plus(HOUR * hour));
            told.push(tell(&test).await);
            if hour == 12 || hour == 13 {
                test.clock.set(test.app.now().minus(HOUR / 2));
                tell(&test).await;
            }
        }
        let filter = EventFilter {
            from: Some(start.plus(HOUR * 10)),
            to: Some(start.plus(HOUR * 15)),
            ..EventFilter::default()
        };
        // An hour more at both ends, and the few seconds that nobody tells of.
        assert_eq!(bounds(&test.app, &filter).await, (Some(told[8]), Some(told[17])));
        let found = read::list(&test.app, &filter, 100).await.unwrap();
        let all = read::tail(&test.app.db, 0, 100).await.unwrap();
        let is_between = |event: &&StoredEvent| filter.from <= Some(event.at) && Some(event.at) < filter.to;
        let mut expected: Vec<i64> = all.iter().filter(is_between).map(|event| event.position).collect();
        expected.reverse();
        assert_eq!(found.iter().map(|event| event.position).collect::<Vec<_>>(), expected);
        assert!(expected.len() > 5, "{expected:?}");
    }
}
