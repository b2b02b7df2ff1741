//! A headless Chromium of one person's own.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use countersign_tests::Actor;
use countersign_tests::source::root;
use serde_json::json;
use tempfile::TempDir;
use thirtyfour::prelude::*;
use thirtyfour::{ChromeCapabilities, ChromiumLikeCapabilities};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// Whether pages' scripts run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scripts {
    /// As most people have it.
    On,
    /// Switched off in the browser.
    Off,
}

/// A browser, its driver, and its profile; all go with it.
pub struct Chrome {
    /// To steer it.
    pub driver: WebDriver,
    scripts: Scripts,
    _profile: TempDir,
    process: Child,
}

impl Chrome {
    /// Starts a driver on a port of its own choosing, and a browser with an empty profile.
    pub async fn start(scripts: Scripts) -> Self {
        rustls::crypto::ring::default_provider().install_default().ok();
        let (process, port) = driver_process().await;
        let profile = tempfile::tempdir().unwrap();
        let capabilities = capabilities(profile.path(), scripts);
        let driver = WebDriver::new(&format!("http://127.0.0.1:{port}"), capabilities).await.unwrap();
        driver.set_script_timeout(Duration::from_secs(60)).await.unwrap();
        Self { driver, scripts, _profile: profile, process }
    }

    /// Ends browser and driver.
    pub async fn stop(mut self) {
        self.driver.quit().await.unwrap();
        self.process.kill().await.unwrap();
    }

    /// Opens an address.
    pub async fn open(&self, url: &str) {
        self.driver.goto(url).await.unwrap_or_else(|error| panic!("{url}: {error}"));
    }

    /// The first element that fits, once it is there.
    pub async fn find(&self, css: &str) -> WebElement {
        let found = self.driver.query(By::Css(css)).first().await;
        match found {
            Ok(element) => element,
            Err(_) => panic!("no {css} on {}: {}", self.url().await, self.text().await),
        }
    }

    /// Presses the button that says these words, once it is there; a key's name may follow them.
    pub async fn press(&self, words: &str) {
        self.click("self::button or self::summary", words).await;
    }

    /// Follows the link that says these words, once it is there; a count may follow them.
    pub async fn follow(&self, words: &str) {
        self.click("self::a", words).await;
    }

    async fn click(&self, kinds: &str, words: &str) {
        let says = format!("normalize-space(.)='{words}' or starts-with(normalize-space(.), '{words} ')");
        let path = format!("//*[{kinds}][{says}]");
        match self.driver.query(By::XPath(&path)).and_displayed().first().await {
            Ok(element) => element.click().await.unwrap_or_else(|error| panic!("{words}: {error}")),
            Err(_) => panic!("no {kinds} says {words:?} on {}: {}", self.url().await, self.text().await),
        }
    }

    /// Types into the field of that name, in the place of what is there.
    pub async fn fill(&self, name: &str, text: &str) {
        let field = self.find(&format!("[name='{name}']:not([type=hidden])")).await;
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// Waits until the page shows these words.
    pub async fn shows(&self, words: &str) {
        let path = format!("//*[contains(normalize-space(.), \"{words}\")]");
        if self.driver.query(By::XPath(&path)).first().await.is_err() {
            panic!("{words:?} is not on {}: {}", self.url().await, self.text().await);
        }
    }

    /// Where it is.
    pub async fn url(&self) -> String {
        self.driver.current_url().await.unwrap().to_string()
    }

    /// What one can read.
    pub async fn text(&self) -> String {
        let body = self.driver.find(By::Tag("body")).await;
        match body {
            Ok(body) => body.text().await.unwrap_or_default(),
            Err(_) => String::new(),
        }
    }

    /// Whether scripts run in it.
    pub fn has_scripts(&self) -> bool {
        self.scripts == Scripts::On
    }

    /// Makes the page `width` pixels wide, also narrower than a window can be.
    pub async fn resize(&self, width: u32, height: u32) {
        let size = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.driver.cdp().send_raw("Emulation.setDeviceMetricsOverride", size).await.unwrap();
    }

    /// Signs in with a password.
    pub async fn sign_in(&self, base: &str, person: &Actor) {
        self.open(&format!("{base}/sign-in")).await;
        self.fill("email", &person.email).await;
        self.fill("password", &person.password).await;
        self.press("Sign in").await;
        self.shows(&person.name).await;
    }

    /// Presses a key, wherever the focus is: the browser gets it as from a keyboard, so that it may lead to another page.
    pub async fn key(&self, key: &str) {
        let text = if key.chars().count() == 1 { key } else { "" };
        let code = if key == "Escape" { 27 } else { 0 };
        for kind in ["keyDown", "keyUp"] {
            let text = if kind == "keyDown" { text } else { "" };
            let event = json!({"type": kind, "key": key, "text": text, "windowsVirtualKeyCode": code});
            self.driver.cdp().send_raw("Input.dispatchKeyEvent", event).await.unwrap();
        }
    }

    /// Waits until nothing fits any more.
    pub async fn is_gone(&self, css: &str) {
        let is_gone = self.driver.query(By::Css(css)).not_exists().await.unwrap();
        assert!(is_gone, "{css} is still on {}: {}", self.url().await, self.text().await);
    }

    /// Keeps a picture of what is seen beside the test; where `COUNTERSIGN_SCREENSHOTS` is set and the README shows one
    /// of that name, in its place.
    pub async fn keep_screenshot(&self, name: &str) {
        let shown = format!("docs/screenshots/{name}.png");
        let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
        let is_wanted = std::env::var_os("COUNTERSIGN_SCREENSHOTS").is_some() && readme.contains(&shown);
        let own = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.png"));
        let path = if is_wanted { root().join(shown) } else { own };
        self.driver.screenshot(&path).await.unwrap();
    }
}

async fn driver_process() -> (Child, u16) {
    let mut command = Command::new("chromedriver");
    command
        .arg("--port=0")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    let mut process = command.spawn().expect("chromedriver is missing: see tests/run");
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
    // An earlier line says "on port 0".
    let said = "started successfully on port ";
    loop {
        let line = lines.next_line().await.unwrap().expect("chromedriver ended");
        if let Some(at) = line.find(said) {
            let port = line[at + said.len()..].trim_end_matches('.').parse().unwrap();
            // Whatever it says later must not fill the pipe.
            drop(tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} }));
            return (process, port);
        }
    }
}

fn capabilities(profile: &Path, scripts: Scripts) -> ChromeCapabilities {
    let mut capabilities = DesiredCapabilities::chrome();
    let profile = format!("--user-data-dir={}", profile.display());
    for argument in [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-dev-shm-usage",
        "--hide-scrollbars",
        "--force-device-scale-factor=1",
        "--window-size=1280,900",
        &profile,
    ] {
        capabilities.add_arg(argument).unwrap();
    }
    if scripts == Scripts::Off {
        let preferences = json!({"profile.managed_default_content_settings.javascript": 2});
        capabilities.add_experimental_option("prefs", preferences).unwrap();
    }
    capabilities
}
