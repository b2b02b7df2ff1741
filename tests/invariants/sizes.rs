//! Files and functions stay small, as a ratchet: what is larger is listed with its size, and may shrink but not grow.

use countersign_tests::source::{Source, rust_files};

const FOLDERS: &[&str] =
    &["api/src", "console/src", "entities/src", "migration/src", "review-fixtures/src", "tests/src"];

/// Lines in a file.
const FILE_LIMIT: usize = 400;
/// Lines in a function.
const FUNCTION_LIMIT: usize = 50;
/// Lines in a handler: of the API's operations and of the pages.
const HANDLER_LIMIT: usize = 20;

/// Files over the limit, and their largest size. Make these smaller; add none.
const LARGE_FILES: &[(&str, usize)] = &[];

/// Handlers over the limit, most of it their parameters, and their largest size.
const LARGE_HANDLERS: &[(&str, &str, usize)] = &[
    ("api/src/http/audit.rs", "list", 39),
    ("api/src/http/drafts.rs", "list", 36),
    ("api/src/http/drafts/review.rs", "approve", 25),
    ("api/src/http/publications.rs", "list", 21),
];
fn sources() -> Vec<Source> {
    FOLDERS.iter().flat_map(|folder| rust_files(folder)).collect()
}

#[test]
fn files_hold_one_noun() {
    let mut faults = Vec::new();
    for source in sources() {
        let lines = source.text.lines().count();
        let listed = LARGE_FILES.iter().find(|(path, _)| *path == source.path).map(|(_, size)| *size);
        if lines > listed.unwrap_or(FILE_LIMIT) {
            faults.push(format!("{} has {lines} lines", source.path));
        }
        assert!(listed.is_none() || lines > FILE_LIMIT, "{} is small now: take it off the list", source.path);
    }
    assert!(faults.is_empty(), "a file this long hides a second noun:\n{}", faults.join("\n"));
}

#[test]
fn half_of_the_files_have_about_a_hundred_lines() {
    let mut sizes: Vec<usize> = sources().iter().map(|source| source.text.lines().count()).collect();
    sizes.sort_unstable();
    let median = sizes[sizes.len() / 2];
    assert!(median <= 130, "the median file has {median} lines");
}

/// A function: its name, its length in lines, and whether it answers a request itself.
struct Function {
    name: String,
    lines: usize,
    is_handler: bool,
}

/// The functions of what is product.
fn functions(source: &Source) -> Vec<Function> {
    let code = &source.product;
    let starts = code.match_indices("fn ").filter(|(at, _)| {
        code[..*at].chars().next_back().is_none_or(|c| c.is_whitespace())
            && code[at + 3..].starts_with(|c: char| c.is_alphabetic() || c == '_')
    });
    let function = |(at, _): (usize, &str)| {
        let (name, lines) = function(&code[at..])?;
        // Attributes stand between the end of what comes before and the function.
        let before = code[..at].rsplit(['}', ';']).next().unwrap_or_default();
        let is_handler = before.contains("#[handler]") || before.contains("#[oai(");
        Some(Function { name, lines, is_handler })
    };
    starts.filter_map(function).collect()
}

fn function(code: &str) -> Option<(String, usize)> {
    let name = code[3..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    let mut depth = 0;
    for (i, c) in code.char_indices() {
        match c {
            ';' if depth == 0 => return None,
            '{' | '(' | '[' => depth += 1,
            ']' | ')' => depth -= 1,
            '}' if depth == 1 => return Some((name, code[..i].lines().count())),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

#[test]
fn functions_are_short() {
    let (mut all, mut long) = (0, Vec::new());
    for source in sources() {
        for Function { name, lines, .. } in functions(&source) {
            all += 1;
            if lines > FUNCTION_LIMIT {
                long.push(format!("{}: {name} has {lines} lines", source.path));
            }
        }
    }
    assert!(all > 100, "only {all} functions were found");
    assert!(long.len() * 20 <= all, "more than one in twenty is long:\n{}", long.join("\n"));
}

#[test]
fn handlers_are_thin() {
    let (mut all, mut faults) = (0, Vec::new());
    for source in ["api/src/http", "console/src/pages"].iter().flat_map(|folder| rust_files(folder)) {
        for Function { name, lines, .. } in
            functions(&source).into_iter().filter(|function| function.is_handler)
        {
            all += 1;
            let listed =
                LARGE_HANDLERS.iter().find(|(path, known, _)| *path == source.path && *known == name);
            if lines > listed.map_or(HANDLER_LIMIT, |(.., size)| *size) {
                faults.push(format!("{}: {name} has {lines} lines", source.path));
            }
        }
    }
    assert!(all > 20, "only {all} handlers were found");
    assert!(faults.is_empty(), "a handler calls the service and answers:\n{}", faults.join("\n"));
}
