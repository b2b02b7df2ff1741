//! Every form that posts, and every address that a script asks: the contract with the handlers in `pages/`. A test
//! holds the samples against it in both directions, so a handler can trust it.
//!
//! All forms carry `csrf` (left out below). Unless said otherwise the answer is a 303 with a flash message.

/// A form: the path with `{id}` for an id, its fields, and what is special.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Form {
    /// `/drafts/{id}/approve`.
    pub path: &'static str,
    /// The names of its fields.
    pub fields: &'static [&'static str],
    /// Where the answer goes, and what is special.
    pub answer: &'static str,
}

const fn form(path: &'static str, fields: &'static [&'static str], answer: &'static str) -> Form {
    Form { path, fields, answer }
}

const NEW: &[&str] = &[
    "connection_id",
    "asset_id",
    "image",
    "alt_text",
    "title",
    "description",
    "link",
    "board",
    "new_board_name",
    "new_board_privacy",
    "publish_local",
    "publish_zone",
    "publish_offset",
    "then",
];

const EDIT: &[&str] = &[
    "revision",
    "connection_id",
    "asset_id",
    "image",
    "alt_text",
    "title",
    "description",
    "link",
    "board",
    "new_board_name",
    "new_board_privacy",
    "publish_local",
    "publish_zone",
    "publish_offset",
    "then",
];

/// All of them.
pub const FORMS: &[Form] = &[
    form(
        "/sign-in",
        &["email", "password", "ticket", "totp", "return_to", "kept_action", "kept_file", "kept.*"],
        "to `return_to`; with `kept_action`: 200 `error_page::send_again`; refused: the same page, 401 or 429; right, but for a code: 200 `sign_in::second_step`, which sends `ticket` and `totp`",
    ),
    form(
        "/sign-in/{id}",
        &["switch", "totp"],
        "to `/account/password`; a code that is missing or wrong: the same page, 401; too many: 429; `switch=yes` ends the other person's session first",
    ),
    form("/sign-out", &[], "to `/sign-in`"),
    form("/theme", &["theme", "return_to"], "to `return_to` (`web::theme::return_path`)"),
    form("/drafts", NEW, "multipart; by `then`, see `composer`; to the draft; errors: the composer, 422"),
    form("/drafts/{id}", EDIT, "as `/drafts`; `revision` is that on which the form is based, else 412"),
    form("/drafts/{id}/submit", &["version"], "to the draft; `version` is that on the page, else 412"),
    form("/drafts/{id}/withdraw", &[], "to the draft"),
    form(
        "/drafts/{id}/approve",
        &["digest", "note"],
        "to `/review?draft=` the next one, flash `Approved` about this one; stale or late: `review::conflict`, 412 or 409",
    ),
    form(
        "/drafts/{id}/request-changes",
        &["digest", "note"],
        "to the next one; no note: the desk with `unfinished`, 422; stale: conflict",
    ),
    form("/drafts/{id}/reject", &["digest", "note"], "as request-changes"),
    form("/drafts/{id}/undo", &[], "to `/review?draft=` this one; too late: 409"),
    form("/drafts/{id}/cancel", &[], "to the draft"),
    form(
        "/drafts/{id}/reschedule",
        &["version", "publish_local", "publish_zone"],
        "to the draft; `version` as with submit; a time that does not exist or occurs twice: to the composer with the error",
    ),
    form("/drafts/{id}/duplicate", &[], "to the copy"),
    form("/drafts/{id}/discard", &["version"], "to `/?tab=discarded`; `version` as with submit"),
    form("/drafts/{id}/comments", &["comment", "return_to"], "to `return_to`"),
    form(
        "/publications/{id}/resolve",
        &["outcome", "pin_id", "reason"],
        "`outcome` is `published` (with `pin_id`), `abandon`, or `again` (abandon, then to `/review?draft=`); to the draft",
    ),
    form(
        "/publications/{id}/take-down",
        &["reason", "sure"],
        "to the publication; no reason, not `sure`, or refused: the page with what was typed, with the refusal's status",
    ),
    form("/publishing/pause", &[], "to `/settings#publishing`"),
    form("/publishing/resume", &[], "to `/settings#publishing`"),
    form(
        "/connections",
        &["environment", "expected_username"],
        "303 to Pinterest's consent page; errors: the page, 422",
    ),
    form("/connections/{id}/confirm", &[], "to `/connections`"),
    form("/connections/{id}/reconnect", &[], "303 to Pinterest's consent page"),
    form("/connections/{id}/disconnect", &[], "to `/connections`; GET shows `connections::disconnect`"),
    form("/connections/{id}/boards", &["name", "privacy"], "to `/connections`"),
    form("/audit/self-check", &[], "200, the list with the result"),
    form(
        "/operators",
        &["name", "email", "role"],
        "200, the list with the link (shown once); errors: the page, 422; `role` repeats",
    ),
    form("/operators/{id}", &["name", "role"], "to `/operators`; errors: the page, 422"),
    form("/operators/{id}/link", &[], "200, the list with the link (shown once)"),
    form("/operators/{id}/disable", &[], "to `/operators`; GET shows `operators::disable`"),
    form("/operators/{id}/enable", &[], "to `/operators`"),
    form("/operators/{id}/second-factor", &[], "to `/operators`; GET shows `operators::reset_factor`"),
    form(
        "/tokens",
        &["token_name", "scope", "expires"],
        "200, the page with the token (shown once); errors: the page, 422; `scope` repeats",
    ),
    form("/tokens/{id}/revoke", &[], "to `/tokens`"),
    form(
        "/account/password",
        &["current", "new", "again"],
        "to `/`; errors: the page, 422; GET shows `sign_in::set_password`",
    ),
    form("/account/sessions/{id}/revoke", &[], "to `/account`"),
    form("/account/sessions/revoke", &[], "all but this one; to `/account`"),
    form(
        "/account/second-factor",
        &["password"],
        "200 `second_factor::started` (shown once); errors: the page, 422",
    ),
    form(
        "/account/second-factor/confirm",
        &["code"],
        "200 `second_factor::codes` (shown once); errors: `second_factor::confirm`, 422",
    ),
    form(
        "/account/second-factor/codes",
        &["password", "totp"],
        "200 `second_factor::codes` (shown once); errors: the page, 422",
    ),
    form("/account/second-factor/off", &["password", "totp"], "to `/account`; errors: the page, 422"),
    form("/account/shortcuts", &["enabled"], "`yes` or `no`; to `/account`"),
];

/// Addresses that a script asks: the path and what it answers. Without a session all answer 401.
pub const FRAGMENTS: &[(&str, &str)] = &[
    ("/queue/tabs", "GET `?tab=`: `queue::tabs`"),
    ("/drafts/{id}/state", "GET: `draft::live`"),
    ("/publications/{id}/state", "GET: `draft::live`"),
    (
        "/drafts/{id}/autosave",
        "POST, urlencoded, the composer's fields without the file; `{id}` is `new` for a new draft: 204",
    ),
];

/// Whether `path` is one of `pattern`'s.
pub fn is_like(pattern: &str, path: &str) -> bool {
    let (mut wanted, mut given) = (pattern.split('/'), path.split('/'));
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some("{id}"), Some(id)) if !id.is_empty() => {}
            (Some(part), Some(same)) if part == same => {}
            _ => return false,
        }
    }
}
