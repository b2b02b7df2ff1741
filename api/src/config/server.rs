//! Where Countersign listens and how it is reached.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use ipnet::IpNet;
use url::Url;

use super::key::Key;
use super::parse::{bare_url, is_loopback, listen_address};
use super::reader::{Parsed, Reader};

const LISTEN: Key =
    Key::with_default("listen", "127.0.0.1:8080", "Address and port of the console and the API");
const METRICS_LISTEN: Key =
    Key::with_default("metrics_listen", "off", "Address and port of the metrics, or off (not used yet)");
const PUBLIC_URL: Key =
    Key::with_default("public_url", "http://127.0.0.1:8080", "How browsers and Pinterest reach the console");
const TRUSTED_PROXIES: Key = Key::with_default(
    "trusted_proxies",
    "none",
    "Addresses or networks of proxies whose X-Forwarded-For is believed, separated by commas, or none",
);
const SIMULATOR_LISTEN: Key =
    Key::with_default("simulator_listen", "127.0.0.1:7070", "Address and port of the simulator in rehearsal");

pub(super) const KEYS: &[Key] = &[LISTEN, METRICS_LISTEN, PUBLIC_URL, TRUSTED_PROXIES, SIMULATOR_LISTEN];

/// Where Countersign listens and how it is reached.
#[derive(Clone)]
pub struct Server {
    /// Address of the console and the API. Port 0 takes any free one.
    pub listen: SocketAddr,
    /// Address of the metrics; `None`: there are none.
    pub metrics_listen: Option<SocketAddr>,
    /// The origin under which browsers and Pinterest reach the console: scheme, host and port, no path. Plain http
    /// on loopback only.
    pub public_url: Url,
    /// Whether somebody gave `public_url`; else it follows `listen`, see [`Server::bound_to`].
    pub is_public_url_given: bool,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Address of the simulator in rehearsal.
    pub simulator_listen: SocketAddr,
}

impl Server {
    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        let listen = reader.required(&LISTEN, listen_address);
        let metrics_listen = reader.required(&METRICS_LISTEN, listen_or_off);
        let is_public_url_given = reader.is_given(&PUBLIC_URL);
        let local = listen.map_or_else(|| PUBLIC_URL.default.unwrap_or_default().to_owned(), local_url);
        let public_url = reader.required_or(&PUBLIC_URL, &local, public_url);
        let trusted_proxies = reader.required(&TRUSTED_PROXIES, networks);
        let simulator_listen = reader.required(&SIMULATOR_LISTEN, listen_address);
        Some(Self {
            listen: listen?,
            metrics_listen: metrics_listen?,
            public_url: public_url?,
            is_public_url_given,
            trusted_proxies: trusted_proxies?,
            simulator_listen: simulator_listen?,
        })
    }

    /// To be told which address was bound: where no public URL was given, it follows.
    pub fn bound_to(&mut self, address: SocketAddr) {
        self.listen = address;
        if let (false, Ok(url)) = (self.is_public_url_given, Url::parse(&local_url(address))) {
            self.public_url = url;
        }
    }

    /// Whether cookies can and must be `Secure`.
    pub fn is_https(&self) -> bool {
        self.public_url.scheme() == "https"
    }
}

/// How a browser on this machine reaches `address`.
fn local_url(address: SocketAddr) -> String {
    let loopback = IpAddr::from(Ipv4Addr::LOCALHOST);
    let host = if address.ip().is_loopback() { address.ip() } else { loopback };
    format!("http://{}", SocketAddr::new(host, address.port()))
}

fn listen_or_off(text: &str) -> Parsed<Option<SocketAddr>> {
    if text == "off" { Ok(None) } else { listen_address(text).map(Some) }
}

fn public_url(text: &str) -> Parsed<Url> {
    let url = bare_url(text)?;
    if url.path() != "/" {
        return Err(
            "must end after the host and port: Countersign wants a host name of its own, not a folder \
                    of another site"
                .to_owned(),
        );
    }
    if url.scheme() == "http" && !is_loopback(&url) {
        return Err(
            "is plain http, which would send passwords in clear over the network. Put a proxy with TLS in \
                    front and write https://, or use http://127.0.0.1:8080 on this machine alone"
                .to_owned(),
        );
    }
    Ok(url)
}

fn networks(text: &str) -> Parsed<Vec<IpNet>> {
    if text == "none" {
        return Ok(Vec::new());
    }
    let network = |item: &str| item.parse().or_else(|_| item.parse::<IpAddr>().map(IpNet::from)).ok();
    let networks: Option<Vec<IpNet>> = text.split(',').map(str::trim).map(network).collect();
    networks.ok_or_else(|| {
        "is not a list of addresses or networks. Write it like 10.0.0.2, 192.168.0.0/24".to_owned()
    })
}
