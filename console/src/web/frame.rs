//! What stands around every page: environment, person, counts, message, foot.

use countersign_api::audit;
use countersign_api::drafts;
use countersign_api::endpoints::Endpoints;
use countersign_api::operators::{Principal, Role, Roles, people};
use countersign_api::publisher::pause;
use countersign_api::vocabulary::Tab;

use super::refused::Refused;
use super::visit::Visit;
use crate::views::environment::Environment;
use crate::views::frame::{Footer, Frame, Paused, Roles as Held, Toast, Viewer};
use crate::views::time::Times;

impl Visit {
    /// The frame of a page that is about everything: it shows the gravest environment of this installation. A page
    /// about one thing uses [`Visit::frame_in`].
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn frame(&self) -> Result<Frame, Refused> {
        let mut frame = self.bare_frame();
        frame.toast = self.take_flash().map(|flash| Toast {
            words: flash.message.words().into(),
            about: None,
            undo: None,
        });
        if self.signed_in().is_some() {
            let counts = drafts::counts(&self.app).await?;
            frame.review_count = Some(count(&counts, Tab::Review));
            frame.paused = self.paused(count(&counts, Tab::Approved)).await?;
            frame.footer.audit_records = Some(audit::read::head(&self.app.db).await?.1.size());
        }
        Ok(frame)
    }

    /// The frame of a page about one thing: `environment` is that thing's word (`sandbox`).
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn frame_in(&self, environment: &str) -> Result<Frame, Refused> {
        let frame = self.frame().await?;
        let environment = Environment::parse(environment).unwrap_or(frame.environment);
        Ok(Frame { environment, ..frame })
    }

    /// The frame, or what of it needs no looking up: for the answer to something that is done already, above all one
    /// that shows what nobody can see again.
    pub async fn frame_or_bare(&self) -> Frame {
        self.frame().await.unwrap_or_else(|_| self.bare_frame())
    }

    /// The frame without anything that has to be looked up: for the page that says that looking up failed.
    pub fn bare_frame(&self) -> Frame {
        let viewer = self.signed_in().map(|(principal, _)| self.viewer(principal));
        let csrf = match self.signed_in() {
            Some((_, session)) => session.csrf_token.expose(),
            None => self.form_proof.show(&*self.app.rng),
        };
        Frame {
            environment: gravest(&self.app.endpoints),
            viewer,
            csrf: csrf.to_owned(),
            theme: self.theme,
            toast: None,
            times: Times::new(self.app.now().micros(), &self.app.config.review.time_zone_name),
            here: self.page_here(),
            review_count: None,
            paused: None,
            footer: Footer { version: env!("CARGO_PKG_VERSION").into(), audit_records: None },
        }
    }

    fn viewer(&self, principal: &Principal) -> Viewer {
        Viewer {
            name: principal.person().name.clone(),
            roles: held(principal.roles()),
            has_shortcuts: self.has_shortcuts,
        }
    }

    async fn paused(&self, waiting: u64) -> Result<Option<Paused>, Refused> {
        let Some((who, at)) = pause::status(&self.app).await?.paused else { return Ok(None) };
        let names = people::names(&self.app, who.parse()).await?;
        let by = names.into_values().next().unwrap_or_else(|| "Somebody on the command line".to_owned());
        Ok(Some(Paused { by, at: at.micros(), waiting }))
    }
}

fn count(counts: &[(Tab, i64)], wanted: Tab) -> u64 {
    let found = counts.iter().find(|(tab, _)| *tab == wanted);
    found.and_then(|(_, count)| u64::try_from(*count).ok()).unwrap_or_default()
}

/// Roles, as the views show them.
pub fn held(roles: &Roles) -> Held {
    Held {
        author: roles.has(Role::Author),
        reviewer: roles.has(Role::Reviewer),
        admin: roles.has(Role::Admin),
        auditor: roles.has(Role::Auditor),
    }
}

/// The gravest environment that this installation is set up for.
fn gravest(endpoints: &Endpoints) -> Environment {
    let connectable = endpoints.connectable();
    let environments = connectable.iter().filter_map(|environment| Environment::parse(environment.as_str()));
    environments.max().unwrap_or(Environment::Rehearsal)
}
