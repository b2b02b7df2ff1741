//! The form of a statement: what it is, whatever its values.

/// Puts `?` in the place of each value, and of each list of values.
pub(super) fn shape(statement: &str) -> String {
    let mut shape = String::with_capacity(statement.len());
    let mut rest = statement;
    while let Some(next) = rest.chars().next() {
        if let Some(after) = after_value(rest, shape.chars().next_back()) {
            shape.push('?');
            rest = after;
        } else {
            shape.push(if next.is_whitespace() { ' ' } else { next });
            rest = &rest[next.len_utf8()..];
        }
    }
    let shape = shape.replace(['"', '`'], "");
    without_repetition(&without_repetition(&shape, ", ?", "?"), " OR (draft_id = ? AND revision = ?)", ")")
}

/// What follows a value at the start of `text`; none where there is none.
fn after_value(text: &str, before: Option<char>) -> Option<&str> {
    if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '"') {
        return None;
    }
    let quoted = ["x'", "E'", "'"].iter().find_map(|start| text.strip_prefix(start));
    if let Some(mut inside) = quoted {
        loop {
            let end = inside.find('\'')?;
            inside = &inside[end + 1..];
            match inside.strip_prefix('\'') {
                Some(more) => inside = more,
                None => return Some(inside),
            }
        }
    }
    let word = text.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    let is_value =
        word.starts_with(|c: char| c.is_ascii_digit()) || matches!(word, "NULL" | "TRUE" | "FALSE");
    (is_value && !word.is_empty()).then(|| &text[word.len()..])
}

/// Takes `again` away wherever it follows `first`.
fn without_repetition(text: &str, again: &str, first: &str) -> String {
    let mut text = text.to_owned();
    let doubled = format!("{first}{again}");
    while text.contains(&doubled) {
        text = text.replace(&doubled, first);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_and_their_number_make_no_difference() {
        let one =
            r#"SELECT "draft"."id" FROM "draft" WHERE "draft"."id" IN ('drf_1') AND x = 'it''s' LIMIT 25"#;
        let two =
            r#"SELECT "draft"."id" FROM "draft" WHERE "draft"."id" IN ('a', 'b', 'c') AND x = '' LIMIT 7"#;
        assert_eq!(shape(one), "SELECT draft.id FROM draft WHERE draft.id IN (?) AND x = ? LIMIT ?");
        assert_eq!(shape(one), shape(two));
        assert_eq!(
            shape("UPDATE t SET a1 = NULL, b = x'00ff' WHERE c = -5"),
            "UPDATE t SET a1 = ?, b = ? WHERE c = -?"
        );
    }
}
