//! Which pieces of a vocabulary a text begins with.

/// A trie of byte strings. Its edges are one hash table, so that a quarter of a million pieces take 20 MB and a
/// step costs one access; nodes take no memory of their own.
///
/// A node that is the end of a piece has the piece's number, and other nodes have numbers after those of all pieces.
pub(super) struct Trie {
    /// Each at the place of its hash or at the next free one after it; at least half are free.
    edges: Vec<Edge>,
    pieces: u32,
}

#[derive(Clone, Copy)]
struct Edge {
    /// Number of the node that it leaves, and the byte.
    key: u32,
    /// The node that it leads to.
    to: u32,
}

const FREE: Edge = Edge {
    key: u32::MAX,
    to: 0,
};

/// Nodes that keys have room for, so that none is that of [`FREE`].
const MOST_NODES: usize = (1 << 24) - 1;

impl Trie {
    /// The trie of pieces `0..n`; `None` where they are too many. Of equal pieces the last counts, and empty ones do not.
    pub fn new<'a>(n: usize, piece: impl Fn(usize) -> &'a [u8]) -> Option<Self> {
        let mut order: Vec<u32> = (0..u32::try_from(n).ok()?).collect();
        // A piece comes before those that begin with it, so that its node gets its number.
        order.sort_unstable_by_key(|&p| (piece(p as usize), p));
        let mut before: &[u8] = &[];
        let mut edges = 0;
        for &p in &order {
            let bytes = piece(p as usize);
            let shared = before.iter().zip(bytes).take_while(|(a, b)| a == b);
            edges += bytes.len() - shared.count();
            before = bytes;
        }
        if n + edges >= MOST_NODES {
            return None;
        }
        let mut trie = Self {
            edges: vec![FREE; 2 * edges + 1],
            pieces: n as u32,
        };
        let mut unnamed = trie.root();
        for (i, &p) in order.iter().enumerate() {
            let bytes = piece(p as usize);
            if order
                .get(i + 1)
                .is_some_and(|&next| piece(next as usize) == bytes)
            {
                continue;
            }
            let mut node = trie.root();
            for (depth, &byte) in bytes.iter().enumerate() {
                node = trie.child(node, byte).unwrap_or_else(|place| {
                    let to = if depth + 1 == bytes.len() {
                        p
                    } else {
                        unnamed += 1;
                        unnamed
                    };
                    trie.edges[place] = Edge {
                        key: key(node, byte),
                        to,
                    };
                    to
                });
            }
        }
        Some(trie)
    }

    /// Lengths and numbers of the pieces that a text begins with, the shortest first.
    pub fn prefixes(&self, text: &[u8]) -> impl Iterator<Item = (usize, u32)> {
        let mut node = self.root();
        let nodes = text.iter().enumerate().map_while(move |(i, &byte)| {
            node = self.child(node, byte).ok()?;
            Some((i + 1, node))
        });
        nodes.filter(|&(_, node)| node < self.pieces)
    }

    /// The number of a piece.
    pub fn find(&self, piece: &[u8]) -> Option<u32> {
        let mut bytes = piece.iter();
        let node = bytes.try_fold(self.root(), |node, &byte| self.child(node, byte).ok());
        node.filter(|&node| node < self.pieces)
    }

    fn root(&self) -> u32 {
        self.pieces
    }

    /// The node that a byte leads to, or the place for an edge to it.
    fn child(&self, node: u32, byte: u8) -> Result<u32, usize> {
        let key = key(node, byte);
        let hash = key.wrapping_mul(0x9e37_79b1);
        let mut place = ((u64::from(hash) * self.edges.len() as u64) >> 32) as usize;
        loop {
            let edge = self.edges[place];
            if edge.key == key {
                return Ok(edge.to);
            }
            if edge.key == FREE.key {
                return Err(place);
            }
            place = if place + 1 == self.edges.len() {
                0
            } else {
                place + 1
            };
        }
    }
}

fn key(node: u32, byte: u8) -> u32 {
    node << 8 | u32::from(byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_found_with_all_their_prefixes() {
        let pieces = ["ab", "", "a", "abcd", "ab", "b", "é", "a\0"];
        let trie = Trie::new(pieces.len(), |p| pieces[p].as_bytes()).unwrap();
        for text in ["", "abcde", "abcé", "a\0a", "éa", "è", "b", "ba", "\0"] {
            let mut expected: Vec<(usize, u32)> = (0u32..)
                .zip(pieces)
                .filter(|&(p, piece)| !piece.is_empty() && text.starts_with(piece) && p != 0)
                .map(|(p, piece)| (piece.len(), p))
                .collect();
            expected.sort_unstable();
            assert_eq!(trie.prefixes(text.as_bytes()).collect::<Vec<_>>(), expected);
            let whole = expected.last().filter(|&&(n, _)| n == text.len());
            assert_eq!(trie.find(text.as_bytes()), whole.map(|&(_, p)| p), "{text}");
        }
        let long = vec![b'a'; MOST_NODES];
        assert!(Trie::new(1, |_| &long).is_none());
    }
}
