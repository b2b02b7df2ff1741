//! The two lines that every Pin carries: queued by, countersigned by.

use maud::{Markup, html};

use super::words::text;

/// How a line stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Signed by a person.
    Signed,
    /// Nobody signed yet.
    Open,
    /// Was signed and is struck out.
    Void,
    /// Written by a machine, which has no handwriting.
    Machine,
}

/// One line.
#[derive(Clone, Debug)]
pub struct Signature {
    /// How it stands.
    pub standing: Standing,
    /// Who signed; empty for an open line.
    pub name: String,
    /// When, or why it is void, or for whom it waits: `12:04 Europe/Berlin`, `voided 12:40, link edited`.
    pub remark: Option<String>,
    /// Whose name shows faintly while the button that signs is touched.
    pub ghost: Option<String>,
}

impl Signature {
    /// A line that waits.
    pub fn open() -> Self {
        Self { standing: Standing::Open, name: String::new(), remark: None, ghost: None }
    }

    /// A line that a person signed.
    pub fn signed(name: impl Into<String>, remark: Option<String>) -> Self {
        Self { standing: Standing::Signed, name: name.into(), remark, ghost: None }
    }

    /// A line that was signed and no longer counts, with the reason.
    pub fn void(name: impl Into<String>, why: impl Into<String>) -> Self {
        Self { standing: Standing::Void, name: name.into(), remark: Some(why.into()), ghost: None }
    }

    /// A line that a machine's token filled in.
    pub fn machine(name: impl Into<String>, remark: Option<String>) -> Self {
        Self { standing: Standing::Machine, name: name.into(), remark, ghost: None }
    }
}

/// Both lines of a Pin.
#[derive(Clone, Debug)]
pub struct Signatures {
    /// Who asked for approval.
    pub queued: Signature,
    /// Who approved.
    pub countersigned: Signature,
}

impl Signatures {
    /// Nobody signed yet.
    pub fn open() -> Self {
        Self { queued: Signature::open(), countersigned: Signature::open() }
    }

    /// At full size.
    pub fn full(&self) -> Markup {
        html! {
            dl.sigs { (line("Queued by", &self.queued, false)) (line("Countersigned by", &self.countersigned, false)) }
        }
    }

    /// In a row, with shortened names; the row's head names the columns.
    pub fn mini(&self) -> Markup {
        html! {
            dl.sigs.mini { (line("Queued by", &self.queued, true)) (line("Countersigned by", &self.countersigned, true)) }
        }
    }
}

fn line(label: &str, signature: &Signature, is_mini: bool) -> Markup {
    let is_name = signature.standing != Standing::Machine;
    let name = if is_mini && is_name { shortened(&signature.name) } else { signature.name.clone() };
    html! {
        div.sig data-is=(code(signature.standing)) {
            dt.vh[is_mini] { (label) }
            dd.hand data-ghost=[signature.ghost.as_deref()] {
                @if signature.standing == Standing::Open { span.vh { "not signed yet" } } @else { span { (text(&name)) } }
                @if signature.standing == Standing::Void { span.vh { " (no longer counts)" } }
            }
            @if let Some(remark) = signature.remark.as_ref().filter(|_| !is_mini) { dd.at { (remark) } }
        }
    }
}

fn code(standing: Standing) -> &'static str {
    match standing {
        Standing::Signed => "signed",
        Standing::Open => "open",
        Standing::Void => "void",
        Standing::Machine => "api",
    }
}

/// `Mira Okafor` as `M. Okafor`; a single word stays.
fn shortened(name: &str) -> String {
    let mut words = name.split_whitespace();
    match (words.next().and_then(|first| first.chars().next()), words.next_back()) {
        (Some(initial), Some(last)) => format!("{initial}. {last}"),
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_shorten_to_an_initial_and_the_last_word() {
        assert_eq!(shortened("Mira Okafor"), "M. Okafor");
        assert_eq!(shortened("Ada"), "Ada");
        assert_eq!(shortened("Ana de la Cruz"), "A. Cruz");
        assert_eq!(shortened(""), "");
    }

    #[test]
    fn a_struck_out_line_says_so_without_colour() {
        let both =
            Signatures { queued: Signature::open(), countersigned: Signature::void("Ada", "link edited") };
        let html = both.full().into_string();
        assert!(html.contains("no longer counts") && html.contains("link edited"), "{html}");
        assert!(html.contains("not signed yet"));
    }
}
