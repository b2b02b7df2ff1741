//! People and their ways in, by both doors: second factor, sessions, tokens, roles leave the same events, but for `via`.

use std::time::Duration;

use countersign_tests::actor::{SecondFactor, codes_of};
use countersign_tests::forms::form_to;
use countersign_tests::{Actor, Harness};
use reqwest::Method;
use serde_json::{Value, json};

use crate::same_events_through_page_and_api::{Blanks, Door, press};

const PLACE: &str = "/account/second-factor";

impl Door {
    async fn turn_on(self, h: &Harness, person: &Actor) -> SecondFactor {
        let now = h.app().now();
        if self == Self::Api {
            return person.turn_on_second_factor(now).await;
        }
        let form = form_to(person.page(PLACE).await.is(200).text(), PLACE);
        let page = person.press(PLACE, &form.with("password", &person.password)).await.is(200).text();
        let secret = between(&page, "id=\"totp-secret\">").replace(' ', "");
        let factor = SecondFactor::of(person.captured(), &secret);
        let form = form_to(&page, "/confirm").with("code", &factor.code(now));
        let page = person.press(PLACE, &form).await.is(200).text();
        factor.with_codes(person.captured(), listed(&page))
    }

    async fn sign_in(self, person: &Actor, code: &str) -> Actor {
        let browser = person.in_another_browser();
        if self == Self::Api {
            browser.sign_in_with(code).await.is(201);
            return browser;
        }
        let page = browser.page("/sign-in").await.is(200).text();
        let form = form_to(&page, "/sign-in").with("email", &person.email).with("password", &person.password);
        let step = browser.press("/sign-in", &form).await.is(200).text();
        let form = form_to(&step, "/sign-in").with("totp", code);
        browser.press("/sign-in", &form).await.is(303);
        browser
    }

    /// A code that is wrong, after the right password.
    async fn mistype(self, person: &Actor) {
        let browser = person.in_another_browser();
        if self == Self::Api {
            browser.sign_in_with("000000").await.refused(401, "totp_wrong");
            return;
        }
        let page = browser.page("/sign-in").await.is(200).text();
        let form = form_to(&page, "/sign-in").with("email", &person.email).with("password", &person.password);
        let step = browser.press("/sign-in", &form).await.is(200).text();
        browser.press("/sign-in", &form_to(&step, "/sign-in").with("totp", "000000")).await.is(401);
    }

    async fn renew(self, person: &Actor, code: &str) -> Vec<String> {
        if self == Self::Api {
            let body = json!({"password": person.password, "totp": code});
            return codes_of(&person.post("/me/totp/recovery-codes", body).await.is(200).json());
        }
        let form = form_to(person.page(PLACE).await.is(200).text(), "/codes");
        let form = form.with("password", &person.password).with("totp", code);
        listed(&person.press(PLACE, &form).await.is(200).text())
    }

    async fn turn_off(self, person: &Actor, code: &str) {
        if self == Self::Api {
            let body = json!({"password": person.password, "totp": code});
            person.call(Method::DELETE, "/me/totp").json(body).go().await.is(204);
            return;
        }
        let form = form_to(person.page(PLACE).await.is(200).text(), "/off");
        let form = form.with("password", &person.password).with("totp", code);
        person.press(PLACE, &form).await.is(303);
    }

    async fn reset(self, admin: &Actor, person: &Actor) {
        match self {
            Self::Api => drop(admin.delete(&format!("/operators/{}/totp", person.id), None).await.ok()),
            Self::Page => {
                let path = format!("/operators/{}/second-factor", person.id);
                press(admin, &path, &path, None).await;
            }
        }
    }

    async fn end_others(self, person: &Actor) {
        match self {
            Self::Api => drop(person.delete("/sessions", None).await.ok()),
            Self::Page => press(person, "/account", "/account/sessions/revoke", None).await,
        }
    }

    async fn make_token(self, person: &Actor) {
        if self == Self::Api {
            person.make_token("a script", &["drafts:read", "drafts:write"]).await.is(201);
            return;
        }
        let form =
            form_to(person.page("/tokens").await.is(200).text(), "/tokens").with("token_name", "a script");
        let form = form.choosing("scope", "drafts:read").choosing("scope", "drafts:write");
        person.press("/tokens", &form).await.is(200);
    }

    async fn disable(self, admin: &Actor, person: &Actor) {
        match self {
            Self::Api => {
                let path = format!("/operators/{}", person.id);
                admin.call(Method::PATCH, &path).json(json!({"disabled": true})).go().await.ok();
            }
            Self::Page => {
                let path = format!("/operators/{}/disable", person.id);
                press(admin, &path, &path, None).await;
            }
        }
    }
}

/// The text after a mark, to the next tag.
fn between(page: &str, mark: &str) -> String {
    page.split_once(mark).unwrap().1.split('<').next().unwrap().to_owned()
}

fn listed(page: &str) -> Vec<String> {
    between(page, "id=\"recovery-codes\">").split_whitespace().map(str::to_owned).collect()
}

/// Everything that people do about their ways in.
async fn story(h: &Harness, door: Door) -> Vec<Value> {
    let (admin, person) = (h.admin().await, h.person("Eve Everything", &["author", "admin"]).await);
    let before = h.log().await.0.len();
    let factor = door.turn_on(h, &person).await;
    h.advance(Duration::from_secs(30));
    door.mistype(&person).await;
    door.sign_in(&person, &factor.code(h.app().now())).await;
    let here = door.sign_in(&person, &factor.codes[0]).await;
    door.end_others(&here).await;
    let codes = door.renew(&here, &factor.codes[1]).await;
    door.turn_off(&here, &codes[0]).await;
    door.turn_on(h, &here).await;
    door.make_token(&here).await;
    door.reset(&admin, &person).await;
    door.disable(&admin, &person).await;
    let log = h.log().await;
    log.0[before..].iter().map(|event| event.header.clone()).collect()
}

/// One installation after the other: whoever holds one and waits for another one may wait for ever.
async fn told_of(door: Door) -> Vec<Value> {
    let h = Harness::start().await;
    let told = story(&h, door).await;
    h.finish().await;
    told
}

#[tokio::test]
async fn ways_in_leave_the_same_events_by_both_doors() {
    let (through_api, through_page) = (told_of(Door::Api).await, told_of(Door::Page).await);
    let (told, again) = (Blanks::all(&through_api), Blanks::all(&through_page));
    for (through_api, through_page) in told.iter().zip(&again) {
        assert_eq!(through_api, through_page);
    }
    assert_eq!(told.len(), again.len());
    let changes = told.iter().filter(|header| header["type"] == "access.second_factor_changed");
    let what: Vec<&str> = changes.map(|header| header["facts"]["what"].as_str().unwrap()).collect();
    let expected =
        ["begun", "on", "recovery_code_used", "recovery_codes_renewed", "off", "begun", "on", "reset"];
    assert_eq!(what, expected);
}
