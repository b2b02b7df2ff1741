//! One call of the API, read and ready to be decided on.

use bytes::Bytes;
use http::HeaderMap;
use serde_json::{Map, Value};

use crate::answer::ApiError;
use crate::environment::Environment;
use crate::media::Picture;
use crate::operations::Operation;

/// Whose token a call carries.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    pub(crate) account_id: String,
    pub(crate) scopes: Vec<String>,
}

/// A call whose body has arrived in full.
pub(crate) struct Call {
    pub(crate) environment: Environment,
    pub(crate) operation: Operation,
    /// The ids of its path, in order.
    pub(crate) ids: Vec<String>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// `http://host:port` as the caller knows it, for addresses in answers.
    pub(crate) base_url: String,
    /// The image of a `pins/create`, decoded beforehand because that takes long; looked at in its turn.
    pub(crate) picture: Option<Result<Picture, ApiError>>,
    /// Set once the token is accepted.
    pub(crate) identity: Option<Identity>,
}

impl Call {
    pub(crate) fn account_id(&self) -> &str {
        self.identity.as_ref().map_or("", |identity| &identity.account_id)
    }

    pub(crate) fn has_scope(&self, scope: &str) -> bool {
        self.identity.as_ref().is_some_and(|identity| identity.scopes.iter().any(|had| had == scope))
    }

    /// The `n`th id of the path. Anything but digits is refused.
    pub(crate) fn id(&self, n: usize) -> Result<&str, ApiError> {
        let id = self.ids.get(n).map_or("", String::as_str);
        if is_digits(id) { Ok(id) } else { Err(not_digits(id)) }
    }

    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The body as a JSON object.
    pub(crate) fn json(&self) -> Result<Map<String, Value>, ApiError> {
        self.require_type("application/json")?;
        match serde_json::from_slice(&self.body) {
            Ok(Value::Object(fields)) => Ok(fields),
            Ok(_) => Err(ApiError::invalid("the body is not of type 'object'")),
            Err(error) => Err(ApiError::invalid(format!("the body is not JSON ({error})"))),
        }
    }

    /// The body as a form.
    pub(crate) fn form(&self) -> Result<Vec<(String, String)>, ApiError> {
        self.require_type("application/x-www-form-urlencoded")?;
        Ok(url::form_urlencoded::parse(&self.body).into_owned().collect())
    }

    fn require_type(&self, wanted: &str) -> Result<(), ApiError> {
        let given = self.headers.get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let given = given.and_then(|given| given.split(';').next()).unwrap_or_default().trim();
        if given.eq_ignore_ascii_case(wanted) {
            return Ok(());
        }
        Err(ApiError::new(415, 1, format!("Invalid request: Content-Type must be {wanted}")))
    }
}

/// Whether `id` matches the API's `^\d+$`.
pub(crate) fn is_digits(id: &str) -> bool {
    !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit())
}

/// 400 code 1, worded as the live API does.
pub(crate) fn not_digits(id: &str) -> ApiError {
    ApiError::invalid(format!("'{id}' does not match '^\\\\d+$'"))
}
