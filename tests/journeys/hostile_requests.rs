//! Requests that say too much, say it twice, or are none: refused with a reason, and nothing is done.

use countersign_tests::consent::{Press, consent};
use countersign_tests::harness::ACCOUNT;
use countersign_tests::{Draft, Harness, Ids, pictures, raw};
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

/// Members that say what only the service says.
const FORBIDDEN: [&str; 12] = [
    "state",
    "digest",
    "author",
    "author_id",
    "id",
    "roles",
    "version",
    "revision",
    "environment",
    "publication",
    "approved_by",
    "__proto__",
];

/// Every operation with a JSON body: method, path, and the names that its body may have.
fn operations() -> Vec<(Method, String, Vec<String>)> {
    let document: Value = serde_json::from_str(&countersign_api::http::document()).unwrap();
    let mut all = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
            let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) else {
                continue;
            };
            let properties = document["components"]["schemas"][name]["properties"].as_object();
            let names = properties.into_iter().flatten().map(|(name, _)| name.clone()).collect();
            all.push((Method::from_bytes(method.to_uppercase().as_bytes()).unwrap(), path.clone(), names));
        }
    }
    assert!(all.len() > 20, "{} operations take JSON", all.len());
    all
}

#[tokio::test]
async fn nobody_sets_what_only_the_service_says() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let ids = Ids::of_things(&h, &stage).await;
    let everything = h.person("Eve Everything", &["author", "reviewer", "admin", "auditor"]).await;
    let before = h.log().await.0.len();
    for (method, path, known) in operations() {
        for name in FORBIDDEN.iter().filter(|name| !known.iter().any(|known| known == *name)) {
            let call = everything.call(method.clone(), &ids.fill(&path)).if_match("*");
            let mut body = json!({});
            body[*name] = json!("approved");
            let answer = call.json(body).go().await;
            let problem = answer.refused(422, "fields_invalid");
            let told = problem["fields"].as_array().unwrap().iter();
            let is_told =
                told.filter(|field| field["field"] == *name && field["code"] == "unknown_field").count();
            assert_eq!(is_told, 1, "{method} {path} {name}: {problem}");
        }
    }
    assert_eq!(h.log().await.0.len(), before, "{:?}", h.log().await.kinds().split_off(before));
    let upload = Form::new()
        .text("state", "approved")
        .part("file", Part::bytes(pictures::picture(9)).file_name("a.png"));
    let answer = everything.call(Method::POST, "/assets").multipart(upload).go().await;
    answer.problem(400);
    h.finish().await;
}

