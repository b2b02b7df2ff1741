//! A running simulator and an app that talks to it.

use std::io::Cursor;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use countersign_review_fixtures::{Settings, Simulator, Tier};
use reqwest::{Client, Method, RequestBuilder, Response, redirect};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use url::Url;

/// What the console asks for.
pub const SCOPES: &str = "user_accounts:read,boards:read,boards:write,pins:read,pins:write";
pub const REDIRECT: &str = "http://127.0.0.1:8080/oauth/callback";
/// Recipes and Winter table in the sandbox.
pub const RECIPES: &str = "482190317265540201";
pub const WINTER: &str = "482190317265540202";
/// 2026-01-01T00:00:00Z
pub const NEW_YEAR: i64 = 1_767_225_600_000_000;

/// A simulator on a free port, and an HTTP client.
pub struct World {
    pub simulator: Simulator,
    pub base: String,
    pub client: Client,
    stop: CancellationToken,
    serving: JoinHandle<std::io::Result<()>>,
}

/// An access and a refresh token.
#[derive(Clone)]
pub struct Pair {
    pub access: String,
    pub refresh: String,
}

impl World {
    /// Time stands still, ids repeat themselves.
    pub async fn start() -> Self {
        Self::with(Settings::default()).await
    }

    pub async fn standard() -> Self {
        Self::with(Settings { tier: Tier::Standard, ..Settings::default() }).await
    }

    pub async fn with(settings: Settings) -> Self {
        rustls::crypto::ring::default_provider().install_default().ok();
        let settings = Settings {
            seed: settings.seed.or(Some(1)),
            start_at: settings.start_at.or(Some(NEW_YEAR)),
            ..settings
        };
        let simulator = Simulator::new(settings).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let stop = CancellationToken::new();
        let serving = tokio::spawn(simulator.clone().serve(listener, stop.clone()));
        let client = Client::builder().redirect(redirect::Policy::none()).build().unwrap();
        Self { simulator, base, client, stop, serving }
    }

    /// Stops and waits until it has.
    pub async fn stop(self) {
        self.stop.cancel();
        self.serving.await.unwrap().unwrap();
    }

    pub fn call(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base))
    }

    pub fn get(&self, path: &str) -> RequestBuilder {
        self.call(Method::GET, path)
    }

    pub fn post(&self, path: &str) -> RequestBuilder {
        self.call(Method::POST, path)
    }

    /// The address of the consent page as the console makes it.
    pub fn authorize_url(&self, change: &[(&str, &str)]) -> Url {
        let mut parameters = vec![
            ("client_id", self.simulator.app_id()),
            ("redirect_uri", REDIRECT),
            ("response_type", "code"),
            ("scope", SCOPES),
            ("state", "con.xyz"),
        ];
        for (name, value) in change {
            parameters.retain(|(known, _)| known != name);
            parameters.push((name, value));
        }
        parameters.retain(|(_, value)| !value.is_empty());
        Url::parse_with_params(&format!("{}/oauth/", self.base), parameters).unwrap()
    }

    /// Presses a button on the consent page, with every field that the page has; where that leads.
    pub async fn press(&self, authorize: &Url, account: &str, decision: &str) -> Url {
        let page = send(self.client.get(authorize.clone())).await;
        assert_eq!(page.status(), 200);
        let page = page.text().await.unwrap();
        let mut fields = hidden_fields(&page);
        fields.push(("account".into(), account.into()));
        fields.push(("decision".into(), decision.into()));
        let answer = send(self.post("/oauth/").form(&fields)).await;
        assert_eq!(answer.status(), 303, "{}", answer.text().await.unwrap());
        Url::parse(answer.headers()["location"].to_str().unwrap()).unwrap()
    }

    /// A code of the main account.
    pub async fn code(&self) -> String {
        let back = self.press(&self.authorize_url(&[]), "halden_kitchen", "approve").await;
        parameter(&back, "code").unwrap()
    }

    /// The token call with the app's id and secret.
    pub async fn token(&self, root: &str, form: &[(&str, &str)]) -> Response {
        let (id, secret) = (self.simulator.app_id(), self.simulator.app_secret());
        let call = self.post(&format!("{root}/oauth/token")).basic_auth(id, Some(secret)).form(form);
        send(call).await
    }

    /// Connects `account` with `scopes` at `root`.
    pub async fn connect_as(&self, root: &str, account: &str, scopes: &str) -> Pair {
        let back = self.press(&self.authorize_url(&[("scope", scopes)]), account, "approve").await;
        let code = parameter(&back, "code").unwrap();
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", REDIRECT),
            ("continuous_refresh", "true"),
        ];
        let answer = self.token(root, &form).await;
        assert_eq!(answer.status(), 200);
        pair(&answer.json().await.unwrap())
    }

    /// Connects the main account to the sandbox.
    pub async fn connect(&self) -> String {
        self.connect_as("/sandbox/v5", "halden_kitchen", SCOPES).await.access
    }

    pub async fn refresh(&self, root: &str, token: &str) -> Response {
        self.token(root, &[("grant_type", "refresh_token"), ("refresh_token", token)]).await
    }

    /// Creates a Pin in the sandbox.
    pub fn create(&self, token: &str, body: &Value) -> RequestBuilder {
        self.post("/sandbox/v5/pins").bearer_auth(token).json(body)
    }

    /// `GET` with a token; status and body.
    pub async fn read(&self, token: &str, path: &str) -> (u16, Value) {
        answer(send(self.get(path).bearer_auth(token)).await).await
    }

    /// `POST /_simulator/faults`.
    pub async fn faults(&self, faults: Value) {
        let answer = send(self.post("/_simulator/faults").json(&faults)).await;
        assert_eq!(answer.status(), 200, "{}", answer.text().await.unwrap());
    }
}

