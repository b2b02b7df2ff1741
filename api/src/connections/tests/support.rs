//! An application beside a simulated Pinterest, with an admin who is signed in.

use std::time::Duration;

use countersign_entities::{
    Timestamp,
    ids::{ConnectionId, SessionId},
    vocabulary::Environment,
};
use countersign_review_fixtures::{Settings, Simulator};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tokio_util::sync::{CancellationToken, DropGuard};
use url::{Url, form_urlencoded};

use crate::{
    actor::Net,
    app::{App, Parts},
    audit::{header::Header, read},
    connections::{CallbackQuery, CallbackRefused, Connect, Connection, Started, Visitor, callback, connect},
    operators::{Admin, Principal, testing as people},
    outbound::Outbound,
    secret::Secret,
    testing::{self, TestApp},
};

pub(crate) const KITCHEN: &str = "halden_kitchen";
pub(crate) const HOME: &str = "halden_home";

pub(crate) struct World {
    pub(crate) test: TestApp,
    pub(crate) simulator: Simulator,
    pub(crate) admin: Admin,
    pub(crate) session: SessionId,
    address: String,
    _stop: DropGuard,
}

pub(crate) async fn world() -> World {
    world_with(|_| {}).await
}

/// One whose calls give up after a second.
pub(crate) async fn hasty_world() -> World {
    world_with(|parts| {
        parts.timing.calls.other = Duration::from_secs(1);
        parts.outbound = Outbound::new(&parts.timing.calls).unwrap();
    })
    .await
}

pub(crate) async fn world_with(change: impl FnOnce(&mut Parts)) -> World {
    let start_at = Some(1_772_355_604_000_000);
    let simulator = Simulator::new(Settings { seed: Some(3), start_at, ..Settings::default() }).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let stop = CancellationToken::new();
    tokio::spawn(simulator.clone().serve(listener, stop.clone()));
    let url = |path: &str| -> Url { format!("http://{address}{path}").parse().unwrap() };
    let test = testing::app_with(|parts| {
        parts.endpoints.app_id = simulator.app_id().to_owned();
        parts.endpoints.app_secret = Secret::from(simulator.app_secret());
        parts.endpoints.oauth_url = url("/oauth/");
        parts.endpoints.roots =
            vec![(Environment::Sandbox, url("/sandbox/v5")), (Environment::Production, url("/v5"))];
        change(parts);
    })
    .await;
    let (admin, session) = people::admin(&test.app).await;
    World { test, simulator, admin, session: session.id, address, _stop: stop.drop_guard() }
}

impl World {
    pub(crate) fn app(&self) -> &App {
        &self.test.app
    }

    /// Time passes here and over there.
    pub(crate) fn advance(&self, duration: Duration) {
        self.test.clock.advance(duration);
        self.simulator.advance_clock(i64::try_from(duration.as_secs()).unwrap());
    }

    pub(crate) fn net() -> Net {
        Net { address: Some("192.0.2.7".to_owned()), user_agent: Some("Firefox".to_owned()) }
    }

    /// The admin in the session that starts consents.
    pub(crate) fn visitor(&self) -> Visitor {
        self.visitor_in(self.session.clone())
    }

    pub(crate) fn visitor_in(&self, session: SessionId) -> Visitor {
        let principal: Principal = (*self.admin).clone();
        Visitor { session: Some((session, principal)), net: Self::net() }
    }

    pub(crate) fn stranger() -> Visitor {
        Visitor { session: None, net: Self::net() }
    }

    pub(crate) async fn start(&self, expected: Option<&str>) -> Started {
        self.start_in(Environment::Sandbox, expected).await
    }

    async fn start_in(&self, environment: Environment, expected: Option<&str>) -> Started {
        let expected_username = expected.map(str::to_owned);
        let input = Connect { environment, expected_username };
        connect(self.app(), &self.admin, &self.session, input).await.unwrap()
    }

