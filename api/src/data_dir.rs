//! The data folder: where an installation keeps its database, keys and logs.
//!
//! Nobody but its owner may look in (mode 0700), each file that is written here is 0600 and replaced as a whole, and one server
//! at a time holds its lock. Commands may work beside the server; they do not take the lock.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// The lock's file; it also marks a folder as ours.
const LOCK_FILE: &str = "countersign.lock";

/// Why the data folder cannot be used. Each text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum DataDirError {
    /// Another server works in it.
    #[error(
        "the data folder {folder} is in use by another `countersign serve`{holder}. Stop that one first, or give \
         this one a folder of its own with --data-dir or COUNTERSIGN_DATA_DIR"
    )]
    InUse {
        /// The folder.
        folder: PathBuf,
        /// " (process 123)" where the lock's file tells, else nothing.
        holder: String,
    },
    /// It exists, holds strangers' files, and others may look in.
    #[error(
        "the data folder {folder} can be read by other users and holds files that are not Countersign's. Choose an \
         empty folder with --data-dir or COUNTERSIGN_DATA_DIR, or close it first: chmod 700 {folder}"
    )]
    Open {
        /// The folder.
        folder: PathBuf,
    },
    /// A file that holds a key can be read by others.
    #[error("{file} can be read by other users. Close it: chmod 600 {file}")]
    FileOpen {
        /// The file.
        file: PathBuf,
    },
    /// The operating system refused.
    #[error("cannot {doing} {path}: {cause}. Check that it exists, is yours, and that the disk is not full")]
    Io {
        /// "create", "write", "read" or "lock".
        doing: &'static str,
        /// The folder or file.
        path: PathBuf,
        /// What the operating system says.
        cause: io::Error,
    },
}

/// A data folder that exists and is closed to others.
#[derive(Debug, Clone)]
pub struct DataDir {
    path: PathBuf,
}

/// The server's hold on a data folder; given back when dropped, and by the operating system if the process dies.
#[derive(Debug)]
pub struct DataDirLock {
    _file: File,
}

impl DataDir {
    /// Opens the folder, making it (mode 0700) where it is missing. A folder that is empty or already ours is closed
    /// to others; any other that is open to them is refused rather than changed.
    ///
    /// # Errors
    /// [`DataDirError::Open`], or what the operating system refused.
    pub fn open(path: &Path) -> Result<Self, DataDirError> {
        let created = DirBuilder::new().recursive(true).mode(0o700).create(path);
        created.map_err(io_error("create", path))?;
        let path = path.canonicalize().map_err(io_error("read", path))?;
        close_to_others(&path)?;
        Ok(Self { path })
    }

    /// The folder, as an absolute path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where the file called `name` is, or would be.
    pub fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// The folder called `name` in this one, for its owner alone (0700); made where it is missing.
    ///
    /// # Errors
    /// What the operating system refused.
    pub fn within(&self, name: &str) -> Result<Self, DataDirError> {
        let path = self.file(name);
        match DirBuilder::new().mode(0o700).create(&path) {
            Ok(()) => self.sync()?,
            Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => {
                let closed = fs::set_permissions(&path, fs::Permissions::from_mode(0o700));
                closed.map_err(io_error("write", &path))?;
            }
            Err(cause) => return Err(io_error("create", &path)(cause)),
        }
        Ok(Self { path })
    }

    /// Takes the folder for one server, until the lock is dropped.
    ///
    /// # Errors
    /// [`DataDirError::InUse`] if another process has it.
    pub fn lock(&self) -> Result<DataDirLock, DataDirError> {
        let path = self.file(LOCK_FILE);
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(0o600);
        let mut file = options.open(&path).map_err(io_error("lock", &path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(DataDirError::InUse { folder: self.path.clone(), holder: holder(&mut file) });
            }
            Err(TryLockError::Error(cause)) => return Err(io_error("lock", &path)(cause)),
        }
        note_holder(&mut file).map_err(io_error("write", &path))?;
        Ok(DataDirLock { _file: file })
    }

