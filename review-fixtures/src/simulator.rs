//! The simulator as its users hold it: settings, and a handle that serves and that tests steer directly.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use thiserror::Error;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::accounts::Account;
use crate::boards::{self, Board};
use crate::clock::Clock;
use crate::dialect::Dialect;
use crate::environment::{Environment, Tier};
use crate::faults::{BadFault, Fault, Faults};
use crate::ledger::Ledger;
use crate::limits::Limits;
use crate::others::{self, BadPin, NewPin};
use crate::rng::Rng;
use crate::store::Store;
use crate::world::{App, State, World};
use crate::{oauth, seed, server};

/// How the simulator starts.
#[derive(Clone, Default)]
pub struct Settings {
    /// The app's access tier; trial if not said.
    pub tier: Tier,
    /// Accounts start without boards, as a real sandbox does.
    pub empty: bool,
    /// Faults in store from the start.
    pub faults: Vec<Fault>,
    /// Where the state lies between runs (mode 0600, images in a folder beside it); `None` keeps it in memory.
    pub state_file: Option<PathBuf>,
    /// The registered app's id; from the state file, or made up, if not said.
    pub app_id: Option<String>,
    /// The registered app's secret; from the state file, or made up, if not said.
    pub app_secret: Option<String>,
    /// Makes ids, codes and tokens repeat themselves.
    pub seed: Option<u64>,
    /// Unix microseconds at which the virtual clock stands still until it is advanced. `None` follows the
    /// machine's clock.
    pub start_at: Option<i64>,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The secret stays out of logs, like that of a real app.
        f.debug_struct("Settings")
            .field("tier", &self.tier)
            .field("empty", &self.empty)
            .field("state_file", &self.state_file)
            .field("seed", &self.seed)
            .field("start_at", &self.start_at)
            .finish_non_exhaustive()
    }
}

