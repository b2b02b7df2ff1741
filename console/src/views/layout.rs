//! The frame around every page: environment band, bar, navigation by role, message, foot.

use countersign_api::hidden::spelled_out;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::form;
use super::frame::{Frame, Roles, Theme, Toast, Viewer};
use super::icon::icon;
use super::words::text;
use super::{number, pins};
use crate::assets;

/// A place in the navigation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// Not in the navigation.
    None,
    /// `/`
    Queue,
    /// `/review`
    Review,
    /// `/connections`
    Connections,
    /// `/audit`
    Audit,
    /// `/operators`
    Operators,
    /// `/settings`
    Settings,
}

/// How `main` stands in the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// The usual width.
    Page,
    /// The two columns of the sign-in page.
    Door,
}

/// A whole page. `title` is the part between the environment and the product's name; `main` has the one `h1`.
pub fn page(frame: &Frame, title: &str, section: Section, main: Markup) -> Markup {
    shaped(frame, title, section, Shape::Page, main)
}

/// As [`page`], with another shape of `main`.
pub fn shaped(frame: &Frame, title: &str, section: Section, shape: Shape, main: Markup) -> Markup {
    let has_keys = frame.viewer.as_ref().is_some_and(|viewer| viewer.has_shortcuts);
    html! {
        (DOCTYPE)
        html lang="en" data-theme=[theme_attribute(frame.theme)] {
            (head(frame, title))
            body data-keys[has_keys] {
                svg.sprite aria-hidden="true" { (PreEscaped(assets::sprite())) }
                a.skip.vh href="#main" { "Skip to content" }
                (frame.environment.band())
                (bar(frame, section))
                (paused(frame))
                main.page[shape == Shape::Page].door[shape == Shape::Door] id="main" { (main) }
                (foot(frame))
                @if has_keys { (keys()) }
                div.toasts role="status" id="toasts" { @if let Some(toast) = &frame.toast { (self::toast(frame, toast)) } }
            }
        }
    }
}

fn theme_attribute(theme: Theme) -> Option<&'static str> {
    (theme != Theme::System).then(|| theme.code())
}

fn head(frame: &Frame, title: &str) -> Markup {
    html! {
        head {
            meta charset="utf-8";
            meta name="viewport" content="width=device-width, initial-scale=1";
            title { "[" (frame.environment.name()) "] " (spelled_out(title)) " · Countersign" }
            link rel="stylesheet" href=(assets::url("countersign.css"));
            link rel="icon" href=(assets::url("mark.svg")) type="image/svg+xml";
            script src=(assets::url("countersign.js")) defer {}
        }
    }
}

fn bar(frame: &Frame, section: Section) -> Markup {
    html! {
        header.bar {
            a.brand href="/" { (icon("mark")) "Countersign" }
            @if let Some(viewer) = &frame.viewer {
                (navigation(viewer.roles, section, frame.review_count))
                @if viewer.roles.author { a.btn.new href="/drafts/new" { (icon("plus")) span { "New Pin" } } }
                (me(frame, viewer))
                button.btn.menu type="button" popovertarget="nav" { (icon("menu")) "Menu" }
            }
        }
    }
}

fn me(frame: &Frame, viewer: &Viewer) -> Markup {
    html! {
        a.me href="/account" { (icon("user")) span { (text(&viewer.name)) small { (viewer.roles.words()) } } }
        (form::post(frame, "/sign-out", "", html! {
            button.btn.quiet.out { "Sign out" }
        }))
    }
}

/// All roles read queue, connections and settings; the other places show to those who may act there.
fn navigation(roles: Roles, current: Section, review_count: Option<u64>) -> Markup {
    let places = [
        (true, Section::Queue, "/", "Queue"),
        (roles.reviewer || roles.author, Section::Review, "/review", "Review"),
        (true, Section::Connections, "/connections", "Connections"),
        (roles.auditor, Section::Audit, "/audit", "Audit"),
        (roles.admin, Section::Operators, "/operators", "Operators"),
        (true, Section::Settings, "/settings", "Settings"),
    ];
    html! {
        nav.nav id="nav" popover aria-label="Main" {
            @for (_, place, address, word) in places.into_iter().filter(|place| place.0) {
                a href=(address) aria-current=[(place == current).then_some("page")] {
                    (word)
                    @if let (Section::Review, Some(count @ 1..)) = (place, review_count) { b { (number(count)) } }
                }
            }
        }
    }
}

/// The reminder that publishing is paused, on every page of those who are signed in.
fn paused(frame: &Frame) -> Markup {
    let shown = frame.paused.as_ref().filter(|_| frame.viewer.is_some());
    html! {
        @if let Some(paused) = shown {
            section.paused aria-label="Publishing" { (icon("pause"))
                span { b { "Publishing is paused." } " " (text(&paused.by)) " paused it, "
                    (frame.times.short(paused.at)) ". " (pins(paused.waiting, "waits", "wait")) ". "
                    a href="/settings#publishing" { "See why" } }
            }
        }
    }
}

fn foot(frame: &Frame) -> Markup {
    html! {
        footer.foot {
            span { "Countersign " (frame.footer.version) }
            @if let Some(records) = frame.footer.audit_records.filter(|_| frame.viewer.is_some()) {
                span { "Audit log: " (number(records)) " records" }
            }
            a href="/privacy-policy" { "Privacy policy" }
            (form::post(frame, "/theme", "", html! {
                input type="hidden" name="return_to" value=(frame.here);
                div.seg role="group" aria-label="Theme" {
                    @for theme in Theme::ALL {
                        button name="theme" value=(theme.code()) aria-pressed=(frame.theme == theme) { (theme.word()) }
                    }
                }
            }))
        }
    }
}

/// The help on keys, opened by `?`.
fn keys() -> Markup {
    let keys = [
        ("j  k", "down and up in a list"),
        ("Enter", "open"),
        ("a", "countersign"),
        ("c", "request changes"),
        ("r", "reject"),
        ("e", "edit"),
        ("/", "search"),
        ("g q", "go to the queue"),
        ("g r", "go to review"),
        ("g n", "new Pin"),
        ("g c", "go to connections"),
        ("g a", "go to the audit log"),
        ("g s", "go to settings"),
        ("?", "this list"),
    ];
    html! {
        dialog.sheet id="keys" aria-labelledby="keys-title" {
            h2 id="keys-title" { "Keys" }
            dl.facts { @for (key, does) in keys { dt { kbd { (key) } } dd { (does) } } }
            p.small.gap { "They do nothing while you type. " a href="/account#keys-switch" { "Switch them off" } }
            form method="dialog" { button.btn { "Close" } }
        }
    }
}

/// One message, with the offer to undo where there is one.
pub fn toast(frame: &Frame, toast: &Toast) -> Markup {
    html! {
        div.toast {
            span { span { (toast.words) } @if let Some(page) = &toast.about { " " a href=(page) { "See the Pin" } } }
            @if let Some(undo) = &toast.undo {
                (form::post(frame, &undo.action, "", html! {
                    button.btn data-undo=(undo.seconds) data-after=[&undo.after] { (icon("undo")) span { "Undo, " (undo.seconds) " s" } }
                }))
            }
        }
    }
}
