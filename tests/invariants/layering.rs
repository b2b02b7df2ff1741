//! Who may import what: between the crates, inside the service, and from the database layer.

use countersign_tests::source::{Source, has_word, names_after, root, rust_files};

/// The crates, and which of ours each may stand on.
const CRATES: &[(&str, &[&str])] = &[
    ("entities", &[]),
    ("migration", &[]),
    ("review-fixtures", &[]),
    ("api", &["entities", "migration"]),
    ("console", &["api", "review-fixtures"]),
    ("tests", &["api", "console", "entities", "migration", "review-fixtures"]),
];

/// The service's modules from the ground up; each imports only those before it, or of its own rank.
const RANKS: &[&[&str]] = &[
    &[
        "actor",
        "app",
        "clock",
        "config",
        "data_dir",
        "db",
        "endpoints",
        "error",
        "hidden",
        "hooks",
        "keys",
        "memory",
        "outbound",
        "rng",
        "secret",
        "throttle",
        "timing",
        "scope",
        "spool",
    ],
    &["audit"],
    &["data_keys"],
    &["operators"],
    &["drafts"],
    &["approvals"],
    &["pinterest"],
    &["connections"],
    &["notices"],
    &["publisher", "inspiration"],
    &["retention"],
    &["privacy", "packet"],
    &["worker"],
    &["http"],
];

/// Modules of `entities` that are words, not tables: everybody may use them.
const WORDS: &[&str] = &["ids", "vocabulary", "Timestamp", "timestamp"];

/// Places that name a table's type although they are no store, each with its reason.
const TABLE_EXCEPTIONS: &[&str] = &[
    // Turns rows into what the log's readers are given; asks nothing of the database.
    "api/src/audit/read.rs",
];

fn folder_of_package(name: &str) -> String {
    match name {
        "countersign" => "console".to_owned(),
        other => other.trim_start_matches("countersign-").to_owned(),
    }
}

fn our_dependencies(folder: &str) -> Vec<String> {
    let manifest = std::fs::read_to_string(root().join(folder).join("Cargo.toml")).unwrap();
    // A crate's own tests may also stand on the far end that they talk to.
    let product = manifest.split("[dev-dependencies]").next().unwrap_or_default();
    let names = product.lines().filter_map(|line| line.split(['.', ' ', '=']).next());
    let ours = names.filter(|name| *name == "countersign" || name.starts_with("countersign-"));
    ours.map(folder_of_package).collect()
}

#[test]
fn crates_import_one_way() {
    for (folder, allowed) in CRATES {
        for dependency in our_dependencies(folder) {
            assert!(
                allowed.contains(&dependency.as_str()),
                "{folder}/Cargo.toml names {dependency}; it may stand on {allowed:?} only"
            );
        }
    }
}

#[test]
fn the_console_has_no_database() {
    let manifest = std::fs::read_to_string(root().join("console/Cargo.toml")).unwrap();
    for name in ["sea-orm", "sqlx", "countersign-entities", "countersign-migration"] {
        assert!(!manifest.contains(name), "console/Cargo.toml names {name}: the service keeps the data");
    }
}

fn may_query(path: &str) -> bool {
    path == "api/src/db.rs"
        || path.starts_with("api/src/db/")
        || path == "api/src/audit/tx.rs"
        || path.ends_with("/store.rs")
        || path.contains("/store/")
}

#[test]
fn only_stores_speak_to_the_database() {
    let mut faults = Vec::new();
    for source in
        ["api/src", "console/src", "review-fixtures/src"].iter().flat_map(|folder| rust_files(folder))
    {
        if may_query(&source.path) {
            continue;
        }
        if has_word(&source.product, "sea_orm") {
            faults.push(format!("{} names sea_orm", source.path));
        }
        faults.extend(tables(&source));
    }
    assert!(faults.is_empty(), "queries belong in a `store.rs`:\n{}", faults.join("\n"));
}

fn tables(source: &Source) -> Vec<String> {
    if TABLE_EXCEPTIONS.contains(&source.path.as_str()) {
        return Vec::new();
    }
    let named = names_after(&source.product, "countersign_entities");
    let tables = named.iter().filter(|name| !WORDS.contains(&name.as_str()));
    tables.map(|table| format!("{} names the table {table}", source.path)).collect()
}

fn rank(module: &str) -> Option<usize> {
    RANKS.iter().position(|modules| modules.contains(&module))
}

/// `api/src/drafts/content.rs` is of module `drafts`.
fn module(path: &str) -> &str {
    let rest = path.trim_start_matches("api/src/");
    rest.split('/').next().unwrap_or(rest).trim_end_matches(".rs")
}

#[test]
fn the_service_imports_downward_only() {
    let mut faults = Vec::new();
    for source in rust_files("api/src") {
        let own = module(&source.path);
        if matches!(own, "lib" | "testing") {
            continue;
        }
        let Some(own_rank) = rank(own) else {
            faults.push(format!("{}: the module {own} has no rank; give it one in this test", source.path));
            continue;
        };
        for name in names_after(&source.product, "crate") {
            if rank(&name).is_some_and(|other| other > own_rank) {
                faults.push(format!("{} imports {name}, which stands above {own}", source.path));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn migrations_import_no_entity() {
    for source in rust_files("migration/src") {
        assert!(!source.code.contains("countersign_entities"), "{}: a migration is frozen", source.path);
    }
}

#[test]
fn the_simulator_shares_nothing_with_the_service() {
    for source in rust_files("review-fixtures") {
        assert!(
            !source.code.contains("countersign_api"),
            "{}: two readings of the API must meet",
            source.path
        );
    }
}
