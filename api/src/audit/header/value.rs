//! Restricted JSON: the one way in which anything that is hashed is written down.
//!
//! Every value has exactly one text: keys in byte order, integers only, no nulls, the shortest escapes. It is a
//! subset of RFC 8785, so other people's canonicalisers agree with ours.

use std::collections::BTreeMap;

use super::FormatError;
use super::parse::Parser;

/// The greatest length of an event's header, in bytes.
pub const HEADER_LIMIT: usize = 4096;
/// The greatest length of any other line, in bytes.
pub const LINE_LIMIT: usize = 1024 * 1024;
/// The greatest length of an export's manifest, in bytes.
pub const MANIFEST_LIMIT: usize = 16 * 1024 * 1024;
/// How deep objects and arrays may be nested; the outermost object counts as one.
pub const MAX_DEPTH: usize = 8;
/// The greatest absolute value of a number: whatever reads JSON elsewhere can represent it exactly.
pub const MAX_INT: i64 = (1 << 53) - 1;

/// A value of restricted JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Keys are `[a-z][a-z0-9_]*`, sorted bytewise.
    Object(BTreeMap<String, Value>),
    /// Values in their order.
    Array(Vec<Value>),
    /// Any Unicode text.
    String(String),
    /// Within ±([`MAX_INT`]); more is refused when it is written.
    Int(i64),
    /// True or false.
    Bool(bool),
}

/// An object of the given members. Errors: a key of the wrong form, or given twice.
pub fn object<const N: usize>(members: [(&'static str, Value); N]) -> Result<Value, FormatError> {
    let mut object = BTreeMap::new();
    for (key, value) in members {
        check_key(key)?;
        if object.insert(key.to_owned(), value).is_some() {
            return Err(FormatError::DuplicateKey);
        }
    }
    Ok(Value::Object(object))
}

impl Value {
    /// The canonical text, of at most [`LINE_LIMIT`] bytes. Errors: see [`Value::to_text_within`].
    pub fn to_text(&self) -> Result<String, FormatError> {
        self.to_text_within(LINE_LIMIT)
    }

    /// The canonical text, of at most `limit` bytes. Errors: not an object, too deep, a key of the wrong form, a
    /// number that is too large, too long.
    pub fn to_text_within(&self, limit: usize) -> Result<String, FormatError> {
        if !matches!(self, Value::Object(_)) {
            return Err(FormatError::NotAnObject);
        }
        let mut text = String::new();
        self.write(&mut text, 1)?;
        check_length(&text, limit)?;
        Ok(text)
    }

    /// Reads a canonical text of at most [`LINE_LIMIT`] bytes. Errors: see [`Value::parse_within`].
    pub fn parse(text: &str) -> Result<Value, FormatError> {
        Value::parse_within(text, LINE_LIMIT)
    }

    /// Reads a canonical text of at most `limit` bytes. Errors: anything that [`Value::to_text`] would not have
    /// written in exactly these bytes.
    pub fn parse_within(text: &str, limit: usize) -> Result<Value, FormatError> {
        check_length(text, limit)?;
        Parser::new(text).document()
    }

    /// The member of an object; none if there is no such member, or if this is no object.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.as_object()?.get(key)
    }

    /// The members, if this is an object.
    pub fn as_object(&self) -> Option<&BTreeMap<String, Value>> {
        if let Value::Object(members) = self { Some(members) } else { None }
    }

    /// The elements, if this is an array.
    pub fn as_array(&self) -> Option<&[Value]> {
        if let Value::Array(elements) = self { Some(elements) } else { None }
    }

    /// The text, if this is a string.
    pub fn as_str(&self) -> Option<&str> {
        if let Value::String(text) = self { Some(text) } else { None }
    }

    /// The number, if this is one.
    pub fn as_int(&self) -> Option<i64> {
        if let Value::Int(number) = self { Some(*number) } else { None }
    }

    fn write(&self, out: &mut String, depth: usize) -> Result<(), FormatError> {
        match self {
            Value::Object(members) => write_object(members, out, depth),
            Value::Array(elements) => write_array(elements, out, depth),
            Value::String(text) => {
                write_string(text, out);
                Ok(())
            }
            Value::Int(number) => write_int(*number, out),
            Value::Bool(flag) => {
                out.push_str(if *flag { "true" } else { "false" });
                Ok(())
            }
        }
    }
}

fn write_object(
    members: &BTreeMap<String, Value>,
    out: &mut String,
    depth: usize,
) -> Result<(), FormatError> {
    check_depth(depth)?;
    out.push('{');
    for (index, (key, value)) in members.iter().enumerate() {
        check_key(key)?;
        if index > 0 {
            out.push(',');
        }
        write_string(key, out);
        out.push(':');
        value.write(out, depth + 1)?;
    }
    out.push('}');
    Ok(())
}

fn write_array(elements: &[Value], out: &mut String, depth: usize) -> Result<(), FormatError> {
    check_depth(depth)?;
    out.push('[');
    for (index, value) in elements.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        value.write(out, depth + 1)?;
    }
    out.push(']');
    Ok(())
}

fn write_int(number: i64, out: &mut String) -> Result<(), FormatError> {
    if number.unsigned_abs() > MAX_INT.unsigned_abs() {
        return Err(FormatError::Number);
    }
    out.push_str(&number.to_string());
    Ok(())
}

fn write_string(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            control if control < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(control))),
            other => out.push(other),
        }
    }
    out.push('"');
}

pub(super) fn check_key(key: &str) -> Result<(), FormatError> {
    if super::form::is_word(key) { Ok(()) } else { Err(FormatError::Key) }
}

pub(super) fn check_depth(depth: usize) -> Result<(), FormatError> {
    if depth > MAX_DEPTH { Err(FormatError::TooDeep) } else { Ok(()) }
}

fn check_length(text: &str, limit: usize) -> Result<(), FormatError> {
    let length = text.len();
    if length > limit { Err(FormatError::TooLong { length, limit }) } else { Ok(()) }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::String(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::String(text)
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Value::Bool(flag)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Value::Int(number)
    }
}

impl From<i32> for Value {
    fn from(number: i32) -> Self {
        Value::Int(number.into())
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Value::Int(number.into())
    }
}

impl From<u16> for Value {
    fn from(number: u16) -> Self {
        Value::Int(number.into())
    }
}

impl From<u64> for Value {
    /// A number beyond what JSON carries exactly is not wrapped: writing it fails.
    fn from(number: u64) -> Self {
        Value::Int(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<usize> for Value {
    /// A number beyond what JSON carries exactly is not wrapped: writing it fails.
    fn from(number: usize) -> Self {
        Value::Int(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl<T: Into<Value>> From<Vec<T>> for Value {
    fn from(elements: Vec<T>) -> Self {
        Value::Array(elements.into_iter().map(Into::into).collect())
    }
}

impl From<BTreeMap<String, Value>> for Value {
    fn from(members: BTreeMap<String, Value>) -> Self {
        Value::Object(members)
    }
}
