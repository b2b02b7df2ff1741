//! The header of an event: one line of restricted JSON, and the leaf of the Merkle tree.
//!
//! It holds no personal data, no content and no secret: random references, closed vocabularies, numbers and
//! commitments. Its exact bytes are stored and hashed; nobody writes it again to verify it.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use super::sealed::Part;

mod form;
mod parse;
mod read;
#[cfg(test)]
mod tests;
mod value;

pub use form::{
    is_event_id, is_event_type, is_reference, is_word, parse_hash, parse_rfc3339_micros, rfc3339_micros,
};
pub use value::{HEADER_LIMIT, LINE_LIMIT, MANIFEST_LIMIT, MAX_DEPTH, MAX_INT, Value, object};

/// Why something cannot be written in the log's format, or is not in it. It repeats nothing of the text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    /// The text is longer than its place allows.
    #[error("{length} bytes; at most {limit} are allowed")]
    TooLong {
        /// Bytes there are.
        length: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// The outermost value is not an object.
    #[error("not a JSON object")]
    NotAnObject,
    /// Objects and arrays are nested too deep.
    #[error("nested more than {MAX_DEPTH} deep")]
    TooDeep,
    /// A key of the wrong form.
    #[error("a key is not of the form [a-z][a-z0-9_]*")]
    Key,
    /// A key given twice.
    #[error("a key is there twice")]
    DuplicateKey,
    /// A number of 2^53 or beyond.
    #[error("a number is 2^53 or beyond")]
    Number,
    /// Not the one text that this content has.
    #[error("byte {at}: {what}")]
    NotCanonical {
        /// Offset in bytes.
        at: usize,
        /// What is wrong there.
        what: &'static str,
    },
    /// A member of a header is missing, superfluous or of the wrong form.
    #[error("`{0}` is missing or not of its form")]
    Field(&'static str),
}

/// What became of the act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It took effect.
    Ok,
    /// It was refused.
    Denied,
    /// It was tried, and did not take effect.
    Failed,
    /// It is not known whether it took effect.
    Unknown,
}

impl Outcome {
    /// All outcomes.
    pub const ALL: [Outcome; 4] = [Outcome::Ok, Outcome::Denied, Outcome::Failed, Outcome::Unknown];

    /// The word in the header.
    pub fn name(self) -> &'static str {
        match self {
            Outcome::Ok => "ok",
            Outcome::Denied => "denied",
            Outcome::Failed => "failed",
            Outcome::Unknown => "unknown",
        }
    }
}

/// Who acted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActorKind {
    /// A person who works here.
    Operator,
    /// The product itself, or its command line.
    System,
    /// Anybody on the public pages.
    Public,
    /// A person who asks about their own data.
    Subject,
}

impl ActorKind {
    /// All kinds.
    pub const ALL: [ActorKind; 4] =
        [ActorKind::Operator, ActorKind::System, ActorKind::Public, ActorKind::Subject];

    /// The word in the header.
    pub fn name(self) -> &'static str {
        match self {
            ActorKind::Operator => "operator",
            ActorKind::System => "system",
            ActorKind::Public => "public",
            ActorKind::Subject => "subject",
        }
    }

    fn may_be_anonymous(self) -> bool {
        matches!(self, ActorKind::System | ActorKind::Public)
    }
}

/// The actor of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActorRef {
    /// What kind of actor.
    pub kind: ActorKind,
    /// Our random reference; may be absent for `system` and `public` only.
    pub reference: Option<String>,
}

/// What the event is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectRef {
    /// A word such as `draft`.
    pub kind: String,
    /// Our random reference.
    pub reference: String,
    /// Which revision of it.
    pub revision: Option<i64>,
}

/// The stream in which an event is counted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stream {
    /// One for each connected account: a reference `con_...`.
    Connection(String),
    /// Everything that belongs to no other stream.
    Installation,
    /// People's requests about their data.
    Privacy,
    /// The public read-only sessions.
    Inspiration,
}

impl fmt::Display for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Stream::Connection(reference) => write!(f, "connection:{reference}"),
            Stream::Installation => f.write_str("installation"),
            Stream::Privacy => f.write_str("privacy"),
            Stream::Inspiration => f.write_str("inspiration"),
        }
    }
}

impl FromStr for Stream {
    type Err = FormatError;

