//! Samples of the queue.

use super::{DAY, HOUR, NOW, Page, Tongue, ZONE};
use crate::views::badge::{DraftState, PublicationState, VOIDED};
use crate::views::environment::Environment;
use crate::views::form::Choice;
use crate::views::frame::Paused;
use crate::views::queue::{self, Filters, FirstRun, Queue, Step, Tab, Tabs};
use crate::views::queue_row::{Due, Origin, Row};
use crate::views::signatures::{Signature, Signatures};
use crate::views::table::Pager;

pub(super) fn pages(t: Tongue) -> Vec<Page> {
    let mut frame = t.frame();
    frame.toast = Some(t.toast());
    let review = queue(t, Tab::Review, vec![tart(t), soups(t)]);
    let attention = queue(t, Tab::Attention, vec![unknown(t), refused(t), voided(t)]);
    let mut filtered = queue(t, Tab::Drafts, Vec::new());
    filtered.filters.q = t.say("soup");
    (filtered.filters.from, filtered.filters.to) = ("2026-11-24".into(), t.say("2026-12-24"));
    let mut first = queue(t, Tab::Drafts, Vec::new());
    (first.tabs.counts, first.first_run) = ([0; 8], Some(first_run(t)));
    let mut paused = t.frame();
    paused.paused = Some(Paused { by: t.say("Teresa Vidal"), at: NOW - HOUR, waiting: 31 });
    let empty = queue(t, Tab::Scheduled, Vec::new());
    let mut begun = queue(t, Tab::Drafts, vec![tart(t)]);
    begun.first_run = Some(FirstRun { action: None, ..first_run(t) });
    vec![
        Page { name: "queue-review", html: queue::page(&frame, &review) },
        Page { name: "queue-attention", html: queue::page(&paused, &attention) },
        Page { name: "queue-filtered", html: queue::page(&t.frame(), &filtered) },
        Page { name: "queue-first-run", html: queue::page(&t.frame(), &first) },
        Page { name: "queue-begun", html: queue::page(&t.frame(), &begun) },
        Page { name: "queue-empty", html: queue::page(&t.frame(), &empty) },
    ]
}

fn queue(t: Tongue, current: Tab, rows: Vec<Row>) -> Queue {
    Queue {
        lead: "Four Pins wait for a second signature. Nothing goes out before it is there.".into(),
        tabs: Tabs {
            current,
            counts: [12, 4, 3, 2, 31, 3, 418, 0],
            poll: Some("/queue/tabs?tab=review".into()),
        },
        filters: Filters {
            connections: vec![
                Choice::new("", "All accounts"),
                Choice::new("con_1", t.say("@halden_kitchen")),
            ],
            authors: vec![Choice::new("", "Anyone"), Choice::new("opr_1", t.say("Mira Okafor"))],
            ..Filters::default()
        },
        pager: Pager {
            shown: "1 to 25".into(),
            first: Some("/?tab=review".into()),
            next: Some("/?tab=review&cursor=c2".into()),
        },
        rows,
        first_run: None,
    }
}

fn tart(t: Tongue) -> Row {
    Row {
        url: "/drafts/drf_1".into(),
        title: t.say("Lemon tart with thyme and a brown-butter crust"),
        picture: Some(t.picture("tart", 1000, 1500)),
        board: Some(t.say("Recipes › Tarts")),
        link_host: Some(t.say("halden-kitchen.example")),
        author: t.say("Mira Okafor"),
        updated_at: NOW - 2 * HOUR,
        origin: Origin::Page,
        due: Due::NotBefore { at: NOW + 7 * DAY, zone: ZONE.into() },
        signatures: Signatures {
            queued: Signature::signed(t.say("Mira Okafor"), None),
            countersigned: Signature::open(),
        },
        badge: DraftState::InReview.badge(),
        why: None,
        environment: None,
    }
}

fn soups(t: Tongue) -> Row {
    Row {
        title: String::new(),
        picture: None,
        board: None,
        link_host: None,
        origin: Origin::Csv(14),
        due: Due::OnceApproved,
        signatures: Signatures {
            queued: Signature::machine(t.say("cms-sync"), None),
            countersigned: Signature::open(),
        },
        environment: Some(Environment::Sandbox),
        ..tart(t)
    }
}

fn unknown(t: Tongue) -> Row {
    Row {
        title: t.say("Roast tomato soup, the slow way"),
        picture: Some(t.picture("soup", 1000, 1500)),
        due: Due::Published(NOW - 2 * HOUR),
        signatures: both(t),
        badge: PublicationState::Unknown.badge(),
        origin: Origin::Api,
        ..tart(t)
    }
}

fn refused(t: Tongue) -> Row {
    let why = Some("Board not found".into());
    Row {
        title: t.say("Dried grasses, three ways"),
        badge: PublicationState::Refused.badge(),
        why,
        ..unknown(t)
    }
}

fn voided(t: Tongue) -> Row {
    let countersigned = Signature::void(t.say("Jonas Lindqvist"), t.say("voided, reviewer removed"));
    Row {
        title: t.say("Encaustic tiles: what to ask before you buy"),
        signatures: Signatures { countersigned, ..both(t) },
        badge: VOIDED,
        ..unknown(t)
    }
}

fn both(t: Tongue) -> Signatures {
    Signatures {
        queued: Signature::signed(t.say("Mira Okafor"), None),
        countersigned: Signature::signed(t.say("Jonas Lindqvist"), None),
    }
}

fn first_run(t: Tongue) -> FirstRun {
    let step = |title: &str, words: &str, is_done| Step { title: title.into(), words: t.say(words), is_done };
    FirstRun {
        steps: vec![
            step("You are signed in", "as author and admin", true),
            step("Connect an account", "Two clicks in rehearsal, no Pinterest account needed", false),
            step("Write the first draft", "An image, a board, a few words", false),
            step("Ask for approval", "You sign, and it leaves your hands", false),
            step("Have it countersigned", "By Rowan, the second person", false),
        ],
        action: Some(("Connect the rehearsal account".into(), "/connections".into())),
    }
}
