//! Rows that are over.

use super::{link, second_factor, session};
use crate::{
    app::App,
    audit::{AuditedTx, Housekeeping},
    error::Fault,
};

/// Sweeps links and sessions a day after they were over, and second factors that were never confirmed; tells how many.
///
/// # Errors
/// [`Fault`] where the database fails.
pub async fn sweep(app: &App) -> Result<u64, Fault> {
    let tx = AuditedTx::housekeeping(app, Housekeeping::SpentRows).await?;
    let swept = link::sweep(app, &tx).await?
        + session::sweep(app, &tx).await?
        + second_factor::sweep(app, &tx).await?;
    tx.commit().await?;
    Ok(swept)
}
