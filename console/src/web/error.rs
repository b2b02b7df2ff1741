//! The doorway of the pages: whatever goes wrong inside leaves as a page with a way out.
//!
//! It resumes the session once for each request and hands it on as the [`Visit`]. What nobody expected is logged
//! here, once, under a reference that the person is shown.

use std::panic::AssertUnwindSafe;

use countersign_api::app::App;
use countersign_api::error::{Fault, Kind, Refusal};
use countersign_api::http::doorway::words_of;
use countersign_api::http::problem::seconds_to_wait;
use countersign_api::operators::tell_refused;
use futures_util::FutureExt as _;
use poem::error::{MethodNotAllowedError, NotFoundError, ParsePathError};
use poem::http::{StatusCode, header};
use poem::{Endpoint, IntoResponse as _, Middleware, PathPattern, Request, Response, Result};

use super::action::Action;
use super::allow;
use super::page::{page_as, see, with_cookie};
use super::refused::{Refused, sentence, status_of};
use super::visit::Visit;
use super::{flash, kept};
use crate::views::error_page::{self, ErrorPage};

/// The middleware around all pages.
pub struct Pages(pub App);

impl<E: Endpoint> Middleware<E> for Pages {
    type Output = Doorway<E>;

    fn transform(&self, inner: E) -> Self::Output {
        Doorway { app: self.0.clone(), inner }
    }
}

/// An endpoint that answers pages instead of failing.
pub struct Doorway<E> {
    app: App,
    inner: E,
}

impl<E: Endpoint> Endpoint for Doorway<E> {
    type Output = Response;

    async fn call(&self, mut request: Request) -> Result<Response> {
        let visit = match Visit::of(&self.app, &request).await {
            Ok(visit) => visit,
            Err(fault) => {
                let visit = Visit::anonymous(&self.app, &request);
                return Ok(keep_form_proof(&visit, answer(&visit, fault.into()).await));
            }
        };
        request.extensions_mut().insert(visit.clone());
        let called = AssertUnwindSafe(self.inner.call(request)).catch_unwind().await;
        let response = match called {
            Ok(Ok(response)) => response.into_response(),
            Ok(Err(error)) => refused(&visit, error).await,
            Err(panic) => unexpected(&visit, &words_of(&*panic)).await,
        };
        Ok(keep_form_proof(&visit, forget_flash(&visit, response)))
    }
}

/// The pattern of the route goes along, so that an access log need not name the path, which may hold a secret.
async fn refused(visit: &Visit, error: poem::Error) -> Response {
    let pattern = error.data::<PathPattern>().cloned();
    tell_forbidden(visit, &error).await;
    let mut response = match error.downcast::<Refused>() {
        Ok(refused) => answer(visit, refused).await,
        Err(error) => of_framework(visit, &error).await,
    };
    if let Some(pattern) = pattern {
        response.set_data(pattern);
    }
    response
}

/// That somebody may not do something is told in the log. That it could not be told lets nobody in.
async fn tell_forbidden(visit: &Visit, error: &poem::Error) {
    let (Some((principal, _)), Some(Action(action))) = (visit.signed_in(), error.data()) else { return };
    let Some(Refused::Service(refusal)) = error.downcast_ref() else { return };
    if refusal.kind() != Kind::Forbidden {
        return;
    }
    if let Err(fault) = tell_refused(&visit.app, principal, action, refusal.code()).await {
        tracing::warn!(%fault, action, "a refused act could not be logged");
    }
}

/// The one table from refusals to answers.
async fn answer(visit: &Visit, refused: Refused) -> Response {
    match refused {
        Refused::Service(refusal) => of_service(visit, &*refusal).await,
        Refused::Page(page) => show(visit, &page).await,
        Refused::SignIn if visit.is_fragment => StatusCode::UNAUTHORIZED.into_response(),
        Refused::SignIn => {
            // Whoever opens several pages at once is led to one door, and has one proof for it.
            visit.form_proof.show(&*visit.app.rng);
            see(&kept::door(visit))
        }
        Refused::First(path) => see(path),
        Refused::Ended(_) | Refused::Stale(_) if visit.is_fragment => {
            StatusCode::UNAUTHORIZED.into_response()
        }
        Refused::Ended(form) => kept::ended(visit, &form),
        Refused::Stale(form) => page_as(403, kept::again(visit, &form).await),
    }
}

