//! Whether the API answers only what its document says: every answer of every test is held against it.

use serde_json::Value;

use crate::actor::API;

/// The operations of the API's document.
pub struct Document(Value);

impl Document {
    /// The document as the program makes it.
    pub fn read() -> Self {
        Self(serde_json::from_str(&countersign_api::http::document()).unwrap())
    }

    /// Every operation: method in capitals, path, what the document says of it.
    pub fn operations(&self) -> Vec<(String, &str, &Value)> {
        let paths = self.0["paths"].as_object().into_iter().flatten();
        let operations = paths.flat_map(|(path, methods)| {
            let methods = methods.as_object().into_iter().flatten();
            methods.map(move |(method, operation)| (method.to_uppercase(), path.as_str(), operation))
        });
        operations.collect()
    }

    /// Why an answer with this status to `asked`, "GET /api/v1/drafts by somebody", is none that the document knows.
    pub fn objects_to(&self, asked: &str, status: u16) -> Option<String> {
        let (method, rest) = asked.split_once(' ')?;
        let path = rest.split([' ', '?']).next()?.strip_prefix(API)?;
        // A client takes such a part away before it sends, so that another path was asked.
        let is_dots = |part: &str| matches!(part.to_uppercase().replace("%2E", ".").as_str(), "." | "..");
        if path.split('/').any(is_dots) {
            return None;
        }
        let responses = &self.operation(method, path)?["responses"];
        let is_known = responses.get(status.to_string()).is_some();
        (!is_known).then(|| format!("{asked} was answered {status}, which its document does not say"))
    }

    /// The operation at a path; of two that fit, the one that names more of it.
    fn operation(&self, method: &str, path: &str) -> Option<&Value> {
        let paths = self.0["paths"].as_object()?;
        let fitting = paths.iter().filter(|(pattern, _)| fits(pattern, path));
        let (_, methods) = fitting.min_by_key(|(pattern, _)| pattern.matches('{').count())?;
        methods.get(if method == "HEAD" { "get".to_owned() } else { method.to_lowercase() })
    }
}

fn fits(pattern: &str, path: &str) -> bool {
    let (wanted, given): (Vec<&str>, Vec<&str>) = (pattern.split('/').collect(), path.split('/').collect());
    let is_same =
        |(wanted, given): (&&str, &&str)| wanted == given || (wanted.starts_with('{') && !given.is_empty());
    wanted.len() == given.len() && wanted.iter().zip(&given).all(is_same)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_held_against_the_operation_that_gave_it() {
        let document = Document::read();
        let objects = |asked: &str, status| document.objects_to(asked, status).is_some();
        assert!(!objects("GET /api/v1/drafts/drf_1 by somebody", 404));
        assert!(objects("GET /api/v1/drafts/drf_1 by somebody", 409));
        assert!(objects("GET /api/v1/drafts/counts by somebody", 404), "the path that names more");
        assert!(!objects("PUT /api/v1/drafts/drf_1 by somebody", 405), "that is no operation");
        assert!(!objects("GET /drafts/drf_1 by somebody", 418), "that is a page");
    }
}
