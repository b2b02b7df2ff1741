//! Configurations as people write them, and what they are told.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use countersign_entities::vocabulary::{Environment, ReviewRule};

use super::*;
use crate::endpoints::AccessTier;
use crate::secret::Secret;

fn variables(pairs: &[(&str, &str)]) -> Inputs {
    pairs
        .iter()
        .fold(in_folder(Path::new("/nowhere")), |inputs, (name, value)| inputs.with_variable(name, value))
}

fn in_folder(folder: &Path) -> Inputs {
    Inputs { folder: folder.to_owned(), ..Inputs::default() }
}

fn flag(name: &str, value: &str) -> BTreeMap<String, Secret> {
    BTreeMap::from([(name.to_owned(), Secret::from(value))])
}

/// What a person is told who configures this; fails if it is accepted.
fn refusal(inputs: &Inputs) -> String {
    match Config::load(inputs) {
        Ok(_) => panic!("was accepted"),
        Err(problems) => problems.to_string(),
    }
}

fn accepted(inputs: &Inputs) -> Config {
    Config::load(inputs).unwrap_or_else(|problems| panic!("{problems}"))
}

#[test]
fn with_nothing_given_it_rehearses_on_loopback() {
    let config = accepted(&variables(&[]));
    assert!(config.is_rehearsal());
    assert!(config.pinterest.endpoints().is_none());
    assert_eq!(config.server.public_url.as_str(), "http://127.0.0.1:8080/");
    assert!(config.server.metrics_listen.is_none() && config.server.trusted_proxies.is_empty());
    assert_eq!(config.review.rule, ReviewRule::SecondPerson);
    assert_eq!(config.timing(), Timing::default());
    assert_eq!(config.pinterest.access_tier, AccessTier::Trial);
    assert_eq!(config.pinterest.api_url.as_str(), "https://api.pinterest.com/v5");
    assert_eq!(config.pinterest.oauth_url.as_str(), "https://www.pinterest.com/oauth/");
    assert_eq!(
        config.storage.database().expose(),
        "sqlite:///nowhere/./countersign-data/countersign.sqlite3?mode=rwc"
    );
}

#[test]
fn a_flag_wins_over_a_variable_over_the_file() {
    let place = tempfile::tempdir().unwrap();
    fs::write(place.path().join("countersign.toml"), "undo_seconds = 30\ntime_zone = \"Asia/Tokyo\"\n")
        .unwrap();
    let mut inputs = in_folder(place.path());
    assert_eq!(accepted(&inputs).review.undo, Duration::from_secs(30));
    inputs = inputs.with_variable("COUNTERSIGN_UNDO_SECONDS", "20");
    assert_eq!(accepted(&inputs).review.undo, Duration::from_secs(20));
    inputs.flags = flag("undo_seconds", "5");
    let config = accepted(&inputs);
    assert_eq!(config.timing().publishing.undo, Duration::from_secs(5));
    assert_eq!(config.review.time_zone_name, "Asia/Tokyo");
    let printed = config.print();
    assert!(printed.contains("undo_seconds = 5 # from --undo-seconds\n"), "{printed}");
    assert!(printed.contains("time_zone = \"Asia/Tokyo\" # from countersign.toml\n"), "{printed}");
    assert!(printed.contains("listen = \"127.0.0.1:8080\" # default\n"), "{printed}");
}

#[test]
fn an_empty_variable_counts_as_not_given() {
    let config = accepted(&variables(&[("COUNTERSIGN_UNDO_SECONDS", ""), ("PINTEREST_APP_ID", "")]));
    assert_eq!(config.review.undo, Duration::from_secs(10));
    assert!(config.is_rehearsal());
}

