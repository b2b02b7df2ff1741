//! What waits for review: what this person may decide, and what somebody else has to.

use std::collections::HashMap;

use countersign_api::app::App;
use countersign_api::approvals::policy::may_approve;
use countersign_api::drafts::{self, Draft, DraftState, Filter};
use countersign_api::ids::{DraftId, OperatorId};
use countersign_api::operators::Reader;

use crate::pages::pin::names::People;
use crate::pages::pin::parts;
use crate::views::review::{Current, Item, Review};
use crate::web::{Refused, Visit};

/// Drafts on the desk at once; the others follow as these are decided.
const LIMIT: u64 = 50;

/// What is on the desk.
pub(super) struct Waiting {
    /// What may be decided.
    may: Vec<Draft>,
    /// What this person wrote.
    own: Vec<Draft>,
    /// How many wait in all, roughly where there are more than listed.
    count: u64,
    authors: HashMap<DraftId, Vec<OperatorId>>,
    people: People,
}

impl Waiting {
    /// Reads the desk of a person.
    pub(super) async fn read(visit: &Visit, reader: &Reader) -> Result<Self, Refused> {
        let app = &visit.app;
        let filter = Filter { state: Some(DraftState::InReview), limit: LIMIT, ..Filter::default() };
        let found = drafts::list(app, reader, &filter).await?;
        let mut authors = HashMap::new();
        for draft in &found.items {
            authors.insert(draft.id.clone(), drafts::author_ids(&app.db, &draft.id).await?);
        }
        let rule = app.config.review.rule;
        let is_open = |draft: &Draft| {
            authors.get(&draft.id).is_some_and(|authors| may_approve(rule, reader.id(), authors).is_some())
        };
        let (may, own): (Vec<Draft>, Vec<Draft>) = found.items.into_iter().partition(is_open);
        let ids: Vec<OperatorId> = may.iter().chain(&own).map(|draft| draft.author_id.clone()).collect();
        let people = People::of(app, ids).await?;
        let count = count(app, may.len(), own.len(), found.next.is_some()).await?;
        Ok(Self { may, own, count, authors, people })
    }

    /// What is open where nothing was asked for.
    pub(super) fn first(&self) -> Option<DraftId> {
        self.may.first().or(self.own.first()).map(|draft| draft.id.clone())
    }

    /// The desk as the page shows it.
    pub(super) fn model(
        &self,
        app: &App,
        open: Option<&DraftId>,
        current: Option<Current>,
        is_after_verdict: bool,
        zone: &str,
    ) -> Review {
        let item = |draft: &Draft, is_own: bool| Item {
            url: format!("/review?draft={}", draft.id),
            title: draft.title.clone().unwrap_or_default(),
            picture: draft.asset_id.as_ref().map(parts::thumbnail),
            board: parts::board(app, draft).unwrap_or_else(|| "no board".to_owned()),
            about: if is_own { self.own_words(draft) } else { self.people.name(&draft.author_id).to_owned() },
            due: parts::due(draft, None, zone),
            is_current: open == Some(&draft.id),
        };
        Review {
            waiting_count: self.count,
            waiting: self.may.iter().map(|draft| item(draft, false)).collect(),
            own: self.own.iter().map(|draft| item(draft, true)).collect(),
            current,
            is_after_verdict,
        }
    }

    fn own_words(&self, draft: &Draft) -> String {
        let is_only = self.authors.get(&draft.id).is_some_and(|authors| authors.len() == 1);
        if is_only { "you wrote it".to_owned() } else { "you wrote a part of it".to_owned() }
    }
}

/// How many this person may decide, counted where all are listed.
async fn count(app: &App, may: usize, own: usize, has_more: bool) -> Result<u64, Refused> {
    if !has_more {
        return Ok(may as u64);
    }
    let counts = drafts::counts(app).await?;
    let all = counts.iter().find(|(tab, _)| *tab == drafts::Tab::Review).map_or(0, |(_, drafts)| *drafts);
    Ok(u64::try_from(all).unwrap_or(0).saturating_sub(own as u64))
}

/// Where to go once this draft is decided: to the next one that this person may decide.
pub(super) async fn after(visit: &Visit, id: &DraftId) -> Result<String, Refused> {
    let waiting = Waiting::read(visit, &visit.reader()?).await?;
    let at = waiting.may.iter().position(|draft| draft.id == *id);
    let later = waiting.may.iter().skip(at.map_or(0, |at| at + 1));
    let next = later.chain(&waiting.may).find(|draft| draft.id != *id);
    Ok(next.map_or_else(|| "/review".to_owned(), |draft| format!("/review?draft={}", draft.id)))
}
