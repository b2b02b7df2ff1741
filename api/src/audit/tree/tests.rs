use super::*;

/// The leaves that implementations of Certificate Transparency test with.
const LEAVES: [&str; 8] =
    ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];

/// Roots of the first 0 to 8 of them, reckoned by another implementation.
const ROOTS: [&str; 9] = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

/// (index, size, path) over the same leaves, by another implementation.
const PATHS: [(usize, usize, &[&str]); 4] = [
    (
        0,
        8,
        &[
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        5,
        8,
        &[
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (2, 3, &["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
    (
        1,
        5,
        &[
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
];

fn known_leaves() -> Vec<Hash> {
    LEAVES.iter().map(|leaf| leaf_hash(&hex::decode(leaf).expect("hex"))).collect()
}

fn numbered_leaves(count: u64) -> Vec<Hash> {
    (0..count).map(|number| leaf_hash(&number.to_be_bytes())).collect()
}

fn hash(text: &str) -> Hash {
    hex::decode(text).expect("hex").try_into().expect("32 bytes")
}

#[test]
fn roots_are_those_of_the_standard() {
    for (size, root) in ROOTS.iter().enumerate() {
        assert_eq!(hex::encode(root_of(&known_leaves()[..size])), *root, "size {size}");
    }
}

#[test]
fn paths_are_those_of_the_standard() {
    for (index, size, path) in PATHS {
        let found = audit_path(index, &known_leaves()[..size]).expect("in the tree");
        assert_eq!(found.iter().map(hex::encode).collect::<Vec<_>>(), path, "{index} of {size}");
    }
    assert_eq!(audit_path(3, &known_leaves()[..3]), None);
    assert_eq!(audit_path(0, &[]), None);
}

#[test]
fn the_worked_example_leads_to_its_checkpoint() {
    let leaf = hash("d74816fbbe23958bf293dbe9b4df41956d6b811fcedd0398b237bf95accf072f");
    let path = [
        hash("547cba484e92ae555745ae33b65d5bcfa1152306b4d5e77dd0f3de6e676cc4cb"),
        hash("58d909499242b1fe29ddae8fec69c4c1565056ce00bd9fc71ca0348fa06904eb"),
    ];
    // The root in the checkpoint, there in base64: qEYIHyKT6GEEEY9feUMmtAzChxHBVdAZQlwTKF82BFw=
    let root = hash("a846081f2293e86104118f5f794326b40cc28711c155d019425c13285f36045c");
    assert!(verify_path(&leaf, 3, 4, &path, &root));
}

#[test]
fn a_growing_frontier_has_the_root_of_its_leaves() {
    let leaves = numbered_leaves(200);
    let mut frontier = Frontier::new();
    for size in 0..=leaves.len() {
        assert_eq!(frontier.root(), root_of(&leaves[..size]), "size {size}");
        let stored = Frontier::from_bytes(&frontier.to_bytes()).expect("as written");
        assert_eq!(stored, frontier);
        if let Some(leaf) = leaves.get(size) {
            frontier = stored;
            assert_eq!(frontier.append(*leaf), size as u64);
        }
    }
    assert_eq!(frontier.size(), 200);
}

#[test]
fn a_stored_frontier_that_does_not_fit_is_refused() {
    let mut frontier = Frontier::new();
    for leaf in numbered_leaves(5) {
        frontier.append(leaf);
    }
    let bytes = frontier.to_bytes();
    assert_eq!(Frontier::from_bytes(&bytes[..bytes.len() - 1]), None);
    assert_eq!(Frontier::from_bytes(&bytes[..bytes.len() - 32]), None);
    assert_eq!(Frontier::from_bytes(&[&bytes[..], &[0]].concat()), None);
    assert_eq!(Frontier::from_bytes(&[]), None);
    assert_eq!(Frontier::from_parts(6, frontier.edge()[1..].to_vec()), None);
}

#[test]
fn every_path_proves_its_leaf_and_no_other() {
    for size in 1..=40_u64 {
        let leaves = numbered_leaves(size);
        let root = root_of(&leaves);
        for (index, leaf) in (0..size).zip(&leaves) {
            let path = audit_path(index as usize, &leaves).expect("in the tree");
            assert!(verify_path(leaf, index, size, &path, &root), "{index} of {size}");
            assert!(!verify_path(&leaf_hash(b"other"), index, size, &path, &root));
            assert!(!verify_path(leaf, size, size, &path, &root));
            assert!(!verify_path(leaf, index, size, &path, &empty_root()));
            assert!(!verify_path(leaf, index, size, &[&path[..], &[*leaf]].concat(), &root));
            if let Some((_, shorter)) = path.split_last() {
                assert!(!verify_path(leaf, index, size, shorter, &root));
                assert!(!verify_path(leaf, index ^ 1, size, &path, &root), "{index} of {size}");
            }
        }
    }
}

#[test]
fn each_stream_begins_at_its_own_origin() {
    let known = "e301a61f272a2c4d8b48152cdc7de2977bff70883f45e2177790d6f89133ba4e";
    assert_eq!(hex::encode(stream_origin("installation")), known);
    assert_ne!(stream_origin("installation"), stream_origin("privacy"));
}
