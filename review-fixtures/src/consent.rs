//! The consent page at `/oauth/`: it names the app, the account and what is asked for, says REHEARSAL, and
//! asks for no password. Whatever is wrong with the request is said here and never redirected.

use maud::{Markup, html};
use url::{Host, Url};

use crate::layout::page;
use crate::oauth::{self, Consent, SCOPES};
use crate::world::World;

/// The parameters of an authorization request, from the query or the form.
pub(crate) struct Asked {
    client_id: String,
    redirect_uri: Url,
    /// As sent: the token call must repeat it exactly.
    redirect_uri_text: String,
    scopes: Vec<String>,
    state: Option<String>,
    challenge: Option<(String, String)>,
}

/// What the page does next.
pub(crate) enum Outcome {
    /// Show it, with this status.
    Page(u16, Markup),
    /// Go back to the app.
    Redirect(String),
}

/// Opening the page.
pub(crate) fn show(world: &World, parameters: &[(String, String)]) -> Outcome {
    match read(world, parameters) {
        Ok(asked) => Outcome::Page(200, consent_page(world, &asked)),
        Err(problem) => Outcome::Page(400, problem_page(&problem)),
    }
}

/// Approve or deny.
pub(crate) fn decide(world: &mut World, parameters: &[(String, String)]) -> Outcome {
    let asked = match read(world, parameters) {
        Ok(asked) => asked,
        Err(problem) => return Outcome::Page(400, problem_page(&problem)),
    };
    let name = value(parameters, "account").unwrap_or(crate::seed::MAIN_ACCOUNT);
    let Some(account) = world.state.account_named(name).cloned() else {
        return Outcome::Page(400, problem_page("There is no such simulated account."));
    };
    match value(parameters, "decision") {
        Some("approve") => approve(world, asked, account.id),
        Some("deny") => Outcome::Redirect(back(
            &asked,
            &[("error", "access_denied"), ("error_description", "The user denied the request.")],
        )),
        _ => Outcome::Page(400, problem_page("Neither Approve nor Deny was pressed.")),
    }
}

fn approve(world: &mut World, asked: Asked, account_id: String) -> Outcome {
    let code = oauth::issue_code(
        world,
        Consent {
            account_id,
            redirect_uri: asked.redirect_uri_text.clone(),
            scopes: asked.scopes.clone(),
            challenge: asked.challenge.clone(),
        },
    );
    Outcome::Redirect(back(&asked, &[("code", &code)]))
}

/// The redirect address with the answer and the state.
fn back(asked: &Asked, answer: &[(&str, &str)]) -> String {
    let mut url = asked.redirect_uri.clone();
    {
        let mut query = url.query_pairs_mut();
        query.extend_pairs(answer);
        if let Some(state) = &asked.state {
            query.append_pair("state", state);
        }
    }
    url.into()
}

fn value<'a>(parameters: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let found = parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    found.filter(|value| !value.is_empty())
}

/// Checks a request. The error is a sentence for the page.
fn read(world: &World, parameters: &[(String, String)]) -> Result<Asked, String> {
    let client_id = value(parameters, "client_id").or_else(|| value(parameters, "consumer_id"));
    if client_id != Some(world.state.app.id.as_str()) {
        return Err("Invalid Application ID: no app with this client_id is registered here.".to_owned());
    }
    let text = value(parameters, "redirect_uri").ok_or("The redirect_uri is missing.")?;
    let redirect_uri = redirect_uri(text)?;
    match value(parameters, "response_type") {
        Some("code") => {}
        Some(other) => return Err(format!("The response_type must be code, not {other}.")),
        None => return Err("The response_type is missing; it must be code.".to_owned()),
    }
    let scopes = oauth::split_scopes(value(parameters, "scope").ok_or("The scope is missing.")?);
    if let Some(other) = scopes.iter().find(|scope| !SCOPES.iter().any(|(known, _)| known == scope)) {
        return Err(format!("There is no scope {other}."));
    }
    Ok(Asked {
        client_id: world.state.app.id.clone(),
        redirect_uri,
        redirect_uri_text: text.to_owned(),
        scopes,
        state: value(parameters, "state").map(str::to_owned),
        challenge: challenge(parameters),
    })
}

fn challenge(parameters: &[(String, String)]) -> Option<(String, String)> {
    let challenge = value(parameters, "code_challenge")?;
    let method = value(parameters, "code_challenge_method").unwrap_or("plain");
    Some((method.to_owned(), challenge.to_owned()))
}

/// Registered here is every address of this machine, with TLS in front or without.
fn redirect_uri(text: &str) -> Result<Url, String> {
    let mismatch = || {
        "The provided redirect_uri does not match any of the registered redirect URIs. The simulator accepts \
         addresses of this machine (127.0.0.1, localhost) without a fragment."
            .to_owned()
    };
    let url = Url::parse(text).map_err(|_| mismatch())?;
    let is_loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    let is_plain =
        matches!(url.scheme(), "http" | "https") && url.fragment().is_none() && url.username().is_empty();
    if is_loopback && is_plain { Ok(url) } else { Err(mismatch()) }
}

fn consent_page(world: &World, asked: &Asked) -> Markup {
    page(
        "Give access?",
        html! {
            h1 { "Give " strong { "Countersign" } " access?" }
            p { "App " code { (asked.client_id) } " asks for access to a simulated account. It would be able to:" }
            ul {
                @for scope in &asked.scopes {
                    li { (in_words(scope)) " " code { (scope) } }
                }
            }
            form method="post" action="/oauth/" {
                (hidden_fields(asked))
                label for="account" { "Account that gives access" }
                select id="account" name="account" {
                    @for account in &world.state.accounts {
                        option value=(account.username) selected[account.username == crate::seed::MAIN_ACCOUNT] {
                            "@" (account.username) " (" (account.business_name) ")"
                        }
                    }
                }
                p.buttons {
                    button.first type="submit" name="decision" value="approve" { "Approve" }
                    button type="submit" name="decision" value="deny" { "Deny" }
                }
            }
            p.note { "You will be sent back to " code { (asked.redirect_uri.origin().ascii_serialization()) } ". No password is asked for." }
        },
    )
}

fn hidden_fields(asked: &Asked) -> Markup {
    let (method, challenge) = asked.challenge.clone().unzip();
    let fields = [
        ("client_id", Some(asked.client_id.clone())),
        ("redirect_uri", Some(asked.redirect_uri_text.clone())),
        ("response_type", Some("code".to_owned())),
        ("scope", Some(asked.scopes.join(","))),
        ("state", asked.state.clone()),
        ("code_challenge", challenge),
        ("code_challenge_method", method),
    ];
    html! {
        @for (name, value) in &fields {
            @if let Some(value) = value {
                input type="hidden" name=(name) value=(value);
            }
        }
    }
}

fn in_words(scope: &str) -> &'static str {
    SCOPES.iter().find(|(known, _)| *known == scope).map_or("", |(_, words)| words)
}

fn problem_page(problem: &str) -> Markup {
    page(
        "This request cannot be answered",
        html! {
            h1 { "This request cannot be answered" }
            p { (problem) }
            p { "Nothing was granted, and nobody was sent back to the app. Go back and start the connection anew." }
        },
    )
}
