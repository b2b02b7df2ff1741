//! Every answer has a class, and only what is listed here is ever sent again or refused: the list is written a second
//! time, so that a change of the first shows.

use std::time::Duration;

use super::*;
use crate::{
    pinterest::client::Rate,
    rng::{Rng, SeededRng},
};

const CODES: [Option<i32>; 14] = [
    None,
    Some(0),
    Some(1),
    Some(2),
    Some(3),
    Some(7),
    Some(8),
    Some(9),
    Some(29),
    Some(40),
    Some(235),
    Some(404),
    Some(2787),
    Some(i32::MIN),
];

const TEXTS: [&str; 5] = [
    "",
    "Authentication failed.",
    "Apps with Trial access may not create Pins in production",
    "You've hit a block (Pins) we have in place to combat spam.",
    "Your token does not have sufficient permissions",
];

fn answer(status: u16, body: Vec<u8>) -> Result<Answer, Lost> {
    Ok(Answer { status, rate: Rate::default(), request_id: None, date: None, body, duration: Duration::ZERO })
}

fn body(code: Option<i32>, text: &str) -> Vec<u8> {
    let code = code.map_or_else(String::new, |code| format!("\"code\":{code},"));
    format!(r#"{{{code}"message":"{text}"}}"#).into_bytes()
}

/// What proves that nothing was made and that the same may be sent again, once its cause is gone.
fn is_proven_not_accepted(status: u16, code: Option<i32>, text: &str) -> bool {
    match (status, code) {
        (_, Some(2787)) => false,
        (429, Some(_)) | (401, Some(2 | 3)) => true,
        (429, None) => text.contains("spam"),
        (403, Some(29)) => text.contains("Trial access"),
        _ => false,
    }
}

/// What proves that nothing was made, and never will be of this.
fn is_proven_refused(status: u16, code: Option<i32>) -> bool {
    let is_pinterests = code.is_some_and(|code| code != 2787);
    status == 413 && code != Some(2787)
        || (400..500).contains(&status) && is_pinterests && !matches!(status, 408 | 409)
}

#[test]
fn only_a_proven_refusal_is_sent_again_or_given_back() {
    for status in 100..1000 {
        for (code, text) in CODES.iter().flat_map(|code| TEXTS.map(|text| (*code, text))) {
            let what = format!("{status} {code:?} {text}");
            let again = is_proven_not_accepted(status, code, text);
            match classify(&answer(status, body(code, text))) {
                Outcome::NotAccepted(_) => assert!(again, "{what} is sent again"),
                Outcome::Refused { .. } => {
                    assert!(!again && is_proven_refused(status, code), "{what} is given back");
                }
                Outcome::Unknown { .. } => {
                    assert!(!again && !is_proven_refused(status, code), "{what} is unknown");
                }
                Outcome::Published { pin_id } => panic!("{what} has no id, but is {pin_id}"),
            }
        }
    }
}

#[test]
fn whatever_the_body_is_only_an_id_in_a_success_proves_a_pin() {
    let rng = SeededRng::new(11);
    let rng: &dyn Rng = &rng;
    let whole =
        br#"{"id":"813744021190","code":2,"message":"spam, Trial access, missing scope","title":"Soup"}"#;
    for _ in 0..20_000 {
        let [low, high, place, byte, kind, cut] = rng.bytes::<6>();
        let status = 100 + u16::from_le_bytes([low, high]) % 900;
        let mut body = match kind % 3 {
            0 => rng.bytes::<32>().to_vec(),
            _ => whole.to_vec(),
        };
        let place = usize::from(place) % body.len();
        body[place] = byte;
        body.truncate(if kind % 5 == 0 { usize::from(cut) } else { body.len() });
        let code = UpstreamError::of(&answer(status, body.clone()).unwrap()).code;
        let what = format!("{status} {}", String::from_utf8_lossy(&body));
        match classify(&answer(status, body)) {
            Outcome::Published { pin_id } => {
                assert!(matches!(status, 200 | 201), "{what}");
                assert!(!pin_id.is_empty() && pin_id.bytes().all(|byte| byte.is_ascii_digit()), "{what}");
            }
            Outcome::NotAccepted(_) => {
                assert!(matches!(status, 401 | 403 | 429) && code.is_some() || status == 429, "{what}");
            }
            Outcome::Refused { .. } => assert!(is_proven_refused(status, code), "{what}"),
            Outcome::Unknown { .. } => {}
        }
    }
}

#[test]
fn without_an_answer_the_phase_decides() {
    for kind in ["timeout", "reset", "cut_body", "too_large", "broken"] {
        assert_eq!(classify(&Err(Lost::MaybeSent { kind })), Outcome::Unknown { why: kind });
    }
    for kind in ["dns", "connect", "tls", "trial", "request"] {
        assert_eq!(classify(&Err(Lost::NotSent { kind })), Outcome::NotAccepted(Retry::Backoff(kind)));
    }
}
