//! A publication as its page shows it.

use countersign_api::approvals::Approval;
use countersign_api::ids::PublicationId;
use countersign_api::operators::Reader;
use countersign_api::publisher::{AttemptView, Publication as Found, view as service};
use countersign_api::vocabulary::AttemptClass;

use crate::pages::pin::story::Story;
use crate::pages::pin::trouble::{self, Case};
use crate::pages::pin::{boards, names, parts, reasons, take_down, timeline};
use crate::views::badge::{self, Badge, PublicationState as State, TAKEN_DOWN};
use crate::views::draft::Live;
use crate::views::frame::Frame;
use crate::views::publications::{Attempt, Publication};
use crate::views::queue_row::Due;
use crate::web::frame::held;
use crate::web::{Refused, Visit};

/// The page of a publication for whoever asks.
pub(super) async fn read(
    visit: &Visit,
    reader: &Reader,
    id: &PublicationId,
) -> Result<(Frame, Publication), Refused> {
    let (found, attempts) = service::find(&visit.app, reader, id).await?;
    let story = Story::read(&visit.app, reader, &found.draft_id).await?;
    let frame = visit.frame_in(found.environment.as_str()).await?;
    let model = model(visit, &frame, &story, &found, &attempts)?;
    Ok((frame, model))
}

fn model(
    visit: &Visit,
    frame: &Frame,
    story: &Story,
    found: &Found,
    attempts: &[AttemptView],
) -> Result<Publication, Refused> {
    let (app, roles) = (&visit.app, held(visit.person()?.roles()));
    let approval = story.approvals.iter().find(|approval| approval.id == found.approval_id);
    let approval = approval.ok_or_else(Refused::not_found)?;
    let is_latest = story.draft.publication_id.as_ref() == Some(&found.id);
    let case = Case {
        app,
        draft: &story.draft,
        publication: Some(found),
        attempts,
        account: &story.account,
        missing: story.missing.as_ref(),
        times: &frame.times,
        may_resolve: roles.reviewer,
    };
    let mine = story.moments.iter().filter(|moment| moment.publication_id.as_ref() == Some(&found.id));
    let pin = found.pin_id.as_deref().filter(|_| found.taken_down.is_none());
    Ok(Publication {
        id: found.id.to_string(),
        live: live(found),
        draft_url: story.url(),
        title: story.draft.title.clone().unwrap_or_else(|| "Pin without a title".to_owned()),
        account: names::account(&story.account),
        board: boards::words(app, &found.connection_id, Some(&found.board_id), None).unwrap_or_default(),
        due: due(found, frame),
        approved_by: story.people.name(&approval.reviewer_id).to_owned(),
        approved_at: approval.decided_at.micros(),
        digest: digest(approval),
        trouble: case.trouble().filter(|_| is_latest),
        take_down: take_down::of(app, story, found, roles),
        attempts: attempts.iter().map(attempt).collect(),
        history: timeline::entries(mine, &story.people, &frame.times),
        pin_url: pin.and_then(|pin| parts::pin_url(app, found.environment, pin)),
        pin_id: found.pin_id.clone(),
        drift: found.drift.iter().map(|name| reasons::field(name).to_owned()).collect(),
        audit_url: roles.auditor.then(|| format!("/audit?flow={}", found.id)),
    })
}

fn digest(approval: &Approval) -> String {
    approval.digest.clone()
}

fn due(found: &Found, frame: &Frame) -> Due {
    match found.published_at {
        Some(at) => Due::Published(at.micros()),
        None => Due::NotBefore { at: found.due_at.micros(), zone: frame.times.zone().to_owned() },
    }
}

/// The chip of a publication, kept up to date where something moves.
pub(super) fn live(found: &Found) -> Live {
    let state = parts::publication_state(found).unwrap_or(State::Scheduled);
    Live {
        badge: if found.taken_down.is_some() { TAKEN_DOWN } else { state.badge() },
        why: reasons::short(found),
        state: format!("{}/{}", found.state, found.updated_at.micros()),
        poll: state.is_moving().then(|| format!("/publications/{}/state", found.id)),
    }
}

fn attempt(attempt: &AttemptView) -> Attempt {
    Attempt {
        number: u32::try_from(attempt.n).unwrap_or(0),
        started_at: attempt.started_at.micros(),
        outcome: outcome(attempt.class),
        answer: trouble::said(attempt),
        duration_ms: attempt.duration_ms.and_then(|duration| u64::try_from(duration).ok()),
        request_id: trouble::request_id(attempt),
    }
}

fn outcome(class: Option<AttemptClass>) -> Badge {
    match class {
        None => State::Sending.badge(),
        Some(AttemptClass::Published) => State::Published.badge(),
        Some(AttemptClass::Refused) => State::Refused.badge(),
        Some(AttemptClass::Unknown) => State::Unknown.badge(),
        Some(AttemptClass::NotAccepted) => badge::NOT_ACCEPTED,
    }
}
