//! Samples of a publication.

use super::draft::unknown;
use super::pin::{DIGEST, due, history};
use super::{HOUR, NOW, Page, Tongue};
use crate::views::badge::{Badge, PublicationState};
use crate::views::draft::Live;
use crate::views::publications::{self, Attempt, Publication};
use crate::views::take_down::{Done, Offer, TakeDown};

pub(super) fn pages(t: Tongue) -> Vec<Page> {
    let waiting = Publication { trouble: None, attempts: Vec::new(), pin_url: None, ..publication(t) };
    let published = |take_down| Publication { trouble: None, take_down, ..publication(t) };
    let offer = Offer {
        action: "/publications/pub_5c20/take-down".into(),
        account: t.say("@halden_kitchen"),
        ..Offer::default()
    };
    let refused = Offer {
        reason: t.say("The recipe was wrong."),
        reason_error: Some("Write what you want to say.".into()),
        refused: Some(t.say("Pinterest’s limit of calls is reached. Try again in 30 seconds.")),
        ..offer.clone()
    };
    let barred = TakeDown::Barred("A reviewer can take it down.".into());
    vec![
        Page { name: "publication-published", html: page(t, &published(TakeDown::Offered(Box::new(offer)))) },
        Page {
            name: "publication-not-deleted",
            html: page(t, &published(TakeDown::Offered(Box::new(refused)))),
        },
        Page { name: "publication-barred", html: page(t, &published(barred)) },
        Page { name: "publication-taken-down", html: page(t, &published(TakeDown::Done(taken_down(t)))) },
        Page { name: "publication", html: publications::page(&t.frame(), &publication(t)) },
        Page { name: "publication-waiting", html: publications::page(&t.frame(), &waiting) },
    ]
}

fn page(t: Tongue, publication: &Publication) -> maud::Markup {
    publications::page(&t.frame(), publication)
}

/// A Pin that was taken down; the page of its draft shows it too.
pub(super) fn taken_down(t: Tongue) -> Done {
    Done { by: t.say("Jonas Lindqvist"), at: NOW, reason: t.say("The recipe was wrong.") }
}

fn publication(t: Tongue) -> Publication {
    let lost = Badge { tone: "unknown", icon: "ask", words: "Answer lost" };
    Publication {
        id: t.say("pub_5c20"),
        live: Live {
            badge: PublicationState::NeedsDecision.badge(),
            why: None,
            state: "needs_decision".into(),
            poll: None,
        },
        draft_url: "/drafts/drf_1".into(),
        title: t.say("Roast tomato soup, the slow way"),
        account: t.say("@halden_kitchen"),
        board: t.say("Recipes › Soups"),
        due: due(),
        approved_by: t.say("Jonas Lindqvist"),
        approved_at: NOW - 20 * HOUR,
        digest: DIGEST.into(),
        trouble: Some(unknown(t, PublicationState::NeedsDecision)),
        take_down: TakeDown::Nothing,
        attempts: vec![Attempt {
            number: 1,
            started_at: NOW - HOUR,
            outcome: lost,
            answer: t.say("none, connection reset"),
            duration_ms: Some(8_212),
            request_id: t.say("req_01j9x4w2m7"),
        }],
        history: history(t),
        pin_id: Some(t.say("813744021190")),
        drift: vec![t.say("title")],
        pin_url: Some("https://pin.example/8137".into()),
        audit_url: Some("/audit?flow=pub_5c20".into()),
    }
}
