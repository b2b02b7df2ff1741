//! What stands in the way of a Pin, and what to do about it.

use countersign_api::app::App;
use countersign_api::connections::Connection;
use countersign_api::drafts::Draft;
use countersign_api::pinterest::scope::Scopes;
use countersign_api::publisher::{AttemptView, Publication};
use countersign_api::vocabulary::{AttemptClass, PublicationState};

use super::{parts, reasons};
use crate::views::badge;
use crate::views::time::Times;
use crate::views::trouble::{Candidate, Stopped, Trouble, Typed, Unknown};

/// What a panel is made of.
pub(crate) struct Case<'a> {
    /// The service.
    pub(crate) app: &'a App,
    /// The draft.
    pub(crate) draft: &'a Draft,
    /// Its latest publication.
    pub(crate) publication: Option<&'a Publication>,
    /// That publication's sends.
    pub(crate) attempts: &'a [AttemptView],
    /// The account that it is for.
    pub(crate) account: &'a Connection,
    /// What that account did not grant, where it is held for it.
    pub(crate) missing: Option<&'a Scopes>,
    /// How the reader reads times.
    pub(crate) times: &'a Times,
    /// Whether the reader may resolve.
    pub(crate) may_resolve: bool,
}

impl Case<'_> {
    /// The panel; none if nothing stands in the way.
    pub(crate) fn trouble(&self) -> Option<Trouble> {
        let publication = parts::telling(self.draft, self.publication);
        match publication.map(|publication| (publication, publication.state)) {
            Some((publication, PublicationState::Unknown | PublicationState::NeedsDecision)) => {
                Some(Trouble::Unknown(Box::new(self.unknown(publication))))
            }
            Some((publication, PublicationState::Held)) => Some(stopped(self.held(publication))),
            Some((publication, PublicationState::Scheduled)) => self.again(publication).map(stopped),
            Some((publication, PublicationState::Refused)) => Some(stopped(self.refused(publication))),
            Some((_, PublicationState::Missed)) => Some(stopped(self.missed())),
            Some((_, PublicationState::Abandoned)) => Some(stopped(self.abandoned())),
            _ => self.draft.attention.as_deref().map(|why| stopped(self.voided(why))),
        }
    }

    fn unknown(&self, publication: &Publication) -> Unknown {
        let last = self.attempts.last();
        let count = self.attempts.len();
        Unknown {
            state: parts::publication_state(publication).unwrap_or(badge::PublicationState::Unknown),
            resolve: self.may_resolve.then(|| format!("/publications/{}/resolve", publication.id)),
            sent_at: last.map_or(publication.updated_at, |attempt| attempt.started_at).micros(),
            sent: "some or all of it left".to_owned(),
            answer: last.map_or_else(|| "none".to_owned(), answer),
            attempt: last.map_or_else(|| "none".to_owned(), |attempt| format!("{} of {count}", attempt.n)),
            request_id: last.map_or_else(String::new, request_id),
            looks: u32::try_from(publication.looks).unwrap_or(0),
            last_look_at: publication.looked_at.map(|at| at.micros()),
            next_look_at: publication.next_look_at.map(|at| at.micros()),
            candidates: publication.candidates.iter().map(|pin| self.candidate(publication, pin)).collect(),
            refused: None,
            typed: Typed::default(),
        }
    }

    fn candidate(&self, publication: &Publication, pin_id: &str) -> Candidate {
        let url = parts::pin_url(self.app, publication.environment, pin_id).unwrap_or_default();
        Candidate { pin_id: pin_id.to_owned(), url }
    }

    /// It was sent, Pinterest did not take it, and it waits for its next turn.
    fn again(&self, publication: &Publication) -> Option<Stopped> {
        let last = self.attempts.last()?;
        let why = publication.why.as_deref().filter(|_| last.class == Some(AttemptClass::NotAccepted))?;
        Some(Stopped {
            title: "Not taken yet".to_owned(),
            words: format!(
                "{} No Pin was made. It is tried again by itself at {}, under the same signatures.",
                reasons::again(why),
                self.times.full(publication.due_at.micros())
            ),
            ..self.evidence()
        })
    }

    /// What is missing and when it is looked at again, where that is known.
    fn particulars(&self, publication: &Publication) -> String {
        let is_why = self.account.held_for().is_some() && self.account.held_for() == publication.hold_reason;
        let missing = self.missing.filter(|missing| is_why && !missing.is_empty());
        let until = self.account.hold_until.filter(|_| is_why);
        let missing = missing.map(|missing| format!(" Missing: {}.", missing.names().join(", ")));
        let until = until.map(|at| format!(" Tried again at {}.", self.times.full(at.micros())));
        format!("{}{}", missing.unwrap_or_default(), until.unwrap_or_default())
    }

    fn held(&self, publication: &Publication) -> Stopped {
        let why = publication.hold_reason.map_or("", |reason| reason.as_str());
        let next = match why {
            "paused" | "safe_mode" => ("See publishing", "/settings#publishing"),
            "tier" | "environment" => ("See the settings", "/settings"),
            _ => ("See the account", "/connections"),
        };
        Stopped {
            title: "Held".to_owned(),
            words: format!(
                "{}{} No Pin was made. Both signatures stay.",
                reasons::held(why),
                self.particulars(publication)
            ),
            next: Some((next.0.to_owned(), next.1.to_owned())),
            ..self.evidence()
        }
    }

    fn refused(&self, publication: &Publication) -> Stopped {
        let why = publication.why.as_deref().unwrap_or_default();
        let message = self.attempts.last().and_then(|attempt| attempt.message.as_deref());
        let (words, anchor) = match why {
            "board_not_found" | "section_not_found" | "not_permitted" => ("Choose another board", "#f-board"),
            "image_too_small" | "image_broken" | "media" | "too_large" => {
                ("Choose another image", "#f-image")
            }
            "link_refused" => ("Change the link", "#f-link"),
            _ => reasons::named(message.unwrap_or_default()).unwrap_or(("Edit it", "")),
        };
        let title = if why == "not_genuine" { "Not sent" } else { "Refused by Pinterest" };
        Stopped {
            title: title.to_owned(),
            words: format!("{} No Pin was made.", reasons::refused(why)),
            is_refusal: true,
            next: Some((words.to_owned(), format!("/drafts/{}/edit{anchor}", self.draft.id))),
            ..self.evidence()
        }
    }

    fn missed(&self) -> Stopped {
        Stopped {
            title: "Missed".to_owned(),
            words: "It could not be sent in time. No Pin was made. It waits for review again, and a fresh countersignature sends it."
                .to_owned(),
            next: Some(self.review()),
            ..Stopped::default()
        }
    }

    fn abandoned(&self) -> Stopped {
        Stopped {
            title: "Given up".to_owned(),
            words: "Whether a Pin exists was not proven, and a person gave it up. It waits for review again: a fresh \
                    countersignature sends it once more, and if the first Pin exists there will be two."
                .to_owned(),
            next: Some(self.review()),
            ..self.evidence()
        }
    }

    fn voided(&self, why: &str) -> Stopped {
        Stopped {
            title: "The signature was voided".to_owned(),
            words: format!(
                "It was countersigned, but {}. Nothing was sent. It needs a new countersignature.",
                reasons::voided(why)
            ),
            next: Some(self.review()),
            ..Stopped::default()
        }
    }

    fn review(&self) -> (String, String) {
        ("Review it".to_owned(), format!("/review?draft={}", self.draft.id))
    }

    /// What Pinterest said last.
    fn evidence(&self) -> Stopped {
        let last = self.attempts.last();
        Stopped {
            code: last.and_then(code),
            message: last.and_then(|attempt| attempt.message.clone()),
            request_id: last.map(request_id),
            ..Stopped::default()
        }
    }
}

