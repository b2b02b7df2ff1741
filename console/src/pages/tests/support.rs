//! The pages over a fresh application, and a browser that keeps its cookies.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use countersign_api::app::{App, Parts};
use countersign_api::audit::read::EventFilter;
use countersign_api::clock::ManualClock;
use countersign_api::config::{Config, Inputs, Storage};
use countersign_api::data_dir::DataDir;
use countersign_api::db::Db;
use countersign_api::endpoints::{AccessTier, Endpoints};
use countersign_api::hooks::Hooks;
use countersign_api::http::body_limit::BodyLimit;
use countersign_api::keys::Keyring;
use countersign_api::operators::first_people;
use countersign_api::outbound::Outbound;
use countersign_api::rng::SeededRng;
use countersign_api::secret::Secret;
use countersign_api::vocabulary::Environment;
use countersign_api::{Timestamp, audit};
use poem::endpoint::BoxEndpoint;
use poem::http::{Method, StatusCode, header};
use poem::{Endpoint as _, EndpointExt as _, Request, Response};

use crate::web::headers::SecurityHeaders;

mod pinterest;

pub(super) use pinterest::{FarEnd, RECIPES, Typed, picture};

/// When tests begin.
const START: Timestamp = Timestamp(1_772_355_604_000_000);

/// The pages, and what they stand on.
pub(super) struct Site {
    pub(super) clock: Arc<ManualClock>,
    app: App,
    pages: BoxEndpoint<'static, Response>,
    links: Vec<(String, Secret)>,
    far_end: Option<FarEnd>,
    _folder: tempfile::TempDir,
}

impl Site {
    /// A rehearsal with Ada (author, admin) and Rowan (reviewer, auditor).
    pub(super) async fn start() -> Self {
        let nowhere = Endpoints {
            app_id: "1".to_owned(),
            app_secret: Secret::from("canary-app-secret"),
            oauth_url: "http://127.0.0.1:1/oauth/".parse().unwrap(),
            roots: vec![(Environment::Rehearsal, "http://127.0.0.1:1/sandbox/v5".parse().unwrap())],
            tier: AccessTier::Trial,
        };
        Self::over(nowhere, None).await
    }

    /// The same with a simulated Pinterest that answers.
    pub(super) async fn with_pinterest() -> Self {
        let far_end = FarEnd::start().await;
        Self::over(far_end.endpoints(), Some(far_end)).await
    }

    /// The same where sandbox accounts may be connected, too.
    pub(super) async fn with_sandbox() -> Self {
        let far_end = FarEnd::start().await;
        let mut endpoints = far_end.endpoints();
        let root = endpoints.roots[0].1.clone();
        endpoints.roots.push((Environment::Sandbox, root));
        Self::over(endpoints, Some(far_end)).await
    }

    async fn over(endpoints: Endpoints, far_end: Option<FarEnd>) -> Self {
        drop(rustls::crypto::ring::default_provider().install_default());
        let folder = tempfile::tempdir().unwrap();
        let (app, clock) = app(folder.path(), endpoints).await;
        audit::read::create_log(&app).await.unwrap();
        let people = first_people(&app, true, None).await.unwrap();
        let links = people.into_iter().map(|person| (person.name, person.secret)).collect();
        let pages = crate::pages::routes(&app).with(BodyLimit { limit: crate::server::body_limit });
        let pages = pages.with(SecurityHeaders::new("http://127.0.0.1:1/oauth/", false));
        Self { pages: pages.map_to_response().boxed(), app, clock, links, far_end, _folder: folder }
    }

    /// The headers of all events of a type.
    pub(super) async fn told(&self, kind: &str) -> Vec<String> {
        let filter = EventFilter { kind: Some(kind.to_owned()), ..EventFilter::default() };
        let events = audit::read::list(&self.app, &filter, 100).await.unwrap();
        events.into_iter().map(|event| event.header).collect()
    }

    /// The id of a person.
    pub(super) async fn person_id(&self, name: &str) -> String {
        let people = countersign_api::operators::people::list(&self.app).await.unwrap();
        people.into_iter().find(|person| person.name == name).unwrap().id.to_string()
    }

    /// The printed link of one of the two.
    pub(super) fn link(&self, name: &str) -> String {
        let (_, secret) = self.links.iter().find(|(found, _)| found == name).unwrap();
        format!("/sign-in/{}", secret.expose())
    }

    /// A browser in which nobody is signed in.
    pub(super) fn browser(&self) -> Browser<'_> {
        Browser { site: self, cookies: RefCell::default() }
    }

    /// A browser in which somebody came in by their link and left the password for later.
    pub(super) async fn signed_in(&self, name: &str) -> Browser<'_> {
        let browser = self.browser();
        assert_eq!(browser.post(&self.link(name), &[]).await.status, 303);
        browser
    }
}

