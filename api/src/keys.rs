//! Keys: the master key, what it wraps, and the MACs.
//!
//! A sealed record carries its own data key, wrapped by the master key whose id stands beside it, so that changing
//! the master key re-wraps 32 bytes a record and leaves the rest. Both layers are XChaCha20-Poly1305 and are bound to
//! the table, row and column: a record copied elsewhere does not open.
//!
//! ```text
//! wrapped key = key id [4] | nonce [24] | sealed key [32 + 16]
//! record      = 0x01 | wrapped key [76] | nonce [24] | sealed text [n + 16]
//! single key  = 0x02 | wrapped key [76]
//! ```

use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use chacha20poly1305::aead::{Aead as _, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac as _};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::data_dir::{DataDir, DataDirError};
use crate::rng::Rng;
use crate::secret::Secret;

/// A key in clear; wiped when dropped.
pub type RawKey = Zeroizing<[u8; 32]>;

/// The master key's file in the data folder.
pub const MASTER_KEY_FILE: &str = "master.key";

const RECORD: u8 = 1;
const SINGLE_KEY: u8 = 2;
const NONCE: usize = 24;
const TAG: usize = 16;
const WRAPPED: usize = 4 + NONCE + 32 + TAG;

/// Why a key or a sealed record cannot be used. No variant holds a key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// What was given as master key is none.
    #[error(
        "COUNTERSIGN_MASTER_KEY (or the file it comes from) is not a key: it must be 32 bytes, written as 64 hex \
         digits or in base64. Make one with: openssl rand -hex 32"
    )]
    Malformed,
    /// The record was sealed under a master key that is not here.
    #[error(
        "this record was sealed with master key {sealed_with}, but the master key given is {given}. Start with the \
         master key this database was made with: set COUNTERSIGN_MASTER_KEY, or put the old master.key back in the \
         data folder"
    )]
    UnknownMasterKey {
        /// Id of the key it was sealed with.
        sealed_with: String,
        /// Id of the key at hand.
        given: String,
    },
    /// It was changed, cut, or belongs to another row.
    #[error("a sealed record is damaged or was moved to another row: restore it from a backup")]
    Damaged,
    /// There is no master key, but the database has records that were sealed with one.
    #[error(
        "master.key is not in the data folder, but this database was made with a master key. Put the old master.key \
         back in the data folder, or set COUNTERSIGN_MASTER_KEY"
    )]
    Missing,
    /// The data folder refused.
    #[error(transparent)]
    DataDir(#[from] DataDirError),
}

/// Where a sealed record belongs. It opens nowhere else.
#[derive(Debug, Clone, Copy)]
pub struct Aad<'a> {
    /// The table.
    pub table: &'a str,
    /// The row's id.
    pub row: &'a str,
    /// The column.
    pub column: &'a str,
}

impl Aad<'_> {
    fn bytes(&self, layer: &str) -> Vec<u8> {
        let parts = [layer, self.table, self.row, self.column];
        parts.iter().fold(Vec::new(), |mut bytes, part| {
            push_part(&mut bytes, part.as_bytes());
            bytes
        })
    }
}

/// One master key and its id.
pub struct MasterKey {
    id: [u8; 4],
    key: RawKey,
}

impl MasterKey {
    /// Reads 64 hex digits or base64 (either alphabet, with or without padding) of 32 bytes.
    ///
    /// # Errors
    /// [`KeyError::Malformed`].
    pub fn parse(text: &Secret) -> Result<Self, KeyError> {
        let text = text.expose().trim();
        let bytes = Zeroizing::new(if text.len() == 64 {
            hex::decode(text).map_err(|_| KeyError::Malformed)?
        } else {
            decode_base64(text).ok_or(KeyError::Malformed)?
        });
        let key: [u8; 32] = bytes.as_slice().try_into().map_err(|_| KeyError::Malformed)?;
        Ok(Self::from_bytes(Zeroizing::new(key)))
    }

    /// The key that these bytes are.
    pub fn from_bytes(key: RawKey) -> Self {
        let digest = Sha256::new().chain_update(b"countersign/master-key/v1\n").chain_update(key.as_slice());
        let digest: [u8; 32] = digest.finalize().into();
        Self { id: [digest[0], digest[1], digest[2], digest[3]], key }
    }

