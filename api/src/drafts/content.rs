//! What a draft says: the content that an approval binds, and its digest.
//!
//! The digest is taken over the restricted JSON of the content and a random salt. What a reviewer approved and what was
//! sent are the same if and only if the digests are.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::schedule::{PublishAt, ScheduleError};
use crate::audit::header::{FormatError, Value, is_reference, is_word, parse_hash};
use crate::hidden;

mod field;
mod stored;
#[cfg(test)]
mod tests;

pub use crate::error::FieldError;
pub(super) use field::check_text;
pub use field::{AltText, BoardId, Description, Link, SectionId, Title};

const DOMAIN: &[u8] = b"countersign/draft/v1\n";

/// The digest of a content that is at hand as its exact text.
pub fn digest_of(salt: &[u8; 32], content_text: &str) -> [u8; 32] {
    Sha256::new().chain_update(DOMAIN).chain_update(salt).chain_update(content_text).finalize().into()
}

/// What was typed or sent, before any check. Empty texts count as absent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ContentInput {
    /// Our reference of the account, `con_...`.
    pub connection: String,
    /// The account's environment: `rehearsal`, `sandbox` or `production`.
    pub environment: String,
    /// Pinterest's id of the board.
    pub board_id: Option<String>,
    /// Pinterest's id of a section of that board.
    pub board_section_id: Option<String>,
    /// The title.
    pub title: Option<String>,
    /// The description.
    pub description: Option<String>,
    /// The text for screen readers.
    pub alt_text: Option<String>,
    /// Where the Pin leads.
    pub link: Option<String>,
    /// Hex SHA-256 of the image as it will be sent.
    pub image_sha256: Option<String>,
    /// Wall time before which the Pin does not go out, `2026-12-01T09:00`. Without one, the zone means nothing.
    pub publish_local: Option<String>,
    /// The zone of that wall time.
    pub publish_zone: Option<String>,
    /// Its offset, where the clocks show it twice.
    pub publish_offset: Option<String>,
}

/// A checked content. It may be incomplete, but what it has is right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    connection: String,
    environment: String,
    board_id: Option<BoardId>,
    board_section_id: Option<SectionId>,
    title: Option<Title>,
    description: Option<Description>,
    alt_text: Option<AltText>,
    link: Option<Link>,
    image_sha256: Option<[u8; 32]>,
    publish_at: Option<PublishAt>,
}

impl Content {
    /// Checks every field. Errors: all that is wrong, in the form's order.
    pub fn from_input(input: &ContentInput) -> Result<Content, Vec<FieldError>> {
        let mut faults = Faults::default();
        let content = Content {
            connection: faults.keep(connection(&input.connection)).unwrap_or_default(),
            environment: faults.keep(environment(&input.environment)).unwrap_or_default(),
            board_id: faults.field(&input.board_id, BoardId::parse),
            board_section_id: faults.field(&input.board_section_id, SectionId::parse),
            title: faults.field(&input.title, Title::parse),
            description: faults.field(&input.description, Description::parse),
            alt_text: faults.field(&input.alt_text, AltText::parse),
            link: faults.field(&input.link, typed_link),
            image_sha256: faults.field(&input.image_sha256, image),
            publish_at: faults.keep(publish_at(input)).flatten(),
        };
        let is_board_told = faults.0.iter().any(|fault| fault.field == BoardId::FIELD);
        if content.board_section_id.is_some() && content.board_id.is_none() && !is_board_told {
            let message = "A section belongs to a board. Choose the board too, or leave the section out.";
            faults.0.push(FieldError::new("board_section_id", "section_without_board", message));
        }
        if faults.0.is_empty() { Ok(content) } else { Err(faults.0) }
    }

    /// What is still missing before it can be submitted for review; empty if nothing is.
    pub fn missing_for_submit(&self) -> Vec<FieldError> {
        let missing = [
            (self.board_id.is_none(), "board_id", "Choose the board that the Pin goes to."),
            (self.image_sha256.is_none(), "asset_id", "Add an image: a Pin cannot be without one."),
        ];
        let missing = missing.into_iter().filter(|(is_missing, ..)| *is_missing);
        missing.map(|(_, field, message)| FieldError::new(field, "missing", message)).collect()
    }

