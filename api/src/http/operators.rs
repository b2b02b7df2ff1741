//! The people who use the console; for admins.

use countersign_entities::ids::OperatorId;
use poem::{Result, web::Data};
use poem_openapi::{
    Object, OpenApi,
    param::{Header, Path},
    payload::Json,
};

use super::{
    answers::answers,
    auth::Access,
    idempotency::once,
    input::{Input, Nothing},
    problem::{Problem, ProblemField, time},
    refused::Refused,
};
use crate::{
    app::App,
    approvals::{self, OperatorChangeError},
    error::Kind,
    operators::{
        Admin, NewOperator, Operator, OperatorChange, OperatorError, Role, Roles, people, second_factor,
    },
    secret::Secret,
};

/// The people who use the console.
pub struct OperatorsApi;

/// A person who uses the console.
#[derive(Clone, Debug, Object)]
pub struct OperatorBody {
    /// The id, `opr_...`.
    pub id: String,
    /// The e-mail address.
    pub email: String,
    /// The name.
    pub name: String,
    /// What the person may do: `author`, `reviewer`, `admin`, `auditor`.
    pub roles: Vec<String>,
    /// Whether the person may not sign in.
    pub disabled: bool,
    /// Whether the person has set a password.
    pub has_password: bool,
    /// Whether sign-in asks this person for a code of a second factor, too.
    pub has_totp: bool,
    /// When the person was added.
    pub created_at: String,
}

impl From<&Operator> for OperatorBody {
    fn from(operator: &Operator) -> Self {
        Self {
            id: operator.id.to_string(),
            email: operator.email.clone(),
            name: operator.name.clone(),
            roles: operator.roles.words(),
            disabled: operator.is_disabled(),
            has_password: operator.has_password(),
            has_totp: operator.second_factor_since().is_some(),
            created_at: time(operator.created_at),
        }
    }
}

/// Everyone.
#[derive(Object)]
struct Operators {
    /// The people, by name.
    items: Vec<OperatorBody>,
    /// Null: the list is whole.
    next: Option<String>,
}

/// A person to be added.
#[derive(Object)]
struct NewOperatorInput {
    /// The e-mail address.
    email: String,
    /// The name.
    name: String,
    /// At least one of `author`, `reviewer`, `admin`, `auditor`.
    roles: Vec<String>,
}

/// A person who was added, and the way in.
#[derive(Object)]
struct AddedOperator {
    /// The person.
    operator: OperatorBody,
    /// A one-time sign-in link, shown this once. Whoever has it can sign in as this person.
    sign_in_link: String,
}

/// A one-time sign-in link.
#[derive(Object)]
struct SignInLink {
    /// Shown this once. Whoever has it can sign in as this person.
    sign_in_link: String,
}

/// What is to change; what is absent stays.
#[derive(Object)]
struct OperatorPatch {
    /// Another name.
    name: Option<String>,
    /// Other roles, at least one.
    roles: Option<Vec<String>>,
    /// Whether the person may not sign in; disabling ends all their sessions and API tokens. Roles that are taken away
    /// end the tokens that need them. Neither comes back.
    disabled: Option<bool>,
    /// Whether approvals of this person that wait for their time may be voided by it; without it, 409 `voids_approvals`
    /// names their drafts.
    void_approvals: Option<bool>,
}

answers! {
    /// Looking at everyone.
    ListOperators {
        /// Everyone.
        #[oai(status = 200)]
        Listed(Json<Operators>),
    }
    refuses [Unauthenticated Forbidden Internal Unavailable]
}

answers! {
    /// Adding a person.
    AddOperator {
        /// The person is in the list.
        #[oai(status = 201)]
        Added(Json<AddedOperator>),
    }
    refuses [Malformed Unauthenticated Forbidden Conflict TooLarge UnsupportedType Invalid Internal Unavailable]
}

answers! {
    /// Changing a person.
    ChangeOperator {
        /// The person as they are now.
        #[oai(status = 200)]
        Changed(Json<OperatorBody>),
    }
    refuses [Malformed Unauthenticated Forbidden NotFound Conflict TooLarge UnsupportedType Invalid Internal Unavailable]
}

answers! {
    /// Making a sign-in link.
    IssueLink {
        /// A link; older ones that nobody used stop working.
        #[oai(status = 201)]
        Issued(Json<SignInLink>),
    }
    refuses [Malformed Unauthenticated Forbidden NotFound Conflict TooLarge UnsupportedType Invalid Internal Unavailable]
}

answers! {
    /// Taking away a person's second factor.
    ResetFactor {
        /// It is gone, and all the person's sessions are over.
        #[oai(status = 204)]
        Reset,
    }
    refuses [Unauthenticated Forbidden NotFound Conflict Internal Unavailable]
}

