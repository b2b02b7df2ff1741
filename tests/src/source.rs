//! The project's own source, read as text: what the invariants look at.
//!
//! Comments and the insides of strings are blanked, so that a word in a sentence is not taken for code, and lines keep
//! their numbers.

use std::fs;
use std::path::{Path, PathBuf};

/// The root of the workspace.
pub fn root() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().map(Path::to_path_buf).unwrap_or_default()
}

/// One Rust file.
pub struct Source {
    /// Relative to the root, with forward slashes.
    pub path: String,
    /// As it stands there.
    pub text: String,
    /// With comments and the insides of strings blanked.
    pub code: String,
    /// As `code`, with what is compiled for tests only blanked too.
    pub product: String,
}

/// Every Rust file under `folder` (relative to the root), by path.
///
/// # Panics
/// If a file cannot be read.
pub fn rust_files(folder: &str) -> Vec<Source> {
    let (root, mut paths) = (root(), Vec::new());
    collect(&root.join(folder), &mut paths);
    paths.sort();
    paths.into_iter().map(|path| read(&root, &path)).collect()
}

fn collect(folder: &Path, into: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            if path.file_name().is_none_or(|name| name != "target") {
                collect(&path, into);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push(path);
        }
    }
}

fn read(root: &Path, path: &Path) -> Source {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let relative = path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/");
    let code = code_only(&text);
    let product = if is_test_file(&relative) { blanked(&code) } else { without_tests(&code) };
    Source { path: relative, text, code, product }
}

/// Files that a `#[cfg(test)] mod` elsewhere brings in, and programs that are tests or examples.
fn is_test_file(path: &str) -> bool {
    let is_named = |name: &str| path.ends_with(&format!("/{name}.rs"));
    is_named("tests") || is_named("testing") || path.contains("/tests/") || path.contains("/examples/")
}

fn blanked(text: &str) -> String {
    text.chars().map(|c| if c == '\n' { c } else { ' ' }).collect()
}

/// What state the reader of a file is in.
enum In {
    Code,
    LineComment,
    BlockComment(usize),
    Text,
    RawText(usize),
}

/// `text` with comments and the insides of strings and character literals blanked.
pub fn code_only(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let (mut out, mut state, mut i) = (String::with_capacity(text.len()), In::Code, 0);
    while i < chars.len() {
        let (c, next) = (chars[i], chars.get(i + 1).copied().unwrap_or(' '));
        let (step, is_kept) = match state {
            In::Code => {
                let (entered, step) = enter(&chars, i);
                let is_kept = !matches!(entered, In::LineComment | In::BlockComment(_));
                state = entered;
                (step, is_kept)
            }
            In::LineComment => {
                if c == '\n' {
                    state = In::Code;
                }
                (1, false)
            }
            In::BlockComment(depth) => match (c, next) {
                ('*', '/') if depth == 1 => {
                    state = In::Code;
                    (2, false)
                }
                ('*', '/') => {
                    state = In::BlockComment(depth - 1);
                    (2, false)
                }
                ('/', '*') => {
                    state = In::BlockComment(depth + 1);
                    (2, false)
                }
                _ => (1, false),
            },
            In::Text => match c {
                '\\' => (2, false),
                '"' => {
                    state = In::Code;
                    (1, true)
                }
                _ => (1, false),
            },
            In::RawText(hashes) => {
                let closes = c == '"' && (1..=hashes).all(|n| chars.get(i + n) == Some(&'#'));
                if closes {
                    state = In::Code;
                }
                (if closes { 1 + hashes } else { 1 }, closes)
            }
        };
        for &c in &chars[i..(i + step).min(chars.len())] {
            out.push(if is_kept || c == '\n' { c } else { ' ' });
        }
        i += step;
    }
    out
}

