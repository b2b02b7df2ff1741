//! Icons from the sprite that the layout places in every page. An icon never stands alone: words are beside it.

use maud::{Markup, html};

/// The icon `name` of `assets/files/icons.svg`, without its prefix `i-`.
pub fn icon(name: &str) -> Markup {
    html! { svg.i aria-hidden="true" { use href={ "#i-" (name) } {} } }
}
