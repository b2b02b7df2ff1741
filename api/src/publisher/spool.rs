//! Results of sends that the database does not take: kept in the spool, and settled as soon as it does.
//!
//! Settling from the spool is settling: the same verdict, the same transaction, and of two settlers one wins. A result
//! that finds its lease run out is evidence; one whose commit had held after all is done.

use std::time::Duration;

use countersign_entities::{
    Timestamp,
    ids::{AttemptId, PublicationId},
};
use serde::{Deserialize, Serialize};

use super::{
    claim::Claim,
    outcome::{Outcome, classify},
    reap::LEASE_EXPIRED,
    settle::{self, Sent, Written},
    store,
    turn::Turn,
};
use crate::{
    app::App,
    error::Fault,
    hooks::{Crash, Point},
    pinterest::{
        client::{Answer, Lost, Rate},
        error::UpstreamError,
        wire,
    },
    spool,
};

/// How the names of these files begin.
const KIND: &str = "send";

/// What is kept of a send: which, and what came back. Never a token, nor anything else of Pinterest's body.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Kept {
    attempt_id: AttemptId,
    publication_id: PublicationId,
    answered_at: Timestamp,
    reply: Reply,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Reply {
    Answered(Box<Answered>),
    NotSent(String),
    MaybeSent(String),
}

/// An answer, with as much of its body as an attempt keeps.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Answered {
    status: u16,
    limit: Option<i64>,
    remaining: Option<i64>,
    reset_s: Option<i64>,
    retry_after_s: Option<i64>,
    request_id: Option<String>,
    date: Option<Timestamp>,
    duration_us: u64,
    bytes: usize,
    pin_id: Option<String>,
    code: Option<i32>,
    message: Option<String>,
}

impl Kept {
    /// What is kept.
    pub(super) fn of(claim: &Claim, sent: &Sent, answer: &Result<Answer, Lost>) -> Self {
        let reply = match answer {
            Ok(answer) => Reply::Answered(Box::new(Answered::of(answer))),
            Err(Lost::NotSent { kind }) => Reply::NotSent((*kind).to_owned()),
            Err(Lost::MaybeSent { kind }) => Reply::MaybeSent((*kind).to_owned()),
        };
        Self {
            attempt_id: sent.attempt_id.clone(),
            publication_id: claim.publication.id.clone(),
            answered_at: sent.answered_at,
            reply,
        }
    }

    fn name(&self) -> String {
        spool::name(KIND, self.attempt_id.as_str())
    }

    /// The answer again, or why there was none; nothing if this version does not know the word for that.
    fn answer(&self) -> Option<Result<Answer, Lost>> {
        match &self.reply {
            Reply::Answered(answered) => Some(Ok(answered.answer())),
            Reply::NotSent(kind) => Lost::not_sent(kind).map(Err),
            Reply::MaybeSent(kind) => Lost::maybe_sent(kind).map(Err),
        }
    }
}

impl Answered {
    fn of(answer: &Answer) -> Self {
        let error = (!answer.is_success()).then(|| UpstreamError::of(answer));
        Self {
            status: answer.status,
            limit: answer.rate.limit,
            remaining: answer.rate.remaining,
            reset_s: answer.rate.reset_s,
            retry_after_s: answer.rate.retry_after_s,
            request_id: answer.request_id.clone(),
            date: answer.date,
            duration_us: u64::try_from(answer.duration.as_micros()).unwrap_or(u64::MAX),
            bytes: answer.body.len(),
            pin_id: wire::pin_id(&answer.body).filter(|_| answer.is_success()),
            code: error.as_ref().and_then(|error| error.code),
            message: error.and_then(|error| error.message),
        }
    }

    /// An answer whose body says what was kept and is as long as the real one was.
    fn answer(&self) -> Answer {
        let said = [
            ("id", self.pin_id.as_deref().map(shortest)),
            ("code", self.code.map(serde_json::Value::from)),
            ("message", self.message.clone().map(serde_json::Value::from)),
        ];
        let said: serde_json::Map<String, serde_json::Value> =
            said.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
        let mut body = if said.is_empty() {
            Vec::new()
        } else {
            serde_json::Value::Object(said).to_string().into_bytes()
        };
        // JSON may end in spaces, and a body that said nothing readable still does not.
        body.resize(body.len().max(self.bytes), b' ');
        Answer {
            status: self.status,
            rate: Rate {
                limit: self.limit,
                remaining: self.remaining,
                reset_s: self.reset_s,
                retry_after_s: self.retry_after_s,
            },
            request_id: self.request_id.clone(),
            date: self.date,
            body,
            duration: Duration::from_micros(self.duration_us),
        }
    }
}