#[expect(clippy::disallowed_methods, reason = "these tests talk to the simulator itself")]
pub async fn send(call: RequestBuilder) -> Response {
    call.send().await.unwrap()
}

#[expect(clippy::disallowed_methods, reason = "these tests talk to the simulator itself")]
pub async fn try_send(call: RequestBuilder) -> reqwest::Result<Response> {
    call.send().await
}

/// Status and JSON body.
pub async fn answer(response: Response) -> (u16, Value) {
    (response.status().as_u16(), response.json().await.unwrap())
}

/// Sends a call that is refused, and checks status, code and a part of the message.
pub async fn assert_refused(call: RequestBuilder, status: u16, code: i64, message: &str) {
    let (got, body) = answer(send(call).await).await;
    assert_eq!((got, body["code"].as_i64()), (status, Some(code)), "{body}");
    assert!(body["message"].as_str().unwrap().contains(message), "{body}");
}

pub fn pair(body: &Value) -> Pair {
    let text = |name: &str| body[name].as_str().unwrap().to_owned();
    Pair { access: text("access_token"), refresh: text("refresh_token") }
}

pub fn parameter(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

fn hidden_fields(page: &str) -> Vec<(String, String)> {
    let attribute = |tag: &str, name: &str| {
        let start = tag.find(&format!("{name}=\"")).unwrap() + name.len() + 2;
        let text = &tag[start..start + tag[start..].find('"').unwrap()];
        text.replace("&amp;", "&")
    };
    let tags = page.split("<input type=\"hidden\"").skip(1);
    tags.map(|tag| (attribute(tag, "name"), attribute(tag, "value"))).collect()
}

/// A real image of that size.
pub fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let image = image::RgbImage::from_fn(width, height, |x, y| image::Rgb([x as u8, y as u8, 120]));
    image.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// A create call for Recipes.
pub fn pin(title: &str) -> Value {
    json!({
        "board_id": RECIPES,
        "title": title,
        "description": "Plums, almonds",
        "alt_text": "A tart on a table",
        "link": "https://halden.example/tart",
        "media_source": {
            "source_type": "image_base64",
            "content_type": "image/png",
            "data": STANDARD.encode(png(200, 300)),
        },
    })
}
