//! `GET /user_account`: whose consent it is.

use http::Method;

use super::{
    calls::{self, Call, CallError, Usable},
    wire,
};
use crate::{actor::Actor, app::App};

/// An account, as far as it is kept: to confirm that it is the intended one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Account {
    /// Pinterest's id of it.
    pub(crate) id: String,
    /// Its username.
    pub(crate) username: String,
}

/// The longest id and username that are believed.
const LONGEST: usize = 100;

/// Asks Pinterest whose token it is; none if the answer does not say so.
///
/// # Errors
/// [`CallError`].
pub(crate) async fn read(
    app: &App,
    actor: &Actor,
    usable: &Usable,
    flow: Option<String>,
) -> Result<Option<Account>, CallError> {
    let call = Call {
        operation: "user_account/get",
        method: Method::GET,
        path: "/user_account".to_owned(),
        template: "/user_account",
        query: Vec::new(),
        body: None,
        flow,
    };
    let answer = calls::audited(app, actor, usable, &call).await?;
    let account: Option<wire::UserAccount> = wire::parse(&answer.body);
    Ok(account.and_then(|account| {
        let fits = |text: &String| !text.is_empty() && text.len() <= LONGEST;
        Some(Account { id: account.id.filter(fits)?, username: account.username.filter(fits)? })
    }))
}
