//! Where Pinterest is, for each environment: the real hosts, or the simulator's roots.

use countersign_entities::vocabulary::Environment;
use url::Url;

use crate::secret::Secret;

/// The access tier that Pinterest granted to the app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccessTier {
    /// Production may only be read.
    Trial,
    /// Production is open.
    Standard,
}

impl AccessTier {
    /// The word of the configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Trial => "trial",
            Self::Standard => "standard",
        }
    }
}

/// The app's credentials and the API's roots.
pub struct Endpoints {
    /// The app's id, public.
    pub app_id: String,
    /// The app's secret.
    pub app_secret: Secret,
    /// The consent page.
    pub oauth_url: Url,
    /// The API's root for each environment that is configured, ending in `/v5`.
    pub roots: Vec<(Environment, Url)>,
    /// What production allows.
    pub tier: AccessTier,
}

impl Endpoints {
    /// The simulator at `base` (scheme, host and port), which is a sandbox only; its app under rehearsal.
    pub fn rehearsal(app_id: String, app_secret: Secret, base: &Url) -> Self {
        let at = |path: &str| {
            let mut url = base.clone();
            url.set_path(path);
            url
        };
        Self {
            app_id,
            app_secret,
            oauth_url: at("/oauth/"),
            roots: vec![(Environment::Rehearsal, at("/sandbox/v5"))],
            tier: AccessTier::Trial,
        }
    }

    /// The root of an environment's API; none if it is not configured.
    pub fn root(&self, environment: Environment) -> Option<&Url> {
        self.roots.iter().find(|(configured, _)| *configured == environment).map(|(_, url)| url)
    }

    /// Whether something may be created, changed or deleted there: production is closed under Trial access.
    pub fn allows_writes(&self, environment: Environment) -> bool {
        self.root(environment).is_some()
            && !(environment == Environment::Production && self.tier == AccessTier::Trial)
    }

    /// The environments that an account can be connected to.
    pub fn connectable(&self) -> Vec<Environment> {
        Environment::all().filter(|environment| self.allows_writes(*environment)).collect()
    }
}
