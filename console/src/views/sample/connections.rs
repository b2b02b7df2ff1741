//! Samples of connections and of consents that went wrong.

use super::{DAY, HOUR, NOW, Page, Tongue};
use crate::views::badge::ConnectionState;
use crate::views::connections::{self, BoardForm, Connect, Connection, Connections, Disconnect, May, Scope};
use crate::views::environment::Environment;
use crate::views::form::FieldError;
use crate::views::frame::Frame;
use crate::views::oauth_result::{self, OauthResult};

pub(super) fn pages(t: Tongue) -> Vec<Page> {
    let sandbox = Frame { environment: Environment::Sandbox, ..t.frame() };
    let list = Connections { items: items(t), connect: Some(connect(t)), is_trial: true };
    let none = Connections { items: Vec::new(), connect: None, is_trial: false };
    let disconnect = Disconnect {
        id: "con_1".into(),
        username: t.say("@halden_kitchen"),
        scheduled: 31,
        revoke_url: "https://www.pinterest.com/settings/security".into(),
    };
    let mut pages = vec![
        Page { name: "connections", html: connections::page(&sandbox, &list) },
        Page { name: "connections-none", html: connections::page(&t.frame(), &none) },
        Page { name: "connections-disconnect", html: connections::disconnect(&sandbox, &disconnect) },
    ];
    pages.extend(
        results(t).map(|(name, result)| Page { name, html: oauth_result::page(&t.frame(), &result) }),
    );
    pages
}

fn results(t: Tongue) -> impl Iterator<Item = (&'static str, OauthResult)> {
    let failed = OauthResult::ExchangeFailed {
        code: Some(t.say("400, code 283")),
        message: Some(t.say("Invalid authorization code")),
    };
    let mismatched =
        OauthResult::Mismatched { expected: t.say("@halden_home"), got: t.say("@halden_outlet") };
    [
        ("oauth-denied", OauthResult::Denied),
        ("oauth-no-access", OauthResult::NoAccess("server_error")),
        ("oauth-unknown", OauthResult::Unknown),
        ("oauth-damaged", OauthResult::Damaged),
        ("oauth-no-answer", OauthResult::NoAnswer),
        ("oauth-account-unread", OauthResult::AccountUnread),
        ("oauth-ended", OauthResult::Ended),
        ("oauth-expired", OauthResult::Expired),
        ("oauth-reused", OauthResult::Reused),
        ("oauth-other-session", OauthResult::OtherSession),
        ("oauth-exchange-failed", failed),
        ("oauth-mismatched", mismatched),
        ("oauth-already-connected", OauthResult::AlreadyConnected(t.say("@halden_kitchen"))),
        ("oauth-missing-scopes", OauthResult::MissingScopes(vec![t.say("pins:write")])),
    ]
    .into_iter()
}

fn connect(t: Tongue) -> Connect {
    Connect {
        environments: vec![Environment::Sandbox],
        environment: "sandbox".into(),
        expected_username: t.say("halden_home"),
        errors: vec![FieldError { field: "expected_username".into(), words: t.say("Leave out the @.") }],
    }
}

fn items(t: Tongue) -> Vec<Connection> {
    let other = |id: &str, state, name: &str, why: Option<&str>| Connection {
        id: id.into(),
        state,
        username: Some(t.say(name)),
        why: why.map(|why| t.say(why)),
        scopes: Vec::new(),
        may: May { confirm: state != ConnectionState::Revoked, reconnect: true, ..May::default() },
        ..works(t)
    };
    vec![
        other("con_2", ConnectionState::WrongAccount, "@halden_outlet", None),
        other("con_3", ConnectionState::Unconfirmed, "@halden_rooms", None),
        other("con_4", ConnectionState::Revoked, "@halden_weekends", None),
        other(
            "con_5",
            ConnectionState::Held,
            "@halden_attic",
            Some("Pinterest refuses its access. We look again at 15:05 Europe/Berlin."),
        ),
        works(t),
        Connection {
            id: "con_6".into(),
            state: ConnectionState::Pending,
            username: None,
            scopes: Vec::new(),
            ..works(t)
        },
    ]
}

fn works(t: Tongue) -> Connection {
    let scope = |name: &str, needed_for: &str, is_granted, last_used: Option<&str>| Scope {
        name: name.into(),
        needed_for: needed_for.into(),
        is_granted,
        last_used: last_used.map(|used| t.say(used)),
    };
    Connection {
        id: "con_1".into(),
        state: ConnectionState::Active,
        environment: Environment::Sandbox,
        username: Some(t.say("@halden_kitchen")),
        expected: Some(t.say("@halden_home")),
        about: t.say("Business account, connected by Teresa Vidal"),
        connected_at: Some(NOW - 22 * DAY),
        why: None,
        scopes: vec![
            scope("user_accounts:read", "Confirming the account", true, Some("Today 08:00, token check")),
            scope("boards:read", "The board picker", true, Some("Today 14:20, composer")),
            scope("pins:write", "Creating a signed Pin", false, None),
        ],
        access_expires_at: Some(NOW + 8 * DAY),
        refresh_expires_at: Some(NOW + 38 * DAY),
        refreshed_at: Some(NOW - 6 * HOUR),
        waiting: 6,
        may: May { confirm: false, reconnect: true, disconnect: true, create_board: true },
        board: BoardForm {
            name: t.say("Soups"),
            privacy: "PUBLIC".into(),
            errors: vec![FieldError { field: "name".into(), words: t.say("There is one of this name.") }],
        },
    }
}
