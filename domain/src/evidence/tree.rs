//! The Merkle tree of RFC 6962: roots, inclusion and consistency proofs, and their verification. No I/O.
//!
//! An outsider who kept an old root can check that a newer tree still holds everything the old one did, and that an
//! entry is in it, from a handful of hashes.

use sha2::{Digest as _, Sha256};

pub type Hash = [u8; 32];

/// The hash of a leaf: a zero byte, then the entry.
#[must_use]
pub fn leaf_hash(leaf: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(leaf).finalize().into()
}

fn node_hash(left: Hash, right: Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// The right edge of a tree: the roots of its complete subtrees, largest first. All that appending needs to know.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    subtrees: Vec<Hash>,
}

impl Frontier {
    /// Reads back what [`Self::to_bytes`] wrote for a tree of `size` leaves.
    #[must_use]
    pub fn from_bytes(size: u64, bytes: &[u8]) -> Option<Self> {
        let (subtrees, rest) = bytes.as_chunks::<32>();
        let complete = rest.is_empty() && u32::try_from(subtrees.len()) == Ok(size.count_ones());
        complete.then(|| Self { size, subtrees: subtrees.to_vec() })
    }

    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.subtrees.concat()
    }

    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Appends a leaf: two subtrees of the same size become one.
    pub fn push(&mut self, leaf: Hash) {
        let merged = (0..self.size.trailing_ones()).fold(leaf, |right, _| {
            let left = self.subtrees.pop().unwrap_or_default();
            node_hash(left, right)
        });
        self.subtrees.push(merged);
        self.size += 1;
    }

    /// The root of the tree; of an empty one, the hash of nothing.
    #[must_use]
    pub fn root(&self) -> Hash {
        let root = self.subtrees.iter().rev().copied().reduce(|right, left| node_hash(left, right));
        root.unwrap_or_else(|| Sha256::digest([]).into())
    }
}

/// The root over `leaves`.
#[must_use]
pub fn root(leaves: &[Hash]) -> Hash {
    let mut frontier = Frontier::default();
    leaves.iter().for_each(|leaf| frontier.push(*leaf));
    frontier.root()
}

/// Where a tree of `size` leaves splits: the largest power of two below `size`.
fn split(size: usize) -> usize {
    size.div_ceil(2).next_power_of_two()
}

/// The hashes that lead from the leaf at `index` to the root, nearest first. None for an index beyond the tree.
#[must_use]
pub fn inclusion_proof(leaves: &[Hash], index: usize) -> Option<Vec<Hash>> {
    if index >= leaves.len() {
        return None;
    }
    let (mut tree, mut index, mut proof) = (leaves, index, Vec::new());
    while tree.len() > 1 {
        let (left, right) = tree.split_at(split(tree.len()));
        if index < left.len() {
            proof.push(root(right));
            tree = left;
        } else {
            proof.push(root(left));
            index -= left.len();
            tree = right;
        }
    }
    proof.reverse();
    Some(proof)
}

