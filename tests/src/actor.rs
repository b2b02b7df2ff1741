//! A person or a program that uses the product over HTTP, as one does from outside.
//!
//! Everything goes through [`Call`]. Paths of the API are given without `/api/v1`; pages, and all else, go by
//! [`Actor::page`] and [`Actor::press`]. The verbs of the roles are in the files beside this one.

mod admin;
mod author;
mod call;
mod reader;
mod reviewer;
mod second_factor;

use std::sync::{Arc, Mutex, PoisonError, RwLock};

use reqwest::header::{self, HeaderValue};
use reqwest::{Client, Method, redirect};
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::captured::{Captured, Forbidden};
use crate::forms::Form;

pub use admin::link_of;
pub use call::Call;
pub use second_factor::{SecondFactor, codes_of};

/// Where the API's paths start.
pub const API: &str = "/api/v1";

/// The address of the running installation; changes when it restarts.
#[derive(Default)]
pub struct Place(RwLock<String>);

impl Place {
    /// `http://127.0.0.1:port`.
    pub fn get(&self) -> String {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Says where it is now.
    pub fn set(&self, base: String) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = base;
    }
}

/// Somebody with a browser of their own: cookies, the session's CSRF token, or a program's bearer token.
#[derive(Clone)]
pub struct Actor {
    /// The name, as the product knows it.
    pub name: String,
    /// The address that one signs in with; empty for nobody.
    pub email: String,
    /// The password, once one is set.
    pub password: String,
    /// The operator's id; empty for nobody.
    pub id: String,
    client: Client,
    csrf: Arc<Mutex<Option<String>>>,
    cookie: Arc<Mutex<Option<String>>>,
    bearer: Option<String>,
    place: Arc<Place>,
    captured: Arc<Captured>,
}

impl Actor {
    /// Nobody in particular, with an empty cookie jar.
    pub fn nobody(place: Arc<Place>, captured: Arc<Captured>) -> Self {
        Self {
            name: "nobody".into(),
            email: String::new(),
            password: String::new(),
            id: String::new(),
            client: browser(None),
            csrf: Arc::default(),
            cookie: Arc::default(),
            bearer: None,
            place,
            captured,
        }
    }

    /// The same person with a browser that has not been here yet.
    pub fn in_another_browser(&self) -> Self {
        Self { client: browser(None), csrf: Arc::default(), cookie: Arc::default(), ..self.clone() }
    }

    /// The same person with a browser that sends this cookie, whatever it is told.
    pub fn with_cookie(&self, cookie: &str) -> Self {
        Self { client: browser(Some(cookie)), ..self.clone() }
    }

    /// A program that acts with `token`.
    pub fn with_bearer(&self, token: &str) -> Self {
        Self { bearer: Some(token.to_owned()), ..self.in_another_browser() }
    }

    /// The same browser, which sends the token of `program` besides.
    pub fn and_bearer(&self, program: &Self) -> Self {
        Self { bearer: program.bearer.clone(), ..self.clone() }
    }

    /// Whether it is a program with a token, and no browser.
    pub fn is_program(&self) -> bool {
        self.bearer.is_some()
    }

    /// The session's cookie, `name=value`, as it was set last.
    pub fn cookie(&self) -> Option<String> {
        self.cookie.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The token of this browser's session, for what is sent by hand.
    pub fn csrf(&self) -> Option<String> {
        self.csrf.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A request to the API: what is common is added when it is sent.
    pub fn call(&self, method: Method, path: &str) -> Call {
        self.request(method, &format!("{API}{path}"))
    }

    /// A request to any address of the product, with the session's CSRF token.
    pub fn request(&self, method: Method, path: &str) -> Call {
        let url =
            if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.place.get()) };
        let asked = format!("{method} {} by {}", path.split('?').next().unwrap_or_default(), self.name);
        let is_read = method == Method::GET || method == Method::HEAD;
        let mut request = self.client.request(method, url);
        if let Some(token) = &self.bearer {
            request = request.bearer_auth(token);
        } else if let (false, Some(csrf)) = (is_read, self.csrf()) {
            request = request.header("x-csrf-token", csrf);
        }
        Call::new(request, asked, Arc::clone(&self.captured))
    }

