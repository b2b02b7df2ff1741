//! Half a sign-in: what a page carries between the right password and the code.
//!
//! It is sealed, lasts a few minutes, and is no session: all it does is stand for the password. It dies with that
//! password and with its person's access, also where the person is let in again.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use countersign_entities::{Timestamp, ids::OperatorId};

use super::{fingerprint, people::Operator, store};
use crate::{app::App, audit::read as log, error::Fault, keys::Aad, secret::Secret};

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
pub(super) async fn issue(app: &App, operator: &Operator) -> Result<Ticket, Fault> {
    let until = app.now().plus(app.timing.sign_in.ticket_ttl).micros();
    let (_, head) = log::head(&app.db).await?;
    let told = head.size();
    let text = Secret::from(format!("{} {until} {told} {}", operator.id, password_of(operator)));
    let sealed = app.keys.seal(&*app.rng, &PLACE, text.expose().as_bytes());
    Ok(Ticket(Secret::from(URL_SAFE_NO_PAD.encode(sealed))))
}

/// Whose ticket it is; nobody's where it is none of ours, too old, or the person's password or access changed.
pub(super) async fn open(app: &App, ticket: &Secret) -> Result<Option<Operator>, Fault> {
    let Some(said) = read(app, ticket) else { return Ok(None) };
    if said.until <= app.now() {
        return Ok(None);
    }
    let operator = store::find(&app.db, &said.id).await?;
    let same = operator.filter(|now| !now.is_disabled() && password_of(now) == said.password);
    if same.is_some() && was_put_out(app, &said).await? {
        return Ok(None);
    }
    Ok(same)
}

/// Whether the person was disabled since, and let in again: that brings nothing back that had ended.
async fn was_put_out(app: &App, said: &Said) -> Result<bool, Fault> {
    let since = log::about(&app.db, said.id.as_str(), said.told).await?;
    Ok(since.iter().any(|event| event.kind == "access.operator_disabled"))
}

/// What stands in a ticket.
struct Said {
    id: OperatorId,
    until: Timestamp,
    /// How many events the log had.
    told: i64,
    password: String,
}

fn read(app: &App, ticket: &Secret) -> Option<Said> {
    let sealed = URL_SAFE_NO_PAD.decode(ticket.expose()).ok()?;
    let opened = app.keys.open(&PLACE, &sealed).ok()?;
    let mut parts = std::str::from_utf8(&opened).ok()?.split(' ');
    let id = parts.next()?.parse().ok()?;
    let until = Timestamp(parts.next()?.parse().ok()?);
    let told = parts.next()?.parse().ok()?;
    Some(Said { id, until, told, password: parts.next()?.to_owned() })
}

/// Names the password that is set, without telling its hash.
fn password_of(operator: &Operator) -> String {
    operator.password.as_ref().map(|hash| hex::encode(fingerprint(hash.as_stored()))).unwrap_or_default()
}
