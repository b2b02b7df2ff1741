//! The chosen look.

use poem::handler;

use crate::views::frame::Theme;
use crate::web::{Answer, AnyForm, Visit, see, theme, with_cookie};

/// `POST /theme`
#[handler]
pub(super) async fn choose(visit: Visit, form: AnyForm) -> Answer {
    let chosen = Theme::parse(form.text("theme"));
    let answer = see(theme::return_path(form.text("return_to")));
    Ok(with_cookie(answer, theme::write(chosen, visit.is_secure())))
}
