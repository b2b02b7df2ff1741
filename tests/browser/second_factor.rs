//! A second factor, turned on and used in a real browser.

use std::time::Duration;

use countersign_tests::Harness;
use countersign_tests::actor::SecondFactor;

use crate::chrome::{Chrome, Scripts};

async fn text_of(browser: &Chrome, css: &str) -> String {
    browser.find(css).await.text().await.unwrap()
}

async fn story(scripts: Scripts) {
    let h = Harness::start().await;
    let author = h.author().await;
    let browser = Chrome::start(scripts).await;
    browser.sign_in(&h.base(), &author).await;
    browser.open(&format!("{}/account", h.base())).await;
    browser.follow("Add a second factor").await;
    browser.fill("password", &author.password).await;
    browser.is_accessible_at_all_widths().await;
    browser.press("Begin").await;
    browser.find("svg.qr path").await;
    browser.is_accessible_at_all_widths().await;
    let secret = text_of(&browser, "#totp-secret").await.replace(' ', "");
    assert!(!browser.url().await.contains(&secret));
    let factor = SecondFactor::of(author.captured(), &secret);
    browser.fill("code", "000000").await;
    browser.press("Turn it on").await;
    browser.shows("This is not the code of now").await;
    browser.is_accessible().await;
    browser.fill("code", &factor.code(h.app().now())).await;
    browser.press("Turn it on").await;
    let codes = text_of(&browser, "#recovery-codes").await;
    let codes: Vec<String> = codes.split_whitespace().map(str::to_owned).collect();
    assert_eq!(codes.len(), 10);
    if scripts == Scripts::On {
        browser.find("button[data-print]:not([hidden])").await;
    }
    browser.is_accessible_at_all_widths().await;
    let factor = factor.with_codes(author.captured(), codes);

    browser.follow("I have kept them").await;
    browser.shows("on, with 10 recovery codes left").await;
    browser.press("Sign out").await;
    for code in [factor.code(h.app().now().plus(Duration::from_secs(30))), factor.codes[4].clone()] {
        browser.open(&format!("{}/sign-in", h.base())).await;
        browser.fill("email", &author.email).await;
        browser.fill("password", &author.password).await;
        browser.press("Sign in").await;
        browser.shows("One more step").await;
        browser.is_accessible_at_all_widths().await;
        browser.fill("totp", &code).await;
        browser.press("Sign in").await;
        browser.shows(&author.name).await;
        assert!(!browser.url().await.contains(&code));
        browser.press("Sign out").await;
    }
    assert!(h.log().await.has("access.signed_in", "\"second_factor\":\"recovery_code\""));
    browser.stop().await;
    h.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_factor_with_scripts() {
    story(Scripts::On).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_factor_without_scripts() {
    story(Scripts::Off).await;
}
