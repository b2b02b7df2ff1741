//! A form that was sent: read, and proven to come from the session in which it was shown.
//!
//! Where the session has ended, or another began, what was typed travels on in the answer: [`Refused::Ended`] and
//! [`Refused::Stale`] keep it, and nobody has to type it again. Nothing of it is stored.

use std::ops::Deref;

use countersign_api::http::caller::Caller;
use countersign_api::http::csrf::{self, CsrfError};
use countersign_api::http::doubled::twice;
use poem::{FromRequest, Request, RequestBody};

use super::fields::{Fields, Files};
use super::refused::Refused;
use super::theme::return_path;
use super::visit::Visit;
use crate::views::error_page::{ErrorPage, Kept};
use crate::views::forms::{FORMS, is_like};

/// Fields that are never kept: passwords, codes, and the proof of a session.
const NEVER_KEPT: [&str; 8] = ["csrf", "password", "current", "new", "again", "totp", "code", "ticket"];

/// A form of somebody who is signed in.
pub struct Form(Fields);

/// A form that needs nobody signed in, such as that of the door; it has no file. It must come from a page of ours: by what the browser
/// says, or by the proof that stands in it.
pub struct OpenForm(Fields);

/// A form that needs nobody signed in, and has no file; but whoever is sends it as their session's own.
pub struct AnyForm(Fields);

impl Deref for AnyForm {
    type Target = Fields;

    fn deref(&self) -> &Fields {
        &self.0
    }
}

impl Deref for Form {
    type Target = Fields;

    fn deref(&self) -> &Fields {
        &self.0
    }
}

impl Deref for OpenForm {
    type Target = Fields;

    fn deref(&self) -> &Fields {
        &self.0
    }
}

impl<'a> FromRequest<'a> for Form {
    async fn from_request(request: &'a Request, body: &mut RequestBody) -> poem::Result<Self> {
        let visit = Visit::from_request(request, body).await?;
        check(&visit, request, &nobody(&visit), None).map_err(Refused::from)?;
        let files = if visit.signed_in().is_some() { Files::Kept } else { Files::Noted };
        let fields = once(Fields::read(request, body, files).await?)?;
        if visit.signed_in().is_none() {
            return Err(Refused::Ended(Box::new(kept(&visit, request, &fields))).into());
        }
        let fields = proven(&visit, request, fields)?;
        visit.remember_typed(kept(&visit, request, &fields));
        Ok(Self(unchanged(&visit, request, fields).await?))
    }
}

impl<'a> FromRequest<'a> for AnyForm {
    async fn from_request(request: &'a Request, body: &mut RequestBody) -> poem::Result<Self> {
        let visit = Visit::from_request(request, body).await?;
        check(&visit, request, &nobody(&visit), None).map_err(Refused::from)?;
        let fields = Fields::read(request, body, Files::Noted).await?;
        let fields = match visit.signed_in() {
            Some(_) => proven(&visit, request, fields)?,
            None => from_our_page(&visit, request, fields)?,
        };
        Ok(Self(once(fields)?))
    }
}

impl<'a> FromRequest<'a> for OpenForm {
    async fn from_request(request: &'a Request, body: &mut RequestBody) -> poem::Result<Self> {
        let visit = Visit::from_request(request, body).await?;
        check(&visit, request, &nobody(&visit), None).map_err(Refused::from)?;
        let fields = from_our_page(&visit, request, Fields::read(request, body, Files::Noted).await?)?;
        Ok(Self(once(fields)?))
    }
}

/// Fields that a form of ours sends more than once: boxes that can be ticked together.
const REPEATED: [&str; 4] = ["role", "scope", "kept.role", "kept.scope"];

/// The fields, if each but those is said once, as a form of ours says them.
fn once(fields: Fields) -> Result<Fields, Refused> {
    let names = fields.texts().iter().map(|(name, _)| name.clone());
    match twice(names.filter(|name| !REPEATED.contains(&name.as_str()))) {
        Some(_) => Err(Refused::status(400)),
        None => Ok(fields),
    }
}

/// The fields, if they come with the proof of the session that sends them; nobody has none to show.
fn proven(visit: &Visit, request: &Request, fields: Fields) -> Result<Fields, Refused> {
    match check(visit, request, &visit.caller, fields.given(csrf::FIELD)) {
        Ok(()) => Ok(fields),
        Err(CsrfError::Missing | CsrfError::Wrong) => {
            Err(Refused::Stale(Box::new(kept(visit, request, &fields))))
        }
        Err(other) => Err(other.into()),
    }
}

/// The fields, if their sender may still do what they might when the form began to come: it can take long to arrive, and
/// somebody may have been put out, or lost a role, meanwhile.
async fn unchanged(visit: &Visit, request: &Request, fields: Fields) -> Result<Fields, Refused> {
    let roles = |visit: &Visit| visit.signed_in().map(|(principal, _)| principal.roles().clone());
    let now = roles(&visit.again(request).await?);
    match (roles(visit), now) {
        (Some(_), None) => Err(Refused::Ended(Box::new(kept(visit, request, &fields)))),
        (before, now) if before == now => Ok(fields),
        _ => Err(Refused::Stale(Box::new(kept(visit, request, &fields)))),
    }
}

