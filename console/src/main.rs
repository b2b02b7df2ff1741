//! The one binary: reads the command line and hands over.

use std::process::ExitCode;

use clap::Parser;
use countersign::cli::{self, Cli};

#[tokio::main]
async fn main() -> ExitCode {
    // Before anything builds an HTTP client. It fails only where a provider is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    cli::run(Cli::parse()).await
}
