//! The two lines of a Pin: who asked for approval, who gave it.

use countersign_api::approvals::Approval;
use countersign_api::drafts::{Draft, DraftState, Moment};
use countersign_api::ids::OperatorId;

use super::names::joined;
use super::reasons;
use super::story::Story;
use crate::views::signatures::{Signature, Signatures, Standing};
use crate::views::time::Times;

/// Both lines at full size, with times, and with the reason where one was struck out.
pub(crate) fn full(story: &Story, times: &Times) -> Signatures {
    let name = |id: &OperatorId| story.people.name(id).to_owned();
    let queued_at = story.draft.submitted_at.map(|at| times.short(at.micros()));
    let is_by_token =
        story.latest(&["review.submitted"]).and_then(|moment| moment.word("via")) == Some("token");
    let mut lines = lines(&story.draft, story.approvals.last(), is_by_token, name);
    lines.queued.remark = queued_at.filter(|_| lines.queued.standing != Standing::Open);
    if let Some(approval) = story.approvals.last() {
        lines.countersigned.remark = match lines.countersigned.standing {
            Standing::Void => Some(why_void(story, approval, times)),
            Standing::Signed => Some(countersigned(approval, times)),
            _ => None,
        };
    }
    lines
}

/// Both lines of a row: who, without when. `is_by_token`: an API token signed, which acts for its owner and has no
/// handwriting.
pub(crate) fn lines(
    draft: &Draft,
    approval: Option<&Approval>,
    is_by_token: bool,
    name: impl Fn(&OperatorId) -> String,
) -> Signatures {
    // A draft that was given back to its author has to be signed anew.
    let queued = match draft.submitted_by.as_ref().filter(|_| draft.state != DraftState::Draft) {
        None => Signature::open(),
        Some(by) if is_by_token => Signature::machine(format!("API token of {}", name(by)), None),
        Some(by) => Signature::signed(name(by), None),
    };
    let countersigned = match approval {
        Some(approval) if approval.voided_at.is_none() && stands(draft) => {
            Signature::signed(name(&approval.reviewer_id), None)
        }
        Some(approval) if approval.voided_at.is_some() && shows_void(draft) => {
            Signature::void(name(&approval.reviewer_id), String::new())
        }
        _ => Signature::open(),
    };
    Signatures { queued, countersigned }
}

/// An approval whose publication ended without a Pin has no effect left, although nothing voided it.
fn stands(draft: &Draft) -> bool {
    matches!(draft.state, DraftState::Approved | DraftState::Published)
}

/// A struck-out line shows until the Pin was signed anew, or somebody has to look at why.
fn shows_void(draft: &Draft) -> bool {
    matches!(draft.state, DraftState::Draft) || draft.attention.is_some()
}

fn countersigned(approval: &Approval, times: &Times) -> String {
    let at = times.short(approval.decided_at.micros());
    if approval.is_own_draft { format!("{at}, an own Pin") } else { at }
}

/// `voided Today, 12:40 Europe/Berlin, link edited`
fn why_void(story: &Story, approval: &Approval, times: &Times) -> String {
    let at = approval.voided_at.map(|at| times.short(at.micros())).unwrap_or_default();
    let reason = approval.void_reason.map_or("", |reason| reason.as_str());
    let edit = story.moments.iter().rev().find(|moment| is_edit_after(moment, approval));
    let words = match edit.filter(|_| reason == "edited").and_then(edited_fields) {
        Some(fields) => format!("{fields} edited"),
        None => reasons::voided(reason).to_owned(),
    };
    format!("voided {at}, {words}")
}

fn is_edit_after(moment: &Moment, approval: &Approval) -> bool {
    let is_edit = moment.kind == "review.draft.edited" && moment.operator_id.is_some();
    is_edit && moment.revision == Some(approval.revision + 1)
}

fn edited_fields(moment: &Moment) -> Option<String> {
    let fields: Vec<&str> = moment.words("fields").into_iter().map(reasons::field).collect();
    joined(&fields)
}
