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

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str) -> Result<Answer, Lost> {
        Ok(Answer {
            status,
            rate: Rate::default(),
            request_id: None,
            date: None,
            body: body.as_bytes().to_vec(),
            duration: Duration::ZERO,
        })
    }

    fn error(status: u16, code: i32, message: &str) -> Outcome {
        classify(&answer(status, &format!(r#"{{"code":{code},"message":"{message}"}}"#)))
    }

    #[test]
    fn an_id_proves_that_the_pin_exists() {
        for status in [200, 201] {
            let published = Outcome::Published { pin_id: "813744021190".to_owned() };
            assert_eq!(classify(&answer(status, r#"{"id":"813744021190"}"#)), published);
        }
    }

    #[test]
    fn whatever_leaves_room_for_a_pin_is_unknown() {
        let odd = [
            (201, "{}"),
            (201, "<html>"),
            (200, ""),
            (204, ""),
            (301, ""),
            (307, ""),
            (408, ""),
            (409, "{}"),
        ];
        for (status, body) in
            odd.into_iter().chain([(500, ""), (502, "x"), (503, "{}"), (504, ""), (599, "")])
        {
            assert!(matches!(classify(&answer(status, body)), Outcome::Unknown { .. }), "{status} {body}");
        }
        assert_eq!(classify(&Err(Lost::MaybeSent { kind: "timeout" })), Outcome::Unknown { why: "timeout" });
    }

    #[test]
    fn what_was_never_sent_may_be_sent_again() {
        let again = Outcome::NotAccepted(Retry::Backoff("connect"));
        assert_eq!(classify(&Err(Lost::NotSent { kind: "connect" })), again);
    }

    #[test]
    fn a_refusal_names_its_cause() {
        for (status, code, message, retry) in [
            (429, 9, "Sorry! We blocked this link because it may lead to spam.", Retry::Spam),
            (429, 0, "You've hit a block (Pins) we have in place to combat spam.", Retry::Spam),
            (429, 8, "This request exceeded a rate limit.", Retry::Throttled(DEFAULT_THROTTLE)),
            (401, 2, "Authentication failed.", Retry::Token),
            (401, 3, "Your application consumer type is not supported", Retry::Tier),
            (
                401,
                3,
                "Your token does not have sufficient permissions to perform this operation.",
                Retry::Scope,
            ),
            (403, 29, "Apps with Trial access may not create Pins in production", Retry::Tier),
        ] {
            assert_eq!(
                error(status, code, message),
                Outcome::NotAccepted(retry),
                "{status} {code} {message}"
            );
        }
        for (status, code, message, why) in [
            (403, 29, "You are not permitted to access that resource.", "not_permitted"),
            (403, 233, "Your image is too small.", "image_too_small"),
            (403, 235, "Sorry, this image is broken.", "image_broken"),
            (404, 40, "Board not found.", "board_not_found"),
            (404, 2031, "Sorry! We couldn't find this board section.", "section_not_found"),
            (400, 1, "Sorry we could not fetch the image.", "media"),
            (400, 1, "Sorry! This site doesn't allow you to save Pins.", "link_refused"),
            (413, 0, "", "too_large"),
            (422, 0, "", "field_refused"),
            (418, 0, "", "refused"),
        ] {
            assert_eq!(error(status, code, message), Outcome::Refused { why }, "{status} {code} {message}");
        }
    }

    #[test]
    fn a_throttled_call_waits_as_long_as_it_is_told() {
        let with = |retry_after_s, reset_s| wait(&Rate { retry_after_s, reset_s, ..Rate::default() });
        assert_eq!(with(Some(7), Some(90)), Duration::from_secs(7));
        assert_eq!(with(None, Some(90)), Duration::from_secs(90));
        assert_eq!(with(Some(-5), None), DEFAULT_THROTTLE);
        assert_eq!(with(Some(0), None), Duration::from_secs(1));
        assert_eq!(with(Some(i64::MAX), None), Duration::from_secs(24 * 3600));
    }
}
