//! Parts that several samples share.

use super::{DAY, HOUR, NOW, Tongue, ZONE};
use crate::views::checks::{Check, Outcome};
use crate::views::comments::{Comment, Comments};
use crate::views::diff::{Change, Diff, ImageChange, ImageSide};
use crate::views::form::Choice;
use crate::views::proof::Proof;
use crate::views::queue_row::Due;
use crate::views::signatures::{Signature, Signatures};
use crate::views::timeline::{Entry, Kind};

/// A digest.
pub const DIGEST: &str = "9f2c81b04e77d3a50c19c81d50fe2b9677a013ce6f7be011d2c04e9a3f4b07e1";

pub fn proof(t: Tongue) -> Proof {
    Proof {
        picture: Some(t.picture("tart", 1000, 1500)),
        title: t.say("Lemon tart with thyme and a brown-butter crust"),
        description: t.say("A sharp lemon curd in a nutty brown-butter crust. Blind-bake it on Saturday, fill it on Sunday: the crust stays crisp for two days."),
        alt_text: t.say("Lemon tart on a white plate seen from above, three lemon slices and a sprig of thyme on top."),
        link_host: Some(t.say("halden-kitchen.example")),
        board: Some(t.say("Recipes › Tarts")),
    }
}

pub fn due() -> Due {
    Due::NotBefore { at: NOW + 7 * DAY - 5 * HOUR, zone: ZONE.into() }
}

pub fn half_signed(t: Tongue) -> Signatures {
    let ghost = Some(t.say("Jonas Lindqvist"));
    Signatures {
        queued: Signature::signed(t.say("Mira Okafor"), Some("Today, 12:04 Europe/Berlin".into())),
        countersigned: Signature { ghost, remark: Some("waiting for you".into()), ..Signature::open() },
    }
}

pub fn signed(t: Tongue) -> Signatures {
    Signatures {
        countersigned: Signature::signed(
            t.say("Jonas Lindqvist"),
            Some("Mon 23 Nov, 16:02 Europe/Berlin".into()),
        ),
        ..half_signed(t)
    }
}

pub fn diff(t: Tongue) -> Diff {
    let change = |name: &str, before: &str, after: &str| Change {
        name: name.into(),
        before: t.say(before),
        after: t.say(after),
    };
    let side = |name, alt: &str, caption: &str| {
        Some(ImageSide {
            picture: t.picture(name, 1000, 1500),
            alt_text: t.say(alt),
            caption: t.say(caption),
        })
    };
    Diff {
        fields: vec![
            change("Title", "Lemon tart with a twist", "Lemon tart with thyme and a brown-butter crust"),
            change(
                "Link",
                "https://halden-kitchen.example/?p=2291",
                "https://halden-kitchen.example/tarts/lemon",
            ),
        ],
        image: Some(ImageChange {
            before: side("tart-b", "the tart with a slice cut, on dark cloth", "Revision 3"),
            after: side("tart", "the whole tart, on pale linen", "Revision 4"),
        }),
        same: vec!["board".into(), "section".into(), "alternative text".into()],
    }
}

pub fn history(t: Tongue) -> Vec<Entry> {
    let entry = |kind, who: Option<&str>, words: &str, hours: i64| Entry {
        kind,
        who: who.map(|who| t.say(who)),
        words: t.say(words),
        at: NOW - hours * HOUR,
        note: None,
    };
    vec![
        entry(Kind::Lost, None, "The answer was lost", 1),
        entry(Kind::Signed, Some("Mira Okafor"), "signed revision 4", 2),
        Entry {
            note: Some(t.say("Wrong picture, and please no shouting.")),
            ..entry(Kind::ChangesRequested, Some("Jonas Lindqvist"), "asked for changes", 22)
        },
        entry(Kind::Wrote, Some("Mira Okafor"), "wrote revisions 1 to 3", 90),
    ]
}

pub fn comments(t: Tongue) -> Comments {
    let comment = |author: &str, hours: i64, text: &str| Comment {
        author: t.say(author),
        at: NOW - hours * HOUR,
        text: t.say(text),
    };
    Comments {
        items: vec![
            comment(
                "Jonas Lindqvist",
                22,
                "The cut slice hides the crust, and “a twist” says nothing. Whole tart, please.",
            ),
            comment("Mira Okafor", 2, "New photo, and the title names the crust now."),
        ],
        action: Some("/drafts/drf_1/comments".into()),
        unfinished: None,
    }
}

pub fn checks(t: Tongue) -> Vec<Check> {
    let check = |outcome, words: &str, detail: &str| Check::new(outcome, words, t.say(detail));
    vec![
        check(Outcome::Good, "Image fits", "JPEG, 1000 × 1500 px, 312 kB, ratio 2:3"),
        check(Outcome::Good, "Board exists", "Recipes › Tarts, asked 20 s ago"),
        check(Outcome::Advice, "Same link on this board", "Published Mon 9 Nov as “Lemon tart, basic”"),
    ]
}

pub fn zones() -> Vec<Choice> {
    vec![Choice::new("Europe/Berlin", "Europe/Berlin"), Choice::new("UTC", "UTC")]
}