/// The fields of a form before there is a session. What stands in it counts where the browser does not say where it
/// comes from; it may be of a session that began since the page was shown.
fn from_our_page(visit: &Visit, request: &Request, fields: Fields) -> Result<Fields, Refused> {
    let sent = fields.given(csrf::FIELD).unwrap_or_default();
    let is_sessions = visit.signed_in().is_some_and(|(_, session)| session.csrf_token.matches(sent));
    let is_vouched_for = csrf::is_vouched_for(&visit.app.config.server.public_url, request.headers());
    if is_vouched_for || is_sessions || visit.form_proof.is_proven_by(sent) {
        return Ok(fields);
    }
    // What was typed before the door goes on to the next door, which has a proof of its own.
    if let Some(kept) = kept_through_sign_in(&fields) {
        return Err(Refused::Ended(Box::new(kept)));
    }
    Err(Refused::Page(Box::new(ErrorPage {
        title: "That form could not be checked".into(),
        happened: "Your browser did not bring back the cookie that came with the page of this form, or has another by now."
            .into(),
        todo: "Load the page and send it again. If this comes again, let your browser keep cookies of this console."
            .into(),
        way_out: ("Load the page".into(), page_of(request.uri().path(), &fields)),
        ..ErrorPage::of(403)
    })))
}

/// The page of a form that needs nobody signed in.
fn page_of(action: &str, fields: &Fields) -> String {
    if action == "/theme" { return_path(fields.text("return_to")).to_owned() } else { action.to_owned() }
}

fn check(visit: &Visit, request: &Request, caller: &Caller, sent: Option<&str>) -> Result<(), CsrfError> {
    csrf::check_form(&visit.app.config.server.public_url, request.headers(), caller, sent)
}

/// The caller without a session, whose forms have no proof to show.
fn nobody(visit: &Visit) -> Caller {
    Caller { principal: None, session: None, ..visit.caller.clone() }
}

fn kept(visit: &Visit, request: &Request, fields: &Fields) -> Kept {
    let action = request.uri().path().to_owned();
    let texts = fields.texts().iter().filter(|(name, _)| !NEVER_KEPT.contains(&name.as_str()));
    let texts = texts.map(|(name, value)| (name.clone(), visit.shown_again(value)));
    Kept { back: back(&action), action, fields: texts.collect(), had_file: fields.has_file() }
}

/// The form that was kept through a sign-in: `kept_action`, and each field after `kept.`. None if there is none, or
/// its address is none of our forms'.
pub fn kept_through_sign_in(fields: &Fields) -> Option<Kept> {
    let action = fields.given("kept_action")?;
    FORMS.iter().find(|form| is_like(form.path, action))?;
    let texts = fields.texts().iter().filter_map(|(name, value)| {
        let name = name.strip_prefix("kept.").filter(|name| !NEVER_KEPT.contains(name))?;
        Some((name.to_owned(), value.clone()))
    });
    let had_file = fields.given("kept_file").is_some();
    Some(Kept { action: action.to_owned(), back: back(action), fields: texts.collect(), had_file })
}

/// The page on which a form stands.
pub(super) fn back(action: &str) -> String {
    let mut parts = action.split('/').skip(1);
    match (parts.next(), parts.next()) {
        (Some(noun @ ("drafts" | "publications")), Some(id)) => format!("/{noun}/{id}"),
        (Some("account"), Some("second-factor")) => "/account/second-factor".to_owned(),
        (Some("publishing"), _) => "/settings".to_owned(),
        (Some(noun @ ("connections" | "operators" | "tokens" | "account" | "audit")), _) => {
            format!("/{noun}")
        }
        _ => "/".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(pairs: &[(&str, &str)]) -> Fields {
        Fields::of(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
    }

    #[test]
    fn what_was_typed_is_kept_but_no_password() {
        let sent = [
            ("kept_action", "/drafts/drf_1"),
            ("kept.title", "Bread"),
            ("kept.new", "hush"),
            ("email", "a@b"),
        ];
        let kept = kept_through_sign_in(&fields(&sent)).unwrap();
        assert_eq!(kept.fields, [("title".to_owned(), "Bread".to_owned())]);
        assert_eq!((kept.action.as_str(), kept.back.as_str()), ("/drafts/drf_1", "/drafts/drf_1"));
    }

    #[test]
    fn nothing_is_sent_on_to_an_address_that_is_no_form_of_ours() {
        for action in ["https://evil.example/", "//evil.example/drafts", "/api/v1/drafts", "javascript:x", ""]
        {
            assert!(kept_through_sign_in(&fields(&[("kept_action", action)])).is_none(), "{action}");
        }
    }

    #[test]
    fn a_form_stands_on_a_page() {
        for (action, page) in [
            ("/drafts/drf_1/approve", "/drafts/drf_1"),
            ("/drafts", "/"),
            ("/publications/pub_1/resolve", "/publications/pub_1"),
            ("/operators/opr_1/disable", "/operators"),
            ("/tokens", "/tokens"),
            ("/account/second-factor/confirm", "/account/second-factor"),
            ("/account/sessions/ses_1/revoke", "/account"),
        ] {
            assert_eq!(back(action), page, "{action}");
        }
    }
}
