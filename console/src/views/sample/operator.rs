//! Samples of operators, settings and one's own account.

use super::{DAY, HOUR, NOW, Page, Tongue};
use crate::views::account::{self, Account, Session};
use crate::views::form::FieldError;
use crate::views::frame::{Paused, Roles};
use crate::views::operators::{self, Add, Disable, IssuedLink, Operator, Operators, ResetFactor};
use crate::views::publishing::Publishing;
use crate::views::second_factor::{self, Failed, SecondFactor, Started};
use crate::views::settings::{self, Group, Settings};
use crate::views::tokens::{self, State, Token, Tokens};

pub(super) fn pages(t: Tongue) -> Vec<Page> {
    let frame = t.frame();
    let mut quiet = t.frame();
    if let Some(viewer) = &mut quiet.viewer {
        viewer.has_shortcuts = false;
    }
    let disable = |would_void, tokens| Disable {
        id: "opr_2".into(),
        name: t.say("Jonas Lindqvist"),
        would_void,
        tokens,
    };
    let reset = ResetFactor { id: "opr_2".into(), name: t.say("Jonas Lindqvist") };
    let voids = vec![(t.say("Sourdough timetable for people with jobs"), "/drafts/drf_2".to_owned())];
    let reader = Settings {
        publishing: Publishing { due_soon: 3, ..Publishing::default() },
        has_tokens: false,
        ..settings(t)
    };
    let running = Publishing { may_pause: true, ..reader.publishing.clone() };
    let runs = Settings { publishing: running, ..reader.clone() };
    let account = |has_password: bool, codes_left| Account {
        email: t.say("jonas@halden.example"),
        has_password,
        codes_left,
        sessions: sessions(t),
    };
    let mut pages = vec![
        Page { name: "operators", html: operators::page(&frame, &operators(t)) },
        Page {
            name: "operator-disable",
            html: operators::disable(&frame, &disable(voids, vec![t.say("cms-sync")])),
        },
        Page {
            name: "operator-disable-free",
            html: operators::disable(&frame, &disable(Vec::new(), Vec::new())),
        },
        Page { name: "operator-second-factor", html: operators::reset_factor(&frame, &reset) },
        Page { name: "settings", html: settings::page(&frame, &settings(t)) },
        Page { name: "settings-read-only", html: settings::page(&frame, &reader) },
        Page { name: "settings-running", html: settings::page(&frame, &runs) },
        Page { name: "account", html: account::page(&frame, &account(true, Some(9))) },
        Page { name: "account-new", html: account::page(&quiet, &account(false, None)) },
        Page { name: "tokens", html: tokens::page(&frame, &all_tokens(t)) },
        Page { name: "tokens-none", html: tokens::page(&frame, &Tokens::default()) },
    ];
    pages.extend(second_factors(t));
    pages
}

fn second_factors(t: Tongue) -> Vec<Page> {
    let frame = t.frame();
    let wrong = |field: &str| vec![FieldError { field: field.into(), words: t.say("This is not right.") }];
    let off =
        SecondFactor { has_password: true, failed: Some(Failed::Start), errors: wrong("password"), on: None };
    let on = SecondFactor {
        on: Some((NOW - DAY, 3)),
        failed: Some(Failed::Off),
        errors: wrong("totp"),
        ..off.clone()
    };
    let none = SecondFactor::default();
    let url = format!("otpauth://totp/Countersign:{}?secret=GEZDGNBVGY3TQOJQ", t.say("jonas"));
    let started = Started { secret: "GEZDGNBVGY3TQOJQ".into(), url };
    let codes: Vec<String> = (0..10).map(|n| format!("7k3m-9qpz-02vd-h4t{n}")).collect();
    vec![
        Page { name: "second-factor-off", html: second_factor::page(&frame, &off) },
        Page { name: "second-factor-on", html: second_factor::page(&frame, &on) },
        Page { name: "second-factor-no-password", html: second_factor::page(&frame, &none) },
        Page { name: "second-factor-started", html: second_factor::started(&frame, &started) },
        Page { name: "second-factor-confirm", html: second_factor::confirm(&frame, &wrong("code")) },
        Page { name: "second-factor-codes", html: second_factor::codes(&frame, &codes, "It is on.") },
    ]
}

