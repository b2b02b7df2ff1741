//! How an installation starts.

use std::sync::Arc;

use countersign_api::hooks::Hooks;
use countersign_api::timing::Timing;
use countersign_review_fixtures::Tier;

use super::installation::{self, FarEnd, Time};
use super::{Harness, RECIPES, RECIPES_IN_PRODUCTION};
use crate::actor::Place;
use crate::captured::Captured;
use crate::plans::Statements;

/// Where the installation's rows are.
#[derive(Clone, Debug, Default)]
pub enum Database {
    /// The embedded one in the data folder.
    #[default]
    Embedded,
    /// The embedded one, also where the others are tried.
    AlwaysEmbedded,
    /// At this address, empty.
    At(String),
}

/// The settings of one installation.
#[derive(Clone)]
pub struct Builder {
    pub(super) is_sole_operator: bool,
    pub(super) undo_seconds: u64,
    pub(super) tier: Option<Tier>,
    pub(super) database: Database,
    pub(super) variables: Vec<(String, String)>,
    pub(super) timing: Arc<dyn Fn(&mut Timing) + Send + Sync>,
    pub(super) is_duplicating: bool,
    is_unobserved: bool,
    pub(super) is_working: bool,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            is_sole_operator: false,
            undo_seconds: 10,
            tier: None,
            database: Database::Embedded,
            variables: Vec::new(),
            timing: Arc::new(|_| {}),
            is_duplicating: false,
            is_unobserved: false,
            is_working: false,
        }
    }
}

impl Builder {
    /// Authors may approve their own drafts.
    #[must_use]
    pub fn sole_operator(self) -> Self {
        Self { is_sole_operator: true, ..self }
    }

    /// Another undo window.
    #[must_use]
    pub fn undo_seconds(self, undo_seconds: u64) -> Self {
        Self { undo_seconds, ..self }
    }

    /// Not a rehearsal: a Pinterest app of this tier is configured, at a simulator of its own.
    #[must_use]
    pub fn tier(self, tier: Tier) -> Self {
        Self { tier: Some(tier), ..self }
    }

    /// Another database.
    #[must_use]
    pub fn database(self, database: Database) -> Self {
        Self { database, ..self }
    }

    /// One more variable of the configuration.
    #[must_use]
    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Other durations.
    #[must_use]
    pub fn timing(self, change: impl Fn(&mut Timing) + Send + Sync + 'static) -> Self {
        Self { timing: Arc::new(change), ..self }
    }

    /// Calls to Pinterest are given up after this many real milliseconds: for faults that keep silent.
    #[must_use]
    pub fn impatient(self, milliseconds: u64) -> Self {
        let limit = std::time::Duration::from_millis(milliseconds);
        self.timing(move |timing| {
            timing.calls.send = limit;
            timing.calls.other = limit;
        })
    }

    /// The workers work by themselves, as in production, and not only when they are told to.
    #[must_use]
    pub fn working(self) -> Self {
        Self { is_working: true, ..self }
    }

    /// This test makes Pinterest create two Pins from one call, so counting Pins proves nothing.
    #[must_use]
    pub fn duplicating(self) -> Self {
        Self { is_duplicating: true, ..self }
    }

    /// Nobody reads along what the database is asked: what is measured is the product and not this harness.
    #[must_use]
    pub fn unobserved(self) -> Self {
        Self { is_unobserved: true, ..self }
    }

    /// The environment that its accounts are connected to.
    pub fn environment(&self) -> &'static str {
        match self.tier {
            None => "rehearsal",
            Some(Tier::Trial) => "sandbox",
            Some(Tier::Standard) => "production",
        }
    }

    /// A board there.
    pub fn board(&self) -> &'static str {
        if self.tier == Some(Tier::Standard) { RECIPES_IN_PRODUCTION } else { RECIPES }
    }

    /// Starts it.
    pub async fn start(mut self) -> Harness {
        if let (Database::Embedded, Some(url)) = (&self.database, crate::database::fresh_postgres().await) {
            self.database = Database::At(url);
        }
        rustls::crypto::ring::default_provider().install_default().ok();
        crate::diary::begin();
        let time = Time::standing_still();
        let far_end = match self.tier {
            Some(tier) => Some(FarEnd::start(tier, &time).await),
            None => None,
        };
        let statements = Arc::new(Statements::default());
        let noted = Arc::clone(&statements);
        let hooks = match self.is_unobserved {
            true => Hooks::none(),
            false => Hooks::none().reading_statements(move |statement| noted.note(statement)),
        };
        let mut harness = Harness {
            settings: self,
            folder: tempfile::tempdir().unwrap(),
            time,
            place: Arc::new(Place::default()),
            captured: Arc::new(Captured::default()),
            hooks,
            statements,
            far_end,
            running: None,
            people: tokio::sync::Mutex::default(),
            is_forged: Arc::default(),
            is_finished: false,
        };
        installation::prepare(&harness);
        harness.start_again().await;
        harness
    }
}
