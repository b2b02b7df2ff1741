//! `/drafts/new` and `/drafts/{id}/edit`: writing a Pin. One form carries everything, so that no button loses what
//! was typed; which button was pressed is in `then`:
//!
//! | `then` | does |
//! |---|---|
//! | `save` | saves a revision, shows the draft |
//! | `submit` | saves, signs, asks for approval |
//! | `account` | shows the form again for the chosen `connection_id` (a new draft only) |
//! | `board` | creates `new_board_name` (`new_board_privacy`), shows the form again with it chosen |
//! | `sections:{board id}` | shows the form again with that board's sections |
//! | `sections:{board id}:{bookmark}` | the same, where the board stands on a later page of boards |
//! | `boards:{bookmark}` | shows the form again with the next boards |
//! | `anew` | forgets what was kept of a new draft, shows an empty form |
//!
//! Whatever `then` says, a file in `image` is stored first and comes back as `asset_id`, because a browser forgets a
//! chosen file when a form is shown again.

use maud::{Markup, html};

use super::board_picker::{self, Boards};
use super::checks::{self, Check};
use super::form::{self, Choice, Field, FieldError};
use super::frame::Frame;
use super::icon::icon;
use super::layout::{self, Section};
use super::note::{self, Tone};
use super::picture::Picture;
use super::proof::{Ground, Proof};
use super::signatures::Signatures;
use super::words::{self, text};

/// The form and all around it.
#[derive(Clone, Debug)]
pub struct Composer {
    /// Where it is posted: `/drafts` for a new one, `/drafts/{id}` for a change.
    pub action: String,
    /// `/drafts/{id}/autosave`, of a new one `/drafts/new/autosave` (a form without the file; answers 204, or 401 where
    /// the session ended).
    pub autosave: String,
    /// The revision on which this form is based, so that a change by someone else is not overwritten; `None` for a new
    /// one.
    pub revision: Option<u32>,
    /// The accounts to choose from; a draft that exists keeps its own, so then there is none.
    pub accounts: Vec<Choice>,
    /// The id of the chosen connection; empty if there is none to choose.
    pub connection_id: String,
    /// `@halden_kitchen`.
    pub account: String,
    /// The image that was stored.
    pub asset: Option<Asset>,
    /// What was typed.
    pub words: Words,
    /// The boards of the account.
    pub boards: Boards,
    /// The zones to choose from.
    pub zones: Vec<Choice>,
    /// The two readings of a time that occurs twice: value `+02:00`, words `the first 02:30, summer time`.
    pub offsets: Vec<Choice>,
    /// The chosen time.
    pub when: Option<When>,
    /// Other drafts with the same image or link on the chosen board.
    pub twins: Vec<Check>,
    /// Why the draft was not saved, where that is about no field.
    pub refused: Option<String>,
    /// Since when what was typed into a new draft is kept, where it was put back: `Today, 12:04 Europe/Berlin`.
    pub restored: Option<String>,
    /// What is wrong, by field: `image`, `title`, `description`, `alt_text`, `link`, `board`, `publish_local`,
    /// `publish_offset`, `new_board_name`, `connection_id`.
    pub errors: Vec<FieldError>,
    /// What was said last about saving: `Saved at 14:21:07 Europe/Berlin`.
    pub saved: Option<String>,
    /// The preview.
    pub proof: Proof,
    /// Both lines; a signed one says that an edit strikes it out.
    pub signatures: Signatures,
    /// What a change costs: `Jonas Lindqvist has countersigned. Saving a change voids that.`
    pub price: Option<String>,
}

/// What was typed.
#[derive(Clone, Debug, Default)]
pub struct Words {
    /// `alt_text`
    pub alt_text: String,
    /// `title`
    pub title: String,
    /// `description`
    pub description: String,
    /// `link`
    pub link: String,
    /// `publish_local`: `2026-12-01T09:00`, or empty.
    pub publish_local: String,
    /// `publish_zone`
    pub publish_zone: String,
    /// `publish_offset`
    pub publish_offset: String,
}

