//! What the program stands on fails: its disk, its database, its keys. It says what is wrong and what to do, loses
//! nothing, and works again once it is mended.

use std::os::unix::fs::PermissionsExt as _;

use serde_json::{Value, json};

use crate::place::{Place, Server};

const PASSWORD: &str = "a canary that sings 8812";

/// Mira signs in: status and body.
fn sign_in(server: &Server) -> (u16, Value) {
    let body = json!({"email": "mira@halden.example", "password": PASSWORD});
    let (status, body) = server.post("/api/v1/session", &body);
    (status, serde_json::from_str(&body).unwrap())
}

fn checks(server: &Server) -> (u16, Value) {
    let (status, body) = server.get("/readyz");
    let body: Value = serde_json::from_str(&body).unwrap();
    (status, body["checks"].clone())
}

/// How often somebody has signed in with a password, as the log tells it.
fn sign_ins(place: &Place) -> usize {
    let tail = place.run("audit tail -n 200 --type access.signed_in --json");
    tail.ok().lines().filter(|line| line.contains("password")).count()
}

#[test]
fn a_disk_that_is_full() {
    let place = Place::new();
    let server = Server::start(place.command_with_failing_writes("serve"));
    let added = "operator add mira@halden.example --name Mira --role admin --password-stdin --json";
    place.run_with(added, PASSWORD).json();
    let wal = || std::fs::metadata(place.path("countersign-data/countersign.sqlite3-wal")).unwrap().len();
    // Nothing can be written at all; and a page of the database's journal is torn.
    for (done, is_torn) in [false, true].into_iter().enumerate() {
        let limit = if is_torn { wal() + 4_000 } else { 1 };
        server.limit_files(&limit.to_string());
        let (status, problem) = sign_in(&server);
        assert_eq!((status, problem["code"].as_str()), (503, Some("storage_full")), "{problem}");
        let told = problem["detail"].as_str().unwrap();
        assert!(told.contains("disk is full") && told.contains("nothing was changed"), "{told}");
        let (status, checks_then) = checks(&server);
        assert_eq!(status, 503);
        assert!(checks_then["disk"].as_str().unwrap().contains("free space"), "{checks_then}");
        assert_eq!((&checks_then["database"], &checks_then["keys"]), (&json!("ok"), &json!("ok")));
        assert_eq!(server.get("/sign-in").0, 200, "who reads is not disturbed");

        server.limit_files("unlimited");
        assert_eq!(checks(&server).0, 200, "it notices by itself");
        assert_eq!(sign_in(&server).0, 201);
        assert_eq!(sign_ins(&place), done + 1, "what was answered is what was written");
    }
    server.stop();
    place.serve().stop();
    assert_eq!(sign_ins(&place), 2);
}

#[test]
fn a_folder_that_cannot_be_opened() {
    let place = Place::new();
    let server = place.serve();
    let mut line = server.line();
    assert_eq!(line.get("/readyz").0, 200);
    // What is kept cannot be found then, and whoever watches must not be told that all is well.
    server.limit_open_files(1);
    let (status, body) = line.get("/readyz");
    let told: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(
        (status, &told["checks"]["spool"]),
        (503, &json!("it cannot be read: the log says why")),
        "{body}"
    );
    server.limit_open_files(1024);
    assert_eq!(line.get("/readyz").0, 200);
    server.stop();
}

#[test]
fn a_database_that_may_only_be_read() {
    let place = Place::new();
    place.serve().stop();
    let mut command = place.command("serve");
    let path = place.path("countersign-data/countersign.sqlite3");
    command.env("COUNTERSIGN_DATABASE_URL", format!("sqlite://{}?mode=ro", path.display()));
    let output = command.output().unwrap();
    let complained = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{complained}");
    for words in ["can be read but not written", "nothing was changed", "belong to the user it runs as"] {
        assert!(complained.contains(words), "{words}: {complained}");
    }
    place.serve().stop();
}

#[test]
fn a_database_that_nobody_answers_for() {
    let place = Place::new();
    let mut command = place.command("serve");
    // Nobody listens on the first port.
    command.env("COUNTERSIGN_DATABASE_URL", "postgres://somebody:canary@127.0.0.1:1/countersign");
    let output = command.output().unwrap();
    let complained = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{complained}");
    assert!(
        complained.contains("COUNTERSIGN_DATABASE_URL") && complained.contains("answers"),
        "{complained}"
    );
    assert!(!complained.contains("canary"), "{complained}");
}

#[test]
fn a_data_folder_that_cannot_be_one() {
    let place = Place::new();
    let file = place.write("taken", "a file");
    let line = format!("serve --data-dir {}", file.display());
    place.run(&line).failed(1, "Check that it exists, is yours, and that the disk is not full");
}

#[test]
fn a_key_that_others_may_read_and_a_key_of_another_installation() {
    let place = Place::new();
    place.serve().stop();
    let key = place.path("countersign-data/master.key");
    let with_mode = |mode| std::fs::set_permissions(&key, std::fs::Permissions::from_mode(mode)).unwrap();
    with_mode(0o644);
    place.run("serve").failed(1, "chmod 600");
    with_mode(0o600);
    let kept = std::fs::read(&key).unwrap();
    std::fs::write(&key, "7".repeat(64)).unwrap();
    place.run("serve").failed(1, "the keys of this installation do not open");
    std::fs::write(&key, kept).unwrap();
    place.serve().stop();
}
