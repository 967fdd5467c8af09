//! FNV-1a, a hash that is the same on every platform and in every version.
//!
//! `std`'s hashers promise neither, so they cannot name random streams or stand in run records.
//! Not for untrusted keys: FNV-1a gives no protection against made-up collisions.

/// The 64-bit FNV-1a hash: for every byte, `hash = (hash xor byte) · prime`.
///
/// Source: Fowler, Noll, Vo, Eastlake, Hansen, "The FNV Non-Cryptographic Hash Algorithm",
/// RFC 9923.
#[derive(Debug, Clone)]
pub(crate) struct Fnv1a(u64);

const OFFSET_BASIS: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01b3;

impl Fnv1a {
    pub(crate) fn new() -> Self {
        Self(OFFSET_BASIS)
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(PRIME);
        }
    }

    pub(crate) fn finish(&self) -> u64 {
        self.0
    }
}

/// The hash of one text.
pub(crate) fn fnv1a(text: &str) -> u64 {
    let mut hash = Fnv1a::new();
    hash.write(text.as_bytes());
    hash.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_test_vectors_come_out() {
        assert_eq!(fnv1a(""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv1a("a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(fnv1a("foobar"), 0x8594_4171_f739_67e8);
    }

    #[test]
    fn writing_in_pieces_is_writing_at_once() {
        let mut hash = Fnv1a::new();
        hash.write(b"foo");
        hash.write(b"bar");
        assert_eq!(hash.finish(), fnv1a("foobar"));
    }
}