#[tokio::test]
async fn what_is_said_twice_is_refused() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let author = &stage.author;
    for query in ["limit=1&limit=2", "state=draft&state=approved", "q=a&%71=b"] {
        author.get(&format!("/drafts?{query}")).await.refused(400, "parameter_doubled");
    }
    let account = &stage.connection;
    for body in [
        format!(r#"{{"connection_id":"{account}","title":"a","title":"b"}}"#),
        format!(r#"{{"connection_id":"{account}","title":"a","\u0074itle":"b"}}"#),
        format!(r#"{{"connection_id":"{account}","publish_at":{{"local":"a","local":"b","zone":"UTC"}}}}"#),
    ] {
        let call = author.call(Method::POST, "/drafts").body("application/json", body.into_bytes());
        call.go().await.refused(400, "json_member_doubled");
    }
    for (name, values) in
        [("idempotency-key", ["a", "b"]), ("if-match", ["\"1\"", "\"2\""]), ("x-csrf-token", ["a", "b"])]
    {
        let call = author.call(Method::POST, "/drafts").json(json!({"connection_id": account}));
        let answer = call.header(name, values[0]).header(name, values[1]).go().await;
        answer.refused(400, "header_doubled");
    }
    let part = || Part::bytes(pictures::picture(9)).file_name("a.png");
    let doubled = Form::new().part("file", part()).part("file", part());
    author.call(Method::POST, "/assets").multipart(doubled).go().await.problem(400);
    let doubled = Form::new().text("label", "a").text("label", "b").part("file", part());
    author.call(Method::POST, "/assets").multipart(doubled).go().await.problem(400);
    assert!(author.all("/drafts").await.is_empty());

    let draft = h.draft_in_review(&stage).await;
    let csrf = stage.reviewer.csrf().unwrap();
    let verdict = [("csrf", csrf.as_str()), ("digest", draft.digest()), ("digest", "0"), ("note", "x")];
    let page =
        stage.reviewer.plain_post(&format!("/drafts/{}/approve", draft.id())).form(&verdict).go().await;
    page.is(400);
    assert_eq!(author.look(draft.id()).await.state(), "in_review");
    for page in
        [format!("/review?draft={0}&draft={0}", draft.id()), "/sign-in?return_to=/&return_to=/x".to_owned()]
    {
        stage.reviewer.page(&page).await.is(400);
    }
    h.finish().await;
}

#[tokio::test]
async fn a_callback_that_says_something_twice_connects_nothing() {
    let h = Harness::start().await;
    let admin = h.admin().await;
    for name in ["state", "code", "error"] {
        let begun = admin.begin_connecting("rehearsal", Some(ACCOUNT)).await.is(201).json();
        let mut callback = consent(begun["authorize_url"].as_str().unwrap(), ACCOUNT, Press::Approve).await;
        let first =
            countersign_tests::consent::parameter(&callback, name).unwrap_or_else(|| "access_denied".into());
        if name == "error" {
            callback.query_pairs_mut().append_pair("error", &first);
        }
        callback.query_pairs_mut().append_pair(name, "con.another");
        let answer = admin.open_callback(&callback).await;
        assert!((400..500).contains(&answer.status), "{name}: {}", answer.status);
        assert_eq!(admin.connection(begun["id"].as_str().unwrap()).await["state"], "pending", "{name}");
    }
    assert!(h.log().await.of("oauth.token.exchange_started").is_empty());
    h.finish().await;
}

#[tokio::test]
async fn json_that_only_looks_like_it() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let deep =
        |open: &str, close: &str, n: usize| format!("{{\"title\":{}{}}}", open.repeat(n), close.repeat(n));
    let utf16: Vec<u8> = "{\"connection_id\":\"con_1\"}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let bodies: Vec<(&str, &str, Vec<u8>)> = vec![
        ("half a pair", "application/json", br#"{"connection_id":"con_1","title":"\ud800"}"#.to_vec()),
        ("the other half", "application/json", br#"{"title":"\udc00\ud800"}"#.to_vec()),
        ("a deep list", "application/json", deep("[", "]", 100_000).into_bytes()),
        ("a deep object", "application/json", deep("{\"a\":", "1}", 50_000).into_bytes()),
        ("a mark before it", "application/json", b"\xef\xbb\xbf{}".to_vec()),
        ("a zero behind it", "application/json", b"{}\0".to_vec()),
        ("two of them", "application/json", b"{}{}".to_vec()),
        ("UTF-16", "application/json; charset=utf-16", utf16),
        ("an overlong letter", "application/json", b"{\"title\":\"\xc0\xaf\"}".to_vec()),
        ("UTF-7", "application/json; charset=utf-7", b"+AHs-+AH0-".to_vec()),
        ("single quotes", "application/json", b"{'title':'x'}".to_vec()),
        ("not a number", "application/json", b"{\"title\":NaN}".to_vec()),
        (
            "an endless number",
            "application/json",
            format!("{{\"title\":{}}}", "9".repeat(100_000)).into_bytes(),
        ),
    ];
    for (what, content_type, body) in bodies {
        let answer = stage.author.call(Method::POST, "/drafts").body(content_type, body).go().await;
        assert!(matches!(answer.status, 400 | 415 | 422), "{what}: {} {}", answer.status, answer.text());
        answer.problem(answer.status);
    }
    for content_type in
        ["text/json", "application/xml", "application/jsonp", "json", "application/json2", ";", "é"]
    {
        let call = stage.author.call(Method::POST, "/drafts");
        let answer = call.body(content_type, b"{\"title\":\"x\"}".to_vec()).go().await;
        assert!(matches!(answer.status, 400 | 415), "{content_type}: {} {}", answer.status, answer.text());
    }
    assert!(stage.author.all("/drafts").await.is_empty());
    h.finish().await;
}

/// Heads and bodies that are no request, or a strange one.
fn strange() -> Vec<(&'static str, Vec<u8>)> {
    let get =
        |line: &str| format!("GET {line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").into_bytes();
    let post = |headers: &str, body: &str| {
        let head = "POST /api/v1/session HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n";
        format!("{head}{headers}\r\n{body}").into_bytes()
    };
    vec![
        ("a line break in a path", get("/drafts/%0d%0aSet-Cookie:%20x=y")),
        ("a line break in the way back", get("/sign-in?return_to=/%0d%0aSet-Cookie:%20x=y")),
        ("a zero in a path", get("/drafts/%00")),
        ("a bare zero", get("/drafts/\0")),
        ("a path of another host", get("//evil.example/sign-in")),
        ("a whole address", get("http://evil.example/sign-in")),
        ("a way out", get("/assets/../../../../etc/passwd")),
        ("a way out in per cent", get("/assets/%2e%2e%2f%2e%2e%2fetc%2fpasswd")),
        ("half a per cent", get("/drafts/%")),
        ("no UTF-8", get("/drafts/%ff%fe")),
        ("a long address", get(&format!("/?q={}", "a".repeat(100_000)))),
        (
            "a long header",
            format!("GET / HTTP/1.1\r\nHost: x\r\nX-Long: {}\r\n\r\n", "a".repeat(600_000)).into_bytes(),
        ),
        (
            "many headers",
            format!("GET / HTTP/1.1\r\nHost: x\r\n{}\r\n", "X-A: b\r\n".repeat(5_000)).into_bytes(),
        ),
        ("a folded header", b"GET / HTTP/1.1\r\nHost: x\r\nX-A: b\r\n c\r\n\r\n".to_vec()),
        ("a bare line feed", b"GET / HTTP/1.1\nHost: x\n\n".to_vec()),
        ("a carriage return in a header", b"GET / HTTP/1.1\r\nHost: x\r\nX-A: b\rc\r\n\r\n".to_vec()),
        ("a blank before the colon", b"GET / HTTP/1.1\r\nHost: x\r\nX-A : b\r\n\r\n".to_vec()),
        ("two lengths", post("Content-Length: 2\r\nContent-Length: 3\r\n", "{}x")),
        (
            "a length and chunks",
            post("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\nGET / HTTP/1.1\r\n\r\n"),
        ),
        ("a length below zero", post("Content-Length: -1\r\n", "{}")),
        ("a length with a sign", post("Content-Length: +2\r\n", "{}")),
        ("a chunk of no size", post("Transfer-Encoding: chunked\r\n", "zz\r\n{}\r\n0\r\n\r\n")),
        (
            "a chunk of any size",
            post("Transfer-Encoding: chunked\r\n", "ffffffffffffffffff\r\n{}\r\n0\r\n\r\n"),
        ),
        ("chunks by another name", post("Transfer-Encoding: xchunked\r\n", "2\r\n{}\r\n0\r\n\r\n")),
        ("chunks and then more", post("Transfer-Encoding: chunked, identity\r\n", "2\r\n{}\r\n0\r\n\r\n")),
        ("chunks without end", post("Transfer-Encoding: chunked\r\n", "2\r\n{}\r\n")),
        ("no method", b"/ HTTP/1.1\r\n\r\n".to_vec()),
        ("a method of its own", b"FROB / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".to_vec()),
        ("a tunnel", b"CONNECT evil.example:443 HTTP/1.1\r\nHost: x\r\n\r\n".to_vec()),
        ("a trace", b"TRACE / HTTP/1.1\r\nHost: x\r\nCookie: a=b\r\nConnection: close\r\n\r\n".to_vec()),
        ("no HTTP", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec()),
    ]
}

#[tokio::test]
async fn what_is_no_request_is_answered_as_such_and_puts_nothing_into_an_answer() {
    let h = Harness::start().await;
    let author = h.author().await;
    for (what, bytes) in strange() {
        let answer = raw::send(&h.base(), &bytes).await;
        let head = answer.split("\r\n\r\n").next().unwrap_or_default().to_lowercase();
        let status = raw::status(&answer);
        assert!(status.is_none_or(|status| (200..500).contains(&status)), "{what}: {answer}");
        assert!(!head.contains("set-cookie: x=y") && !head.contains("location: http"), "{what}: {head}");
        assert!(!head.contains("evil.example"), "{what}: {head}");
        assert!(!answer.contains("root:"), "{what}");
        let is_smuggled = answer.matches("HTTP/1.1 ").count() > 1;
        assert!(!is_smuggled, "{what} is two requests: {answer}");
        author.get("/me").await.ok();
    }
    h.finish().await;
}

#[tokio::test]
async fn a_body_without_a_length_is_counted() {
    let h = Harness::start().await;
    let author = h.author().await;
    for (path, content_type) in
        [("/api/v1/session", "application/json"), ("/sign-in", "application/x-www-form-urlencoded")]
    {
        let mut bytes = format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: {content_type}\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        .into_bytes();
        for _ in 0..40 {
            bytes.extend(format!("10000\r\n{}\r\n", "a".repeat(0x10000)).into_bytes());
        }
        bytes.extend(b"0\r\n\r\n");
        let answer = raw::send_to_the_end(&h.base(), &bytes).await;
        // Where it hangs up before everything is sent, the answer may be lost on the way.
        assert!(matches!(raw::status(&answer), None | Some(413)), "{path}: {answer}");
        author.get("/me").await.ok();
    }
    h.finish().await;
}

/// What a stranger begins to send to the form that writes a draft; the end is held back.
async fn held_back(h: &Harness, parts: &str) -> String {
    let head = "POST /drafts HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\n";
    let length = parts.len() + 100;
    let bytes = format!("{head}Connection: close\r\nContent-Length: {length}\r\n\r\n{parts}");
    raw::send(&h.base(), bytes.as_bytes()).await
}

async fn sent_whole(h: &Harness, parts: &str) -> raw::RawAnswer {
    let multipart = [("Content-Type", "multipart/form-data; boundary=b")];
    raw::raw(&h.base(), "POST", "/drafts", &multipart, &format!("{parts}--b--\r\n")).await
}

fn part(head: &str, content: &str) -> String {
    format!("--b\r\nContent-Disposition: form-data; {head}\r\n\r\n{content}\r\n")
}

#[tokio::test]
async fn a_strangers_form_fills_no_memory_and_its_words_come_back() {
    let h = Harness::start().await;
    let author = h.author().await;
    let image = part("name=\"image\"; filename=\"a.png\"", &"x".repeat(100_000));
    let many = held_back(&h, &image.repeat(12)).await;
    assert_eq!(raw::status(&many), Some(400), "one file is all that a form has: {many}");
    let endless = held_back(&h, &format!("--b\r\nX-Long: {}", "x".repeat(200_000))).await;
    assert_eq!(raw::status(&endless), Some(400), "the header of a part ends soon: {endless}");
    for nothing in [part("name=\"a\"", ""), part("name=\"a\"; filename=\"b\"", "")] {
        let answer = held_back(&h, &nothing.repeat(5000)).await;
        assert_eq!(raw::status(&answer), Some(413), "what is empty costs something, too: {answer}");
    }
    author.get("/me").await.ok();

    let typed = part("name=\"title\"", "Typed for an hour");
    let kept = sent_whole(&h, &format!("{typed}{image}")).await;
    assert_eq!(kept.status, 401);
    assert!(
        kept.text.contains("Typed for an hour") && kept.text.contains("name=\"kept_file\""),
        "{}",
        kept.text
    );
    h.finish().await;
}

#[tokio::test]
async fn file_names_lead_nowhere() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let names = [
        ("../../../etc/passwd", "passwd"),
        ("C:\\Windows\\win.ini", "win.ini"),
        ("a\"; filename=\"b.png", "a\"; filename=\"b.png"),
        ("\u{202e}gnp.exe", "gnp.exe"),
        ("..", ".."),
        ("/", "image"),
    ];
    for (name, label) in names {
        let asset = stage.author.upload(pictures::picture(9), "image/png", name).await.is(201).json();
        assert_eq!(asset["label"], label);
    }
    // In the composer it is the file's own name, in a header of the part.
    let csrf = stage.author.csrf().unwrap();
    for name in ["a\r\nContent-Type: text/html\r\n\r\n<script>.png", "\"><script>alert(1)</script>", "a\0b"] {
        let part = Part::bytes(pictures::picture(9)).file_name(name.to_owned());
        let fields = [("csrf", csrf.as_str()), ("connection_id", &stage.connection), ("then", "save")];
        let form =
            fields.into_iter().fold(Form::new(), |form, (name, value)| form.text(name, value.to_owned()));
        let answer = stage.author.plain_post("/drafts").multipart(form.part("image", part)).go().await;
        assert!(matches!(answer.status, 303 | 400), "{name:?}: {} {}", answer.status, answer.text());
        if answer.status == 303 {
            let draft = Draft::of(&stage.author.get(&answer.location()).await);
            let label = draft.json["asset"]["label"].as_str().unwrap();
            assert!(!label.chars().any(char::is_control), "{label:?}");
        }
    }
    h.finish().await;
}
