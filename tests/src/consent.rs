//! What a person does on the consent page of the simulated Pinterest.

use reqwest::{Client, redirect};
use url::Url;

use crate::forms::form_to;

/// Which button is pressed.
#[derive(Clone, Copy, Debug)]
pub enum Press {
    /// Gives access.
    Approve,
    /// Refuses it.
    Deny,
}

/// Opens the consent page at `authorize_url`, chooses `account`, presses the button; the callback's address, which is
/// not opened.
///
/// # Panics
/// If the page refuses.
#[expect(clippy::disallowed_methods, reason = "a person's browser talks to the far end, not the product")]
pub async fn consent(authorize_url: &str, account: &str, press: Press) -> Url {
    let browser = Client::builder().redirect(redirect::Policy::none()).build().unwrap();
    let page = browser.get(authorize_url).send().await.unwrap();
    let (status, page_url, page) = (page.status(), page.url().clone(), page.text().await.unwrap());
    assert_eq!(status, 200, "the consent page refuses: {page}");
    let form = form_to(&page, "/oauth/").with("account", account);
    let decision = match press {
        Press::Approve => "approve",
        Press::Deny => "deny",
    };
    let target = page_url.join(&form.action).unwrap();
    let fields = form.choosing("decision", decision).fields;
    let answer = browser.post(target).form(&fields).send().await.unwrap();
    let location = answer.headers().get("location").and_then(|value| value.to_str().ok()).map(str::to_owned);
    let Some(location) = location else {
        panic!("the consent page answered {}", answer.text().await.unwrap())
    };
    Url::parse(&location).unwrap()
}

/// A parameter of an address.
pub fn parameter(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
}
