//! Paging and words in query strings.

use std::str::FromStr;

use super::{
    problem::{Problem, ProblemField},
    refused::Refused,
};
use crate::error::Kind;

/// The most items on a page.
pub const MAX_LIMIT: u64 = 200;
/// The items on a page where nothing is said.
const USUAL_LIMIT: u64 = 50;

/// How many items are wanted.
///
/// # Errors
/// 400 where it is not 1 to 200.
pub fn limit(given: Option<u64>) -> Result<u64, Refused> {
    match given {
        None => Ok(USUAL_LIMIT),
        Some(limit) if (1..=MAX_LIMIT).contains(&limit) => Ok(limit),
        Some(_) => Err(wrong("limit", format!("A page has 1 to {MAX_LIMIT} items."))),
    }
}

/// A parameter that is one of a vocabulary, or absent.
///
/// # Errors
/// 400 where it is none of them.
pub fn word<T: FromStr<Err: std::fmt::Display>>(
    name: &str,
    given: &Option<String>,
) -> Result<Option<T>, Refused> {
    let Some(given) = given else { return Ok(None) };
    given.parse().map(Some).map_err(|error: T::Err| wrong(name, format!("This is {error}.")))
}

/// The problem of a parameter.
pub fn wrong(name: &str, message: String) -> Refused {
    let detail = format!("the parameter `{name}` is wrong: {message}");
    let problem = Problem::new(Kind::Malformed, "parameter_invalid", detail);
    problem.with_fields(vec![ProblemField::new(name, "invalid", message)]).into()
}
