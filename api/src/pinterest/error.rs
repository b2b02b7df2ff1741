//! What Pinterest says when it refuses.

use std::time::Duration;

use serde::Deserialize;

use super::{client::Answer, wire};
use crate::audit::secret_gate::scrub;

/// Characters of Pinterest's text that are kept.
const MESSAGE_CHARS: usize = 300;
/// The code of "Something went wrong on our end", whatever the status.
const FAULT_OF_THEIR_OWN: i32 = 2787;
/// How long to wait where Pinterest does not say.
const UNSAID_WAIT: Duration = Duration::from_secs(60);

/// An answer that is no success. Codes are not one namespace with the status, so both are needed to judge it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Pinterest answered {status}{}", in_brackets(.message.as_deref()))]
pub struct UpstreamError {
    /// The HTTP status.
    pub status: u16,
    /// The `code` of the body.
    pub code: Option<i32>,
    /// The `message` of the body and, where there is one, its detail; without secrets, at most 300 characters.
    pub message: Option<String>,
    /// Seconds to wait before the next call, where Pinterest says so and within reason.
    pub wait_s: Option<i64>,
}

/// What to do about it, for calls that may be repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disposition {
    /// The token is not accepted: renew it once.
    Reauthorise,
    /// Too many calls: wait.
    Wait,
    /// The account is blocked for spam: pause it.
    Spam,
    /// The app's access tier or one of its features does not allow it.
    Tier,
    /// A scope is missing.
    Scope,
    /// There is no such thing.
    Gone,
    /// Refused for good.
    Refuse,
    /// Pinterest has a problem of its own; what became of the call is not said.
    Unknown,
}

fn in_brackets(message: Option<&str>) -> String {
    message.map(|message| format!(" ({message})")).unwrap_or_default()
}

#[derive(Default, Deserialize)]
struct Refused {
    #[serde(default, deserialize_with = "wire::lenient")]
    code: Option<i32>,
    #[serde(default, deserialize_with = "wire::lenient")]
    message: Option<String>,
    #[serde(default, deserialize_with = "wire::lenient")]
    message_detail: Option<String>,
}

impl UpstreamError {
    /// Reads an answer. The body may be anything.
    pub fn of(answer: &Answer) -> Self {
        let body: Refused = wire::parse(&answer.body).unwrap_or_default();
        let text = [body.message, body.message_detail].into_iter().flatten().collect::<Vec<_>>().join(" ");
        let message = scrub(&text, MESSAGE_CHARS);
        Self {
            status: answer.status,
            code: body.code,
            message: Some(message).filter(|message| !message.is_empty()),
            wait_s: answer.rate.wait_s(),
        }
    }

    /// Whether the token is not accepted: unknown, expired, revoked or of the other environment.
    pub fn is_token(&self) -> bool {
        self.disposition() == Disposition::Reauthorise
    }

    /// How long to wait before the next call: as Pinterest says, or a minute.
    pub fn wait(&self) -> Duration {
        let seconds = self.wait_s.and_then(|seconds| u64::try_from(seconds).ok());
        seconds.map_or(UNSAID_WAIT, |seconds| Duration::from_secs(seconds.max(1)))
    }

    /// What to do about it. The text is a hint only where one code has several meanings.
    pub fn disposition(&self) -> Disposition {
        let text = self.message.as_deref().unwrap_or_default().to_ascii_lowercase();
        match (self.status, self.code) {
            (_, Some(FAULT_OF_THEIR_OWN)) => Disposition::Unknown,
            (429, Some(9)) => Disposition::Spam,
            (429, _) if text.contains("spam") => Disposition::Spam,
            (429, _) => Disposition::Wait,
            (401, Some(3)) if ["scope", "permissions", "missing"].iter().any(|word| text.contains(word)) => {
                Disposition::Scope
            }
            (401, Some(3)) => Disposition::Tier,
            (401, Some(2) | None) => Disposition::Reauthorise,
            (403, Some(29)) if text.contains("trial access") => Disposition::Tier,
            (404, _) => Disposition::Gone,
            (408 | 409, _) => Disposition::Unknown,
            (400..=499, _) => Disposition::Refuse,
            _ => Disposition::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pinterest::limits::Rate;

    fn error(status: u16, body: &str) -> UpstreamError {
        let answer = Answer {
            status,
            rate: Rate::default(),
            request_id: None,
            date: None,
            body: body.as_bytes().to_vec(),
            duration: Duration::ZERO,
        };
        UpstreamError::of(&answer)
    }

    #[test]
    fn observed_answers_are_told_apart() {
        let cases = [
            (401, r#"{"code":2,"message":"Authentication failed."}"#, Disposition::Reauthorise),
            (
                401,
                r#"{"code":3,"message":"Your application consumer type is not supported"}"#,
                Disposition::Tier,
            ),
            (
                401,
                r#"{"code":3,"message":"Your token does not have sufficient permissions to perform this operation."}"#,
                Disposition::Scope,
            ),
            (
                403,
                r#"{"code":29,"message":"Apps with Trial access may not create Pins in production"}"#,
                Disposition::Tier,
            ),
            (
                403,
                r#"{"code":29,"message":"You are not permitted to access that resource."}"#,
                Disposition::Refuse,
            ),
            (404, r#"{"code":40,"message":"Board not found."}"#, Disposition::Gone),
            (429, r#"{"code":8,"message":"You have exceeded your rate limit."}"#, Disposition::Wait),
            (429, r#"{"code":8,"message":"no","message_detail":"blocked as Spam"}"#, Disposition::Spam),
            (401, r#"{"code":7,"message":"Authorization failed."}"#, Disposition::Refuse),
            (401, r#"{"code":1201,"message":"You cannot do that."}"#, Disposition::Refuse),
            (401, "<html>", Disposition::Reauthorise),
            (409, r#"{"code":409,"message":"busy"}"#, Disposition::Unknown),
            (
                400,
                r#"{"code":2787,"message":"Sorry! Something went wrong on our end."}"#,
                Disposition::Unknown,
            ),
            (500, "<html>", Disposition::Unknown),
            (302, "", Disposition::Unknown),
        ];
        for (status, body, expected) in cases {
            assert_eq!(error(status, body).disposition(), expected, "{status} {body}");
        }
    }

    #[test]
    fn a_throttled_call_waits_as_long_as_it_is_told() {
        let wait = |wait_s| UpstreamError { status: 429, code: None, message: None, wait_s }.wait().as_secs();
        assert_eq!(wait(Some(7)), 7);
        assert_eq!(wait(None), 60);
        assert_eq!(wait(Some(-5)), 60);
        assert_eq!(wait(Some(0)), 1);
    }

    #[test]
    fn pinterests_text_is_scrubbed_and_cut() {
        let long = format!(r#"{{"code":1,"message":"Bearer pina_{} {}"}}"#, "x".repeat(40), "y".repeat(500));
        let error = error(400, &long);
        let message = error.message.clone().unwrap();
        assert!(!message.contains("pina_") && message.chars().count() <= MESSAGE_CHARS, "{message}");
        assert!(error.to_string().starts_with("Pinterest answered 400 ("), "{error}");
    }

    #[test]
    fn a_body_of_another_shape_leaves_the_status() {
        for body in ["", "null", "[]", "<html>", r#"{"code":"two","message":7}"#] {
            let error = error(401, body);
            assert_eq!((error.status, error.code), (401, None), "{body}");
        }
    }
}