async fn app(folder: &std::path::Path, endpoints: Endpoints) -> (App, Arc<ManualClock>) {
    let data_dir = DataDir::open(&folder.join("data")).unwrap();
    let inputs = Inputs { folder: folder.to_owned(), ..Inputs::default() };
    let config = Config::load(&inputs).unwrap_or_else(|problems| panic!("{problems}"));
    let timing = config.timing();
    let db = Db::connect(&Storage::sqlite_in(data_dir.path()), &timing.database).await.unwrap();
    db.migrate().await.unwrap();
    let clock = Arc::new(ManualClock::new(START));
    let rng = Arc::new(SeededRng::new(7));
    let app = App::new(Parts {
        db,
        clock: clock.clone(),
        keys: Keyring::make(&data_dir, &*rng).unwrap(),
        rng,
        outbound: Outbound::new(&timing.calls).unwrap(),
        timing,
        hooks: Hooks::none(),
        config,
        endpoints,
        data_dir,
    });
    (app, clock)
}

/// A browser: it keeps cookies and sends forms with the proof that stands on its last page.
pub(super) struct Browser<'a> {
    site: &'a Site,
    cookies: RefCell<BTreeMap<String, String>>,
}

/// What came back.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) status: u16,
    pub(super) location: String,
    pub(super) html: String,
    pub(super) retry_after: u64,
    pub(super) content_type: String,
    pub(super) etag: String,
}

impl Page {
    /// The value of a hidden field.
    pub(super) fn hidden(&self, name: &str) -> Option<&str> {
        let (_, rest) = self.html.split_once(&format!("type=\"hidden\" name=\"{name}\" value=\""))?;
        rest.split('"').next()
    }

    /// What stands in a field that people type into.
    pub(super) fn typed(&self, name: &str) -> String {
        let (_, rest) = self.html.split_once(&format!("name=\"{name}\"")).unwrap();
        let (tag, after) = rest.split_once('>').unwrap();
        match tag.split_once(" value=\"") {
            Some((_, value)) => value.split('"').next().unwrap().to_owned(),
            None => after.split("</textarea>").next().unwrap().trim_start_matches('\n').to_owned(),
        }
    }

    /// Whether the page has these words, whatever keeps them apart from those around.
    pub(super) fn has(&self, words: &str) -> bool {
        let joined = self.html.replace("<bdi>", "").replace("</bdi>", "").replace(" dir=\"auto\"", "");
        joined.contains(words)
    }
}

impl Browser<'_> {
    pub(super) async fn get(&self, path: &str) -> Page {
        self.ask(Method::GET, path, &[], String::new()).await
    }

    /// Asks what is there without loading it.
    pub(super) async fn head(&self, path: &str) -> Page {
        self.ask(Method::HEAD, path, &[], String::new()).await
    }

    /// Asks again for what this browser has kept.
    pub(super) async fn get_if_changed(&self, path: &str, etag: &str) -> Page {
        self.ask(Method::GET, path, &[("if-none-match", etag)], String::new()).await
    }

    /// Sends a form as from a page that this browser loaded just now.
    pub(super) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let csrf = self.csrf().await;
        let proof = csrf.iter().map(|csrf| ("csrf", csrf.as_str()));
        self.post_bare(path, &proof.chain(fields.iter().copied()).collect::<Vec<_>>(), &[]).await
    }

    /// Sends a form with exactly these fields and headers.
    pub(super) async fn post_bare(
        &self,
        path: &str,
        fields: &[(&str, &str)],
        headers: &[(&str, &str)],
    ) -> Page {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let form = (header::CONTENT_TYPE.as_str(), "application/x-www-form-urlencoded");
        let headers: Vec<_> = std::iter::once(form).chain(headers.iter().copied()).collect();
        self.ask(Method::POST, path, &headers, body).await
    }

    /// The proof on the account's page, or on that of the door if nobody is signed in.
    pub(super) async fn csrf(&self) -> Option<String> {
        let account = self.get("/account").await;
        let page = if account.status == 200 { account } else { self.get("/sign-in").await };
        page.hidden("csrf").map(str::to_owned)
    }

    /// The value of a cookie that this browser keeps.
    pub(super) fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.borrow().get(name).cloned()
    }

    pub(super) fn forget_cookies(&self) {
        self.cookies.borrow_mut().clear();
    }

    async fn ask(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<poem::Body>,
    ) -> Page {
        let mut request = Request::builder().method(method).uri(path.parse().unwrap());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let pairs: Vec<_> =
            self.cookies.borrow().iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = request.header(header::COOKIE, pairs.join("; ")).body(body.into());
        let response = self.site.pages.get_response(request).await;
        self.keep(&response);
        let status = response.status().as_u16();
        let location = response.header("location").unwrap_or_default().to_owned();
        let retry_after = response.header("retry-after").and_then(|value| value.parse().ok()).unwrap_or(0);
        let header = |name| response.header(name).unwrap_or_default().to_owned();
        let (content_type, etag) = (header("content-type"), header("etag"));
        let bytes = response.into_body().into_bytes().await.unwrap();
        let html = String::from_utf8_lossy(&bytes).into_owned();
        Page { status, location, retry_after, content_type, etag, html }
    }

    fn keep(&self, response: &Response) {
        let lines = response.headers().get_all(header::SET_COOKIE).iter();
        for line in lines.map(|line| line.to_str().unwrap()) {
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            if line.contains("Max-Age=0") {
                self.cookies.borrow_mut().remove(name);
            } else {
                self.cookies.borrow_mut().insert(name.to_owned(), value.to_owned());
            }
        }
        assert_ne!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    }
}
