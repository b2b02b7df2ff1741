//! Where values come from, and which of several wins.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::key::{Key, keys, nearest};
use super::problem::Problem;
use crate::secret::Secret;

/// The file that is read where none is named.
const DEFAULT_FILE: &str = "countersign.toml";

/// All that can decide a value. Made from the process by [`Inputs::from_process`], or by hand in tests.
#[derive(Default)]
pub struct Inputs {
    /// Flags that were given: the key's name, or its `_file` twin's, with the text.
    pub flags: BTreeMap<String, Secret>,
    /// Environment variables. An empty one counts as not given.
    pub variables: BTreeMap<String, Secret>,
    /// `--config`.
    pub config: Option<PathBuf>,
    /// The folder in which `countersign.toml` is looked for, and relative paths start.
    pub folder: PathBuf,
}

impl Inputs {
    /// The process's environment and working folder, with the flags of the command line.
    pub fn from_process(flags: BTreeMap<String, Secret>, config: Option<PathBuf>) -> Self {
        let variables = std::env::vars_os().filter_map(|(name, value)| {
            // What is not UTF-8 becomes text that fails its key's check, which then names it.
            Some((name.into_string().ok()?, Secret::from(value.to_string_lossy().into_owned())))
        });
        Self { flags, variables: variables.collect(), config, folder: PathBuf::new() }
    }

    /// With one more environment variable: for tests.
    pub fn with_variable(mut self, name: &str, value: &str) -> Self {
        self.variables.insert(name.to_owned(), Secret::from(value));
        self
    }
}

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Nobody said otherwise.
    Default,
    /// The configuration file.
    File(PathBuf),
    /// An environment variable.
    Variable(String),
    /// A flag.
    Flag(String),
}

/// A value as it was given.
#[derive(Clone)]
pub(super) struct Given {
    pub source: Source,
    /// The name under which it was given, for messages.
    pub named: String,
    pub text: Secret,
}

/// One layer: names of keys, and of `_file` twins, to what was given for them.
pub(super) type Layer = BTreeMap<String, Given>;

/// The layers, strongest first.
pub(super) fn layers(inputs: &Inputs, problems: &mut Vec<Problem>) -> [Layer; 3] {
    [flags(inputs), variables(inputs, problems), file(inputs, problems)]
}

fn flags(inputs: &Inputs) -> Layer {
    let given = |(name, text): (&String, &Secret)| {
        let named = format!("--{}", name.replace('_', "-"));
        (name.clone(), Given { source: Source::Flag(named.clone()), named, text: text.clone() })
    };
    inputs.flags.iter().map(given).collect()
}

fn variables(inputs: &Inputs, problems: &mut Vec<Problem>) -> Layer {
    let names: BTreeMap<String, String> = names().map(|(key, name)| (variable(key, &name), name)).collect();
    let mut layer = Layer::new();
    for (variable, text) in inputs.variables.iter().filter(|(_, text)| !text.is_empty()) {
        if let Some(name) = names.get(variable) {
            let source = Source::Variable(variable.clone());
            layer.insert(name.clone(), Given { source, named: variable.clone(), text: text.clone() });
        } else if let Some(text) = stray(variable, names.keys().cloned()) {
            problems.push(Problem { named: variable.clone(), text });
        }
    }
    layer
}

/// What to say of a variable that is no key's. Pinterest's prefix belongs to others as well, and Kubernetes sets
/// variables for a service that is called `countersign`: neither is ours to judge.
fn stray(variable: &str, known: impl Iterator<Item = String>) -> Option<String> {
    let is_ours = variable.starts_with("COUNTERSIGN_") && variable != "COUNTERSIGN_CONFIG";
    let is_kubernetes = variable.starts_with("COUNTERSIGN_SERVICE_")
        || variable == "COUNTERSIGN_PORT"
        || variable.starts_with("COUNTERSIGN_PORT_");
    let meant = nearest(variable, known);
    match (is_ours && !is_kubernetes, variable.starts_with("PINTEREST_"), meant) {
        (true, _, Some(meant)) | (false, true, Some(meant)) => Some(unknown("variable", Some(&meant))),
        (true, _, None) => Some(unknown("variable", None)),
        _ => None,
    }
}