    /// `GET` of the API.
    pub async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path).go().await
    }

    /// `POST` to the API with a JSON body.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.call(Method::POST, path).json(body).go().await
    }

    /// `POST` to the API without a body.
    pub async fn post_empty(&self, path: &str) -> Answer {
        self.call(Method::POST, path).go().await
    }

    /// `PUT` to the API with a JSON body.
    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.call(Method::PUT, path).json(body).go().await
    }

    /// `PATCH` of the API with `If-Match`.
    pub async fn patch(&self, path: &str, etag: &str, body: Value) -> Answer {
        self.call(Method::PATCH, path).if_match(etag).json(body).go().await
    }

    /// `DELETE` of the API; `If-Match` where an `ETag` is given.
    pub async fn delete(&self, path: &str, etag: Option<&str>) -> Answer {
        let call = self.call(Method::DELETE, path);
        if let Some(etag) = etag { call.if_match(etag).go().await } else { call.go().await }
    }

    /// Opens a page; redirects are not followed.
    pub async fn page(&self, path: &str) -> Answer {
        self.request(Method::GET, path).go().await
    }

    /// Presses a form's button, without JavaScript: fields as they are, encoded as the form says.
    pub async fn press(&self, page: &str, form: &Form) -> Answer {
        let action = if form.action.is_empty() { page } else { &form.action };
        let call = self.plain_post(action);
        if form.enctype == "multipart/form-data" {
            let parts = form.fields.iter().fold(reqwest::multipart::Form::new(), |parts, (name, value)| {
                parts.text(name.clone(), value.clone())
            });
            return call.multipart(parts).go().await;
        }
        call.form(&form.fields).go().await
    }

    /// A `POST` as a browser sends it from a page of ours: no CSRF header, the fields say it all.
    pub fn plain_post(&self, path: &str) -> Call {
        let url = format!("{}{path}", self.place.get());
        let request =
            self.client.post(url).header("origin", self.place.get()).header("sec-fetch-site", "same-origin");
        let request = match &self.bearer {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        Call::new(request, format!("POST {path} by {} in a page", self.name), Arc::clone(&self.captured))
    }

    /// Signs in with a one-time link's token or address.
    pub async fn sign_in_by_link(&self, link: &str) -> Answer {
        let token = link.rsplit('/').next().unwrap_or(link);
        self.captured.secret("a one-time link", token, Forbidden::AtRest);
        let answer = self.post("/session", json!({"link": token})).await;
        self.remember_session(&answer);
        answer
    }

    /// Signs in with the password.
    pub async fn sign_in(&self) -> Answer {
        let answer = self.post("/session", json!({"email": self.email, "password": self.password})).await;
        self.remember_session(&answer);
        answer
    }

    /// Notes the CSRF token of an answer that began a session, and its secrets.
    pub fn remember_session(&self, answer: &Answer) {
        if answer.status != 201 {
            return;
        }
        let csrf = answer.json()["csrf_token"].as_str().map(str::to_owned);
        *self.csrf.lock().unwrap_or_else(PoisonError::into_inner) = csrf;
        for cookie in answer.headers.get_all("set-cookie") {
            let cookie = cookie.to_str().unwrap_or_default().split(';').next().unwrap_or_default();
            *self.cookie.lock().unwrap_or_else(PoisonError::into_inner) = Some(cookie.to_owned());
            let value = cookie.split('=').nth(1).unwrap_or_default();
            self.captured.secret("a session's cookie", value, Forbidden::AtRest);
        }
    }

    /// Takes `token` for the CSRF token, as read from a page.
    pub fn use_csrf(&self, token: &str) {
        *self.csrf.lock().unwrap_or_else(PoisonError::into_inner) = Some(token.to_owned());
    }

    /// The record that this actor's answers go to.
    pub fn captured(&self) -> &Captured {
        &self.captured
    }
}

fn browser(cookie: Option<&str>) -> Client {
    // Also where no installation was started in this process.
    rustls::crypto::ring::default_provider().install_default().ok();
    let headers = cookie.map(|cookie| (header::COOKIE, HeaderValue::from_str(cookie).unwrap()));
    let client = Client::builder().cookie_store(true).redirect(redirect::Policy::none()).no_proxy();
    let client = client.default_headers(headers.into_iter().collect());
    client.user_agent("Mozilla/5.0 (journeys)").build().unwrap()
}
