//! Samples of the log.

use super::pin::DIGEST;
use super::{DAY, HOUR, NOW, Page, Tongue};
use crate::views::audit::{self, About, Audit, Event, EventPage, Filters, SealedPart, SelfCheck};
use crate::views::form::Choice;
use crate::views::table::Pager;

pub(super) fn pages(t: Tongue) -> Vec<Page> {
    let frame = t.frame();
    let whole = SelfCheck::Whole {
        newer: 2,
        size: 18_204,
        at: NOW - HOUR,
        root: "qEYIHyKT6GEEEY9feUMmtAzChxHBVdAZQlwTKF82BFw=".into(),
    };
    let list = Audit { filters: filters(t), events: events(t), pager: pager(), check: whole };
    let broken = SelfCheck::Broken { at: NOW, faults: vec![t.say("Record 17 does not match its leaf.")] };
    let empty = Audit { events: Vec::new(), check: broken, ..list.clone() };
    let unchecked = Audit {
        check: SelfCheck::None { size: 12 },
        filters: Filters { flow: String::new(), ..filters(t) },
        ..list.clone()
    };
    let event = EventPage {
        event: signed(t),
        sealed: vec![
            SealedPart {
                name: "who".into(),
                value: Some(t.say("{\"name\":\"Jonas Lindqvist\"}")),
                remark: "matches its commitment".into(),
            },
            SealedPart { name: "net".into(), value: None, remark: "after 90 days, by the rules".into() },
        ],
        header: t.say(
            "{\"actor\":{\"kind\":\"operator\",\"ref\":\"opr_j71c\"},\"type\":\"review.approved\",\"v\":1}",
        ),
    };
    vec![
        Page { name: "audit", html: audit::page(&frame, &list) },
        Page { name: "audit-empty", html: audit::page(&frame, &empty) },
        Page { name: "audit-unchecked", html: audit::page(&frame, &unchecked) },
        Page { name: "audit-event", html: audit::event(&frame, &event) },
        Page {
            name: "audit-event-plain",
            html: audit::event(&frame, &EventPage { sealed: Vec::new(), ..event }),
        },
    ]
}

fn filters(t: Tongue) -> Filters {
    Filters {
        streams: vec![
            Choice::new("", "All streams"),
            Choice::new("connection:con_1", t.say("@halden_kitchen")),
        ],
        types: vec![Choice::new("", "All types"), Choice::new("review", "Review")],
        people: vec![Choice::new("", "Anyone"), Choice::new("opr_1", t.say("Jonas Lindqvist"))],
        flow: t.say("pub_5c20"),
        from: "2026-11-23".into(),
        ..Filters::default()
    }
}

fn pager() -> Pager {
    Pager { shown: "Newest first".into(), first: None, next: Some("/audit?cursor=c2".into()) }
}

fn signed(t: Tongue) -> Event {
    Event {
        id: "evt_019cb4f2-71a0-7c3e-9d15-5e0a1f6c2b84".into(),
        at: NOW - 20 * HOUR,
        kind: "review.approved".into(),
        outcome: "ok".into(),
        who: t.say("Jonas Lindqvist"),
        about: Some(About {
            words: t.say("Roast tomato soup, the slow way"),
            url: Some("/drafts/drf_1".into()),
        }),
        seq: 1_207,
        index: 18_164,
        stream: t.say("@halden_kitchen"),
        facts: vec![("rule".into(), t.say("second_person")), ("own_draft".into(), "0".into())],
        sealed: vec!["who".into(), "content".into()],
        prev: DIGEST.into(),
        leaf: DIGEST.into(),
        flow: Some("pub_5c20".into()),
    }
}

fn events(t: Tongue) -> Vec<Event> {
    let event = |kind: &str, outcome: &str, hours: i64, index| Event {
        kind: kind.into(),
        outcome: outcome.into(),
        at: NOW - hours * HOUR,
        who: "system".into(),
        about: None,
        index,
        sealed: Vec::new(),
        ..signed(t)
    };
    vec![
        event("api.reconciled", "ok", 1, 18_204),
        event("api.unknown", "failed", 2, 18_199),
        signed(t),
        Event { at: NOW - DAY, kind: "review.submitted".into(), index: 18_161, ..signed(t) },
        event("something.new", "ok", 50, 18_100),
    ]
}
