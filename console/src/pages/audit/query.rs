//! What the log is asked for; the filter and the place live in the URL.

use countersign_api::audit::read::EventFilter;
use jiff::tz::TimeZone;
use serde::Deserialize;
use url::form_urlencoded::Serializer;

use super::subjects::Subjects;
use crate::pages::asked::{NO_PLACE, Unread, no_choice, no_day};
use crate::pages::day;
use crate::views::audit::Filters;
use crate::views::form::{Choice, FieldError};
use crate::views::table::Pager;

/// Records on a page.
pub(super) const LIMIT: u64 = 50;

/// The query of the log's address.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::pages) struct Asked {
    stream: String,
    r#type: String,
    person: String,
    from: String,
    to: String,
    flow: String,
    cursor: String,
}

impl Asked {
    /// As the service understands it. Days are those of `zone`. A flow may also be the id of a thing, of which then
    /// everything is shown.
    ///
    /// # Errors
    /// What cannot be read, each with its remedy.
    pub(super) fn filter(&self, zone: &TimeZone) -> Result<EventFilter, Vec<FieldError>> {
        let mut unread = Unread::default();
        let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let flow = given(&self.flow);
        let is_thing = ["drf_", "con_", "opr_"].iter().any(|prefix| self.flow.trim().starts_with(prefix));
        let filter = EventFilter {
            stream: unread.take("stream", &self.stream, |text| text.parse().ok(), &no_choice("Stream")),
            kind: given(&self.r#type),
            actor: given(&self.person),
            object: flow.clone().filter(|_| is_thing),
            flow: flow.filter(|_| !is_thing),
            from: unread.take("from", &self.from, |day| day::begins(day, zone), &no_day("From")),
            to: unread.take("to", &self.to, |day| day::ends(day, zone), &no_day("To")),
            before: unread.take("", &self.cursor, |text| text.parse().ok(), NO_PLACE),
            after: None,
        };
        unread.or(filter)
    }

    /// The same question from another place of the list on.
    pub(super) fn address(&self, cursor: &str) -> String {
        let pairs = [
            ("stream", &*self.stream),
            ("type", &*self.r#type),
            ("person", &*self.person),
            ("from", &*self.from),
            ("to", &*self.to),
            ("flow", &*self.flow),
            ("cursor", cursor),
        ];
        let mut query = Serializer::new(String::new());
        for (name, value) in pairs.into_iter().filter(|(_, value)| !value.is_empty()) {
            query.append_pair(name, value);
        }
        let query = query.finish();
        if query.is_empty() { "/audit".to_owned() } else { format!("/audit?{query}") }
    }

    /// The way on.
    pub(super) fn pager(&self, shown: &str, next: Option<i64>) -> Pager {
        Pager {
            shown: shown.to_owned(),
            first: (!self.cursor.is_empty()).then(|| self.address("")),
            next: next.map(|position| self.address(&position.to_string())),
        }
    }
}

const TYPES: [(&str, &str); 10] = [
    ("", "All types"),
    ("review", "Drafts and review"),
    ("publish", "Publishing"),
    ("api", "Calls to Pinterest"),
    ("oauth", "Consent and accounts"),
    ("access", "People and access"),
    ("system", "The installation"),
    ("export", "Exports"),
    ("retention", "Keeping and erasing"),
    ("privacy", "People’s requests"),
];

/// What is filtered by, with what there is to choose from.
pub(super) fn filters(asked: &Asked, subjects: &Subjects, errors: Vec<FieldError>) -> Filters {
    let mut types: Vec<Choice> = TYPES.iter().map(|(value, words)| Choice::new(*value, *words)).collect();
    if !types.iter().any(|choice| choice.value == asked.r#type) {
        types.push(Choice::new(&*asked.r#type, &*asked.r#type));
    }
    Filters {
        streams: subjects.streams(),
        stream: asked.stream.clone(),
        types,
        kind: asked.r#type.clone(),
        people: subjects.people(),
        person: asked.person.clone(),
        from: asked.from.clone(),
        to: asked.to.clone(),
        flow: asked.flow.clone(),
        errors,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn berlin() -> TimeZone {
        TimeZone::get("Europe/Berlin").unwrap()
    }

    #[test]
    fn what_cannot_be_read_is_named_and_what_is_not_said_filters_nothing() {
        let asked =
            Asked { from: "yesterday".into(), stream: "//".into(), cursor: "x".into(), ..Asked::default() };
        let errors = asked.filter(&berlin()).unwrap_err();
        assert_eq!(errors.iter().map(|error| &*error.field).collect::<Vec<_>>(), ["stream", "from", ""]);
        let filter = Asked { from: " ".into(), ..Asked::default() }.filter(&berlin()).unwrap();
        assert!(filter.from.is_none() && filter.stream.is_none() && filter.before.is_none());
    }

    #[test]
    fn a_flow_may_be_a_thing() {
        let of = |flow: &str| Asked { flow: flow.into(), ..Asked::default() }.filter(&berlin()).unwrap();
        assert_eq!(of("drf_1").object.as_deref(), Some("drf_1"));
        assert_eq!(of("pub_1").flow.as_deref(), Some("pub_1"));
    }

    #[test]
    fn the_way_on_keeps_the_filter() {
        let asked = Asked { r#type: "review".into(), cursor: "90".into(), ..Asked::default() };
        let pager = asked.pager("50", Some(40));
        assert_eq!(pager.next.as_deref(), Some("/audit?type=review&cursor=40"));
        assert_eq!(pager.first.as_deref(), Some("/audit?type=review"));
    }
}
