//! The Merkle tree of RFC 6962 and RFC 9162 over the headers' exact bytes, with SHA-256.

use sha2::{Digest, Sha256};

/// A leaf's, a node's or a tree's hash.
pub type Hash = [u8; 32];

/// SHA-256 of 0x00 and the leaf's bytes.
pub fn leaf_hash(leaf: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(leaf).finalize().into()
}

/// SHA-256 of 0x01 and both children.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// The root of the empty tree: SHA-256 of nothing.
pub fn empty_root() -> Hash {
    Sha256::digest([]).into()
}

/// What stands in `prev` of a stream's first event.
pub fn stream_origin(stream: &str) -> Hash {
    Sha256::new().chain_update(b"countersign/stream/v1\n").chain_update(stream).finalize().into()
}

/// The root over leaf hashes.
pub fn root_of(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => empty_root(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(split(leaves.len()));
            node_hash(&root_of(left), &root_of(right))
        }
    }
}

/// The audit path of the leaf at `index`, its sibling first; none if there is no such leaf.
pub fn audit_path(index: usize, leaves: &[Hash]) -> Option<Vec<Hash>> {
    if index >= leaves.len() {
        return None;
    }
    let mut path = Vec::new();
    collect_path(index, leaves, &mut path);
    Some(path)
}

fn collect_path(index: usize, leaves: &[Hash], path: &mut Vec<Hash>) {
    if leaves.len() < 2 {
        return;
    }
    let (left, right) = leaves.split_at(split(leaves.len()));
    if index < left.len() {
        collect_path(index, left, path);
        path.push(root_of(right));
    } else {
        collect_path(index - left.len(), right, path);
        path.push(root_of(left));
    }
}

/// The largest power of two below `length`, which is at least two.
fn split(length: usize) -> usize {
    1 << (length - 1).ilog2()
}

/// Whether `path` leads from the leaf's hash at `index` to `root` in a tree of `size` leaves (RFC 9162, 2.1.3.2).
pub fn verify_path(leaf: &Hash, index: u64, size: u64, path: &[Hash], root: &Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut node, mut last, mut hash) = (index, size - 1, *leaf);
    for sibling in path {
        if last == 0 {
            return false;
        }
        if node & 1 == 1 || node == last {
            hash = node_hash(sibling, &hash);
            // On the right edge, levels at which the node has no sibling add nothing to the path.
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    last == 0 && hash == *root
}

/// The right edge of a growing tree: all that is needed to append a leaf and to say the root.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    /// Roots of the complete subtrees from left to right: one for each bit that is set in `size`.
    edge: Vec<Hash>,
}

impl Frontier {
    /// The empty tree.
    pub fn new() -> Self {
        Frontier::default()
    }

    /// A stored edge; none if the number of its hashes does not fit the size.
    pub fn from_parts(size: u64, edge: Vec<Hash>) -> Option<Self> {
        (u32::try_from(edge.len()) == Ok(size.count_ones())).then_some(Frontier { size, edge })
    }

    /// How many leaves there are; also the index of the next one.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Roots of the complete subtrees, from the largest to the smallest.
    pub fn edge(&self) -> &[Hash] {
        &self.edge
    }

    /// Appends a leaf's hash and returns its index.
    pub fn append(&mut self, leaf: Hash) -> u64 {
        let index = self.size;
        let mut hash = leaf;
        // Each complete subtree of equal size joins the new one, as a carry does in counting.
        for _ in 0..index.trailing_ones() {
            if let Some(left) = self.edge.pop() {
                hash = node_hash(&left, &hash);
            }
        }
        self.edge.push(hash);
        self.size += 1;
        index
    }

    /// The root over all leaves.
    pub fn root(&self) -> Hash {
        let joined = self.edge.iter().rev().copied().reduce(|right, left| node_hash(&left, &right));
        joined.unwrap_or_else(empty_root)
    }

    /// The size (eight bytes, big-endian) and the edge.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.size.to_be_bytes().to_vec();
        bytes.extend(self.edge.iter().flatten());
        bytes
    }

    /// Reads [`Frontier::to_bytes`]; none for anything else.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (size, edge) = bytes.split_first_chunk::<8>()?;
        let (edge, rest) = edge.as_chunks::<32>();
        let frontier = Frontier::from_parts(u64::from_be_bytes(*size), edge.to_vec())?;
        rest.is_empty().then_some(frontier)
    }
}

#[cfg(test)]
mod tests;
