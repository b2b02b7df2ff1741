//! A site with a simulated Pinterest, and what people do with it.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use countersign_api::actor::Net;
use countersign_api::approvals;
use countersign_api::audit::read;
use countersign_api::endpoints::Endpoints;
use countersign_api::operators::token;
use countersign_api::publisher;
use countersign_api::secret::Secret;
use countersign_review_fixtures::{Settings, Simulator};
use poem::http::{Method, header};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::{CancellationToken, DropGuard};
use url::Url;

use super::{Browser, Page, START, Site};

/// A board of the simulated account, with the sections Bakes and Soups.
pub(in crate::pages::tests) const RECIPES: &str = "482190317265540201";

/// A simulated Pinterest; it ends when this is dropped.
pub(in crate::pages::tests) struct FarEnd {
    pub(in crate::pages::tests) simulator: Simulator,
    pub(super) address: SocketAddr,
    _shutdown: DropGuard,
}

impl FarEnd {
    pub(super) async fn start() -> Self {
        let settings = Settings { start_at: Some(START.0), ..Settings::default() };
        let simulator = Simulator::new(settings).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, shutdown) = (listener.local_addr().unwrap(), CancellationToken::new());
        tokio::spawn(simulator.clone().serve(listener, shutdown.clone()));
        Self { simulator, address, _shutdown: shutdown.drop_guard() }
    }

    pub(super) fn endpoints(&self) -> Endpoints {
        let base = Url::parse(&format!("http://{}", self.address)).unwrap();
        let secret = Secret::from(self.simulator.app_secret());
        Endpoints::rehearsal(self.simulator.app_id().to_owned(), secret, &base)
    }
}

impl Site {
    /// The simulated Pinterest.
    pub(in crate::pages::tests) fn pinterest(&self) -> &Simulator {
        &self.far_end.as_ref().unwrap().simulator
    }

    /// Lets time pass, here and there, and the workers do what is due.
    pub(in crate::pages::tests) async fn work(&self, after: Duration) {
        self.clock.advance(after);
        self.pinterest().advance_clock(i64::try_from(after.as_secs()).unwrap());
        publisher::run_until_idle(&self.app).await.unwrap();
    }

    /// The log is whole, and this many Pins were created, whatever was answered.
    pub(in crate::pages::tests) async fn finish(&self, pins: usize) {
        assert_eq!(read::self_check(&self.app.db).await.unwrap().fault, None);
        assert_eq!(self.pinterest().ledger().pins.len(), pins);
    }

    /// Connects the simulated account as `ada`, through its consent page; the connection's id.
    pub(in crate::pages::tests) async fn connect(&self, ada: &Browser<'_>) -> String {
        let fields = [("environment", "rehearsal"), ("expected_username", "halden_kitchen")];
        self.consent(ada, &fields).await;
        let page = ada.get("/drafts/new").await;
        page.hidden("connection_id").unwrap().to_owned()
    }

    /// Sends the form that connects and approves on the consent page.
    pub(in crate::pages::tests) async fn consent(&self, ada: &Browser<'_>, fields: &[(&str, &str)]) {
        let begun = ada.post("/connections", fields).await;
        let address = self.far_end.as_ref().unwrap().address;
        let path = begun.location.split_once(&address.to_string()).unwrap().1.to_owned();
        let page = ask(address, &format!("GET {path} HTTP/1.1\r\n"), "").await;
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(hidden(&page)).append_pair("decision", "approve");
        let kind = "POST /oauth/ HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n";
        let answer = ask(address, kind, &form.finish()).await;
        let back = answer.lines().find_map(|line| line.strip_prefix("location: ")).unwrap().trim();
        let back = Url::parse(back).unwrap();
        let connected = ada.get(&format!("{}?{}", back.path(), back.query().unwrap())).await;
        assert_eq!((connected.status, connected.location.as_str()), (303, "/connections"));
    }

    /// Signs a draft as a machine does, with an API token.
    pub(in crate::pages::tests) async fn submits_by_token(&self, secret: &str, draft: &str) {
        let found = token::resume(&self.app, &Secret::from(secret), Net::default()).await.unwrap();
        let author = found.unwrap().author().unwrap();
        let id = draft.rsplit('/').next().unwrap().parse().unwrap();
        approvals::submit(&self.app, &author, &id, None).await.unwrap();
    }
}

