//! The Merkle tree of RFC 6962, as far as appending needs it: leaf hashes, the right edge, and which subtrees become
//! complete. Proofs are made from tiles (`tiles`) by `tlog_tiles`. No I/O.

use tlog_tiles::{EMPTY_HASH, node_hash, record_hash};

pub type Hash = [u8; 32];

/// How many levels of the tree one tile holds: 256 leaves make one hash of the next tile.
pub const TILE_HEIGHT: u8 = 8;

/// The hash of a leaf: a zero byte, then the entry.
#[must_use]
pub fn leaf_hash(leaf: &[u8]) -> Hash {
    record_hash(leaf).0
}

fn join(left: Hash, right: Hash) -> Hash {
    node_hash(tlog_tiles::Hash(left), tlog_tiles::Hash(right)).0
}

/// A complete subtree whose root is a hash of a tile above the leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subtree {
    /// Over 256^level leaves.
    pub level: u32,
    /// Counted from the left, from 0.
    pub position: u64,
    pub root: Hash,
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

    /// Appends a leaf: two subtrees of the same size become one. Answers those of a tile's height that it completed.
    pub fn push(&mut self, leaf: Hash) -> Vec<Subtree> {
        let (mut root, mut completed) = (leaf, Vec::new());
        for height in 1..=self.size.trailing_ones() {
            root = join(self.subtrees.pop().unwrap_or_default(), root);
            if height.is_multiple_of(TILE_HEIGHT.into()) {
                completed.push(Subtree { level: height / u32::from(TILE_HEIGHT), position: self.size >> height, root });
            }
        }
        self.subtrees.push(root);
        self.size += 1;
        completed
    }

    /// The root of the tree; of an empty one, the hash of nothing.
    #[must_use]
    pub fn root(&self) -> Hash {
        let root = self.subtrees.iter().rev().copied().reduce(|right, left| join(left, right));
        root.unwrap_or(EMPTY_HASH.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tlog_tiles::{Error, HashReader, stored_hashes_for_record_hash, tree_hash};

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

    fn root(leaves: &[Hash]) -> Hash {
        push_all(leaves).0.root()
    }

    fn push_all(leaves: &[Hash]) -> (Frontier, Vec<Subtree>) {
        let mut frontier = Frontier::default();
        let completed = leaves.iter().flat_map(|leaf| frontier.push(*leaf)).collect();
        (frontier, completed)
    }

    fn numbered(count: usize) -> Vec<Hash> {
        (0..count).map(|number| leaf_hash(&number.to_be_bytes())).collect()
    }

    /// Every hash of a tree, as `tlog_tiles` numbers them.
    #[derive(Default)]
    struct Stored(Vec<tlog_tiles::Hash>);

    impl HashReader for Stored {
        fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog_tiles::Hash>, Error> {
            Ok(indexes.iter().map(|index| self.0[usize::try_from(*index).unwrap()]).collect())
        }
    }

    impl Stored {
        fn of(leaves: &[Hash]) -> Self {
            let mut stored = Self::default();
            for (number, leaf) in (0..).zip(leaves) {
                let more = stored_hashes_for_record_hash(number, tlog_tiles::Hash(*leaf), &stored).unwrap();
                stored.0.extend(more);
            }
            stored
        }
    }

    #[test]
    fn a_subtree_is_told_when_its_last_leaf_comes() {
        let leaves = numbered(65_536 + 300);
        let (_, completed) = push_all(&leaves);
        let of_level = |level| completed.iter().filter(|subtree| subtree.level == level).collect::<Vec<_>>();
        assert_eq!(of_level(1).len(), 257);
        for subtree in of_level(1) {
            let from = usize::try_from(subtree.position).unwrap() * 256;
            assert_eq!(subtree.root, root(&leaves[from..from + 256]), "{}", subtree.position);
        }
        assert_eq!(of_level(2), [&Subtree { level: 2, position: 0, root: root(&leaves[..65_536]) }]);
        assert_eq!(of_level(3).len(), 0);
    }

    proptest! {
        #[test]
        fn the_root_is_that_of_another_implementation(size in 1_usize..600) {
            let leaves = numbered(size);
            prop_assert_eq!(root(&leaves), tree_hash(size as u64, &Stored::of(&leaves)).unwrap().0);
        }

        #[test]
        fn a_frontier_survives_being_kept_and_goes_on(first in 0_usize..100, more in 0_usize..100) {
            let leaves = numbered(first + more);
            let (frontier, _) = push_all(&leaves[..first]);
            let mut kept = Frontier::from_bytes(frontier.size(), &frontier.to_bytes()).unwrap();
            for leaf in &leaves[first..] {
                kept.push(*leaf);
            }
            prop_assert_eq!(kept.root(), root(&leaves));
        }
    }
}
