//! How a running command is told to stop.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// The exit code after a second signal: 128 and SIGINT, as shells have it.
const STOPPED_HARD: i32 = 130;

/// A token that is cancelled by the first SIGINT or SIGTERM. The second ends the process at once.
///
/// # Errors
/// Where the operating system does not let signals be watched.
pub fn stop_on_signals() -> io::Result<CancellationToken> {
    let mut signals = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let stop = CancellationToken::new();
    let told = stop.clone();
    tokio::spawn(async move {
        next(&mut signals).await;
        told.cancel();
        next(&mut signals).await;
        std::process::exit(STOPPED_HARD);
    });
    Ok(stop)
}

async fn next((interrupt, terminate): &mut (Signal, Signal)) {
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}
