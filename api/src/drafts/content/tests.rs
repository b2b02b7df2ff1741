use super::*;
use crate::audit::header::parse_hash;

fn full() -> ContentInput {
    ContentInput {
        connection: "con_4a7f1c".into(),
        environment: "rehearsal".into(),
        board_id: Some("4821".into()),
        board_section_id: None,
        title: Some(" Bread ".into()),
        description: Some("Line one\r\nline two".into()),
        alt_text: Some("A loaf".into()),
        link: Some("https://example.com/bread?code=7".into()),
        image_sha256: Some("ab".repeat(32)),
        publish_local: Some("2026-12-01T09:00".into()),
        publish_zone: Some("Europe/Berlin".into()),
        publish_offset: None,
    }
}

fn empty() -> ContentInput {
    ContentInput {
        connection: "con_4a7f1c".into(),
        environment: "rehearsal".into(),
        ..ContentInput::default()
    }
}

fn codes(change: impl FnOnce(&mut ContentInput)) -> Vec<(&'static str, &'static str)> {
    let mut input = empty();
    change(&mut input);
    let faults = Content::from_input(&input).err().unwrap_or_default();
    faults.into_iter().map(|fault| (fault.field, fault.code)).collect()
}

#[test]
fn the_digest_is_that_of_the_format() {
    let content = Content::from_input(&full()).expect("valid");
    let text = r#"{"alt_text":"A loaf","board_id":"4821","connection":"con_4a7f1c","description":"Line one\nline two","environment":"rehearsal","image_sha256":"abababababababababababababababababababababababababababababababab","link":"https://example.com/bread?code=7","publish_at":{"local":"2026-12-01T09:00","zone":"Europe/Berlin"},"title":"Bread"}"#;
    assert_eq!(content.to_text().as_deref(), Ok(text));
    // Reckoned by another program over domain, salt 00 01 02 ... 1f and this text.
    let salt: [u8; 32] = std::array::from_fn(|index| index as u8);
    let known = parse_hash("1687e846c33894366dbf02985bb6dad2c61fb365c555a17a1dedd0153ca7cf4d");
    assert_eq!(content.digest(&salt).ok(), known);
    assert_ne!(content.digest(&[0; 32]).ok(), known);
}

#[test]
fn what_was_stored_is_read_back_and_edited() {
    for input in [full(), empty()] {
        let content = Content::from_input(&input).expect("valid");
        let stored = Content::from_text(&content.to_text().expect("text")).expect("as written");
        assert_eq!(stored, content);
        assert_eq!(Content::from_input(&stored.to_input()).as_ref(), Ok(&content));
    }
}

#[test]
fn an_ambiguous_time_carries_its_offset_into_the_digest() {
    let at = |offset: &str| {
        let mut input = full();
        input.publish_local = Some("2026-10-25T02:30".into());
        input.publish_offset = Some(offset.into());
        Content::from_input(&input).expect("offered")
    };
    assert_ne!(at("+01:00").digest(&[0; 32]), at("+02:00").digest(&[0; 32]));
    assert_eq!(at("+01:00").changed_fields(&at("+02:00")), ["publish_at"]);
    let stored = Content::from_text(&at("+02:00").to_text().expect("text"));
    assert_eq!(stored, Ok(at("+02:00")));
}

