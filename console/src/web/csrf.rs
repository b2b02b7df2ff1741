//! Forms of pages: read only where they are their session's own.

use countersign_api::{
    app::App,
    http::csrf::{self, CsrfError, FIELD},
};
use poem::{Body, Error, FromRequest, Request, RequestBody, Result, http::StatusCode, web::Form};
use serde::de::DeserializeOwned;

use super::session::caller_of;

/// The most bytes of a form without a file. Names, notes and texts of drafts are far below.
const MAX_BYTES: usize = 256 * 1024;

/// The fields of a form (`application/x-www-form-urlencoded`) that another site cannot have sent. Without a session
/// there is no token to ask for; whether there must be a session is the handler's question.
#[derive(Debug)]
pub struct OwnForm<T>(pub T);

impl<'a, T: DeserializeOwned> FromRequest<'a> for OwnForm<T> {
    async fn from_request(request: &'a Request, body: &mut RequestBody) -> Result<Self> {
        let bytes = body.take()?.into_bytes_limit(MAX_BYTES).await?;
        let sent = url::form_urlencoded::parse(&bytes).find(|(name, _)| name == FIELD);
        check(request, sent.as_ref().map(|(_, value)| &**value)).map_err(refused)?;
        let mut body = RequestBody::new(Body::from_bytes(bytes.clone()));
        Form::<T>::from_request(request, &mut body).await.map(|Form(fields)| Self(fields))
    }
}

/// Checks the field `csrf` of a form that the handler reads itself, such as one with a file.
///
/// # Errors
/// [`CsrfError`].
pub fn check(request: &Request, sent: Option<&str>) -> Result<(), CsrfError> {
    // Behind the session's middleware both are there; without it nothing is trusted.
    let (Some(app), Ok(caller)) = (request.data::<App>(), caller_of(request)) else {
        return Err(CsrfError::Missing);
    };
    csrf::check_form(&app.config.server.public_url, request.headers(), caller, sent)
}

/// The refusal stays inside the error, for whatever answers it.
pub fn refused(error: CsrfError) -> Error {
    Error::new(error, StatusCode::FORBIDDEN)
}

#[cfg(test)]
mod tests {
    use countersign_api::{
        actor::{Net, Via},
        operators::{Session, sign_in},
        secret::Secret,
    };
    use poem::{Endpoint as _, EndpointExt as _, Response, Route, handler, http::Method, post};
    use serde::Deserialize;

    use super::*;
    use crate::{
        testing::{self, PASSWORD},
        web::session::Callers,
    };

    #[derive(Deserialize)]
    struct Note {
        note: String,
    }

    #[handler]
    fn write(request: &Request, OwnForm(form): OwnForm<Note>) -> String {
        let who = caller_of(request).unwrap().principal.as_ref().map(|person| person.person().name.clone());
        format!("{}: {}", who.unwrap_or_default(), form.note)
    }

    async fn session(app: &App) -> Session {
        testing::person(app, "ada@x.example", "author").await;
        let (net, password) = (Net::default(), Secret::from(PASSWORD));
        sign_in::with_password(app, &net, Via::Page, "ada@x.example", password).await.unwrap()
    }

    async fn send(app: &App, cookie: &str, headers: &[(&str, &str)], body: &str) -> (StatusCode, String) {
        let endpoint = Route::new().at("/notes", post(write)).with(Callers::new(app.clone()));
        let mut request = Request::builder().method(Method::POST).uri_str("/notes").header("cookie", cookie);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.content_type("application/x-www-form-urlencoded").body(body.to_owned());
        let response: Response = endpoint.get_response(request).await;
        (response.status(), response.into_body().into_string().await.unwrap())
    }

    #[tokio::test]
    async fn a_form_of_the_session_itself_is_read_and_no_other() {
        let test = testing::app().await;
        let session = session(&test.app).await;
        let cookie = format!("countersign={}", session.secret.expose());
        let own = format!("note=Hello+there&csrf={}", session.csrf_token.expose());
        let sent = send(&test.app, &cookie, &[], &own).await;
        assert_eq!(sent, (StatusCode::OK, "ada: Hello there".to_owned()));
        for body in ["note=x", "note=x&csrf=", "note=x&csrf=guess"] {
            assert_eq!(send(&test.app, &cookie, &[], body).await.0, StatusCode::FORBIDDEN, "{body}");
        }
        let foreign = [("origin", "https://evil.example")];
        assert_eq!(send(&test.app, &cookie, &foreign, &own).await.0, StatusCode::FORBIDDEN);
        let ours = [("origin", "http://127.0.0.1:8080"), ("sec-fetch-site", "same-origin")];
        assert_eq!(send(&test.app, &cookie, &ours, &own).await.0, StatusCode::OK);
    }

    #[tokio::test]
    async fn without_a_session_what_was_typed_still_reaches_the_handler() {
        let test = testing::app().await;
        let sent = send(&test.app, "countersign=over", &[], "note=kept").await;
        assert_eq!(sent, (StatusCode::OK, ": kept".to_owned()));
    }

    #[tokio::test]
    async fn a_form_has_a_size() {
        let test = testing::app().await;
        let large = format!("note={}", "x".repeat(MAX_BYTES));
        assert_eq!(send(&test.app, "", &[], &large).await.0, StatusCode::PAYLOAD_TOO_LARGE);
    }
}