    fn from_str(text: &str) -> Result<Self, FormatError> {
        match (text, text.strip_prefix("connection:")) {
            ("installation", _) => Ok(Stream::Installation),
            ("privacy", _) => Ok(Stream::Privacy),
            ("inspiration", _) => Ok(Stream::Inspiration),
            (_, Some(reference)) if reference.starts_with("con_") && is_reference(reference) => {
                Ok(Stream::Connection(reference.to_owned()))
            }
            _ => Err(FormatError::Field("stream")),
        }
    }
}

/// The header of one event, version 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// `evt_` and a UUIDv7; unique.
    pub id: String,
    /// Microseconds since 1970, UTC.
    pub at: i64,
    /// The name of the event type, such as `review.approved`.
    pub event_type: String,
    /// What became of it.
    pub outcome: Outcome,
    /// Who acted.
    pub actor: ActorRef,
    /// What it is about.
    pub object: Option<ObjectRef>,
    /// A reference that joins events: one OAuth flow, one publication, one request.
    pub flow: Option<String>,
    /// The id of the event that this one answers or acts on.
    pub cause: Option<String>,
    /// The facts of this event type; may be empty.
    pub facts: BTreeMap<String, Value>,
    /// Commitments to the sealed parts; absent from the line if there are none.
    pub sealed: BTreeMap<Part, [u8; 32]>,
    /// Where the event is counted.
    pub stream: Stream,
    /// 1, 2, 3 ... in its stream, without gaps.
    pub seq: u64,
    /// Leaf hash of the stream's previous event; of the first, the stream's origin.
    pub prev: [u8; 32],
}

impl Header {
    /// The line that is hashed and stored, without a line end. Errors: a member is not of its form, or the line is
    /// longer than [`HEADER_LIMIT`]; such an event must not be appended.
    pub fn to_line(&self) -> Result<String, FormatError> {
        let line = self.to_value()?.to_text_within(HEADER_LIMIT)?;
        // Read back, so that nothing enters the log which a verifier would refuse.
        match Header::parse_line(&line)? == *self {
            true => Ok(line),
            false => Err(FormatError::Field("header")),
        }
    }

    fn to_value(&self) -> Result<Value, FormatError> {
        if !form::is_representable(self.at) {
            return Err(FormatError::Field("at"));
        }
        let mut members = BTreeMap::from([
            ("v".to_owned(), Value::Int(1)),
            ("id".to_owned(), self.id.as_str().into()),
            ("at".to_owned(), rfc3339_micros(self.at).into()),
            ("type".to_owned(), self.event_type.as_str().into()),
            ("outcome".to_owned(), self.outcome.name().into()),
            ("actor".to_owned(), self.actor.to_value()),
            ("facts".to_owned(), self.facts.clone().into()),
            ("stream".to_owned(), self.stream.to_string().into()),
            ("seq".to_owned(), self.seq.into()),
            ("prev".to_owned(), hex::encode(self.prev).into()),
        ]);
        let optional = [
            ("object", self.object.as_ref().map(ObjectRef::to_value)),
            ("flow", self.flow.as_deref().map(Value::from)),
            ("cause", self.cause.as_deref().map(Value::from)),
            ("sealed", self.sealed_value()),
        ];
        members.extend(optional.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))));
        Ok(Value::Object(members))
    }

    fn sealed_value(&self) -> Option<Value> {
        let hashes =
            self.sealed.iter().map(|(part, hash)| (part.name().to_owned(), hex::encode(hash).into()));
        (!self.sealed.is_empty()).then(|| Value::Object(hashes.collect()))
    }
}

impl ActorRef {
    /// An actor with a reference.
    pub fn new(kind: ActorKind, reference: impl Into<String>) -> Self {
        ActorRef { kind, reference: Some(reference.into()) }
    }

    /// The product itself.
    pub fn system() -> Self {
        ActorRef { kind: ActorKind::System, reference: None }
    }

    fn to_value(&self) -> Value {
        let mut members = BTreeMap::from([("kind".to_owned(), self.kind.name().into())]);
        members.extend(self.reference.as_deref().map(|reference| ("ref".to_owned(), reference.into())));
        Value::Object(members)
    }
}

impl ObjectRef {
    fn to_value(&self) -> Value {
        let mut members = BTreeMap::from([
            ("kind".to_owned(), self.kind.as_str().into()),
            ("ref".to_owned(), self.reference.as_str().into()),
        ]);
        members.extend(self.revision.map(|revision| ("revision".to_owned(), revision.into())));
        Value::Object(members)
    }
}
