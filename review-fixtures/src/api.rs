//! The endpoint of one API root: reads a call, has it decided, and sends what came of it.

use bytes::Bytes;
use poem::{Endpoint, Request, Response};
use tokio::task;

use crate::answer::ApiError;
use crate::call::Call;
use crate::decision::{self, Arrival, Decision};
use crate::delivery::{self, Sender};
use crate::environment::Environment;
use crate::faults::{Fault, Kind, When};
use crate::media;
use crate::operations::{self, Found, Operation};
use crate::simulator::Simulator;

/// Bytes of a request's body that are read; more is 413.
const LARGEST_BODY: usize = 40 * 1024 * 1024;

/// One root of the API.
pub(crate) struct Api {
    pub(crate) simulator: Simulator,
    pub(crate) environment: Environment,
    pub(crate) sender: Sender,
}

impl Endpoint for Api {
    type Output = Response;

    async fn call(&self, mut request: Request) -> poem::Result<Response> {
        let arrival = Arrival {
            method: request.method().as_str().to_owned(),
            path: request.original_uri().path().to_owned(),
        };
        let found = operations::find(request.method(), request.uri().path());
        // The body is always read first, so that a client has sent all of it before anything goes wrong.
        let body = request.take_body().into_bytes_limit(LARGEST_BODY).await;
        let decision = match (found, body) {
            (_, Err(_)) => self.refuse(&arrival, ApiError::new(413, 1, "Request too large.")),
            (Found::WrongMethod, _) => self.refuse(&arrival, ApiError::new(405, 5, "Method not allowed")),
            (Found::Nothing, _) => self.refuse(&arrival, ApiError::new(404, 404, "API route not found.")),
            (Found::Operation(operation, ids), Ok(body)) => {
                let call = self.read(&request, operation, ids, body);
                self.answer(call, arrival).await?
            }
        };
        Ok(self.sender.send(&self.simulator, request.remote_addr(), decision).await)
    }
}

impl Api {
    fn refuse(&self, arrival: &Arrival, error: ApiError) -> Decision {
        decision::refuse(&mut self.simulator.lock(), arrival, error)
    }

    fn read(&self, request: &Request, operation: Operation, ids: Vec<String>, body: Bytes) -> Call {
        let query = request.original_uri().query().unwrap_or_default();
        Call {
            environment: self.environment,
            operation,
            ids,
            query: url::form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
            headers: request.headers().clone(),
            body,
            base_url: crate::server::base_url(request),
            picture: None,
            identity: None,
        }
    }

    async fn answer(&self, call: Call, arrival: Arrival) -> poem::Result<Decision> {
        let before = self.simulator.lock().faults.take(call.operation, When::Before);
        let late = match before {
            Some(fault) if fault.fault != Kind::Slow => {
                return Ok(decision::prevent(&mut self.simulator.lock(), &arrival, call.operation, fault));
            }
            late => late,
        };
        // In a task of its own: a client that goes away does not stop what it has asked for.
        let deciding = task::spawn(decide(self.simulator.clone(), call, arrival, late));
        deciding.await.map_err(|error| delivery::internal(&error))
    }
}

async fn decide(simulator: Simulator, mut call: Call, arrival: Arrival, late: Option<Fault>) -> Decision {
    if let Some(fault) = late {
        tokio::time::sleep(delivery::delay(&fault)).await;
    }
    if call.operation == Operation::CreatePin {
        let body = call.body.clone();
        let decoding = task::spawn_blocking(move || media::prepare(&body));
        call.picture = decoding.await.unwrap_or_default();
    }
    decision::decide(&mut simulator.lock(), &mut call, &arrival)
}
