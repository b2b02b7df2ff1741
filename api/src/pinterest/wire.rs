//! What Pinterest's JSON looks like, read leniently: keys that we do not know are passed over, keys may be missing, and
//! one odd value spoils itself only.

use countersign_entities::Timestamp;
use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use time::{
    OffsetDateTime, PrimitiveDateTime, format_description::well_known::Rfc3339, macros::format_description,
};

/// Reads a body; none if it is not of that shape.
pub(crate) fn parse<T: DeserializeOwned>(body: &[u8]) -> Option<T> {
    serde_json::from_slice(body).ok()
}

/// A value of that type, or none for anything else.
pub(crate) fn lenient<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    let value = serde_json::Value::deserialize(deserializer)?;
    Ok(serde_json::from_value(value).ok())
}

/// Ids are texts of digits; a number is taken, too.
fn id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(match serde_json::Value::deserialize(deserializer)? {
        serde_json::Value::String(text) => Some(text).filter(|text| !text.is_empty()),
        serde_json::Value::Number(number) if number.is_u64() => Some(number.to_string()),
        _ => None,
    })
}

fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    let text: Option<String> = lenient(deserializer)?;
    Ok(text.and_then(|text| moment(&text)))
}

/// RFC 3339, or without a zone as live answers have it: then it is UTC.
pub(crate) fn moment(text: &str) -> Option<Timestamp> {
    let naive = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second][optional [.[subsecond]]]");
    let with_zone = OffsetDateTime::parse(text, &Rfc3339).ok();
    let at = with_zone.or_else(|| Some(PrimitiveDateTime::parse(text, &naive).ok()?.assume_utc()))?;
    Some(Timestamp::from(at))
}

/// Items of one odd shape are passed over, the others are kept.
fn items<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<Vec<T>, D::Error> {
    let values = Vec::<serde_json::Value>::deserialize(deserializer)?;
    Ok(values.into_iter().filter_map(|value| serde_json::from_value(value).ok()).collect())
}

/// One page of a list.
#[derive(Debug, Deserialize)]
pub(crate) struct Page<T: DeserializeOwned> {
    /// What is on it.
    #[serde(deserialize_with = "items")]
    pub items: Vec<T>,
    /// Leads to the next page; none or empty: this is the last.
    #[serde(default, deserialize_with = "lenient")]
    pub bookmark: Option<String>,
}

impl<T: DeserializeOwned> Page<T> {
    /// What leads to the next page.
    pub fn next(&self) -> Option<String> {
        self.bookmark.clone().filter(|bookmark| !bookmark.is_empty())
    }
}

/// `GET /user_account`.
#[derive(Debug, Deserialize)]
pub(crate) struct UserAccount {
    /// The account's id.
    #[serde(default, deserialize_with = "id")]
    pub id: Option<String>,
    /// Its username.
    #[serde(default, deserialize_with = "lenient")]
    pub username: Option<String>,
}

/// A board.
#[derive(Debug, Deserialize)]
pub(crate) struct Board {
    /// Its id.
    #[serde(default, deserialize_with = "id")]
    pub id: Option<String>,
    /// Its name.
    #[serde(default, deserialize_with = "lenient")]
    pub name: Option<String>,
    /// `PUBLIC`, `PROTECTED` or `SECRET`.
    #[serde(default, deserialize_with = "lenient")]
    pub privacy: Option<String>,
}

/// A section of a board.
#[derive(Debug, Deserialize)]
pub(crate) struct Section {
    /// Its id.
    #[serde(default, deserialize_with = "id")]
    pub id: Option<String>,
    /// Its name.
    #[serde(default, deserialize_with = "lenient")]
    pub name: Option<String>,
}

/// A Pin, as far as it is compared with one of ours.
#[derive(Debug, Deserialize)]
pub(crate) struct Pin {
    /// Its id.
    #[serde(default, deserialize_with = "id")]
    pub id: Option<String>,
    /// When it was created.
    #[serde(default, deserialize_with = "time")]
    pub created_at: Option<Timestamp>,
    /// The board that it is on.
    #[serde(default, deserialize_with = "id")]
    pub board_id: Option<String>,
    /// Its title.
    #[serde(default, deserialize_with = "lenient")]
    pub title: Option<String>,
    /// Its description.
    #[serde(default, deserialize_with = "lenient")]
    pub description: Option<String>,
    /// Its alt text.
    #[serde(default, deserialize_with = "lenient")]
    pub alt_text: Option<String>,
    /// Its link.
    #[serde(default, deserialize_with = "lenient")]
    pub link: Option<String>,
}

/// The id of the Pin that an answer tells of. Ids are decimal digits: what else is called an id is none of a Pin.
pub(crate) fn pin_id(body: &[u8]) -> Option<String> {
    parse::<Pin>(body)?.id.filter(|id| id.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_come_with_and_without_a_zone() {
        let expected = Some(Timestamp(1_665_625_289_000_000));
        for text in [
            "2022-10-13T01:41:29",
            "2022-10-13T01:41:29Z",
            "2022-10-13T01:41:29-00:00",
            "2022-10-13T03:41:29+02:00",
        ] {
            assert_eq!(moment(text), expected, "{text}");
        }
        assert_eq!(moment("2022-10-13T01:41:29.5"), Some(Timestamp(1_665_625_289_500_000)));
        assert_eq!(moment("yesterday"), None);
    }

    #[test]
    fn one_odd_item_does_not_spoil_a_page() {
        let body = br#"{"items":[{"id":"1","name":"A","new":1},7,{"id":2},{"name":null}],"bookmark":null}"#;
        let page: Page<Board> = parse(body).unwrap();
        let ids: Vec<_> = page.items.iter().map(|board| board.id.as_deref()).collect();
        assert_eq!(ids, [Some("1"), Some("2"), None]);
        assert_eq!(page.next(), None);
        assert!(parse::<Page<Board>>(b"{}").is_none());
    }
}
