//! What requests leave behind: the access log.

use countersign_tests::Harness;
use countersign_tests::naughty::strings;
use countersign_tests::promises::files_at_rest;
use reqwest::Method;
use reqwest::header::HeaderValue;
use serde_json::Value;

#[tokio::test]
async fn a_line_a_request_and_nothing_in_it_that_drives_or_hides() {
    let mut h = Harness::start().await;
    let author = h.author().await;
    let mut asked = 0;
    for typed in strings().iter().filter(|typed| HeaderValue::from_bytes(typed.as_bytes()).is_ok()) {
        let call = author.call(Method::GET, "/me").header("user-agent", typed).header("referer", typed);
        call.header("x-request-id", typed).header("accept-language", typed).go().await.ok();
        asked += 1;
    }
    assert!(asked > 450, "{asked}");
    h.stop().await;
    let logs = files_at_rest(&h.data_dir())
        .into_iter()
        .filter(|path| path.extension().is_some_and(|end| end == "ndjson"));
    let text: String = logs.map(|path| std::fs::read_to_string(path).unwrap()).collect();
    assert!(text.ends_with('\n'));
    let mut lines = 0;
    for line in text.lines() {
        let entry: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line:?}"));
        assert!(!line.chars().any(countersign_api::hidden::is_invisible), "{line:?}");
        lines += usize::from(entry["route"].as_str().is_some_and(|route| route.ends_with("/me")));
    }
    assert_eq!(lines, asked, "one line for each");
    h.start_again().await;
    h.finish().await;
}