    /// Presses a button on the consent page; the query with which the browser comes back.
    pub(crate) async fn press(&self, authorize: &Url, account: &str, decision: &str) -> String {
        let more = [("account", account), ("decision", decision)];
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(authorize.query_pairs())
            .extend_pairs(more)
            .finish();
        let request = format!(
            "POST /oauth/ HTTP/1.1\r\nhost: {}\r\ncontent-type: application/x-www-form-urlencoded\r\n\
             content-length: {}\r\nconnection: close\r\n\r\n{body}",
            self.address,
            body.len()
        );
        let mut line = TcpStream::connect(&self.address).await.unwrap();
        line.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        line.read_to_string(&mut answer).await.unwrap();
        let location = answer.lines().find_map(|line| line.strip_prefix("location: "));
        let location: Url = location.unwrap_or_else(|| panic!("{answer}")).trim().parse().unwrap();
        assert!(location.as_str().starts_with("http://127.0.0.1:8080/oauth/callback?"), "{location}");
        location.query().unwrap().to_owned()
    }

    pub(crate) async fn come_back(&self, query: &str) -> Result<Connection, CallbackRefused> {
        callback(self.app(), self.visitor(), CallbackQuery::parse(query)).await
    }

    /// The whole way.
    pub(crate) async fn consent(
        &self,
        started: &Started,
        account: &str,
    ) -> Result<Connection, CallbackRefused> {
        let query = self.press(&started.authorize_url, account, "approve").await;
        self.come_back(&query).await
    }

    /// An active account: halden_kitchen in the sandbox.
    pub(crate) async fn connected(&self) -> Connection {
        self.connected_in(Environment::Sandbox, KITCHEN).await
    }

    /// An active account.
    pub(crate) async fn connected_in(&self, environment: Environment, account: &str) -> Connection {
        let started = self.start_in(environment, Some(account)).await;
        self.consent(&started, account).await.unwrap()
    }

    /// How often the far end was called with this path.
    pub(crate) fn calls(&self, path: &str) -> usize {
        self.simulator.ledger().requests.iter().filter(|request| request.path.ends_with(path)).count()
    }

    /// The types of a connection's events in order, with the outcome where it is not `ok`.
    pub(crate) async fn story(&self, id: &ConnectionId) -> Vec<String> {
        let events = read::tail(&self.app().db, 0, 500).await.unwrap();
        let its = events.into_iter().filter(|event| event.stream == format!("connection:{id}"));
        let words = its.map(|event| match event.outcome.as_str() {
            "ok" => event.kind,
            outcome => format!("{} {outcome}", event.kind),
        });
        words.collect()
    }

    /// The promises that hold after every test: the log is sound, keeps its rules and no secret, no intent is open.
    pub(crate) async fn check(&self) {
        let app = self.app();
        let checked = read::self_check(&app.db).await.unwrap();
        assert!(checked.fault.is_none(), "{:?}", checked.fault);
        let open = read::overdue_intents(&app.db, Timestamp(i64::MAX), 9).await.unwrap();
        assert!(open.is_empty(), "without outcome: {open:?}");
        let events = read::tail(&app.db, 0, 1_000).await.unwrap();
        let ids: Vec<_> = events.iter().map(|event| event.id.clone()).collect();
        let sealed = read::sealed_of(&app.db, &ids).await.unwrap();
        let texts = sealed.into_iter().filter_map(|part| part.value);
        for text in events.iter().map(|event| event.header.clone()).chain(texts) {
            for secret in ["pina_", "pinr_", "con.", self.simulator.app_secret()] {
                assert!(!text.contains(secret), "{text}");
            }
        }
        check_generations(&events);
    }
}

/// Rules R3 and R4 of FORMAT.md, read anew.
fn check_generations(events: &[read::StoredEvent]) {
    let mut live = std::collections::HashMap::new();
    let mut used = std::collections::HashSet::new();
    for event in events {
        let header = Header::parse_line(&event.header).unwrap();
        let text = |key: &str| header.facts.get(key).and_then(|value| value.as_str()).map(str::to_owned);
        let generation = header.facts.get("generation").cloned();
        match event.kind.as_str() {
            "oauth.token.exchanged" | "oauth.token.refreshed" => {
                live.insert(text("grant"), generation);
            }
            "oauth.token.deleted" => {
                live.remove(&text("grant"));
            }
            "api.request" => assert_eq!(live.get(&text("grant")), Some(&generation), "{}", event.header),
            "oauth.callback.received" if event.header.contains(r#""state_ok":true"#) => {
                assert!(used.insert(event.flow.clone()), "a state used twice: {}", event.header);
            }
            _ => {}
        }
    }
}
