//! Reading a header back: every member of its form, and no member more than there may be.

use std::collections::BTreeMap;

use super::form::{is_event_id, is_event_type, is_reference, is_word, parse_hash, parse_rfc3339_micros};
use super::{ActorKind, ActorRef, FormatError, HEADER_LIMIT, Header, ObjectRef, Outcome, Value};
use crate::audit::sealed::Part;

type Members = BTreeMap<String, Value>;

impl Header {
    /// Reads a line. Errors: it is not canonical, longer than [`HEADER_LIMIT`], or a member is missing, superfluous
    /// or not of its form.
    pub fn parse_line(line: &str) -> Result<Header, FormatError> {
        let Value::Object(mut members) = Value::parse_within(line, HEADER_LIMIT)? else {
            return Err(FormatError::NotAnObject);
        };
        if take(&mut members, "v")?.as_int() != Some(1) {
            return Err(FormatError::Field("v"));
        }
        let header = Header {
            id: text(&mut members, "id", is_event_id)?,
            at: parse_rfc3339_micros(&text(&mut members, "at", |_| true)?)?,
            event_type: text(&mut members, "type", is_event_type)?,
            outcome: outcome(&mut members)?,
            actor: actor(take(&mut members, "actor")?)?,
            object: members.remove("object").map(object).transpose()?,
            flow: optional_text(&mut members, "flow", is_reference)?,
            cause: optional_text(&mut members, "cause", is_event_id)?,
            facts: members_of(take(&mut members, "facts")?, "facts")?,
            sealed: members.remove("sealed").map(sealed).transpose()?.unwrap_or_default(),
            stream: text(&mut members, "stream", |_| true)?.parse()?,
            seq: seq(&mut members)?,
            prev: parse_hash(&text(&mut members, "prev", |_| true)?).ok_or(FormatError::Field("prev"))?,
        };
        done(&members, "header")?;
        Ok(header)
    }
}

fn take(members: &mut Members, key: &'static str) -> Result<Value, FormatError> {
    members.remove(key).ok_or(FormatError::Field(key))
}

fn text(members: &mut Members, key: &'static str, form: fn(&str) -> bool) -> Result<String, FormatError> {
    optional_text(members, key, form)?.ok_or(FormatError::Field(key))
}

fn optional_text(
    members: &mut Members,
    key: &'static str,
    form: fn(&str) -> bool,
) -> Result<Option<String>, FormatError> {
    match members.remove(key) {
        None => Ok(None),
        Some(Value::String(text)) if form(&text) => Ok(Some(text)),
        Some(_) => Err(FormatError::Field(key)),
    }
}

fn members_of(value: Value, key: &'static str) -> Result<Members, FormatError> {
    if let Value::Object(members) = value { Ok(members) } else { Err(FormatError::Field(key)) }
}

fn done(members: &Members, key: &'static str) -> Result<(), FormatError> {
    if members.is_empty() { Ok(()) } else { Err(FormatError::Field(key)) }
}

fn outcome(members: &mut Members) -> Result<Outcome, FormatError> {
    let name = text(members, "outcome", is_word)?;
    Outcome::ALL.into_iter().find(|outcome| outcome.name() == name).ok_or(FormatError::Field("outcome"))
}

fn actor(value: Value) -> Result<ActorRef, FormatError> {
    let fault = FormatError::Field("actor");
    let mut members = members_of(value, "actor")?;
    let name = text(&mut members, "kind", is_word)?;
    let kind = ActorKind::ALL.into_iter().find(|kind| kind.name() == name).ok_or(fault.clone())?;
    let reference = optional_text(&mut members, "ref", is_reference)?;
    if reference.is_none() && !kind.may_be_anonymous() {
        return Err(fault);
    }
    done(&members, "actor")?;
    Ok(ActorRef { kind, reference })
}

fn object(value: Value) -> Result<ObjectRef, FormatError> {
    let mut members = members_of(value, "object")?;
    let revision = match members.remove("revision") {
        None => None,
        Some(Value::Int(revision)) if revision >= 0 => Some(revision),
        Some(_) => return Err(FormatError::Field("revision")),
    };
    let kind = text(&mut members, "kind", is_word)?;
    let reference = text(&mut members, "ref", is_reference)?;
    done(&members, "object")?;
    Ok(ObjectRef { kind, reference, revision })
}

fn sealed(value: Value) -> Result<BTreeMap<Part, [u8; 32]>, FormatError> {
    let members = members_of(value, "sealed")?;
    if members.is_empty() {
        return Err(FormatError::Field("sealed"));
    }
    let commitment = |(name, value): (String, Value)| {
        let hash = value.as_str().and_then(parse_hash).ok_or(FormatError::Field("sealed"))?;
        Ok((name.parse::<Part>()?, hash))
    };
    members.into_iter().map(commitment).collect()
}

fn seq(members: &mut Members) -> Result<u64, FormatError> {
    let number = take(members, "seq")?.as_int().and_then(|number| u64::try_from(number).ok());
    number.filter(|number| *number > 0).ok_or(FormatError::Field("seq"))
}
