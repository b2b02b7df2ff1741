//! Samples of operators, settings and one's own account.

use super::{DAY, HOUR, NOW, Page, Tongue};
use crate::views::account::{self, Account, Session};
use crate::views::form::FieldError;
use crate::views::frame::{Paused, Roles};
use crate::views::operators::{self, Add, Disable, IssuedLink, Operator, Operators};
use crate::views::publishing::Publishing;
use crate::views::settings::{self, Group, Settings};
use crate::views::tokens::{Token, Tokens};

pub(super) fn pages(t: Tongue) -> Vec<Page> {
    let frame = t.frame();
    let mut quiet = t.frame();
    if let Some(viewer) = &mut quiet.viewer {
        viewer.has_shortcuts = false;
    }
    let disable = |would_void| Disable { id: "opr_2".into(), name: t.say("Jonas Lindqvist"), would_void };
    let voids = vec![(t.say("Sourdough timetable for people with jobs"), "/drafts/drf_2".to_owned())];
    let reader = Settings {
        publishing: Publishing { due_soon: 3, ..Publishing::default() },
        tokens: None,
        ..settings(t)
    };
    let running = Publishing { may_pause: true, ..reader.publishing.clone() };
    let runs = Settings { publishing: running, ..reader.clone() };
    let account =
        |has_password| Account { email: t.say("jonas@halden.example"), has_password, sessions: sessions(t) };
    vec![
        Page { name: "operators", html: operators::page(&frame, &operators(t)) },
        Page { name: "operator-disable", html: operators::disable(&frame, &disable(voids)) },
        Page { name: "operator-disable-free", html: operators::disable(&frame, &disable(Vec::new())) },
        Page { name: "settings", html: settings::page(&frame, &settings(t)) },
        Page { name: "settings-read-only", html: settings::page(&frame, &reader) },
        Page { name: "settings-running", html: settings::page(&frame, &runs) },
        Page { name: "account", html: account::page(&frame, &account(true)) },
        Page { name: "account-new", html: account::page(&quiet, &account(false)) },
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
        tokens: Some(tokens(t)),
    }
}

fn tokens(t: Tongue) -> Tokens {
    let token = |id: &str, name: &str, is_revoked: bool| Token {
        id: id.into(),
        name: t.say(name),
        owner: t.say("Mira Okafor"),
        scopes: "drafts:write, drafts:read".into(),
        used_at: is_revoked.then_some(NOW - DAY),
        is_revoked,
    };
    Tokens {
        items: vec![token("tok_1", "cms-sync", false), token("tok_2", "old-sync", true)],
        issued: Some((t.say("cms-sync"), t.say("cs_shown_once"))),
        name: t.say("cms"),
        scopes: vec!["drafts:read".into()],
        errors: vec![FieldError { field: "scope".into(), words: "Tick at least one.".into() }],
    }
}

fn sessions(t: Tongue) -> Vec<Session> {
    let session = |id: &str, is_current| Session {
        id: id.into(),
        is_current,
        user_agent: t.say("Firefox 145 on Linux"),
        created_at: NOW - DAY,
        seen_at: NOW - HOUR,
    };
    vec![session("ses_1", true), session("ses_2", false)]
}
