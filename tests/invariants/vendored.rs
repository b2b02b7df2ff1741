//! What is not ours is exactly what its list says.

use std::fs;

use countersign_tests::source::root;
use sha2::{Digest, Sha256};

/// The lists, and the folder that each one's files are in.
const LISTS: &[(&str, &str)] = &[
    ("tests/browser/vendor/README.md", "tests/browser/vendor"),
    ("tests/vendor/README.md", "tests/vendor"),
    ("console/src/assets/VENDORED.md", "console/src/assets/files"),
    ("api/src/operators/password/VENDORED.md", "api/src/operators/password"),
];

/// The rows of a Markdown table whose first cell names a file and whose last one a SHA-256.
fn rows(list: &str) -> Vec<(String, String)> {
    let cell = |cell: &str| cell.trim().trim_matches('`').to_owned();
    let rows = list.lines().filter(|line| line.starts_with("| `"));
    rows.filter_map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split('|').collect();
        let (first, last) = (cell(cells.first()?), cell(cells.last()?));
        (last.len() == 64).then_some((first, last))
    })
    .collect()
}

#[test]
fn vendored_files_are_unchanged() {
    for (list, folder) in LISTS {
        let Ok(text) = fs::read_to_string(root().join(list)) else { continue };
        for (name, expected) in rows(&text) {
            let path = root().join(folder).join(&name);
            let bytes = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            assert_eq!(hex::encode(Sha256::digest(&bytes)), expected, "{name} is not what {list} says");
        }
    }
    for (list, _) in &LISTS[..2] {
        let own = fs::read_to_string(root().join(list)).unwrap();
        assert_eq!(rows(&own).len(), 1, "the table of {list} was not read");
    }
}

#[test]
fn every_vendored_file_of_the_tests_is_listed() {
    for (list, folder) in &LISTS[..2] {
        let listed = rows(&fs::read_to_string(root().join(list)).unwrap());
        for entry in fs::read_dir(root().join(folder)).unwrap() {
            let name = entry.unwrap().file_name().to_string_lossy().into_owned();
            assert!(
                name == "README.md" || listed.iter().any(|(known, _)| *known == name),
                "{name} is not in {list}"
            );
        }
    }
}