/// An id in the shortest form that JSON has for it, so that it takes no more room than it took in the answer.
fn shortest(id: &str) -> serde_json::Value {
    match id.parse::<u64>() {
        Ok(number) if number.to_string() == id => number.into(),
        _ => id.into(),
    }
}

/// Keeps a result. Whether it is kept; the log tells loudly where it could not be.
///
/// # Errors
/// [`Crash`] where a test ends the process here.
pub(super) async fn keep(app: &App, kept: &Kept) -> Result<bool, Crash> {
    app.hooks.reach(Point::SpoolBeforeKeep).await?;
    let is_kept = spool::keep(app, &kept.name(), kept).await;
    if is_kept {
        tracing::warn!(publication = %kept.publication_id, "the database does not take a result; it is kept in the spool");
    }
    app.hooks.reach(Point::SpoolAfterKeep).await?;
    Ok(is_kept)
}

/// Takes a result away that is settled. Whether it is gone.
///
/// # Errors
/// [`Crash`] where a test ends the process here.
pub(super) async fn forget(app: &App, kept: &Kept) -> Result<bool, Crash> {
    app.hooks.reach(Point::SpoolBeforeForget).await?;
    let is_gone = spool::forget(app, &kept.name()).await;
    app.hooks.reach(Point::SpoolAfterForget).await?;
    Ok(is_gone)
}

/// Settles what is kept. What nobody can make sense of is set aside; everything else stays until it can be settled, and
/// keeps nothing else from its turn. Says whose results only wait for the database: nobody may take those for lost.
///
/// # Errors
/// [`Crash`] where a test ends the process here.
pub(super) async fn drain(app: &App, turn: &mut Turn) -> Result<Vec<PublicationId>, Crash> {
    let mut waiting = Vec::new();
    for (name, kept) in spool::each::<Kept>(app, KIND) {
        let Some(answer) = kept.answer() else {
            spool::set_aside(app, &name, "it says what this version does not know");
            continue;
        };
        match Box::pin(settle_kept(app, &kept, &answer)).await {
            // One that is settled and cannot be taken away is no work that was done: there is no more at once.
            Ok(is_gone) => turn.add(Ok(is_gone)),
            Err(Fault::Crash(crash)) => return Err(crash),
            Err(fault) if fault.is_outage() => {
                waiting.push(kept.publication_id);
                turn.add(Err(fault));
            }
            Err(fault) => spool::leave(app, &name, &fault.to_string()),
        }
    }
    Ok(waiting)
}

/// Settles one; whether that is done and its file gone.
async fn settle_kept(app: &App, kept: &Kept, answer: &Result<Answer, Lost>) -> Result<bool, Fault> {
    let send = store::send(&app.db, &kept.attempt_id).await?;
    let send = send.filter(|send| send.publication_id == kept.publication_id);
    let publication = store::find(&app.db, &kept.publication_id).await?;
    let (Some(send), Some(publication)) = (send, publication) else {
        return Err(Fault::Lost(
            "the database does not know this send: it may be another one, or a backup from before it",
        ));
    };
    let claim = Claim { publication, lease_token: send.lease_token };
    let sent = Sent {
        attempt_id: kept.attempt_id.clone(),
        request_event_id: send.request_event_id,
        n: send.n,
        answered_at: kept.answered_at,
    };
    let outcome = classify(answer);
    let written = match send.ended.as_deref() {
        None => settle::write_down(app, &claim, &sent, answer, &outcome, &send.credentials, 0).await?,
        // What is settled acts on the account no more, however often its file comes back.
        Some(LEASE_EXPIRED) => settle::tell_late(app, &claim, &sent, &outcome).await?,
        Some(_) => Written::Before,
    };
    tracing::info!(publication = %claim.publication.id, ?written, "a kept result is settled");
    let is_gone = forget(app, kept).await?;
    confirm(app, &claim, &outcome, &written).await;
    Ok(is_gone)
}

