//! How people are told: mail and webhook.

use url::Url;

use super::key::{Key, Shape};
use super::parse::{email, is_loopback, web_url};
use super::reader::{Parsed, Reader};
use crate::secret::Secret;

const SMTP_URL: Key = Key::secret(
    "smtp_url",
    Shape::SecretUrl,
    "Mail server: smtps://user:password@host or smtp://host:25 (not used yet)",
);
const MAIL_FROM: Key = Key::optional("mail_from", "Sender of the mails (not used yet)");
const WEBHOOK_URL: Key =
    Key::secret("webhook_url", Shape::SecretUrl, "Where notices are posted as JSON (not used yet)");
const WEBHOOK_SECRET: Key =
    Key::secret("webhook_secret", Shape::Secret, "Signs what is posted (not used yet)");

pub(super) const KEYS: &[Key] = &[SMTP_URL, MAIL_FROM, WEBHOOK_URL, WEBHOOK_SECRET];

/// How people are told.
#[derive(Clone)]
pub struct Notices {
    /// The mail server, with name and password; `None`: no mails.
    pub smtp_url: Option<Secret>,
    /// The mails' sender; there is one exactly where there is a mail server.
    pub mail_from: Option<String>,
    /// Where notices are posted; `None`: nowhere.
    pub webhook: Option<Webhook>,
}

/// Where notices are posted.
#[derive(Clone)]
pub struct Webhook {
    /// The whole URL; it may hold a token.
    pub url: Secret,
    /// Signs what is posted, where given.
    pub secret: Option<Secret>,
}

impl Notices {
    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        let smtp_url = reader.optional_secret(&SMTP_URL, smtp_url);
        let mail_from = reader.optional(&MAIL_FROM, email);
        let webhook_url = reader.optional_secret(&WEBHOOK_URL, webhook_url);
        let secret = reader.optional_secret(&WEBHOOK_SECRET, |text| Ok(text.clone()));
        let (smtp_url, mail_from, url, secret) = (smtp_url?, mail_from?, webhook_url?, secret?);
        match (&smtp_url, &mail_from) {
            (Some(_), None) => reader.object(&SMTP_URL, wants("a sender", "COUNTERSIGN_MAIL_FROM")),
            (None, Some(_)) => reader.object(&MAIL_FROM, wants("a mail server", "COUNTERSIGN_SMTP_URL")),
            _ => {}
        }
        if url.is_none() && secret.is_some() {
            reader.object(&WEBHOOK_SECRET, wants("an address", "COUNTERSIGN_WEBHOOK_URL"));
        }
        Some(Self { smtp_url, mail_from, webhook: url.map(|url| Webhook { url, secret }) })
    }
}

fn wants(what: &str, variable: &str) -> String {
    format!("is given without {what}. Set {variable}, too, or take it out")
}

fn smtp_url(text: &Secret) -> Parsed<Secret> {
    let url = Url::parse(text.expose()).ok();
    match url.filter(|url| matches!(url.scheme(), "smtp" | "smtps") && url.host().is_some()) {
        Some(_) => Ok(text.clone()),
        None => Err("is not the URL of a mail server. Write it like smtps://user:password@mail.example.org"
            .to_owned()),
    }
}

fn webhook_url(text: &Secret) -> Parsed<Secret> {
    let url = web_url(text.expose())?;
    if url.scheme() == "http" && !is_loopback(&url) {
        return Err("is plain http. Write https://; http:// is for this machine alone".to_owned());
    }
    Ok(text.clone())
}
