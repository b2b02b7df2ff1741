//! A Pin as it will look, between crop marks: close-up, card in the grid, and what a screen reader says. It never
//! copies Pinterest's own look, and shows no likes that nobody gave.

use countersign_api::hidden::spelled_out;
use maud::{Markup, html};

use super::picture::Picture;
use super::words::{marked, text};

/// What is heard of an image without an alternative text.
const NOTHING_SAID: &str = "only that there is an image. Add an alternative text.";

/// What a preview shows.
#[derive(Clone, Debug, Default)]
pub struct Proof {
    /// The image.
    pub picture: Option<Picture>,
    /// The title; may be empty.
    pub title: String,
    /// The description; may be empty.
    pub description: String,
    /// The alternative text; may be empty.
    pub alt_text: String,
    /// The link's host.
    pub link_host: Option<String>,
    /// `Recipes › Tarts`.
    pub board: Option<String>,
}

/// The ground of a preview.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ground {
    /// On white.
    Light,
    /// On black.
    Dark,
}

impl Ground {
    /// Reads `?preview=`; light unless it says dark.
    pub fn parse(code: &str) -> Self {
        if code == "dark" { Self::Dark } else { Self::Light }
    }

    fn class(self) -> &'static str {
        match self {
            Self::Light => "on-light",
            Self::Dark => "on-dark",
        }
    }

    /// The two links that choose between them; `address` is the page with a query that `preview=` can follow.
    pub fn switch(self, address: &str) -> Markup {
        let link = |ground: Self, code: &str, word: &str| {
            html! { a href={ (address) "preview=" (code) } aria-current=[(self == ground).then_some("true")] { (word) } }
        };
        html! {
            span.seg role="group" aria-label="Preview theme" { (link(Self::Light, "light", "Light")) (link(Self::Dark, "dark", "Dark")) }
        }
    }
}

impl Proof {
    /// Close-up and card. `is_live`: the words follow what is typed in the same page.
    pub fn views(&self, ground: Ground, is_live: bool) -> Markup {
        html! {
            div.views {
                figure { div.proof { (self.closeup(ground, is_live)) } figcaption { "Close-up" } }
                figure { div.proof { (self.card(ground, is_live)) } figcaption data-grid[is_live] { (self.grid_words()) } }
            }
        }
    }

    /// What a person who does not see the image hears. `is_live`: it follows what is typed in the same page.
    pub fn says(&self, is_live: bool) -> Markup {
        html! {
            p.says {
                b { "A screen reader says:" } " "
                span data-mirror=[is_live.then_some("alt_text")] data-empty=[is_live.then_some(NOTHING_SAID)] {
                    @if self.alt_text.is_empty() { (NOTHING_SAID) } @else if is_live { (marked(&self.alt_text)) } @else { "“" (text(&self.alt_text)) "”" }
                }
            }
        }
    }

    fn closeup(&self, ground: Ground, is_live: bool) -> Markup {
        let mirror = |name| is_live.then_some(name);
        html! {
            div class={ "closeup " (ground.class()) } {
                (self.image(is_live))
                div.txt {
                    @if let Some(host) = &self.link_host { p.host { (host) } }
                    p.title dir="auto" data-mirror=[mirror("title")] data-empty="No title yet" { (marked(self.name())) }
                    @if is_live || !self.description.is_empty() { p.lines dir="auto" data-mirror=[mirror("description")] { (marked(&self.description)) } }
                    @if let Some(board) = &self.board { p.soft { (text(board)) } }
                }
            }
        }
    }

    fn card(&self, ground: Ground, is_live: bool) -> Markup {
        html! {
            div class={ "card " (ground.class()) @if self.is_short() { " whole" } } {
                (self.image(is_live))
                p.title dir="auto" data-mirror=[is_live.then_some("title")] data-empty="No title yet" { (marked(self.name())) }
            }
        }
    }

    fn image(&self, is_live: bool) -> Markup {
        html! {
            @match &self.picture {
                Some(picture) => img src=(picture.url) alt=(spelled_out(&self.alt_text)) width=(picture.width) height=(picture.height) data-preview[is_live];,
                None => {
                    @if is_live { img hidden alt="The image that you chose" data-preview; }
                    p.blank data-no-image { (super::icon::icon("image")) span { "No image yet" } }
                },
            }
        }
    }

    /// The grid shows an image that is no longer than 2:3 as it is.
    fn is_short(&self) -> bool {
        self.picture.as_ref().is_some_and(|picture| picture.hidden_percent() == 0)
    }

    fn name(&self) -> &str {
        if self.title.is_empty() { "No title yet" } else { &self.title }
    }

    fn grid_words(&self) -> String {
        match self.picture.as_ref().map(Picture::hidden_percent) {
            None => "In the grid".into(),
            Some(0) => "In the grid, nothing cropped".into(),
            Some(percent) => format!("In the grid. Lower {percent} % not shown"),
        }
    }
}
