//! What an answer proves: by the transport's phase first, then the HTTP status, then status and code together;
//! Pinterest's text is a hint only where codes are ambiguous.
//!
//! Source: Pinterest API v5 description 5.23 and observed answers; codes are not one namespace, so a code alone never
//! decides. Whatever is not listed is *unknown* for 5xx and odd answers, *refused* for other 4xx.

use std::time::Duration;

use crate::pinterest::{
    client::{Answer, Lost, Rate},
    error::UpstreamError,
    wire,
};

/// What a send proves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Pinterest has the Pin.
    Published {
        /// Its id.
        pin_id: String,
    },
    /// Pinterest does not have it; the same approval may be sent again.
    NotAccepted(Retry),
    /// Pinterest does not have it and will not take it as it is.
    Refused {
        /// A stable word.
        why: &'static str,
    },
    /// Not proven either way.
    Unknown {
        /// A stable word.
        why: &'static str,
    },
}

/// What must happen before the same approval is sent again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Retry {
    /// Wait a little, longer each time.
    Backoff(&'static str),
    /// Wait as long as Pinterest says.
    Throttled(Duration),
    /// Pinterest blocked the account for spam.
    Spam,
    /// The token is not accepted.
    Token,
    /// The app's tier or features do not allow it.
    Tier,
    /// A scope is missing.
    Scope,
}

/// Waits for a throttled call where Pinterest does not say how long.
const DEFAULT_THROTTLE: Duration = Duration::from_secs(60);

/// What is proven by what came back, or did not.
pub(crate) fn classify(result: &Result<Answer, Lost>) -> Outcome {
    match result {
        Err(Lost::NotSent { kind }) => Outcome::NotAccepted(Retry::Backoff(kind)),
        Err(Lost::MaybeSent { kind }) => Outcome::Unknown { why: kind },
        Ok(answer) => by_status(answer),
    }
}

fn by_status(answer: &Answer) -> Outcome {
    match answer.status {
        200..=299 => created(answer),
        300..=399 => Outcome::Unknown { why: "unexpected_redirect" },
        408 => Outcome::Unknown { why: "request_timeout" },
        409 => Outcome::Unknown { why: "conflict" },
        400..=499 => by_code(answer, &UpstreamError::of(answer)),
        _ => Outcome::Unknown { why: "server_error" },
    }
}

fn created(answer: &Answer) -> Outcome {
    match wire::pin_id(&answer.body) {
        Some(pin_id) => Outcome::Published { pin_id },
        None => Outcome::Unknown { why: "no_id_in_answer" },
    }
}

fn by_code(answer: &Answer, error: &UpstreamError) -> Outcome {
    let text = error.message.as_deref().unwrap_or_default().to_ascii_lowercase();
    match (answer.status, error.code) {
        (429, Some(9)) => Outcome::NotAccepted(Retry::Spam),
        (429, _) if text.contains("spam") => Outcome::NotAccepted(Retry::Spam),
        (429, _) => Outcome::NotAccepted(Retry::Throttled(wait(&answer.rate))),
        (401, Some(3)) if text.contains("scope") || text.contains("sufficient permissions") => {
            Outcome::NotAccepted(Retry::Scope)
        }
        (401, Some(3)) if text.contains("missing") => Outcome::NotAccepted(Retry::Scope),
        (401, Some(3)) => Outcome::NotAccepted(Retry::Tier),
        (401, _) => Outcome::NotAccepted(Retry::Token),
        (403, Some(29)) if text.contains("trial access") => Outcome::NotAccepted(Retry::Tier),
        (403, Some(233)) => Outcome::Refused { why: "image_too_small" },
        (403, Some(235)) => Outcome::Refused { why: "image_broken" },
        (403, _) => Outcome::Refused { why: "not_permitted" },
        (404, Some(2031)) => Outcome::Refused { why: "section_not_found" },
        (404, _) => Outcome::Refused { why: "board_not_found" },
        (413, _) => Outcome::Refused { why: "too_large" },
        (400, _) if text.contains("fetch the image") => Outcome::Refused { why: "media" },
        (400, _) if text.contains("link") || text.contains("url") || text.contains("this site") => {
            Outcome::Refused { why: "link_refused" }
        }
        (400 | 422, _) => Outcome::Refused { why: "field_refused" },
        _ => Outcome::Refused { why: "refused" },
    }
}

/// How long a throttled call waits: `Retry-After` where it is there, else the rate limit's reset.
fn wait(rate: &Rate) -> Duration {
    let seconds = rate.retry_after_s.or(rate.reset_s).and_then(|seconds| u64::try_from(seconds).ok());
    seconds.map_or(DEFAULT_THROTTLE, |seconds| Duration::from_secs(seconds.clamp(1, 24 * 3600)))
}
