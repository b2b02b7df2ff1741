//! Reading the fields of a JSON body by the rules of its schema.

use serde_json::{Map, Value};

use crate::answer::ApiError;
use crate::call::{is_digits, not_digits};

/// The fields of one object.
pub(crate) struct Fields<'a>(pub(crate) &'a Map<String, Value>);

impl Fields<'_> {
    /// A text that may be null or absent, of at most `limit` code points.
    pub(crate) fn text(&self, name: &str, limit: usize) -> Result<Option<String>, ApiError> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if text.chars().count() > limit => {
                Err(ApiError::invalid(format!("'{name}' is too long (constraint: maxLength={limit})")))
            }
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(ApiError::invalid(format!("'{name}' is not of type 'string'"))),
        }
    }

    /// A text that must be there, of 1 to `limit` code points.
    pub(crate) fn required_text(&self, name: &str, limit: usize) -> Result<String, ApiError> {
        match self.text(name, limit)? {
            Some(text) if text.is_empty() => {
                Err(ApiError::invalid(format!("'{name}' is too short (constraint: minLength=1)")))
            }
            Some(text) => Ok(text),
            None => Err(ApiError::invalid(format!("'{name}' is a required property"))),
        }
    }

    /// A decimal id that may be null or absent.
    pub(crate) fn id(&self, name: &str) -> Result<Option<String>, ApiError> {
        match self.text(name, usize::MAX)? {
            Some(id) if !is_digits(&id) => Err(not_digits(&id)),
            id => Ok(id),
        }
    }

    /// A decimal id that must be there.
    pub(crate) fn required_id(&self, name: &str) -> Result<String, ApiError> {
        self.id(name)?.ok_or_else(|| ApiError::invalid(format!("'{name}' is a required property")))
    }

    /// One of `allowed`, or absent.
    pub(crate) fn one_of(&self, name: &str, allowed: &[&str]) -> Result<Option<String>, ApiError> {
        match self.text(name, usize::MAX)? {
            Some(text) if !allowed.contains(&text.as_str()) => {
                Err(ApiError::invalid(format!("'{text}' is not one of {allowed:?}")))
            }
            text => Ok(text),
        }
    }

    /// True or false, or absent.
    pub(crate) fn flag(&self, name: &str) -> Result<Option<bool>, ApiError> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            Some(_) => Err(ApiError::invalid(format!("'{name}' is not of type 'boolean'"))),
        }
    }
}
