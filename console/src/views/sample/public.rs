//! Samples of public pages and of errors.

use super::{Page, Tongue};
use crate::views::error_page::{self, ErrorPage, Kept};
use crate::views::privacy_policy::{self, PrivacyPolicy};

pub(super) fn pages(t: Tongue) -> Vec<Page> {
    let public = t.public();
    let unset = PrivacyPolicy { controller: None, contact: None, hosting: None, own_text: None, ..policy(t) };
    let mut pages = vec![
        Page { name: "privacy-policy", html: privacy_policy::page(&public, &policy(t)) },
        Page { name: "privacy-policy-unset", html: privacy_policy::page(&public, &unset) },
        Page {
            name: "session-ended",
            html: error_page::session_ended(
                &public,
                &kept(t),
                &t.say("mira@halden.example"),
                Some("That e-mail and password do not belong together."),
            ),
        },
        Page { name: "send-again", html: error_page::send_again(&t.frame(), &kept(t)) },
        Page { name: "error-500", html: error_page::page(&t.frame(), &failed(t)) },
    ];
    let statuses = [
        (400, "error-400"),
        (401, "error-401"),
        (403, "error-403"),
        (404, "error-404"),
        (409, "error-409"),
        (412, "error-412"),
        (413, "error-413"),
        (428, "error-428"),
        (429, "error-429"),
        (503, "error-503"),
    ];
    pages.extend(
        statuses.map(|(status, name)| Page { name, html: error_page::page(&public, &ErrorPage::of(status)) }),
    );
    pages
}

fn failed(t: Tongue) -> ErrorPage {
    ErrorPage { reference: Some(t.say("ref_01j9x4w2m7")), ..ErrorPage::of(500) }
}

fn kept(t: Tongue) -> Kept {
    let field = |name: &str, value: &str| (name.to_owned(), t.say(value));
    Kept {
        action: "/drafts".into(),
        back: "/".into(),
        fields: vec![
            field("title", "Lemon tart"),
            field("description", "Two lines\nof words"),
            field("board", "8123/45"),
        ],
        had_file: true,
    }
}

fn policy(t: Tongue) -> PrivacyPolicy {
    PrivacyPolicy {
        controller: Some(t.say("Halden Kitchen Ltd\n1 Mill Lane, Halden")),
        contact: Some(t.say("privacy@halden.example")),
        hosting: Some(t.say("Our own server in Halden")),
        own_text: Some(t.say("# Our team\n\nThree people publish here.\n\n- Mira\n- Jonas")),
        date: "24 November 2026".into(),
        kept: vec![
            ("Server logs".into(), "30 days".into()),
            ("Drafts and their content".into(), "24 months, or 30 days after a disconnect".into()),
        ],
    }
}
