//! The MAC on an approval: a row that was written or revived by SQL alone publishes nothing.

use crate::{
    app::App,
    approvals::store::Approval,
    data_keys,
    db::Reads,
    error::Fault,
    keys::{RawKey, mac, mac_matches},
};

const DOMAIN: &str = "countersign/approval/v1";
/// The purpose under which the key is kept.
const PURPOSE: &str = "approval_mac";

/// Makes sure that approvals can be signed and checked: that the key is there and opens under this master key.
///
/// # Errors
/// [`Fault::Sealed`] under another master key.
pub async fn prepare(app: &App) -> Result<(), Fault> {
    Signer::current(app).await.map(drop)
}

/// The key that signs approvals.
pub(super) struct Signer {
    key_id: String,
    key: RawKey,
}

impl Signer {
    /// The key in use; made where there is none yet.
    pub(super) async fn current(app: &App) -> Result<Self, Fault> {
        let (key_id, key) = data_keys::get_or_create(app, PURPOSE).await?;
        Ok(Self { key_id, key })
    }

    /// The key with which an approval says it was signed; none if there is no such key.
    pub(super) async fn of(app: &App, on: &impl Reads, approval: &Approval) -> Result<Option<Self>, Fault> {
        let key = data_keys::find(app, on, PURPOSE, &approval.mac_key_id).await?;
        Ok(key.map(|key| Self { key_id: approval.mac_key_id.clone(), key }))
    }

    /// Signs an approval.
    pub(super) fn sign(&self, approval: &mut Approval) {
        approval.mac_key_id = self.key_id.clone();
        approval.mac = with_parts(approval, |parts| mac(&self.key, DOMAIN, parts)).to_vec();
    }

    /// Whether this key signed exactly what the approval says.
    pub(super) fn holds(&self, approval: &Approval) -> bool {
        self.key_id == approval.mac_key_id
            && with_parts(approval, |parts| mac_matches(&self.key, DOMAIN, parts, &approval.mac))
    }
}

fn with_parts<T>(approval: &Approval, make: impl FnOnce(&[&[u8]]) -> T) -> T {
    make(&[
        approval.id.as_str().as_bytes(),
        approval.draft_id.as_str().as_bytes(),
        &approval.revision.to_be_bytes(),
        approval.digest.as_bytes(),
        approval.reviewer_id.as_str().as_bytes(),
        approval.rule.as_str().as_bytes(),
        &[u8::from(approval.is_own_draft)],
        &approval.decided_at.micros().to_be_bytes(),
        &approval.lapses_at.micros().to_be_bytes(),
        approval.event_id.as_str().as_bytes(),
    ])
}