/// The chosen time.
#[derive(Clone, Debug)]
pub struct When {
    /// `Tue 1 Dec 2026, 09:00 Europe/Berlin, in 3 h`.
    pub words: String,
    /// Whether it is probably not meant: passed, or very far off.
    pub is_odd: bool,
}

/// An image that was stored.
#[derive(Clone, Debug)]
pub struct Asset {
    /// Its id, sent back as `asset_id`.
    pub id: String,
    /// The name of its file.
    pub label: String,
    /// The image.
    pub picture: Picture,
    /// `1000 × 2600 px, 1.9 MB, ratio 1:2.6`.
    pub facts: String,
    /// How it fits Pinterest's rules.
    pub checks: Vec<Check>,
}

/// The whole page.
pub fn page(frame: &Frame, composer: &Composer) -> Markup {
    let title = if composer.revision.is_some() { "Edit the Pin" } else { "New Pin" };
    layout::page(
        frame,
        title,
        Section::Queue,
        html! {
            div.head {
                div { h1 { (title) } p { @if composer.account.is_empty() { "No account is chosen yet." } @else { "For " (composer.account) "." }
                    " You sign when you ask for approval, a second person countersigns." } }
                p.small role="status" data-saved { (composer.saved.as_deref().unwrap_or_default()) }
            }
            @if composer.connection_id.is_empty() { (no_account()) } @else { (the_form(frame, composer)) }
        },
    )
}

fn no_account() -> Markup {
    html! {
        section.empty { h2 { "No account is connected" }
            p { "A Pin is written for one account. An admin connects it; in rehearsal that takes two clicks." }
            a.btn.solid href="/connections" { "See the connections" } }
    }
}

fn the_form(frame: &Frame, composer: &Composer) -> Markup {
    html! {
        form.split.wide method="post" action=(composer.action) enctype="multipart/form-data"
            data-autosave=(composer.autosave) data-zone=(frame.times.zone()) {
            (form::csrf(frame))
            // A browser presses the first button when Enter is pressed in a line: that must be saving.
            button.vh name="then" value="save" tabindex="-1" aria-hidden="true" { "Save draft" }
            div.stack-l {
                (form::summary(&heading(composer.errors.len()), &composer.errors))
                @if let Some(words) = &composer.refused { div role="alert" id="errors" tabindex="-1" { (note::note(Tone::Bad, "Not saved", words)) } }
                @if let Some(kept) = &composer.restored { (restored(kept)) }
                (account(composer)) (image(composer)) (words(composer)) (board(composer)) (time(composer))
            }
            aside.sticky.stack-l aria-label="Preview and sign-off" {
                div.stack-s.preview {
                    div.line.between { h2 { "Preview" } label.pick { input type="checkbox" data-ground; span { "On dark" } } }
                    (composer.proof.views(Ground::Light, true))
                    (composer.proof.says(true))
                }
                (sign_off(composer))
            }
        }
    }
}

/// A new draft that was begun before.
fn restored(kept: &str) -> Markup {
    note::with(
        Tone::Info,
        "This is what you had typed",
        html! {
            p { "It was kept for you alone, " (kept) ". Save it, or begin anew." }
            div.line { button.btn name="then" value="anew" formnovalidate { (icon("redo")) "Begin anew" } }
        },
    )
}

fn heading(errors: usize) -> String {
    match errors {
        1 => "One thing to fix".into(),
        several => format!("{several} things to fix"),
    }
}

fn account(composer: &Composer) -> Markup {
    html! {
        @match (composer.revision, composer.accounts.is_empty()) {
            (Some(revision), _) => {
                input type="hidden" name="revision" value=(revision);
                input type="hidden" name="connection_id" value=(composer.connection_id);
            },
            (None, true) => input type="hidden" name="connection_id" value=(composer.connection_id);,
            (None, false) => section.sec.stack { h2 { "Account" }
                (form::select_field("connection_id", "Account", &composer.accounts, &composer.connection_id))
                button.btn name="then" value="account" { "Show its boards" }
            },
        }
    }
}

