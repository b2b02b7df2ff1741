//! Reads keys for the sections and gathers every problem on the way.

use std::path::PathBuf;

use super::inputs::{Given, Inputs, Layer, Source, layers};
use super::key::{Key, keys};
use super::print::Entry;
use super::problem::{Problem, Problems};
use crate::secret::Secret;

/// What parsers answer: the value, or what is wrong with the text and how to write it.
pub(super) type Parsed<T> = Result<T, String>;

pub(super) struct Reader {
    layers: [Layer; 3],
    folder: PathBuf,
    problems: Vec<Problem>,
    entries: Vec<Entry>,
}

impl Reader {
    pub(super) fn new(inputs: &Inputs) -> Self {
        let mut problems = Vec::new();
        let layers = layers(inputs, &mut problems);
        Self { layers, folder: inputs.folder.clone(), problems, entries: Vec::new() }
    }

    /// The value of a key with a default; `None` after a problem.
    pub(super) fn required<T>(&mut self, key: &Key, parse: impl FnOnce(&str) -> Parsed<T>) -> Option<T> {
        self.required_or(key, key.default.unwrap_or_default(), parse)
    }

    /// The same, with a default that follows from other keys.
    pub(super) fn required_or<T>(
        &mut self,
        key: &Key,
        default: &str,
        parse: impl FnOnce(&str) -> Parsed<T>,
    ) -> Option<T> {
        let given = self.given(key)?.unwrap_or_else(|| Given {
            source: Source::Default,
            named: key.variable(),
            text: Secret::from(default),
        });
        self.parse(key, given, |text| parse(text.expose()))
    }

    /// The value of a key that may be absent. The outer `None` is after a problem.
    pub(super) fn optional<T>(
        &mut self,
        key: &Key,
        parse: impl FnOnce(&str) -> Parsed<T>,
    ) -> Option<Option<T>> {
        self.optional_secret(key, |text| parse(text.expose()))
    }

    /// The same for a secret, which the parser gets as such.
    pub(super) fn optional_secret<T>(
        &mut self,
        key: &Key,
        parse: impl FnOnce(&Secret) -> Parsed<T>,
    ) -> Option<Option<T>> {
        match self.given(key)? {
            Some(given) => self.parse(key, given, parse).map(Some),
            None => {
                self.entries.push(Entry::absent(key));
                Some(None)
            }
        }
    }

    /// Whether somebody gave this key.
    pub(super) fn is_given(&self, key: &Key) -> bool {
        self.layers.iter().any(|layer| layer.contains_key(key.name) || layer.contains_key(&twin(key)))
    }

    /// A problem with a key as a whole, or with how it fits another.
    pub(super) fn object(&mut self, key: &Key, text: String) {
        self.problems.push(Problem { named: key.variable(), text });
    }

    /// Where a relative path given in the configuration leads.
    pub(super) fn path(&self, text: &str) -> PathBuf {
        self.folder.join(text)
    }

    /// What was read, in the order of the documentation, if there was no problem.
    pub(super) fn finish(mut self) -> Result<Vec<Entry>, Problems> {
        if !self.problems.is_empty() {
            return Err(Problems(self.problems));
        }
        let place = |entry: &Entry| keys().position(|key| key.name == entry.name);
        self.entries.sort_by_key(place);
        Ok(self.entries)
    }

    fn parse<T>(&mut self, key: &Key, given: Given, parse: impl FnOnce(&Secret) -> Parsed<T>) -> Option<T> {
        match parse(&given.text) {
            Ok(value) => {
                self.entries.push(Entry::present(key, &given));
                Some(value)
            }
            Err(trouble) => {
                let shown =
                    if key.is_secret() { String::new() } else { format!("= {:?} ", given.text.expose()) };
                self.problems.push(Problem { named: given.named, text: format!("{shown}{trouble}") });
                None
            }
        }
    }

    /// What the strongest layer says about the key, itself or through its `_file` twin; the inner `None` where none
    /// says anything, the outer one after a problem.
    fn given(&mut self, key: &Key) -> Option<Option<Given>> {
        let twin = twin(key);
        let found = self.layers.iter().find_map(|layer| match (layer.get(key.name), layer.get(&twin)) {
            (None, None) => None,
            (value, file) => Some((value.cloned(), file.cloned())),
        });
        match found.unwrap_or_default() {
            (None, None) => Some(None),
            (Some(value), None) => Some(Some(value)),
            (None, Some(file)) => self.read_file(file).map(Some),
            (Some(value), Some(file)) => {
                let text = format!("and {} are both given. Keep one of them", file.named);
                self.problems.push(Problem { named: value.named, text });
                None
            }
        }
    }

    fn read_file(&mut self, file: Given) -> Option<Given> {
        match std::fs::read_to_string(self.path(file.text.expose())) {
            Ok(text) => Some(Given { text: Secret::from(text.trim_end_matches(['\r', '\n'])), ..file }),
            Err(error) => {
                let path = file.text.expose();
                let text =
                    format!("= {path:?} cannot be read: {error}. Name a text file that this user may read");
                self.problems.push(Problem { named: file.named, text });
                None
            }
        }
    }
}

/// The name of the key that names a file to read this one from. Only secrets have one.
fn twin(key: &Key) -> String {
    if key.is_secret() { format!("{}_file", key.name) } else { String::new() }
}
