//! What an answer proves: by the transport's phase first, then the HTTP status, then status and code together;
//! Pinterest's text is a hint only where codes are ambiguous.
//!
//! Source: Pinterest API v5 description 5.23 and observed answers; codes are not one namespace, so a code alone never
//! decides. Whatever is not listed is *refused* for 4xx with a code of Pinterest's, and *unknown* else.

use std::time::Duration;

use crate::pinterest::{
    client::{Answer, Lost},
    error::{Disposition, UpstreamError},
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
        200 | 201 => created(answer),
        300..=399 => Outcome::Unknown { why: "unexpected_redirect" },
        408 => Outcome::Unknown { why: "request_timeout" },
        409 => Outcome::Unknown { why: "conflict" },
        400..=499 => by_code(&UpstreamError::of(answer)),
        500..=599 => Outcome::Unknown { why: "server_error" },
        _ => Outcome::Unknown { why: "unexpected_status" },
    }
}

fn created(answer: &Answer) -> Outcome {
    match wire::pin_id(&answer.body) {
        Some(pin_id) => Outcome::Published { pin_id },
        None => Outcome::Unknown { why: "no_id_in_answer" },
    }
}

/// What the answer means is judged in one place for all calls; here it is said what that makes of a send.
fn by_code(error: &UpstreamError) -> Outcome {
    let disposition = error.disposition();
    // Pinterest's refusals carry a code. Without one something in between may have spoken, which proves nothing; but
    // a body that is too large is refused before anybody reads it, and a block for spam is known by its words.
    let speaks_for_itself = error.status == 413 || disposition == Disposition::Spam;
    if error.code.is_none() && !speaks_for_itself {
        return Outcome::Unknown { why: "not_pinterests" };
    }
    match disposition {
        Disposition::Spam => Outcome::NotAccepted(Retry::Spam),
        Disposition::Wait => Outcome::NotAccepted(Retry::Throttled(error.wait())),
        Disposition::Scope => Outcome::NotAccepted(Retry::Scope),
        Disposition::Tier => Outcome::NotAccepted(Retry::Tier),
        Disposition::Reauthorise => Outcome::NotAccepted(Retry::Token),
        Disposition::Gone | Disposition::Refuse => Outcome::Refused { why: refused(error) },
        Disposition::Unknown => Outcome::Unknown { why: "server_error" },
    }
}

/// The word for what is refused for good.
fn refused(error: &UpstreamError) -> &'static str {
    let text = error.message.as_deref().unwrap_or_default().to_ascii_lowercase();
    match (error.status, error.code) {
        (403, Some(233)) => "image_too_small",
        (403, Some(235)) => "image_broken",
        (401 | 403, _) => "not_permitted",
        (404, Some(2031)) => "section_not_found",
        (404, _) => "board_not_found",
        (413, _) => "too_large",
        (400, _) if text.contains("fetch the image") => "media",
        (400, _) if text.contains("link") || text.contains("url") || text.contains("this site") => {
            "link_refused"
        }
        (400 | 422, _) => "field_refused",
        _ => "refused",
    }
}

#[cfg(test)]
mod total;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pinterest::client::Rate;

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
            (403, "<html>"),
            (400, ""),
            (404, "{}"),
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
            (429, 8, "This request exceeded a rate limit.", Retry::Throttled(Duration::from_secs(60))),
            (401, 2, "Authentication failed.", Retry::Token),
            (401, 3, "You lack permissions for this.", Retry::Scope),
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
            (401, 7, "Authorization failed.", "not_permitted"),
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
}
