use std::collections::BTreeMap;

use super::*;
use crate::audit::tree;

const EXAMPLE: &str = r#"{"actor":{"kind":"operator","ref":"opr_ada"},"at":"2026-03-01T09:00:04.000000Z","facts":{"filter":"7de533e0fc8f8779dd85b187a1e7cc3d2538aa45b3ee9fea25988d7fc8bc6077","first":1,"last":2,"profile":"full"},"id":"evt_019ca8a0-4e20-757b-ad4d-0000b39bd11f","object":{"kind":"export","ref":"exp_1e2f414c343c"},"outcome":"ok","prev":"75ea570257c72f48ca668fe448b6cac89455d1324f88ffba17ef5353fc2d02b4","sealed":{"who":"97770b37d5b05bea82dcbc4747d18c7e33753399c78bdf5851c9c877933d5d1a"},"seq":2,"stream":"connection:con_4a7f1c","type":"export.created","v":1}"#;

fn hash(hex: &str) -> [u8; 32] {
    parse_hash(hex).expect("64 hex digits")
}

fn example() -> Header {
    let filter = "7de533e0fc8f8779dd85b187a1e7cc3d2538aa45b3ee9fea25988d7fc8bc6077";
    let facts = object([
        ("profile", "full".into()),
        ("first", 1.into()),
        ("last", 2.into()),
        ("filter", filter.into()),
    ]);
    let who = hash("97770b37d5b05bea82dcbc4747d18c7e33753399c78bdf5851c9c877933d5d1a");
    Header {
        id: "evt_019ca8a0-4e20-757b-ad4d-0000b39bd11f".into(),
        at: 1_772_355_604_000_000,
        event_type: "export.created".into(),
        outcome: Outcome::Ok,
        actor: ActorRef::new(ActorKind::Operator, "opr_ada"),
        object: Some(ObjectRef {
            kind: "export".into(),
            reference: "exp_1e2f414c343c".into(),
            revision: None,
        }),
        flow: None,
        cause: None,
        facts: facts.expect("keys").as_object().expect("object").clone(),
        sealed: BTreeMap::from([(Part::Who, who)]),
        stream: Stream::Connection("con_4a7f1c".into()),
        seq: 2,
        prev: hash("75ea570257c72f48ca668fe448b6cac89455d1324f88ffba17ef5353fc2d02b4"),
    }
}

#[test]
fn the_worked_example_is_written_byte_for_byte() {
    let line = example().to_line().expect("valid");
    assert_eq!(line, EXAMPLE);
    assert_eq!(
        hex::encode(tree::leaf_hash(line.as_bytes())),
        "d74816fbbe23958bf293dbe9b4df41956d6b811fcedd0398b237bf95accf072f"
    );
    assert_eq!(Header::parse_line(EXAMPLE), Ok(example()));
}

#[test]
fn the_published_specification_shows_this_example() {
    assert!(include_str!("../FORMAT.md").contains(EXAMPLE));
}

#[test]
fn every_optional_member_survives_the_way_there_and_back() {
    let full = Header {
        object: Some(ObjectRef { kind: "draft".into(), reference: "drf_1".into(), revision: Some(3) }),
        flow: Some("pub_Xy-1".into()),
        cause: Some("evt_019ca8a0-4650-7adf-8f16-0000584f8c36".into()),
        sealed: Part::ALL.into_iter().map(|part| (part, [7; 32])).collect(),
        stream: Stream::Installation,
        actor: ActorRef::system(),
        outcome: Outcome::Unknown,
        ..example()
    };
    let line = full.to_line().expect("valid");
    assert_eq!(Header::parse_line(&line), Ok(full));
}

#[test]
fn a_header_that_a_verifier_would_refuse_is_not_written() {
    let refused = |change: fn(&mut Header)| {
        let mut header = example();
        change(&mut header);
        header.to_line().expect_err("refused")
    };
    assert_eq!(refused(|h| h.id = "evt_1".into()), FormatError::Field("id"));
    assert_eq!(
        refused(|h| h.id = "evt_019ca8a0-4e20-457b-ad4d-0000b39bd11f".into()),
        FormatError::Field("id")
    );
    assert_eq!(refused(|h| h.event_type = "approved".into()), FormatError::Field("type"));
    assert_eq!(refused(|h| h.event_type = "a.b.c.d.e".into()), FormatError::Field("type"));
    assert_eq!(refused(|h| h.at = i64::MAX), FormatError::Field("at"));
    assert_eq!(refused(|h| h.seq = 0), FormatError::Field("seq"));
    assert_eq!(refused(|h| h.seq = 1 << 60), FormatError::Number);
    assert_eq!(refused(|h| h.actor.reference = None), FormatError::Field("actor"));
    assert_eq!(refused(|h| h.actor.reference = Some("ada@example.com".into())), FormatError::Field("ref"));
    assert_eq!(refused(|h| h.flow = Some("x".into())), FormatError::Field("flow"));
    assert_eq!(refused(|h| h.cause = Some("drf_1".into())), FormatError::Field("cause"));
    assert_eq!(refused(|h| h.stream = Stream::Connection("drf_1".into())), FormatError::Field("stream"));
    assert_eq!(refused(|h| drop(h.facts.insert("Key".into(), Value::Bool(true)))), FormatError::Key);
    let long = refused(|h| drop(h.facts.insert("note".into(), "x".repeat(HEADER_LIMIT).into())));
    assert!(matches!(long, FormatError::TooLong { .. }), "{long}");
}

