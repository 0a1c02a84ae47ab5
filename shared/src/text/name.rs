//! What texts are named by.

/// A text's name: 24 bits of a hash of its English, in four letters of base64url (RFC 4648, section 5).
///
/// A test refuses two texts of one name.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Name([u8; 4]);

impl Name {
    /// Names a text (FNV-1a of 64 bits, folded).
    #[must_use]
    pub const fn of(english: &str) -> Self {
        let bytes = english.as_bytes();
        let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
        let mut at = 0;
        while at < bytes.len() {
            hash = (hash ^ bytes[at] as u64).wrapping_mul(0x0100_0000_01b3);
            at += 1;
        }
        let folded = hash ^ (hash >> 24) ^ (hash >> 48);
        Self([letter(folded >> 18), letter(folded >> 12), letter(folded >> 6), letter(folded)])
    }

    /// Returns its letters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("the letters are ASCII")
    }
}

const fn letter(bits: u64) -> u8 {
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"[(bits & 63) as usize]
}
