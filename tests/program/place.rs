//! A folder of its own in which the program runs, and what came of a run.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// The compiled program.
const PROGRAM: &str = env!("CARGO_BIN_EXE_countersign");

/// A working folder; the data folder is in it.
pub struct Place(TempDir);

impl Place {
    /// An empty one.
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// Where something in it is.
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes a file into it.
    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// The program with this line of arguments, an environment of nothing but where to listen, and no input.
    pub fn command(&self, line: &str) -> Command {
        self.prepared(Command::new(PROGRAM), line)
    }

    /// As [`Place::command`], for a program whose files will be limited: a write beyond the limit fails as on a full disk,
    /// instead of ending the program.
    pub fn command_with_failing_writes(&self, line: &str) -> Command {
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\"", PROGRAM]);
        self.prepared(shell, line)
    }

    fn prepared(&self, mut command: Command, line: &str) -> Command {
        command.args(line.split_whitespace()).current_dir(self.0.path()).env_clear();
        command.env("COUNTERSIGN_LISTEN", "127.0.0.1:0").env("COUNTERSIGN_SIMULATOR_LISTEN", "127.0.0.1:0");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs it to its end.
    pub fn run(&self, line: &str) -> Done {
        Done::of(line, self.command(line).output().unwrap())
    }

    /// Runs it to its end with this on its standard input.
    pub fn run_with(&self, line: &str, input: &str) -> Done {
        let mut child = self.command(line).stdin(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        Done::of(line, child.wait_with_output().unwrap())
    }

    /// Starts `serve`, and waits until it has said all that it says at the start.
    pub fn serve(&self) -> Server {
        Server::start(self.command("serve"))
    }
}

/// A command that has ended.
pub struct Done {
    line: String,
    /// The exit code.
    pub code: i32,
    /// What went to standard output.
    pub said: String,
    /// What went to standard error.
    pub complained: String,
}

impl Done {
    fn of(line: &str, output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let code = output.status.code().expect("it was killed");
        Self { line: line.to_owned(), code, said: text(output.stdout), complained: text(output.stderr) }
    }

    /// That it worked and complained of nothing; what it said.
    #[track_caller]
    pub fn ok(&self) -> &str {
        assert_eq!(self.code, 0, "{}: {}{}", self.line, self.said, self.complained);
        assert_eq!(self.complained, "", "{}", self.line);
        &self.said
    }

    /// As [`Done::ok`], for what speaks JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(self.ok())
            .unwrap_or_else(|error| panic!("{}: {error}: {}", self.line, self.said))
    }

    /// That it ended with this code, said nothing, and named `words` in its complaint.
    #[track_caller]
    pub fn failed(&self, code: i32, words: &str) {
        assert_eq!(self.code, code, "{}: {}{}", self.line, self.said, self.complained);
        assert_eq!(self.said, "", "{}", self.line);
        assert!(
            self.complained.contains(words),
            "{} does not name {words:?}: {}",
            self.line,
            self.complained
        );
    }
}

/// A program that goes on until it is told to stop.
pub struct Server {
    child: Child,
    lines: BufReader<ChildStdout>,
    /// The lines that it began with.
    pub greeting: Vec<String>,
}

impl Server {
    /// Starts it, and waits until it has said all that it says at the start.
    pub fn start(command: Command) -> Self {
        let mut server = Self::greeted(command);
        server.read_until("Stop with Ctrl-C.");
        server
    }

