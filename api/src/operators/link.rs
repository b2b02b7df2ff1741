//! One-time sign-in links: 256 random bits, of which only the SHA-256 is stored; good once, for 24 hours.

use countersign_entities::{
    Timestamp,
    ids::{LinkId, OperatorId},
};

use super::{fingerprint, people::Operator};
use crate::{
    app::App,
    audit::{AuditedTx, HousekeepingTx},
    error::Fault,
    secret::Secret,
};

mod store;

/// Why a link does not work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeadLink {
    /// It was used.
    Used,
    /// Its time is over.
    Expired,
    /// There is none such; or its person is disabled.
    Unknown,
}

/// What the page behind a link shows before anything is used up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkPreview {
    /// Whom it signs in.
    pub operator_id: OperatorId,
    /// That person's name.
    pub name: String,
    /// When it ends by itself.
    pub expires_at: Timestamp,
    /// Whether that person's second factor is asked for, too.
    pub asks_code: bool,
}

/// What a link's row says.
struct Row {
    id: LinkId,
    operator_id: OperatorId,
    created_at: Timestamp,
    expires_at: Timestamp,
    is_used: bool,
}

/// A link's row with its person.
pub(super) struct Found {
    pub(super) id: LinkId,
    pub(super) operator: Operator,
    pub(super) expires_at: Timestamp,
}

/// Looks at a link and uses nothing up.
///
/// # Errors
/// [`Fault`] where the database fails; why the link is dead is the inner result.
pub async fn peek_link(app: &App, secret: &Secret) -> Result<Result<LinkPreview, DeadLink>, Fault> {
    let (_, found) = find(app, secret).await?;
    Ok(found.map(|link| LinkPreview {
        asks_code: link.operator.second_factor_since().is_some(),
        operator_id: link.operator.id,
        name: link.operator.name,
        expires_at: link.expires_at,
    }))
}

/// Finds a link that can be used; whose it is, is told also where it is dead.
pub(super) async fn find(
    app: &App,
    secret: &Secret,
) -> Result<(Option<OperatorId>, Result<Found, DeadLink>), Fault> {
    let Some(row) = store::find(&app.db, fingerprint(secret.expose())).await? else {
        return Ok((None, Err(DeadLink::Unknown)));
    };
    let owner = super::store::find(&app.db, &row.operator_id).await?;
    let operator_id = Some(row.operator_id.clone());
    let found = match owner.filter(|owner| !owner.is_disabled()) {
        None => Err(DeadLink::Unknown),
        Some(_) if row.is_used => Err(DeadLink::Used),
        Some(_) if row.expires_at <= app.now() => Err(DeadLink::Expired),
        Some(operator) => Ok(Found { id: row.id, operator, expires_at: row.expires_at }),
    };
    Ok((operator_id, found))
}

/// Makes a link for a person; their unused older ones stop working. The caller commits, with its event.
pub(super) async fn issue(app: &App, tx: &AuditedTx<'_>, owner: &OperatorId) -> Result<Secret, Fault> {
    let (secret, now) = (app.rng.token(""), app.now());
    revoke_unused(tx, owner).await?;
    let link = Row {
        id: LinkId::from_random(app.random_id()),
        operator_id: owner.clone(),
        created_at: now,
        expires_at: now.plus(app.timing.sign_in.link_ttl),
        is_used: false,
    };
    store::insert(tx, link, fingerprint(secret.expose())).await?;
    Ok(secret)
}

/// Uses a link up; `false` if somebody was quicker or its time is over. The caller commits.
pub(super) async fn claim(app: &App, tx: &AuditedTx<'_>, id: &LinkId) -> Result<bool, Fault> {
    store::claim(tx, id, app.now()).await
}

/// Makes a person's unused links stop working. The caller commits.
pub(super) async fn revoke_unused(tx: &AuditedTx<'_>, owner: &OperatorId) -> Result<(), Fault> {
    store::purge_unused(tx, owner).await
}

/// Sweeps links that have been over for as long as they lasted: until then their page says why they do not work.
pub(super) async fn sweep(app: &App, tx: &HousekeepingTx) -> Result<u64, Fault> {
    store::purge_expired(tx, app.now().minus(app.timing.sign_in.link_ttl)).await
}
