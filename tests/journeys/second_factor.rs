//! A code beside the password: turned on, asked for at every door, lost, and taken away.

use std::time::Duration;

use countersign_tests::actor::{SecondFactor, codes_of, link_of};
use countersign_tests::forms::{Form, form_to};
use countersign_tests::{Actor, Harness};
use serde_json::json;
use tokio::task::JoinSet;

const STEP: Duration = Duration::from_secs(30);

/// Turns it on, and waits until the app shows another code.
async fn with_factor(h: &Harness, person: &Actor) -> SecondFactor {
    let factor = person.turn_on_second_factor(h.app().now()).await;
    h.advance(STEP);
    factor
}

#[tokio::test]
async fn a_password_alone_does_not_open_any_more_and_a_code_opens_once() {
    let h = Harness::start().await;
    let author = h.author().await;
    let (other, stranger) = (author.in_another_browser(), author.in_another_browser());
    other.sign_in().await.is(201);
    let factor = with_factor(&h, &author).await;
    author.get("/me").await.ok();
    other.get("/me").await.refused(401, "session_ended");
    assert_eq!(author.get("/me").await.ok()["operator"]["has_totp"], true);

    stranger.sign_in().await.refused(401, "totp_required");
    stranger.get("/me").await.refused(401, "not_signed_in");
    stranger.sign_in_with("000000").await.refused(401, "totp_wrong");
    let code = factor.code(h.app().now());
    let me = stranger.sign_in_with(&code).await.is(201).json();
    assert_eq!(me["recovery_codes_left"], 10);
    author.in_another_browser().sign_in_with(&code).await.refused(401, "totp_wrong");

    let wrong = json!({"email": author.email, "password": "not this one", "totp": factor.codes[0]});
    h.anonymous().post("/session", wrong).await.refused(401, "sign_in_failed");
    let me = author.in_another_browser().sign_in_with(&factor.codes[0]).await.is(201).json();
    assert_eq!(me["recovery_codes_left"], 9);
    author.in_another_browser().sign_in_with(&factor.codes[0]).await.refused(401, "totp_wrong");
    let log = h.log().await;
    assert!(log.has("access.signed_in", "\"second_factor\":\"recovery_code\""), "{:?}", log.kinds());
    assert!(log.has("access.second_factor_changed", "\"left\":9"), "{:?}", log.kinds());
    h.finish().await;
}

#[tokio::test]
async fn whoever_found_an_open_browser_neither_turns_it_on_nor_off() {
    let h = Harness::start().await;
    let author = h.author().await;
    author.post("/me/totp", json!({"password": "a guess"})).await.problem(422);
    author.post("/me/totp", json!({})).await.problem(422);
    author.post("/me/totp/confirm", json!({"code": "123456"})).await.refused(409, "totp_not_started");
    let factor = with_factor(&h, &author).await;
    author.post("/me/totp", json!({"password": author.password})).await.refused(409, "totp_on");

    let off = async |password: &str, totp: &str| {
        let body = json!({"password": password, "totp": totp});
        author.call(reqwest::Method::DELETE, "/me/totp").json(body).go().await
    };
    off("a guess", &factor.code(h.app().now())).await.problem(422);
    off(&author.password, "000000").await.problem(422);
    let body = json!({"password": author.password, "totp": factor.codes[9]});
    let renewed = author.post("/me/totp/recovery-codes", body).await.is(200).json();
    let factor = factor.with_codes(author.captured(), codes_of(&renewed));
    off(&author.password, &factor.codes[3]).await.is(204);
    author.in_another_browser().sign_in().await.is(201);
    off(&author.password, &factor.codes[4]).await.refused(409, "totp_off");
    h.finish().await;
}

#[tokio::test]
async fn guessing_codes_is_slowed_down_and_a_recovery_code_still_opens() {
    let h = Harness::start().await;
    let author = h.author().await;
    let factor = with_factor(&h, &author).await;
    let mut slowed = None;
    for n in 0..30 {
        let answer = author.in_another_browser().sign_in_with(&format!("{n:06}")).await;
        if answer.status == 429 {
            slowed = Some(answer);
            break;
        }
        answer.refused(401, "totp_wrong");
        // Slow enough that the limits on address and account do not count.
        h.advance(Duration::from_secs(6));
    }
    let slowed = slowed.unwrap();
    assert!(slowed.header("retry-after").parse::<u64>().unwrap() > 6, "it is counted on the person");
    author.in_another_browser().sign_in_with(&factor.codes[0]).await.is(201);
    h.finish().await;
}