/// Why a simulator did not start.
#[derive(Debug, Error)]
pub enum Error {
    /// The state file cannot be read or written.
    #[error("the simulator's state file {0}: {1}; move it away to start afresh")]
    State(PathBuf, #[source] io::Error),
    /// A fault in the settings makes no sense.
    #[error(transparent)]
    Fault(#[from] BadFault),
}

/// A simulated Pinterest. Clones share one world.
#[derive(Clone)]
pub struct Simulator {
    world: Arc<Mutex<World>>,
    app: Arc<App>,
}

impl Simulator {
    /// Makes the world, or reads it from the state file.
    pub fn new(settings: Settings) -> Result<Self, Error> {
        let mut faults = Faults::default();
        faults.set(settings.faults.clone())?;
        let store = Store::new(settings.state_file.clone());
        let in_file = |error| Error::State(settings.state_file.clone().unwrap_or_default(), error);
        let mut rng = Rng::new(settings.seed);
        let state = match store.load().map_err(in_file)? {
            Some(state) => known_app(state, &settings),
            None => first_state(&settings, &mut rng),
        };
        let clock = Clock::new(settings.start_at, state.clock_offset);
        let (tier, is_empty, limits) = (settings.tier, settings.empty, Limits::default());
        let app = Arc::new(state.app.clone());
        let world = World { state, tier, is_empty, clock, rng, faults, limits, store };
        world.store.save(&world.state).map_err(in_file)?;
        Ok(Self { world: Arc::new(Mutex::new(world)), app })
    }

    /// Answers on `listener` until `shutdown` is cancelled; open answers get a second to end.
    pub async fn serve(self, listener: TcpListener, shutdown: CancellationToken) -> io::Result<()> {
        server::serve(self, listener, shutdown).await
    }

    /// The registered app's id.
    pub fn app_id(&self) -> &str {
        &self.app.id
    }

    /// The registered app's secret.
    pub fn app_secret(&self) -> &str {
        &self.app.secret
    }

    /// The lines that `simulate` prints at its start, for a server at `addr`.
    pub fn announcement(&self, addr: SocketAddr) -> String {
        format!(
            "app id: {}\napp secret: {}\noauth: http://{addr}/oauth/\napi: http://{addr}/v5\nsandbox api: \
             http://{addr}/sandbox/v5\n",
            self.app.id, self.app.secret
        )
    }

    /// What really happened: `GET /_simulator/ledger`.
    pub fn ledger(&self) -> Ledger {
        self.lock().state.ledger.clone()
    }

    /// Replaces the faults in store: `POST /_simulator/faults`.
    pub fn set_faults(&self, faults: Vec<Fault>) -> Result<(), BadFault> {
        self.lock().faults.set(faults)
    }

    /// The faults that have met fewer calls than they may: `GET /_simulator/faults`.
    pub fn faults(&self) -> Vec<Fault> {
        self.lock().faults.left()
    }

    /// Moves the virtual clock: `POST /_simulator/clock`. The new time, in Unix microseconds.
    pub fn advance_clock(&self, seconds: i64) -> i64 {
        let mut world = self.lock();
        world.advance(seconds);
        world.save();
        world.now()
    }

    /// The account takes the app's access away: `POST /_simulator/revoke`. Whether there is such an account.
    pub fn revoke(&self, account: &str) -> bool {
        let mut world = self.lock();
        let Some(id) = world.state.account_named(account).map(|account| account.id.clone()) else {
            return false;
        };
        oauth::revoke(&mut world, &id);
        world.save();
        true
    }

    /// Everything as at the first start, but for the app's id and secret: `POST /_simulator/reset`.
    pub fn reset(&self) -> io::Result<()> {
        let mut world = self.lock();
        world.clock.offset = 0;
        world.state = seed::state(world.state.app.clone(), world.is_empty, world.now());
        world.faults = Faults::default();
        world.limits = Limits::default();
        world.store.clear_images()?;
        world.store.save(&world.state)
    }

    /// Somebody else puts a Pin on a board: `POST /_simulator/pins`. Its id.
    pub fn add_pin(&self, pin: NewPin) -> Result<String, BadPin> {
        others::add(&mut self.lock(), pin)
    }

    /// Sets how answers are worded: `POST /_simulator/dialect`.
    pub fn set_dialect(&self, dialect: Dialect) {
        self.lock().state.dialect = dialect;
    }

    /// Changes the app's access tier, as a review at Pinterest would.
    pub fn set_tier(&self, tier: Tier) {
        self.lock().tier = tier;
    }

    /// The simulated accounts, the main one first.
    pub fn accounts(&self) -> Vec<Account> {
        self.lock().state.accounts.clone()
    }

    /// All boards of an environment with their sections, also secret ones.
    pub fn boards(&self, environment: Environment) -> Vec<Board> {
        let world = self.lock();
        world.state.boards.iter().filter(|board| board.environment == environment).cloned().collect()
    }

    /// Takes a board away with its Pins, as its owner might. Whether it was there.
    pub fn remove_board(&self, board_id: &str) -> bool {
        let mut world = self.lock();
        let was_there = boards::remove(&mut world, board_id);
        world.save();
        was_there
    }

    /// The bytes of an image that was received, by its SHA-256.
    pub fn image(&self, sha256: &str) -> Option<Vec<u8>> {
        self.lock().store.image(sha256).map(|bytes| bytes.to_vec())
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn known_app(mut state: State, settings: &Settings) -> State {
    state.app.id = settings.app_id.clone().unwrap_or(state.app.id);
    state.app.secret = settings.app_secret.clone().unwrap_or(state.app.secret);
    state
}

fn first_state(settings: &Settings, rng: &mut Rng) -> State {
    let app = App {
        id: settings.app_id.clone().unwrap_or_else(|| "1500417".to_owned()),
        secret: settings.app_secret.clone().unwrap_or_else(|| rng.word(40)),
    };
    seed::state(app, settings.empty, Clock::new(settings.start_at, 0).now())
}
