//! What the program costs before it does anything: cold start, memory when idle, size.
//!
//! `cargo bench -p countersign --bench footprint` starts the optimised binary in rehearsal on a data folder of its own.
//! The first start (which makes database, keys and people) is told apart from the following ones. The baseline of the
//! cold start is the start of a process that does nothing, in the same run.
#![expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
#![expect(clippy::expect_used, reason = "a benchmark that cannot run has nothing to tell")]

use std::{
    fs,
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

const PROGRAM: &str = env!("CARGO_BIN_EXE_countersign");
const STARTS: usize = 9;
/// Long enough for what a start leaves behind to settle.
const IDLE: Duration = Duration::from_secs(5);

fn main() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (first, mut server) = start(folder.path());
    stop(&mut server);
    let mut times: Vec<Duration> = Vec::new();
    for _ in 0..STARTS {
        let (took, mut server) = start(folder.path());
        times.push(took);
        stop(&mut server);
    }
    let mut nothing: Vec<Duration> = (0..STARTS).map(|_| process()).collect();
    let (_, mut server) = start(folder.path());
    std::thread::sleep(IDLE);
    let resident = resident_kib(server.id());
    stop(&mut server);
    let size = fs::metadata(PROGRAM).expect("the program").len();
    println!("first start to the first 200:   {:>8.1} ms (database, keys and people are made)", ms(first));
    println!(
        "cold start to the first 200:    {:>8.1} ms (median of {STARTS}; goal 50)",
        ms(median(&mut times))
    );
    println!("baseline, a process that ends:  {:>8.1} ms", ms(median(&mut nothing)));
    println!("resident when idle:             {:>8.1} MB (goal 30)", resident as f64 * 1024.0 / 1e6);
    println!("size of the program:            {:>8.1} MB (goal 25)", size as f64 / 1e6);
}

fn start(folder: &std::path::Path) -> (Duration, Child) {
    let address = free_address();
    let began = Instant::now();
    let server = Command::new(PROGRAM)
        .current_dir(folder)
        .env_clear()
        .env("COUNTERSIGN_DATA_DIR", folder.join("data"))
        .env("COUNTERSIGN_LISTEN", address.to_string())
        .env("COUNTERSIGN_SIMULATOR_LISTEN", free_address().to_string())
        .env("COUNTERSIGN_LOG", "error")
        .stdout(Stdio::null())
        .spawn()
        .expect("the program starts");
    while !answers(address) {
        assert!(began.elapsed() < Duration::from_secs(60), "no answer within a minute");
        std::thread::sleep(Duration::from_micros(200));
    }
    (began.elapsed(), server)
}

fn answers(address: SocketAddr) -> bool {
    let Ok(mut stream) = TcpStream::connect(address) else { return false };
    let mut answer = [0; 12];
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").is_ok()
        && stream.read_exact(&mut answer).is_ok()
        && answer.ends_with(b" 200")
}

fn stop(server: &mut Child) {
    server.kill().expect("it ends");
    server.wait().expect("it ended");
}

fn process() -> Duration {
    let began = Instant::now();
    Command::new("true").status().expect("a process");
    began.elapsed()
}

fn resident_kib(pid: u32) -> u64 {
    let status =
        fs::read_to_string(format!("/proc/{pid}/status")).expect("Linux tells the memory of a process");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("resident memory");
    line.trim().trim_end_matches("kB").trim().parse().expect("a number")
}

fn free_address() -> SocketAddr {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|free| free.local_addr()).expect("a free port")
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}