fn stopped(stopped: Stopped) -> Trouble {
    Trouble::Stopped(Box::new(stopped))
}

/// `404, code 40`
pub(crate) fn code(attempt: &AttemptView) -> Option<String> {
    let status = attempt.status?;
    Some(match attempt.code {
        Some(code) => format!("{status}, code {code}"),
        None => status.to_string(),
    })
}

/// What came back: the status, and why that proves nothing; or why nothing came.
pub(crate) fn said(attempt: &AttemptView) -> String {
    let why = attempt.why.as_deref();
    match (code(attempt), why) {
        (Some(code), Some(why)) if attempt.class == Some(AttemptClass::Unknown) => {
            format!("{code}: {}", reasons::lost(why))
        }
        (Some(code), _) => code,
        (None, Some(why)) if attempt.class == Some(AttemptClass::NotAccepted) => {
            reasons::again(why).to_owned()
        }
        (None, Some(why)) => format!("lost: {}", reasons::lost(why)),
        (None, None) => "none yet".to_owned(),
    }
}

/// The same, with the time that it took.
pub(crate) fn answer(attempt: &AttemptView) -> String {
    let words = said(attempt);
    match attempt.duration_ms {
        Some(duration) => format!("{words}, after {duration} ms"),
        None => words,
    }
}

/// What to name when asking Pinterest; else our own record of the request.
pub(crate) fn request_id(attempt: &AttemptView) -> String {
    attempt.upstream_request_id.clone().unwrap_or_else(|| attempt.request_event_id.to_string())
}
