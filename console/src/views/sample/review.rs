//! Samples of the desk.

use super::pin::{DIGEST, checks, comments, diff, due, half_signed, history, proof};
use super::{Page, Tongue};
use crate::views::environment::Environment;
use crate::views::proof::Ground;
use crate::views::queue_row::Due;
use crate::views::review::{self, Conflict, Current, Item, Refused, Review, Unfinished};

pub(super) fn pages(t: Tongue) -> Vec<Page> {
    let frame = t.frame();
    let own = Current {
        refused: Some(Refused {
            title: "You wrote revision 2 of this Pin".into(),
            words: t.say("Someone else has to countersign it. Jonas Lindqvist and Ilse Brandt can."),
        }),
        ..current(t)
    };
    let unfinished = Current {
        unfinished: Some(Unfinished {
            verb: "reject".into(),
            note: t.say("No"),
            error: "Write why, so that the author can learn from it.".into(),
        }),
        is_own_under_sole_operator: true,
        ground: Ground::Dark,
        ..current(t)
    };
    let conflict = Conflict {
        title: t.say("Lemon tart"),
        words: t.say("Mira Okafor saved revision 5 at 12:40 Europe/Berlin, after this page was loaded."),
        diff: Some(diff(t)),
        is_own: false,
        next: "/review?draft=drf_1".into(),
        note: t.say("Good. Link checked."),
    };
    let nothing = Review {
        current: None,
        waiting: Vec::new(),
        own: Vec::new(),
        own_count: 0,
        waiting_count: 0,
        is_after_verdict: false,
    };
    vec![
        Page { name: "review", html: review::page(&frame, &desk(t, current(t))) },
        Page { name: "review-own", html: review::page(&frame, &desk(t, own)) },
        Page { name: "review-unfinished", html: review::page(&frame, &desk(t, unfinished)) },
        Page { name: "review-empty", html: review::page(&frame, &nothing) },
        Page { name: "review-conflict", html: review::conflict(&frame, &conflict) },
    ]
}

fn desk(t: Tongue, current: Current) -> Review {
    let item = |title: &str, picture, about: &str, is_current| Item {
        url: "/review?draft=drf_1".into(),
        title: t.say(title),
        picture: Some(t.picture(picture, 1000, 1500)),
        board: t.say("Recipes › Tarts"),
        about: t.say(about),
        due: if is_current { due() } else { Due::OnceApproved },
        environment: is_current.then_some(Environment::Sandbox),
        is_current,
    };
    Review {
        waiting_count: 74,
        own_count: 1,
        waiting: vec![
            item("Lemon tart with thyme and a brown-butter crust", "tart", "Mira Okafor", true),
            item("Twelve soups for November, one for every grey evening", "poster", "Mira Okafor", false),
            item("A reading corner in four square metres", "chair", "Teresa Vidal", false),
        ],
        own: vec![item("Ferns that forgive a north window", "soup", "you wrote revision 2", false)],
        current: Some(current),
        is_after_verdict: true,
    }
}

fn current(t: Tongue) -> Current {
    Current {
        draft: "/drafts/drf_1".into(),
        proof: proof(t),
        ground: Ground::Light,
        link: Some(t.say("https://halden-kitchen.example/tarts/lemon")),
        account: t.say("@halden_kitchen"),
        revision: 4,
        due: due(),
        signatures: half_signed(t),
        digest: DIGEST.into(),
        undo_seconds: 10,
        refused: None,
        is_own_under_sole_operator: false,
        changed: Some(("Changed since you asked for changes".into(), diff(t))),
        checks: checks(t),
        comments: comments(t),
        history: history(t).split_off(1),
        unfinished: None,
    }
}
