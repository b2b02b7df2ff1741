//! A create that a client sends twice under one `Idempotency-Key` takes effect once.
//!
//! The key is reserved before the work begins, and the answer is kept with it for 24 h. The work goes on when the
//! client hangs up, so that asking again finds the answer. Where this process died in between, the key stays
//! reserved: nobody knows whether the work took effect, so it is not done again under it.

use countersign_entities::{Timestamp, ids::OperatorId};
use sha2::{Digest, Sha256};

use super::store;
use crate::{
    app::App,
    audit::{AuditedTx, Housekeeping},
    error::{Fault, Kind, Refusal},
};

/// The longest key.
const KEY_CHARS: usize = 255;

/// What was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body, as it was sent.
    pub body: String,
}

/// Why a request under a key is refused.
#[derive(Debug, thiserror::Error)]
pub enum IdempotencyError {
    /// The key is not 1 to 255 visible ASCII characters.
    #[error("an Idempotency-Key has 1 to 255 visible ASCII characters, such as a UUID")]
    BadKey,
    /// The key was used for another request.
    #[error("this Idempotency-Key was used for another request. Use a new key for each request")]
    Reused,
    /// The first request under this key has not been answered.
    #[error(
        "the first request with this Idempotency-Key is not answered yet. Ask again in a while; if this stays so, \
         look whether it took effect before you use another key"
    )]
    Unanswered,
    /// Nobody expects this.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for IdempotencyError {
    fn code(&self) -> &'static str {
        match self {
            Self::BadKey => "idempotency_key_invalid",
            Self::Reused => "idempotency_key_reused",
            Self::Unanswered => "idempotency_key_unanswered",
            Self::Fault(fault) => fault.code(),
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::BadKey => Kind::Malformed,
            Self::Reused | Self::Unanswered => Kind::Conflict,
            Self::Fault(fault) => fault.kind(),
        }
    }

    fn fault(&self) -> Option<&Fault> {
        match self {
            Self::Fault(fault) => Some(fault),
            _ => None,
        }
    }
}

/// What is known under a key.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) request_sha256: String,
    /// None while the work goes on.
    pub(super) answer: Option<Answer>,
}

/// Whose key it is, and for what.
#[derive(Clone, Debug)]
pub(super) struct Reservation {
    pub(super) operator_id: OperatorId,
    pub(super) key: String,
    pub(super) request_sha256: String,
    pub(super) at: Timestamp,
}

/// Does `work` once for a key of this person; later calls with the same request get the first answer.
///
/// `request` is what makes a request the same: method, path and body. A refusal (4xx, or 503 where nothing was
/// written) frees the key again.
///
/// # Errors
/// See [`IdempotencyError`].
pub async fn once(
    app: &App,
    operator_id: &OperatorId,
    key: &str,
    request: &[u8],
    work: impl Future<Output = Answer> + Send + 'static,
) -> Result<Answer, IdempotencyError> {
    if !(1..=KEY_CHARS).contains(&key.len()) || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(IdempotencyError::BadKey);
    }
    let reservation = Reservation {
        operator_id: operator_id.clone(),
        key: key.to_owned(),
        request_sha256: hex::encode(Sha256::digest(request)),
        at: app.now(),
    };
    if let Some(known) = reserve(app, &reservation).await? {
        return replay(known, &reservation);
    }
    let app = app.clone();
    let run = tokio::spawn(async move {
        let answer = work.await;
        if let Err(fault) = settle(&app, &reservation, &answer).await {
            tracing::error!(%fault, "an answer could not be kept under its idempotency key");
        }
        answer
    });
    run.await.map_err(|error| Fault::Other(error.to_string()).into())
}

/// Reserves the key, or says what is known under it.
async fn reserve(app: &App, reservation: &Reservation) -> Result<Option<Known>, Fault> {
    let tx = AuditedTx::housekeeping(app, Housekeeping::IdempotencyKeys).await?;
    let spent = reservation.at.minus(app.timing.process.idempotency_ttl);
    let is_ours = store::idempotency::reserve(&tx, reservation, spent).await?;
    if is_ours {
        tx.commit().await?;
        return Ok(None);
    }
    let known = store::idempotency::find(&tx, reservation).await?;
    known.ok_or(Fault::Lost("an idempotency key is gone")).map(Some)
}

fn replay(known: Known, reservation: &Reservation) -> Result<Answer, IdempotencyError> {
    if known.request_sha256 != reservation.request_sha256 {
        return Err(IdempotencyError::Reused);
    }
    known.answer.ok_or(IdempotencyError::Unanswered)
}

async fn settle(app: &App, reservation: &Reservation, answer: &Answer) -> Result<(), Fault> {
    let tx = AuditedTx::housekeeping(app, Housekeeping::IdempotencyKeys).await?;
    match answer.status {
        200..=399 => store::idempotency::answer(&tx, reservation, answer).await?,
        400..=499 | 503 => store::idempotency::release(&tx, reservation).await?,
        // Whether the work took effect is not known: it is not done again under this key.
        _ => {}
    }
    tx.commit().await
}

/// Deletes keys that are older than 24 h; says how many.
///
/// # Errors
/// [`Fault`] where the database fails.
pub async fn sweep(app: &App) -> Result<u64, Fault> {
    let spent = app.now().minus(app.timing.process.idempotency_ttl);
    let tx = AuditedTx::housekeeping(app, Housekeeping::IdempotencyKeys).await?;
    let gone = store::idempotency::purge(&tx, spent).await?;
    tx.commit().await?;
    Ok(gone)
}
