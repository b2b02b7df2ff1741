//! Taking away what is over: sign-in links and sessions, consents, uploads that no draft uses.

use crate::{app::App, connections, drafts, error::Fault, operators};

/// Sweeps everything once. What fails is tried again the next time; the rest is swept all the same.
///
/// # Errors
/// The last [`Fault`] there was.
pub async fn sweep(app: &App) -> Result<(), Fault> {
    app.throttles.forget_idle();
    let swept = [
        ("operators", operators::sweep(app).await),
        ("consents", connections::sweep(app).await),
        ("uploads", drafts::sweep_uploads(app).await),
    ];
    report(swept)
}

/// Logs how many of each went, and of each that failed, why.
///
/// # Errors
/// The last [`Fault`] there was.
pub fn report(swept: impl IntoIterator<Item = (&'static str, Result<u64, Fault>)>) -> Result<(), Fault> {
    let mut outcome = Ok(());
    for (what, swept) in swept {
        match swept {
            Ok(0) => {}
            Ok(gone) => tracing::debug!(what, gone, "sweep"),
            Err(fault) => {
                tracing::error!(what, %fault, "sweep");
                outcome = Err(fault);
            }
        }
    }
    outcome
}