    /// Puts `bytes` in the file called `name` (0600): afterwards it has them all, or is as it was before.
    ///
    /// # Errors
    /// What the operating system refused.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), DataDirError> {
        let (target, draft) = (self.file(name), self.write_draft(name, bytes)?);
        whole_or_gone(&draft, fs::rename(&draft, &target)).map_err(io_error("write", &target))?;
        self.sync()
    }

    /// As [`DataDir::write`], unless the file exists: then it stays, and the answer is `false`. Of two processes
    /// that do it at once, one wins.
    ///
    /// # Errors
    /// What the operating system refused.
    pub fn write_new(&self, name: &str, bytes: &[u8]) -> Result<bool, DataDirError> {
        let (target, draft) = (self.file(name), self.write_draft(name, bytes)?);
        let linked = fs::hard_link(&draft, &target);
        fs::remove_file(&draft).map_err(io_error("write", &draft))?;
        match linked {
            Ok(()) => self.sync().map(|()| true),
            Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => Ok(false),
            Err(cause) => Err(io_error("write", &target)(cause)),
        }
    }

    /// What is in the file called `name`; `None` if there is no such file.
    ///
    /// # Errors
    /// What the operating system refused.
    pub fn read(&self, name: &str) -> Result<Option<Vec<u8>>, DataDirError> {
        let path = self.file(name);
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(cause) => Err(io_error("read", &path)(cause)),
        }
    }

    /// The names of all files, in their order.
    ///
    /// # Errors
    /// What the operating system refused.
    pub fn names(&self) -> Result<Vec<String>, DataDirError> {
        let entries = fs::read_dir(&self.path).and_then(Iterator::collect::<io::Result<Vec<_>>>);
        let entries = entries.map_err(io_error("read", &self.path))?;
        let mut names: Vec<String> =
            entries.into_iter().filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.sort_unstable();
        Ok(names)
    }

    /// Gives the file called `name` another name; whatever had that is replaced.
    ///
    /// # Errors
    /// What the operating system refused.
    pub fn rename(&self, name: &str, to: &str) -> Result<(), DataDirError> {
        let path = self.file(name);
        fs::rename(&path, self.file(to)).map_err(io_error("write", &path))?;
        self.sync()
    }

    /// Takes the file called `name` away; it is well if there is none.
    ///
    /// # Errors
    /// What the operating system refused.
    pub fn remove(&self, name: &str) -> Result<(), DataDirError> {
        let path = self.file(name);
        match fs::remove_file(&path) {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => Err(io_error("write", &path)(cause)),
            Ok(()) | Err(_) => self.sync(),
        }
    }

    /// As [`DataDir::read`], for a file with a key in it: refused if others may read it.
    ///
    /// # Errors
    /// [`DataDirError::FileOpen`], or what the operating system refused.
    pub fn read_private(&self, name: &str) -> Result<Option<Vec<u8>>, DataDirError> {
        let path = self.file(name);
        match fs::metadata(&path) {
            Ok(found) if found.mode() & 0o077 != 0 => Err(DataDirError::FileOpen { file: path }),
            _ => self.read(name),
        }
    }

    /// Writes `bytes` to a file of their own beside `name`, down to the disk.
    fn write_draft(&self, name: &str, bytes: &[u8]) -> Result<PathBuf, DataDirError> {
        static DRAFTS: AtomicU64 = AtomicU64::new(0);
        let number = DRAFTS.fetch_add(1, Ordering::Relaxed);
        let path = self.file(&format!(".{name}.{}.{number}", std::process::id()));
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600);
        let write = |mut file: File| file.write_all(bytes).and_then(|()| file.sync_all());
        whole_or_gone(&path, options.open(&path).and_then(write)).map_err(io_error("write", &path))?;
        Ok(path)
    }

    /// Makes the folder's own list of names durable.
    fn sync(&self) -> Result<(), DataDirError> {
        File::open(&self.path).and_then(|folder| folder.sync_all()).map_err(io_error("write", &self.path))
    }
}

/// What became of a draft; one that cannot be finished is taken away, for it would be taken for what a process that died
/// has left.
fn whole_or_gone<T>(draft: &Path, done: io::Result<T>) -> io::Result<T> {
    done.inspect_err(|_| drop(fs::remove_file(draft)))
}

/// Takes others' rights away from a folder that is ours; refuses one that is not.
fn close_to_others(path: &Path) -> Result<(), DataDirError> {
    let mode = fs::metadata(path).map_err(io_error("read", path))?.mode();
    if mode & 0o077 == 0 {
        return Ok(());
    }
    let is_ours = path.join(LOCK_FILE).exists();
    let is_empty = fs::read_dir(path).map_err(io_error("read", path))?.next().is_none();
    let is_shared_on_purpose = mode & 0o1000 != 0;
    if is_shared_on_purpose || !(is_ours || is_empty) {
        return Err(DataDirError::Open { folder: path.to_owned() });
    }
    fs::set_permissions(path, fs::Permissions::from_mode(0o700)).map_err(io_error("write", path))
}

fn note_holder(file: &mut File) -> io::Result<()> {
    file.set_len(0)?;
    writeln!(file, "{}", std::process::id())
}

