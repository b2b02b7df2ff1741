//! What a page weighs at a first visit: nothing kept from before, pictures of Pins left out.

use serde_json::{Value, json};

use crate::chrome::Chrome;

/// Bytes of a page and all that it asks for, compressed.
const PAGE: u64 = 60_000;
/// Bytes of scripts among them.
const SCRIPTS: u64 = 25_000;

/// The page itself goes out as it is, and whatever stands in front may compress it: it counts as if that was done.
const ASKED: &str = "
    const done = arguments[arguments.length - 1];
    const page = new Blob([document.documentElement.outerHTML]).stream().pipeThrough(new CompressionStream('gzip'));
    const files = [...performance.getEntriesByType('resource')]
        .map((one) => ({address: one.name, kind: one.initiatorType, bytes: one.transferSize}));
    new Response(page).arrayBuffer().then(
        ({byteLength}) => done([{address: location.href, kind: 'page', bytes: byteLength}, ...files]),
        (error) => done([{address: String(error)}]));";

impl Chrome {
    /// From now on the browser keeps nothing, so that each page is as at a first visit.
    pub async fn forget_files(&self) {
        self.driver.cdp().send_raw("Network.enable", json!({})).await.unwrap();
        self.driver.cdp().send_raw("Network.setCacheDisabled", json!({"cacheDisabled": true})).await.unwrap();
    }

    /// What is wrong with what the page has asked for since it was opened, where `base` is the only address to ask.
    pub async fn faults_in_weight(&self, base: &str) -> Vec<String> {
        let asked = self.driver.execute_async(ASKED, vec![]).await.unwrap();
        let asked: Vec<Value> = asked.json().as_array().cloned().unwrap_or_default();
        let address = |one: &Value| one["address"].as_str().unwrap_or_default().to_owned();
        let is_picture = |one: &&Value| one["kind"] == "img";
        let bytes = |one: &Value| one["bytes"].as_u64().unwrap_or_default();
        let page: u64 = asked.iter().filter(|one| !is_picture(one)).map(bytes).sum();
        let scripts: u64 = asked.iter().filter(|one| address(one).contains(".js")).map(bytes).sum();
        let mut faults = Vec::new();
        for (what, weight, limit) in [("the page", page, PAGE), ("its scripts", scripts, SCRIPTS)] {
            if weight > limit || weight == 0 {
                faults.push(format!("{what}: {weight} bytes, at most {limit} are allowed: {asked:?}"));
            }
        }
        let inside = format!("{base}/");
        let outside = asked.iter().map(address).filter(|asked| !asked.starts_with(&inside));
        faults.extend(outside.map(|asked| format!("it asks somebody else: {asked}")));
        faults
    }
}
