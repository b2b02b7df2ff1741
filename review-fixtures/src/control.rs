//! `/_simulator/...`: how tests and rehearsals look behind the API and steer what happens there.

use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use poem::web::{Data, Json};
use poem::{Response, handler};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::clock;
use crate::dialect::Dialect;
use crate::environment::{Environment, Tier};
use crate::faults::Fault;
use crate::others::NewPin;
use crate::simulator::Simulator;

fn answer(status: StatusCode, body: &impl Serialize) -> Response {
    let text = serde_json::to_string_pretty(body).unwrap_or_default();
    let response = Response::builder().status(status).header(CONTENT_TYPE, "application/json");
    response.header(CACHE_CONTROL, "no-store").body(text)
}

fn refuse(status: StatusCode, message: impl ToString) -> Response {
    answer(status, &json!({"message": message.to_string()}))
}

/// `GET /_simulator/ledger`.
#[handler]
pub(crate) fn show_ledger(Data(simulator): Data<&Simulator>) -> Response {
    answer(StatusCode::OK, &simulator.ledger())
}

/// `GET /_simulator/boards`: accounts, and the boards of both environments, also secret ones.
#[handler]
pub(crate) fn list_boards(Data(simulator): Data<&Simulator>) -> Response {
    let body = json!({
        "accounts": simulator.accounts(),
        "production": simulator.boards(Environment::Production),
        "sandbox": simulator.boards(Environment::Sandbox),
    });
    answer(StatusCode::OK, &body)
}

/// `GET /_simulator/faults`: those that may still meet a call.
#[handler]
pub(crate) fn list_faults(Data(simulator): Data<&Simulator>) -> Response {
    answer(StatusCode::OK, &simulator.faults())
}

/// `POST /_simulator/faults`: replaces them; `[]` ends all.
#[handler]
pub(crate) fn replace_faults(Data(simulator): Data<&Simulator>, Json(list): Json<Vec<Fault>>) -> Response {
    match simulator.set_faults(list) {
        Ok(()) => answer(StatusCode::OK, &simulator.faults()),
        Err(error) => refuse(StatusCode::BAD_REQUEST, error),
    }
}

/// The body of `POST /_simulator/clock`.
#[derive(Deserialize)]
struct Advance {
    advance_s: i64,
}

/// `GET /_simulator/clock`.
#[handler]
pub(crate) fn show_clock(Data(simulator): Data<&Simulator>) -> Response {
    answer(StatusCode::OK, &json!({"now": clock::rfc3339(simulator.lock().now())}))
}

/// `POST /_simulator/clock` `{"advance_s": 60}`.
#[handler]
pub(crate) fn advance_clock(Data(simulator): Data<&Simulator>, Json(body): Json<Advance>) -> Response {
    answer(StatusCode::OK, &json!({"now": clock::rfc3339(simulator.advance_clock(body.advance_s))}))
}

/// The body of `POST /_simulator/revoke`.
#[derive(Deserialize)]
struct Revoke {
    account: String,
}

/// `POST /_simulator/revoke` `{"account": "halden_kitchen"}`, by username or id.
#[handler]
pub(crate) fn revoke_access(Data(simulator): Data<&Simulator>, Json(body): Json<Revoke>) -> Response {
    if simulator.revoke(&body.account) {
        return answer(StatusCode::OK, &json!({"revoked": body.account}));
    }
    refuse(StatusCode::NOT_FOUND, format!("there is no simulated account {:?}", body.account))
}

/// `POST /_simulator/reset`.
#[handler]
pub(crate) fn start_afresh(Data(simulator): Data<&Simulator>) -> Response {
    match simulator.reset() {
        Ok(()) => answer(StatusCode::OK, &json!({"reset": true})),
        Err(error) => refuse(StatusCode::INTERNAL_SERVER_ERROR, error),
    }
}

/// `POST /_simulator/pins` `{"board_id", "title"?, ...}` or `{"copy_of": pin id}`: somebody else's Pin.
#[handler]
pub(crate) fn add_pin(Data(simulator): Data<&Simulator>, Json(pin): Json<NewPin>) -> Response {
    match simulator.add_pin(pin) {
        Ok(id) => answer(StatusCode::CREATED, &json!({"pin_id": id})),
        Err(error) => refuse(StatusCode::BAD_REQUEST, error),
    }
}

/// `GET /_simulator/dialect`.
#[handler]
pub(crate) fn show_dialect(Data(simulator): Data<&Simulator>) -> Response {
    answer(StatusCode::OK, &simulator.lock().state.dialect)
}

/// `POST /_simulator/dialect`: keys that are absent go back to their defaults.
#[handler]
pub(crate) fn change_dialect(Data(simulator): Data<&Simulator>, Json(dialect): Json<Dialect>) -> Response {
    simulator.set_dialect(dialect.clone());
    answer(StatusCode::OK, &dialect)
}

/// The body of `POST /_simulator/tier`.
#[derive(Deserialize)]
struct NewTier {
    tier: Tier,
}

/// `POST /_simulator/tier` `{"tier": "standard"}`.
#[handler]
pub(crate) fn change_tier(Data(simulator): Data<&Simulator>, Json(body): Json<NewTier>) -> Response {
    simulator.set_tier(body.tier);
    answer(StatusCode::OK, &json!({"tier": body.tier}))
}
