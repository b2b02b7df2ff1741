//! The events of a publication.

use countersign_entities::{
    Timestamp,
    ids::EventId,
    vocabulary::{AttemptClass, PublicationState},
};

use super::{verdict::Verdict, view::Publication};
use crate::{
    actor::Actor,
    app::App,
    audit::{Event, Happening, Outcome as Ended, Stream, Value, header::object},
    drafts::Draft,
    error::Fault,
    pinterest::{
        calls,
        client::{Answer, Lost},
        error::UpstreamError,
    },
};

/// The stream of a publication's account.
pub(super) fn stream(publication: &Publication) -> Stream {
    Stream::Connection(publication.connection_id.to_string())
}

/// A `publish.*` event of the worker's.
pub(super) fn publish_event(
    app: &App,
    publication: &Publication,
    draft: &Draft,
    happening: Happening,
) -> Event {
    publish_event_by(app, &Actor::worker(), publication, draft, happening)
}

/// A `publish.*` event.
pub(super) fn publish_event_by(
    app: &App,
    actor: &Actor,
    publication: &Publication,
    draft: &Draft,
    happening: Happening,
) -> Event {
    let event = Event::fresh(app, stream(publication), actor, happening);
    event.about_draft(&draft.id, draft.revision).flow(&publication.id).cause(&publication.approved_by)
}

pub(super) fn happening(verdict: &Verdict, attempt: i32) -> Happening {
    let why = verdict.why;
    match verdict.to {
        PublicationState::Published => Happening::PublishSucceeded { attempt },
        PublicationState::Scheduled => {
            let due_at = verdict.due_at.map(Timestamp::rfc3339).unwrap_or_default();
            Happening::PublishRescheduled { due_at, why }
        }
        PublicationState::Held => Happening::PublishHeld { why },
        PublicationState::Unknown => Happening::PublishUnknown { why },
        _ => Happening::PublishRefused { why },
    }
}

pub(super) fn ended(class: AttemptClass) -> Ended {
    match class {
        AttemptClass::Published => Ended::Ok,
        AttemptClass::Unknown => Ended::Unknown,
        AttemptClass::NotAccepted | AttemptClass::Refused => Ended::Failed,
    }
}

/// The one outcome of the request of a send.
pub(super) fn outcome_event(
    app: &App,
    publication: &Publication,
    draft: &Draft,
    request: &EventId,
    answer: &Result<Answer, Lost>,
    pin_id: Option<&str>,
) -> Result<Event, Fault> {
    outcome_event_by(app, &Actor::worker(), publication, draft, request, answer, pin_id)
}

/// The one outcome of a request about a Pin.
pub(super) fn outcome_event_by(
    app: &App,
    actor: &Actor,
    publication: &Publication,
    draft: &Draft,
    request: &EventId,
    answer: &Result<Answer, Lost>,
    pin_id: Option<&str>,
) -> Result<Event, Fault> {
    let (happening, ended) = match answer {
        Ok(answer) => (calls::answered(answer), if answer.is_success() { Ended::Ok } else { Ended::Failed }),
        Err(Lost::NotSent { kind }) => {
            (Happening::ApiError { kind, sent: "none", code: None }, Ended::Failed)
        }
        Err(Lost::MaybeSent { kind }) => (Happening::ApiUnknown { why: kind }, Ended::Unknown),
    };
    let event = publish_event_by(app, actor, publication, draft, happening).cause(request).outcome(ended);
    let message = answer.as_ref().ok().filter(|answer| answer.status >= 300).map(UpstreamError::of);
    let remote = match (pin_id, message.and_then(|error| error.message)) {
        (Some(pin_id), _) => Some(object([("pin_id", pin_id.into())])),
        (None, Some(message)) => Some(object([("message", Value::String(message))])),
        (None, None) => None,
    };
    match remote.transpose().map_err(|error| Fault::Event(error.to_string()))? {
        Some(remote) => Ok(event.remote(remote)),
        None => Ok(event),
    }
}
