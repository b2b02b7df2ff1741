//! Named places in the work where a test can stop, delay or kill it.
//!
//! What makes "at most once" hard is what happens between two durable steps. Each such gap has a name here; the
//! code says `hooks.reach(Point::...).await?`, which does nothing unless somebody installed an observer. There is
//! no feature flag and no environment switch that could reach this in production.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, PoisonError, RwLock};

use crate::db::Statement;

/// Declares [`Point`] together with the list of all of them, so that neither can be forgotten.
macro_rules! points {
    ($($(#[doc = $doc:literal])+ $name:ident,)+) => {
        /// A gap between two durable steps.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Point { $($(#[doc = $doc])+ $name,)+ }

        impl Point {
            /// Every point, in the order of the work: for tests that try each of them.
            pub const ALL: &[Point] = &[$(Point::$name),+];
        }
    };
}

points! {
    /// Whatever is told in the log: it is written and its events are appended, nothing is committed.
    TellBeforeCommit,
    /// Connect: nothing is written yet.
    ConnectBeforeStart,
    /// Connect: state and `oauth.started` are committed, the browser is not sent off yet.
    ConnectAfterStart,
    /// Connect: the callback has come, its state is not used up.
    ConnectBeforeUse,
    /// Connect: the callback's state is used up and the intent committed; the code is not exchanged.
    ConnectBeforeExchange,
    /// Connect: Pinterest answered the exchange; the tokens are in memory only.
    ConnectAfterExchange,
    /// Connect: the sealed tokens are committed; the account is not asked for.
    ConnectAfterStore,
    /// Connect: Pinterest named the account; nothing of it is written.
    ConnectAfterAccount,
    /// Connect: the account and the connection's state are committed.
    ConnectAfterConfirm,
    /// Disconnect: tokens and connection are changed, nothing is committed.
    DisconnectBeforeCommit,
    /// Disconnect: it is committed that the tokens are gone.
    DisconnectAfterCommit,
    /// Refresh: the intent is not committed.
    RefreshBeforeIntent,
    /// Refresh: the intent is committed, nothing is sent.
    RefreshBeforeCall,
    /// Refresh: Pinterest rotated the pair; the new one is in memory only.
    RefreshAfterCall,
    /// Refresh: the sealed pair lies in the spool; the database does not have it.
    RefreshAfterKeep,
    /// Refresh: the new pair is committed, not used yet; it still lies in the spool.
    RefreshAfterStore,
    /// Approve: everything is checked, nothing is committed.
    ApproveBeforeCommit,
    /// Approve: approval, publication and event are committed; nobody was told.
    ApproveAfterCommit,
    /// Undo: the approval is voided, nothing is committed.
    UndoBeforeCommit,
    /// Undo: the voided approval is committed.
    UndoAfterCommit,
    /// Claim: a due publication is chosen, the lease is not committed.
    ClaimBeforeCommit,
    /// Claim: the lease is committed, nothing is prepared.
    ClaimAfterCommit,
    /// Send: the gate said yes; attempt and intent are not committed.
    RedeemBeforeCommit,
    /// Send: attempt and intent are committed, the permit is made, no byte has left.
    RedeemAfterCommit,
    /// Send: the answer, or its absence, is in memory only.
    SendAfterCall,
    /// Settle: the outcome is classified, not committed.
    SettleBeforeCommit,
    /// Settle: the outcome is committed.
    SettleAfterCommit,
    /// Spool: the database does not take a result; it is in memory only.
    SpoolBeforeKeep,
    /// Spool: the result lies in its file.
    SpoolAfterKeep,
    /// Spool: the result is settled; its file is still there.
    SpoolBeforeForget,
    /// Spool: the result's file is gone.
    SpoolAfterForget,
    /// Read back: the Pin exists and is recorded; Pinterest is not asked how it shows it.
    ReadBackBeforeCall,
    /// Read back: Pinterest has shown it; what differs is in memory only.
    ReadBackAfterCall,
    /// Reaper: a send without a result is about to be unknown, nothing is committed.
    ReapBeforeCommit,
    /// Reaper: it is committed that the outcome is unknown.
    ReapAfterCommit,
    /// Reconcile: the board is not asked yet.
    ReconcileBeforeCall,
    /// Reconcile: the board was read; the finding is in memory only.
    ReconcileAfterCall,
    /// Reconcile: the finding is written, not committed.
    ReconcileBeforeCommit,
    /// Reconcile: the finding is committed.
    ReconcileAfterCommit,
    /// Decision: a person has chosen, nothing is committed.
    ResolveBeforeCommit,
    /// Decision: the choice is committed.
    ResolveAfterCommit,
}

/// A test's order to stop here as if the process had been killed. Handle it like any internal error: no cleanup.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("stopped at {0:?} by a test")]
pub struct Crash(pub Point);

/// What an observer answers, when it is ready to.
pub type Reached = Pin<Box<dyn Future<Output = Result<(), Crash>> + Send>>;

type Observer = Arc<dyn Fn(Point) -> Reached + Send + Sync>;

/// Is given every statement that was run, with its values beside it.
pub type Reader = Arc<dyn Fn(&Statement) + Send + Sync>;

/// The observer of all points; nobody, by default. Clones share the observer.
#[derive(Clone, Default)]
pub struct Hooks {
    observer: Arc<RwLock<Option<Observer>>>,
    statements: Option<Reader>,
}

impl Hooks {
    /// No observer: every point is passed at once.
    pub fn none() -> Self {
        Self::default()
    }

    /// Says that the work has come to `point`.
    ///
    /// # Errors
    /// [`Crash`] if the installed observer wants the work to end here; never without one.
    pub async fn reach(&self, point: Point) -> Result<(), Crash> {
        let observer = self.observer.read().unwrap_or_else(PoisonError::into_inner).clone();
        match observer {
            None => Ok(()),
            Some(observer) => observer(point).await,
        }
    }

    /// Installs `observer` in the place of the one before. It may wait, and may answer with a [`Crash`].
    pub fn install<F, R>(&self, observer: F)
    where
        F: Fn(Point) -> R + Send + Sync + 'static,
        R: Future<Output = Result<(), Crash>> + Send + 'static,
    {
        self.put(Some(Arc::new(move |point| Box::pin(observer(point)))));
    }

    /// Crashes whenever `point` is reached, until [`Hooks::clear`].
    pub fn crash_at(&self, point: Point) {
        self.install(move |reached| {
            std::future::ready(if reached == point { Err(Crash(point)) } else { Ok(()) })
        });
    }

    /// The same hooks, with somebody who reads every statement of the databases that are opened with them.
    #[must_use]
    pub fn reading_statements(self, reader: impl Fn(&Statement) + Send + Sync + 'static) -> Self {
        Self { statements: Some(Arc::new(reader)), ..self }
    }

    /// Who reads every statement; nobody, by default.
    pub fn statements(&self) -> Option<Reader> {
        self.statements.clone()
    }

    /// Takes the observer away.
    pub fn clear(&self) {
        self.put(None);
    }

    fn put(&self, observer: Option<Observer>) {
        *self.observer.write().unwrap_or_else(PoisonError::into_inner) = observer;
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::Notify;

    use super::*;

    #[tokio::test]
    async fn without_an_observer_every_point_is_passed() {
        let hooks = Hooks::none();
        for point in Point::ALL {
            assert_eq!(hooks.reach(*point).await, Ok(()));
        }
    }

    #[tokio::test]
    async fn a_crash_comes_at_its_point_alone_and_ends_with_clear() {
        let hooks = Hooks::none();
        let shared = hooks.clone();
        hooks.crash_at(Point::SendAfterCall);
        assert_eq!(shared.reach(Point::RedeemAfterCommit).await, Ok(()));
        assert_eq!(shared.reach(Point::SendAfterCall).await, Err(Crash(Point::SendAfterCall)));
        hooks.clear();
        assert_eq!(shared.reach(Point::SendAfterCall).await, Ok(()));
    }

    #[tokio::test]
    async fn an_observer_may_hold_the_work_up() {
        let hooks = Hooks::none();
        let gate = Arc::new(Notify::new());
        let opened = Arc::clone(&gate);
        hooks.install(move |_| {
            let opened = Arc::clone(&opened);
            async move {
                opened.notified().await;
                Ok(())
            }
        });
        let mut work = Box::pin(hooks.reach(Point::ClaimAfterCommit));
        assert!(futures_util::poll!(&mut work).is_pending());
        gate.notify_one();
        assert_eq!(work.await, Ok(()));
    }
}
