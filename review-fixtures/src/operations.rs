//! The operations that are simulated: one table of routes, scopes and rate categories, as in the OpenAPI
//! document (5.23.0).

use http::Method;

/// An operation of the API, named as in its OpenAPI document by [`Operation::id`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Operation {
    Token,
    RevokeToken,
    GetUserAccount,
    ListBoards,
    CreateBoard,
    GetBoard,
    UpdateBoard,
    DeleteBoard,
    ListBoardPins,
    ListSections,
    CreateSection,
    ListSectionPins,
    CreatePin,
    ListPins,
    GetPin,
    UpdatePin,
    DeletePin,
}

/// Operations of one category share a quota.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Category {
    /// `org_read`
    Read,
    /// `org_write`
    Write,
}

/// One line of the table.
pub(crate) struct Route {
    method: Method,
    /// `{}` stands for one decimal id.
    path: &'static str,
    operation: Operation,
}

const fn route(method: Method, path: &'static str, operation: Operation) -> Route {
    Route { method, path, operation }
}

static ROUTES: &[Route] = &[
    route(Method::POST, "/oauth/token", Operation::Token),
    route(Method::POST, "/oauth/token/revoke", Operation::RevokeToken),
    route(Method::GET, "/user_account", Operation::GetUserAccount),
    route(Method::GET, "/boards", Operation::ListBoards),
    route(Method::POST, "/boards", Operation::CreateBoard),
    route(Method::GET, "/boards/{}", Operation::GetBoard),
    route(Method::PATCH, "/boards/{}", Operation::UpdateBoard),
    route(Method::DELETE, "/boards/{}", Operation::DeleteBoard),
    route(Method::GET, "/boards/{}/pins", Operation::ListBoardPins),
    route(Method::GET, "/boards/{}/sections", Operation::ListSections),
    route(Method::POST, "/boards/{}/sections", Operation::CreateSection),
    route(Method::GET, "/boards/{}/sections/{}/pins", Operation::ListSectionPins),
    route(Method::POST, "/pins", Operation::CreatePin),
    route(Method::GET, "/pins", Operation::ListPins),
    route(Method::GET, "/pins/{}", Operation::GetPin),
    route(Method::PATCH, "/pins/{}", Operation::UpdatePin),
    route(Method::DELETE, "/pins/{}", Operation::DeletePin),
];

/// What a method and a path lead to.
#[derive(Debug, Eq, PartialEq)]
pub(crate) enum Found {
    /// The operation, and the ids of its path in order.
    Operation(Operation, Vec<String>),
    /// The path exists, the method does not.
    WrongMethod,
    Nothing,
}

/// Looks up `path`, which has neither root nor query.
pub(crate) fn find(method: &Method, path: &str) -> Found {
    let mut found = Found::Nothing;
    for route in ROUTES {
        let Some(ids) = matches(route.path, path) else { continue };
        if route.method == *method {
            return Found::Operation(route.operation, ids);
        }
        found = Found::WrongMethod;
    }
    found
}

fn matches(pattern: &str, path: &str) -> Option<Vec<String>> {
    let mut ids = Vec::new();
    let path = path.strip_suffix('/').unwrap_or(path);
    let (mut wanted, mut given) = (pattern.split('/'), path.split('/'));
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return Some(ids),
            (Some("{}"), Some(id)) if !id.is_empty() => ids.push(id.to_owned()),
            (Some(wanted), Some(given)) if wanted == given => {}
            _ => return None,
        }
    }
}

/// Whether some operation has this id (faults name them).
pub(crate) fn is_known(id: &str) -> bool {
    id == "*" || ROUTES.iter().any(|route| route.operation.is_called(id))
}

impl Operation {
    /// The `operationId` of the OpenAPI document.
    pub(crate) fn id(self) -> &'static str {
        match self {
            Self::Token => "oauth/token",
            Self::RevokeToken => "token/revoke",
            Self::GetUserAccount => "user_account/get",
            Self::ListBoards => "boards/list",
            Self::CreateBoard => "boards/create",
            Self::GetBoard => "boards/get",
            Self::UpdateBoard => "boards/update",
            Self::DeleteBoard => "boards/delete",
            Self::ListBoardPins => "boards/list_pins",
            Self::ListSections => "board_sections/list",
            Self::CreateSection => "board_sections/create",
            Self::ListSectionPins => "board_sections/list_pins",
            Self::CreatePin => "pins/create",
            Self::ListPins => "pins/list",
            Self::GetPin => "pins/get",
            Self::UpdatePin => "pins/update",
            Self::DeletePin => "pins/delete",
        }
    }

    /// Whether `name` means this operation: its id, `*`, or the path-like name of the revocation.
    pub(crate) fn is_called(self, name: &str) -> bool {
        name == "*" || name == self.id() || (self == Self::RevokeToken && name == "oauth/token/revoke")
    }

    /// Scopes the token needs; empty for the two that the app itself calls.
    pub(crate) fn scopes(self) -> &'static [&'static str] {
        match self {
            Self::Token | Self::RevokeToken => &[],
            Self::GetUserAccount => &["user_accounts:read"],
            Self::ListBoards | Self::GetBoard | Self::ListSections => &["boards:read"],
            Self::CreateBoard | Self::UpdateBoard | Self::DeleteBoard | Self::CreateSection => {
                &["boards:read", "boards:write"]
            }
            Self::ListBoardPins | Self::ListSectionPins | Self::ListPins | Self::GetPin => {
                &["boards:read", "pins:read"]
            }
            Self::CreatePin | Self::UpdatePin | Self::DeletePin => {
                &["boards:read", "boards:write", "pins:read", "pins:write"]
            }
        }
    }

    /// Whose quota a call uses up.
    pub(crate) fn category(self) -> Category {
        match self {
            Self::RevokeToken
            | Self::CreateBoard
            | Self::UpdateBoard
            | Self::DeleteBoard
            | Self::CreateSection
            | Self::CreatePin
            | Self::UpdatePin
            | Self::DeletePin => Category::Write,
            _ => Category::Read,
        }
    }

    /// Whether the app calls it in its own name (Basic) and not a person's (Bearer).
    pub(crate) fn is_for_app(self) -> bool {
        matches!(self, Self::Token | Self::RevokeToken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_to_operations() {
        let pins = find(&Method::GET, "/boards/42/pins");
        assert_eq!(pins, Found::Operation(Operation::ListBoardPins, vec!["42".into()]));
        assert_eq!(find(&Method::PUT, "/pins"), Found::WrongMethod);
        assert_eq!(find(&Method::GET, "/pins/1/analytics"), Found::Nothing);
        assert_eq!(find(&Method::GET, "/boards//pins"), Found::Nothing);
    }
}
