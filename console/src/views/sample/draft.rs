//! Samples of a draft's page.

use super::pin::{DIGEST, comments, diff, due, half_signed, history, proof, signed, zones};
use super::publication::taken_down;
use super::{HOUR, NOW, Page, Tongue};
use crate::views::actions::{Actions, Standing};
use crate::views::badge::{DraftState, PublicationState};
use crate::views::comments::Unfinished;
use crate::views::draft::{self, Compare, Draft, Live, Unsaved};
use crate::views::environment::Environment;
use crate::views::form::Choice;
use crate::views::frame::{Frame, Roles};
use crate::views::proof::Ground;
use crate::views::queue_row::Origin;
use crate::views::take_down::Done;
use crate::views::trouble::{Candidate, Stopped, Trouble, Typed, Unknown};

pub(super) fn pages(t: Tongue) -> Vec<Page> {
    let sandbox = Frame { environment: Environment::Sandbox, ..t.frame() };
    let waiting = Draft { trouble: None, ..with(t, DraftState::Approved, PublicationState::Scheduled) };
    let refused = Draft {
        trouble: Some(refused(t)),
        ground: Ground::Dark,
        ..with(t, DraftState::Draft, PublicationState::Refused)
    };
    let left = vec![("Title".to_owned(), t.say("Lemon tart, the long way"))];
    let looking = Draft {
        unsaved: Some(Unsaved::Left(left)),
        trouble: Some(unknown(t, PublicationState::Unknown)),
        ..with(t, DraftState::Approved, PublicationState::Unknown)
    };
    let auditor = Frame {
        viewer: Some(t.viewer("Henrik Aalto", Roles { auditor: true, ..Roles::default() })),
        ..t.frame()
    };
    let mut read = with(t, DraftState::InReview, PublicationState::Cancelled);
    (read.actions.standing.roles, read.comments.action) = (Roles::default(), None);
    let mut in_review = with(t, DraftState::InReview, PublicationState::Cancelled);
    in_review.comments.unfinished = Some(Unfinished {
        text: t.say("What about the crust?"),
        error: "Write what you want to say.".into(),
    });
    let published = |taken_down: Option<Done>| {
        let mut draft = with(t, DraftState::Published, PublicationState::Published);
        draft.actions.take_down = taken_down.is_none().then(|| "/publications/pub_1#take-down".to_owned());
        Draft { taken_down, ..draft }
    };
    let decide = with(t, DraftState::Approved, PublicationState::NeedsDecision);
    vec![
        Page { name: "draft-needs-decision", html: draft::page(&sandbox, &decide) },
        Page { name: "draft-not-found-on-board", html: draft::page(&sandbox, &not_seen(t)) },
        Page { name: "draft-still-looking", html: draft::page(&sandbox, &looking) },
        Page { name: "draft-published", html: draft::page(&t.frame(), &published(None)) },
        Page { name: "draft-taken-down", html: draft::page(&t.frame(), &published(Some(taken_down(t)))) },
        Page { name: "draft-scheduled", html: draft::page(&t.frame(), &waiting) },
        Page { name: "draft-refused", html: draft::page(&t.frame(), &refused) },
        Page { name: "draft-in-review", html: draft::page(&t.frame(), &in_review) },
        Page { name: "draft-read-only", html: draft::page(&auditor, &read) },
        Page { name: "draft-empty", html: draft::page(&t.frame(), &empty(t)) },
    ]
}

