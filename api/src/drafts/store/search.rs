//! Drafts by their words, at a cost that depends on what is shown and not on how many drafts there are.
//!
//! Three ways lead to the same drafts in the same order. A rare word gathers all that have it. Among what has ended,
//! which alone grows with the years, the words stand in an index in the order of the list, each with its draft, so the page
//! is read from there. Else the list is walked in its order and each draft asked for the words: a common word is met
//! soon, and what people work on is as long as they can work off.

use countersign_entities::{
    Timestamp,
    draft::{Column, Entity},
    draft_word,
    ids::DraftId,
    vocabulary::Tab,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait as _, EntityTrait, ExprTrait as _, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, Select,
    sea_query::{Alias, Asterisk, Expr, Query, SelectStatement},
};

use super::queue;
use crate::{
    db::Reads,
    drafts::{
        Draft,
        queue::{Filter, Order, Place},
    },
    error::Fault,
};

/// A word that fewer rows have is rare: they are gathered and sorted.
const FEW: u64 = 500;
/// The most words with one beginning that are read side by side.
const COMPLETIONS: usize = 32;

/// The drafts that fit, have a word with each of these beginnings, and come after a place.
pub(in crate::drafts) async fn list(
    on: &impl Reads,
    filter: &Filter,
    words: &[String],
    order: Order,
    after: Option<&Place>,
    limit: u64,
) -> Result<Vec<Draft>, Fault> {
    for word in words {
        if is_rare(on, word).await? {
            let query = gathered(filter, words, word, order, after).limit(limit);
            return Ok(query.all(on.connection()).await?.into_iter().map(Draft::from).collect());
        }
    }
    if let Some(tab) = filter.is_of_ended(order)
        && let Some(completions) = fewest_completions(on, words).await?
    {
        return in_order(on, tab, &completions, words, after, limit).await;
    }
    let query = walked(filter, words, order, after).limit(limit);
    Ok(query.all(on.connection()).await?.into_iter().map(Draft::from).collect())
}

/// Walks the list in its order.
pub(in crate::drafts) fn walked(
    filter: &Filter,
    words: &[String],
    order: Order,
    after: Option<&Place>,
) -> Select<Entity> {
    let query = queue::select(filter, order, after);
    words.iter().fold(query, |query, word| query.filter(has(word, (Entity, Column::Id).into())))
}

/// Gathers the drafts that have `rare`, and looks among them alone: left to itself, a database without statistics walks the
/// list and looks for each draft among those.
pub(in crate::drafts) fn gathered(
    filter: &Filter,
    words: &[String],
    rare: &str,
    order: Order,
    after: Option<&Place>,
) -> Select<Entity> {
    let with_it = Query::select()
        .column(draft_word::Column::DraftId)
        .from(draft_word::Entity)
        .cond_where(begins(rare))
        .to_owned();
    let few = Entity::find().filter(Column::Id.in_subquery(with_it)).limit(FEW + 1).into_query();
    let mut found = walked(filter, words, order, after);
    QueryTrait::query(&mut found).from_clear().from_subquery(few, Entity);
    found
}

/// Reads the ended drafts that have one of the `completions` from the index, a page of each, and shows the first of all.
pub(in crate::drafts) async fn in_order(
    on: &impl Reads,
    tab: Tab,
    completions: &[String],
    words: &[String],
    after: Option<&Place>,
    limit: u64,
) -> Result<Vec<Draft>, Fault> {
    let mut places: Vec<(Timestamp, DraftId)> = Vec::new();
    for completion in completions {
        let page = ended_with(tab, completion, words, after).limit(limit);
        places.extend(page.into_tuple::<(Timestamp, DraftId)>().all(on.connection()).await?);
    }
    places.sort_by(|one, other| other.cmp(one));
    places.dedup();
    places.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let ids = places.into_iter().map(|(_, id)| id);
    let rows = Entity::find()
        .filter(Column::Id.is_in(ids))
        .order_by_desc(Column::UpdatedAt)
        .order_by_desc(Column::Id)
        .all(on.connection())
        .await?;
    Ok(rows.into_iter().map(Draft::from).collect())
}

