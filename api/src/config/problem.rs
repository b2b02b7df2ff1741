//! What is wrong with a configuration, in words that name the key and the remedy.

use std::fmt;

/// One thing to put right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The key as it was given: `COUNTERSIGN_LISTEN`, `--listen`, or `listen` and its file.
    pub named: String,
    /// What is wrong and what to do, one or two sentences. Never the value of a secret.
    pub text: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.named, self.text)
    }
}

/// All that is wrong, in the order in which it was found; at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

impl Problems {
    /// For a state that the reader rules out; still an error rather than a panic.
    pub(super) fn internal() -> Self {
        let text = "could not be read, and nothing said why: this is an error in Countersign".to_owned();
        Self(vec![Problem { named: "The configuration".to_owned(), text }])
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            let line_end = if index == 0 { "" } else { "\n" };
            write!(formatter, "{line_end}{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}
