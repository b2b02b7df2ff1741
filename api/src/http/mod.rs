//! The JSON API, and what its doors have in common with the pages: who a request comes from, and that it is their own.
//!
//! Every operation is in [`Operations`]: one file per noun, one enum of answers per operation. To add one: a method in
//! its noun's file, its answers beside it, and `countersign openapi > openapi.json`.

use poem::{EndpointExt as _, Route, get, http::Method};
use poem_openapi::{LicenseObject, OpenApiService};

use crate::app::App;

pub use document::document;
pub use sweep::sweep;

pub mod access_log;
mod answers;
mod assets;
pub mod audit;
pub mod auth;
pub mod body_limit;
pub mod caller;
mod connections;
pub mod cookie;
pub mod csrf;
mod docs;
pub mod document;
pub mod doorway;
pub mod doubled;
mod drafts;
mod etag;
pub mod health;
mod idempotency;
mod input;
mod operators;
mod page;
pub mod problem;
mod publications;
mod publishing;
mod refused;
pub mod request_id;
mod second_factor;
mod session;
mod sweep;
mod tokens;

/// Where the API is.
pub const ROOT: &str = "/api/v1";

/// Every operation, by noun.
type Operations = (
    session::SessionApi,
    second_factor::SecondFactorApi,
    operators::OperatorsApi,
    tokens::TokensApi,
    connections::ConnectionsApi,
    connections::boards::BoardsApi,
    assets::AssetsApi,
    drafts::DraftsApi,
    drafts::comments::CommentsApi,
    drafts::review::ReviewApi,
    publications::PublicationsApi,
    publishing::PublishingApi,
    audit::AuditApi,
);

fn operations() -> Operations {
    (
        session::SessionApi,
        second_factor::SecondFactorApi,
        operators::OperatorsApi,
        tokens::TokensApi,
        connections::ConnectionsApi,
        connections::boards::BoardsApi,
        assets::AssetsApi,
        drafts::DraftsApi,
        drafts::comments::CommentsApi,
        drafts::review::ReviewApi,
        publications::PublicationsApi,
        publishing::PublishingApi,
        audit::AuditApi,
    )
}

fn service() -> OpenApiService<Operations, ()> {
    OpenApiService::new(operations(), "Countersign", env!("CARGO_PKG_VERSION"))
        .description(DESCRIPTION)
        .license(LicenseObject::new("MIT OR Apache-2.0"))
        .server(ROOT)
}

const DESCRIPTION: &str = "\
Publishing to Pinterest with a second signature: nothing reaches Pinterest until a reviewer has approved exactly that content.

Refusals are RFC 9457 `application/problem+json` with a stable `code`. Nothing was changed then, but where the status \
is 500 or the code is `pinterest_outcome_unknown`: look whether it was done before you try again. Lists are \
`{\"items\": [...], \"next\": cursor or null}`. Times are RFC 3339 in UTC. Creates take an `Idempotency-Key`: the same \
request under the same key, within a day, is answered again and not done again.";

/// Adds the API, its document, its reference and what watchers ask for. Outside stand [`body_limit::BodyLimit`] and
/// the data [`health::Stopping`].
pub fn mount(routes: Route, app: &App) -> Route {
    let api = service()
        .with(auth::OwnRequests { app: app.clone(), is_open })
        .with(auth::Callers(app.clone()))
        .with(doubled::Undoubled)
        .with(doorway::Doorway(app.clone()))
        .data(app.clone());
    routes
        .nest(ROOT, api)
        .at("/healthz", get(health::healthz))
        .at("/readyz", get(health::readyz).data(app.clone()))
        .at("/version", get(health::version))
        .at("/openapi.json", get(docs::show_document))
        .at("/docs", get(docs::show_docs))
}

/// Signing in wants no session, but JSON.
fn is_open(method: &Method, path: &str) -> bool {
    method == Method::POST && path == "/session"
}

#[cfg(test)]
mod tests;