#[test]
fn a_stored_text_that_says_anything_else_is_refused() {
    let refused = [
        r#"{"connection":"con_1"}"#,
        r#"{"connection":"con_1","environment":"sandbox","note":"x"}"#,
        r#"{"connection":"con_1","environment":"sandbox","title":" x"}"#,
        r#"{"connection":"con_1","environment":"sandbox","title":""}"#,
        r#"{"connection":"con_1","environment":"sandbox","title":7}"#,
        r#"{"connection":"con_1","environment":"sandbox","image_sha256":"AB"}"#,
        r#"{"connection":"con_1","environment":"sandbox","publish_at":{"local":"2026-12-01T09:00"}}"#,
        r#"{"connection":"con_1","environment":"sandbox","publish_at":{"local":"2026-12-01T09:00","x":1,"zone":"UTC"}}"#,
        r#"{"connection":"con_1", "environment":"sandbox"}"#,
        "[]",
    ];
    for text in refused {
        assert!(Content::from_text(text).is_err(), "{text}");
    }
    assert!(Content::from_text(r#"{"connection":"con_1","environment":"sandbox"}"#).is_ok());
}

#[test]
fn all_that_is_wrong_is_told_at_once() {
    let faults = codes(|input| {
        input.connection = "acme".into();
        input.board_id = Some("my board".into());
        input.title = Some("x".repeat(101));
        input.description = Some("x".repeat(801));
        input.alt_text = Some("x".repeat(501));
        input.link = Some("example.com".into());
        input.image_sha256 = Some("abc".into());
        input.publish_local = Some("tomorrow".into());
        input.publish_zone = Some("UTC".into());
    });
    assert_eq!(
        faults,
        [
            ("connection_id", "unknown"),
            ("board_id", "not_a_number"),
            ("title", "too_long"),
            ("description", "too_long"),
            ("alt_text", "too_long"),
            ("link", "link_scheme"),
            ("asset_id", "unknown"),
            ("publish_at", "time_form"),
        ]
    );
}

#[test]
fn limits_count_characters_and_nothing_is_cut() {
    // One code point each, four bytes; and a family of seven code points that looks like one.
    let title = "😀".repeat(100);
    assert_eq!(Title::parse(&title).expect("fits").expect("there").as_str(), title);
    assert_eq!(Title::parse(&format!("{title}!")).expect_err("101").code, "too_long");
    let family = "👨‍👩‍👧‍👦".repeat(14);
    assert!(Title::parse(&family).is_ok());
    assert!(Title::parse(&format!("{family}👨‍👩‍👧")).is_err());
    let fault = Title::parse(&"x".repeat(104)).expect_err("too long");
    assert!(
        fault.message.contains("104")
            && fault.message.contains("100")
            && fault.message.contains("Take out 4")
    );
    assert!(Description::parse(&"é".repeat(800)).is_ok());
    assert!(AltText::parse(&"é".repeat(500)).is_ok());
    let link = format!("https://example.com/{}", "x".repeat(2048 - 20));
    assert!(Link::parse(&link).is_ok());
    assert_eq!(Link::parse(&format!("{link}x")).expect_err("2049").code, "too_long");
}

#[test]
fn nothing_but_spaces_is_nothing() {
    let content = Content::from_input(&ContentInput {
        title: Some(" \t\n".into()),
        description: Some("\r\n".into()),
        link: Some("  ".into()),
        board_id: Some("".into()),
        image_sha256: Some("".into()),
        publish_local: Some("".into()),
        publish_zone: Some("Europe/Berlin".into()),
        ..empty()
    });
    assert_eq!(content, Content::from_input(&empty()));
}

#[test]
fn control_characters_are_named_and_refused() {
    assert_eq!(Description::parse("a\nb").expect("lines").expect("there").as_str(), "a\nb");
    for (typed, what) in
        [("a\tb", "a tab"), ("a\nb", "a line break"), ("a\0b", "U+0000"), ("a\u{85}b", "U+0085")]
    {
        let fault = Title::parse(typed).expect_err("refused");
        assert_eq!(fault.code, "control_character");
        assert!(fault.message.contains(what) && fault.message.contains("Character 2"), "{}", fault.message);
    }
    assert!(Description::parse("a\rb").is_err());
    assert!(Title::parse("مرحبا \u{200f}עולם 𝕏 \u{202e}").is_ok(), "other scripts are no control characters");
}

#[test]
fn secrets_are_refused_on_entry() {
    for parse in [Title::parse as fn(&str) -> _, |text| Description::parse(text).map(|_| None)] {
        let fault: FieldError = parse("my token pina_0123456789abcdef").expect_err("a token");
        assert_eq!(fault.code, "secret");
        assert!(!fault.message.contains("0123456789"), "the secret is not repeated");
    }
    assert!(Link::parse("https://example.com/?client_secret=abc").is_err());
    assert!(Title::parse("Basic dress, Bearer of news").is_ok());
}

#[test]
fn links_are_kept_exactly_or_refused() {
    for link in [
        "https://example.com",
        "HTTP://EXAMPLE.com:8080/a/../b?x=%7e#y",
        "https://bücher.example/é?q=ü",
        "https://xn--bcher-kva.example/",
        "http://127.0.0.1/",
        "https://[2001:db8::1]/x",
        "https://example.com/a@b",
    ] {
        assert_eq!(Link::parse(link).expect(link).expect("there").as_str(), link);
    }
    for (link, code) in [
        ("example.com", "link_scheme"),
        ("ftp://example.com", "link_scheme"),
        ("javascript:alert(1)", "link_scheme"),
        ("javascript://example.com/%0aalert(1)", "link_scheme"),
        ("data:text/html,x", "link_scheme"),
        ("https:example.com", "link_scheme"),
        ("https:///example.com", "link_scheme"),
        ("https://", "link_scheme"),
        ("https://?x", "link_scheme"),
        ("//example.com", "link_scheme"),
        ("https://ada@example.com", "link_credentials"),
        ("https://ada:pw@example.com/", "link_credentials"),
        ("https://@example.com/", "link_credentials"),
        ("https://example.com\\@evil.example/", "link_form"),
        ("https://exam ple.com/", "link_form"),
        ("https://example.com/a b", "link_form"),
        ("https://example.com/a\u{a0}b", "link_form"),
        ("https://exa%00mple.com/", "link_form"),
        ("https://example.com:99999/", "link_form"),
        ("https://[::1/", "link_form"),
        ("https://example.com/a\tb", "control_character"),
    ] {
        assert_eq!(Link::parse(link).expect_err(link).code, code, "{link}");
    }
}

#[test]
fn ids_are_digits() {
    for good in ["1", "549755885175", &"9".repeat(32)] {
        assert!(BoardId::parse(good).is_ok());
    }
    for bad in ["-1", "1.5", "12a", "١٢", "1 2", &"9".repeat(33)] {
        assert_eq!(SectionId::parse(bad).expect_err(bad).code, "not_a_number");
    }
}

#[test]
fn a_section_needs_its_board() {
    assert_eq!(
        codes(|input| input.board_section_id = Some("7".into())),
        [("board_section_id", "section_without_board")]
    );
    assert_eq!(
        codes(|input| {
            input.board_section_id = Some("7".into());
            input.board_id = Some(" ".into());
        }),
        [("board_section_id", "section_without_board")]
    );
}

#[test]
fn a_time_needs_its_zone() {
    assert_eq!(
        codes(|input| input.publish_local = Some("2026-12-01T09:00".into())),
        [("publish_at", "zone_missing")]
    );
}

#[test]
fn submitting_needs_a_board_and_an_image() {
    let missing = Content::from_input(&empty()).expect("may be saved").missing_for_submit();
    let missing: Vec<_> = missing.iter().map(|fault| (fault.field, fault.code)).collect();
    assert_eq!(missing, [("board_id", "missing"), ("asset_id", "missing")]);
    assert!(Content::from_input(&full()).expect("valid").missing_for_submit().is_empty());
}

#[test]
fn changed_fields_are_named() {
    let before = Content::from_input(&full()).expect("valid");
    assert!(before.changed_fields(&before).is_empty());
    let after = Content::from_input(&ContentInput {
        title: None,
        link: Some("https://example.com/other".into()),
        publish_local: None,
        image_sha256: Some("cd".repeat(32)),
        ..full()
    })
    .expect("valid");
    assert_eq!(before.changed_fields(&after), ["title", "link", "image_sha256", "publish_at"]);
    assert_eq!(after.changed_fields(&before), before.changed_fields(&after));
}
