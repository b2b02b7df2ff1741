use super::*;
use crate::rng::SeededRng;

const AAD: Aad<'_> = Aad { table: "connection", row: "con_1", column: "access_token" };

fn keyring(seed: u8) -> Keyring {
    Keyring::new(MasterKey::from_bytes(Zeroizing::new([seed; 32])), Vec::new())
}

#[test]
fn a_record_opens_in_its_place_and_shows_nothing() {
    let (keyring, rng) = (keyring(1), SeededRng::new(1));
    let record = keyring.seal(&rng, &AAD, b"pina_canary");
    assert_eq!(keyring.open(&AAD, &record).unwrap().as_slice(), b"pina_canary");
    assert!(!record.windows(6).any(|window| window == b"canary"));
    assert_ne!(record, keyring.seal(&rng, &AAD, b"pina_canary"), "no two records are alike");
}

#[test]
fn a_record_opens_nowhere_else() {
    let (keyring, rng) = (keyring(1), SeededRng::new(1));
    let record = keyring.seal(&rng, &AAD, b"token");
    for elsewhere in [Aad { table: "x", ..AAD }, Aad { row: "con_2", ..AAD }, Aad { column: "x", ..AAD }] {
        assert!(matches!(keyring.open(&elsewhere, &record), Err(KeyError::Damaged)), "{elsewhere:?}");
    }
    // The boundary between the parts counts, too.
    let shifted = Aad { table: "connectionc", row: "on_1", ..AAD };
    assert!(keyring.open(&shifted, &record).is_err());
}

#[test]
fn any_changed_or_missing_byte_is_noticed() {
    let (keyring, rng) = (keyring(1), SeededRng::new(1));
    let record = keyring.seal(&rng, &AAD, b"token");
    for index in 0..record.len() {
        let mut changed = record.clone();
        changed[index] ^= 1;
        assert!(keyring.open(&AAD, &changed).is_err(), "byte {index}");
        assert!(keyring.open(&AAD, &record[..index]).is_err(), "cut at {index}");
    }
}

#[test]
fn another_master_key_is_named_and_an_older_one_still_opens() {
    let rng = SeededRng::new(1);
    let (old, new) = (keyring(1), keyring(2));
    let record = old.seal(&rng, &AAD, b"token");
    let refused = new.open(&AAD, &record).unwrap_err().to_string();
    assert!(refused.contains(&old.key_id()) && refused.contains(&new.key_id()), "{refused}");
    assert!(refused.contains("COUNTERSIGN_MASTER_KEY"), "{refused}");
    let both = Keyring::new(new.current, vec![old.current]);
    assert_eq!(both.open(&AAD, &record).unwrap().as_slice(), b"token");
}

#[test]
fn a_wrapped_key_comes_back_under_its_name_only() {
    let (keyring, rng) = (keyring(1), SeededRng::new(1));
    let key = Zeroizing::new([7; 32]);
    let wrapped = keyring.wrap_key(&rng, "mac", &key);
    assert_eq!(*keyring.unwrap_key("mac", &wrapped).unwrap(), [7; 32]);
    assert!(keyring.unwrap_key("log", &wrapped).is_err());
    assert!(keyring.open(&single_key("mac"), &wrapped).is_err(), "a key is no record");
}

#[test]
fn a_key_is_made_once_and_found_again() {
    let place = tempfile::tempdir().unwrap();
    let data_dir = DataDir::open(place.path()).unwrap();
    assert!(Keyring::find(None, &data_dir).unwrap().is_none());
    let first = Keyring::make(&data_dir, &SeededRng::new(1)).unwrap();
    let next = Keyring::make(&data_dir, &SeededRng::new(2)).unwrap();
    let found = Keyring::find(None, &data_dir).unwrap().unwrap();
    assert_eq!([first.key_id(), first.key_id()], [next.key_id(), found.key_id()]);
    assert!(data_dir.read_private(MASTER_KEY_FILE).unwrap().is_some(), "closed to others");
    let given = Keyring::find(Some(&Secret::from("00".repeat(32))), &data_dir).unwrap();
    assert_ne!(given.unwrap().key_id(), first.key_id());
}

#[test]
fn a_master_key_is_read_as_hex_or_base64_of_32_bytes() {
    let id = |text: &str| MasterKey::parse(&Secret::from(text)).map(|key| key.id());
    let hex = id(&"fb".repeat(32)).unwrap();
    let padded = "+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/s=";
    assert_eq!(hex, id(&"FB".repeat(32)).unwrap());
    assert_eq!(hex, id(padded).unwrap());
    assert_eq!(
        hex,
        id(&format!(" {}\n", padded.trim_end_matches('=').replace('+', "-").replace('/', "_"))).unwrap()
    );
    for wrong in ["", "short", &"fb".repeat(31), &"zz".repeat(32), &"fb".repeat(33)] {
        assert!(matches!(id(wrong), Err(KeyError::Malformed)), "{wrong}");
    }
}

#[test]
fn macs_keep_domains_parts_and_keys_apart() {
    let (key, other) = (Zeroizing::new([1; 32]), Zeroizing::new([2; 32]));
    let tag = mac(&key, "a/v1", &[b"one", b"two"]);
    assert!(mac_matches(&key, "a/v1", &[b"one", b"two"], &tag));
    assert!(!mac_matches(&key, "a/v1", &[b"onet", b"wo"], &tag));
    assert!(!mac_matches(&key, "a/v1", &[b"one", b"two", b""], &tag));
    assert!(!mac_matches(&key, "b/v1", &[b"one", b"two"], &tag));
    assert!(!mac_matches(&other, "a/v1", &[b"one", b"two"], &tag));
    assert!(!mac_matches(&key, "a/v1", &[b"one", b"two"], &tag[..31]));
    // Computed with another implementation, so that stored MACs stay valid.
    assert_eq!(
        keyed_digest(&key, "state/v1", "x"),
        "2e5f4f46105d455717a668ab05c032772ff1703183c7539c3517807958f657c8"
    );
}