    /// Eight hex digits that name the key and tell nothing else of it.
    pub fn id(&self) -> String {
        hex::encode(self.id)
    }
}

/// The master key in use, and older ones that only open.
pub struct Keyring {
    current: MasterKey,
    older: Vec<MasterKey>,
}

impl Keyring {
    /// A keyring that seals with `current` and opens with all.
    pub fn new(current: MasterKey, older: Vec<MasterKey>) -> Self {
        Self { current, older }
    }

    /// The configured master key; else the one in the data folder; none if neither is there.
    ///
    /// # Errors
    /// [`KeyError::Malformed`], or what the data folder refused.
    pub fn find(configured: Option<&Secret>, data_dir: &DataDir) -> Result<Option<Self>, KeyError> {
        let key = match configured {
            Some(text) => Some(MasterKey::parse(text)?),
            None => stored_key(data_dir)?,
        };
        Ok(key.map(|key| Self::new(key, Vec::new())))
    }

    /// A new master key, put in the data folder (0600); if another process was quicker, its key.
    ///
    /// # Errors
    /// What the data folder refused.
    pub fn make(data_dir: &DataDir, rng: &dyn Rng) -> Result<Self, KeyError> {
        let fresh: RawKey = Zeroizing::new(rng.bytes());
        let text = Zeroizing::new(format!("{}\n", hex::encode(fresh.as_slice())));
        data_dir.write_new(MASTER_KEY_FILE, text.as_bytes())?;
        let key = stored_key(data_dir)?.ok_or(KeyError::Malformed)?;
        Ok(Self::new(key, Vec::new()))
    }

    /// The id of the master key in use.
    pub fn key_id(&self) -> String {
        self.current.id()
    }

    /// Seals `plaintext` for its place, under a data key of its own.
    pub fn seal(&self, rng: &dyn Rng, aad: &Aad<'_>, plaintext: &[u8]) -> Vec<u8> {
        let data_key: RawKey = Zeroizing::new(rng.bytes());
        let mut record = vec![RECORD];
        record.extend(self.wrap(rng, aad, &data_key));
        record.extend(encrypt(rng, &data_key, &aad.bytes("countersign/record/v1"), plaintext));
        record
    }

    /// Opens what [`Keyring::seal`] made for the same place.
    ///
    /// # Errors
    /// [`KeyError::UnknownMasterKey`] or [`KeyError::Damaged`].
    pub fn open(&self, aad: &Aad<'_>, record: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let (&kind, rest) = record.split_first().ok_or(KeyError::Damaged)?;
        let (wrapped, sealed) = rest.split_at_checked(WRAPPED).ok_or(KeyError::Damaged)?;
        if kind != RECORD {
            return Err(KeyError::Damaged);
        }
        let data_key = self.unwrap(aad, wrapped)?;
        decrypt(&data_key, &aad.bytes("countersign/record/v1"), sealed)
    }

    /// Wraps a long-lived key, such as the MAC key, to be stored under `name`.
    pub fn wrap_key(&self, rng: &dyn Rng, name: &str, key: &RawKey) -> Vec<u8> {
        let mut wrapped = vec![SINGLE_KEY];
        wrapped.extend(self.wrap(rng, &single_key(name), key));
        wrapped
    }

    /// Unwraps what [`Keyring::wrap_key`] made under the same name. At start this is also the test of the master key.
    ///
    /// # Errors
    /// [`KeyError::UnknownMasterKey`] or [`KeyError::Damaged`].
    pub fn unwrap_key(&self, name: &str, wrapped: &[u8]) -> Result<RawKey, KeyError> {
        match wrapped.split_first() {
            Some((&SINGLE_KEY, rest)) => self.unwrap(&single_key(name), rest),
            _ => Err(KeyError::Damaged),
        }
    }

    fn wrap(&self, rng: &dyn Rng, aad: &Aad<'_>, key: &RawKey) -> Vec<u8> {
        let mut wrapped = self.current.id.to_vec();
        wrapped.extend(encrypt(rng, &self.current.key, &aad.bytes("countersign/wrap/v1"), key.as_slice()));
        wrapped
    }