#[test]
fn what_is_unknown_is_named_with_what_was_probably_meant() {
    let place = tempfile::tempdir().unwrap();
    fs::write(place.path().join("countersign.toml"), "lisen = \"127.0.0.1:1\"\n[server]\nx = 1\n").unwrap();
    let told = refusal(&in_folder(place.path()).with_variable("COUNTERSIGN_PUBLIK_URL", "x"));
    assert!(
        told.contains("lisen (in countersign.toml) is not a key of Countersign. Did you mean listen?"),
        "{told}"
    );
    assert!(told.contains("server (in countersign.toml) is not a key"), "{told}");
    assert!(told.contains("COUNTERSIGN_PUBLIK_URL is not a variable"), "{told}");
    assert!(told.contains("Did you mean COUNTERSIGN_PUBLIC_URL?"), "{told}");
    let told = refusal(&variables(&[("PINTEREST_APP_SECERT", "x")]));
    assert!(told.contains("Did you mean PINTEREST_APP_SECRET?"), "{told}");
}

#[test]
fn variables_that_others_set_are_left_alone() {
    accepted(&variables(&[
        ("COUNTERSIGN_SERVICE_HOST", "10.0.0.1"),
        ("COUNTERSIGN_PORT_8080_TCP", "tcp://10.0.0.1:8080"),
        ("PINTEREST_AD_ACCOUNT", "5"),
        ("PATH", "/bin"),
    ]));
}

#[test]
fn a_named_file_must_exist_and_a_broken_one_is_told_without_its_text() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("mine.toml");
    let told = refusal(&variables(&[("COUNTERSIGN_CONFIG", &path.display().to_string())]));
    assert!(told.contains("mine.toml cannot be read"), "{told}");
    fs::write(&path, "undo_seconds = 1\nmaster_key = \"canary\n").unwrap();
    let told = refusal(&Inputs { config: Some(path), ..in_folder(place.path()) });
    assert!(told.contains("line 2") && !told.contains("canary"), "{told}");
}

#[test]
fn lists_may_be_lists_and_other_things_may_not() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("countersign.toml");
    fs::write(&file, "trusted_proxies = [\"10.0.0.2\", \"192.168.0.0/24\"]\n").unwrap();
    assert_eq!(accepted(&in_folder(place.path())).server.trusted_proxies.len(), 2);
    fs::write(&file, "listen = true\n").unwrap();
    assert!(refusal(&in_folder(place.path())).contains("listen (in countersign.toml) is a boolean"));
}

#[test]
fn a_public_https_address_without_a_trusted_proxy_is_warned_of() {
    let https = ("COUNTERSIGN_PUBLIC_URL", "https://pins.example");
    let warned = accepted(&variables(&[https])).warnings();
    assert!(warned.len() == 1 && warned[0].contains("COUNTERSIGN_TRUSTED_PROXIES"), "{warned:?}");
    let proxy = ("COUNTERSIGN_TRUSTED_PROXIES", "127.0.0.1");
    assert!(accepted(&variables(&[https, proxy])).warnings().is_empty());
    assert!(accepted(&variables(&[])).warnings().is_empty());
}

#[test]
fn what_is_set_and_not_used_yet_is_told() {
    let set =
        [("COUNTERSIGN_METRICS_LISTEN", "127.0.0.1:9100"), ("COUNTERSIGN_WEBHOOK_URL", "https://a.example")];
    let warned = accepted(&variables(&set)).warnings();
    assert_eq!(warned, ["metrics_listen, webhook_url: this version does not use that yet"]);
}

