//! The table of keys, from which the file's names, the variables and the flags follow.

/// What a key's value is, as far as showing it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Text that may be shown.
    Text,
    /// A whole number.
    Number,
    /// Never shown; may come from a file named by the key's `_file` twin.
    Secret,
    /// A URL that may hold a password or token: only its scheme and host are shown; has a `_file` twin, too.
    SecretUrl,
}

/// One thing that can be configured.
#[derive(Debug)]
pub struct Key {
    /// Its name in the configuration file, such as `public_url`.
    pub name: &'static str,
    /// How its value is shown.
    pub shape: Shape,
    /// What holds where nothing is given, as it would be written; `None`: it is absent then.
    pub default: Option<&'static str>,
    /// What it is for, one line.
    pub help: &'static str,
}

impl Key {
    /// A key with a default.
    pub(super) const fn with_default(name: &'static str, default: &'static str, help: &'static str) -> Self {
        Self { name, shape: Shape::Text, default: Some(default), help }
    }

    /// A key that may be absent.
    pub(super) const fn optional(name: &'static str, help: &'static str) -> Self {
        Self { name, shape: Shape::Text, default: None, help }
    }

    /// A key that may be absent and whose value is not for everyone.
    pub(super) const fn secret(name: &'static str, shape: Shape, help: &'static str) -> Self {
        Self { name, shape, default: None, help }
    }

    /// Its environment variable: `COUNTERSIGN_PUBLIC_URL`; Pinterest's keys have no prefix.
    pub fn variable(&self) -> String {
        let upper = self.name.to_uppercase();
        if upper.starts_with("PINTEREST_") { upper } else { format!("COUNTERSIGN_{upper}") }
    }

    /// Its flag without the leading dashes: `public-url`.
    pub fn flag(&self) -> String {
        self.name.replace('_', "-")
    }

    /// Whether it is taken and nothing is done with it yet; its help says so.
    pub fn is_unused(&self) -> bool {
        self.help.ends_with("(not used yet)")
    }

    /// Whether its value is kept out of sight.
    pub fn is_secret(&self) -> bool {
        matches!(self.shape, Shape::Secret | Shape::SecretUrl)
    }
}

/// Every key, in the order of the documentation.
pub fn keys() -> impl Iterator<Item = &'static Key> {
    [
        super::server::KEYS,
        super::storage::KEYS,
        super::review::KEYS,
        super::bootstrap::KEYS,
        super::notices::KEYS,
        super::privacy::KEYS,
        super::log::KEYS,
        super::pinterest::KEYS,
    ]
    .into_iter()
    .flatten()
}

/// Among `known`, the name that `given` was most likely meant to be; `None` if nothing is near.
pub(super) fn nearest(given: &str, known: impl Iterator<Item = String>) -> Option<String> {
    let distances = known.map(|name| (distance(given, &name), name));
    distances.filter(|(distance, _)| *distance <= 1 + given.len() / 6).min().map(|(_, name)| name)
}

/// How many letters have to be changed, added or dropped to get from one to the other.
fn distance(from: &str, to: &str) -> usize {
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (index, letter) in from.bytes().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], index + 1);
        for (column, other) in to.bytes().enumerate() {
            let changed = diagonal + usize::from(letter != other);
            diagonal = row[column + 1];
            row[column + 1] = changed.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_follow_from_one_another_and_are_unique() {
        let key = Key::optional("public_url", "");
        assert_eq!((key.variable().as_str(), key.flag().as_str()), ("COUNTERSIGN_PUBLIC_URL", "public-url"));
        assert_eq!(Key::optional("pinterest_app_id", "").variable(), "PINTEREST_APP_ID");
        let twins = keys().filter(|key| key.is_secret()).map(|key| format!("{}_file", key.name));
        let names: Vec<String> = keys().map(|key| key.name.to_owned()).chain(twins).collect();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
    }

    #[test]
    fn a_typing_error_finds_its_name_and_something_else_does_not() {
        let known = || ["public_url", "listen", "log"].map(String::from).into_iter();
        assert_eq!(nearest("publik_url", known()).as_deref(), Some("public_url"));
        assert_eq!(nearest("lisen", known()).as_deref(), Some("listen"));
        assert_eq!(nearest("colour", known()), None);
    }
}
