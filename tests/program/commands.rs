//! The commands beside a server that runs, one after another as an operator types them.

use serde_json::{Value, json};

use crate::place::Place;

const ADDED: &str =
    "operator add mira@halden.example --name Mira --role admin,author --password-stdin --json";
const PASSWORD: &str = "a canary that sings 8812";

#[test]
fn people_and_tokens() {
    let place = Place::new();
    let server = place.serve();
    let mira = place.run_with(ADDED, PASSWORD).json();
    assert_eq!(mira["email"], "mira@halden.example");
    assert!(mira.get("link").is_none(), "with a password there is no link: {mira}");
    let invited = place.run("operator add noor@halden.example --name Noor --role auditor --json").json();
    assert!(invited["link"].as_str().unwrap().contains("/sign-in/"), "{invited}");
    let people = place.run("operator list --json").json();
    let names: Vec<&str> =
        people.as_array().unwrap().iter().map(|person| person["name"].as_str().unwrap()).collect();
    assert_eq!(names.len(), 4, "{names:?}");
    assert!(["Mira", "Noor"].iter().all(|name| names.contains(name)), "{names:?}");
    place.run_with(ADDED, PASSWORD).failed(1, "already");
    place.run("operator disable noor@halden.example").ok();
    let people = place.run("operator list --json").json();
    let noor = people.as_array().unwrap().iter().find(|person| person["name"] == "Noor").unwrap();
    assert_eq!(noor["disabled"], true);

    let create =
        "token create --name ci --scope drafts:read --as mira@halden.example --password-stdin --json";
    place.run_with(create, "not the password").failed(1, "");
    let made = place.run_with(create, PASSWORD).json();
    let members: Vec<&String> = made.as_object().unwrap().keys().collect();
    assert_eq!(members, ["id", "token"]);
    let token = made["token"].as_str().unwrap();
    assert!(token.starts_with("cs_"), "{token}");
    let listed = place.run("token list --json");
    assert_eq!(listed.json().as_array().unwrap().len(), 1);
    assert!(!listed.said.contains(token), "it is shown once");
    place.run(&format!("token revoke {}", made["id"].as_str().unwrap())).ok();
    server.stop();
}

#[test]
fn the_kill_switch_and_what_the_log_tells_of_it() {
    let place = Place::new();
    let server = place.serve();
    let paused = || place.run("publishing status --json").json()["paused"].clone();
    assert_eq!(paused(), false);
    place.run("publishing pause").ok();
    assert_eq!(paused(), true);
    place.run("publishing resume").ok();
    assert_eq!(paused(), false);
    let tail = place.run("audit tail -n 5 --json");
    let lines: Vec<Value> = tail.ok().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(!lines.is_empty() && lines.len() <= 5, "{}", tail.said);
    let kinds: Vec<&str> = lines.iter().map(|event| event["type"].as_str().unwrap()).collect();
    let at = |kind| kinds.iter().position(|known| *known == kind);
    let (pause, resume) = (at("system.publishing_paused"), at("system.publishing_resumed"));
    assert!(pause.is_some() && pause < resume, "{kinds:?}");
    assert!(lines.iter().all(|event| event["facts"]["via"] != "page"), "{}", tail.said);
    server.stop();
}

#[test]
fn the_schema_and_the_documents() {
    let place = Place::new();
    place.run("migrate status").failed(1, "countersign serve");
    place.serve().stop();
    let steps = place.run("migrate status --json").json();
    assert!(!steps.as_array().unwrap().is_empty());
    assert!(steps.as_array().unwrap().iter().all(|step| step["applied"] == true), "{steps}");
    place.run("migrate up").ok();

    let committed = concat!(env!("CARGO_MANIFEST_DIR"), "/../openapi.json");
    assert_eq!(place.run("openapi").ok(), std::fs::read_to_string(committed).unwrap());
    assert!(place.run("completions bash").ok().contains("_countersign"));
}

#[test]
fn the_configuration_is_shown_without_its_secrets() {
    let place = Place::new();
    let (secret, file) = ("canary-of-the-app-secret", place.write("secret", "canary-of-the-file\n"));
    let show = |line: &str| {
        let mut command = place.command(line);
        command.env("PINTEREST_APP_ID", "1500417");
        command.env("COUNTERSIGN_SMTP_URL", format!("smtp://mail:{secret}@localhost"));
        command.env("COUNTERSIGN_MAIL_FROM", "pins@halden.example");
        command.env("PINTEREST_APP_SECRET_FILE", &file);
        let output = command.output().unwrap();
        let all = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert!(output.status.success(), "{all}");
        assert!(!all.contains("canary"), "{line} shows a secret: {all}");
        all
    };
    let printed: Value = serde_json::from_str(&show("config print --json --undo-seconds 3")).unwrap();
    assert_eq!(printed["undo_seconds"]["value"], "3");
    assert_eq!(printed["pinterest_app_id"]["value"], "1500417");
    assert!(show("config print").contains("COUNTERSIGN_LISTEN"));
    assert!(show("config check").contains("sound"));
    let sound: Value = serde_json::from_str(&show("config check --json")).unwrap();
    assert_eq!((&sound["ok"], &sound["problems"]), (&json!(true), &json!([])));
}

#[test]
fn an_unknown_key_is_named_wherever_it_stands() {
    let place = Place::new();
    place.write("countersign.toml", "undo_second = 3\n");
    place.run("config check").failed(1, "undo_second");
    place.run("serve").failed(1, "undo_second");
    let told = place.run("config check --json");
    assert_eq!(told.code, 1);
    let told: Value = serde_json::from_str(&told.said).unwrap();
    assert_eq!(told["ok"], false);
    assert!(told["problems"].to_string().contains("undo_second"), "{told}");

    let place = Place::new();
    let output = place.command("config check").env("COUNTERSIGN_UNDO_SECOND", "3").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let complained = String::from_utf8(output.stderr).unwrap();
    assert!(complained.contains("COUNTERSIGN_UNDO_SECOND"), "{complained}");
}
