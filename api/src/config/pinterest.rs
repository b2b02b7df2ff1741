//! The Pinterest app and where Pinterest is.

use countersign_entities::vocabulary::Environment;
use url::Url;

use super::key::{Key, Shape};
use super::parse::{bare_url, is_loopback, some_text, word};
use super::reader::{Parsed, Reader};
use crate::endpoints::{AccessTier, Endpoints};
use crate::secret::Secret;

const APP_ID: Key =
    Key::optional("pinterest_app_id", "Id of the Pinterest app; without it Countersign rehearses");
const APP_SECRET: Key = Key::secret("pinterest_app_secret", Shape::Secret, "Secret of the Pinterest app");
const ACCESS_TIER: Key =
    Key::with_default("pinterest_access_tier", "trial", "Access the app has at Pinterest: trial or standard");
const API_URL: Key =
    Key::with_default("pinterest_api_url", "https://api.pinterest.com/v5", "Pinterest's API");
const SANDBOX_API_URL: Key = Key::with_default(
    "pinterest_sandbox_api_url",
    "https://api-sandbox.pinterest.com/v5",
    "The sandbox of Pinterest's API",
);
const OAUTH_URL: Key =
    Key::with_default("pinterest_oauth_url", "https://www.pinterest.com/oauth/", "Pinterest's consent page");

pub(super) const KEYS: &[Key] = &[APP_ID, APP_SECRET, ACCESS_TIER, API_URL, SANDBOX_API_URL, OAUTH_URL];

/// The Pinterest app and where Pinterest is. In rehearsal the simulator's own take the place of the URLs.
#[derive(Clone)]
pub struct Pinterest {
    /// The app; `None`: rehearsal.
    pub app: Option<PinterestApp>,
    /// What Pinterest lets the app do.
    pub access_tier: AccessTier,
    /// Root of the API, without a slash at its end.
    pub api_url: Url,
    /// Root of the API's sandbox, without a slash at its end.
    pub sandbox_api_url: Url,
    /// The consent page, with a slash at its end.
    pub oauth_url: Url,
}

/// A Pinterest app.
#[derive(Clone)]
pub struct PinterestApp {
    /// Its id, which browsers see.
    pub id: String,
    /// Its secret.
    pub secret: Secret,
}

impl Pinterest {
    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        let app = read_app(reader);
        let tiers = [("trial", AccessTier::Trial), ("standard", AccessTier::Standard)];
        let access_tier = reader.required(&ACCESS_TIER, |text| word(text, &tiers));
        let api_url = reader.required(&API_URL, self::api_url);
        let sandbox_api_url = reader.required(&SANDBOX_API_URL, self::api_url);
        let oauth_url = reader.required(&OAUTH_URL, oauth_url);
        Some(Self {
            app: app?,
            access_tier: access_tier?,
            api_url: api_url?,
            sandbox_api_url: sandbox_api_url?,
            oauth_url: oauth_url?,
        })
    }

    /// Where Pinterest is for the configured app; `None` in rehearsal, where the simulator says so itself.
    pub fn endpoints(&self) -> Option<Endpoints> {
        let app = self.app.as_ref()?;
        Some(Endpoints {
            app_id: app.id.clone(),
            app_secret: app.secret.clone(),
            oauth_url: self.oauth_url.clone(),
            roots: vec![
                (Environment::Sandbox, self.sandbox_api_url.clone()),
                (Environment::Production, self.api_url.clone()),
            ],
            tier: self.access_tier,
        })
    }
}

fn read_app(reader: &mut Reader) -> Option<Option<PinterestApp>> {
    let id = reader.optional(&APP_ID, some_text);
    let secret = reader.optional_secret(&APP_SECRET, |text| {
        if text.is_empty() {
            Err("is empty. Copy it from the app's page at Pinterest".to_owned())
        } else {
            Ok(text.clone())
        }
    });
    match (id?, secret?) {
        (Some(id), Some(secret)) => Some(Some(PinterestApp { id, secret })),
        (None, None) => Some(None),
        (Some(_), None) => {
            let text = "is given without the app's secret. Set PINTEREST_APP_SECRET (or _FILE), or take the id out \
                        to rehearse without Pinterest";
            reader.object(&APP_ID, text.to_owned());
            None
        }
        (None, Some(_)) => {
            reader.object(&APP_SECRET, "is given without the app's id. Set PINTEREST_APP_ID, too".to_owned());
            None
        }
    }
}

fn pinterest_url(text: &str) -> Parsed<Url> {
    let url = bare_url(text)?;
    if url.scheme() == "http" && !is_loopback(&url) {
        return Err("is plain http, which would send tokens in clear over the network. Write https://; http:// is for \
                    a simulator on this machine alone"
            .to_owned());
    }
    Ok(url)
}

fn api_url(text: &str) -> Parsed<Url> {
    let mut url = pinterest_url(text)?;
    let path = url.path().trim_end_matches('/').to_owned();
    url.set_path(&path);
    Ok(url)
}

fn oauth_url(text: &str) -> Parsed<Url> {
    let mut url = pinterest_url(text)?;
    let path = format!("{}/", url.path().trim_end_matches('/'));
    url.set_path(&path);
    Ok(url)
}
