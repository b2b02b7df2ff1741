//! Ways in which live answers are known or said to differ from the document. The defaults are what was seen
//! live; `POST /_simulator/dialect` changes them.

use serde::{Deserialize, Serialize};

/// How answers are worded. A client should read all of them.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Dialect {
    /// `created_at` ends in `Z` (the document's date-time). Off: no zone at all, as live answers have it.
    pub has_zone: bool,
    /// Creates answer 200 (declared since 5.18) in place of 201.
    pub creates_with_200: bool,
    /// The last page has no `bookmark` key in place of `null`.
    pub omits_last_bookmark: bool,
    /// A missing board is code 404 (the document's example) in place of 40.
    pub board_missing_is_404: bool,
    /// Errors carry an extra `"status": "failure"`.
    pub has_failure_key: bool,
    /// Rate-limit refusals carry `Retry-After`, which live ones were never seen to do.
    pub has_retry_after: bool,
    /// Scopes in token answers are separated by commas in place of spaces.
    pub separates_by_comma: bool,
    /// A page of a list holds at most so many items, whatever `page_size` asks for; 250 if absent.
    pub largest_page: Option<u16>,
    /// A refresh answers with the refresh token that was used, which stays good.
    pub keeps_refresh_token: bool,
}

impl Dialect {
    /// `created_at` and its like.
    pub(crate) fn time(&self, micros: i64) -> String {
        let naive = crate::clock::naive(micros);
        if self.has_zone { format!("{naive}Z") } else { naive }
    }
}
