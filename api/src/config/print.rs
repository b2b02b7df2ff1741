//! Shows a configuration without its secrets.

use super::inputs::{Given, Source};
use super::key::{Key, Shape};

/// What stands in the place of a secret.
const REDACTED: &str = "[redacted]";

/// A key, what it is set to, and by whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The key's name in the file.
    pub name: &'static str,
    /// Its value as it may be shown; `None`: not set.
    pub value: Option<String>,
    /// Where the value came from.
    pub source: Source,
    shape: Shape,
}

impl Entry {
    pub(super) fn present(key: &Key, given: &Given) -> Self {
        let value = match key.shape {
            Shape::Text | Shape::Number => given.text.expose().to_owned(),
            Shape::Secret => REDACTED.to_owned(),
            Shape::SecretUrl => scheme_and_host(given.text.expose()),
        };
        Self { name: key.name, value: Some(value), source: given.source.clone(), shape: key.shape }
    }

    pub(super) fn absent(key: &Key) -> Self {
        Self { name: key.name, value: None, source: Source::Default, shape: key.shape }
    }

    /// In words: `default`, `countersign.toml`, `COUNTERSIGN_LISTEN` or `--listen`.
    pub fn origin(&self) -> String {
        match &self.source {
            Source::Default => "default".to_owned(),
            Source::File(path) => path.display().to_string(),
            Source::Variable(name) | Source::Flag(name) => name.clone(),
        }
    }

    fn as_toml(&self) -> String {
        match &self.value {
            None => format!("# {} is not set", self.name),
            // Whoever uses the text as a file again must put the secrets back: a redacted one would be taken as given.
            Some(value) if matches!(self.shape, Shape::Secret | Shape::SecretUrl) => {
                format!("# {} = {} # from {}", self.name, quoted(value), self.origin())
            }
            Some(value) if self.shape == Shape::Number => {
                format!("{} = {value} # from {}", self.name, self.origin())
            }
            Some(value) => format!("{} = {} # from {}", self.name, quoted(value), self.origin()),
        }
    }
}

pub(super) fn as_toml(entries: &[Entry]) -> String {
    let lines = entries.iter().map(|entry| entry.as_toml() + "\n");
    lines.collect::<String>().replace(" # from default\n", " # default\n")
}

fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

/// `postgres://db.example:5432/[redacted]`: tells which it is, and nothing that opens it.
fn scheme_and_host(text: &str) -> String {
    let Ok(url) = url::Url::parse(text) else { return REDACTED.to_owned() };
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}://{}{port}/{REDACTED}", url.scheme(), url.host_str().unwrap_or_default())
}
