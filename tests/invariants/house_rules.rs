//! Habits that a compiler does not check by itself: who sends, who asks the clock, what is never written.

use countersign_tests::source::{Source, has_word, rust_files};

/// The only places of the product that may lift a ban of `clippy.toml`, and why. All else goes through them.
const MAY_LIFT_A_BAN: &[(&str, &str)] = &[
    ("api/src/clock.rs", "asks the machine's clock"),
    ("api/src/rng.rs", "asks for randomness"),
    ("api/src/db.rs", "opens transactions"),
    ("api/src/audit/tx.rs", "opens transactions"),
    ("api/src/pinterest/client.rs", "sends to Pinterest"),
    ("api/src/notices/mail.rs", "sends mail"),
    ("api/src/notices/webhook.rs", "sends to the operator's webhook"),
];

/// The simulator is a far end of its own: it has its own clock and randomness.
const PRODUCT: &[&str] = &["api/src", "console/src", "entities/src", "migration/src"];

fn product() -> Vec<Source> {
    PRODUCT.iter().flat_map(|folder| rust_files(folder)).collect()
}

#[test]
fn bans_are_lifted_in_their_one_place_only() {
    for source in product() {
        let lifts = source.product.contains("clippy::disallowed_methods");
        let may = MAY_LIFT_A_BAN.iter().any(|(path, _)| *path == source.path);
        assert!(
            !lifts || may,
            "{} lifts a ban of clippy.toml; ask for the clock, randomness or client",
            source.path
        );
    }
}

#[test]
fn only_the_client_holds_what_sends() {
    for source in product() {
        let path = source.path.as_str();
        let may = matches!(path, "api/src/pinterest/client.rs" | "api/src/outbound.rs" | "api/src/app.rs");
        let sends = source.product.contains(".outbound.") || has_word(&source.product, "RequestBuilder");
        assert!(
            may || !sends,
            "{path} reaches for the HTTP clients; pinterest/client.rs is the one that sends"
        );
    }
}

#[test]
fn nothing_is_allowed_ignored_or_left_to_do() {
    let all = ["api", "console", "entities", "migration", "review-fixtures", "tests"];
    // Put together here, so that this file is not its own finding.
    let words =
        [("#[", "allow("), ("#![", "allow("), ("#[", "ignore"), ("todo", "!("), ("unimplemented", "!(")];
    for source in all.iter().flat_map(|folder| rust_files(folder)) {
        for (start, end) in words {
            let word = format!("{start}{end}");
            assert!(!source.code.contains(&word), "{} says {word}", source.path);
        }
    }
}

#[test]
fn tests_wait_for_what_happens_and_never_sleep() {
    let waits = [format!("thread::{}", "sleep("), format!("tokio::time::{}", "sleep(")];
    for source in ["api", "console", "tests"].iter().flat_map(|folder| rust_files(folder)) {
        // A measurement of the real program may wait for it.
        let may = source.path == "api/src/clock.rs" || source.path.contains("/benches/");
        let sleeps = waits.iter().any(|wait| source.code.contains(wait));
        assert!(may || !sleeps, "{} sleeps; wait for the thing itself, or move the clock", source.path);
    }
}