#[test]
fn each_bad_value_is_named_shown_and_given_a_remedy() {
    for (variable, value, remedy) in [
        ("COUNTERSIGN_LISTEN", "8080", "127.0.0.1:8080"),
        ("COUNTERSIGN_METRICS_LISTEN", "on", "127.0.0.1"),
        ("COUNTERSIGN_PUBLIC_URL", "pins.example.org", "https://"),
        ("COUNTERSIGN_PUBLIC_URL", "http://pins.example.org", "plain http"),
        ("COUNTERSIGN_PUBLIC_URL", "http://127.0.0.1.example.org", "plain http"),
        ("COUNTERSIGN_PUBLIC_URL", "https://example.org/pins", "host name of its own"),
        ("COUNTERSIGN_PUBLIC_URL", "https://ada:pw@example.org", "before the @"),
        ("COUNTERSIGN_TRUSTED_PROXIES", "proxy", "192.168.0.0/24"),
        ("COUNTERSIGN_REVIEW_RULE", "nobody", "second-person or sole-operator"),
        ("COUNTERSIGN_UNDO_SECONDS", "-1", "0 to 3600"),
        ("COUNTERSIGN_UNDO_SECONDS", "3601", "0 to 3600"),
        ("COUNTERSIGN_TIME_ZONE", "Berlin", "Europe/Berlin"),
        ("COUNTERSIGN_LOG_FORMAT", "xml", "pretty or json"),
        ("COUNTERSIGN_BOOTSTRAP_EMAIL", "ada", "ada@example.org"),
        ("COUNTERSIGN_PRIVACY_FILE", "none.md", "Markdown"),
        ("PINTEREST_ACCESS_TIER", "gold", "trial or standard"),
        ("PINTEREST_API_URL", "http://api.example.org/v5", "plain http"),
        ("PINTEREST_OAUTH_URL", "https://www.pinterest.com/oauth/?x=1", "before any ?"),
    ] {
        let told = refusal(&variables(&[(variable, value)]));
        assert!(told.contains(&format!("{variable} = {value:?}")), "{told}");
        assert!(told.contains(remedy), "{told}");
        assert_eq!(told.lines().count(), 1, "{told}");
    }
}

#[test]
fn every_problem_is_told_at_once() {
    let told = refusal(&variables(&[("COUNTERSIGN_LISTEN", "x"), ("COUNTERSIGN_UNDO_SECONDS", "x")]));
    assert_eq!(told.lines().count(), 2, "{told}");
}

#[test]
fn secrets_come_from_files_too_but_not_from_both() {
    let place = tempfile::tempdir().unwrap();
    fs::write(place.path().join("secret"), "s3cret-canary\n").unwrap();
    let app = |inputs: Inputs| inputs.with_variable("PINTEREST_APP_ID", "1500");
    let from_file = app(in_folder(place.path())).with_variable("PINTEREST_APP_SECRET_FILE", "secret");
    let config = accepted(&from_file);
    assert!(config.pinterest.app.as_ref().unwrap().secret.matches("s3cret-canary"));
    assert!(!config.print().contains("canary"));
    assert_eq!(
        config.pinterest.endpoints().unwrap().connectable(),
        [Environment::Sandbox],
        "the default is trial"
    );

    let told = refusal(&from_file.with_variable("PINTEREST_APP_SECRET", "other-canary"));
    assert!(told.contains("PINTEREST_APP_SECRET and PINTEREST_APP_SECRET_FILE are both given"), "{told}");
    assert!(!told.contains("canary"), "{told}");
    assert_eq!(told.lines().count(), 1, "one mistake is told once: {told}");

    let told = refusal(&app(in_folder(place.path())).with_variable("PINTEREST_APP_SECRET_FILE", "missing"));
    assert!(told.contains("PINTEREST_APP_SECRET_FILE = \"missing\" cannot be read"), "{told}");
}

#[test]
fn no_secret_is_printed_or_told() {
    let key = "00".repeat(32);
    let config = accepted(&variables(&[
        ("COUNTERSIGN_DATABASE_URL", "postgres://pins:canary@db.example:5432/pins"),
        ("COUNTERSIGN_MASTER_KEY", &key),
        ("COUNTERSIGN_BOOTSTRAP_EMAIL", "ada@example.org"),
        ("COUNTERSIGN_BOOTSTRAP_PASSWORD", "canary"),
        ("COUNTERSIGN_SMTP_URL", "smtps://pins:canary@mail.example"),
        ("COUNTERSIGN_MAIL_FROM", "pins@example.org"),
        ("COUNTERSIGN_WEBHOOK_URL", "https://hooks.example/canary"),
        ("COUNTERSIGN_WEBHOOK_SECRET", "canary"),
    ]));
    let printed = config.print();
    assert!(!printed.contains("canary") && !printed.contains(&key), "{printed}");
    assert!(printed.contains("database_url = \"postgres://db.example:5432/[redacted]\""), "{printed}");
    assert!(printed.contains("# from COUNTERSIGN_BOOTSTRAP_PASSWORD"), "{printed}");
    for variable in ["COUNTERSIGN_MASTER_KEY", "COUNTERSIGN_DATABASE_URL", "COUNTERSIGN_SMTP_URL"] {
        let told = refusal(&variables(&[(variable, "canary")]));
        assert!(told.contains(variable) && !told.contains("canary"), "{told}");
    }
}