fn operators(t: Tongue) -> Operators {
    let person = |id: &str, name: &str, roles, is_disabled: bool, is_self| Operator {
        id: id.into(),
        name: t.say(name),
        email: t.say("mira@halden.example"),
        roles,
        is_disabled,
        is_self,
        has_password: !is_disabled,
        has_factor: !is_disabled,
        errors: Vec::new(),
    };
    let author = Roles { author: true, admin: true, ..Roles::default() };
    let mut mira = person("opr_1", "Mira Okafor", author, false, false);
    mira.errors = vec![FieldError { field: "roles".into(), words: "Keep at least one admin.".into() }];
    let errors =
        vec![FieldError { field: "email".into(), words: t.say("Somebody has this address already.") }];
    Operators {
        items: vec![
            mira,
            person("opr_2", "Jonas Lindqvist", Roles { reviewer: true, ..Roles::default() }, false, true),
            person("opr_3", "Henrik Aalto", Roles { auditor: true, ..Roles::default() }, true, false),
        ],
        add: Add { name: t.say("Ilse Brandt"), email: t.say("ilse@halden.example"), roles: author, errors },
        link: Some(IssuedLink {
            name: t.say("Ilse Brandt"),
            url: format!("http://127.0.0.1:8080/sign-in/{}", t.say("one-time")),
            expires_at: NOW + DAY,
        }),
    }
}

fn settings(t: Tongue) -> Settings {
    let fact = |name: &str, value: &str| (t.say(name), t.say(value));
    let paused = Paused { by: t.say("Teresa Vidal"), at: NOW - HOUR, waiting: 31 };
    Settings {
        groups: vec![
            Group {
                title: "Review".into(),
                facts: vec![fact("Who may approve", "A second person"), fact("Undo", "10 seconds")],
            },
            Group {
                title: "Pinterest".into(),
                facts: vec![
                    fact("Environment", "Rehearsal"),
                    fact("Access", "Trial: 1,000 calls and 300 writes a day"),
                ],
            },
        ],
        publishing: Publishing { paused: Some(paused), may_pause: true, may_resume: true, due_soon: 3 },
        has_tokens: true,
    }
}

fn all_tokens(t: Tongue) -> Tokens {
    let token = |id: &str, name: &str, state: State| Token {
        id: id.into(),
        name: t.say(name),
        owner: t.say("Mira Okafor"),
        scopes: "drafts:write, drafts:read".into(),
        created_at: NOW - 2 * DAY,
        used_at: (state != State::Active).then_some(NOW - DAY),
        expires_at: (state != State::Revoked(None)).then_some(NOW + DAY),
        state,
    };
    Tokens {
        items: vec![
            token("tok_1", "cms-sync", State::Active),
            token("tok_2", "old-sync", State::Revoked(None)),
            token("tok_3", "older-sync", State::Revoked(Some("its person was disabled"))),
            token("tok_4", "oldest-sync", State::Expired),
        ],
        issued: Some((t.say("cms-sync"), t.say("cs_shown_once"))),
        name: t.say("cms"),
        scopes: vec!["drafts:read".into()],
        expires: tokens::NEVER.into(),
        errors: vec![FieldError { field: "scope".into(), words: "Tick at least one.".into() }],
    }
}

fn sessions(t: Tongue) -> Vec<Session> {
    let session = |id: &str, is_current| Session {
        id: id.into(),
        is_current,
        user_agent: t.say("Firefox 145 on Linux"),
        address: Some(t.say("192.0.2.7")),
        created_at: NOW - DAY,
        seen_at: NOW - HOUR,
    };
    vec![session("ses_1", true), session("ses_2", false)]
}
