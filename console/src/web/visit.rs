//! One request for a page: who asks, from where, and what their browser brought along.
//!
//! [`super::error::Pages`] makes one for each request; a handler takes it as an argument.

use std::ops::Deref;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use countersign_api::actor::{Net, Via};
use countersign_api::app::App;
use countersign_api::audit::typed::is_secret;
use countersign_api::error::Fault;
use countersign_api::http::caller::{self, Caller, Proof};
use countersign_api::operators::{
    Admin, Auditor, Author, Principal, Reader, Reviewer, Session, SessionInfo, session,
};
use poem::http::Method;
use poem::{FromRequest, Request, RequestBody};

use super::flash::{self, Flash};
use super::form_proof::FormProof;
use super::refused::Refused;
use super::{shortcuts, theme};
use crate::views::error_page::Kept;
use crate::views::forms::{FRAGMENTS, is_like};
use crate::views::frame::Theme;

/// Where a person is sent who has to set a password before anything else.
const SET_PASSWORD: &str = "/account/password";

/// What a request came with.
#[derive(Clone)]
pub struct Inner {
    /// The service.
    pub app: App,
    /// Who asks, and from where.
    pub caller: Caller,
    /// Path and query, to come back to; of a form's answer just `/`.
    pub here: String,
    /// The path alone.
    pub path: String,
    /// The proof of forms before there is a session.
    pub form_proof: Arc<FormProof>,
    /// The message of the last action.
    pub flash: Option<Flash>,
    /// The chosen look.
    pub theme: Theme,
    /// Whether single keys act.
    pub has_shortcuts: bool,
    /// Whether a script asks, which wants no page in answer to a refusal.
    pub is_fragment: bool,
    was_flash_shown: Arc<AtomicBool>,
    typed: Arc<OnceLock<Kept>>,
}

/// A request for a page; cheap to clone.
#[derive(Clone)]
pub struct Visit(Arc<Inner>);

impl Deref for Visit {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Visit {
    /// The address of the page that is shown: for a form's answer, that of the page on which the form stands.
    pub fn page_here(&self) -> String {
        match self.here.as_str() {
            "/" => super::form::back(&self.path),
            page => page.to_owned(),
        }
    }

    /// The page on which a form stands, or home: the way out of a refusal.
    pub fn way_out(&self) -> (String, String) {
        match super::form::back(&self.path) {
            home if home == "/" || home == self.here => ("To the queue".into(), "/".into()),
            page => ("Back".into(), page),
        }
    }

    /// Reads a request and resumes its session, if it brought one that is live.
    ///
    /// # Errors
    /// [`Fault`] where the database fails.
    pub async fn of(app: &App, request: &Request) -> Result<Self, Fault> {
        let caller = match request.data::<Caller>() {
            Some(caller) => caller.clone(),
            None if is_poll(request) => caller::resolve_look(app, request).await?,
            None => caller::resolve(app, request).await?,
        };
        Ok(Self::new(app, request, caller))
    }

    /// The same request as it stands now: whether its session is still there, and what its person may.
    ///
    /// # Errors
    /// [`Fault`] where the database fails.
    pub async fn again(&self, request: &Request) -> Result<Self, Fault> {
        Ok(Self::new(&self.app, request, caller::resolve_look(&self.app, request).await?))
    }

    /// A request of nobody, where not even the session can be looked up.
    pub fn anonymous(app: &App, request: &Request) -> Self {
        let (net, via, proof) = (Net::default(), Via::Page, Proof::None);
        Self::new(app, request, Caller { principal: None, session: None, net, via, proof })
    }

    fn new(app: &App, request: &Request, caller: Caller) -> Self {
        let (headers, path) = (request.headers(), request.uri().path());
        Self(Arc::new(Inner {
            app: app.clone(),
            caller,
            form_proof: Arc::new(FormProof::of(headers, app.config.server.is_https())),
            here: here(request),
            path: path.to_owned(),
            flash: flash::read(headers),
            theme: theme::read(headers),
            has_shortcuts: shortcuts::read(headers),
            is_fragment: is_fragment(request),
            was_flash_shown: Arc::default(),
            typed: Arc::default(),
        }))
    }

    /// The same request after its person signed in.
    ///
    /// # Errors
    /// [`Fault`] where the database fails.
    pub async fn in_session(&self, session: &Session) -> Result<Self, Fault> {
        let net = self.caller.net.clone();
        let (principal, session) =
            session::resume(&self.app, &session.secret, net.clone(), Via::Page).await?.unzip();
        let caller = Caller { principal, session, net, via: Via::Page, proof: Proof::Cookie };
        Ok(Self(Arc::new(Inner { caller, ..Inner::clone(self) })))
    }

