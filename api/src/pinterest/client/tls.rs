//! A connection whose other side is not proven to be Pinterest's gets not one byte of the request.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use rcgen::{CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};
use tokio_rustls::TlsAcceptor;

use super::*;
use crate::{
    outbound::Outbound,
    testing::{self, TestApp},
    timing::Calls,
};

/// Who signs certificates.
type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Authority {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A far end with a certificate for `name`, valid in these years; the bytes of HTTP that it got, and its protocol.
struct FarEnd {
    root: Url,
    requests: Arc<AtomicUsize>,
}

impl FarEnd {
    async fn open(authority: &Authority, name: &str, years: (i32, i32)) -> Self {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        (params.not_before, params.not_after) = (date_time_ymd(years.0, 1, 1), date_time_ymd(years.1, 1, 1));
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, authority).unwrap();
        let chain = vec![CertificateDer::from(certificate.der().to_vec())];
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let mut config = ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key).unwrap();
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let root = format!("https://127.0.0.1:{}/v5", listener.local_addr().unwrap().port()).parse().unwrap();
        let requests = Arc::<AtomicUsize>::default();
        let counted = Arc::clone(&requests);
        tokio::spawn(async move {
            let acceptor = TlsAcceptor::from(Arc::new(config));
            while let Ok((line, _)) = listener.accept().await {
                let Ok(mut line) = acceptor.accept(line).await else { continue };
                let mut head = [0; 64];
                let Ok(count @ 1..) = line.read(&mut head).await else { continue };
                counted.fetch_add(1, Ordering::SeqCst);
                let is_http_1 = head[..count].starts_with(b"POST /v5/pins HTTP/1.1\r\n");
                let status = if is_http_1 && line.get_ref().1.alpn_protocol() == Some(b"http/1.1") {
                    201
                } else {
                    500
                };
                let answer = format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\n\r\n");
                drop(line.write_all(answer.as_bytes()).await);
                drop(line.shutdown().await);
            }
        });
        Self { root, requests }
    }

    async fn is_sent_to(&self, test: &TestApp) -> Result<u16, Lost> {
        send_to(test, &self.root).await
    }
}

async fn send_to(test: &TestApp, root: &Url) -> Result<u16, Lost> {
    let token = Secret::from("t");
    let request = Request {
        operation: "pins/create",
        method: Method::POST,
        root,
        path: "/pins".to_owned(),
        template: "/pins",
        query: Vec::new(),
        body: Body::None,
        auth: Auth::Bearer(&token),
    };
    Ok(send_once(&test.app, &request).await?.status)
}

/// An application that trusts this authority and no other.
async fn trusting(authority: &Authority, calls: Calls) -> TestApp {
    testing::app_with(|parts| parts.outbound = Outbound::trusting(&calls, authority.der()).unwrap()).await
}

const TLS: Result<u16, Lost> = Err(Lost::NotSent { kind: "tls" });

#[tokio::test]
async fn a_certificate_that_does_not_fit_gets_not_one_byte() {
    drop(rustls::crypto::ring::default_provider().install_default());
    let (known, stranger) = (authority(), authority());
    let test = trusting(&known, Calls::default()).await;
    let good = FarEnd::open(&known, "127.0.0.1", (2020, 4000)).await;
    assert_eq!(good.is_sent_to(&test).await, Ok(201), "over HTTP/1.1, although h2 is offered");
    assert_eq!(good.requests.load(Ordering::SeqCst), 1);
    for (what, authority, name, years) in [
        ("expired", &known, "127.0.0.1", (2000, 2001)),
        ("not valid yet", &known, "127.0.0.1", (3000, 4000)),
        ("another host's", &known, "api.pinterest.example", (2020, 4000)),
        ("signed by nobody known", &stranger, "127.0.0.1", (2020, 4000)),
    ] {
        let far_end = FarEnd::open(authority, name, years).await;
        assert_eq!(far_end.is_sent_to(&test).await, TLS, "{what}");
        assert_eq!(far_end.requests.load(Ordering::SeqCst), 0, "{what}");
    }
}

#[tokio::test]
async fn a_far_end_without_tls_gets_not_one_byte() {
    drop(rustls::crypto::ring::default_provider().install_default());
    let calls = Calls { connect: Duration::from_millis(200), ..Calls::default() };
    let test = trusting(&authority(), calls).await;
    for (words, expected) in [("HTTP/1.1 400 Bad Request\r\n\r\n", "tls"), ("", "connect")] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let root = format!("https://{}/v5", listener.local_addr().unwrap()).parse().unwrap();
        let serving = tokio::spawn(async move {
            let (mut line, _) = listener.accept().await.unwrap();
            line.write_all(words.as_bytes()).await.unwrap();
            let mut got = Vec::new();
            drop(line.read_to_end(&mut got).await);
            got
        });
        assert_eq!(send_to(&test, &root).await, Err(Lost::NotSent { kind: expected }), "{words}");
        let got = serving.await.unwrap();
        assert!(!got.windows(4).any(|bytes| bytes == b"POST"), "nothing but TLS was said");
    }
}
