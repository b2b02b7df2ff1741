//! What is said twice: a parameter or a header that one program reads by its first value and another by its last. None of
//! ours repeats, so a request that doubles one is refused.

use std::collections::HashSet;

use poem::{Endpoint, Middleware, Request, Result};

use super::problem::{Problem, ProblemField};
use crate::error::Kind;

/// Headers of which one value counts.
const HEADERS: [&str; 5] = ["authorization", "content-type", "idempotency-key", "if-match", "x-csrf-token"];

/// The middleware of the API.
pub struct Undoubled;

impl<E: Endpoint> Middleware<E> for Undoubled {
    type Output = Single<E>;

    fn transform(&self, inner: E) -> Self::Output {
        Single(inner)
    }
}

/// An endpoint that is told everything once.
pub struct Single<E>(E);

impl<E: Endpoint> Endpoint for Single<E> {
    type Output = E::Output;

    async fn call(&self, request: Request) -> Result<E::Output> {
        match refused(&request) {
            Some(problem) => Err(problem.into()),
            None => self.0.call(request).await,
        }
    }
}

/// Why it is refused; none where everything is said once.
fn refused(request: &Request) -> Option<Problem> {
    if let Some(header) = HEADERS.into_iter().find(|name| request.headers().get_all(*name).iter().count() > 1)
    {
        let detail = format!("the header `{header}` came more than once. Send it once");
        return Some(Problem::new(Kind::Malformed, "header_doubled", detail));
    }
    twice(names(request.uri().query().unwrap_or_default())).map(|name| parameter(&name))
}

fn parameter(name: &str) -> Problem {
    let name: String = name.chars().take(100).collect();
    let detail = format!("the parameter `{name}` came more than once. Send it once");
    let field = ProblemField::new(name, "doubled", "Send it once.");
    Problem::new(Kind::Malformed, "parameter_doubled", detail).with_fields(vec![field])
}

/// The names in a query.
fn names(query: &str) -> impl Iterator<Item = String> {
    url::form_urlencoded::parse(query.as_bytes()).map(|(name, _)| name.into_owned())
}

/// The first name that comes a second time.
pub fn twice(names: impl IntoIterator<Item = String>) -> Option<String> {
    let mut seen = HashSet::new();
    names.into_iter().find(|name| !seen.insert(name.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(query: &str, headers: &[(&str, &str)]) -> Option<String> {
        let mut request = Request::builder().uri(format!("/drafts?{query}").parse().unwrap());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        refused(&request.finish()).map(|problem| problem.code)
    }

    #[test]
    fn what_comes_twice_is_refused_however_it_is_written() {
        assert_eq!(asked("limit=1&state=draft", &[("if-match", "\"1\"")]), None);
        for query in ["limit=1&limit=1", "q=a&%71=b", "state=&state="] {
            assert_eq!(asked(query, &[]), Some("parameter_doubled".to_owned()), "{query}");
        }
        let keys = [("idempotency-key", "a"), ("Idempotency-Key", "b")];
        assert_eq!(asked("", &keys), Some("header_doubled".to_owned()));
    }
}