#[tokio::test]
async fn a_restart_forgets_no_guess_and_time_does() {
    let mut h = Harness::start().await;
    let author = h.author().await;
    let factor = with_factor(&h, &author).await;
    let guess = async || author.in_another_browser().sign_in_with("000000").await;
    let mut slowed = guess().await;
    for _ in 0..30 {
        if slowed.status == 429 {
            break;
        }
        // Slow enough that the limits on address and account do not count.
        h.advance(Duration::from_secs(6));
        slowed = guess().await;
    }
    let wait: u64 = slowed.is(429).header("retry-after").parse().unwrap();
    h.restart().await;
    guess().await.refused(429, "too_many_attempts");
    author.in_another_browser().sign_in_with(&factor.codes[0]).await.is(201);
    h.advance(Duration::from_secs(wait));
    guess().await.refused(401, "totp_wrong");
    guess().await.refused(429, "too_many_attempts");
    h.finish().await;
}

#[tokio::test]
async fn a_link_of_an_admin_does_not_get_around_it_and_taking_it_away_is_told() {
    let h = Harness::start().await;
    let (author, admin) = (h.author().await, h.admin().await);
    let factor = with_factor(&h, &author).await;
    let issue = async || link_of(&admin.post_empty(&format!("/operators/{}/link", author.id)).await.json());
    let link = issue().await;
    let intruder = h.anonymous();
    intruder.sign_in_by_link(&link).await.refused(401, "totp_required");
    intruder.get("/me").await.problem(401);
    let token = link.rsplit('/').next().unwrap();
    let with_code = json!({"link": token, "totp": factor.codes[1]});
    h.anonymous().post("/session", with_code).await.is(201);

    let path = format!("/operators/{}/totp", author.id);
    admin.delete(&format!("/operators/{}/totp", admin.id), None).await.refused(409, "totp_own");
    admin.delete(&path, None).await.is(204);
    author.get("/me").await.refused(401, "session_ended");
    admin.delete(&path, None).await.refused(409, "totp_off");
    author.in_another_browser().sign_in().await.is(201);
    intruder.sign_in_by_link(&issue().await).await.is(201);
    assert!(h.log().await.has("access.second_factor_changed", "\"what\":\"reset\""));
    h.finish().await;
}

/// How many of these guesses at a code, all made at once after one password, were looked at.
async fn looked_at(browser: &Actor, step: &Form, guesses: std::ops::Range<u32>) -> usize {
    let guess = |n: u32| {
        let (browser, form) = (browser.clone(), step.clone().with("totp", &format!("{n:06}")));
        async move { browser.press("/sign-in", &form).await }
    };
    let mut looked_at = 0;
    for answer in guesses.map(guess).collect::<JoinSet<_>>().join_all().await {
        assert!(matches!(answer.status, 401 | 429), "{}: {}", answer.status, answer.text());
        looked_at += usize::from(answer.status == 401 && answer.text().contains("This code is not right"));
    }
    looked_at
}

/// A browser whose person has proven the password, and the form that asks for a code.
async fn asked_for_a_code(h: &Harness) -> (Actor, Form) {
    let author = h.author().await;
    with_factor(h, &author).await;
    h.advance(STEP);
    let browser = author.in_another_browser();
    let step = second_step(&browser, "/").await;
    (browser, step)
}

#[tokio::test]
async fn guesses_that_come_at_once_are_counted_one_by_one() {
    let h = Harness::start().await;
    let (browser, step) = asked_for_a_code(&h).await;
    assert_eq!(looked_at(&browser, &step, 0..20).await, 10);
    h.advance(STEP);
    assert_eq!(looked_at(&browser, &step, 20..25).await, 1, "one more for each half minute");
    h.finish().await;
}

#[tokio::test]
async fn a_clock_that_is_set_back_gives_no_guesses_for_nothing_and_locks_nobody_out() {
    let h = Harness::start().await;
    let (browser, step) = asked_for_a_code(&h).await;
    assert_eq!(looked_at(&browser, &step, 0..11).await, 10);
    h.set_clock(|now| now.minus(2 * STEP));
    assert_eq!(looked_at(&browser, &step, 11..13).await, 0);
    // By the old count nobody could try a code for an hour.
    h.set_clock(|now| now.minus(Duration::from_secs(3600)));
    assert_eq!(looked_at(&browser, &step, 13..25).await, 10);
    h.finish().await;
}

/// The text of an element by its id.
fn inside(page: &str, id: &str) -> String {
    let (_, rest) = page.split_once(&format!("id=\"{id}\">")).unwrap_or_else(|| panic!("no {id}: {page}"));
    rest.split('<').next().unwrap().to_owned()
}

