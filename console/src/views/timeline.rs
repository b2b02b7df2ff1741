//! What happened to a Pin, newest first.

use maud::{Markup, html};

use super::icon::icon;
use super::time::Times;
use super::words::text;

/// The kind of an entry; it gives icon and tone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Written, edited, imported, duplicated.
    Wrote,
    /// Signed and submitted.
    Signed,
    /// Countersigned.
    Countersigned,
    /// Changes were requested.
    ChangesRequested,
    /// Rejected.
    Rejected,
    /// Taken back, undone.
    TakenBack,
    /// A signature was struck out.
    Voided,
    /// Scheduled or rescheduled.
    Scheduled,
    /// Sent to Pinterest.
    Sent,
    /// The Pin exists.
    Published,
    /// The answer was lost.
    Lost,
    /// The board was looked at.
    Looked,
    /// A person has to decide.
    Decision,
    /// Pinterest said no.
    Refused,
    /// Something stands in the way.
    Held,
    /// Its time passed.
    Missed,
    /// Ended: cancelled, given up, discarded.
    Ended,
    /// A comment.
    Comment,
}

impl Kind {
    fn look(self) -> (&'static str, &'static str) {
        match self {
            Self::Wrote => ("draft", ""),
            Self::Signed => ("pen", "sign"),
            Self::Countersigned => ("signed", "sign"),
            Self::ChangesRequested => ("changes", "warn"),
            Self::Rejected => ("ban", "bad"),
            Self::TakenBack => ("undo", ""),
            Self::Voided => ("miss", "warn"),
            Self::Scheduled => ("clock", ""),
            Self::Sent => ("send", ""),
            Self::Published => ("check", "good"),
            Self::Lost | Self::Refused => ("bad", "bad"),
            Self::Looked => ("eye", ""),
            Self::Decision => ("ask", "warn"),
            Self::Held => ("pause", "warn"),
            Self::Missed => ("miss", "warn"),
            Self::Ended => ("x", ""),
            Self::Comment => ("chat", ""),
        }
    }

    fn is_by_hand(self) -> bool {
        matches!(self, Self::Signed | Self::Countersigned)
    }
}

/// One entry.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its kind.
    pub kind: Kind,
    /// Who did it; `None` for the machine.
    pub who: Option<String>,
    /// The rest of the sentence: `signed revision 4`, or a whole one without `who`.
    pub words: String,
    /// When, in Unix microseconds.
    pub at: i64,
    /// A note that came with it.
    pub note: Option<String>,
}

/// The list.
pub fn list(times: &Times, entries: &[Entry]) -> Markup {
    html! { ol.timeline { @for entry in entries { (item(times, entry)) } } }
}

fn item(times: &Times, entry: &Entry) -> Markup {
    let (name, tone) = entry.kind.look();
    html! {
        li data-k=(tone) {
            (icon(name))
            @match &entry.who {
                Some(who) if entry.kind.is_by_hand() => { span.hand-i { (text(who)) } " " (entry.words) },
                Some(who) => { (text(who)) " " (entry.words) },
                None => (entry.words),
            }
            small {
                (times.element(entry.at))
            }
            @if let Some(note) = &entry.note { q { (text(note)) } }
        }
    }
}
