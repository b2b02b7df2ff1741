//! Who and what the records of a page are about, by name where it is still known.

use std::collections::HashMap;

use countersign_api::audit::read::StoredEvent;
use countersign_api::drafts;
use countersign_api::ids::DraftId;
use countersign_api::operators::people;

use crate::pages::pin::names::{self, Accounts};
use crate::views::audit::About;
use crate::views::form::Choice;
use crate::web::{Refused, Visit};

/// Names for a page of the log.
pub(super) struct Subjects {
    people: Vec<(String, String)>,
    accounts: Accounts,
    titles: HashMap<String, String>,
}

impl Subjects {
    /// Looks up what these records name.
    pub(super) async fn of(visit: &Visit, events: &[StoredEvent]) -> Result<Self, Refused> {
        let people = people::list(&visit.app).await?;
        let people = people.into_iter().map(|person| (person.id.to_string(), person.name)).collect();
        let drafts = events.iter().filter(|event| event.object_kind.as_deref() == Some("draft"));
        let mut ids: Vec<DraftId> =
            drafts.filter_map(|event| event.object_ref.as_deref()?.parse().ok()).collect();
        ids.sort();
        ids.dedup();
        let mut titles = HashMap::new();
        for id in ids {
            if let Some(draft) = drafts::find(&visit.app.db, &id).await? {
                let title = draft.title.unwrap_or_else(|| "a Pin without a title".to_owned());
                titles.insert(id.to_string(), title);
            }
        }
        Ok(Self { people, accounts: Accounts::all(&visit.app).await?, titles })
    }

    /// Who did it.
    pub(super) fn who(&self, event: &StoredEvent) -> String {
        match (event.actor_kind.as_str(), &event.actor_ref) {
            ("operator", Some(id)) => self.person(id),
            ("public", _) => "somebody who was not signed in".to_owned(),
            ("system", _) => "system".to_owned(),
            (kind, reference) => reference.clone().unwrap_or_else(|| kind.to_owned()),
        }
    }

    fn person(&self, id: &str) -> String {
        let found = self.people.iter().find(|(known, _)| known == id);
        found.map_or_else(|| id.to_owned(), |(_, name)| name.clone())
    }

    /// What it is about.
    pub(super) fn about(&self, event: &StoredEvent) -> Option<About> {
        let (kind, id) = (event.object_kind.as_deref()?, event.object_ref.as_deref()?);
        let (words, url) = match kind {
            // Whose it is stands beside it; the id is among the facts of its header.
            "session" | "link" => return None,
            "draft" => {
                let title = self.titles.get(id).cloned();
                let url = title.is_some().then(|| format!("/drafts/{id}"));
                (title.unwrap_or_else(|| id.to_owned()), url)
            }
            "connection" => (self.account(id), Some("/connections".to_owned())),
            "operator" => (self.person(id), Some("/operators".to_owned())),
            "publication" => (id.to_owned(), Some(format!("/publications/{id}"))),
            _ => (format!("{} {id}", kind.replace('_', " ")), None),
        };
        Some(About { words, url })
    }

    fn account(&self, id: &str) -> String {
        id.parse().map_or_else(|_| id.to_owned(), |id| self.accounts.name(&id))
    }

    /// A stream in words.
    pub(super) fn stream(&self, stream: &str) -> String {
        match stream.split_once(':') {
            Some(("connection", id)) => self.account(id),
            _ => match stream {
                "installation" => "the installation".to_owned(),
                other => other.to_owned(),
            },
        }
    }

    /// The streams to choose from.
    pub(super) fn streams(&self) -> Vec<Choice> {
        let fixed = [Choice::new("", "All streams"), Choice::new("installation", "The installation")];
        let accounts = self.accounts.iter().map(|connection| {
            Choice::new(format!("connection:{}", connection.id), names::account(connection))
        });
        fixed.into_iter().chain(accounts).collect()
    }

    /// The people to choose from.
    pub(super) fn people(&self) -> Vec<Choice> {
        let people = self.people.iter().map(|(id, name)| Choice::new(&**id, &**name));
        std::iter::once(Choice::new("", "Anyone")).chain(people).collect()
    }
}
