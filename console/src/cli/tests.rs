//! Command lines as people type them.

use clap::CommandFactory as _;
use countersign_api::operators::{Role, TokenScope};

use super::*;

fn parse(line: &str) -> Cli {
    Cli::try_parse_from(line.split(' ')).unwrap_or_else(|error| panic!("{error}"))
}

fn refused(line: &str) -> clap::Error {
    match Cli::try_parse_from(line.split(' ')) {
        Ok(_) => panic!("was accepted: {line}"),
        Err(error) => error,
    }
}

#[test]
fn the_definitions_are_consistent() {
    Cli::command().debug_assert();
}

#[test]
fn no_command_means_serve() {
    assert!(parse("countersign").command.is_none());
    assert!(
        matches!(parse("countersign serve --without-workers").command, Some(Command::Serve(serve)) if serve.without_workers)
    );
}

#[test]
fn configuration_flags_stand_before_or_after_the_command() {
    for line in [
        "countersign --undo-seconds 3 --listen 127.0.0.1:9000",
        "countersign --undo-seconds 3 serve --listen 127.0.0.1:9000",
        "countersign serve --undo-seconds 3 --listen 127.0.0.1:9000",
        "countersign config print --json --undo-seconds 3 --listen 127.0.0.1:9000",
    ] {
        let config = parse(line).options.load().unwrap();
        assert_eq!(config.review.undo.as_secs(), 3, "{line}");
        assert_eq!(config.server.listen.port(), 9000, "{line}");
    }
}

#[test]
fn every_key_is_a_flag_and_secrets_have_one_for_a_file() {
    let help = Cli::command().render_long_help().to_string();
    for key in countersign_api::config::keys() {
        assert!(help.contains(&format!("--{}", key.flag())), "{}", key.name);
        assert!(help.contains(&key.variable()), "{}", key.name);
    }
    assert!(help.contains("--master-key-file") && !help.contains("--master-key "), "{help}");
}

#[test]
fn the_simulator_has_an_address_of_its_own() {
    let listen = |line| match parse(line).command {
        Some(Command::Simulate(simulate)) => simulate.listen,
        _ => panic!("is not simulate"),
    };
    assert_eq!(listen("countersign simulate"), "127.0.0.1:7070");
    assert_eq!(listen("countersign simulate --listen 127.0.0.1:0 --tier standard --empty"), "127.0.0.1:0");
    assert_eq!(listen("countersign --undo-seconds 3 simulate"), "127.0.0.1:7070");
}

#[test]
fn people_and_tokens_take_lists() {
    let line =
        "countersign operator add ada@example.org --name Ada --role author,reviewer --password-stdin --json";
    match parse(line).command {
        Some(Command::Operator(OperatorCommand::Add(add))) => {
            assert_eq!(add.roles, [Role::Author, Role::Reviewer]);
            assert!(add.password.password_stdin && add.format.json);
        }
        _ => panic!("is not operator add"),
    }
    let line = "countersign token create --name ci --scope drafts:read,audit:read --as ada@example.org";
    match parse(line).command {
        Some(Command::Token(TokenCommand::Create(create))) => {
            assert_eq!(create.scopes, [TokenScope::DraftsRead, TokenScope::AuditRead]);
            assert_eq!(create.owner, "ada@example.org");
        }
        _ => panic!("is not token create"),
    }
}

#[test]
fn what_is_wrong_is_named_and_usage_ends_with_2() {
    for (line, named) in [
        ("countersign operator add ada@example.org --name Ada --role boss", "`boss` is no role"),
        ("countersign operator add ada@example.org --name Ada", "--role"),
        ("countersign token create --name x --scope approve --as ada@example.org", "approve"),
        ("countersign simulate --tier gold", "trial"),
        ("countersign audit tail --stream nowhere", "installation"),
        ("countersign frobnicate", "frobnicate"),
        ("countersign packet", "packet"),
    ] {
        let error = refused(line);
        assert!(error.to_string().contains(named), "{error}");
        assert_eq!(error.exit_code(), 2);
    }
}
