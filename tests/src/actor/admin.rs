//! What admins do: people, tokens, accounts.

use reqwest::Method;
use serde_json::{Value, json};
use url::Url;

use super::Actor;
use crate::answer::Answer;
use crate::captured::Forbidden;
use crate::consent::{Press, consent, parameter};

impl Actor {
    /// Makes a person; the answer has the one-time link.
    pub async fn invite(&self, name: &str, email: &str, roles: &[&str]) -> Answer {
        let answer = self.post("/operators", json!({"name": name, "email": email, "roles": roles})).await;
        if answer.status == 201
            && let Some(token) = link_of(&answer.json()).rsplit('/').next()
        {
            self.captured().secret("a one-time link", token, Forbidden::AtRest);
        }
        answer
    }

    /// Makes an API token that acts for this person.
    pub async fn make_token(&self, name: &str, scopes: &[&str]) -> Answer {
        self.make_token_as(json!({"name": name, "scopes": scopes})).await
    }

    /// Makes an API token as `body` says.
    pub async fn make_token_as(&self, body: Value) -> Answer {
        let answer = self.post("/tokens", body).await;
        if answer.status == 201 {
            let token = answer.json()["token"].as_str().unwrap_or_default().to_owned();
            self.captured().secret("an API token", &token, Forbidden::AtRest);
        }
        answer
    }

    /// Begins to connect an account.
    pub async fn begin_connecting(&self, environment: &str, expected_username: Option<&str>) -> Answer {
        let mut body = json!({"environment": environment});
        if let Some(username) = expected_username {
            body["expected_username"] = username.into();
        }
        let answer = self.post("/connections", body).await;
        self.remember_state(&answer);
        answer
    }

    /// Notes the state of a flow that has begun as what must not be kept.
    pub fn remember_state(&self, answer: &Answer) {
        if answer.status == 201 || answer.status == 200 {
            let url = answer.json()["authorize_url"].as_str().and_then(|url| Url::parse(url).ok());
            let state = url.and_then(|url| parameter(&url, "state")).unwrap_or_default();
            self.captured().secret("an OAuth state", &state, Forbidden::AtRest);
        }
    }

    /// Gives consent at Pinterest as `account` and comes back; the answer of the callback.
    pub async fn come_back_from(&self, begun: &Answer, account: &str, press: Press) -> Answer {
        let authorize_url = begun.ok()["authorize_url"].as_str().unwrap_or_default().to_owned();
        let callback = consent(&authorize_url, account, press).await;
        self.open_callback(&callback).await
    }

    /// Opens the callback's address in this browser.
    pub async fn open_callback(&self, callback: &Url) -> Answer {
        if let Some(code) = parameter(callback, "code") {
            self.captured().secret("an OAuth code", &code, Forbidden::Everywhere);
        }
        let path = format!("{}?{}", callback.path(), callback.query().unwrap_or_default());
        self.request(Method::GET, &path).go().await
    }

    /// Connects `account` from click to confirmation; the connection's id.
    ///
    /// # Panics
    /// If it does not become active.
    pub async fn connect(&self, environment: &str, account: &str) -> String {
        let begun = self.begin_connecting(environment, Some(account)).await;
        begun.is(201);
        let answer = self.come_back_from(&begun, account, Press::Approve).await;
        assert!(answer.status < 400, "{} answered {}: {}", answer.asked, answer.status, answer.text());
        let id = begun.json()["id"].as_str().unwrap_or_default().to_owned();
        let connection = self.connection(&id).await;
        assert_eq!(connection["state"], "active", "{connection}");
        id
    }

    /// A connection as the API shows it.
    pub async fn connection(&self, id: &str) -> Value {
        self.get(&format!("/connections/{id}")).await.ok()
    }
}

/// The one-time link in the answer that made a person, or issued another link.
pub fn link_of(body: &Value) -> String {
    let found = ["link", "sign_in_link"]
        .iter()
        .find_map(|name| body[*name].as_str().or_else(|| body[*name]["url"].as_str()).map(str::to_owned));
    found.unwrap_or_else(|| panic!("no link in {body}"))
}