    /// The names of the fields in which `other` differs, in the form's order. They are those of the digest.
    pub fn changed_fields(&self, other: &Content) -> Vec<&'static str> {
        let (ours, theirs) = (self.to_value(), other.to_value());
        FIELDS.into_iter().filter(|field| ours.get(field) != theirs.get(field)).collect()
    }

    /// The digest that an approval binds. `salt` is random and fresh for each revision.
    pub fn digest(&self, salt: &[u8; 32]) -> Result<[u8; 32], FormatError> {
        Ok(digest_of(salt, &self.to_text()?))
    }

    /// The exact text that is hashed and stored.
    pub fn to_text(&self) -> Result<String, FormatError> {
        self.to_value().to_text()
    }

    /// The object of the digest; what is not set is absent.
    pub fn to_value(&self) -> Value {
        let fields = [
            ("connection", Some(self.connection.as_str().into())),
            ("environment", Some(self.environment.as_str().into())),
            ("board_id", self.board_id().map(Value::from)),
            ("board_section_id", self.board_section_id().map(Value::from)),
            ("title", self.title().map(Value::from)),
            ("description", self.description().map(Value::from)),
            ("alt_text", self.alt_text().map(Value::from)),
            ("link", self.link().map(Value::from)),
            ("image_sha256", self.image_sha256.map(|hash| hex::encode(hash).into())),
            ("publish_at", self.publish_at.as_ref().map(PublishAt::to_value)),
        ];
        let set = fields.into_iter().filter_map(|(field, value)| Some((field.to_owned(), value?)));
        Value::Object(set.collect())
    }

    /// Our reference of the account.
    pub fn connection(&self) -> &str {
        &self.connection
    }

    /// The account's environment.
    pub fn environment(&self) -> &str {
        &self.environment
    }

    /// Pinterest's id of the board.
    pub fn board_id(&self) -> Option<&str> {
        self.board_id.as_ref().map(BoardId::as_str)
    }

    /// Pinterest's id of the section.
    pub fn board_section_id(&self) -> Option<&str> {
        self.board_section_id.as_ref().map(SectionId::as_str)
    }

    /// The title.
    pub fn title(&self) -> Option<&str> {
        self.title.as_ref().map(Title::as_str)
    }

    /// The description.
    pub fn description(&self) -> Option<&str> {
        self.description.as_ref().map(Description::as_str)
    }

    /// The text for screen readers.
    pub fn alt_text(&self) -> Option<&str> {
        self.alt_text.as_ref().map(AltText::as_str)
    }

    /// Where the Pin leads.
    pub fn link(&self) -> Option<&str> {
        self.link.as_ref().map(Link::as_str)
    }

    /// SHA-256 of the image as it will be sent.
    pub fn image_sha256(&self) -> Option<&[u8; 32]> {
        self.image_sha256.as_ref()
    }

    /// Before when the Pin does not go out; none means once approved.
    pub fn publish_at(&self) -> Option<&PublishAt> {
        self.publish_at.as_ref()
    }
}

/// The fields of the digest, in the form's order.
const FIELDS: [&str; 10] = [
    "connection",
    "environment",
    "board_id",
    "board_section_id",
    "title",
    "description",
    "alt_text",
    "link",
    "image_sha256",
    "publish_at",
];

impl PublishAt {
    /// The member of the digest.
    fn to_value(&self) -> Value {
        let mut members = BTreeMap::from([
            ("local".to_owned(), self.local().into()),
            ("zone".to_owned(), self.zone().into()),
        ]);
        members.extend(self.offset().map(|offset| ("offset".to_owned(), offset.into())));
        Value::Object(members)
    }
}

/// Collects what is wrong while the rest goes on being checked.
#[derive(Default)]
struct Faults(Vec<FieldError>);

impl Faults {
    fn keep<T>(&mut self, result: Result<T, FieldError>) -> Option<T> {
        result.map_err(|fault| self.0.push(fault)).ok()
    }

    fn field<T>(
        &mut self,
        typed: &Option<String>,
        parse: fn(&str) -> Result<Option<T>, FieldError>,
    ) -> Option<T> {
        self.keep(parse(typed.as_deref()?)).flatten()
    }
}

fn connection(reference: &str) -> Result<String, FieldError> {
    if reference.starts_with("con_") && is_reference(reference) {
        return Ok(reference.to_owned());
    }
    Err(FieldError::new("connection_id", "unknown", "Choose a connected account."))
}

fn environment(word: &str) -> Result<String, FieldError> {
    if is_word(word) {
        return Ok(word.to_owned());
    }
    Err(FieldError::new("connection_id", "unknown", "The account has no environment. Connect it again."))
}

/// A link shows where it leads. (What is stored is read without this rule.)
fn typed_link(typed: &str) -> Result<Option<Link>, FieldError> {
    match hidden::first(typed.trim()) {
        Some((place, c)) if !c.is_control() => {
            let message = format!(
                "Character {place} is {}, which nobody sees. Take it out, or write it with % signs.",
                hidden::label(c)
            );
            Err(FieldError::new(Link::FIELD, "hidden_character", message))
        }
        _ => Link::parse(typed),
    }
}

fn image(hex: &str) -> Result<Option<[u8; 32]>, FieldError> {
    match (hex.trim(), parse_hash(hex.trim())) {
        ("", _) => Ok(None),
        (_, Some(hash)) => Ok(Some(hash)),
        _ => Err(FieldError::new("asset_id", "unknown", "There is no such image. Upload it again.")),
    }
}

fn publish_at(input: &ContentInput) -> Result<Option<PublishAt>, FieldError> {
    let given =
        |text: &Option<String>| text.as_deref().map(str::trim).filter(|t| !t.is_empty()).map(str::to_owned);
    let Some(local) = given(&input.publish_local) else { return Ok(None) };
    let zone = given(&input.publish_zone).ok_or(ScheduleError::NoZone);
    let offset = given(&input.publish_offset);
    let publish_at = zone.and_then(|zone| PublishAt::new(&local, &zone, offset.as_deref()));
    publish_at.map(Some).map_err(|error| FieldError::new("publish_at", error.code(), error.to_string()))
}