fn holder(file: &mut File) -> String {
    let mut text = String::new();
    match file.read_to_string(&mut text).ok().and_then(|_| text.trim().parse::<u32>().ok()) {
        Some(process) => format!(" (process {process})"),
        None => String::new(),
    }
}

fn io_error(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> DataDirError {
    move |cause| DataDirError::Io { doing, path: path.to_owned(), cause }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().mode() & 0o777
    }

    fn set_mode(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn a_missing_folder_is_made_for_its_owner_alone() {
        let place = tempfile::tempdir().unwrap();
        let data = DataDir::open(&place.path().join("a/b")).unwrap();
        assert_eq!(mode(data.path()), 0o700);
        assert!(data.path().is_absolute());
    }

    #[test]
    fn an_open_folder_is_closed_if_empty_or_ours_and_refused_if_strangers_live_there() {
        let place = tempfile::tempdir().unwrap();
        set_mode(place.path(), 0o755);
        let data = DataDir::open(place.path()).unwrap();
        assert_eq!(mode(place.path()), 0o700);

        drop(data.lock().unwrap());
        set_mode(place.path(), 0o755);
        DataDir::open(place.path()).unwrap();
        assert_eq!(mode(place.path()), 0o700);

        fs::remove_file(data.file(LOCK_FILE)).unwrap();
        fs::write(data.file("holiday.jpg"), "x").unwrap();
        set_mode(place.path(), 0o755);
        let refused = DataDir::open(place.path()).unwrap_err();
        assert!(refused.to_string().contains("chmod 700"), "{refused}");
        assert_eq!(mode(place.path()), 0o755, "a stranger's folder is left alone");
    }

    #[test]
    fn a_second_server_is_told_who_has_the_folder_and_what_to_do() {
        let place = tempfile::tempdir().unwrap();
        let data = DataDir::open(place.path()).unwrap();
        let lock = data.lock().unwrap();
        let refused = data.lock().unwrap_err().to_string();
        assert!(refused.contains(&data.path().display().to_string()), "{refused}");
        assert!(refused.contains(&format!("process {}", std::process::id())), "{refused}");
        assert!(refused.contains("COUNTERSIGN_DATA_DIR"), "{refused}");
        drop(lock);
        data.lock().unwrap();
    }

    #[test]
    fn files_are_private_whole_and_leave_nothing_behind() {
        let place = tempfile::tempdir().unwrap();
        let data = DataDir::open(place.path()).unwrap();
        assert_eq!(data.read("note").unwrap(), None);
        data.write("note", b"one").unwrap();
        data.write("note", b"two").unwrap();
        assert_eq!(data.read("note").unwrap().unwrap(), b"two");
        assert_eq!(mode(&data.file("note")), 0o600);
        assert!(!data.write_new("note", b"three").unwrap());
        assert!(data.write_new("other", b"three").unwrap());
        assert_eq!(data.read("note").unwrap().unwrap(), b"two");
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 2);
    }

    #[test]
    fn what_cannot_be_put_in_its_place_leaves_nothing_behind() {
        let place = tempfile::tempdir().unwrap();
        let data = DataDir::open(place.path()).unwrap();
        fs::create_dir(data.file("note")).unwrap();
        data.write("note", b"one").unwrap_err();
        assert!(!data.write_new("note", b"one").unwrap());
        data.write_new("no/such", b"one").unwrap_err();
        assert_eq!(data.names().unwrap(), ["note"]);
    }

    #[test]
    fn a_folder_inside_is_closed_and_its_files_come_and_go() {
        let place = tempfile::tempdir().unwrap();
        let data = DataDir::open(place.path()).unwrap();
        let inside = data.within("inside").unwrap();
        assert_eq!(mode(inside.path()), 0o700);
        set_mode(inside.path(), 0o755);
        data.within("inside").unwrap();
        assert_eq!(mode(inside.path()), 0o700);
        inside.write("b", b"2").unwrap();
        inside.write("a", b"1").unwrap();
        assert_eq!(inside.names().unwrap(), ["a", "b"]);
        inside.rename("a", "c").unwrap();
        inside.remove("b").unwrap();
        inside.remove("b").unwrap();
        assert_eq!(inside.names().unwrap(), ["c"]);
        assert_eq!(inside.read("c").unwrap().unwrap(), b"1");
    }

    #[test]
    fn a_key_that_others_may_read_is_refused() {
        let place = tempfile::tempdir().unwrap();
        let data = DataDir::open(place.path()).unwrap();
        data.write("key", b"k").unwrap();
        assert!(data.read_private("key").is_ok());
        set_mode(&data.file("key"), 0o644);
        let refused = data.read_private("key").unwrap_err().to_string();
        assert!(refused.contains("chmod 600"), "{refused}");
    }
}