fn image(composer: &Composer) -> Markup {
    let error = form::error_of(&composer.errors, "image");
    let alt = form::error_of(&composer.errors, "alt_text");
    html! {
        section.sec.stack { h2 { "Image" }
            div.drop data-drop {
                @match &composer.asset {
                    Some(asset) => {
                        input type="hidden" name="asset_id" value=(asset.id);
                        (asset.picture.show("The chosen image"))
                    },
                    None => p.blank { (icon("image")) span { "No image yet" } },
                }
                div.stack-s {
                    @if let Some(asset) = &composer.asset {
                        p { b { (text(&asset.label)) } br; span.soft.small { (asset.facts) } }
                        (checks::list(&asset.checks))
                    }
                    p.small hidden role="status" data-verdict {}
                    (file(error, composer.asset.is_some()))
                }
            }
            (Field::area("alt_text", "Alternative text", 2).value(&composer.words.alt_text).limit(500).error(alt)
                .hint("Say what the picture shows, for people who do not see it."))
        }
    }
}

fn file(error: Option<&str>, has_one: bool) -> Markup {
    let label = if has_one { "Choose another" } else { "Choose an image" };
    let described = if error.is_some() { "f-image-h f-image-e" } else { "f-image-h" };
    html! {
        div.field { label for="f-image" { (label) }
            input id="f-image" type="file" name="image" accept="image/png,image/jpeg,image/webp"
                aria-describedby=(described) aria-invalid=[error.map(|_| "true")];
            p.hint id="f-image-h" { "JPEG, PNG or WebP, up to 10 MiB, at least 200 px on both sides. You can also drop or paste it here." }
            @if let Some(words) = error { (form::error("f-image-e", words)) }
        }
    }
}

fn words(composer: &Composer) -> Markup {
    let error = |field| form::error_of(&composer.errors, field);
    html! {
        section.sec.stack { h2 { "Words" }
            (Field::text("title", "Title").value(&composer.words.title).limit(100).error(error("title")))
            (Field::area("description", "Description", 4).value(&composer.words.description).limit(800).error(error("description")))
            (Field::line("link", "Link", "url").value(&composer.words.link).error(error("link"))
                .hint("Only its form is checked. The page is not opened."))
            @let advice = words::advice(&[("title", &composer.words.title), ("description", &composer.words.description),
                ("alternative text", &composer.words.alt_text)]);
            @if !advice.is_empty() { (checks::list(&advice)) }
        }
    }
}

fn board(composer: &Composer) -> Markup {
    html! {
        section.sec.stack { h2 { "Board" } (board_picker::show(&composer.boards, &composer.errors))
            @if !composer.twins.is_empty() { (checks::list(&composer.twins)) } }
    }
}

fn time(composer: &Composer) -> Markup {
    let error = |field| form::error_of(&composer.errors, field);
    let words = &composer.words;
    html! {
        section.sec.stack { h2 { "When" }
            div.pair {
                (Field::line("publish_local", "Date and time, not before", "datetime-local").value(&words.publish_local)
                    .error(error("publish_local")).hint("Empty: as soon as it is countersigned."))
                (form::select_field("publish_zone", "Time zone", &composer.zones, &words.publish_zone))
            }
            p.hint.odd[composer.when.as_ref().is_some_and(|when| when.is_odd)] data-when { @if let Some(when) = &composer.when { (when.words) } }
            @if !composer.offsets.is_empty() {
                fieldset { legend { "That time occurs twice. Which one?" }
                    div.opts id="f-publish_offset" { @for offset in &composer.offsets {
                        label.opt { input type="radio" name="publish_offset" value=(offset.value) checked[offset.value == words.publish_offset];
                            span { (offset.words) } }
                    } }
                    @if let Some(words) = error("publish_offset") { (form::error("f-publish_offset-e", words)) }
                }
            }
        }
    }
}

fn sign_off(composer: &Composer) -> Markup {
    html! {
        section.signoff.dock[composer.price.is_none()] aria-label="Sign-off" {
            (composer.signatures.full())
            @if let Some(price) = &composer.price { div.gap { (note::note(Tone::Warn, "A change has a price", price)) } }
            p.will { "Signing asks a second person to countersign exactly this. Nothing is sent yet." }
            div.line {
                button.btn.sign.big name="then" value="submit" { (icon("pen")) "Sign and ask for approval" }
                button.btn.big name="then" value="save" { "Save draft" }
            }
        }
    }
}