/// One exchange with the far end, as text.
async fn ask(address: SocketAddr, head: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let rest =
        format!("Host: {address}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    stream.write_all(format!("{head}{rest}").as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

fn hidden(page: &str) -> Vec<(String, String)> {
    let inputs = page.split("<input ").skip(1).map(|rest| rest.split('>').next().unwrap());
    let part = |tag: &str, name: &str| {
        let value = tag.split_once(&format!("{name}=\""))?.1.split('"').next()?;
        Some(value.replace("&amp;", "&"))
    };
    let fields = inputs.filter(|tag| tag.contains("hidden") || tag.contains("checked"));
    fields.filter_map(|tag| Some((part(tag, "name")?, part(tag, "value")?))).collect()
}

/// The fields of the composer, as typed.
#[derive(Clone)]
pub(in crate::pages::tests) struct Typed(BTreeMap<&'static str, String>, Option<Vec<u8>>);

impl Typed {
    /// A complete Pin without an image.
    pub(in crate::pages::tests) fn pin() -> Self {
        let fields = [
            ("title", "Plum tart"),
            ("description", "Twelve plums."),
            ("alt_text", "A tart"),
            ("link", "https://halden.example/plum"),
            ("board", RECIPES),
            ("publish_local", ""),
            ("publish_zone", "UTC"),
        ];
        Self(fields.iter().map(|(name, value)| (*name, (*value).to_owned())).collect(), None)
    }

    pub(in crate::pages::tests) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.0.insert(name, value.into());
        self
    }

    pub(in crate::pages::tests) fn image(self, bytes: Vec<u8>) -> Self {
        Self(self.0, Some(bytes))
    }
}

impl Browser<'_> {
    /// Sends the composer's form, with a file where one was chosen.
    pub(in crate::pages::tests) async fn compose(&self, action: &str, typed: &Typed, then: &str) -> Page {
        let mut body = Vec::new();
        let csrf = self.csrf().await.unwrap();
        let more = [("csrf", csrf.as_str()), ("then", then)];
        let fields = typed.0.iter().map(|(name, value)| (*name, value.as_str())).chain(more);
        for (name, value) in fields {
            let head = format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend_from_slice(head.as_bytes());
        }
        let file = "--b\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a tart.png\"\r\n\r\n";
        body.extend_from_slice(file.as_bytes());
        body.extend_from_slice(typed.1.as_deref().unwrap_or_default());
        body.extend_from_slice(b"\r\n--b--\r\n");
        let kind = [(header::CONTENT_TYPE.as_str(), "multipart/form-data; boundary=b")];
        self.ask(Method::POST, action, &kind, body).await
    }

    /// Writes a complete Pin and signs it; its path.
    pub(in crate::pages::tests) async fn signs(&self, connection: &str, title: &str) -> String {
        let typed = Typed::pin().with("connection_id", connection).with("title", title).image(picture());
        let page = self.compose("/drafts", &typed, "submit").await;
        assert_eq!(page.status, 303, "{}", page.html);
        page.location
    }

    /// Countersigns what stands at this path of a draft, as its desk shows it.
    pub(in crate::pages::tests) async fn countersigns(&self, draft: &str) -> Page {
        let desk = self.desk(draft).await;
        let digest = desk.hidden("digest").unwrap_or_else(|| panic!("{}", desk.html)).to_owned();
        self.post(&format!("{draft}/approve"), &[("digest", &digest), ("note", "")]).await
    }

    /// The review desk with this draft.
    pub(in crate::pages::tests) async fn desk(&self, draft: &str) -> Page {
        self.get(&format!("/review?draft={}", draft.rsplit('/').next().unwrap())).await
    }
}

/// A picture that fits: 400 x 600 grey pixels as PNG, without compression.
pub(in crate::pages::tests) fn picture() -> Vec<u8> {
    let images = countersign_review_fixtures::sample_images();
    images.first().unwrap().bytes.to_vec()
}
