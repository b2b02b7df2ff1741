//! `Idempotency-Key`: the same create under the same key is answered again, and not done again.
//!
//! The key is taken before the work begins and the answer kept after it. Whoever comes in between, or after a crash in
//! between, is told that it is not known yet; nothing is done twice. Answers are sealed: some hold a secret that is
//! shown only once.

use std::future::Future;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use countersign_entities::{Timestamp, ids::OperatorId};
use poem_openapi::types::{ParseFromJSON, ToJSON};

use super::{auth::Access, refused::Refused};
use crate::{
    app::App,
    audit::{AuditedTx, Housekeeping, typed::is_secret},
    error::{Fault, Kind, Refusal},
    keys::Aad,
};

mod store;

const MAX_KEY: usize = 200;

/// A create under a client's key.
struct Entry {
    operator_id: OperatorId,
    key: String,
    request_sha256: String,
    answer: Option<String>,
    created_at: Timestamp,
}

/// Why a create under a key is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
enum KeyRefusal {
    /// It is no key.
    #[error("Idempotency-Key has 1 to {MAX_KEY} visible ASCII characters. A UUID will do")]
    Malformed,
    /// It looks like a secret, which would be kept.
    #[error(
        "this Idempotency-Key looks like a token. Send something else as the key, and renew the token if it is real"
    )]
    Secret,
    /// Another request had it.
    #[error("this Idempotency-Key was used for another request. Take a new key for each create")]
    Reused,
    /// That create has no answer yet.
    #[error(
        "the first request under this Idempotency-Key has no answer yet. Try again in a moment; if it stays so, look \
         in the list whether it was done, and take a new key"
    )]
    Unfinished,
}

impl Refusal for KeyRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Malformed => "idempotency_key_malformed",
            Self::Secret => "idempotency_key_secret",
            Self::Reused => "idempotency_key_reused",
            Self::Unfinished => "idempotency_key_unfinished",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Malformed => Kind::Malformed,
            Self::Secret | Self::Reused => Kind::Invalid,
            Self::Unfinished => Kind::Conflict,
        }
    }
}

/// Does `work` once for each key of a person and answers the same afterwards; without a key, simply does it. Whoever may
/// not do it has to be refused before this, since a kept answer is given to whoever has the key.
///
/// # Errors
/// What `work` refuses (the key is free again then, unless it may be done all the same), and what is wrong with the key.
pub async fn once<T: ToJSON + ParseFromJSON>(
    app: &App,
    access: &Access,
    operation: &'static str,
    key: &Option<String>,
    request_sha256: String,
    work: impl Future<Output = Result<T, Refused>>,
) -> Result<T, Refused> {
    let Some(key) = key else { return work.await };
    if !(1..=MAX_KEY).contains(&key.len()) || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(KeyRefusal::Malformed.into());
    }
    if is_secret(app, key) {
        return Err(KeyRefusal::Secret.into());
    }
    let entry = Entry {
        operator_id: access.principal().id().clone(),
        key: key.clone(),
        request_sha256: format!("{operation}:{}:{request_sha256}", access.proof()),
        answer: None,
        created_at: app.now(),
    };
    if let Some(earlier) = take(app, &entry).await? {
        return again(app, &entry, earlier);
    }
    match work.await {
        Ok(answer) => {
            keep(app, &entry, &answer).await;
            Ok(answer)
        }
        Err(refused) => {
            if !refused.may_be_done() {
                give_back(app, &entry).await;
            }
            Err(refused)
        }
    }
}

/// Takes the key; the entry that has it already, if there is one. A key that is older than it is good for is free.
async fn take(app: &App, entry: &Entry) -> Result<Option<Entry>, Fault> {
    let spent = entry.created_at.minus(app.timing.process.idempotency_ttl);
    let earlier = store::find(&app.db, &entry.operator_id, &entry.key).await?;
    if let Some(earlier) = earlier.filter(|earlier| earlier.created_at >= spent) {
        return Ok(Some(earlier));
    }
    let tx = AuditedTx::housekeeping(app, Housekeeping::IdempotencyKeys).await?;
    store::purge(&tx, spent).await?;
    if !store::insert(&tx, entry).await? {
        return store::find(&tx, &entry.operator_id, &entry.key).await;
    }
    tx.commit().await?;
    Ok(None)
}

fn again<T: ParseFromJSON>(app: &App, entry: &Entry, earlier: Entry) -> Result<T, Refused> {
    if earlier.request_sha256 != entry.request_sha256 {
        return Err(KeyRefusal::Reused.into());
    }
    let Some(sealed) = earlier.answer else { return Err(KeyRefusal::Unfinished.into()) };
    let answer = opened(app, entry, &sealed)?;
    let value = serde_json::from_slice(&answer).map_err(|error| Fault::Other(error.to_string()))?;
    let answer = T::parse_from_json(Some(value)).map_err(|error| Fault::Other(error.into_message()))?;
    Ok(answer)
}

/// That the answer could not be kept does not undo what was done; a repetition is told that it is not known.
async fn keep(app: &App, entry: &Entry, answer: &impl ToJSON) {
    let kept = async {
        let sealed = app.keys.seal(&*app.rng, &place(entry), answer.to_json_string().as_bytes());
        let tx = AuditedTx::housekeeping(app, Housekeeping::IdempotencyKeys).await?;
        store::answer(&tx, entry, STANDARD.encode(sealed)).await?;
        tx.commit().await
    };
    report(kept.await);
}

async fn give_back(app: &App, entry: &Entry) {
    let given = async {
        let tx = AuditedTx::housekeeping(app, Housekeeping::IdempotencyKeys).await?;
        store::delete(&tx, entry).await?;
        tx.commit().await
    };
    report(given.await);
}

fn report(outcome: Result<(), Fault>) {
    if let Err(fault) = outcome {
        tracing::warn!(%fault, "idempotency_key.keep");
    }
}

fn opened(app: &App, entry: &Entry, sealed: &str) -> Result<Vec<u8>, Fault> {
    let sealed = STANDARD.decode(sealed).map_err(|error| Fault::Sealed(error.to_string()))?;
    let opened = app.keys.open(&place(entry), &sealed).map_err(|error| Fault::Sealed(error.to_string()))?;
    Ok(opened.to_vec())
}

fn place(entry: &Entry) -> Aad<'_> {
    Aad { table: "idempotency_key", row: &entry.key, column: "body" }
}

/// Sweeps keys that are older than they are good for; tells how many.
///
/// # Errors
/// [`Fault`] where the database fails.
pub async fn sweep(app: &App) -> Result<u64, Fault> {
    let before = app.now().minus(app.timing.process.idempotency_ttl);
    let tx = AuditedTx::housekeeping(app, Housekeeping::IdempotencyKeys).await?;
    let swept = store::purge(&tx, before).await?;
    tx.commit().await?;
    Ok(swept)
}
