//! The spool: what the database must know and cannot take now, each in a file of its own in the data folder.
//!
//! A file is whole or not there: it is written beside its name, down to the disk, and then renamed. It goes only once
//! a commit with what it says is known to have held. What cannot be read is set aside under another name, told in the
//! log and on `/readyz`, and left to a person. Nothing in it is a secret in clear.
//!
//! ```text
//! countersign spool 1
//! sha256 <hex digest of the fourth line, without its end>
//! seal <hex: that digest, sealed with the master key for this name>
//! <the facts, as JSON>
//! ```
//!
//! The digest finds damage; the seal keeps whoever may write to the folder, and has no key, from inventing results.

use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
};

use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest as _, Sha256};

use crate::{
    app::App,
    data_dir::{DataDir, DataDirError},
    keys::Aad,
};

/// The folder in the data folder.
pub const FOLDER: &str = "spool";
/// How the name of every kept result ends.
const KEPT: &str = ".result";
/// How the name of a file ends that nobody could make sense of.
pub const SET_ASIDE: &str = ".bad";
const VERSION: &str = "countersign spool 1";

/// Why a kept result cannot be used.
#[derive(Debug, thiserror::Error)]
enum Unusable {
    /// The operating system refused.
    #[error(transparent)]
    Io(#[from] DataDirError),
    /// It is of another version, damaged, or not ours.
    #[error("{0}")]
    Bad(&'static str),
}

/// The name under which facts of a kind about one thing are kept; neither may hold a slash.
pub fn name(kind: &str, id: &str) -> String {
    format!("{kind}.{id}{KEPT}")
}

/// Keeps facts under a name, in the place of what was kept there. Whether it worked: where it did not, the log says so
/// loudly, and what happens is what happens without a spool.
pub async fn keep(app: &App, name: &str, facts: &impl Serialize) -> bool {
    let written = match lines(app, name, facts) {
        Ok(text) => {
            let (data_dir, name) = (app.data_dir.clone(), name.to_owned());
            let write = move || data_dir.within(FOLDER)?.write(&name, text.as_bytes());
            tokio::task::spawn_blocking(write).await.map_err(|error| error.to_string())
        }
        Err(error) => Err(error.to_string()),
    };
    match written {
        Ok(Ok(())) => {
            tracing::debug!(name, "kept in the spool");
            true
        }
        Ok(Err(error)) => unkept(name, &error.to_string()),
        Err(error) => unkept(name, &error),
    }
}

fn unkept(name: &str, error: &str) -> bool {
    tracing::error!(
        name,
        error,
        "THE SPOOL CANNOT BE WRITTEN: a result that the database does not take is lost if this process ends. Make the \
         data folder writable"
    );
    false
}

fn lines(app: &App, name: &str, facts: &impl Serialize) -> Result<String, serde_json::Error> {
    let facts = serde_json::to_string(facts)?;
    let digest: [u8; 32] = Sha256::digest(facts.as_bytes()).into();
    let seal = app.keys.seal(&*app.rng, &place(name), &digest);
    Ok(format!("{VERSION}\nsha256 {}\nseal {}\n{facts}\n", hex::encode(digest), hex::encode(seal)))
}

fn place(name: &str) -> Aad<'_> {
    Aad { table: FOLDER, row: name, column: "sha256" }
}

/// The names of all results of a kind that are kept, in their order.
///
/// # Errors
/// [`DataDirError`] where the folder cannot be read.
pub(crate) fn list(app: &App, kind: &str) -> Result<Vec<String>, DataDirError> {
    let is_kept = |name: &String| {
        let rest = name.strip_prefix(kind).and_then(|rest| rest.strip_prefix('.'));
        rest.is_some_and(|rest| rest.ends_with(KEPT))
    };
    Ok(names(app)?.into_iter().filter(is_kept).collect())
}

/// Everything of a kind that is kept, with its name and in the order of names, each read when it has its turn. What
/// nobody can make sense of is set aside, what cannot be read now stays, and neither keeps the others from theirs.
pub fn each<T: DeserializeOwned>(app: &App, kind: &str) -> impl Iterator<Item = (String, T)> {
    let names = match list(app, kind) {
        Ok(names) => {
            app.memory.of::<Told>().forget(FOLDER);
            names
        }
        Err(error) => {
            tell(app, FOLDER, &error.to_string(), "the spool cannot be read");
            Vec::new()
        }
    };
    names.into_iter().filter_map(move |name| match find(app, &name) {
        Ok(kept) => kept.map(|kept| (name, kept)),
        Err(error) => {
            leave(app, &name, &error.to_string());
            None
        }
    })
}

/// The facts that are kept under a name; none where there are none, or where nobody could make sense of them and they
/// are set aside.
///
/// # Errors
/// [`DataDirError`] where they cannot be read now.
pub fn find<T: DeserializeOwned>(app: &App, name: &str) -> Result<Option<T>, DataDirError> {
    match read(app, name) {
        Ok(kept) => Ok(kept),
        Err(Unusable::Bad(why)) => {
            set_aside(app, name, why);
            Ok(None)
        }
        Err(Unusable::Io(error)) => Err(error),
    }
}

/// The facts that are kept under a name; none where somebody settled and forgot them in between.
fn read<T: DeserializeOwned>(app: &App, name: &str) -> Result<Option<T>, Unusable> {
    let bytes = folder(app)?.and_then(|folder| folder.read(name).transpose()).transpose()?;
    let Some(bytes) = bytes else { return Ok(None) };
    let text = std::str::from_utf8(&bytes).map_err(|_| Unusable::Bad("it is no text"))?;
    let mut lines = text.split('\n');
    if lines.next() != Some(VERSION) {
        return Err(Unusable::Bad("its first line is not of this version"));
    }
    let mut value = |name| lines.next().and_then(|line| line.strip_prefix(name)).unwrap_or_default();
    let (digest, seal, facts) = (value("sha256 "), value("seal "), value(""));
    let found: [u8; 32] = Sha256::digest(facts.as_bytes()).into();
    if hex::encode(found) != digest {
        return Err(Unusable::Bad("it is damaged"));
    }
    let sealed = hex::decode(seal).ok().and_then(|seal| app.keys.open(&place(name), &seal).ok());
    if sealed.as_deref().map(Vec::as_slice) != Some(&found) {
        return Err(Unusable::Bad("it is not sealed with this installation's master key"));
    }
    serde_json::from_str(facts).map(Some).map_err(|_| Unusable::Bad("its facts are of another shape"))
}

/// Takes a result away whose commit is known to have held. Whether it worked; where it did not, it is found again, and
/// found settled.
pub async fn forget(app: &App, name: &str) -> bool {
    let (data_dir, file) = (app.data_dir.clone(), name.to_owned());
    let remove = move || data_dir.within(FOLDER)?.remove(&file);
    let why = match tokio::task::spawn_blocking(remove).await {
        Ok(Ok(())) => {
            app.memory.of::<Told>().forget(name);
            return true;
        }
        Ok(Err(error)) => error.to_string(),
        Err(error) => error.to_string(),
    };
    tell(app, name, &why, "a settled result cannot be taken out of the spool");
    false
}

/// Puts a result aside that nobody can make sense of, for a person to look at.
pub fn set_aside(app: &App, name: &str, why: &str) {
    tell(app, name, why, "a kept result cannot be used; it is set aside in the spool and waits for a person");
    let moved = folder(app).and_then(|folder| {
        let Some(folder) = folder else { return Ok(()) };
        let taken = folder.names()?;
        let free = (0_u32..).map(|n| if n == 0 { String::new() } else { format!(".{n}") });
        let to = free.map(|n| format!("{name}{n}{SET_ASIDE}")).find(|to| !taken.contains(to));
        folder.rename(name, &to.unwrap_or_else(|| format!("{name}{SET_ASIDE}")))
    });
    match moved {
        Ok(()) => app.memory.of::<Told>().forget(name),
        Err(error) => tell(app, name, &error.to_string(), "it cannot be set aside either"),
    }
}

/// Leaves a result where it is, since it may be of use later or to another database.
pub fn leave(app: &App, name: &str, why: &str) {
    tell(app, name, why, "a kept result cannot be used now; it stays in the spool and is looked at again");
}

/// What this process has told of which file, and of the folder: what is wrong, and why.
#[derive(Default)]
struct Told(Mutex<HashSet<(String, &'static str, String)>>);

impl Told {
    fn is_news(&self, name: &str, what: &'static str, why: &str) -> bool {
        let told = (name.to_owned(), what, why.to_owned());
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(told)
    }

    fn forget(&self, name: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|(known, ..)| known != name);
    }
}

/// Tells what is wrong with a file, or with the folder. It may stay so for days and is looked at every few seconds, so
/// each reason is an error once and then a detail; `/readyz` tells it all the time.
fn tell(app: &App, name: &str, why: &str, what: &'static str) {
    match app.memory.of::<Told>().is_news(name, what, why) {
        true => tracing::error!(name, why, "{what}"),
        false => tracing::debug!(name, why, "{what}"),
    }
}

/// At start, with the lock on the data folder held: files that an earlier process was still writing get their name.
/// Whether they are whole shows when they are read.
///
/// # Errors
/// [`DataDirError`] where the folder cannot be read or written.
pub fn finish_names(app: &App) -> Result<(), DataDirError> {
    let Some(folder) = folder(app)? else { return Ok(()) };
    let names = folder.names()?;
    for draft in names.iter().filter(|name| name.starts_with('.')) {
        let Some(end) = draft.rfind(&format!("{KEPT}.")) else { continue };
        let name = &draft[1..end + KEPT.len()];
        match names.iter().any(|known| known == name) {
            // The one that has its name is whole.
            true => folder.remove(draft)?,
            false => folder.rename(draft, name)?,
        }
    }
    Ok(())
}

/// What lies in the spool.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Contents {
    /// How many results are kept and could not be settled yet.
    pub kept: usize,
    /// How many files were set aside, and wait for a person.
    pub set_aside: usize,
}

/// How much there is in the spool.
///
/// # Errors
/// [`DataDirError`] where the folder cannot be read.
pub fn contents(app: &App) -> Result<Contents, DataDirError> {
    let names = names(app)?;
    let kept = names.iter().filter(|name| !name.starts_with('.') && name.ends_with(KEPT)).count();
    Ok(Contents { kept, set_aside: names.iter().filter(|name| name.ends_with(SET_ASIDE)).count() })
}

/// Whether results can be kept.
pub fn is_writable(app: &App) -> bool {
    let access = rustix::fs::Access::WRITE_OK | rustix::fs::Access::EXEC_OK;
    app.data_dir.within(FOLDER).is_ok_and(|folder| rustix::fs::access(folder.path(), access).is_ok())
}

fn names(app: &App) -> Result<Vec<String>, DataDirError> {
    folder(app)?.map_or_else(|| Ok(Vec::new()), |folder| folder.names())
}

/// The folder, where there is one: it is made with the first result.
fn folder(app: &App) -> Result<Option<DataDir>, DataDirError> {
    match app.data_dir.file(FOLDER).is_dir() {
        true => app.data_dir.within(FOLDER).map(Some),
        false => Ok(None),
    }
}

#[cfg(test)]
mod tests;
