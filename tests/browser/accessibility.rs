//! axe-core on every page that a story reaches: no violation of WCAG 2.0 to 2.2, A and AA.

use serde_json::Value;

use crate::chrome::Chrome;

const AXE: &str = include_str!("vendor/axe.min.js");

const RUN: &str = "
    const done = arguments[arguments.length - 1];
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
    axe.run(document, {runOnly: tags}).then(
        (found) => done(found.violations.map((violation) => ({
            rule: violation.id, help: violation.help,
            where: violation.nodes.map((node) => node.target.join(' ') + ' ' + node.failureSummary),
        }))),
        (error) => done([{rule: 'axe itself', help: String(error), where: []}]));";

impl Chrome {
    /// What axe finds on the page as it is now. Without scripts there is nobody to look.
    pub async fn violations(&self) -> Vec<Value> {
        if !self.has_scripts() {
            return Vec::new();
        }
        self.driver.execute(AXE, vec![]).await.unwrap();
        let found: Value = self.driver.execute_async(RUN, vec![]).await.unwrap().json().clone();
        found.as_array().cloned().unwrap_or_default()
    }

    /// That the page as it is now has no violation.
    pub async fn is_accessible(&self) {
        let found = self.violations().await;
        assert!(found.is_empty(), "{}: {}", self.url().await, serde_json::to_string_pretty(&found).unwrap());
    }

    /// The same, narrow and wide.
    pub async fn is_accessible_at_all_widths(&self) {
        for width in [320, 768, 1280] {
            self.resize(width, 900).await;
            self.is_accessible().await;
        }
    }
}
