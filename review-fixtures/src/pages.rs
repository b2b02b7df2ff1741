//! What a browser sees: the start page, the consent page, and a created Pin.

use http::StatusCode;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use maud::{Markup, html};
use poem::web::{Data, Form, Path, Query};
use poem::{Response, handler};

use crate::clock;
use crate::consent::{self, Outcome};
use crate::decision::{Arrival, row};
use crate::layout::{self, page};
use crate::pins::Pin;
use crate::simulator::Simulator;

/// No script, no foreign content. Where the form leads is left open, as the way back goes to the app.
const POLICY: &str =
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'";

fn html(status: u16, content: Markup) -> Response {
    Response::builder()
        .status(StatusCode::from_u16(status).unwrap_or_default())
        .header(CONTENT_TYPE, "text/html; charset=utf-8")
        .header(CONTENT_SECURITY_POLICY, POLICY)
        .header(CACHE_CONTROL, "no-store")
        .header(REFERRER_POLICY, "no-referrer")
        .header(X_CONTENT_TYPE_OPTIONS, "nosniff")
        .body(content.into_string())
}

fn answer(simulator: &Simulator, method: &str, outcome: Outcome) -> Response {
    let (status, response) = match outcome {
        Outcome::Page(status, content) => (status, html(status, content)),
        Outcome::Redirect(address) => (303, redirect(&address)),
    };
    let mut world = simulator.lock();
    let arrival = Arrival { method: method.to_owned(), path: "/oauth/".to_owned() };
    let request = row(&world, &arrival, None, Some(status));
    let number = world.state.ledger.record(request);
    world.state.ledger.answered(number, &[]);
    response
}

fn redirect(address: &str) -> Response {
    let response = Response::builder().status(StatusCode::SEE_OTHER).header(LOCATION, address);
    response.header(CACHE_CONTROL, "no-store").header(REFERRER_POLICY, "no-referrer").finish()
}

/// `GET /oauth/`.
#[handler]
pub(crate) fn show_consent(
    Data(simulator): Data<&Simulator>,
    Query(parameters): Query<Vec<(String, String)>>,
) -> Response {
    let outcome = consent::show(&simulator.lock(), &parameters);
    answer(simulator, "GET", outcome)
}

/// `POST /oauth/`.
#[handler]
pub(crate) fn decide_consent(
    Data(simulator): Data<&Simulator>,
    Form(parameters): Form<Vec<(String, String)>>,
) -> Response {
    let outcome = consent::decide(&mut simulator.lock(), &parameters);
    simulator.lock().save();
    answer(simulator, "POST", outcome)
}

/// `GET /pin/{id}/`.
#[handler]
pub(crate) fn show_pin(Data(simulator): Data<&Simulator>, Path(id): Path<String>) -> Response {
    let world = simulator.lock();
    let Some(pin) = world.state.pins.iter().find(|pin| pin.id == id) else {
        return html(
            404,
            page("No such Pin", html! { h1 { "No such Pin" } p { "It was deleted or never made." } }),
        );
    };
    let board = world.state.boards.iter().find(|board| board.id == pin.board_id);
    let board = board.map_or("", |board| board.name.as_str());
    html(200, pin_page(pin, board, world.state.username(&pin.owner)))
}

fn pin_page(pin: &Pin, board: &str, username: &str) -> Markup {
    let title = pin.title.as_deref().filter(|title| !title.is_empty()).unwrap_or("Pin without a title");
    let rows = [
        ("Description", pin.description.as_deref()),
        ("Alternative text", pin.alt_text.as_deref()),
        ("Link", pin.link.as_deref()),
        ("Board", Some(board)),
    ];
    page(
        title,
        html! {
            h1 { (title) }
            @if pin.picture.is_some() {
                img src={ "/pin/" (pin.id) "/image" } alt=(pin.alt_text.as_deref().unwrap_or_default());
            }
            dl {
                @for (name, value) in rows {
                    @if let Some(value) = value.filter(|value| !value.is_empty()) { dt { (name) } dd { (value) } }
                }
                dt { "Account" } dd { "@" (username) }
                dt { "Created" } dd { (clock::rfc3339(pin.created_at)) " in the " (pin.environment.name()) }
            }
        },
    )
}

/// `GET /pin/{id}/image`: the bytes as received.
#[handler]
pub(crate) fn show_pin_image(Data(simulator): Data<&Simulator>, Path(id): Path<String>) -> Response {
    let world = simulator.lock();
    let facts = world.state.pins.iter().find(|pin| pin.id == id).and_then(|pin| pin.picture.as_ref());
    let found = facts.and_then(|facts| Some((facts, world.store.image(&facts.sha256)?)));
    match found {
        Some((facts, bytes)) => file(&facts.content_type, bytes),
        None => html(404, page("No such image", html! { h1 { "No such image" } })),
    }
}

/// `GET /`.
#[handler]
pub(crate) fn show_index() -> Response {
    html(
        200,
        page(
            "Simulator",
            html! {
                h1 { "A simulator of Pinterest's API v5" }
                p { "For rehearsals, tests and reviewers. It has no part in Pinterest and sends nothing there." }
                ul {
                    li { code { "/oauth/" } " the consent page, reached from an app" }
                    li { code { "/v5" } " the production API" }
                    li { code { "/sandbox/v5" } " the API sandbox" }
                    li { a href="/_simulator/ledger" { "/_simulator/ledger" } " what really happened" }
                    li { a href="/_simulator/boards" { "/_simulator/boards" } " the accounts and their boards" }
                    li { a href="/_simulator/faults" { "/_simulator/faults" } " the faults in store" }
                }
            },
        ),
    )
}

/// `GET /_simulator/style.css`.
#[handler]
pub(crate) fn show_style() -> Response {
    file("text/css; charset=utf-8", layout::STYLE)
}

/// `GET /_simulator/profile.svg`.
#[handler]
pub(crate) fn show_profile() -> Response {
    file("image/svg+xml", layout::PROFILE)
}

fn file(content_type: &str, bytes: impl Into<poem::Body>) -> Response {
    let response = Response::builder().header(CONTENT_TYPE, content_type).header(CACHE_CONTROL, "no-store");
    response.header(X_CONTENT_TYPE_OPTIONS, "nosniff").body(bytes)
}
