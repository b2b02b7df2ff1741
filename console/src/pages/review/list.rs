//! What waits for review: what this person may decide, and what somebody else has to.

use std::collections::HashSet;

use countersign_api::app::App;
use countersign_api::approvals::policy::may_approve;
use countersign_api::drafts::{self, Draft, Written};
use countersign_api::ids::DraftId;
use countersign_api::operators::Reader;

use crate::pages::pin::names::People;
use crate::pages::pin::parts;
use crate::views::environment::Environment;
use crate::views::frame::Frame;
use crate::views::review::{Current, Item, Review};
use crate::web::{Refused, Visit};

/// Drafts on the desk at once; the others follow as these are decided.
const LIMIT: u64 = 50;

/// What is on the desk, the longest waiting first.
pub(super) struct Waiting {
    /// What may be decided.
    may: drafts::Waiting,
    /// What this person wrote.
    own: drafts::Waiting,
    /// What of it somebody else wrote a part of.
    shared: HashSet<DraftId>,
    people: People,
}

impl Waiting {
    /// Reads the desk of a person.
    pub(super) async fn read(visit: &Visit, reader: &Reader) -> Result<Self, Refused> {
        let (app, me) = (&visit.app, reader.id());
        // Under a rule by which one's own drafts may be decided, none stands apart.
        let is_apart = may_approve(app.config.review.rule, me, std::slice::from_ref(me)).is_none();
        let (may, own) = if is_apart {
            let may = drafts::waiting(app, reader, Written::NotBy(me), LIMIT).await?;
            (may, drafts::waiting(app, reader, Written::By(me), LIMIT).await?)
        } else {
            (drafts::waiting(app, reader, Written::ByAnybody, LIMIT).await?, drafts::Waiting::default())
        };
        let written: Vec<DraftId> = own.items.iter().map(|draft| draft.id.clone()).collect();
        let shared = drafts::shared(app, reader, &written).await?;
        let people = People::of(app, may.items.iter().map(|draft| draft.author_id.clone())).await?;
        Ok(Self { may, own, shared, people })
    }

    /// What is open where nothing was asked for.
    pub(super) fn first(&self) -> Option<DraftId> {
        self.may.items.first().or(self.own.items.first()).map(|draft| draft.id.clone())
    }

    /// The desk as the page shows it.
    pub(super) fn model(
        &self,
        app: &App,
        open: Option<&DraftId>,
        current: Option<Current>,
        is_after_verdict: bool,
        frame: &Frame,
    ) -> Review {
        let drafts = || self.may.items.iter().chain(&self.own.items);
        let is_mixed = drafts().any(|draft| environment(draft) != Some(frame.environment));
        let item = |draft: &Draft, is_own: bool| Item {
            url: format!("/review?draft={}", draft.id),
            title: draft.title.clone().unwrap_or_default(),
            picture: draft.asset_id.as_ref().map(parts::thumbnail),
            board: parts::board(app, draft).unwrap_or_else(|| "no board".to_owned()),
            about: if is_own { self.own_words(draft) } else { self.people.name(&draft.author_id).to_owned() },
            due: parts::due(draft, None, frame.times.zone()),
            environment: environment(draft).filter(|_| is_mixed),
            is_current: open == Some(&draft.id),
        };
        Review {
            waiting_count: self.may.count,
            own_count: self.own.count,
            waiting: self.may.items.iter().map(|draft| item(draft, false)).collect(),
            own: self.own.items.iter().map(|draft| item(draft, true)).collect(),
            current,
            is_after_verdict,
        }
    }

    fn own_words(&self, draft: &Draft) -> String {
        let is_shared = self.shared.contains(&draft.id);
        if is_shared { "you wrote a part of it".to_owned() } else { "you wrote it".to_owned() }
    }
}

fn environment(draft: &Draft) -> Option<Environment> {
    Environment::parse(draft.environment.as_str())
}

/// Where to go once this draft is decided: to the next one that this person may decide.
pub(super) async fn after(visit: &Visit, id: &DraftId) -> Result<String, Refused> {
    let waiting = Waiting::read(visit, &visit.reader()?).await?;
    let at = waiting.may.items.iter().position(|draft| draft.id == *id);
    let later = waiting.may.items.iter().skip(at.map_or(0, |at| at + 1));
    let next = later.chain(&waiting.may.items).find(|draft| draft.id != *id);
    Ok(next.map_or_else(|| "/review".to_owned(), |draft| format!("/review?draft={}", draft.id)))
}