#[OpenApi]
impl OperatorsApi {
    /// Everyone
    #[oai(path = "/operators", method = "get", operation_id = "list_operators")]
    async fn list(&self, access: Access, app: Data<&App>) -> Result<ListOperators> {
        let work = async {
            access.admin()?;
            let items = people::list(&app).await?.iter().map(OperatorBody::from).collect();
            Ok(ListOperators::Listed(Json(Operators { items, next: None })))
        };
        access.answer(&app, "operator.list", work).await
    }

    /// Add a person
    #[oai(path = "/operators", method = "post", operation_id = "add_operator")]
    async fn add(
        &self,
        access: Access,
        app: Data<&App>,
        #[oai(name = "Idempotency-Key")] key: Header<Option<String>>,
        input: Input<NewOperatorInput>,
    ) -> Result<AddOperator> {
        let work = async {
            let admin = access.admin()?;
            let added = once(&app, &access, "add_operator", &key, input.sha256(), async {
                added(&app, &admin, input.read()?).await
            });
            Ok(AddOperator::Added(Json(added.await?)))
        };
        access.answer(&app, "operator.add", work).await
    }

    /// Change a person's name or roles, or whether they may sign in
    #[oai(path = "/operators/:id", method = "patch", operation_id = "change_operator")]
    async fn change(
        &self,
        access: Access,
        app: Data<&App>,
        id: Path<String>,
        input: Input<OperatorPatch>,
    ) -> Result<ChangeOperator> {
        let work = async {
            let admin = access.admin()?;
            let OperatorPatch { name, roles: words, disabled, void_approvals } = input.read()?;
            let change = OperatorChange { name, roles: words.as_deref().map(roles).transpose()?, disabled };
            let (id, may_void) = (operator_id(&id)?, void_approvals.unwrap_or_default());
            let changed = approvals::change_operator(&app, &admin, &id, change, may_void).await;
            Ok(ChangeOperator::Changed(Json(OperatorBody::from(&changed.map_err(not_changed)?))))
        };
        access.answer(&app, "operator.change", work).await
    }

    /// Make a one-time sign-in link for a person
    #[oai(path = "/operators/:id/link", method = "post", operation_id = "issue_link")]
    async fn issue_link(
        &self,
        access: Access,
        app: Data<&App>,
        id: Path<String>,
        #[oai(name = "Idempotency-Key")] key: Header<Option<String>>,
        nothing: Input<Nothing>,
    ) -> Result<IssueLink> {
        let work = async {
            let admin = access.admin()?;
            let issued = once(&app, &access, "issue_link", &key, nothing.sha256() + &id, async {
                nothing.read()?;
                let secret = people::issue_link(&app, &admin, &operator_id(&id)?).await?;
                Ok(SignInLink { sign_in_link: link(&app, &secret) })
            });
            Ok(IssueLink::Issued(Json(issued.await?)))
        };
        access.answer(&app, "operator.issue_link", work).await
    }

    /// Take away the second factor of a person who has lost it
    #[oai(path = "/operators/:id/totp", method = "delete", operation_id = "reset_totp")]
    async fn reset_totp(&self, access: Access, app: Data<&App>, id: Path<String>) -> Result<ResetFactor> {
        let work = async {
            second_factor::reset(&app, &access.admin()?, &operator_id(&id)?).await?;
            Ok(ResetFactor::Reset)
        };
        access.answer(&app, "operator.reset_totp", work).await
    }
}

async fn added(app: &App, admin: &Admin, body: NewOperatorInput) -> Result<AddedOperator, Refused> {
    let roles = roles(&body.roles)?;
    let new = NewOperator { email: body.email, name: body.name, roles, password: None };
    let (operator, secret) = people::add(app, admin, new).await?;
    let sign_in_link = secret.map(|secret| link(app, &secret)).unwrap_or_default();
    Ok(AddedOperator { operator: OperatorBody::from(&operator), sign_in_link })
}

fn not_changed(error: OperatorChangeError) -> Refused {
    let detail = format!("{error}, or send `void_approvals: true` to do it all the same");
    match error {
        OperatorChangeError::WouldVoid(drafts) => {
            let would_void = Some(drafts.iter().map(ToString::to_string).collect());
            Problem { would_void, ..Problem::new(Kind::Conflict, "voids_approvals", detail) }.into()
        }
        other => other.into(),
    }
}

fn operator_id(id: &str) -> Result<OperatorId, OperatorError> {
    id.parse().map_err(|_| OperatorError::NotFound)
}

fn roles(words: &[String]) -> Result<Roles, Refused> {
    let role = |word: &String| word.parse::<Role>();
    let roles = words.iter().map(role).collect::<Result<Roles, _>>();
    roles.map_err(|unknown| {
        Problem::fields(vec![ProblemField::new("roles", "unknown", unknown.to_string())]).into()
    })
}

/// The whole link, as it is handed to a person.
fn link(app: &App, secret: &Secret) -> String {
    let base = app.config.server.public_url.as_str().trim_end_matches('/');
    format!("{base}/sign-in/{}", secret.expose())
}
