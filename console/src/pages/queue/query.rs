//! What the queue is asked for: tab, filter and place live in the URL.

use countersign_api::app::App;
use countersign_api::drafts::Filter;
use countersign_api::operators::people;
use jiff::tz::TimeZone;
use serde::Deserialize;
use url::form_urlencoded::Serializer;

use crate::pages::asked::{Unread, no_choice, no_day};
use crate::pages::day;
use crate::pages::pin::names::{self, Accounts};
use crate::views::form::{Choice, FieldError};
use crate::views::queue::{Filters, Tab};
use crate::views::table::Pager;
use crate::web::Refused;

/// Drafts on a page.
const LIMIT: u64 = 25;

/// The query of the queue's address.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::pages) struct Asked {
    tab: String,
    q: String,
    connection: String,
    author: String,
    from: String,
    to: String,
    cursor: String,
}

impl Asked {
    /// The tab; none if none, or one that there is not.
    pub(super) fn tab(&self) -> Option<Tab> {
        Tab::parse(&self.tab)
    }

    /// As the service understands it. Days are those of `zone`.
    ///
    /// # Errors
    /// What is no id, and no day, each with its remedy.
    pub(super) fn filter(&self, tab: Tab, zone: &TimeZone) -> Result<Filter, Vec<FieldError>> {
        let mut unread = Unread::default();
        unread.take("tab", &self.tab, Tab::parse, &no_choice("Queue"));
        let filter = Filter {
            tab: tab.code().parse().ok(),
            q: Some(self.q.clone()).filter(|q| !q.trim().is_empty()),
            connection: unread.take(
                "connection",
                &self.connection,
                |text| text.parse().ok(),
                &no_choice("Account"),
            ),
            author: unread.take("author", &self.author, |text| text.parse().ok(), &no_choice("Author")),
            due_from: unread.take("from", &self.from, |day| day::begins(day, zone), &no_day("Due from")),
            due_to: unread.take("to", &self.to, |day| day::ends(day, zone), &no_day("Due to")),
            cursor: Some(self.cursor.clone()).filter(|cursor| !cursor.is_empty()),
            limit: LIMIT,
            ..Filter::default()
        };
        unread.or(filter)
    }

    /// The same question from another place of the list on.
    fn address(&self, tab: Tab, cursor: &str) -> String {
        let mut query = Serializer::new(String::new());
        query.append_pair("tab", tab.code());
        let rest = [
            ("q", &*self.q),
            ("connection", &*self.connection),
            ("author", &*self.author),
            ("from", &*self.from),
            ("to", &*self.to),
            ("cursor", cursor),
        ];
        for (name, value) in rest.into_iter().filter(|(_, value)| !value.is_empty()) {
            query.append_pair(name, value);
        }
        format!("/?{}", query.finish())
    }
}

/// What is filtered by, with what there is to choose from. A list of one is no choice.
pub(super) async fn filters(
    app: &App,
    asked: &Asked,
    accounts: &Accounts,
    mut errors: Vec<FieldError>,
) -> Result<Filters, Refused> {
    let connections = accounts.iter().filter(|connection| connection.username.is_some());
    let connections =
        connections.map(|connection| Choice::new(connection.id.as_str(), names::account(connection)));
    let people = people::list(app).await?;
    let authors = people.iter().map(|person| Choice::new(person.id.as_str(), &*person.name));
    let connections = choices("All accounts", connections.collect());
    let authors = choices("Anyone", authors.collect());
    for error in &mut errors {
        let is_hidden = match error.field.as_str() {
            "connection" => connections.is_empty(),
            "author" => authors.is_empty(),
            _ => false,
        };
        if is_hidden {
            error.field.clear();
        }
    }
    Ok(Filters {
        q: asked.q.clone(),
        connection: asked.connection.clone(),
        connections,
        author: asked.author.clone(),
        from: asked.from.clone(),
        to: asked.to.clone(),
        authors,
        errors,
    })
}

fn choices(all: &str, some: Vec<Choice>) -> Vec<Choice> {
    if some.len() < 2 {
        return Vec::new();
    }
    std::iter::once(Choice::new("", all)).chain(some).collect()
}

/// The way on.
pub(super) fn pager(asked: &Asked, tab: Tab, shown: usize, next: Option<String>) -> Pager {
    let is_first = asked.cursor.is_empty();
    let shown = match (shown, is_first && next.is_none()) {
        (1, true) => "1 Pin, and that is all".to_owned(),
        (shown, true) => format!("{shown} Pins, and that is all"),
        (1, false) => "1 Pin on this page".to_owned(),
        (shown, false) => format!("{shown} Pins on this page"),
    };
    Pager {
        shown,
        first: (!is_first).then(|| asked.address(tab, "")),
        next: next.map(|cursor| asked.address(tab, &cursor)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_on_keeps_the_filter() {
        let (q, from, cursor) = ("tart & soup".into(), "2026-11-24".into(), "old".into());
        let asked = Asked { q, from, cursor, ..Asked::default() };
        let pager = pager(&asked, Tab::Review, 25, Some("c2".into()));
        assert_eq!(pager.next.as_deref(), Some("/?tab=review&q=tart+%26+soup&from=2026-11-24&cursor=c2"));
        assert_eq!(pager.first.as_deref(), Some("/?tab=review&q=tart+%26+soup&from=2026-11-24"));
    }

    #[test]
    fn an_id_and_a_day_that_are_none_are_named() {
        let asked = Asked {
            connection: "x'; drop".into(),
            tab: "nowhere".into(),
            from: "soon".into(),
            ..Asked::default()
        };
        let errors = asked.filter(Tab::Drafts, &TimeZone::UTC).unwrap_err();
        assert_eq!(
            errors.iter().map(|error| &*error.field).collect::<Vec<_>>(),
            ["tab", "connection", "from"]
        );
        assert!(asked.tab().is_none());
    }
}
