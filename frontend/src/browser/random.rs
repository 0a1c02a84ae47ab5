//! Chance.

use super::window;

/// Throws dice: every number is as likely as any other.
pub fn dice() -> u16 {
    u16::from_ne_bytes(bytes().unwrap_or([0; 2]))
}

/// Throws dice for what nobody may guess; nothing where the browser has none.
pub fn random_bits() -> Option<u128> {
    bytes().map(u128::from_ne_bytes)
}

fn bytes<const N: usize>() -> Option<[u8; N]> {
    let mut bytes = [0; N];
    window().crypto().ok()?.get_random_values_with_u8_array(&mut bytes).ok()?;
    Some(bytes)
}
