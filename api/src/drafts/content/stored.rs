//! A content read back from where it was stored.

use std::collections::BTreeMap;

use super::{AltText, BoardId, Content, ContentInput, Description, Link, SectionId, Title};
use crate::audit::header::{FormatError, Value, is_reference, is_word, parse_hash};
use crate::drafts::schedule::PublishAt;
use crate::error::FieldError;

type Members = BTreeMap<String, Value>;

impl Content {
    /// Reads a stored text. Errors: it is not exactly what [`Content::to_text`] writes. Times are taken as they were
    /// approved, whatever the zones' rules are now.
    pub fn from_text(text: &str) -> Result<Content, FormatError> {
        Content::from_value(&Value::parse(text)?)
    }

    /// Reads the object of the digest. Errors: a field is not of its form, or is none of a content.
    pub fn from_value(value: &Value) -> Result<Content, FormatError> {
        let mut members = value.as_object().ok_or(FormatError::NotAnObject)?.clone();
        let connection = string(&mut members, "connection")?.filter(|text| is_reference(text));
        let environment = string(&mut members, "environment")?.filter(|text| is_word(text));
        let content = Content {
            connection: connection.ok_or(FormatError::Field("connection"))?,
            environment: environment.ok_or(FormatError::Field("environment"))?,
            board_id: field(&mut members, BoardId::FIELD, BoardId::parse)?,
            board_section_id: field(&mut members, SectionId::FIELD, SectionId::parse)?,
            title: field(&mut members, Title::FIELD, Title::parse)?,
            description: field(&mut members, Description::FIELD, Description::parse)?,
            alt_text: field(&mut members, AltText::FIELD, AltText::parse)?,
            link: field(&mut members, Link::FIELD, Link::parse)?,
            image_sha256: image(&mut members)?,
            publish_at: members.remove("publish_at").map(publish_at).transpose()?,
        };
        // Whatever was tidied away on reading would not be what was hashed.
        if content.to_value() == *value { Ok(content) } else { Err(FormatError::Field("content")) }
    }

    /// The content as a form would send it: the starting point of an edit.
    pub fn to_input(&self) -> ContentInput {
        let publish_at = self.publish_at();
        ContentInput {
            connection: self.connection.clone(),
            environment: self.environment.clone(),
            board_id: self.board_id().map(str::to_owned),
            board_section_id: self.board_section_id().map(str::to_owned),
            title: self.title().map(str::to_owned),
            description: self.description().map(str::to_owned),
            alt_text: self.alt_text().map(str::to_owned),
            link: self.link().map(str::to_owned),
            image_sha256: self.image_sha256().map(hex::encode),
            publish_local: publish_at.map(|at| at.local().to_owned()),
            publish_zone: publish_at.map(|at| at.zone().to_owned()),
            publish_offset: publish_at.and_then(PublishAt::offset).map(str::to_owned),
        }
    }
}

fn string(members: &mut Members, key: &'static str) -> Result<Option<String>, FormatError> {
    match members.remove(key) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(FormatError::Field(key)),
    }
}

fn field<T>(
    members: &mut Members,
    key: &'static str,
    parse: fn(&str) -> Result<Option<T>, FieldError>,
) -> Result<Option<T>, FormatError> {
    let Some(text) = string(members, key)? else { return Ok(None) };
    parse(&text).map_err(|_| FormatError::Field(key))
}

fn image(members: &mut Members) -> Result<Option<[u8; 32]>, FormatError> {
    let Some(text) = string(members, "image_sha256")? else { return Ok(None) };
    parse_hash(&text).map(Some).ok_or(FormatError::Field("image_sha256"))
}

fn publish_at(value: Value) -> Result<PublishAt, FormatError> {
    let text = |key: &str| value.get(key).and_then(Value::as_str);
    let stored = text("local").zip(text("zone"));
    let stored = stored.and_then(|(local, zone)| PublishAt::stored(local, zone, text("offset")));
    stored.ok_or(FormatError::Field("publish_at"))
}
