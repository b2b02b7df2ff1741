//! Where the state lies between runs: one JSON file, replaced whole, and a folder of images beside it.
//!
//! Written before an answer is sent, so a process that is killed has forgotten nothing that it did. It is
//! not flushed to the disk: this is a rehearsal, not a ledger of money.

use std::collections::HashMap;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use bytes::Bytes;

use crate::world::State;

/// Files, or memory only.
pub(crate) enum Store {
    Memory(HashMap<String, Bytes>),
    Files(PathBuf),
}

impl Store {
    pub(crate) fn new(state_file: Option<PathBuf>) -> Self {
        state_file.map_or_else(|| Self::Memory(HashMap::new()), Self::Files)
    }

    /// The state of the last run, if there was one.
    pub(crate) fn load(&self) -> io::Result<Option<State>> {
        let Self::Files(path) = self else { return Ok(None) };
        match fs::read(path) {
            Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes)?)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub(crate) fn save(&self, state: &State) -> io::Result<()> {
        let Self::Files(path) = self else { return Ok(()) };
        replace(path, &serde_json::to_vec(state)?)
    }

    /// Keeps the bytes of an image under its digest.
    pub(crate) fn save_image(&mut self, sha256: &str, bytes: &Bytes) -> io::Result<()> {
        match self {
            Self::Memory(images) => {
                images.insert(sha256.to_owned(), bytes.clone());
                Ok(())
            }
            Self::Files(path) => replace(&images(path).join(sha256), bytes),
        }
    }

    pub(crate) fn image(&self, sha256: &str) -> Option<Bytes> {
        match self {
            Self::Memory(images) => images.get(sha256).cloned(),
            Self::Files(path) => fs::read(images(path).join(sha256)).ok().map(Bytes::from),
        }
    }

    /// Forgets every image.
    pub(crate) fn clear_images(&mut self) -> io::Result<()> {
        match self {
            Self::Memory(images) => images.clear(),
            Self::Files(path) if images(path).exists() => fs::remove_dir_all(images(path))?,
            Self::Files(_) => {}
        }
        Ok(())
    }
}

/// `simulator.json` has its images in `simulator-images`.
fn images(state_file: &Path) -> PathBuf {
    let stem = state_file.file_stem().unwrap_or_default().to_string_lossy();
    state_file.with_file_name(format!("{stem}-images"))
}

/// Writes a file readable by its owner only, and puts it in place in one step.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let part = path.with_extension("part");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(&part)?.write_all(bytes)?;
    fs::rename(part, path)
}
