//! The configuration's flags, one for each key of the table, on every command.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::{Arg, ArgMatches, Args, Command, FromArgMatches, value_parser};
use countersign_api::config::{Config, Inputs, Key, Problems, Shape, keys};
use countersign_api::secret::Secret;

/// The flags of the configuration that were given.
#[derive(Default)]
pub struct Options {
    flags: BTreeMap<String, Secret>,
    config: Option<PathBuf>,
}

impl Options {
    /// The configuration as flags, environment and file have it.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn load(&self) -> Result<Config, Problems> {
        Config::load(&self.inputs())
    }

    fn inputs(&self) -> Inputs {
        Inputs::from_process(self.flags.clone(), self.config.clone())
    }
}

impl FromArgMatches for Options {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut options = Self::default();
        options.update_from_arg_matches(matches)?;
        Ok(options)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        for name in keys().flat_map(names) {
            if let Some(text) = matches.get_one::<String>(&name) {
                self.flags.insert(name, Secret::from(text.as_str()));
            }
        }
        self.config = matches.get_one::<PathBuf>("config").cloned().or_else(|| self.config.take());
        Ok(())
    }
}

impl Args for Options {
    fn augment_args(command: Command) -> Command {
        let config = Arg::new("config")
            .long("config")
            .value_name("FILE")
            .value_parser(value_parser!(PathBuf))
            .help("The configuration file [env: COUNTERSIGN_CONFIG=] [default: countersign.toml, if there is one]");
        let flags = keys().flat_map(|key| names(key).map(move |name| flag(key, name)));
        std::iter::once(config).chain(flags).fold(command, |command, flag| {
            command.arg(flag.global(true).hide_short_help(true).help_heading("Configuration"))
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

/// The names under which a key can be given: its own and, for secrets, that of a file.
fn names(key: &'static Key) -> impl Iterator<Item = String> {
    let twin = key.is_secret().then(|| format!("{}_file", key.name));
    std::iter::once(key.name.to_owned()).chain(twin)
}

fn flag(key: &'static Key, name: String) -> Arg {
    let is_twin = name != key.name;
    let variable = if is_twin { format!("{}_FILE", key.variable()) } else { key.variable() };
    let default = key.default.map(|default| format!(" [default: {default}]")).unwrap_or_default();
    let help = if is_twin {
        format!("{}: a file that holds it [env: {variable}=]", key.help)
    } else {
        format!("{} [env: {variable}=]{default}", key.help)
    };
    let value_name = match key.shape {
        _ if is_twin => "FILE",
        Shape::Number => "NUMBER",
        Shape::Text | Shape::Secret => "TEXT",
        Shape::SecretUrl => "URL",
    };
    // A secret on the command line can be read by every user of the machine: it works, but nobody is invited to.
    let is_hidden = key.shape == Shape::Secret && !is_twin;
    Arg::new(name.clone()).long(name.replace('_', "-")).value_name(value_name).help(help).hide(is_hidden)
}
