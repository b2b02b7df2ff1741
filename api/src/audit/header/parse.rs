//! The strict reader of restricted JSON. It refuses whatever the writer would not have written, so that one
//! content has one text and one hash.

use std::collections::BTreeMap;

use super::FormatError;
use super::value::{MAX_INT, Value, check_depth, check_key};

/// Reads one text from its start to its end.
pub(super) struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Parser<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Parser { text, at: 0 }
    }

    /// One object and nothing after it.
    pub(super) fn document(mut self) -> Result<Value, FormatError> {
        if self.peek() != Some(b'{') {
            return Err(FormatError::NotAnObject);
        }
        let value = self.value(1)?;
        if self.at == self.text.len() { Ok(value) } else { Err(self.fault("something after the object")) }
    }

    fn value(&mut self, depth: usize) -> Result<Value, FormatError> {
        match self.peek() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => self.string().map(Value::String),
            Some(b'-' | b'0'..=b'9') => self.int(),
            Some(b't') => self.literal("true", true),
            Some(b'f') => self.literal("false", false),
            Some(b'n') => Err(self.fault("a null: leave the key out")),
            Some(b' ' | b'\t' | b'\n' | b'\r') => Err(self.fault("white space")),
            Some(_) => Err(self.fault("not a value")),
            None => Err(self.fault("the text ends early")),
        }
    }

    fn object(&mut self, depth: usize) -> Result<Value, FormatError> {
        check_depth(depth)?;
        self.expect(b'{')?;
        let mut members = BTreeMap::new();
        if self.take(b'}') {
            return Ok(Value::Object(members));
        }
        loop {
            let key = self.string()?;
            check_key(&key)?;
            self.check_order(&members, &key)?;
            self.expect(b':')?;
            let value = self.value(depth + 1)?;
            members.insert(key, value);
            if self.take(b'}') {
                return Ok(Value::Object(members));
            }
            self.expect(b',')?;
        }
    }

    fn check_order(&self, members: &BTreeMap<String, Value>, key: &str) -> Result<(), FormatError> {
        match members.last_key_value() {
            Some((last, _)) if last == key => Err(FormatError::DuplicateKey),
            Some((last, _)) if last.as_str() > key => Err(self.fault("keys out of order")),
            _ => Ok(()),
        }
    }

    fn array(&mut self, depth: usize) -> Result<Value, FormatError> {
        check_depth(depth)?;
        self.expect(b'[')?;
        let mut elements = Vec::new();
        if self.take(b']') {
            return Ok(Value::Array(elements));
        }
        loop {
            elements.push(self.value(depth + 1)?);
            if self.take(b']') {
                return Ok(Value::Array(elements));
            }
            self.expect(b',')?;
        }
    }

    fn int(&mut self) -> Result<Value, FormatError> {
        let start = self.at;
        self.take(b'-');
        let digits = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if matches!(self.peek(), Some(b'.' | b'e' | b'E')) {
            return Err(self.fault("a number that is no integer"));
        }
        let has_leading_zero = self.text[digits..self.at].starts_with('0') && self.at - digits > 1;
        let number = &self.text[start..self.at];
        if has_leading_zero || number == "-0" || number == "-" {
            return Err(self.fault("not the shortest form of a number"));
        }
        let value: i64 = number.parse().map_err(|_| FormatError::Number)?;
        if value.unsigned_abs() > MAX_INT.unsigned_abs() {
            return Err(FormatError::Number);
        }
        Ok(Value::Int(value))
    }

    fn literal(&mut self, word: &str, flag: bool) -> Result<Value, FormatError> {
        if !self.text[self.at..].starts_with(word) {
            return Err(self.fault("not a value"));
        }
        self.at += word.len();
        Ok(Value::Bool(flag))
    }

    fn string(&mut self) -> Result<String, FormatError> {
        self.expect(b'"')?;
        let mut out = String::new();
        loop {
            let rest = &self.text[self.at..];
            let plain = rest.find(|c: char| c == '"' || c == '\\' || c < ' ').unwrap_or(rest.len());
            out.push_str(&rest[..plain]);
            self.at += plain;
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(out);
                }
                Some(b'\\') => out.push(self.escape()?),
                Some(_) => return Err(self.fault("a control character that is not escaped")),
                None => return Err(self.fault("the text ends early")),
            }
        }
    }

    fn escape(&mut self) -> Result<char, FormatError> {
        self.expect(b'\\')?;
        let short = match self.peek() {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'b') => '\u{8}',
            Some(b't') => '\t',
            Some(b'n') => '\n',
            Some(b'f') => '\u{c}',
            Some(b'r') => '\r',
            Some(b'u') => return self.control(),
            _ => return Err(self.fault("an escape that is not allowed")),
        };
        self.at += 1;
        Ok(short)
    }

    /// `u00xx`, and only for a control character that has no shorter escape.
    fn control(&mut self) -> Result<char, FormatError> {
        let digits = self.text.get(self.at + 1..self.at + 5).unwrap_or_default();
        let is_lower = digits.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        let code = u8::from_str_radix(digits.strip_prefix("00").unwrap_or_default(), 16).ok();
        match code {
            Some(code) if is_lower && code < 0x20 && !matches!(code, 0x08 | 0x09 | 0x0a | 0x0c | 0x0d) => {
                self.at += 5;
                Ok(char::from(code))
            }
            _ => Err(self.fault("an escape that is not the shortest")),
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    fn expect(&mut self, byte: u8) -> Result<(), FormatError> {
        if self.take(byte) { Ok(()) } else { Err(self.fault("an unexpected character")) }
    }

    fn fault(&self, what: &'static str) -> FormatError {
        FormatError::NotCanonical { at: self.at, what }
    }
}