async fn of_service(visit: &Visit, refusal: &(dyn Refusal + Send + Sync)) -> Response {
    if let Some(fault) = refusal.fault() {
        visit.app.db.note(fault);
    }
    if let Some(fault) = refusal.fault().filter(|fault| !fault.is_passing()) {
        return unexpected(visit, &fault.to_string()).await;
    }
    let page = page_of(visit, refusal);
    let response = match visit.typed().filter(|_| refusal.fault().is_some() && !visit.is_fragment) {
        Some(typed) => {
            page_as(page.status, error_page::send_later(&visit.frame_or_bare().await, typed, &page.happened))
        }
        None => show(visit, &page).await,
    };
    with_wait(response, refusal)
}

/// Says how long to wait, where that is known.
pub(crate) fn with_wait(mut answer: Response, refusal: &(impl Refusal + ?Sized)) -> Response {
    if let Some(seconds) = seconds_to_wait(refusal) {
        answer.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    answer
}

/// What happened and what to do are in the refusal's own words, where it has some.
fn page_of(visit: &Visit, refusal: &(dyn Refusal + Send + Sync)) -> ErrorPage {
    let page = ErrorPage::of(status_of(refusal.kind()));
    // Whoever may not do something may not see the page of it, either.
    let way_out = if refusal.kind() == Kind::Forbidden { page.way_out.clone() } else { visit.way_out() };
    let page = ErrorPage { way_out, ..page };
    match refusal.fault() {
        Some(fault) if !matches!(fault, Fault::Storage(_)) => page,
        _ => ErrorPage { happened: sentence(&refusal.to_string()), ..page },
    }
}

/// A page for what is refused before there is a route, such as an address that is no text.
pub async fn stranded(app: &App, error: &poem::Error) -> Response {
    of_framework(&Visit::anonymous(app, &Request::default()), error).await
}

/// What the framework refuses: a path, a method, something of a request that cannot be read.
async fn of_framework(visit: &Visit, error: &poem::Error) -> Response {
    if error.is::<NotFoundError>() || error.is::<ParsePathError>() {
        return show(visit, &ErrorPage::of(404)).await;
    }
    if error.is::<MethodNotAllowedError>() {
        let happened = "This address is no page, or takes no form.".into();
        let page = show(visit, &ErrorPage { status: 405, happened, ..ErrorPage::of(404) }).await;
        return page.with_header(header::ALLOW, allow::taken(error)).into_response();
    }
    match error.status().as_u16() {
        status @ (413 | 404) => show(visit, &ErrorPage::of(status)).await,
        status @ 400..500 => show(visit, &ErrorPage { status, ..ErrorPage::of(400) }).await,
        _ => unexpected(visit, &error.to_string()).await,
    }
}

async fn unexpected(visit: &Visit, fault: &str) -> Response {
    let reference = visit.app.rng.hex(8);
    tracing::error!(reference, fault, "unexpected");
    show(visit, &ErrorPage { reference: Some(reference), ..ErrorPage::of(500) }).await
}

/// An error's page, with what stands around every page unless that is what fails.
async fn show(visit: &Visit, page: &ErrorPage) -> Response {
    if visit.is_fragment {
        return StatusCode::from_u16(page.status)
            .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
            .into_response();
    }
    let frame = visit.frame_or_bare().await;
    page_as(page.status, error_page::page(&frame, page))
}

/// A message is shown once; a redirect that brings the next one keeps it.
fn forget_flash(visit: &Visit, response: Response) -> Response {
    if visit.was_flash_shown() && !response.status().is_redirection() {
        return with_cookie(response, flash::clear(visit.is_secure()));
    }
    response
}

/// A browser that was shown a form before there is a session gets the cookie that proves it.
fn keep_form_proof(visit: &Visit, response: Response) -> Response {
    match visit.form_proof.cookie(visit.is_secure()) {
        Some(cookie) => with_cookie(response, cookie),
        None => response,
    }
}
