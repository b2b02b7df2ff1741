//! The pages: every route in one list, one file for each noun.
//!
//! A handler has at most 20 lines. It takes the [`Visit`](crate::web::Visit) and, where a form was sent, the
//! [`Form`](crate::web::Form); asks for evidence (`visit.admin()?`); calls the service as the API does; maps what it
//! says to the model of a view; and ends in `Ok(page(...))`, `Ok(page_as(422, ...))` or
//! `Ok(see_with(&visit, "/...", Message::...))`. Whatever it refuses by `?` becomes a page in
//! [`web::error`](crate::web::error). (A handler's name is a constant of its file: call no variable so.) The forms and their fields are those of [`views::forms`](crate::views::forms).

use countersign_api::app::App;
use poem::{Endpoint, EndpointExt as _, Response, Route, RouteMethod};

use crate::assets;
use crate::web::error::Pages;

mod account;
mod connections;
mod oauth;
mod operators;
mod privacy_policy;
mod publishing;
mod settings;
mod sign_in;
mod theme;
mod tokens;

macro_rules! pages {
    ($($path:literal => $($method:ident $handler:path),+;)+) => {
        /// Method and path of every page.
        pub const PAGES: &[(&str, &str)] = &[$($((stringify!($method), $path),)+)+];

        fn listed() -> Route {
            Route::new()$(.at($path, RouteMethod::new()$(.$method($handler))+))+
        }
    };
}

pages! {
    "/sign-in" => get sign_in::show, post sign_in::sign_in;
    "/sign-in/:token" => get sign_in::behind_link, post sign_in::use_link;
    "/sign-out" => post sign_in::sign_out;
    "/account" => get account::show;
    "/account/password" => get account::password, post account::set_password;
    "/account/sessions/:id/revoke" => post account::revoke_session;
    "/account/shortcuts" => post account::set_shortcuts;
    "/operators" => get operators::list, post operators::add;
    "/operators/:id" => post operators::save;
    "/operators/:id/link" => post operators::issue_link;
    "/operators/:id/disable" => get operators::ask_disable, post operators::disable;
    "/operators/:id/enable" => post operators::enable;
    "/connections" => get connections::list, post connections::connect;
    "/connections/:id/confirm" => post connections::confirm;
    "/connections/:id/reconnect" => post connections::reconnect;
    "/connections/:id/disconnect" => get connections::ask_disconnect, post connections::disconnect;
    "/connections/:id/boards" => post connections::create_board;
    "/oauth/callback" => get oauth::callback;
    "/publishing/pause" => post publishing::pause;
    "/publishing/resume" => post publishing::resume;
    "/settings" => get settings::show;
    "/tokens" => post tokens::create;
    "/tokens/:id/revoke" => post tokens::revoke;
    "/privacy-policy" => get privacy_policy::show;
    "/theme" => post theme::choose;
}

/// All pages, the files they use, and a page for whatever address is none of ours. Mount it at `/`, inside of
/// [`SecurityHeaders`](crate::web::headers::SecurityHeaders).
pub fn routes(app: &App) -> impl Endpoint<Output = Response> + use<> {
    listed().nest("/assets", assets::routes()).with(Pages(app.clone()))
}

#[cfg(test)]
mod tests;