    /// Remembers what was typed, for an answer that has to give it back.
    pub(super) fn remember_typed(&self, typed: Kept) {
        self.typed.get_or_init(|| typed);
    }

    /// The form that was sent, if there is anything in it to give back.
    pub(super) fn typed(&self) -> Option<&Kept> {
        self.typed.get().filter(|typed| typed.fields.iter().any(|(_, value)| !value.is_empty()))
    }

    /// Who is signed in and in which session, also before a password that has to be set.
    pub fn signed_in(&self) -> Option<(&Principal, &SessionInfo)> {
        self.caller.principal.as_ref().zip(self.caller.session.as_ref())
    }

    /// Whether the browser brought a session that is over.
    pub fn has_ended(&self) -> bool {
        self.caller.proof == Proof::Cookie && self.caller.session.is_none()
    }

    /// Who is signed in, ready to work.
    ///
    /// # Errors
    /// [`Refused::SignIn`], or [`Refused::First`] where a password has to be set before.
    pub fn person(&self) -> Result<&Principal, Refused> {
        let (principal, _) = self.signed_in().ok_or(Refused::SignIn)?;
        if principal.owes_password() {
            return Err(Refused::First(SET_PASSWORD));
        }
        Ok(principal)
    }

    /// Evidence that a person is there, whatever their roles: all of them read.
    ///
    /// # Errors
    /// As [`Visit::person`].
    pub fn reader(&self) -> Result<Reader, Refused> {
        Ok(self.person()?.in_person()?)
    }

    /// Evidence that the person may write drafts.
    ///
    /// # Errors
    /// As [`Visit::person`], or without the role.
    pub fn author(&self) -> Result<Author, Refused> {
        Ok(self.person()?.author()?)
    }

    /// Evidence that the person may decide.
    ///
    /// # Errors
    /// As [`Visit::person`], or without the role.
    pub fn reviewer(&self) -> Result<Reviewer, Refused> {
        Ok(self.person()?.reviewer()?)
    }

    /// Evidence that the person may administer.
    ///
    /// # Errors
    /// As [`Visit::person`], or without the role.
    pub fn admin(&self) -> Result<Admin, Refused> {
        Ok(self.person()?.admin()?)
    }

    /// Evidence that the person may read the audit log.
    ///
    /// # Errors
    /// As [`Visit::person`], or without the role.
    pub fn auditor(&self) -> Result<Auditor, Refused> {
        Ok(self.person()?.auditor()?)
    }

    /// What was typed and refused, to be shown again; nothing where it carries a secret.
    pub fn shown_again(&self, typed: &str) -> String {
        if is_secret(&self.app, typed) { String::new() } else { typed.to_owned() }
    }

    /// Whether cookies must be `Secure`.
    pub fn is_secure(&self) -> bool {
        self.app.config.server.is_https()
    }

    /// Takes the message for the page that shows it.
    pub fn take_flash(&self) -> Option<&Flash> {
        let flash = self.flash.as_ref()?;
        self.was_flash_shown.store(true, Ordering::Relaxed);
        Some(flash)
    }

    /// Whether the message was shown, so that the browser can drop it.
    pub fn was_flash_shown(&self) -> bool {
        self.was_flash_shown.load(Ordering::Relaxed)
    }
}

fn is_fragment(request: &Request) -> bool {
    FRAGMENTS.iter().any(|(pattern, _)| is_like(pattern, request.uri().path()))
}

/// What a page asks again and again while it lies open: nobody need be there.
fn is_poll(request: &Request) -> bool {
    request.method() == Method::GET && is_fragment(request)
}

/// A form's answer cannot be asked for again, so a change of theme on it leads home.
fn here(request: &Request) -> String {
    let is_page = matches!(*request.method(), Method::GET | Method::HEAD);
    // The callback's address holds a code, which no page repeats.
    let path = request.uri().path_and_query().filter(|path| is_page && path.path() != "/oauth/callback");
    path.map_or_else(|| "/".to_owned(), |path| path.as_str().to_owned())
}

impl<'a> FromRequest<'a> for Visit {
    async fn from_request(request: &'a Request, _: &mut RequestBody) -> poem::Result<Self> {
        let visit = request.extensions().get::<Self>().cloned();
        visit.ok_or_else(|| Refused::status(500).into())
    }
}
