//! The routes of the one port, and serving them.

use std::io;
use std::time::Duration;

use http::header::HOST;
use poem::{EndpointExt, Request, Route, Server, get, post};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::api::Api;
use crate::delivery::Sender;
use crate::environment::Environment;
use crate::simulator::Simulator;
use crate::wire::{Line, Switches};
use crate::{control, pages};

/// How long open answers may take once the simulator is told to stop.
const GRACE: Duration = Duration::from_secs(1);

/// Serves until `shutdown` is cancelled.
pub(crate) async fn serve(
    simulator: Simulator,
    listener: TcpListener,
    shutdown: CancellationToken,
) -> io::Result<()> {
    let switches = Switches::default();
    let line = Line::new(listener, switches.clone())?;
    let sender = Sender { switches, shutdown: shutdown.clone() };
    let routes = routes(&simulator, &sender).data(simulator.clone());
    let stop = shutdown.cancelled_owned();
    Server::new_with_acceptor(line).run_with_graceful_shutdown(routes, stop, Some(GRACE)).await?;
    simulator.lock().save();
    Ok(())
}

/// Every route there is.
fn routes(simulator: &Simulator, sender: &Sender) -> Route {
    let api = |environment| Api { simulator: simulator.clone(), environment, sender: sender.clone() };
    Route::new()
        .at("/", get(pages::show_index))
        .at("/oauth/", get(pages::show_consent).post(pages::decide_consent))
        .at("/oauth", get(pages::show_consent).post(pages::decide_consent))
        .nest("/v5", api(Environment::Production))
        .nest("/sandbox/v5", api(Environment::Sandbox))
        .at("/pin/:id/", get(pages::show_pin))
        .at("/pin/:id", get(pages::show_pin))
        .at("/pin/:id/image", get(pages::show_pin_image))
        .at("/_simulator/style.css", get(pages::show_style))
        .at("/_simulator/profile.svg", get(pages::show_profile))
        .at("/_simulator/ledger", get(control::show_ledger))
        .at("/_simulator/boards", get(control::list_boards))
        .at("/_simulator/faults", get(control::list_faults).post(control::replace_faults))
        .at("/_simulator/clock", get(control::show_clock).post(control::advance_clock))
        .at("/_simulator/revoke", post(control::revoke_access))
        .at("/_simulator/reset", post(control::start_afresh))
        .at("/_simulator/pins", post(control::add_pin))
        .at("/_simulator/dialect", get(control::show_dialect).post(control::change_dialect))
        .at("/_simulator/tier", post(control::change_tier))
}

/// `http://host:port` as the caller addressed it.
pub(crate) fn base_url(request: &Request) -> String {
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok()).map(str::to_owned);
    format!("http://{}", host.unwrap_or_else(|| request.local_addr().to_string()))
}
