//! A verdict that came too late.

use countersign_api::approvals::{self, Approval};
use countersign_api::drafts::{self, DraftState, Revision};
use countersign_api::error::Refusal;
use countersign_api::ids::{DraftId, OperatorId};
use countersign_api::vocabulary::PublicationState;

use crate::pages::pin::story::Story;
use crate::pages::pin::{differences, parts};
use crate::views::diff::Diff;
use crate::views::review::{self as view, Conflict};
use crate::views::time::Times;
use crate::web::refused::{sentence, status_of};
use crate::web::{Answer, Fields, Refused, Visit, page_as};

/// The page that says what happened, with the difference where the content is another one.
pub(super) async fn page(visit: &Visit, id: &DraftId, form: &Fields, error: approvals::Error) -> Answer {
    let story = Story::read(&visit.app, &visit.reader()?, id).await?;
    let frame = visit.frame_in(story.draft.environment.as_str()).await?;
    let is_stale = matches!(error, approvals::Error::Stale(_));
    let diff = if is_stale { Some(difference(visit, &story, form.text("digest")).await?) } else { None };
    let me = visit.person()?.id();
    let can_decide = story.draft.state == DraftState::InReview;
    let conflict = Conflict {
        title: story.draft.title.clone().unwrap_or_else(|| "Pin without a title".to_owned()),
        words: if is_stale {
            saved(&story, &frame.times)
        } else {
            signed(&story, me, &frame.times).unwrap_or_else(|| sentence(&error.to_string()))
        },
        diff,
        is_own: counting(&story).is_some_and(|approval| approval.reviewer_id == *me),
        next: if can_decide { format!("/review?draft={id}") } else { story.url() },
        note: visit.shown_again(form.text("note")),
    };
    Ok(page_as(status_of(error.kind()), view::conflict(&frame, &conflict)))
}

/// The approval under which it is sent, or was.
fn counting(story: &Story) -> Option<&Approval> {
    let is_signed = matches!(story.draft.state, DraftState::Approved | DraftState::Published);
    story.approval().filter(|_| is_signed)
}

/// `You countersigned it, Today, 12:40 Europe/Berlin. It is sent on Tue 1 Dec 2026, 09:00 Europe/Berlin.`
fn signed(story: &Story, me: &OperatorId, times: &Times) -> Option<String> {
    let approval = counting(story)?;
    let is_own = approval.reviewer_id == *me;
    let who = if is_own { "You" } else { story.people.name(&approval.reviewer_id) };
    let then = match story.publication.as_ref().map(|publication| publication.state) {
        Some(PublicationState::Scheduled) => {
            let due = parts::due(&story.draft, story.publication.as_ref(), times.zone());
            format!("It is sent {}.", due.words(times))
        }
        Some(PublicationState::Published) => "It was published.".to_owned(),
        Some(PublicationState::Held) => "It is held, and sent once that has ended.".to_owned(),
        _ => "It was sent, or is being sent.".to_owned(),
    };
    Some(format!("{who} countersigned it, {}. {then}", times.short(approval.decided_at.micros())))
}

/// `Mira Okafor saved revision 5 at 12:40, after this page was loaded.`
fn saved(story: &Story, times: &Times) -> String {
    let (revision, at) = (story.revision.revision, times.short(story.revision.created_at.micros()));
    match &story.revision.author_id {
        Some(author) => {
            let name = story.people.name(author);
            format!("{name} saved revision {revision}, {at}, after this page was loaded.")
        }
        None => format!("It was renewed as revision {revision}, {at}, after this page was loaded."),
    }
}

/// What differs from the content that the reviewer saw.
async fn difference(visit: &Visit, story: &Story, digest: &str) -> Result<Diff, Refused> {
    let Some(seen) = seen(visit, story, digest).await? else { return Ok(Diff::default()) };
    Ok(differences::between(&visit.app, &story.draft, &seen, &story.revision).await?)
}

/// The revision with the digest of the form; where there is none such, the one before.
async fn seen(visit: &Visit, story: &Story, digest: &str) -> Result<Option<Revision>, Refused> {
    let last = story.draft.revision;
    for number in (1..last).rev() {
        let found = drafts::revision(&visit.app.db, &story.draft.id, number).await?;
        if found.as_ref().is_some_and(|revision| revision.digest == digest) {
            return Ok(found);
        }
    }
    Ok(drafts::revision(&visit.app.db, &story.draft.id, last - 1).await?)
}
