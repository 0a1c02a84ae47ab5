//! Chance.

use super::window;

/// Throws dice: every number is as likely as any other.
pub fn dice() -> u16 {
    let mut bytes = [0; 2];
    if let Ok(crypto) = window().crypto() {
        // It fails only for more than 65,536 bytes.
        let _ = crypto.get_random_values_with_u8_array(&mut bytes);
    }
    u16::from_ne_bytes(bytes)
}
