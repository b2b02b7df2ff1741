//! The people: who may sign in, and what each may do.

use countersign_api::operators::people::{self, NewOperator, Operator, OperatorChange};
use countersign_api::operators::{Admin, OperatorError, Role, Roles, second_factor, token};
use countersign_api::secret::Secret;
use countersign_api::{
    approvals::{self, OperatorChangeError},
    drafts,
};
use poem::web::Path;
use poem::{Response, handler};

use crate::views::form::FieldError;
use crate::views::frame::Frame;
use crate::views::operators as view;
use crate::web::frame::held;
use crate::web::refused::{field_errors, sentence};
use crate::web::{Answer, Fields, Form, Message, Refused, Visit, id, page, page_as, see_with};

/// The address of the list, which also answers forms.
const LIST: &str = "/operators";

/// `GET /operators`
#[handler]
pub(super) async fn list(visit: Visit) -> Answer {
    let admin = visit.admin()?;
    Ok(page(view::page(&visit.frame().await?, &everybody(&visit, &admin).await?)))
}

/// `POST /operators`
#[handler]
pub(super) async fn add(visit: Visit, form: Form) -> Answer {
    let admin = visit.admin()?;
    let (name, email, roles) = (form.text("name").to_owned(), form.text("email").to_owned(), roles(&form));
    let again = |typed| visit.shown_again(typed);
    let add = view::Add { name: again(&name), email: again(&email), roles: held(&roles), errors: Vec::new() };
    let new = NewOperator { email, name, roles, password: None };
    match people::add(&visit.app, &admin, new).await {
        Ok((operator, secret)) => Ok(with_link(&visit, &admin, &operator.name, secret).await),
        Err(error) => {
            let errors = field_errors(error, &[])?;
            let model = everybody(&visit, &admin).await?;
            answer(&visit, 422, view::Operators { add: view::Add { errors, ..add }, ..model }).await
        }
    }
}

/// `POST /operators/{id}`
#[handler]
pub(super) async fn save(visit: Visit, Path(operator): Path<String>, form: Form) -> Answer {
    let (admin, operator) = (visit.admin()?, id(&operator)?);
    let (name, roles) = (form.text("name").to_owned(), roles(&form));
    let shown = (visit.shown_again(&name), held(&roles));
    let change = OperatorChange { name: Some(name), roles: Some(roles), disabled: None };
    let may_void = !form.text("void_approvals").is_empty();
    match approvals::change_operator(&visit.app, &admin, &operator, change, may_void).await {
        Ok(_) => Ok(see_with(&visit, "/operators", Message::OperatorChanged)),
        Err(error) => {
            let errors = change_errors(error)?;
            let mut model = everybody(&visit, &admin).await?;
            for item in model.items.iter_mut().filter(|item| item.id == operator.as_str()) {
                (item.name, item.roles) = shown.clone();
                item.errors.clone_from(&errors);
            }
            answer(&visit, 422, model).await
        }
    }
}

/// What is wrong with a change; what it would void is told at the box that allows it.
fn change_errors(error: OperatorChangeError) -> Result<Vec<FieldError>, Refused> {
    match error {
        OperatorChangeError::WouldVoid(_) => {
            Ok(vec![FieldError { field: "void_approvals".into(), words: sentence(&error.to_string()) }])
        }
        other => field_errors(other, &[]),
    }
}

/// `POST /operators/{id}/link`
#[handler]
pub(super) async fn issue_link(visit: Visit, Path(operator): Path<String>, _form: Form) -> Answer {
    let (admin, operator) = (visit.admin()?, id(&operator)?);
    let name = people::find(&visit.app, &operator).await?.name;
    let secret = people::issue_link(&visit.app, &admin, &operator).await?;
    Ok(with_link(&visit, &admin, &name, Some(secret)).await)
}

/// `GET /operators/{id}/disable`
#[handler]
pub(super) async fn ask_disable(visit: Visit, Path(operator): Path<String>) -> Answer {
    let admin = visit.admin()?;
    let operator = people::find(&visit.app, &id(&operator)?).await?;
    let would_void = would_void(&visit, &admin, &operator).await?;
    let tokens = token::active_of(&visit.app, &operator.id).await?;
    let tokens = tokens.into_iter().map(|token| token.name).collect();
    let model = view::Disable { id: operator.id.to_string(), name: operator.name, would_void, tokens };
    Ok(page(view::disable(&visit.frame().await?, &model)))
}

