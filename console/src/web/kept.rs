//! The way through the door and back: to a page, or with a form whose session had ended.

use poem::Response;

use super::page::{page_as, see};
use super::visit::Visit;
use crate::views::error_page::{self, Kept};

/// The address of the door, from which a person comes back to where they were.
pub fn door(visit: &Visit) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("return_to", &visit.here);
    if visit.has_ended() {
        query.append_pair("ended", "yes");
    }
    format!("/sign-in?{}", query.finish())
}

/// Answers a form whose session had ended: what was typed is in the page, with a way to sign in. A form that holds
/// nothing but a password starts over, and who is out need not sign out.
pub(super) fn ended(visit: &Visit, form: &Kept) -> Response {
    match form.action.as_str() {
        "/sign-out" => return see("/sign-in"),
        "/account/password" => return see("/sign-in?return_to=%2Faccount%2Fpassword&ended=yes"),
        path if path.starts_with("/account/second-factor") => {
            return see("/sign-in?return_to=%2Faccount%2Fsecond-factor&ended=yes");
        }
        _ => {}
    }
    page_as(401, error_page::session_ended(&visit.bare_frame(), form, "", None))
}

/// The page from which a form is sent again, with the proof of this session.
pub async fn again(visit: &Visit, form: &Kept) -> maud::Markup {
    let frame = visit.frame_or_bare().await;
    error_page::send_again(&frame, form)
}