/// Whether `leaf` stands at `index` in the tree of `size` leaves with that `root` (RFC 9162, 2.1.3.2).
#[must_use]
pub fn verify_inclusion(leaf: Hash, index: u64, size: u64, proof: &[Hash], root: Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut node, mut last, mut hash) = (index, size - 1, leaf);
    for sibling in proof {
        if last == 0 {
            return false;
        }
        if node & 1 == 1 || node == last {
            hash = node_hash(*sibling, hash);
            climb_to_right_child(&mut node, &mut last);
        } else {
            hash = node_hash(hash, *sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    last == 0 && hash == root
}

/// Skips the levels at which a node at the right edge has no sibling.
fn climb_to_right_child(node: &mut u64, last: &mut u64) {
    while *node & 1 == 0 && *node != 0 {
        *node >>= 1;
        *last >>= 1;
    }
}

/// The hashes that show the first `old` leaves to be a prefix of `leaves`. None for an `old` beyond the tree.
#[must_use]
pub fn consistency_proof(leaves: &[Hash], old: usize) -> Option<Vec<Hash>> {
    if old == 0 || old > leaves.len() {
        return (old == 0).then(Vec::new);
    }
    let (mut tree, mut rest, mut whole, mut proof) = (leaves, old, true, Vec::new());
    while rest < tree.len() {
        let (left, right) = tree.split_at(split(tree.len()));
        if rest <= left.len() {
            proof.push(root(right));
            tree = left;
        } else {
            proof.push(root(left));
            rest -= left.len();
            tree = right;
            whole = false;
        }
    }
    if !whole {
        proof.push(root(tree));
    }
    proof.reverse();
    Some(proof)
}

/// Whether the tree of `new` leaves extends the tree of `old` leaves (RFC 9162, 2.1.4.2).
#[must_use]
pub fn verify_consistency((old, old_root): (u64, Hash), (new, new_root): (u64, Hash), proof: &[Hash]) -> bool {
    if old == new || old == 0 {
        return old <= new && proof.is_empty() && (old == 0 || old_root == new_root);
    }
    let seeded = if old.is_power_of_two() { [&[old_root], proof].concat() } else { proof.to_vec() };
    let Some((seed, siblings)) = seeded.split_first().filter(|_| old < new) else { return false };
    let (mut node, mut last) = (old - 1, new - 1);
    while node & 1 == 1 {
        node >>= 1;
        last >>= 1;
    }
    let (mut old_hash, mut new_hash) = (*seed, *seed);
    for sibling in siblings {
        if last == 0 {
            return false;
        }
        if node & 1 == 1 || node == last {
            old_hash = node_hash(*sibling, old_hash);
            new_hash = node_hash(*sibling, new_hash);
            climb_to_right_child(&mut node, &mut last);
        } else {
            new_hash = node_hash(new_hash, *sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    last == 0 && old_hash == old_root && new_hash == new_root
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The leaves that Certificate Transparency's implementations share as test data.
    const LEAVES: [&str; 8] =
        ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];

    /// Their roots at each size.
    const ROOTS: [&str; 8] = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    fn leaves() -> Vec<Hash> {
        LEAVES.iter().map(|leaf| leaf_hash(&hex::decode(leaf).unwrap())).collect()
    }

    #[test]
    fn the_roots_are_those_of_certificate_transparency() {
        assert_eq!(hex::encode(root(&[])), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        for (size, expected) in (1..).zip(ROOTS) {
            assert_eq!(hex::encode(root(&leaves()[..size])), expected, "{size} leaves");
        }
    }

    #[test]
    fn the_proofs_are_those_of_certificate_transparency() {
        let path = |proof: Option<Vec<Hash>>| proof.unwrap().iter().map(hex::encode).collect::<Vec<_>>();
        assert_eq!(
            path(inclusion_proof(&leaves(), 5)),
            [
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ]
        );
        assert_eq!(
            path(consistency_proof(&leaves(), 6)),
            [
                "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ]
        );
    }

    #[test]
    fn what_is_beyond_the_tree_has_no_proof() {
        assert_eq!(inclusion_proof(&leaves(), 8), None);
        assert_eq!(consistency_proof(&leaves(), 9), None);
        assert!(!verify_inclusion(leaves()[0], 1, 1, &[], root(&leaves()[..1])));
        assert!(!verify_consistency((2, root(&leaves()[..2])), (1, root(&leaves()[..1])), &[]));
    }

    proptest! {
        #[test]
        fn every_proof_verifies_and_no_changed_one_does(size in 1_usize..200, at in any::<prop::sample::Index>(), bit in 0_u8..8) {
            let leaves: Vec<Hash> = (0..size).map(|number| leaf_hash(&number.to_be_bytes())).collect();
            let (index, total, whole) = (at.index(size), size as u64, root(&leaves));
            let proof = inclusion_proof(&leaves, index).unwrap();
            prop_assert!(verify_inclusion(leaves[index], index as u64, total, &proof, whole));
            let mut other = leaves[index];
            other[0] ^= 1 << bit;
            prop_assert!(!verify_inclusion(other, index as u64, total, &proof, whole));
            for place in 0..proof.len() {
                let mut changed = proof.clone();
                changed[place][31] ^= 1 << bit;
                prop_assert!(!verify_inclusion(leaves[index], index as u64, total, &changed, whole));
            }
        }

        #[test]
        fn a_tree_extends_its_prefixes_and_nothing_else(size in 1_usize..200, at in any::<prop::sample::Index>()) {
            let leaves: Vec<Hash> = (0..size).map(|number| leaf_hash(&number.to_be_bytes())).collect();
            let old = at.index(size) + 1;
            let (before, after) = ((old as u64, root(&leaves[..old])), (size as u64, root(&leaves)));
            let proof = consistency_proof(&leaves, old).unwrap();
            prop_assert!(verify_consistency(before, after, &proof));
            let mut rewritten = leaves.clone();
            rewritten[old - 1][0] ^= 1;
            let forged = consistency_proof(&rewritten, old).unwrap();
            prop_assert!(!verify_consistency(before, (after.0, root(&rewritten)), &forged));
        }

        #[test]
        fn a_frontier_survives_being_kept_and_goes_on(first in 0_usize..100, more in 0_usize..100) {
            let leaves: Vec<Hash> = (0..first + more).map(|number| leaf_hash(&number.to_be_bytes())).collect();
            let mut frontier = Frontier::default();
            leaves[..first].iter().for_each(|leaf| frontier.push(*leaf));
            let mut kept = Frontier::from_bytes(frontier.size(), &frontier.to_bytes()).unwrap();
            leaves[first..].iter().for_each(|leaf| kept.push(*leaf));
            prop_assert_eq!(kept.root(), root(&leaves));
        }
    }
}