#[test]
fn a_member_more_or_less_is_a_fault() {
    let refused = |from: &str, to: &str| {
        let line = EXAMPLE.replacen(from, to, 1);
        assert_ne!(line, EXAMPLE);
        assert!(Header::parse_line(&line).is_err(), "{line}");
    };
    refused(r#","v":1"#, "");
    refused(r#""v":1"#, r#""v":2"#);
    refused(r#""v":1"#, r#""v":1,"x":1"#);
    refused(r#""ref":"opr_ada""#, r#""ref":"opr_ada","x":1"#);
    refused(r#""ref":"exp_1e2f414c343c""#, r#""ref":"exp_1e2f414c343c","revision":-1"#);
    refused(r#""ref":"exp_1e2f414c343c""#, r#""ref":"exp_1e2f414c343c","revision":"1""#);
    refused(r#""outcome":"ok""#, r#""outcome":"OK""#);
    refused(r#""kind":"operator""#, r#""kind":"admin""#);
    refused(r#""sealed":{"who""#, r#""sealed":{"what""#);
    refused("97770b37", "97770B37");
    refused("2026-03-01T", "2026-02-30T");
    refused(".000000Z", "Z");
    refused(".000000Z", ".000000+00:00");
    let none = r#""sealed":{"who":"97770b37d5b05bea82dcbc4747d18c7e33753399c78bdf5851c9c877933d5d1a"}"#;
    refused(none, r#""sealed":{}"#);
    assert!(Header::parse_line(&EXAMPLE.replacen(&format!("{none},"), "", 1)).is_ok());
}

#[test]
fn whatever_is_not_canonical_is_refused() {
    let deep = |levels: usize| format!(r#"{{"a":{}1{}}}"#, "[".repeat(levels - 1), "]".repeat(levels - 1));
    assert!(Value::parse(&deep(8)).is_ok());
    assert_eq!(Value::parse(&deep(9)), Err(FormatError::TooDeep));
    let refused = [
        "",
        " {}",
        "{} ",
        "{}\n",
        "[]",
        "1",
        "\"a\"",
        "{",
        r#"{"a"}"#,
        r#"{"a":}"#,
        r#"{"a":1,}"#,
        r#"{"a": 1}"#,
        r#"{ "a":1}"#,
        r#"{"a":[1, 2]}"#,
        r#"{"a":[1,]}"#,
        r#"{"a":[,1]}"#,
        r#"{"a":1}{}"#,
        r#"{"b":1,"a":1}"#,
        r#"{"a":1,"a":1}"#,
        r#"{"A":1}"#,
        r#"{"":1}"#,
        r#"{"1a":1}"#,
        r#"{"é":1}"#,
        r#"{"a":1.0}"#,
        r#"{"a":1e3}"#,
        r#"{"a":-0}"#,
        r#"{"a":01}"#,
        r#"{"a":+1}"#,
        r#"{"a":-}"#,
        r#"{"a":9007199254740992}"#,
        r#"{"a":-9007199254740992}"#,
        r#"{"a":99999999999999999999}"#,
        r#"{"a":null}"#,
        r#"{"a":tru}"#,
        r#"{"a":True}"#,
        r#"{"a":NaN}"#,
        r#"{'a':1}"#,
        r#"{"a":"\/"}"#,
        r#"{"a":"\u0041"}"#,
        r#"{"a":"\u000a"}"#,
        r#"{"a":"\u001F"}"#,
        r#"{"a":"\ud800"}"#,
        r#"{"a":"\u00"}"#,
        r#"{"a":"\u+01f"}"#,
        r#"{"a":"\u007f"}"#,
        r#"{"a":"\x"}"#,
        r#"{"a":"x}"#,
        r#"{"a":"\"#,
        "{\"a\":\"\n\"}",
        "{\"a\":\"\u{1}\"}",
        "\u{feff}{}",
        r#"{"\u0061":1}"#,
    ];
    for text in refused {
        assert!(Value::parse(text).is_err(), "{text}");
    }
    assert!(Value::parse_within("{}", 1).is_err());
}

#[test]
fn what_is_accepted_is_written_in_the_same_bytes() {
    let texts = [
        "{}",
        r#"{"a":[],"b":{},"c":-1,"d":true,"e":false,"f_1":"\"\\\b\t\n\f\r\u0000\u001f/é😀"}"#,
        "{\"a\":\"\u{7f}\u{2028}\u{feff}\"}",
        r#"{"a":9007199254740991,"b":-9007199254740991,"c":0}"#,
        EXAMPLE,
    ];
    for text in texts {
        let value = Value::parse(text).expect(text);
        assert_eq!(value.to_text().as_deref(), Ok(text));
    }
}

#[test]
fn another_canonicaliser_writes_the_same_bytes() {
    let every_low_character: String = (0..0x180).filter_map(char::from_u32).collect();
    let value = object([
        ("text", every_low_character.into()),
        ("wide", "\u{2028}\u{fffd}\u{1f600}\u{10ffff}".into()),
        ("b", vec![0_i64, -1, MAX_INT, -MAX_INT].into()),
        ("a_1", object([("z", true.into()), ("y", false.into())]).expect("keys")),
        ("a1", Value::Array(vec![])),
    ])
    .expect("keys");
    let ours = value.to_text().expect("valid");
    let parsed: serde_json::Value = serde_json::from_str(&ours).expect("JSON");
    let theirs = serde_json_canonicalizer::to_string(&parsed).expect("canonical");
    assert_eq!(ours, theirs);
    assert_eq!(Value::parse(&ours), Ok(value));
}

#[test]
fn an_object_checks_its_keys() {
    assert_eq!(object([("a", 1.into()), ("a", 2.into())]), Err(FormatError::DuplicateKey));
    assert_eq!(object([("a-b", 1.into())]), Err(FormatError::Key));
    assert_eq!(Value::from("text").to_text(), Err(FormatError::NotAnObject));
    assert_eq!(object([("a", u64::MAX.into())]).expect("keys").to_text(), Err(FormatError::Number));
}

#[test]
fn times_have_one_form() {
    let known = [
        (0, "1970-01-01T00:00:00.000000Z"),
        (-1, "1969-12-31T23:59:59.999999Z"),
        (951_827_696_123_456, "2000-02-29T12:34:56.123456Z"),
        (1_772_355_604_000_000, "2026-03-01T09:00:04.000000Z"),
        (-62_167_219_200_000_000, "0000-01-01T00:00:00.000000Z"),
        (253_402_300_799_999_999, "9999-12-31T23:59:59.999999Z"),
    ];
    for (micros, text) in known {
        assert_eq!(rfc3339_micros(micros), text);
        assert_eq!(parse_rfc3339_micros(text), Ok(micros));
    }
    for text in [
        "2026-02-29T00:00:00.000000Z",
        "2026-01-01T24:00:00.000000Z",
        "2026-01-01T23:59:60.000000Z",
        "2026-13-01T00:00:00.000000Z",
        "2026-01-01 00:00:00.000000Z",
        "2026-01-01T00:00:00.000000z",
        "2026-01-01T00:00:00.00000Z",
        "+026-01-01T00:00:00.000000Z",
        "",
        "é026-01-01T00:00:00.00000Z",
    ] {
        assert!(parse_rfc3339_micros(text).is_err(), "{text}");
    }
    assert_eq!(rfc3339_micros(i64::MAX), "9999-12-31T23:59:59.999999Z");
}

#[test]
fn times_agree_with_a_calendar_library() {
    for day in -200_000..200_000_i64 {
        let micros = day * 86_400_000_000 + 43_210_000_007;
        let theirs = jiff::Timestamp::from_microsecond(micros).expect("in range");
        assert_eq!(rfc3339_micros(micros), theirs.strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string());
    }
}

#[test]
fn forms_are_exact() {
    for good in ["drf_1", "con_4a7f1c", "ab_A-9", "abcdefgh_x"] {
        assert!(is_reference(good), "{good}");
    }
    let long = format!("drf_{}", "a".repeat(65));
    for bad in ["", "drf", "drf_", "d_1", "abcdefghi_x", "Drf_1", "drf_a_b", "drf_é", "dr1_x", &long] {
        assert!(!is_reference(bad), "{bad}");
    }
    assert!(is_event_type("review.approved") && is_event_type("oauth.token.exchange_started"));
    for bad in ["review", "review.", ".approved", "Review.approved", "a.b.c.d.e", "a..b", "a.1b"] {
        assert!(!is_event_type(bad), "{bad}");
    }
    for stream in ["installation", "privacy", "inspiration", "connection:con_4a7f1c"] {
        assert_eq!(stream.parse::<Stream>().map(|s| s.to_string()).as_deref(), Ok(stream));
    }
    for bad in ["", "Installation", "connection:", "connection:drf_1", "connection:con_", "con_1"] {
        assert!(bad.parse::<Stream>().is_err(), "{bad}");
    }
}
