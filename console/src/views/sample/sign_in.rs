//! Samples of the door.

use super::{DAY, NOW, Page, Tongue};
use crate::views::error_page::Kept;
use crate::views::form::FieldError;
use crate::views::sign_in::{self, DeadLink, OneTimeLink, SecondStep, SetPassword, SignIn};

pub(super) fn pages(t: Tongue) -> Vec<Page> {
    let public = t.public();
    let refused = SignIn {
        email: t.say("mira@halden.example"),
        refused: Some("That e-mail and password do not belong together.".into()),
        return_to: t.say("/drafts/drf_1"),
        has_ended: true,
    };
    let link = OneTimeLink {
        action: format!("/sign-in/{}", t.say("one-time")),
        name: t.say("Mira Okafor"),
        expires_at: NOW + DAY,
        signed_in_as: Some(t.say("Jonas Lindqvist")),
        asks_code: true,
        refused: Some("This code is not right.".into()),
    };
    let kept = Kept {
        action: "/drafts/drf_1".into(),
        back: "/drafts/drf_1".into(),
        fields: vec![("title".into(), t.say("Plum tart"))],
        had_file: true,
    };
    let step = SecondStep {
        ticket: "sealed".into(),
        refused: Some(t.say("This code is not right.")),
        return_to: t.say("/drafts/drf_1"),
        kept: Some(kept),
    };
    let password = SetPassword {
        email: t.say("mira@halden.example"),
        asks_current: true,
        may_skip: true,
        errors: vec![FieldError { field: "new".into(), words: "Use at least 12 characters.".into() }],
    };
    vec![
        Page { name: "sign-in", html: sign_in::page(&public, &SignIn::default()) },
        Page { name: "sign-in-refused", html: sign_in::page(&public, &refused) },
        Page { name: "second-step", html: sign_in::second_step(&public, &step) },
        Page { name: "one-time-link", html: sign_in::one_time_link(&t.frame(), &link) },
        Page { name: "dead-link", html: sign_in::dead_link(&public, DeadLink::Used) },
        Page { name: "set-password", html: sign_in::set_password(&t.frame(), &password) },
    ]
}