fn with(t: Tongue, state: DraftState, publication: PublicationState) -> Draft {
    let badge = crate::views::badge::of_pin(state, Some(publication), false);
    let (why, trouble) = match publication {
        PublicationState::NeedsDecision => (Some("Not known if sent".into()), Some(unknown(t, publication))),
        _ => (None, None),
    };
    Draft {
        url: "/drafts/drf_1".into(),
        live: Live {
            badge,
            why,
            state: "approved/scheduled".into(),
            poll: Some("/drafts/drf_1/state".into()),
        },
        proof: proof(t),
        ground: Ground::Light,
        link: Some(t.say("https://halden-kitchen.example/tarts/lemon")),
        revision: 4,
        origin: Origin::Csv(12),
        account: t.say("@halden_kitchen"),
        due: due(),
        signatures: if state == DraftState::Approved { signed(t) } else { half_signed(t) },
        digest: DIGEST.into(),
        unsaved: (state == DraftState::Draft).then_some(Unsaved::Open),
        trouble,
        taken_down: None,
        actions: actions(t, state, publication),
        compare: Some(compare(t)),
        comments: comments(t),
        history: history(t),
        audit_url: Some("/audit?flow=pub_1".into()),
        publication_url: Some("/publications/pub_1".into()),
        pin_url: Some("https://pin.example/8137".into()),
    }
}

fn actions(t: Tongue, state: DraftState, publication: PublicationState) -> Actions {
    let roles = Roles { author: true, reviewer: true, admin: true, auditor: true };
    Actions {
        draft: "/drafts/drf_1".into(),
        version: 4,
        standing: Standing {
            state,
            publication: Some(publication),
            roles,
            countersigned_by: Some(t.say("Jonas Lindqvist")),
            undo_seconds: Some(8),
            missing: Vec::new(),
        },
        take_down: None,
        publish_local: "2026-12-01T09:00".into(),
        publish_zone: "Europe/Berlin".into(),
        zones: zones(),
    }
}

fn compare(t: Tongue) -> Compare {
    let revisions = ["1", "2", "3", "4"].map(|revision| Choice::new(revision, revision)).to_vec();
    Compare { revisions, from: "3".into(), to: "4".into(), diff: diff(t) }
}

fn empty(t: Tongue) -> Draft {
    let mut draft = with(t, DraftState::Draft, PublicationState::Cancelled);
    draft.proof = crate::views::proof::Proof::default();
    (draft.compare, draft.link, draft.history) = (None, None, Vec::new());
    draft.signatures = crate::views::signatures::Signatures::open();
    draft.actions.standing.missing = vec!["Choose an image.".into(), "Choose a board.".into()];
    draft.comments.items.clear();
    draft
}

fn not_seen(t: Tongue) -> Draft {
    let mut draft = with(t, DraftState::Approved, PublicationState::NeedsDecision);
    if let Some(Trouble::Unknown(unknown)) = &mut draft.trouble {
        unknown.candidates.clear();
        unknown.refused = Some("Write why, for the log.".into());
        unknown.typed =
            Typed { outcome: "published".into(), pin_id: t.say("8137"), reason: t.say("Seen it") };
    }
    draft
}

/// The panel of an unknown outcome; the page of a publication shows it too.
pub(super) fn unknown(t: Tongue, state: PublicationState) -> Trouble {
    Trouble::Unknown(Box::new(Unknown {
        state,
        resolve: Some("/publications/pub_1/resolve".into()),
        sent_at: NOW - HOUR,
        sent: "all 431,882 bytes left".into(),
        answer: t.say("none, connection reset after 8.2 s"),
        attempt: "1 of 1".into(),
        request_id: t.say("req_01j9x4w2m7"),
        looks: 6,
        last_look_at: Some(NOW - HOUR / 2),
        next_look_at: Some(NOW + HOUR),
        candidates: vec![Candidate {
            pin_id: t.say("813744021190"),
            url: format!("https://pin.example/{}", t.say("813744021190")),
        }],
        refused: None,
        typed: Typed::default(),
    }))
}

fn refused(t: Tongue) -> Trouble {
    Trouble::Stopped(Box::new(Stopped {
        title: "Refused by Pinterest".into(),
        words: "The board no longer exists. No Pin was made.".into(),
        is_refusal: true,
        code: Some("404, code 40".into()),
        message: Some(t.say("Board not found.")),
        request_id: Some(t.say("req_01j9x4w2m8")),
        next: Some(("Choose another board".into(), "/drafts/drf_1/edit#f-board".into())),
    }))
}
