//! The program is killed at random moments while people write, approve and publish, and started again each time. In the
//! end every Pin that exists was approved and is known, none exists twice, nothing is stuck, and the log verifies.
//!
//! The far end is a process of its own, so that its ledger survives. `COUNTERSIGN_TEST_SEED` repeats a run's moments.

use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use countersign_api::audit::read;
use countersign_api::config::Storage;
use countersign_api::db::Db;
use countersign_api::rng::{Rng, SeededRng, SystemRng};
use countersign_api::timing;
use countersign_review_fixtures::Ledger;
use countersign_tests::actor::Place as Address;
use countersign_tests::captured::Captured;
use countersign_tests::database::Intruder;
use countersign_tests::harness::{ACCOUNT, RECIPES_IN_PRODUCTION};
use countersign_tests::log::Log;
use countersign_tests::{Actor, Draft, oracle, promises};
use serde_json::{Value, json};

use crate::place::{Place, Server, get};

const PASSWORD: &str = "a canary that sings 8812";
/// The longest life of a server, in milliseconds.
const LIFE: u64 = 2_500;
/// How long everything may take to come to rest in the end: what became unknown last is looked for twice by then.
const REST: Duration = Duration::from_secs(90);

/// An installation whose far end outlives it.
struct Town {
    place: Place,
    simulator: Server,
    address: String,
    author: Actor,
    reviewer: Actor,
    connection: String,
    /// Answers that no crash explains.
    wrong: Arc<Mutex<Vec<String>>>,
}

impl Town {
    async fn build() -> Self {
        let place = Place::new();
        let mut simulator = Server::greeted(place.command("simulate --listen 127.0.0.1:0 --tier standard"));
        simulator.read_until("sandbox api: ");
        // The consent comes back to one address, whichever process answers there.
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
        let (known, captured) = (Arc::new(Address::default()), Arc::new(Captured::default()));
        known.set(format!("http://{address}"));
        let person = |name: &str| {
            let mut person = Actor::nobody(Arc::clone(&known), Arc::clone(&captured));
            person.email = format!("{name}@halden.example");
            person.password = PASSWORD.to_owned();
            person
        };
        let (author, reviewer) = (person("ada"), person("rowan"));
        let connection = String::new();
        let mut town =
            Self { place, simulator, address, author, reviewer, connection, wrong: Arc::default() };
        town.move_in().await;
        town
    }

    /// Two people and an account, made while nobody is killed.
    async fn move_in(&mut self) {
        let server = self.serve();
        for (name, roles) in [("ada", "author,admin"), ("rowan", "reviewer")] {
            let line =
                format!("operator add {name}@halden.example --name {name} --role {roles} --password-stdin");
            let mut command = self.command(&line);
            command.stdin(std::process::Stdio::piped());
            let mut child = command.spawn().unwrap();
            std::io::Write::write_all(&mut child.stdin.take().unwrap(), PASSWORD.as_bytes()).unwrap();
            assert!(child.wait().unwrap().success());
        }
        self.author.sign_in().await.is(201);
        self.connection = self.author.connect("production", ACCOUNT).await;
        server.stop();
    }

    fn command(&self, line: &str) -> std::process::Command {
        let mut command = self.place.command(line);
        command.env("COUNTERSIGN_LISTEN", &self.address).env("COUNTERSIGN_UNDO_SECONDS", "0");
        command.env("PINTEREST_ACCESS_TIER", "standard");
        for (variable, line) in [
            ("PINTEREST_APP_ID", "app id: "),
            ("PINTEREST_APP_SECRET", "app secret: "),
            ("PINTEREST_OAUTH_URL", "oauth: "),
            ("PINTEREST_API_URL", "api: "),
            ("PINTEREST_SANDBOX_API_URL", "sandbox api: "),
        ] {
            let told = self.simulator.greeting.iter().find_map(|said| said.strip_prefix(line));
            command.env(variable, told.unwrap());
        }
        command
    }

    fn serve(&self) -> Server {
        let mut server = Server::greeted(self.command("serve"));
        server.read_until("Stop with Ctrl-C.");
        server
    }

    /// A server's short life: people work as soon as it answers, and after `life` it is killed, wherever it is.
    async fn live_and_die(&self, n: usize, life: Duration) {
        let server = Server::greeted(self.command("serve"));
        let people = tokio::spawn(work(self.author.clone(), self.reviewer.clone(), self.plan(n)));
        let over = tokio::time::timeout(life, std::future::pending::<()>()).await;
        assert!(over.is_err());
        server.signal("KILL");
        assert_eq!(server.ended().0, None, "it ended before it was killed");
        people.abort();
        // Whoever was in the middle of a request got no answer.
        drop(people.await);
    }

    fn plan(&self, n: usize) -> Plan {
        Plan {
            n,
            connection: self.connection.clone(),
            address: self.address.clone(),
            wrong: Arc::clone(&self.wrong),
        }
    }

    fn ledger(&self) -> Ledger {
        let address = self.simulator.told("oauth: http://").split('/').next().unwrap();
        serde_json::from_str(&get(address, "/_simulator/ledger").1).unwrap()
    }

