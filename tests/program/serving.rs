//! `serve` and `simulate`: what they say, what answers, and how they end.

use serde_json::Value;

use crate::place::{Place, Server, get};

#[test]
fn it_says_where_it_is_and_prints_two_links_that_work() {
    let place = Place::new();
    let server = place.serve();
    let links: Vec<&String> = server.greeting.iter().filter(|line| line.contains("/sign-in/")).collect();
    assert_eq!(links.len(), 2, "{:?}", server.greeting);
    for link in links {
        let path =
            link.trim().strip_prefix(&format!("http://{}", server.address())).expect("its own address");
        let (status, page) = server.get(path);
        assert_eq!(status, 200);
        assert!(page.contains(&format!("action=\"{path}\"")), "the link's button: {page}");
    }
    let names = server.greeting.join("\n");
    assert!(names.contains("Ada") && names.contains("Rowan"), "{names}");
    let pinterest = server.told("the simulated Pinterest is at http://").split('/').next().unwrap();
    assert_eq!(get(pinterest, "/_simulator/ledger").0, 200);
    server.stop();
}

#[test]
fn it_tells_how_it_is() {
    let place = Place::new();
    let server = place.serve();
    for path in ["/healthz", "/readyz", "/version", "/openapi.json", "/sign-in", "/privacy-policy"] {
        assert_eq!(server.get(path).0, 200, "{path}");
    }
    let (status, problem) = server.get("/api/v1/drafts");
    let problem: Value = serde_json::from_str(&problem).unwrap();
    assert_eq!((status, problem["status"].as_u64()), (401, Some(401)));
    server.stop();
}

#[test]
fn both_signals_stop_it_in_order() {
    let place = Place::new();
    for (starts, signal) in ["TERM", "INT"].into_iter().enumerate() {
        let server = place.serve();
        server.signal(signal);
        let (code, rest) = server.ended();
        assert_eq!((code, rest.as_str()), (Some(0), ""), "{signal}");
        let tail = place.run("audit tail -n 1 --type system.stopped --json");
        let stopped: Value = tail.json();
        assert_eq!(stopped["type"], "system.stopped", "{signal}");
        let all = place.run("audit tail -n 100 --type system.stopped --json");
        assert_eq!(all.ok().lines().count(), starts + 1, "{signal}");
    }
}

#[test]
fn one_data_folder_has_one_server() {
    let place = Place::new();
    let server = place.serve();
    place.run("serve").failed(1, "countersign-data");
    assert_eq!(server.get("/healthz").0, 200, "the first is unharmed");
    server.stop();
    place.serve().stop();
}

#[test]
fn a_database_whose_master_key_is_gone_gets_no_other_one() {
    let place = Place::new();
    place.serve().stop();
    let key = place.path("countersign-data/master.key");
    let kept = std::fs::read(&key).unwrap();
    std::fs::remove_file(&key).unwrap();
    for line in ["serve", "publishing status"] {
        place.run(line).failed(1, "Put the old master.key back");
        assert!(!key.exists(), "{line}");
    }
    std::fs::write(&key, kept).unwrap();
    std::fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    place.serve().stop();
}

#[test]
fn a_port_that_is_taken_is_named() {
    let (place, other) = (Place::new(), Place::new());
    let server = place.serve();
    let address = server.address().to_owned();
    other.run(&format!("serve --listen {address}")).failed(1, &format!("cannot listen on {address}"));
    server.stop();
}

#[test]
fn a_power_cut_loses_nothing_that_was_told() {
    let place = Place::new();
    let server = place.serve();
    place.run("publishing pause").ok();
    server.signal("KILL");
    assert_eq!(server.ended().0, None);
    let server = place.serve();
    assert_eq!(place.run("publishing status --json").json()["paused"], true);
    assert_eq!(server.get("/readyz").0, 200);
    server.stop();
}

#[test]
fn the_simulator_alone_prints_its_five_lines() {
    let place = Place::new();
    let mut simulator = Server::greeted(place.command("simulate --listen 127.0.0.1:0 --tier standard"));
    simulator.read_until("sandbox api: ");
    let names: Vec<&str> = simulator.greeting.iter().map(|line| line.split(": ").next().unwrap()).collect();
    assert_eq!(names, ["app id", "app secret", "oauth", "api", "sandbox api"]);
    let address = simulator.told("oauth: http://").split('/').next().unwrap().to_owned();
    let (status, ledger) = get(&address, "/_simulator/ledger");
    let ledger: Value = serde_json::from_str(&ledger).unwrap();
    assert_eq!((status, &ledger["pins"]), (200, &serde_json::json!([])));
    simulator.stop();
}
