//! What a decision costs: one after another beside a bare durable write, and many at once.
//!
//! `cargo bench -p countersign-tests --bench decisions` starts the optimised server as the journeys do. `alone`,
//! `together` and `postgres` behind it measure one part each. The last needs PostgreSQL: an empty cluster at
//! `COUNTERSIGN_BENCH_POSTGRES` (`{}` for the database's name), or the programs of Debian's package, with which a
//! throw-away cluster is started that writes to the disk as a real one does.
//!
//! Goals: an approval, with all that it checks and tells, is done at 0.12 times the rate of bare writes of its size; 64
//! who write at once are never told that the database is busy, and 99 of 100 wait 200 ms at most; PostgreSQL takes 300
//! approvals a second from 16.
#![expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot run has nothing to tell")]

mod alone;
mod cluster;
mod postgres;
mod together;
mod work;

#[tokio::main]
async fn main() {
    let named: Vec<String> = std::env::args().skip(1).filter(|name| !name.starts_with('-')).collect();
    let is_wanted = |part: &str| named.is_empty() || named.iter().any(|name| name == part);
    if is_wanted("alone") {
        alone::measure().await;
    }
    if is_wanted("together") {
        together::measure().await;
    }
    if is_wanted("postgres") {
        postgres::measure().await;
    }
}
