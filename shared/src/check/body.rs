//! Bytes that go up and down as a whole, so that both ends can tell whether they are the same.

use std::num::Wrapping;

/// The largest body that goes either way, in bytes.
pub const BODY_MAX: u32 = 2 * 1024 * 1024;

/// Returns the first so many of bytes that look like random ones: nothing on the way makes them fewer,
/// and none of them stands in another's place unnoticed.
pub fn bytes(count: u32) -> Vec<u8> {
    let mut state = Wrapping(SEED);
    let next = || {
        // Marsaglia's xorshift, with the shifts of his 64-bit generator.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.0.to_le_bytes()
    };
    let words = (count as usize).div_ceil(size_of::<u64>());
    let mut bytes: Vec<u8> = std::iter::repeat_with(next).take(words).flatten().collect();
    bytes.truncate(count as usize);
    bytes
}

/// Returns a digest of bytes as 16 hexadecimal digits: FNV-1a with 64 bits, which tells accidents and is no
/// protection against anybody.
pub fn digest(bytes: &[u8]) -> String {
    let digest = bytes.iter().fold(Wrapping(FNV_OFFSET), |digest, byte| {
        (digest ^ Wrapping(u64::from(*byte))) * Wrapping(FNV_PRIME)
    });
    format!("{digest:016x}")
}

/// Any number but 0.
const SEED: u64 = 0x9e37_79b9_7f4a_7c15;

const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0000_0100_0000_01b3;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_fnv_1a() {
        // From the authors' own test vectors.
        for (text, expected) in
            [("", "cbf29ce484222325"), ("a", "af63dc4c8601ec8c"), ("foobar", "85944171f73967e8")]
        {
            assert_eq!(digest(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn as_many_bytes_as_are_asked_for_begin_alike_and_do_not_repeat() {
        let all = bytes(100_000);
        for count in [0, 1, 7, 8, 9, 65_536] {
            assert_eq!(bytes(count), all[..count as usize], "{count}");
        }
        assert_eq!(all.len(), 100_000);
        let words: std::collections::HashSet<_> = all.chunks_exact(8).collect();
        assert_eq!(words.len(), 12_500);
    }
}
