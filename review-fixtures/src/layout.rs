//! The frame of the simulator's few pages. They look like nothing of Pinterest's, on purpose.

use maud::{DOCTYPE, Markup, html};

/// A whole page.
pub(crate) fn page(title: &str, content: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                title { "REHEARSAL: " (title) }
                link rel="stylesheet" href="/_simulator/style.css";
            }
            body {
                p.band { strong { "REHEARSAL" } " A simulator on this machine. Nothing here reaches Pinterest." }
                main { (content) }
            }
        }
    }
}

/// The one stylesheet.
pub(crate) const STYLE: &str = include_str!("../data/style.css");

/// The picture of every simulated account.
pub(crate) const PROFILE: &str = include_str!("../data/profile.svg");