/// The places of ended drafts that have exactly this word, and the other words' beginnings.
pub(in crate::drafts) fn ended_with(
    tab: Tab,
    word: &str,
    words: &[String],
    after: Option<&Place>,
) -> Select<draft_word::Entity> {
    use draft_word::Column;
    let beyond = after.map(|Place { at, id }| {
        let beyond = Condition::any().add(Column::Place.lt(*at)).add(Column::DraftId.lt(id.clone()));
        Condition::all().add(Column::Place.lte(*at)).add(beyond)
    });
    let others = words.iter().filter(|beginning| !word.starts_with(beginning.as_str()));
    let query = draft_word::Entity::find()
        .select_only()
        .columns([Column::Place, Column::DraftId])
        .filter(Column::Word.eq(word))
        .filter(Column::Tab.eq(tab))
        .filter(Column::Place.is_not_null())
        .filter(Condition::all().add_option(beyond))
        .order_by_desc(Column::Place)
        .order_by_desc(Column::DraftId);
    others.fold(query, |query, other| query.filter(has(other, (draft_word::Entity, Column::DraftId).into())))
}

/// The words with the beginning that has the fewest; none where each has too many.
async fn fewest_completions(on: &impl Reads, words: &[String]) -> Result<Option<Vec<String>>, Fault> {
    let mut fewest: Option<Vec<String>> = None;
    for beginning in words {
        let found = completions(on, beginning).await?;
        if found.len() <= COMPLETIONS && fewest.as_ref().is_none_or(|fewest| found.len() < fewest.len()) {
            fewest = Some(found);
        }
    }
    Ok(fewest)
}

/// The words with a beginning, as far as they are read side by side and one more: from each to the next through the index.
async fn completions(on: &impl Reads, beginning: &str) -> Result<Vec<String>, Fault> {
    use draft_word::Column;
    let mut found: Vec<String> = Vec::new();
    while found.len() <= COMPLETIONS {
        let next = match found.last() {
            Some(last) => Column::Word.gt(last.as_str()),
            None => Column::Word.gte(beginning),
        };
        let query = draft_word::Entity::find()
            .select_only()
            .column(Column::Word)
            .filter(next)
            .filter(Column::Word.lt(end_of(beginning)))
            .order_by_asc(Column::Word)
            .limit(1);
        match query.into_tuple::<String>().one(on.connection()).await? {
            Some(word) => found.push(word),
            None => break,
        }
    }
    Ok(found)
}

async fn is_rare(on: &impl Reads, beginning: &str) -> Result<bool, Fault> {
    let some = Query::select()
        .column(draft_word::Column::DraftId)
        .from(draft_word::Entity)
        .cond_where(begins(beginning))
        .limit(FEW + 1)
        .to_owned();
    let counted = Query::select()
        .expr_as(Expr::col(Asterisk).count(), Alias::new("rows"))
        .from_subquery(some, Alias::new("some"))
        .to_owned();
    let row = on.connection().query_one(&counted).await?;
    let rows: i64 = row.ok_or(Fault::Lost("a count"))?.try_get_by_index(0)?;
    Ok(u64::try_from(rows).is_ok_and(|rows| rows <= FEW))
}

/// Whether the draft of that id has a word with this beginning.
fn has(beginning: &str, id: sea_orm::sea_query::ColumnRef) -> Expr {
    let words = Alias::new("has");
    let of_it = Expr::col((words.clone(), draft_word::Column::DraftId)).eq(Expr::col(id));
    let word = || Expr::col((words.clone(), draft_word::Column::Word));
    let found: SelectStatement = Query::select()
        .expr(Expr::val(1))
        .from_as(draft_word::Entity, words.clone())
        .and_where(of_it)
        .and_where(word().gte(beginning))
        .and_where(word().lt(end_of(beginning)))
        .to_owned();
    Expr::exists(found)
}

/// The words with a beginning. Both databases compare words by their bytes, so they are a range.
fn begins(beginning: &str) -> Condition {
    use draft_word::Column;
    Condition::all().add(Column::Word.gte(beginning)).add(Column::Word.lt(end_of(beginning)))
}

fn end_of(beginning: &str) -> String {
    format!("{beginning}{}", char::MAX)
}

impl Filter {
    /// The tab of ended drafts, where all that is asked for beside words is its list.
    fn is_of_ended(&self, order: Order) -> Option<Tab> {
        let is_plain = self.state.is_none()
            && self.connection.is_none()
            && self.board.is_none()
            && self.author.is_none();
        let tab = self.tab.filter(|tab| matches!(tab, Tab::Published | Tab::Discarded));
        tab.filter(|_| is_plain && order == Order::Updated)
    }
}

#[cfg(test)]
mod tests;
