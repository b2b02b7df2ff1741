//! What everybody may read.

use serde_json::Value;

use super::Actor;

impl Actor {
    /// A publication with its attempts.
    pub async fn publication(&self, id: &str) -> Value {
        self.get(&format!("/publications/{id}")).await.ok()
    }

    /// Every item of a list, page by page. `path` may have a query.
    pub async fn all(&self, path: &str) -> Vec<Value> {
        let (mut items, mut cursor) = (Vec::new(), None::<String>);
        loop {
            let join = if path.contains('?') { '&' } else { '?' };
            let page =
                cursor.map_or_else(|| path.to_owned(), |cursor| format!("{path}{join}cursor={cursor}"));
            let answer = self.get(&page).await.ok();
            items.extend(answer["items"].as_array().cloned().unwrap_or_default());
            match answer["next"].as_str() {
                Some(next) => cursor = Some(next.to_owned()),
                None => return items,
            }
        }
    }
}
