//! `openapi`: the API's own description, as it is committed and as `/openapi.json` serves it.

use anyhow::Result;
use countersign_api::http;

use super::print;

pub(super) fn run() -> Result<()> {
    Ok(print(&http::document())?)
}
