//! Where data and keys are.

use std::fmt::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use super::key::{Key, Shape};
use super::parse::some_text;
use super::reader::{Parsed, Reader};
use crate::keys::MasterKey;
use crate::secret::Secret;

const DATA_DIR: Key =
    Key::with_default("data_dir", "./countersign-data", "Folder of the database, the keys and the logs");
const DATABASE_URL: Key = Key::secret(
    "database_url",
    Shape::SecretUrl,
    "The database: sqlite:... or postgres://...; without it, SQLite in the data folder",
);
const MASTER_KEY: Key = Key::secret(
    "master_key",
    Shape::Secret,
    "32 bytes in hex or base64 that seal tokens and keys; without it, master.key in the data folder",
);

pub(super) const KEYS: &[Key] = &[DATA_DIR, DATABASE_URL, MASTER_KEY];

/// The database's file in the data folder.
pub const DATABASE_FILE: &str = "countersign.sqlite3";

/// Where data and keys are.
#[derive(Clone)]
pub struct Storage {
    /// The data folder; it may not exist yet.
    pub data_dir: PathBuf,
    /// The database as it was given, if it was: may hold a password. See [`Storage::database`].
    pub database_url: Option<Secret>,
    /// The master key as it was given, if it was: well-formed.
    pub master_key: Option<Secret>,
}

impl Storage {
    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        let data_dir = reader.required(&DATA_DIR, some_text).map(|path| reader.path(&path));
        let database_url = reader.optional_secret(&DATABASE_URL, database_url);
        let master_key = reader.optional_secret(&MASTER_KEY, master_key);
        Some(Self { data_dir: data_dir?, database_url: database_url?, master_key: master_key? })
    }

    /// The database's URL: the given one, or SQLite in the data folder, made when it is missing.
    pub fn database(&self) -> Secret {
        let in_data_dir = || Secret::from(Self::sqlite_in(&self.data_dir));
        self.database_url.clone().unwrap_or_else(in_data_dir)
    }

    /// The URL of the embedded database in a data folder.
    pub fn sqlite_in(data_dir: &Path) -> String {
        sqlite_url(&data_dir.join(DATABASE_FILE))
    }
}

/// A folder may be called anything; what a URL would read otherwise is escaped.
fn sqlite_url(path: &Path) -> String {
    let mut url = "sqlite://".to_owned();
    for &byte in path.as_os_str().as_bytes() {
        if byte.is_ascii_alphanumeric() || b"/._-~".contains(&byte) {
            url.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(url, "%{byte:02X}");
        }
    }
    url + "?mode=rwc"
}

fn database_url(text: &Secret) -> Parsed<Secret> {
    let schemes = ["sqlite:", "postgres://", "postgresql://"];
    if schemes.iter().any(|scheme| text.expose().starts_with(scheme)) {
        return Ok(text.clone());
    }
    Err("is no database Countersign knows. Write sqlite:///path/file.db?mode=rwc or \
         postgres://user:password@host/database"
        .to_owned())
}

fn master_key(text: &Secret) -> Parsed<Secret> {
    let malformed = "is not a key: it must be 32 bytes, written as 64 hex digits or in base64. Make one with: \
                     openssl rand -hex 32";
    MasterKey::parse(text).map(|_| text.clone()).map_err(|_| malformed.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_folder_name_survives_the_database_url() {
        assert_eq!(sqlite_url(Path::new("/a b/?#%/x.db")), "sqlite:///a%20b/%3F%23%25/x.db?mode=rwc");
        assert_eq!(sqlite_url(Path::new("./data/x.db")), "sqlite://./data/x.db?mode=rwc");
    }
}