/// The Pin exists whether or not it can be looked at.
async fn confirm(app: &App, claim: &Claim, outcome: &Outcome, written: &Written) {
    if let Err(fault) = settle::confirm(app, claim, outcome, written).await {
        tracing::warn!(publication = %claim.publication.id, %fault, "a Pin could not be read back");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{pinterest::calls, testing};

    fn answer(status: u16, body: &str) -> Answer {
        Answer {
            status,
            rate: Rate { limit: Some(9), remaining: None, reset_s: Some(7), retry_after_s: None },
            request_id: Some("rid".to_owned()),
            date: None,
            body: body.as_bytes().to_vec(),
            duration: Duration::from_millis(1_234),
        }
    }

    #[test]
    fn a_kept_answer_proves_and_tells_what_the_answer_did() {
        let long = format!(r#"{{"code":1,"message":"{}"}}"#, "x".repeat(500));
        let cases = [
            (201, r#"{"id":"813744021190","title":"kept by nobody","media":{}}"#),
            (200, r#"{"id":813744021190}"#),
            (200, r#"{"title":"no id"}"#),
            (201, "<html>made</html>"),
            (204, ""),
            (301, ""),
            (400, r#"{"code":1,"message":"Sorry we could not fetch the image."}"#),
            (400, r#"{"code":1,"message":"a","message_detail":"this site"}"#),
            (400, long.as_str()),
            (401, r#"{"code":2,"message":"Authentication failed."}"#),
            (403, r#"{"code":29,"message":"Apps with Trial access may not create Pins"}"#),
            (403, "<html>"),
            (404, r#"{"code":40}"#),
            (409, "{}"),
            (429, r#"{"code":8,"message":"too many"}"#),
            (429, r#"{"code":9,"message":"spam"}"#),
            (500, r#"{"code":2787,"message":"Sorry!"}"#),
        ];
        for (status, body) in cases {
            let real = answer(status, body);
            let text = serde_json::to_string(&Answered::of(&real)).unwrap();
            assert!(!text.contains("kept by nobody"), "{text}");
            let again: Answered = serde_json::from_str(&text).unwrap();
            let again = again.answer();
            let facts = |answer: &Answer| (calls::answered(answer).facts(), UpstreamError::of(answer));
            assert_eq!(facts(&again).0, facts(&real).0, "{status} {body}");
            assert!(real.is_success() || facts(&again).1 == facts(&real).1, "{status} {body}");
            assert_eq!((again.request_id.as_deref(), again.duration), (Some("rid"), real.duration));
            assert_eq!(classify(&Ok(again)), classify(&Ok(real)), "{status} {body}");
        }
    }

    #[tokio::test]
    async fn a_send_that_the_database_does_not_know_stays_in_the_spool() {
        let test = testing::app().await;
        let kept = Kept {
            attempt_id: AttemptId::from_random([1; 16]),
            publication_id: PublicationId::from_random([2; 16]),
            answered_at: Timestamp(7),
            reply: Reply::Answered(Box::new(Answered::of(&answer(201, r#"{"id":"813744021190"}"#)))),
        };
        assert!(keep(&test.app, &kept).await.unwrap());
        let mut turn = Turn::default();
        assert!(drain(&test.app, &mut turn).await.unwrap().is_empty());
        assert!(!turn.end().unwrap());
        assert_eq!(spool::list(&test.app, KIND).unwrap(), [kept.name()]);
        assert_eq!(spool::contents(&test.app).unwrap(), spool::Contents { kept: 1, set_aside: 0 });
    }

    #[test]
    fn what_was_lost_stays_lost_in_the_same_way() {
        for lost in Lost::ALL {
            let (Lost::NotSent { kind } | Lost::MaybeSent { kind }) = lost;
            let reply = match lost {
                Lost::NotSent { .. } => Reply::NotSent(kind.to_owned()),
                Lost::MaybeSent { .. } => Reply::MaybeSent(kind.to_owned()),
            };
            let kept = Kept {
                attempt_id: AttemptId::from_random([1; 16]),
                publication_id: PublicationId::from_random([2; 16]),
                answered_at: Timestamp(7),
                reply,
            };
            let again: Kept = serde_json::from_str(&serde_json::to_string(&kept).unwrap()).unwrap();
            assert!(matches!(again.answer(), Some(Err(known)) if known == lost), "{lost}");
        }
        assert_eq!(Lost::maybe_sent("a word of tomorrow"), None);
    }
}
