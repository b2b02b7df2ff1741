//! From an event to what is written of it: the line that is hashed and the parts that are sealed.

use std::collections::BTreeMap;

use countersign_entities::Timestamp;

use super::{
    event::Event,
    header::{ActorKind, ActorRef, FormatError, Header, Value, object},
    sealed::{Part, SealedPart},
    secret_gate::{Where, contains_any, find_secret, scrub},
    store::StreamEnd,
};
use crate::{
    actor::{Actor, Who},
    app::App,
    error::Fault,
};

/// The header of an event at its place in the log.
pub(super) fn header_of(event: &Event, at: Timestamp, end: &StreamEnd, sealed: &[SealedPart]) -> Header {
    let mut facts = event.happening.facts();
    facts.insert("via".to_owned(), Value::String(event.actor.via.as_str().to_owned()));
    if let Some(token) = &event.actor.token {
        facts.insert("token".to_owned(), Value::String(token.to_string()));
    }
    Header {
        id: event.id.to_string(),
        at: at.micros(),
        event_type: event.happening.name().to_owned(),
        outcome: event.outcome,
        actor: actor_ref(&event.actor),
        object: event.object.clone(),
        flow: event.flow.clone(),
        cause: event.cause.as_ref().map(ToString::to_string),
        facts,
        sealed: sealed.iter().map(|part| (part.part, part.commitment())).collect(),
        stream: event.stream.clone(),
        seq: end.next_seq(),
        prev: end.last_leaf,
    }
}

fn actor_ref(actor: &Actor) -> ActorRef {
    match &actor.who {
        Who::Operator(person) => ActorRef::new(ActorKind::Operator, person.id.to_string()),
        Who::System => ActorRef { kind: ActorKind::System, reference: None },
        Who::Public => ActorRef { kind: ActorKind::Public, reference: None },
    }
}

/// Characters of a user agent or an address that are kept.
const NET_CHARS: usize = 512;

/// The sealed parts of an event, each with a fresh salt.
pub(super) fn seal_parts(app: &App, event: &Event) -> Result<Vec<SealedPart>, Fault> {
    let mut values: Vec<(Part, Value)> = Vec::new();
    if let Who::Operator(person) = &event.actor.who {
        let members = [("email", text(&person.email)), ("name", text(&person.name))];
        values.push((Part::Who, object(members).map_err(format_fault)?));
    }
    let net = &event.actor.net;
    let net: BTreeMap<String, Value> = [("address", &net.address), ("user_agent", &net.user_agent)]
        .into_iter()
        .filter_map(|(key, value)| Some((key.to_owned(), text(&scrub(value.as_deref()?, NET_CHARS)))))
        .collect();
    if !net.is_empty() {
        values.push((Part::Net, Value::Object(net)));
    }
    values.extend(event.content.clone().map(|value| (Part::Content, value)));
    values.extend(event.remote.clone().map(|value| (Part::Remote, value)));
    let seal =
        |(part, value): &(Part, Value)| SealedPart::new(*part, app.rng.bytes(), value).map_err(format_fault);
    values.iter().map(seal).collect()
}

fn text(text: &str) -> Value {
    Value::String(text.to_owned())
}

fn format_fault(error: FormatError) -> Fault {
    Fault::Event(error.to_string())
}

/// The last gate: no secret ever enters the log, whatever a caller hands in.
pub(super) fn refuse_secrets(app: &App, line: &str, sealed: &[SealedPart]) -> Result<(), Fault> {
    let live = app.live_secrets();
    let texts = std::iter::once((line, Where::Header))
        .chain(sealed.iter().map(|part| (part.value.as_str(), Where::Sealed(part.part))));
    for (value, place) in texts {
        if let Some(detector) = find_secret(value, place) {
            return Err(Fault::Event(format!("it carries {}", detector.words())));
        }
        if contains_any(value, &live) {
            return Err(Fault::Event("it carries a configured secret".to_owned()));
        }
    }
    Ok(())
}
