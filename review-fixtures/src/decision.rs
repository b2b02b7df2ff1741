//! What comes of a call: decided under the lock, written in the ledger, and only then sent.
//!
//! Order of checks (a guess, as the real one is undocumented): token, rate limit, scopes, access tier, then
//! those of the operation.

use serde_json::{Value, json};

use crate::answer::{Answer, ApiError};
use crate::call::Call;
use crate::environment::{Environment, Tier};
use crate::faults::{Fault, When};
use crate::ledger::LedgerRequest;
use crate::limits::{Caller, Standing};
use crate::operations::{Category, Operation};
use crate::world::World;
use crate::{accounts, boards, clock, mischief, oauth, pins, sections};

/// How a request came in.
pub(crate) struct Arrival {
    pub(crate) method: String,
    /// With the root, without the query.
    pub(crate) path: String,
}

/// What is to be sent.
pub(crate) struct Decision {
    pub(crate) status: u16,
    pub(crate) body: Option<Value>,
    pub(crate) standing: Standing,
    /// Whether a rate limit's refusal says `Retry-After`.
    pub(crate) has_retry_after: bool,
    /// The fault that the answer suffers.
    pub(crate) fault: Option<Fault>,
    /// Its request in the ledger.
    pub(crate) number: u64,
    /// Ids of the Pins that it made.
    pub(crate) pins: Vec<String>,
    /// `x-pinterest-rid`.
    pub(crate) request_id: String,
}

/// Does what the call asks for, or says why not.
pub(crate) fn decide(world: &mut World, call: &mut Call, arrival: &Arrival) -> Decision {
    let (standing, mut result) = attempt(world, call);
    let pins = match &mut result {
        Ok(answer) if call.operation == Operation::CreatePin => mischief::apply(world, answer),
        _ => Vec::new(),
    };
    let fault = result.is_ok().then(|| world.faults.take(call.operation, When::After)).flatten();
    let (status, body) = worded(world, result);
    let mut request = row(world, arrival, Some(call.operation), Some(status));
    request.account = call.identity.as_ref().map(|who| world.state.username(&who.account_id).to_owned());
    let number = world.state.ledger.record(request);
    if fault.is_none() {
        world.state.ledger.answered(number, &pins);
    }
    if arrival.method != "GET" {
        world.save();
    }
    let has_retry_after = world.state.dialect.has_retry_after;
    let request_id = request_id(world);
    Decision { status, body, standing, has_retry_after, fault, number, pins, request_id }
}

/// Nothing is done: a fault came first.
pub(crate) fn prevent(world: &mut World, arrival: &Arrival, operation: Operation, fault: Fault) -> Decision {
    let request = row(world, arrival, Some(operation), None);
    let number = world.state.ledger.record(request);
    Decision {
        // What a cut or dripping body would have said.
        status: fault.status.unwrap_or(200),
        body: Some(json!({"id": "0", "note": "The simulator did nothing: a fault came before the effect."})),
        standing: nobody(world),
        has_retry_after: false,
        fault: Some(fault),
        number,
        pins: Vec::new(),
        request_id: request_id(world),
    }
}

/// The call reached no operation.
pub(crate) fn refuse(world: &mut World, arrival: &Arrival, error: ApiError) -> Decision {
    let request = row(world, arrival, None, Some(error.status));
    let number = world.state.ledger.record(request);
    world.state.ledger.answered(number, &[]);
    let (status, body) = worded(world, Err(error));
    let (standing, request_id) = (nobody(world), request_id(world));
    Decision { status, body, standing, has_retry_after: false, fault: None, number, pins: vec![], request_id }
}

fn attempt(world: &mut World, call: &mut Call) -> (Standing, Result<Answer, ApiError>) {
    let identity = if call.operation.is_for_app() {
        oauth::authenticate_app(world, call).map(|()| None)
    } else {
        oauth::authenticate(world, call).map(Some)
    };
    match identity {
        // A caller nobody knows uses up nobody's quota.
        Err(error) => (nobody(world), Err(error)),
        Ok(identity) => {
            call.identity = identity;
            let now = world.now();
            let is_time_fixed = world.clock.is_fixed();
            let caller = Caller { tier: world.tier, account: call.account_id(), is_time_fixed };
            let (standing, counted) = world.limits.count(&caller, call.operation.category(), now);
            (standing, counted.and_then(|()| run(world, call)))
        }
    }
}

fn run(world: &mut World, call: &Call) -> Result<Answer, ApiError> {
    let missing = call.operation.scopes().iter().filter(|scope| !call.has_scope(scope));
    let missing: Vec<&str> = missing.copied().collect();
    if !missing.is_empty() {
        return Err(ApiError::missing_scopes(&missing));
    }
    let is_gated = matches!(call.operation, Operation::CreatePin | Operation::DeletePin);
    if is_gated && world.tier == Tier::Trial && call.environment == Environment::Production {
        let text = "Apps with Trial access may not create Pins in production https://api.pinterest.com - use \
                    API Sandbox https://api-sandbox.pinterest.com instead.";
        return Err(ApiError::new(403, 29, text));
    }
    if call.query("ad_account_id").is_some() {
        return Err(ApiError::forbidden());
    }
    operate(world, call)
}

fn operate(world: &mut World, call: &Call) -> Result<Answer, ApiError> {
    match call.operation {
        Operation::Token => oauth::token(world, call),
        Operation::RevokeToken => oauth::revoke_token(world, call),
        Operation::GetUserAccount => accounts::get(world, call),
        Operation::ListBoards => boards::list(world, call),
        Operation::CreateBoard => boards::create(world, call),
        Operation::GetBoard => boards::get(world, call),
        Operation::UpdateBoard => boards::update(world, call),
        Operation::DeleteBoard => boards::delete(world, call),
        Operation::ListBoardPins => pins::list_on_board(world, call),
        Operation::ListSections => sections::list(world, call),
        Operation::CreateSection => sections::create(world, call),
        Operation::ListSectionPins => pins::list_in_section(world, call),
        Operation::CreatePin => pins::create(world, call),
        Operation::ListPins => pins::list(world, call),
        Operation::GetPin => pins::get(world, call),
        Operation::UpdatePin => pins::update(world, call),
        Operation::DeletePin => pins::delete(world, call),
    }
}

/// Status and body in the dialect that is spoken.
fn worded(world: &World, result: Result<Answer, ApiError>) -> (u16, Option<Value>) {
    let dialect = &world.state.dialect;
    match result {
        Ok(answer) if answer.status == 201 && dialect.creates_with_200 => (200, answer.body),
        Ok(answer) => (answer.status, answer.body),
        Err(error) => {
            let mut body = error.body();
            if let (true, Some(fields)) = (dialect.has_failure_key, body.as_object_mut()) {
                fields.insert("status".to_owned(), "failure".into());
            }
            (error.status, Some(body))
        }
    }
}

/// A ledger row, not yet answered.
pub(crate) fn row(
    world: &World,
    arrival: &Arrival,
    operation: Option<Operation>,
    status: Option<u16>,
) -> LedgerRequest {
    LedgerRequest {
        number: 0,
        at: clock::rfc3339(world.now()),
        method: arrival.method.clone(),
        path: arrival.path.clone(),
        operation: operation.map(|operation| operation.id().to_owned()),
        account: None,
        status,
        answered: false,
        taken_bytes: 0,
    }
}

fn nobody(world: &World) -> Standing {
    let caller = Caller { tier: world.tier, account: "", is_time_fixed: world.clock.is_fixed() };
    world.limits.look(&caller, Category::Read, world.now())
}

fn request_id(world: &mut World) -> String {
    world.rng.id()
}