/// Title and address of each draft that waits for its time on this person's signature.
async fn would_void(
    visit: &Visit,
    admin: &Admin,
    operator: &Operator,
) -> Result<Vec<(String, String)>, Refused> {
    let mut found = Vec::new();
    for draft in approvals::scheduled_of(&visit.app, admin, &operator.id).await? {
        let title = drafts::find(&visit.app.db, &draft).await?.and_then(|draft| draft.title);
        let title = title.unwrap_or_else(|| "A Pin without a title".to_owned());
        found.push((title, format!("/drafts/{draft}")));
    }
    Ok(found)
}

/// `POST /operators/{id}/disable`
#[handler]
pub(super) async fn disable(visit: Visit, Path(operator): Path<String>, _form: Form) -> Answer {
    set_disabled(&visit, &operator, true).await?;
    Ok(see_with(&visit, "/operators", Message::OperatorDisabled))
}

/// `GET /operators/{id}/second-factor`
#[handler]
pub(super) async fn ask_reset_factor(visit: Visit, Path(operator): Path<String>) -> Answer {
    visit.admin()?;
    let operator = people::find(&visit.app, &id(&operator)?).await?;
    if operator.second_factor_since().is_none() {
        return Err(OperatorError::FactorOff.into());
    }
    let model = view::ResetFactor { id: operator.id.to_string(), name: operator.name };
    Ok(page(view::reset_factor(&visit.frame().await?, &model)))
}

/// `POST /operators/{id}/second-factor`
#[handler]
pub(super) async fn reset_factor(visit: Visit, Path(operator): Path<String>, _form: Form) -> Answer {
    second_factor::reset(&visit.app, &visit.admin()?, &id(&operator)?).await?;
    Ok(see_with(&visit, "/operators", Message::FactorReset))
}

/// `POST /operators/{id}/enable`
#[handler]
pub(super) async fn enable(visit: Visit, Path(operator): Path<String>, _form: Form) -> Answer {
    set_disabled(&visit, &operator, false).await?;
    Ok(see_with(&visit, "/operators", Message::OperatorEnabled))
}

async fn set_disabled(visit: &Visit, operator: &str, is_disabled: bool) -> Result<(), Refused> {
    let change = OperatorChange { disabled: Some(is_disabled), ..OperatorChange::default() };
    // The page before has listed what that voids.
    approvals::change_operator(&visit.app, &visit.admin()?, &id(operator)?, change, true).await?;
    Ok(())
}

/// The list with a link that is shown in this answer and never again.
async fn with_link(visit: &Visit, admin: &Admin, name: &str, secret: Option<Secret>) -> Response {
    let link = secret.map(|secret| issued(visit, name, &secret));
    let model = everybody(visit, admin).await.unwrap_or_default();
    let frame = Frame { here: LIST.to_owned(), ..visit.frame_or_bare().await };
    page(view::page(&frame, &view::Operators { link, ..model }))
}

fn issued(visit: &Visit, name: &str, secret: &Secret) -> view::IssuedLink {
    let (app, ttl) = (&visit.app, visit.app.timing.sign_in.link_ttl);
    let url = format!("{}sign-in/{}", app.config.server.public_url, secret.expose());
    view::IssuedLink { name: name.to_owned(), url, expires_at: app.now().plus(ttl).micros() }
}

/// The answer to a form, which stands at the list's own address.
async fn answer(visit: &Visit, status: u16, model: view::Operators) -> Answer {
    let frame = Frame { here: LIST.to_owned(), ..visit.frame().await? };
    Ok(page_as(status, view::page(&frame, &model)))
}

async fn everybody(visit: &Visit, admin: &Admin) -> Result<view::Operators, Refused> {
    let operators = people::list(&visit.app).await?;
    let items = operators.into_iter().map(|operator| shown(admin, operator)).collect();
    Ok(view::Operators { items, add: view::Add::default(), link: None })
}

fn shown(admin: &Admin, operator: Operator) -> view::Operator {
    view::Operator {
        is_self: operator.id == *admin.id(),
        id: operator.id.to_string(),
        is_disabled: operator.is_disabled(),
        has_password: operator.has_password(),
        has_factor: operator.second_factor_since().is_some(),
        roles: held(&operator.roles),
        name: operator.name,
        email: operator.email,
        errors: Vec::<FieldError>::new(),
    }
}

/// The roles that were ticked; a word that is none is passed over.
fn roles(form: &Fields) -> Roles {
    form.all("role").filter_map(|word| word.parse::<Role>().ok()).collect()
}
