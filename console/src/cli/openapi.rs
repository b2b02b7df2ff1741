//! `openapi`: the API's own description.

use anyhow::{Result, bail};

pub(super) fn run() -> Result<()> {
    bail!("`openapi` is not part of this build")
}
