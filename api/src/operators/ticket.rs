//! Half a sign-in: what a page carries between the right password and the code.
//!
//! It is sealed, lasts a few minutes, and is no session: all it does is stand for the password. It dies with that
//! password and with its person's access.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use countersign_entities::{Timestamp, ids::OperatorId};

use super::{fingerprint, people::Operator, store};
use crate::{app::App, error::Fault, keys::Aad, secret::Secret};

const PLACE: Aad<'_> = Aad { table: "sign_in", row: "ticket", column: "password" };

/// Stands for a right password for a few minutes. Not shown.
#[derive(Clone)]
pub struct Ticket(Secret);

impl Ticket {
    /// The text that the next step brings back.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

impl fmt::Debug for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ticket")
    }
}

/// A ticket of a person whose password was right just now.
pub(super) fn issue(app: &App, operator: &Operator) -> Ticket {
    let until = app.now().plus(app.timing.sign_in.ticket_ttl).micros();
    let text = Secret::from(format!("{} {until} {}", operator.id, password_of(operator)));
    let sealed = app.keys.seal(&*app.rng, &PLACE, text.expose().as_bytes());
    Ticket(Secret::from(URL_SAFE_NO_PAD.encode(sealed)))
}

/// Whose ticket it is; nobody's where it is none of ours, too old, or the person's password or access changed.
pub(super) async fn open(app: &App, ticket: &Secret) -> Result<Option<Operator>, Fault> {
    let Some((id, until, password)) = read(app, ticket) else { return Ok(None) };
    if until <= app.now() {
        return Ok(None);
    }
    let operator = store::find(&app.db, &id).await?;
    Ok(operator.filter(|operator| !operator.is_disabled() && password_of(operator) == password))
}

fn read(app: &App, ticket: &Secret) -> Option<(OperatorId, Timestamp, String)> {
    let sealed = URL_SAFE_NO_PAD.decode(ticket.expose()).ok()?;
    let opened = app.keys.open(&PLACE, &sealed).ok()?;
    let mut parts = std::str::from_utf8(&opened).ok()?.split(' ');
    let id = parts.next()?.parse().ok()?;
    let until = parts.next()?.parse().ok()?;
    Some((id, Timestamp(until), parts.next()?.to_owned()))
}

/// Names the password that is set, without telling its hash.
fn password_of(operator: &Operator) -> String {
    operator.password.as_ref().map(|hash| hex::encode(fingerprint(hash.as_stored()))).unwrap_or_default()
}
