//! Configuration: flags > environment > `countersign.toml` > defaults.
//!
//! Each section's file declares its keys (one table: [`keys`]) and reads them into types. From a key's name follow
//! its name in the file (`public_url`), in the environment (`COUNTERSIGN_PUBLIC_URL`) and as a flag (`--public-url`).
//! A key for a secret has a twin that names a file to read it from (`master_key_file`, ...). Whatever is unknown or
//! does not parse is told all at once, by the name under which it was given and with what to do about it.
//!
//! To add a key: declare it in its section, add it to the section's `KEYS`, read it in the section's `read`.

mod bootstrap;
mod inputs;
mod key;
mod log;
mod notices;
mod parse;
mod pinterest;
mod print;
mod privacy;
mod problem;
mod reader;
mod review;
mod server;
mod storage;

pub use bootstrap::Bootstrap;
pub use inputs::{Inputs, Source};
pub use key::{Key, Shape, keys};
pub use log::{Log, LogFormat};
pub use notices::{Notices, Webhook};
pub use pinterest::{Pinterest, PinterestApp};
pub use print::Entry;
pub use privacy::Privacy;
pub use problem::{Problem, Problems};
pub use review::Review;
pub use server::Server;
pub use storage::{DATABASE_FILE, Storage};

use crate::timing::Timing;
use reader::Reader;

/// What an installation was told. Secrets are in it as [`crate::secret::Secret`] only.
#[derive(Clone)]
pub struct Config {
    /// Where it listens and how it is reached.
    pub server: Server,
    /// Where its data and keys are.
    pub storage: Storage,
    /// Who may approve, and when things happen.
    pub review: Review,
    /// The first person, if named.
    pub bootstrap: Option<Bootstrap>,
    /// Mail and webhook.
    pub notices: Notices,
    /// What the privacy policy states.
    pub privacy: Privacy,
    /// What is logged, and how.
    pub log: Log,
    /// The Pinterest app and where Pinterest is.
    pub pinterest: Pinterest,
    entries: Vec<Entry>,
}

impl Config {
    /// Reads and checks everything.
    ///
    /// # Errors
    /// Every problem there is, not only the first.
    pub fn load(inputs: &Inputs) -> Result<Self, Problems> {
        let mut reader = Reader::new(inputs);
        let sections = (
            Server::read(&mut reader),
            Storage::read(&mut reader),
            Review::read(&mut reader),
            Bootstrap::read(&mut reader),
            Notices::read(&mut reader),
            Privacy::read(&mut reader),
            Log::read(&mut reader),
            Pinterest::read(&mut reader),
        );
        let entries = reader.finish()?;
        match sections {
            (
                Some(server),
                Some(storage),
                Some(review),
                bootstrap,
                Some(notices),
                Some(privacy),
                Some(log),
                Some(pinterest),
            ) => Ok(Self { server, storage, review, bootstrap, notices, privacy, log, pinterest, entries }),
            // A section that could not be read has said why, so `finish` has already refused.
            _ => Err(Problems::internal()),
        }
    }

    /// Whether this installation rehearses against the built-in simulator: exactly when no Pinterest app is named.
    pub fn is_rehearsal(&self) -> bool {
        self.pinterest.app.is_none()
    }

    /// Every duration: the defaults, with the configured undo window.
    pub fn timing(&self) -> Timing {
        let mut timing = Timing::default();
        timing.publishing.undo = self.review.undo;
        timing
    }

    /// What can be so and is probably not meant: each a sentence that says what to do.
    pub fn warnings(&self) -> Vec<String> {
        let is_behind_proxy = self.server.is_https() && self.server.trusted_proxies.is_empty();
        let unnamed = "COUNTERSIGN_PUBLIC_URL is https, so a proxy is in front, but COUNTERSIGN_TRUSTED_PROXIES names \
                       none: everybody seems to come from the proxy's address, and one stranger's failed sign-ins slow \
                       all others down. Set it to the proxy's address, such as 127.0.0.1";
        is_behind_proxy.then(|| unnamed.to_owned()).into_iter().chain(self.unused()).collect()
    }

    /// A sentence where something is set that this version takes and does nothing with.
    fn unused(&self) -> Option<String> {
        let is_unused = |name: &str| keys().any(|key| key.name == name && key.is_unused());
        let set =
            self.entries.iter().filter(|entry| entry.source != Source::Default && is_unused(entry.name));
        let names: Vec<&str> = set.map(|entry| entry.name).collect();
        (!names.is_empty()).then(|| format!("{}: this version does not use that yet", names.join(", ")))
    }

    /// Every key with its value and where it came from, in the order of the documentation. Secrets are not shown.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The same as a configuration file that could be used again, but for the secrets.
    pub fn print(&self) -> String {
        print::as_toml(&self.entries)
    }
}

#[cfg(test)]
impl Config {
    /// The defaults, for tests of other modules; reads neither the process's environment nor a file.
    pub(crate) fn sample() -> Self {
        let inputs = Inputs { folder: "/nonexistent".into(), ..Inputs::default() };
        Self::load(&inputs).unwrap_or_else(|problems| panic!("{problems}"))
    }
}

#[cfg(test)]
mod tests;
