//! Whether somebody who was let in when their request began still may, in the transaction that writes.
//!
//! A request's headers say who it is; its body may come much later. Whoever was put out meanwhile, lost the role or the
//! session, must do nothing by it. The person's row stays locked, so what puts somebody out comes before or after.

use super::{
    authority::Authority,
    error::OperatorError,
    role::{Forbidden, Principal, Role},
    session, store,
};
use crate::{app::App, audit::AuditedTx};

/// Reads the person again, and the session that they came with: first in a transaction that changes what they may.
///
/// # Errors
/// [`OperatorError::Ended`] where they were disabled or the session is over, [`Forbidden::Role`] where they need `role`
/// and lost it.
pub(super) async fn may(
    app: &App,
    tx: &AuditedTx<'_>,
    person: &Principal,
    role: Option<Role>,
) -> Result<(), OperatorError> {
    let now = store::lock(tx, person.id(), app.db.is_postgres()).await?;
    let now = now.filter(|now| !now.is_disabled()).ok_or(OperatorError::Ended)?;
    if let Some(id) = person.session()
        && !session::is_live(app, tx, id).await?
    {
        return Err(OperatorError::Ended);
    }
    match role.filter(|role| !now.roles.has(*role)) {
        Some(lost) => Err(Forbidden::Role(lost).into()),
        None => Ok(()),
    }
}

/// As [`may`], for whoever manages people. All admins are locked, in one order, before anybody who is managed.
///
/// # Errors
/// As [`may`].
pub(super) async fn manages(app: &App, tx: &AuditedTx<'_>, by: &Authority) -> Result<(), OperatorError> {
    let Some(admin) = by.principal() else { return Ok(()) };
    store::lock_admins(tx, app.db.is_postgres()).await?;
    may(app, tx, admin, Some(Role::Admin)).await
}