    /// Whether nothing is under way and every Pin is known to its publication.
    async fn rests(&self) -> Result<(), String> {
        let publications = self.author.all("/publications?limit=100").await;
        let states: Vec<&str> = publications.iter().filter_map(|row| row["state"].as_str()).collect();
        let count = |state| states.iter().filter(|known| **known == state).count();
        let under_way = count("scheduled") + count("claimed") + count("sending") + count("held");
        let (published, pins) = (count("published"), self.ledger().pins.len());
        let is_at_rest = under_way == 0 && published == pins;
        if is_at_rest { Ok(()) } else { Err(format!("{pins} Pins, {states:?}")) }
    }

    /// Lets a last server live until everything has come to rest, and stops it in order.
    async fn come_to_rest(&self) {
        let server = self.serve();
        self.author.sign_in().await.is(201);
        let mut last = Ok(());
        let waiting = async {
            let mut tick = tokio::time::interval(Duration::from_millis(500));
            loop {
                tick.tick().await;
                last = self.rests().await;
                if last.is_ok() {
                    return;
                }
            }
        };
        let waited = tokio::time::timeout(REST, waiting).await;
        assert!(waited.is_ok(), "it is stuck: {last:?}");
        server.stop();
    }

    /// What of the promises is broken.
    async fn broken(&self) -> Vec<String> {
        let folder = self.place.path("countersign-data");
        let url = Storage::sqlite_in(&folder);
        let db = Db::connect(&url, &timing::Database::default()).await.unwrap();
        let (log, ledger) = (Log::read(&db).await, self.ledger());
        let mut broken = oracle::illegal(&Intruder::open(&url).await, &log, &ledger, &folder).await;
        broken.extend(promises::pins_without_approval(&ledger, &log, false));
        broken.extend(promises::sends_without_intent(&ledger, &log));
        broken.extend(promises::outcomes(&log));
        broken.extend(read::self_check(&db).await.unwrap().fault);
        broken.extend(self.wrong.lock().unwrap().clone());
        broken
    }
}

/// What people do during one life.
struct Plan {
    n: usize,
    connection: String,
    address: String,
    wrong: Arc<Mutex<Vec<String>>>,
}

impl Plan {
    /// Notes an answer that no crash explains.
    fn note(&self, answer: countersign_tests::Answer) -> countersign_tests::Answer {
        if answer.status == 500 {
            self.wrong.lock().unwrap().push(format!("{} answered {}", answer.asked, answer.text()));
        }
        answer
    }
}

/// Writes, submits and approves until the server is gone; what an earlier life left half done is taken up first.
async fn work(author: Actor, reviewer: Actor, plan: Plan) {
    let mut tick = tokio::time::interval(Duration::from_millis(20));
    while tokio::net::TcpStream::connect(&plan.address).await.is_err() {
        tick.tick().await;
    }
    for person in [&author, &reviewer] {
        if plan.note(person.get("/me").await).status == 401 {
            plan.note(person.sign_in().await);
        }
    }
    let drafts = author.all("/drafts?limit=100").await;
    let is_half_done = |draft: &&Value| draft["state"] == "draft" || draft["state"] == "in_review";
    for draft in drafts.iter().filter(is_half_done) {
        push_on(&author, &reviewer, &plan, draft["id"].as_str().unwrap_or_default()).await;
    }
    for k in 0.. {
        let asset = author.upload_png(countersign_tests::pictures::picture(90)).await;
        let fields = json!({
            "connection_id": plan.connection, "board_id": RECIPES_IN_PRODUCTION, "asset_id": asset["id"],
            "title": format!("Plum tart, life {} number {k}", plan.n), "link": "https://halden.example/",
        });
        let made = plan.note(author.create_draft(fields).await);
        if made.status == 201 {
            push_on(&author, &reviewer, &plan, made.json()["id"].as_str().unwrap()).await;
        }
    }
}

/// Brings a draft as far as people can.
async fn push_on(author: &Actor, reviewer: &Actor, plan: &Plan, id: &str) {
    let look = || async { Draft::of(&author.get(&format!("/drafts/{id}")).await) };
    let mut draft = look().await;
    if draft.state() == "draft" {
        plan.note(author.verb(&draft, "submit").await);
        draft = look().await;
    }
    if draft.state() == "in_review" {
        plan.note(reviewer.try_approve(&draft).await);
    }
}

fn seed() -> u64 {
    let given = std::env::var("COUNTERSIGN_TEST_SEED").ok().map(|seed| seed.parse().unwrap());
    given.unwrap_or_else(|| u64::from_be_bytes((&SystemRng as &dyn Rng).bytes()) >> 16)
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_random_it_loses_nothing_and_doubles_nothing() {
    let lives = if std::env::var_os("TESTS_LONG").is_some() { 150 } else { 6 };
    let seed = seed();
    println!("COUNTERSIGN_TEST_SEED={seed}");
    let rng = SeededRng::new(seed);
    let town = Town::build().await;
    for n in 0..lives {
        let life = (&rng as &dyn Rng).jitter(Duration::from_millis(LIFE));
        println!("life {n}: {} ms", life.as_millis());
        town.live_and_die(n, life).await;
    }
    town.come_to_rest().await;
    let broken = town.broken().await;
    assert!(broken.is_empty(), "seed {seed}:\n{}", broken.join("\n"));
    println!("{} Pins", town.ledger().pins.len());
    town.simulator.stop();
}