    /// One whose greeting is not read yet.
    pub fn greeted(mut command: Command) -> Self {
        // Its log belongs to the test's output: nobody reads the pipe while it runs.
        let mut child = command.stderr(Stdio::inherit()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        Self { child, lines, greeting: Vec::new() }
    }

    /// Reads its lines up to the one that begins with `words`.
    pub fn read_until(&mut self, words: &str) {
        loop {
            let mut line = String::new();
            let length = self.lines.read_line(&mut line).unwrap();
            assert!(length > 0, "it ended before {words:?}: {:?}", self.greeting);
            let is_last = line.starts_with(words);
            self.greeting.push(line.trim_end().to_owned());
            if is_last {
                return;
            }
        }
    }

    /// What follows `words` in the greeting.
    #[track_caller]
    pub fn told(&self, words: &str) -> &str {
        let found = self.greeting.iter().find_map(|line| line.split_once(words));
        found.map_or_else(|| panic!("no {words:?} in {:?}", self.greeting), |(_, rest)| rest)
    }

    /// `host:port` of the console.
    pub fn address(&self) -> &str {
        self.told("Countersign is at http://").trim_end_matches('/')
    }

    /// `GET` of a path: status and body.
    pub fn get(&self, path: &str) -> (u16, String) {
        get(self.address(), path)
    }

    /// `POST` of a JSON body to a path: status and body.
    pub fn post(&self, path: &str, body: &Value) -> (u16, String) {
        let (address, body) = (self.address(), body.to_string());
        let head = format!("POST {path} HTTP/1.0\r\nHost: {address}\r\nContent-Type: application/json\r\n");
        exchange(address, &format!("{head}Content-Length: {}\r\n\r\n{body}", body.len()))
    }

    /// From now on no file of its grows beyond this many bytes (or `unlimited`): the nearest to a full disk that needs
    /// no rights.
    pub fn limit_files(&self, bytes: &str) {
        let (process, limit) = (format!("--pid={}", self.child.id()), format!("--fsize={bytes}:unlimited"));
        assert!(Command::new("prlimit").args([process, limit]).status().unwrap().success());
    }

    /// From now on it opens no file whose number would not be below this; what is open stays open.
    pub fn limit_open_files(&self, count: u32) {
        let (process, limit) = (format!("--pid={}", self.child.id()), format!("--nofile={count}:"));
        assert!(Command::new("prlimit").args([process, limit]).status().unwrap().success());
    }

    /// A connection that stays open.
    pub fn line(&self) -> Line {
        Line { stream: BufReader::new(TcpStream::connect(self.address()).unwrap()) }
    }

    /// Sends it a signal by its name, such as TERM.
    pub fn signal(&self, name: &str) {
        let kill = format!("kill -{name} {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    }

    /// Waits for its end; the exit code, and what it still said.
    pub fn ended(mut self) -> (Option<i32>, String) {
        let mut rest = String::new();
        self.lines.read_to_string(&mut rest).unwrap();
        (self.child.wait().unwrap().code(), rest)
    }

    /// Stops it as an operator does.
    pub fn stop(self) {
        self.signal("TERM");
        assert_eq!(self.ended(), (Some(0), String::new()));
    }
}

impl Drop for Server {
    /// A test that fails leaves nothing running.
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// A connection on which one asks more than once.
pub struct Line {
    stream: BufReader<TcpStream>,
}

impl Line {
    /// `GET` of a path: status and body.
    pub fn get(&mut self, path: &str) -> (u16, String) {
        let request = format!("GET {path} HTTP/1.1\r\nHost: countersign\r\n\r\n");
        self.stream.get_mut().write_all(request.as_bytes()).unwrap();
        let head: Vec<String> =
            std::iter::repeat_with(|| self.line()).take_while(|line| !line.is_empty()).collect();
        let length =
            head.iter().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
        let mut body = vec![0; length.unwrap_or_else(|| panic!("no length: {head:?}"))];
        self.stream.read_exact(&mut body).unwrap();
        (head[0].split(' ').nth(1).unwrap().parse().unwrap(), String::from_utf8(body).unwrap())
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.stream.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }
}

/// `GET` of a path at `host:port`: status and body.
pub fn get(address: &str, path: &str) -> (u16, String) {
    exchange(address, &format!("GET {path} HTTP/1.0\r\nHost: {address}\r\n\r\n"))
}

fn exchange(address: &str, request: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
}