/// What begins at `i`, and how many characters its beginning takes.
fn enter(chars: &[char], i: usize) -> (In, usize) {
    let at = |n: usize| chars.get(i + n).copied().unwrap_or(' ');
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    match (at(0), at(1)) {
        ('/', '/') => (In::LineComment, 2),
        ('/', '*') => (In::BlockComment(1), 2),
        ('"', _) => (In::Text, 1),
        ('r', '"' | '#') if i == 0 || !is_word(chars[i - 1]) || chars[i - 1] == 'b' => {
            let hashes = (1..).take_while(|n| at(*n) == '#').count();
            if at(1 + hashes) == '"' { (In::RawText(hashes), 2 + hashes) } else { (In::Code, 1) }
        }
        // A character literal, as against a lifetime.
        ('\'', '\\') => {
            let end = (3..12).find(|n| at(*n) == '\'').unwrap_or(3);
            (In::Code, end + 1)
        }
        ('\'', _) if at(2) == '\'' => (In::Code, 3),
        _ => (In::Code, 1),
    }
}

/// `code` with each `#[cfg(test)]` item blanked.
fn without_tests(code: &str) -> String {
    let mut out = code.to_owned();
    while let Some(start) = out.find("#[cfg(test)]") {
        let end = end_of_item(&out[start..]).map_or(out.len(), |length| start + length);
        let blank = blanked(&out[start..end]);
        out.replace_range(start..end, &blank);
    }
    out
}

/// The length of the item that `code` begins with: to its `;`, or to the brace that closes its body.
fn end_of_item(code: &str) -> Option<usize> {
    let mut depth = 0;
    for (i, c) in code.char_indices() {
        match c {
            ';' if depth == 0 => return Some(i + 1),
            '{' => depth += 1,
            '}' if depth == 1 => return Some(i + 1),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// Whether `name` stands in `code` as a whole word.
pub fn has_word(code: &str, name: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(name).any(|(at, _)| {
        let before = code[..at].chars().next_back().is_none_or(|c| !is_word(c));
        let after = code[at + name.len()..].chars().next().is_none_or(|c| !is_word(c));
        before && after
    })
}

/// The names that follow `prefix::` in `code`, one level deep, also those of a braced list.
pub fn names_after(code: &str, prefix: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (at, found) in code.match_indices(&format!("{prefix}::")) {
        let is_whole =
            code[..at].chars().next_back().is_none_or(|c| !c.is_alphanumeric() && c != '_' && c != ':');
        if is_whole {
            names.extend(first_names(&code[at + found.len()..]));
        }
    }
    names.sort();
    names.dedup();
    names
}

fn first_names(code: &str) -> Vec<String> {
    let word = |text: &str| -> String {
        text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
    };
    let Some(list) = code.trim_start().strip_prefix('{') else { return vec![word(code)] };
    let (mut names, mut depth, mut start) = (Vec::new(), 0_usize, 0);
    for (i, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => {
                names.push(word(&list[start..i]));
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                names.push(word(&list[start..i]));
                start = i + 1;
            }
            _ => {}
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_strings_are_blanked_and_code_stays() {
        let text = "let a = \"sea_orm \\\" x\"; // sea_orm\n/* sea_orm /* in */ */ let b = r#\"sea_orm\"#; 'x' '\\'' 'a";
        let code = code_only(text);
        assert!(!code.contains("sea_orm"), "{code}");
        assert!(code.contains("let a") && code.contains("let b"));
        assert_eq!(code.lines().count(), 2);
    }

    #[test]
    fn what_is_for_tests_is_not_product() {
        let code =
            "fn a() {}\n#[cfg(test)]\nmod tests { fn b() { {} } }\n#[cfg(test)]\nmod other;\nfn c() {}";
        let product = without_tests(code);
        assert!(product.contains("fn a") && product.contains("fn c"), "{product}");
        assert!(!product.contains("fn b") && !product.contains("other"), "{product}");
    }

    #[test]
    fn names_are_found_in_lists_and_alone() {
        let code = "use crate::{app::App, audit::{read, tx}, db};\nuse crate::error::Fault; my_crate::no; crate::x::y()";
        assert_eq!(names_after(code, "crate"), ["app", "audit", "db", "error", "x"]);
        assert!(has_word("use sea_orm::x", "sea_orm") && !has_word("sea_orm_migration", "sea_orm"));
    }
}