    fn unwrap(&self, aad: &Aad<'_>, wrapped: &[u8]) -> Result<RawKey, KeyError> {
        let (id, sealed) = wrapped.split_first_chunk::<4>().ok_or(KeyError::Damaged)?;
        let mut keys = std::iter::once(&self.current).chain(&self.older);
        let master = keys.find(|key| key.id == *id).ok_or_else(|| KeyError::UnknownMasterKey {
            sealed_with: hex::encode(id),
            given: self.key_id(),
        })?;
        let key = decrypt(&master.key, &aad.bytes("countersign/wrap/v1"), sealed)?;
        let key: [u8; 32] = key.as_slice().try_into().map_err(|_| KeyError::Damaged)?;
        Ok(Zeroizing::new(key))
    }
}

/// HMAC-SHA256 over `domain` and `parts`, each behind its length (u32, big-endian), so that no two lists collide.
/// `domain` names the use, such as `countersign/approval/v1`, and keeps one key's uses apart.
pub fn mac(key: &RawKey, domain: &str, parts: &[&[u8]]) -> [u8; 32] {
    let mut message = Vec::new();
    push_part(&mut message, domain.as_bytes());
    parts.iter().for_each(|part| push_part(&mut message, part));
    // HMAC fills a key up to its block of 64 bytes with zeros; doing that here leaves nothing that could fail.
    let mut block = Zeroizing::new([0; 64]);
    block[..32].copy_from_slice(key.as_slice());
    let mut hmac = <Hmac<Sha256> as KeyInit>::new(&(*block).into());
    hmac.update(&message);
    hmac.finalize().into_bytes().into()
}

/// Whether `candidate` is the [`mac`] of these, in constant time.
pub fn mac_matches(key: &RawKey, domain: &str, parts: &[&[u8]], candidate: &[u8]) -> bool {
    mac(key, domain, parts).as_slice().ct_eq(candidate).into()
}

/// A [`mac`] of one value in hex: names a value that must not be written down, such as an OAuth `state` or code.
pub fn keyed_digest(key: &RawKey, domain: &str, value: &str) -> String {
    hex::encode(mac(key, domain, &[value.as_bytes()]))
}

fn single_key(name: &str) -> Aad<'_> {
    Aad { table: "key", row: name, column: "wrapped" }
}

fn push_part(bytes: &mut Vec<u8>, part: &[u8]) {
    let length = u32::try_from(part.len()).unwrap_or(u32::MAX);
    bytes.extend(length.to_be_bytes());
    bytes.extend(part);
}

fn encrypt(rng: &dyn Rng, key: &RawKey, aad: &[u8], plaintext: &[u8]) -> Vec<u8> {
    let nonce: [u8; NONCE] = rng.bytes();
    let sealed = cipher(key).encrypt(&XNonce::from(nonce), Payload { msg: plaintext, aad });
    // The cipher refuses nothing under 256 GiB; what it refused would be stored as text that never opens.
    [nonce.as_slice(), &sealed.unwrap_or_default()].concat()
}

fn decrypt(key: &RawKey, aad: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let (nonce, text) = sealed.split_first_chunk::<NONCE>().ok_or(KeyError::Damaged)?;
    let opened = cipher(key).decrypt(&XNonce::from(*nonce), Payload { msg: text, aad });
    opened.map(Zeroizing::new).map_err(|_| KeyError::Damaged)
}

fn cipher(key: &RawKey) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(&Key::from(**key))
}

fn stored_key(data_dir: &DataDir) -> Result<Option<MasterKey>, KeyError> {
    let Some(bytes) = data_dir.read_private(MASTER_KEY_FILE)?.map(Zeroizing::new) else { return Ok(None) };
    let text = std::str::from_utf8(&bytes).map_err(|_| KeyError::Malformed)?;
    MasterKey::parse(&Secret::from(text)).map(Some)
}

fn decode_base64(text: &str) -> Option<Vec<u8>> {
    let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let read = |alphabet| GeneralPurpose::new(alphabet, config).decode(text).ok();
    read(&STANDARD).or_else(|| read(&URL_SAFE))
}

#[cfg(test)]
mod tests;
