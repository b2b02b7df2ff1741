//! Samples of a publication.

use super::draft::unknown;
use super::pin::{DIGEST, due, history};
use super::{HOUR, NOW, Page, Tongue};
use crate::views::badge::{Badge, PublicationState};
use crate::views::draft::Live;
use crate::views::publications::{self, Attempt, Publication};

pub(super) fn pages(t: Tongue) -> Vec<Page> {
    let waiting = Publication { trouble: None, attempts: Vec::new(), pin_url: None, ..publication(t) };
    vec![
        Page { name: "publication", html: publications::page(&t.frame(), &publication(t)) },
        Page { name: "publication-waiting", html: publications::page(&t.frame(), &waiting) },
    ]
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
        pin_url: Some("https://pin.example/8137".into()),
        audit_url: Some("/audit?flow=pub_5c20".into()),
    }
}
