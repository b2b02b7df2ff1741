//! Wrong usage ends with 2 and says what is wrong; help and version are no failures.

use crate::place::Place;

#[test]
fn what_is_not_understood_is_named() {
    let place = Place::new();
    for (line, named) in [
        ("frobnicate", "frobnicate"),
        ("operator add ada@halden.example --name Ada", "--role"),
        ("operator add ada@halden.example --name Ada --role boss", "boss"),
        ("token create --name x --scope approve --as ada@halden.example", "approve"),
        ("audit tail -n none", "none"),
        ("simulate --tier gold", "gold"),
        ("completions", "SHELL"),
        ("serve --no-such-flag", "--no-such-flag"),
    ] {
        place.run(line).failed(2, named);
    }
}

#[test]
fn help_and_version_are_no_failures() {
    let place = Place::new();
    assert!(place.run("--version").ok().contains(env!("CARGO_PKG_VERSION")));
    let help = place.run("--help");
    for command in ["serve", "simulate", "operator", "token", "publishing", "config", "migrate", "audit"] {
        assert!(help.ok().contains(command), "{command}");
    }
}

#[test]
fn before_the_first_start_a_command_says_what_to_do() {
    let place = Place::new();
    for line in ["operator list", "publishing status", "audit tail", "token list"] {
        place.run(line).failed(1, "countersign serve");
    }
}
