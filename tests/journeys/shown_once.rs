//! What nobody can see a second time is shown, also where the rest of its answer cannot be looked up just then.

use countersign_tests::Harness;
use countersign_tests::forms::form_to;

#[tokio::test]
async fn a_secret_that_was_made_is_shown_without_the_rest_of_its_page() {
    let h = Harness::start().await;
    let (admin, intruder) = (h.admin().await, h.intruder().await);
    let people = form_to(admin.page("/operators").await.is(200).text(), "/operators");
    let invitation = people.with("name", "Nell").with("email", "nell@halden.example");
    let tokens = form_to(admin.page("/tokens").await.is(200).text(), "/tokens").with("token_name", "cms");
    let path = "/account/second-factor";
    let factor = form_to(admin.page(path).await.is(200).text(), path).with("password", &admin.password);
    intruder.run("ALTER TABLE tab_count RENAME TO tab_count_away").await;
    admin.page("/operators").await.is(500);

    admin.press("/operators", &invitation.choosing("role", "author")).await.is(200).says("/sign-in/");
    admin.press("/tokens", &tokens.choosing("scope", "drafts:read")).await.is(200).says("cs_");
    admin.press(path, &factor).await.is(200).says("otpauth://");

    intruder.run("ALTER TABLE tab_count_away RENAME TO tab_count").await;
    assert_eq!(h.log().await.of("access.token_created").len(), 1);
    h.finish().await;
}

#[tokio::test]
async fn whoever_has_signed_in_has_the_session_although_their_codes_cannot_be_counted() {
    let h = Harness::start().await;
    let (nell, intruder) = (h.person("Nell", &["author"]).await, h.intruder().await);
    let factor = nell.turn_on_second_factor(h.app().now()).await;
    h.advance(std::time::Duration::from_secs(60));
    intruder.run("ALTER TABLE recovery_code RENAME TO recovery_code_away").await;
    let begun = nell.sign_in_with(&factor.code(h.app().now())).await.is(201).json();
    assert!(begun["recovery_codes_left"].is_null(), "{begun}");
    intruder.run("ALTER TABLE recovery_code_away RENAME TO recovery_code").await;
    nell.get("/me").await.is(200);
    h.finish().await;
}