fn file(inputs: &Inputs, problems: &mut Vec<Problem>) -> Layer {
    let Some((path, text)) = file_text(inputs, problems) else { return Layer::new() };
    let table = match text.parse::<toml::Table>() {
        Ok(table) => table,
        Err(error) => {
            problems.push(syntax_problem(&path, &text, &error));
            return Layer::new();
        }
    };
    let known: Vec<String> = names().map(|(_, name)| name).collect();
    let mut layer = Layer::new();
    for (name, value) in table {
        let named = format!("{name} (in {})", path.display());
        if !known.contains(&name) {
            let meant = nearest(&name, known.iter().cloned());
            problems.push(Problem { named, text: unknown("key", meant.as_deref()) });
            continue;
        }
        match plain_text(&value) {
            Some(text) => {
                let given = Given { source: Source::File(path.clone()), named, text: Secret::from(text) };
                layer.insert(name, given);
            }
            None => problems.push(Problem {
                named,
                text: format!("is {}. Write it as text in quotes", with_article(value.type_str())),
            }),
        }
    }
    layer
}

/// The configuration file and what is in it; `None` where there is none, or it cannot be read (which is a problem if
/// it was named).
fn file_text(inputs: &Inputs, problems: &mut Vec<Problem>) -> Option<(PathBuf, String)> {
    let from_variable = inputs.variables.get("COUNTERSIGN_CONFIG").filter(|path| !path.is_empty());
    let from_variable = from_variable.map(|path| PathBuf::from(path.expose()));
    let named = inputs.config.clone().or(from_variable);
    let path = named.clone().unwrap_or_else(|| PathBuf::from(DEFAULT_FILE));
    match std::fs::read_to_string(inputs.folder.join(&path)) {
        Ok(text) => Some((path, text)),
        Err(error) if named.is_none() && error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => {
            let text = format!("cannot be read: {error}. Name a file that exists with --config");
            problems.push(Problem { named: format!("The configuration file {}", path.display()), text });
            None
        }
    }
}

/// Tells where the file stops being TOML, but not what stands there: it may be a secret.
fn syntax_problem(path: &Path, text: &str, error: &toml::de::Error) -> Problem {
    let offset = error.span().map_or(0, |span| span.start).min(text.len());
    let line = text.as_bytes()[..offset].iter().filter(|byte| **byte == b'\n').count() + 1;
    let text = format!(
        "is not valid TOML, line {line}: {}. Write one `key = \"value\"` a line",
        error.message().lines().next().unwrap_or_default()
    );
    Problem { named: format!("The configuration file {}", path.display()), text }
}

/// A value as the environment would have it; lists with commas. `None` for what no key takes.
fn plain_text(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Array(items) => {
            let items: Option<Vec<&str>> = items.iter().map(toml::Value::as_str).collect();
            items.map(|items| items.join(", "))
        }
        _ => None,
    }
}

fn with_article(word: &str) -> String {
    let article = if word.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {word}")
}

fn unknown(what: &str, meant: Option<&str>) -> String {
    match meant {
        Some(meant) => format!("is not a {what} of Countersign. Did you mean {meant}?"),
        None => {
            format!(
                "is not a {what} of Countersign. Remove it; `countersign config print` lists what there is"
            )
        }
    }
}

/// Every name that can be given, with its key: the key's own and, for secrets, the `_file` twin's.
fn names() -> impl Iterator<Item = (&'static Key, String)> {
    keys().flat_map(|key| {
        let twin = key.is_secret().then(|| (key, format!("{}_file", key.name)));
        std::iter::once((key, key.name.to_owned())).chain(twin)
    })
}

fn variable(key: &Key, name: &str) -> String {
    if name == key.name { key.variable() } else { format!("{}_FILE", key.variable()) }
}
