//! `/privacy-policy`: public, from the configuration. It promises what the product does by construction.

use maud::{Markup, html};

use super::frame::Frame;
use super::layout::{self, Section};

/// The policy.
#[derive(Clone, Debug)]
pub struct PrivacyPolicy {
    /// Who is responsible; `None` if it was not configured.
    pub controller: Option<String>,
    /// Where to write.
    pub contact: Option<String>,
    /// Who hosts it.
    pub hosting: Option<String>,
    /// The installation's own text, in plain Markdown: headings, lists, paragraphs.
    pub own_text: Option<String>,
    /// The date of this version: `24 November 2026`.
    pub date: String,
    /// What is kept and for how long.
    pub kept: Vec<(String, String)>,
}

/// What this product does, whatever the installation.
const PROMISES: [(&str, &[&str]); 4] = [
    (
        "Your Pinterest account",
        &[
            "You give access on Pinterest’s own page. We never ask for, collect or store your Pinterest password or cookies.",
            "We ask for what is needed and no more: to see the account, to read and write its boards, to read and write its Pins. A page shows each permission and what used it.",
            "You may decline, and you may withdraw the consent here or in Pinterest’s settings at any time. On disconnect the tokens are deleted here at once; once you revoke at Pinterest, they are invalidated here.",
            "Tokens are encrypted where they are stored, and are never published, logged or shown.",
        ],
    ),
    (
        "What is published",
        &[
            "Nothing is published without the explicit approval of a person for exactly that content.",
            "Boards and Pins are asked from Pinterest each time and are not stored. Of what Pinterest returns we keep only your account’s id and username, the ids of the boards that were chosen, and the ids of the Pins that we made.",
            "Data of different accounts is not combined.",
        ],
    ),
    (
        "What else is recorded",
        &[
            "An audit log records each step of consent, review and publishing, so that it can be checked later. It holds no secrets and no Pinterest content. It has the names and e-mail addresses of those who work here, and the address and browser from which they acted.",
            "Server logs hold the kind of page, time, status and browser of a request, for security and to find faults.",
            "There are no advertisements, no tracking, no analytics and no scripts from elsewhere.",
        ],
    ),
    (
        "Your choices",
        &[
            "You may ask what is stored about you, have it corrected or deleted. We verify who asks, and answer within one month. Some records may be kept where law, security or a dispute demands it; then we say so.",
            "This service is not for children under 13.",
            "A change of this policy is announced on this page with a new date.",
        ],
    ),
];

/// The whole page.
pub fn page(frame: &Frame, policy: &PrivacyPolicy) -> Markup {
    layout::page(
        frame,
        "Privacy policy",
        Section::None,
        html! {
            div.head { div { h1 { "Privacy policy" } p { "Of this installation of Countersign, version of " (policy.date) "." } } }
            div.prose.stack-l {
                (who(policy))
                @if let Some(text) = &policy.own_text { section.sec { (prose(text)) } }
                @for (title, sentences) in PROMISES { section.sec { h2 { (title) } ul { @for sentence in sentences { li { (sentence) } } } } }
                section.sec { h2 { "How long things are kept" } dl.facts { @for (what, long) in &policy.kept { dt { (what) } dd { (long) } } } }
            }
        },
    )
}

fn who(policy: &PrivacyPolicy) -> Markup {
    let unset = "Not configured yet: ask whoever runs this installation.";
    html! {
        section.sec { h2 { "Who is responsible" }
            dl.facts {
                dt { "Controller" } dd.lines { (policy.controller.as_deref().unwrap_or(unset)) }
                dt { "Contact" } dd.lines { (policy.contact.as_deref().unwrap_or(unset)) }
                dt { "Hosting" } dd.lines { (policy.hosting.as_deref().unwrap_or(unset)) }
            }
        }
    }
}

/// Headings (`#`), lists (`-`) and paragraphs; anything else is text. No HTML passes.
fn prose(text: &str) -> Markup {
    let text = text.replace("\r\n", "\n");
    html! {
        @for block in text.split("\n\n").map(str::trim).filter(|block| !block.is_empty()) {
            @if let Some(title) = block.strip_prefix('#') { h2 { (title.trim_start_matches('#').trim()) } }
            @else if block.lines().all(|line| line.starts_with("- ") || line.starts_with("* ")) {
                ul { @for line in block.lines() { li { (line.get(2..).unwrap_or_default()) } } }
            } @else { p.lines { (block) } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_text_has_headings_lists_and_no_html() {
        let html = prose("# Who\r\n\r\nWe are <b>we</b>.\n\n- one\n- two").into_string();
        assert_eq!(
            html,
            "<h2>Who</h2><p class=\"lines\">We are &lt;b&gt;we&lt;/b&gt;.</p><ul><li>one</li><li>two</li></ul>"
        );
    }
}
