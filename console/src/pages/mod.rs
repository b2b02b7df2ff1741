//! The pages: every route in one list, one file for each noun. The word behind `as` names the act in the log where
//! somebody may not do it; it is that of the API.
//!
//! A handler has at most 20 lines. It takes the [`Visit`](crate::web::Visit) and, where a form was sent, the
//! [`Form`](crate::web::Form); asks for evidence (`visit.admin()?`); calls the service as the API does; maps what it
//! says to the model of a view; and ends in `Ok(page(...))`, `Ok(page_as(422, ...))` or
//! `Ok(see_with(&visit, "/...", Message::...))`. Whatever it refuses by `?` becomes a page in
//! [`web::error`](crate::web::error). (A handler's name is a constant of its file: call no variable so.) The forms and their fields are those of [`views::forms`](crate::views::forms).

use countersign_api::app::App;
use poem::{Endpoint, EndpointExt as _, Response, Route, RouteMethod};

use crate::web::action::Named;
use crate::web::error::Pages;

mod account;
mod asked;
mod assets;
mod audit;
mod composer;
mod connections;
mod day;
mod drafts;
mod oauth;
mod operators;
mod pin;
mod privacy_policy;
mod publications;
mod publishing;
mod queue;
mod review;
mod second_factor;
mod settings;
mod sign_in;
mod theme;
mod tokens;

macro_rules! pages {
    ($($path:literal => $($method:ident $handler:path as $action:literal),+;)+) => {
        /// Method and path of every page.
        pub const PAGES: &[(&str, &str)] = &[$($((stringify!($method), $path),)+)+];

        fn listed() -> Route {
            Route::new()$(.at($path, RouteMethod::new()$(.$method(Named::new($action, $handler)))+))+
        }
    };
}

pages! {
    "/" => get queue::show as "draft.list";
    "/queue/tabs" => get queue::live_tabs as "draft.list";
    "/drafts" => get drafts::list as "draft.list", post composer::create as "draft.create";
    "/drafts/new" => get composer::new as "draft.create";
    "/drafts/:id" => get drafts::show as "draft.show", post composer::save as "draft.change";
    "/drafts/:id/edit" => get composer::edit as "draft.change";
    "/drafts/:id/autosave" => post composer::autosave as "draft.autosave";
    "/drafts/:id/state" => get drafts::live as "draft.show";
    "/drafts/:id/submit" => post drafts::submit as "draft.submit";
    "/drafts/:id/withdraw" => post drafts::withdraw as "draft.withdraw";
    "/drafts/:id/cancel" => post drafts::cancel as "draft.cancel";
    "/drafts/:id/reschedule" => post drafts::reschedule as "draft.reschedule";
    "/drafts/:id/duplicate" => post drafts::duplicate as "draft.duplicate";
    "/drafts/:id/discard" => post drafts::discard as "draft.discard";
    "/drafts/:id/approve" => post review::approve as "draft.approve";
    "/drafts/:id/request-changes" => post review::request_changes as "draft.request_changes";
    "/drafts/:id/reject" => post review::reject as "draft.reject";
    "/drafts/:id/undo" => post review::undo as "draft.undo";
    "/drafts/:id/comments" => post drafts::comment as "comment.add";
    "/review" => get review::show as "draft.list";
    "/publications/:id" => get publications::show as "publication.show";
    "/publications/:id/state" => get publications::live as "publication.show";
    "/publications/:id/resolve" => post publications::resolve as "publication.resolve";
    "/publications/:id/take-down" => post publications::take_down as "publication.take_down";
    "/audit" => get audit::list as "audit.list";
    "/audit/self-check" => post audit::self_check as "audit.self_check";
    "/audit/:id" => get audit::record as "audit.show";
    "/assets/:id/content" => get assets::content as "asset.content";
    "/assets/:id/thumbnail" => get assets::thumbnail as "asset.content";
    "/sign-in" => get sign_in::show as "session.show", post sign_in::sign_in as "session.begin";
    "/sign-in/:token" => get sign_in::behind_link as "session.show", post sign_in::use_link as "session.begin";
    "/sign-out" => post sign_in::sign_out as "session.end";
    "/account" => get account::show as "session.list";
    "/account/password" => get account::password as "password.show", post account::set_password as "password.set";
    "/account/second-factor" => get second_factor::show as "totp.show", post second_factor::start as "totp.start";
    "/account/second-factor/confirm" => post second_factor::confirm as "totp.confirm";
    "/account/second-factor/codes" => post second_factor::renew_codes as "totp.renew_codes";
    "/account/second-factor/off" => post second_factor::remove as "totp.remove";
    "/account/sessions/revoke" => post account::revoke_others as "session.revoke_others";
    "/account/sessions/:id/revoke" => post account::revoke_session as "session.revoke";
    "/account/shortcuts" => post account::set_shortcuts as "shortcuts.set";
    "/operators" => get operators::list as "operator.list", post operators::add as "operator.add";
    "/operators/:id" => post operators::save as "operator.change";
    "/operators/:id/link" => post operators::issue_link as "operator.issue_link";
    "/operators/:id/disable" => get operators::ask_disable as "operator.show", post operators::disable as "operator.change";
    "/operators/:id/second-factor" => get operators::ask_reset_factor as "operator.show", post operators::reset_factor as "operator.reset_totp";
    "/operators/:id/enable" => post operators::enable as "operator.change";
    "/connections" => get connections::list as "connection.list", post connections::connect as "connection.begin";
    "/connections/:id/confirm" => post connections::confirm as "connection.confirm";
    "/connections/:id/reconnect" => post connections::reconnect as "connection.reconnect";
    "/connections/:id/disconnect" => get connections::ask_disconnect as "connection.show", post connections::disconnect as "connection.disconnect";
    "/connections/:id/boards" => post connections::create_board as "board.create";
    "/oauth/callback" => get oauth::callback as "connection.callback", head oauth::look as "connection.callback";
    "/publishing/pause" => post publishing::pause as "publishing.pause";
    "/publishing/resume" => post publishing::resume as "publishing.resume";
    "/settings" => get settings::show as "setting.list";
    "/tokens" => get tokens::list as "token.list", post tokens::create as "token.create";
    "/tokens/:id/revoke" => post tokens::revoke as "token.revoke";
    "/privacy-policy" => get privacy_policy::show as "privacy_policy.show";
    "/theme" => post theme::choose as "theme.set";
}

/// All pages, the files they use, and a page for whatever address is none of ours. Mount it at `/`, inside of
/// [`SecurityHeaders`](crate::web::headers::SecurityHeaders).
pub fn routes(app: &App) -> impl Endpoint<Output = Response> + use<> {
    listed().nest("/assets", crate::assets::routes()).with(Pages(app.clone()))
}

#[cfg(test)]
mod tests;
