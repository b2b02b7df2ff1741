//! The application: what every verb is given first.

use std::{
    ops::Deref,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use countersign_entities::{Timestamp, ids::EventId};
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;

use crate::{
    clock::Clock,
    config::Config,
    db::Db,
    endpoints::Endpoints,
    error::Fault,
    hooks::Hooks,
    keys::Keyring,
    memory::Memory,
    outbound::Outbound,
    rng::{Rng, uuid_v7},
    throttle::Throttles,
    timing::Timing,
};

/// How many slow computations of a kind run at once: each takes a core and up to tens of mebibytes, and what waits here
/// does not hold up the rest.
const SLOW_AT_ONCE: usize = 2;
/// How many images may wait for that; each is held in memory meanwhile.
const IMAGES_WAITING: usize = 8;
/// How many passwords may wait for that; each is a few bytes.
const PASSWORDS_WAITING: usize = 256;

/// A kind of slow computation. They do not wait for each other: nobody is kept from signing in by uploads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slow {
    /// Checking and hashing passwords, and other small things.
    Password,
    /// Looking at images.
    Image,
}

/// Those that may come in, and those of them that may run.
struct Lane {
    room: Arc<Semaphore>,
    runs: Arc<Semaphore>,
    begun: AtomicU64,
}

impl Lane {
    fn new(waiting: usize) -> Self {
        let room = Arc::new(Semaphore::new(SLOW_AT_ONCE + waiting));
        Self { room, runs: Arc::new(Semaphore::new(SLOW_AT_ONCE)), begun: AtomicU64::new(0) }
    }
}

/// The parts of an application.
pub struct Parts {
    /// The databases.
    pub db: Db,
    /// The only clock.
    pub clock: Arc<dyn Clock>,
    /// The only source of randomness.
    pub rng: Arc<dyn Rng>,
    /// All durations.
    pub timing: Timing,
    /// Where tests stop the work.
    pub hooks: Hooks,
    /// What the operator of this installation configured.
    pub config: Config,
    /// The keys that seal tokens and sign approvals.
    pub keys: Keyring,
    /// Where Pinterest is.
    pub endpoints: Endpoints,
    /// The HTTP clients.
    pub outbound: Outbound,
    /// The data folder: logs and the spool live there.
    pub data_dir: crate::data_dir::DataDir,
}

/// What [`App`] shares.
pub struct Inner {
    parts: Parts,
    /// Limits on what strangers may try.
    pub throttles: Throttles,
    /// What features keep in memory only.
    pub memory: Memory,
    /// Names this installation in leases: the same after a restart, so that a server knows its earlier process's.
    pub instance: String,
    /// Work that must come to its end whoever goes away meanwhile; see [`App::finished`].
    pub tasks: TaskTracker,
    passwords: Lane,
    images: Lane,
}

/// The application; cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

impl Deref for App {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Deref for Inner {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.parts
    }
}

/// The file in the data folder that holds the instance's name.
const INSTANCE_FILE: &str = "instance";

/// The name in the data folder, made at the first start. Where it cannot be kept, this process has one of its own, and
/// leases of an earlier one end by time.
fn instance(parts: &Parts) -> String {
    let fresh = parts.rng.hex(8);
    let kept = parts.data_dir.write_new(INSTANCE_FILE, fresh.as_bytes());
    let kept = kept.and_then(|_| parts.data_dir.read(INSTANCE_FILE)).ok().flatten();
    kept.and_then(|name| String::from_utf8(name).ok())
        .filter(|name| name.len() == fresh.len())
        .unwrap_or(fresh)
}

impl App {
    /// Puts the parts together.
    pub fn new(parts: Parts) -> Self {
        let instance = instance(&parts);
        let throttles = Throttles::new(&parts.timing.sign_in, &parts.clock);
        Self(Arc::new(Inner {
            parts,
            throttles,
            memory: Memory::default(),
            instance,
            tasks: TaskTracker::new(),
            passwords: Lane::new(PASSWORDS_WAITING),
            images: Lane::new(IMAGES_WAITING),
        }))
    }

    /// Waits until all of [`Inner::tasks`] has ended; whoever stops in order does, so that no rotated token gets lost.
    pub async fn finished(&self) {
        self.tasks.close();
        self.tasks.wait().await;
    }

    /// The present moment.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// 128 random bits, for an id.
    pub fn random_id(&self) -> [u8; 16] {
        self.rng.bytes()
    }

    /// A fresh event id.
    pub fn event_id(&self) -> EventId {
        EventId::from_uuid_v7(&self.uuid())
    }

    /// A fresh UUIDv7.
    pub fn uuid(&self) -> String {
        uuid_v7(&*self.clock, &*self.rng)
    }

    /// The secrets of the configuration, which must stand nowhere.
    pub fn live_secrets(&self) -> Vec<&str> {
        vec![self.endpoints.app_secret.expose()]
    }

    /// How many slow computations of a kind were asked for: whoever signs in costs the same, whoever it is.
    pub fn slow_begun(&self, kind: Slow) -> u64 {
        self.lane(kind).begun.load(Ordering::Relaxed)
    }

    fn lane(&self, kind: Slow) -> &Lane {
        match kind {
            Slow::Password => &self.passwords,
            Slow::Image => &self.images,
        }
    }

    /// Runs a slow computation off the executor, a bounded number of them at once.
    ///
    /// # Errors
    /// [`Fault::Crowded`] where too many wait already, [`Fault::Other`] where it panicked.
    pub async fn slow<T: Send + 'static>(
        &self,
        kind: Slow,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Fault> {
        let lane = self.lane(kind);
        lane.begun.fetch_add(1, Ordering::Relaxed);
        let room = Arc::clone(&lane.room).try_acquire_owned().map_err(|_| Fault::Crowded)?;
        let runs = Arc::clone(&lane.runs).acquire_owned().await;
        let permit = (room, runs.map_err(|error| Fault::Other(error.to_string()))?);
        let run = tokio::task::spawn_blocking(move || {
            let _held_until_done = permit;
            work()
        });
        run.await.map_err(|error| Fault::Other(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[tokio::test]
    async fn images_keep_no_password_waiting_and_are_refused_when_too_many_wait() {
        let test = testing::app().await;
        let (open, gate) = std::sync::mpsc::channel::<()>();
        let gate = Arc::new(std::sync::Mutex::new(gate));
        let mut images: Vec<_> = (0..SLOW_AT_ONCE + IMAGES_WAITING)
            .map(|_| {
                let gate = Arc::clone(&gate);
                Box::pin(test.app.slow(Slow::Image, move || gate.lock().unwrap().recv().is_err()))
            })
            .collect();
        for image in &mut images {
            assert!(futures_util::poll!(image).is_pending());
        }
        assert!(matches!(test.app.slow(Slow::Image, || ()).await, Err(Fault::Crowded)));
        assert_eq!(test.app.slow(Slow::Password, || 7).await.unwrap(), 7);
        drop(open);
        for image in images {
            assert!(image.await.unwrap());
        }
        assert!(test.app.slow(Slow::Image, || ()).await.is_ok());
    }
}