#[test]
fn halves_of_pairs_are_refused() {
    for (variable, value, other) in [
        ("PINTEREST_APP_ID", "1500", "PINTEREST_APP_SECRET"),
        ("PINTEREST_APP_SECRET", "x", "PINTEREST_APP_ID"),
        ("COUNTERSIGN_BOOTSTRAP_EMAIL", "ada@example.org", "COUNTERSIGN_BOOTSTRAP_PASSWORD"),
        ("COUNTERSIGN_BOOTSTRAP_PASSWORD", "x", "COUNTERSIGN_BOOTSTRAP_EMAIL"),
        ("COUNTERSIGN_SMTP_URL", "smtp://mail.example", "COUNTERSIGN_MAIL_FROM"),
        ("COUNTERSIGN_MAIL_FROM", "pins@example.org", "COUNTERSIGN_SMTP_URL"),
        ("COUNTERSIGN_WEBHOOK_SECRET", "x", "COUNTERSIGN_WEBHOOK_URL"),
    ] {
        let told = refusal(&variables(&[(variable, value)]));
        assert!(told.starts_with(variable) && told.contains(other), "{told}");
    }
}

#[test]
fn plain_http_is_for_this_machine() {
    let config = accepted(&variables(&[
        ("COUNTERSIGN_PUBLIC_URL", "http://localhost:9000"),
        ("PINTEREST_APP_ID", "1500"),
        ("PINTEREST_APP_SECRET", "x"),
        ("PINTEREST_API_URL", "http://127.0.0.1:7070/v5/"),
        ("PINTEREST_SANDBOX_API_URL", "http://[::1]:7070/sandbox/v5"),
        ("PINTEREST_OAUTH_URL", "http://127.0.0.1:7070/oauth"),
    ]));
    assert_eq!(config.pinterest.api_url.as_str(), "http://127.0.0.1:7070/v5");
    assert_eq!(config.pinterest.oauth_url.as_str(), "http://127.0.0.1:7070/oauth/");
    assert!(!config.server.is_https());
}

#[test]
fn the_public_url_follows_the_address_unless_it_is_given() {
    let url = |pairs: &[(&str, &str)]| accepted(&variables(pairs)).server.public_url.to_string();
    assert_eq!(url(&[("COUNTERSIGN_LISTEN", "127.0.0.1:9000")]), "http://127.0.0.1:9000/");
    assert_eq!(url(&[("COUNTERSIGN_LISTEN", "[::1]:9000")]), "http://[::1]:9000/");
    assert_eq!(url(&[("COUNTERSIGN_LISTEN", "0.0.0.0:9000")]), "http://127.0.0.1:9000/");

    let mut server = accepted(&variables(&[("COUNTERSIGN_LISTEN", "127.0.0.1:0")])).server;
    server.bound_to("127.0.0.1:4321".parse().unwrap());
    assert_eq!(server.public_url.as_str(), "http://127.0.0.1:4321/");
    let given = [("COUNTERSIGN_PUBLIC_URL", "https://pins.example.org")];
    let mut server = accepted(&variables(&given)).server;
    server.bound_to("127.0.0.1:4321".parse().unwrap());
    assert_eq!(server.public_url.as_str(), "https://pins.example.org/");
}

#[test]
fn what_is_printed_can_be_read_again() {
    let place = tempfile::tempdir().unwrap();
    let first = accepted(&variables(&[("COUNTERSIGN_PRIVACY_CONTROLLER", "Ada \"the\" Author\nLondon")]));
    fs::write(place.path().join("countersign.toml"), first.print()).unwrap();
    let again = accepted(&in_folder(place.path()));
    assert_eq!(again.privacy.controller, first.privacy.controller);
    assert_eq!(again.entries().len(), keys().count());
}
