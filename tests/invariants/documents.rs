//! What the documents say of the source is so.

use std::fs;

use clap::CommandFactory;
use countersign::cli::Cli;
use countersign_tests::source::root;

fn readme() -> String {
    fs::read_to_string(root().join("README.md")).unwrap()
}

/// Everything between backticks.
fn quoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// The lines from one heading to the next.
fn section<'a>(text: &'a str, heading: &str) -> &'a str {
    let start = text.find(heading).unwrap_or_else(|| panic!("the README has no {heading:?}"));
    let rest = &text[start + heading.len()..];
    rest.split("\n## ").next().unwrap_or(rest)
}

fn is_path(quoted: &str) -> bool {
    let folders = ["api/", "console/", "docs/", "entities/", "migration/", "review-fixtures/", "tests/"];
    folders.iter().any(|folder| quoted.starts_with(folder)) && !quoted.contains([' ', '<', '*'])
}

#[test]
fn every_path_in_the_readme_exists() {
    let readme = readme();
    let paths: Vec<&str> = quoted(&readme).into_iter().filter(|quoted| is_path(quoted)).collect();
    assert!(paths.len() > 20, "the map was not read: {paths:?}");
    let missing: Vec<&str> = paths.into_iter().filter(|path| !root().join(path).exists()).collect();
    assert!(missing.is_empty(), "the README names {missing:?}");
}

#[test]
fn every_link_of_the_readme_leads_somewhere() {
    let readme = readme();
    for link in readme.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
        let is_outside = link.contains("://") || link.starts_with('#');
        assert!(is_outside || root().join(link).exists(), "the README links {link}");
    }
}

#[test]
fn every_command_in_the_readme_exists() {
    let readme = readme();
    let root_command = Cli::command();
    let table = section(&readme, "## With Pinterest");
    let rows = table.lines().filter(|line| line.starts_with("| `"));
    let mut checked = 0;
    for row in rows {
        for named in quoted(row.split('|').nth(1).unwrap_or_default()) {
            let named = named.trim_start_matches("countersign ");
            let (command, verbs) = named.split_once(' ').unwrap_or((named, ""));
            let found = root_command.find_subcommand(command);
            let found = found.unwrap_or_else(|| panic!("there is no command `{command}`"));
            for verb in verbs
                .split(" / ")
                .map(str::trim)
                .filter(|verb| verb.chars().all(|c| c.is_lowercase() || c == '-'))
            {
                if verb.is_empty() {
                    continue;
                }
                assert!(found.find_subcommand(verb).is_some(), "there is no command `{command} {verb}`");
                checked += 1;
            }
            checked += 1;
        }
    }
    assert!(checked > 15, "only {checked} commands were read");
}

#[test]
fn what_must_be_there_is_there() {
    for name in
        ["CHANGELOG.md", "SECURITY.md", "LICENSE-MIT", "LICENSE-APACHE", ".ci/run", "tests/run", "deny.toml"]
    {
        assert!(root().join(name).exists(), "{name} is missing");
    }
}
