//! Long-lived keys of ours, one for each purpose: random, wrapped by the master key, made at their first use.
//!
//! Changing the master key re-wraps them, so what they signed or named stays valid.

mod store;

use countersign_entities::Timestamp;
use zeroize::Zeroizing;

use crate::{
    app::App,
    audit::{AuditedTx, Housekeeping},
    data_dir::DataDir,
    db::{Db, Reads},
    error::Fault,
    keys::{KeyError, Keyring, RawKey},
    rng::Rng,
};

/// A key as it is stored.
pub(crate) struct DataKey {
    pub(crate) id: String,
    pub(crate) purpose: String,
    pub(crate) wrapped: Vec<u8>,
    pub(crate) created_at: Timestamp,
}

/// The first keyring of an installation whose master key was found nowhere: a new one, unless the database has keys
/// that another one wrapped. That one is needed then, and a new one would only be in its way.
///
/// # Errors
/// [`Fault::Sealed`] where a master key is missing, or what the data folder refused; [`Fault`] where the database
/// fails.
pub async fn first_keyring(db: &Db, data_dir: &DataDir, rng: &dyn Rng) -> Result<Keyring, Fault> {
    let made = match store::is_any(db).await? {
        true => Err(KeyError::Missing),
        false => Keyring::make(data_dir, rng),
    };
    made.map_err(|error| Fault::Sealed(error.to_string()))
}

/// The key in use for a purpose, such as `approval_mac`, and its id (8 hex digits); made if there is none yet.
///
/// The first call for a purpose writes, so let it come before a transaction is begun.
///
/// # Errors
/// [`Fault::Busy`] where the database does not take it, [`Fault::Sealed`] under another master key.
pub async fn get_or_create(app: &App, purpose: &str) -> Result<(String, RawKey), Fault> {
    if let Some(found) = store::current(&app.db, purpose).await? {
        return unwrapped(app, found);
    }
    let tx = AuditedTx::housekeeping(app, Housekeeping::DataKeys).await?;
    store::lock(&tx).await?;
    // Somebody else may have been quicker.
    if let Some(found) = store::current(&tx, purpose).await? {
        return unwrapped(app, found);
    }
    let (id, key) = (app.rng.hex(4), Zeroizing::new(app.rng.bytes()));
    let wrapped = app.keys.wrap_key(&*app.rng, &name(purpose, &id), &key);
    let row = DataKey { id: id.clone(), purpose: purpose.to_owned(), wrapped, created_at: app.now() };
    store::insert(&tx, row).await?;
    tx.commit().await?;
    Ok((id, key))
}

/// The key of that id and purpose, such as one that an older record names; none if there is no such key.
///
/// # Errors
/// [`Fault::Sealed`] under another master key.
pub async fn find(app: &App, on: &impl Reads, purpose: &str, id: &str) -> Result<Option<RawKey>, Fault> {
    match store::find(on, id).await?.filter(|found| found.purpose == purpose) {
        Some(found) => unwrapped(app, found).map(|(_, key)| Some(key)),
        None => Ok(None),
    }
}

fn unwrapped(app: &App, found: DataKey) -> Result<(String, RawKey), Fault> {
    let sealed = |error: KeyError| Fault::Sealed(error.to_string());
    let key = app.keys.unwrap_key(&name(&found.purpose, &found.id), &found.wrapped).map_err(sealed)?;
    Ok((found.id, key))
}

/// What the wrapping is bound to: a key moved to another purpose or row does not open.
fn name(purpose: &str, id: &str) -> String {
    format!("{purpose}/{id}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[tokio::test]
    async fn a_purpose_keeps_its_key() {
        let test = testing::app().await;
        let (id, key) = get_or_create(&test.app, "approval_mac").await.unwrap();
        let (same, again) = get_or_create(&test.app, "approval_mac").await.unwrap();
        assert_eq!((&id, *key), (&same, *again));
        let (other, different) = get_or_create(&test.app, "oauth_state").await.unwrap();
        assert!(other != id && *different != *key);
        let found = find(&test.app, &test.app.db, "approval_mac", &id).await.unwrap();
        assert_eq!(found.map(|key| *key), Some(*key));
    }

    #[tokio::test]
    async fn two_at_once_get_the_same_key() {
        let test = testing::app().await;
        let (one, other) =
            tokio::join!(get_or_create(&test.app, "approval_mac"), get_or_create(&test.app, "approval_mac"));
        assert_eq!(one.unwrap().0, other.unwrap().0);
    }
}