/// Turns it on without JavaScript.
async fn through_pages(h: &Harness, person: &Actor) -> SecondFactor {
    let place = "/account/second-factor";
    let page = person.page(place).await.is(200).text();
    let form = form_to(&page, place);
    let wrong = form.clone().with("password", "a guess");
    person.press(place, &wrong).await.is(422).says("This is not your present password.");
    let started = person.press(place, &form.with("password", &person.password)).await.is(200).text();
    assert!(started.contains("<svg class=\"qr\" role=\"img\"") && !started.contains("data:image"));
    let secret = inside(&started, "totp-secret").replace(' ', "");
    let factor = SecondFactor::of(person.captured(), &secret);
    let form = form_to(&started, "/confirm");
    let again = person.press(place, &form.clone().with("code", "000000")).await.is(422).text();
    assert!(!again.contains(&secret), "it is shown once");
    let code = factor.code(h.app().now());
    let done = person.press(place, &form_to(&again, "/confirm").with("code", &code)).await.is(200).text();
    let codes = inside(&done, "recovery-codes").split_whitespace().map(str::to_owned).collect();
    h.advance(STEP);
    factor.with_codes(person.captured(), codes)
}

/// The second step of a sign-in, as the page shows it.
async fn second_step(person: &Actor, return_to: &str) -> Form {
    let page = person.page(&format!("/sign-in?return_to={return_to}")).await.is(200).text();
    let form = form_to(&page, "/sign-in").with("email", &person.email).with("password", &person.password);
    let step = person.press("/sign-in", &form).await;
    let cookies = step.is(200).headers.get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap());
    assert!(
        cookies.filter(|cookie| cookie.starts_with("countersign=")).count() == 0,
        "half a sign-in is no session"
    );
    let form = form_to(step.text(), "/sign-in");
    assert!(form.value("password").is_none() && !step.text().contains(&person.password));
    form
}

#[tokio::test]
async fn it_works_without_javascript() {
    let h = Harness::start().await;
    let author = h.author().await;
    let factor = through_pages(&h, &author).await;
    assert_eq!(factor.codes.len(), 10);
    author.page("/account").await.is(200).says("on, with 10 recovery codes left");

    let browser = author.in_another_browser();
    let step = second_step(&browser, "/connections").await;
    browser.page("/account").await.is(303);
    let wrong = browser.press("/sign-in", &step.clone().with("totp", "000000")).await;
    wrong.is(401).says("This code is not right");
    let right = form_to(wrong.text(), "/sign-in").with("totp", &factor.code(h.app().now()));
    assert_eq!(browser.press("/sign-in", &right).await.is(303).location(), "/connections");
    browser.page("/account").await.is(200);

    let browser = author.in_another_browser();
    let step = second_step(&browser, "/connections").await.with("totp", &factor.codes[2]);
    let answer = browser.press("/sign-in", &step).await;
    assert_eq!(answer.is(303).location(), "/account/second-factor", "where it says how many are left");
    let page = browser.page("/account/second-factor").await.is(200).clone();
    page.says("<b>9</b> of your recovery codes are left");
    page.says("You signed in with a recovery code");

    let late = second_step(&author.in_another_browser(), "/").await;
    h.advance(Duration::from_secs(301));
    let late = late.with("totp", &factor.code(h.app().now()));
    author.in_another_browser().press("/sign-in", &late).await.is(401).says("Type your password again");
    let off = form_to(page.text(), "/off").with("password", &author.password).with("totp", &factor.codes[5]);
    assert_eq!(browser.press("/account/second-factor", &off).await.is(303).location(), "/account");
    browser.page("/account").await.is(200).says("Your second factor is off");
    h.finish().await;
}

#[tokio::test]
async fn an_admin_sees_who_has_one_and_is_asked_before_it_goes() {
    let h = Harness::start().await;
    let (author, admin) = (h.author().await, h.admin().await);
    let factor = with_factor(&h, &author).await;
    let link = admin.post_empty(&format!("/operators/{}/link", author.id)).await.json();
    let path = link_of(&link).strip_prefix(&h.base()).unwrap().to_owned();
    let newcomer = h.anonymous();
    let page = newcomer.page(&path).await.is(200).text();
    let form = form_to(&page, &path);
    newcomer.press(&path, &form.clone().with("totp", "")).await.is(401).says("Type a code");
    newcomer.press(&path, &form.clone().with("totp", "000000")).await.is(401).says("This code is not right");
    newcomer.press(&path, &form.with("totp", &factor.codes[7])).await.is(303);

    admin.page("/operators").await.is(200).says("second factor");
    let ask = format!("/operators/{}/second-factor", author.id);
    let page = admin.page(&ask).await.is(200).text();
    assert_eq!(admin.press(&ask, &form_to(&page, &ask)).await.is(303).location(), "/operators");
    author.get("/me").await.problem(401);
    admin.page(&ask).await.is(409);
    h.finish().await;
}
