//! What the program is built from: only what `deny.toml` lets in, all of it from the registry and with a checksum, and
//! no second version of anything but what is listed there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use countersign_tests::source::root;
use toml::{Table, Value};

/// Second versions that stand in the lock file for features and tools that nothing here turns on: they are not built, so
/// `cargo deny` does not see them, and `deny.toml` does not name them.
const LOCKED_AND_NOT_BUILT: &[&str] = &["atoi", "nix", "num-bigint", "synstructure"];

fn read(file: &str) -> Table {
    fs::read_to_string(root().join(file)).unwrap().parse().unwrap()
}

/// One entry of the lock file.
struct Package {
    name: String,
    version: String,
    source: Option<String>,
    has_checksum: bool,
}

fn packages() -> Vec<Package> {
    let lock = read("Cargo.lock");
    let text = |package: &Value, key: &str| package.get(key).and_then(Value::as_str).map(str::to_owned);
    let package = |package: &Value| Package {
        name: text(package, "name").unwrap(),
        version: text(package, "version").unwrap(),
        source: text(package, "source"),
        has_checksum: text(package, "checksum").is_some(),
    };
    let packages: Vec<Package> = lock["package"].as_array().unwrap().iter().map(package).collect();
    assert!(packages.len() > 100, "the lock file was not read");
    packages
}

/// The crates under `[bans]`, in the list of that name.
fn listed(list: &str) -> Vec<String> {
    let deny = read("deny.toml");
    let entries = deny["bans"][list].as_array().unwrap();
    let listed: Vec<String> = entries
        .iter()
        .map(|entry| {
            assert!(entry.get("reason").is_some(), "deny.toml gives no reason: {entry}");
            entry["crate"].as_str().unwrap().to_owned()
        })
        .collect();
    assert!(!listed.is_empty(), "deny.toml lists nothing under {list}");
    listed
}

#[test]
fn everything_comes_from_the_one_registry_with_a_checksum() {
    let packages = packages();
    for package in &packages {
        let is_ours = package.source.is_none() && package.name.starts_with("countersign");
        let is_of_a_registry = package.source.as_ref().is_some_and(|source| source.starts_with("registry+"));
        let is_known = is_of_a_registry && package.has_checksum;
        assert!(is_ours || is_known, "{} {} comes from {:?}", package.name, package.version, package.source);
    }
    let registries: BTreeSet<_> = packages.iter().filter_map(|package| package.source.as_ref()).collect();
    assert_eq!(registries.len(), 1, "{registries:?}");
}

#[test]
fn nothing_banned_is_in_the_lock_file() {
    let banned = listed("deny");
    for package in packages() {
        assert!(!banned.contains(&package.name), "{} is banned: deny.toml says why", package.name);
    }
}

#[test]
fn second_versions_are_listed_and_the_list_only_shrinks() {
    let mut versions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for package in packages() {
        versions.entry(package.name).or_default().insert(package.version);
    }
    let skipped = listed("skip");
    for skip in &skipped {
        let (name, series) = skip.split_once('@').unwrap();
        let there = versions.get_mut(name).unwrap_or_else(|| panic!("deny.toml skips {skip}, which is gone"));
        let is_of = |version: &String| version.strip_prefix(series).is_some_and(|rest| rest.starts_with('.'));
        assert!(there.len() > 1 && there.iter().any(is_of), "deny.toml skips {skip}: take it off the list");
        there.retain(|version| !is_of(version));
    }
    let doubled: Vec<_> = versions
        .iter()
        .filter(|(name, there)| there.len() > 1 && !LOCKED_AND_NOT_BUILT.contains(&name.as_str()))
        .collect();
    assert!(doubled.is_empty(), "there are two versions of {doubled:?}");
}
