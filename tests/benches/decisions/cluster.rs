//! A PostgreSQL to measure: one at an address, or a throw-away one of Debian's programs.

use std::ffi::OsStr;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use countersign_tests::database::Intruder;
use countersign_tests::measure::Times;
use tempfile::TempDir;

/// Where an empty cluster is, with `{}` for the database's name.
const ADDRESS: &str = "COUNTERSIGN_BENCH_POSTGRES";
/// Where Debian has its programs, by version.
const DEBIAN: &str = "/usr/lib/postgresql";

/// A cluster; what was started here ends with it.
pub struct Cluster {
    address: String,
    started: Option<Started>,
}

struct Started {
    programs: PathBuf,
    folder: TempDir,
}

impl Cluster {
    /// The cluster that is named, or a new one; none where neither can be had.
    pub fn find() -> Option<Self> {
        if let Ok(address) = std::env::var(ADDRESS) {
            return Some(Self { address, started: None });
        }
        let versions = fs::read_dir(DEBIAN).ok()?;
        let programs = versions.filter_map(|version| Some(version.ok()?.path().join("bin"))).max()?;
        let started = Started { programs, folder: tempfile::tempdir().unwrap() };
        let folder = started.folder.path();
        // The server does not run as root.
        run(Command::new("chmod").arg("777").arg(folder));
        let (data, log) = (folder.join("data"), folder.join("log"));
        run(started.program("initdb").arg("-D").arg(&data).args(["-A", "trust", "-U", "postgres"]));
        let options = format!("-c listen_addresses= -k {} -c max_connections=200", folder.display());
        run(started
            .program("pg_ctl")
            .arg("-D")
            .arg(&data)
            .arg("-l")
            .arg(&log)
            .args(["-w", "-o", &options, "start"]));
        let address = format!("postgres://postgres@localhost/{{}}?host={}", folder.display());
        Some(Self { address, started: Some(started) })
    }

    /// The address of a new database.
    pub async fn fresh_database(&self) -> String {
        let name = format!("bench_{}", std::process::id());
        let server = Intruder::open(&self.address.replace("{}", "postgres")).await;
        server.run(&format!("CREATE DATABASE {name}")).await;
        self.address.replace("{}", &name)
    }

    /// Bare durable writes a second beside its data, or in the temporary folder where it is elsewhere.
    pub fn bare_rate(&self) -> f64 {
        let folder =
            self.started.as_ref().map_or_else(std::env::temp_dir, |own| own.folder.path().to_owned());
        let path = folder.join("bare-write");
        let mut file = OpenOptions::new().create(true).append(true).open(&path).unwrap();
        let times: Times = (0..200)
            .map(|_| {
                let began = Instant::now();
                file.write_all(&[7; 4096]).unwrap();
                file.sync_data().unwrap();
                began.elapsed()
            })
            .collect();
        fs::remove_file(path).unwrap();
        times.rate()
    }
}

impl Started {
    /// One of PostgreSQL's programs, as its user where this runs as root.
    fn program(&self, name: &str) -> Command {
        let program = self.programs.join(name);
        if fs::metadata(self.folder.path()).is_ok_and(|folder| is_of_root(&folder)) {
            let mut command = Command::new("runuser");
            command.args([OsStr::new("-u"), OsStr::new("postgres"), OsStr::new("--"), program.as_os_str()]);
            return command;
        }
        Command::new(program)
    }
}

fn is_of_root(folder: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    folder.uid() == 0
}

impl Drop for Started {
    fn drop(&mut self) {
        let data: &Path = &self.folder.path().join("data");
        run(self.program("pg_ctl").arg("-D").arg(data).args(["-m", "immediate", "stop"]));
    }
}

fn run(command: &mut Command) {
    let ended = command.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
    assert!(ended.success(), "{command:?} ended with {ended}");
}
