//! Samples of writing a Pin.

use super::pin::{proof, signed, zones};
use super::{Page, Tongue};
use crate::views::board_picker::{Board, Boards, Loaded};
use crate::views::checks::{Check, Outcome};
use crate::views::composer::{self, Asset, Composer, When, Words};
use crate::views::form::{Choice, FieldError};
use crate::views::proof::Proof;
use crate::views::signatures::Signatures;

pub(super) fn pages(t: Tongue) -> Vec<Page> {
    let frame = t.frame();
    let wrong = Composer { errors: errors(t), offsets: offsets(), ..new(t) };
    let edit = Composer {
        action: "/drafts/drf_1".into(),
        autosave: "/drafts/drf_1/autosave".into(),
        refused: Some(t.say("The Pin is being sent. Save it once that has ended.")),
        revision: Some(4),
        accounts: Vec::new(),
        saved: Some("Saved at 14:21:07 Europe/Berlin".into()),
        signatures: signed(t),
        price: Some(t.say("Jonas Lindqvist has countersigned. Saving a change voids that signature.")),
        boards: Boards::Failed {
            words: t.say("Pinterest did not answer in time."),
            chosen: t.say("8123/45"),
        },
        ..new(t)
    };
    let wrong_edit = Composer { action: "/drafts/drf_1".into(), revision: Some(4), ..wrong.clone() };
    let blank = Composer {
        asset: None,
        words: Words::default(),
        proof: Proof::default(),
        boards: no_boards(),
        ..new(t)
    };
    let nowhere = Composer { connection_id: String::new(), account: String::new(), ..new(t) };
    vec![
        Page { name: "composer-errors", html: composer::page(&frame, &wrong) },
        Page { name: "composer-edit-errors", html: composer::page(&frame, &wrong_edit) },
        Page { name: "composer-edit", html: composer::page(&frame, &edit) },
        Page { name: "composer-blank", html: composer::page(&frame, &blank) },
        Page { name: "composer-no-account", html: composer::page(&frame, &nowhere) },
    ]
}

fn new(t: Tongue) -> Composer {
    let picture = t.picture("poster", 1000, 2600);
    Composer {
        action: "/drafts".into(),
        autosave: "/drafts/new/autosave".into(),
        revision: None,
        accounts: vec![Choice::new("con_1", t.say("@halden_kitchen")), Choice::new("con_2", t.say("@halden_home"))],
        connection_id: "con_1".into(),
        account: t.say("@halden_kitchen"),
        asset: Some(asset(t)),
        words: Words {
            alt_text: t.say("Green poster titled “Twelve soups for November”."),
            title: t.say("Twelve soups for November, one for every grey evening: leek, tomato, split pea, celeriac, onion and seven more"),
            description: t.say("Twelve pots, twelve shopping lists, none longer than ten lines."),
            link: t.say("https://halden-kitchen.example/soups/november"),
            publish_local: "2027-03-28T02:30".into(),
            publish_zone: "Europe/Berlin".into(),
            publish_offset: String::new(),
        },
        boards: boards(t),
        zones: zones(),
        offsets: Vec::new(),
        when: Some(When { words: "Tue 1 Dec 2026, 09:00 Europe/Berlin, in 7 days".into(), is_odd: false }),
        twins: vec![Check::new(Outcome::Advice, "Same link on this board", t.say("“Lemon tart, basic”: published"))],
        refused: None,
        restored: Some("Today, 12:04 Europe/Berlin".into()),
        errors: Vec::new(),
        saved: None,
        proof: Proof { picture: Some(picture), ..proof(t) },
        signatures: Signatures::open(),
        price: None,
    }
}

fn asset(t: Tongue) -> Asset {
    Asset {
        id: t.say("ast_1"),
        label: t.say("twelve-soups-final.png"),
        picture: t.picture("poster", 1000, 2600),
        facts: "1000 × 2600 px, 1.9 MB, ratio 1:2.6".into(),
        checks: vec![
            Check::new(Outcome::Good, "PNG, under 10 MiB, at least 200 px on both sides", ""),
            Check::new(
                Outcome::Advice,
                "Longer than 2:3",
                "The grid shows the upper 57 % only. The close-up shows all of it.",
            ),
            Check::new(Outcome::Good, "Location and camera data was removed", ""),
        ],
    }
}

fn boards(t: Tongue) -> Boards {
    let board = |id: &str, name: &str, is_secret, sections| Board {
        id: t.say(id),
        name: t.say(name),
        is_secret,
        remark: "used today".into(),
        sections,
    };
    let sections = vec![Choice::new("45", t.say("Soups")), Choice::new("46", t.say("Tarts"))];
    Boards::Loaded(Box::new(Loaded {
        boards: vec![
            board("8123", "Recipes", false, Some(sections)),
            board("8124", "Test kitchen", true, None),
            board("8125", "Winter table", false, Some(Vec::new())),
        ],
        chosen: t.say("8123") + "/45",
        at: t.say("here"),
        next: Some(t.say("bookmark")),
        may_create: true,
        new_name: String::new(),
    }))
}

fn no_boards() -> Boards {
    Boards::Loaded(Box::new(Loaded { may_create: true, ..Loaded::default() }))
}

fn errors(t: Tongue) -> Vec<FieldError> {
    let error = |field: &str, words: &str| FieldError { field: field.into(), words: t.say(words) };
    vec![
        error("image", "This file is no JPEG, PNG or WebP. Choose another one."),
        error("title", "Shorten the title by 10 characters. We never cut it for you."),
        error("board", "Choose a board."),
        error(
            "publish_local",
            "On Sun 28 Mar 2027 clocks in Berlin jump from 02:00 to 03:00. Choose 03:00 or later, or leave it empty.",
        ),
        error("publish_offset", "Choose one of the two."),
        error("new_board_name", "Give the board a name."),
    ]
}

fn offsets() -> Vec<Choice> {
    vec![
        Choice::new("+02:00", "The first 02:30, summer time"),
        Choice::new("+01:00", "The second 02:30, winter time"),
    ]
}
