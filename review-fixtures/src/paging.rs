//! Pages of a list: `page_size` 1..250 and an opaque `bookmark`.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::answer::{Answer, ApiError};
use crate::call::Call;
use crate::dialect::Dialect;

const DEFAULT_SIZE: usize = 25;
const LARGEST_SIZE: usize = 250;

/// The page that `call` asks for out of `items`, each with its number, already in order.
///
/// A bookmark names the list it belongs to and the number of the last item seen, so it stays good when items
/// come and go, and is refused on another list.
pub(crate) fn page(call: &Call, dialect: &Dialect, items: Vec<(u64, Value)>) -> Result<Answer, ApiError> {
    let largest = dialect.largest_page.map_or(LARGEST_SIZE, usize::from).max(1);
    let size = size(call)?.min(largest);
    let list = format!("{:?}:{}:{}", call.environment, call.operation.id(), call.ids.join(","));
    let skip = match call.query("bookmark") {
        None | Some("") => 0,
        Some(bookmark) => after(bookmark, &list, &items)?,
    };
    let has_more = items.len() > skip + size;
    let page: Vec<_> = items.into_iter().skip(skip).take(size).collect();
    let last = page.last().map(|(number, _)| *number).filter(|_| has_more);
    let bookmark = last.map(|number| URL_SAFE_NO_PAD.encode(format!("{list}|{number}")));
    let values: Vec<Value> = page.into_iter().map(|(_, value)| value).collect();
    let mut body = json!({"items": values, "bookmark": bookmark});
    if let (true, None, Some(fields)) = (dialect.omits_last_bookmark, &bookmark, body.as_object_mut()) {
        fields.remove("bookmark");
    }
    Ok(Answer::ok(body))
}

/// Whether this is the first page of a list.
pub(crate) fn is_first(call: &Call) -> bool {
    call.query("bookmark").is_none_or(str::is_empty)
}

fn size(call: &Call) -> Result<usize, ApiError> {
    let Some(text) = call.query("page_size") else { return Ok(DEFAULT_SIZE) };
    let Ok(size) = text.parse::<i64>() else {
        return Err(ApiError::new(400, 1, format!("Parameter 'page_size' was not numeric (was {text})")));
    };
    match usize::try_from(size) {
        Ok(size @ 1..=LARGEST_SIZE) => Ok(size),
        _ => Err(ApiError::invalid(format!("page_size {size} is not between 1 and {LARGEST_SIZE}"))),
    }
}

/// How many items to skip so as to go on after the bookmarked one.
fn after(bookmark: &str, list: &str, items: &[(u64, Value)]) -> Result<usize, ApiError> {
    let bad = || ApiError::invalid("bookmark is not one of this list");
    let text = URL_SAFE_NO_PAD.decode(bookmark).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let text = text.ok_or_else(bad)?;
    let (named, number) = text.rsplit_once('|').ok_or_else(bad)?;
    let number: u64 = number.parse().map_err(|_| bad())?;
    if named != list {
        return Err(bad());
    }
    let is_descending = items.first().zip(items.last()).is_some_and(|(first, last)| first.0 > last.0);
    let is_seen = |item: &&(u64, Value)| if is_descending { item.0 >= number } else { item.0 <= number };
    Ok(items.iter().take_while(is_seen).count())
}
