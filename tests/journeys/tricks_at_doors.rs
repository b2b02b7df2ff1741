//! No door opens to another method, to an address that only looks like another one, or to a header that claims
//! something.

use std::collections::{BTreeMap, BTreeSet};

use countersign_tests::actor::API;
use countersign_tests::doors::{Door, Who};
use countersign_tests::raw::{RawAnswer, raw};
use countersign_tests::watch::Watch;
use countersign_tests::{Actor, Harness, Ids};

use super::{guarded_pages, guarded_routes, open_doors};

const METHODS: [&str; 9] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"];

/// A route as it is asked for: method, address with an id of nothing that is, who may use it.
struct Route {
    method: &'static str,
    address: String,
    who: Who,
}

/// Every route of the API and of the pages, and what is mounted beside them.
fn routes() -> Vec<Route> {
    let ids = Ids::of_nothing();
    let route = |start: &str, door: &Door| Route {
        method: door.method,
        address: format!("{start}{}", door.at(&ids)),
        who: door.who,
    };
    let api = guarded_routes::table();
    let pages = guarded_pages::table();
    let beside = open_doors::mounted().into_iter().map(|path| {
        let address = path.replace(":name", "countersign.css");
        Route { method: "GET", address, who: Who::Anybody }
    });
    let api = api.iter().map(|door| route(API, door));
    api.chain(pages.iter().map(|door| route("", door))).chain(beside).collect()
}

/// What each address takes; whatever is shown can be asked for without its body.
fn taken() -> BTreeMap<String, BTreeSet<&'static str>> {
    let mut taken: BTreeMap<String, BTreeSet<&'static str>> = BTreeMap::new();
    for route in routes() {
        let methods = taken.entry(route.address).or_default();
        methods.insert(route.method);
        if route.method == "GET" {
            methods.insert("HEAD");
        }
    }
    taken
}

#[tokio::test]
async fn an_address_takes_its_methods_and_names_them() {
    let h = Harness::start().await;
    let watch = Watch::begin(&h).await;
    let mut refused = 0;
    for (address, methods) in taken() {
        let allow = methods.iter().copied().collect::<Vec<_>>().join(", ");
        for method in METHODS.iter().filter(|method| !methods.contains(*method)) {
            let answer = raw(&h.base(), method, &address, &[], "").await;
            assert_eq!(answer.status, 405, "{method} {address}: {}", answer.text);
            assert_eq!(answer.header("allow"), allow, "{method} {address}");
            refused += 1;
        }
    }
    println!("{refused} methods refused");
    watch.nothing_but_refusals(&h, "a method that is not taken").await;
    h.finish().await;
}

#[tokio::test]
async fn asking_without_the_body_opens_no_more_than_asking() {
    let h = Harness::start().await;
    let cookie = h.auditor().await.cookie().unwrap();
    for route in routes().iter().filter(|route| route.method == "GET") {
        for headers in [&[][..], &[("Cookie", cookie.as_str())][..]] {
            let shown = raw(&h.base(), "GET", &route.address, headers, "").await;
            let head = raw(&h.base(), "HEAD", &route.address, headers, "").await;
            // The callback uses a flow up, and looking at its address does not.
            if route.address != "/oauth/callback" {
                assert_eq!(head.status, shown.status, "{}", route.address);
            }
            assert_eq!(head.body(), "", "{}", route.address);
        }
    }
    h.finish().await;
}

/// Addresses that somebody could take for `path`.
fn tricks(path: &str) -> Vec<String> {
    let rest = path.trim_start_matches('/');
    let (first, others) = rest.split_once('/').unwrap_or((rest, ""));
    let mut tricks = vec![
        format!("{path}/"),
        format!("/{path}"),
        format!("/{first}//{others}"),
        path.to_uppercase(),
        format!("/.{path}"),
        format!("/%2e%2e{path}"),
        format!("/privacy-policy/..{path}"),
        format!("/privacy-policy/%2e%2e{path}"),
        format!("/assets/..%2f{rest}"),
        format!("/sign-in;{path}"),
        format!("/sign-in/;{path}"),
        format!("/api/v1/../..{path}"),
        format!("\\{rest}"),
    ];
    let ends = [";", ";x=1", "%3b", "%00", "%20", "%2f", "%3f", ".json", "?/sign-in", "/..%2f", "/."];
    tricks.extend(ends.iter().map(|end| format!("{path}{end}")));
    // The same letters, written otherwise.
    let letter = first.as_bytes().first().copied().unwrap_or(b'/');
    tricks.push(format!("/%{letter:02x}{}", rest.get(1..).unwrap_or_default()));
    tricks.push(format!("http://evil.example{path}"));
    tricks
}

/// Headers that claim something.
const CLAIMS: &[(&str, &str)] = &[
    ("X-HTTP-Method-Override", "GET"),
    ("X-Original-URL", "/sign-in"),
    ("X-Rewrite-URL", "/sign-in"),
    ("X-Forwarded-For", "127.0.0.1"),
    ("X-Forwarded-User", "founder"),
    ("X-Forwarded-Prefix", "/sign-in"),
    ("Authorization", "Basic YWRhOmFkYQ=="),
    ("Forwarded", "for=127.0.0.1;host=localhost"),
];

/// Sends what somebody tries, as themselves where they are signed in.
async fn attempt(
    h: &Harness,
    who: Option<&Actor>,
    method: &str,
    target: &str,
    claim: (&str, &str),
) -> RawAnswer {
    let (cookie, csrf) = who.map(|who| (who.cookie().unwrap(), who.csrf().unwrap())).unwrap_or_default();
    let mut headers = vec![claim, ("Content-Type", "application/x-www-form-urlencoded")];
    if who.is_some() {
        headers.extend([("Cookie", cookie.as_str()), ("X-CSRF-Token", csrf.as_str())]);
    }
    raw(&h.base(), method, target, &headers, &format!("csrf={csrf}")).await
}

fn is_turned_away(answer: &RawAnswer) -> bool {
    match answer.status {
        303 => answer.header("location").starts_with("/sign-in"),
        status => matches!(status, 400 | 401 | 403 | 404 | 405 | 415),
    }
}

/// Tries every trick at every door that is closed to `who`; how many were tried.
async fn try_all(h: &Harness, who: Option<&Actor>, is_closed: impl Fn(Who) -> bool) -> usize {
    let mut tried = 0;
    for route in routes().into_iter().filter(|route| is_closed(route.who)) {
        let nothing = ("Accept", "*/*");
        let tricks = tricks(&route.address).into_iter().map(|trick| (trick, nothing));
        let claims = CLAIMS.iter().map(|claim| (route.address.clone(), *claim));
        for (target, claim) in tricks.chain(claims) {
            let answer = attempt(h, who, route.method, &target, claim).await;
            assert!(is_turned_away(&answer), "{} {target} {claim:?}: {}", route.method, answer.text);
            tried += 1;
        }
    }
    tried
}

#[tokio::test]
async fn no_trick_opens_a_door() {
    let h = Harness::start().await;
    let auditor = h.auditor().await;
    let watch = Watch::begin(&h).await;
    let strangers = try_all(&h, None, |who| who != Who::Anybody).await;
    let is_closed = |who| matches!(who, Who::Roles(roles, _) if !roles.contains(&"auditor"));
    let auditors = try_all(&h, Some(&auditor), is_closed).await;
    println!("{strangers} tricks of strangers, {auditors} of somebody who may little");
    watch.nothing_but_refusals(&h, "a trick").await;
    auditor.get("/me").await.ok();
    h.finish().await;
}
