//! A frame's header, read and written, and its mask (RFC 6455, sections 5.2 and 5.3).

use super::end::Fault;

/// A client's header.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Head {
    pub(super) opcode: u8,
    /// Whether the frame is the last of its message.
    pub(super) is_last: bool,
    /// The payload's length.
    pub(super) size: u64,
    pub(super) mask: Mask,
    /// The header's own length.
    pub(super) length: usize,
}

impl Head {
    /// Reads a header, once it is whole.
    ///
    /// # Errors
    ///
    /// Where it breaks the rules; that is told at once.
    pub(super) fn read(bytes: &[u8]) -> Result<Option<Self>, Fault> {
        let [first, second, ..] = bytes else { return Ok(None) };
        let opcode = first & 0x0f;
        if first & 0x70 != 0 {
            return Err(Fault::Protocol("a frame has reserved bits"));
        }
        if !matches!(opcode, CONTINUATION | TEXT | BINARY | CLOSE | PING | PONG) {
            return Err(Fault::Protocol("a frame has a reserved opcode"));
        }
        if second & MASKED == 0 {
            return Err(Fault::Protocol("a frame is not masked"));
        }
        let Some((size, length)) = size(bytes) else { return Ok(None) };
        // Both MUST be so (RFC 6455, section 5.2).
        if size > u64::MAX >> 1 {
            return Err(Fault::Protocol("a frame's length has its first bit set"));
        }
        if matches!((length, size), (4, ..=125) | (10, ..=0xffff)) {
            return Err(Fault::Protocol("a frame's length has more bytes than it needs"));
        }
        let is_last = first & 0x80 != 0;
        if opcode >= CLOSE && (size > CONTROL_MAX as u64 || !is_last) {
            return Err(Fault::Protocol("a control frame is too long or in parts"));
        }
        let Some(mask) = bytes[length..].first_chunk() else { return Ok(None) };
        Ok(Some(Self { opcode, is_last, size, mask: Mask(*mask), length: length + mask.len() }))
    }
}

/// Returns a payload's length, as its header tells, and how many bytes the header has up to the mask;
/// nothing where too little of it is there.
pub(super) fn size(head: &[u8]) -> Option<(u64, usize)> {
    let [_, second, rest @ ..] = head else { return None };
    Some(match second & !MASKED {
        126 => (u64::from(u16::from_be_bytes(*rest.first_chunk()?)), 2 + 2),
        127 => (u64::from_be_bytes(*rest.first_chunk()?), 2 + 8),
        size => (u64::from(size), 2),
    })
}

/// A server's header, which is shorter than that of a client for the same payload.
#[derive(Clone, Copy, Debug)]
pub(super) struct Written {
    bytes: [u8; WRITTEN_MAX],
    length: usize,
}

impl Written {
    /// Writes the header of a whole message, or of a control frame.
    pub(super) fn new(opcode: u8, size: usize) -> Self {
        let mut bytes = [0; WRITTEN_MAX];
        bytes[0] = 0x80 | opcode;
        let length = match size {
            0..=125 => {
                bytes[1] = size as u8;
                2
            }
            126..=0xffff => {
                bytes[1] = 126;
                bytes[2..4].copy_from_slice(&(size as u16).to_be_bytes());
                4
            }
            _ => {
                bytes[1] = 127;
                bytes[2..].copy_from_slice(&(size as u64).to_be_bytes());
                10
            }
        };
        Self { bytes, length }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

/// What a client has put over a payload.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Mask(pub(super) [u8; 4]);

impl Mask {
    /// Takes the mask off.
    pub(super) fn off(self, bytes: &mut [u8]) {
        // In blocks that the compiler turns into wide instructions.
        let block: [u8; BLOCK] = std::array::from_fn(|at| self.0[at % 4]);
        let (blocks, rest) = bytes.as_chunks_mut::<BLOCK>();
        for bytes in blocks {
            for (byte, mask) in bytes.iter_mut().zip(block) {
                *byte ^= mask;
            }
        }
        for (byte, mask) in rest.iter_mut().zip(block) {
            *byte ^= mask;
        }
    }

    /// Returns the mask of what follows so many bytes.
    pub(super) fn after(self, bytes: usize) -> Self {
        let Self(mut mask) = self;
        mask.rotate_left(bytes % 4);
        Self(mask)
    }
}

pub(super) const CONTINUATION: u8 = 0;
pub(super) const TEXT: u8 = 1;
pub(super) const BINARY: u8 = 2;
pub(super) const CLOSE: u8 = 8;
pub(super) const PING: u8 = 9;
pub(super) const PONG: u8 = 10;

/// The bit of a header's second byte that says that a mask follows.
pub(super) const MASKED: u8 = 0x80;

/// The longest header that a client writes: two bytes, a length of eight and a mask of four.
pub(super) const READ_MAX: usize = 14;

/// The longest payload of a control frame (RFC 6455, section 5.5).
pub(super) const CONTROL_MAX: usize = 125;

/// The longest header that a server writes.
const WRITTEN_MAX: usize = 10;

/// How many bytes are unmasked at a time.
const BLOCK: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_read_once_it_is_whole() {
        for (bytes, size, length) in [
            (&[0x81, 0x80, 1, 2, 3, 4][..], 0, 6),
            (&[0x81, 0xfd, 1, 2, 3, 4], 125, 6),
            (&[0x02, 0xfe, 0, 126, 1, 2, 3, 4], 126, 8),
            (&[0x02, 0xfe, 0xff, 0xff, 1, 2, 3, 4], 0xffff, 8),
            (&[0x80, 0xff, 0, 0, 0, 0, 0, 1, 0, 0, 1, 2, 3, 4], 0x1_0000, 14),
        ] {
            for part in 0..bytes.len() {
                assert_eq!(Head::read(&bytes[..part]), Ok(None), "{bytes:?}");
            }
            let head = Head::read(bytes).expect("right").expect("whole");
            assert_eq!((head.size, head.length), (size, length), "{bytes:?}");
            assert_eq!((head.opcode, head.is_last), (bytes[0] & 15, bytes[0] >= 0x80));
            assert_eq!(head.mask, Mask([1, 2, 3, 4]));
        }
    }

    #[test]
    fn a_header_that_breaks_the_rules_is_told_at_once() {
        for (bytes, told) in [
            ([0xc1, 0x80], "reserved bits"),
            ([0xa1, 0x80], "reserved bits"),
            ([0x91, 0x80], "reserved bits"),
            ([0x83, 0x80], "reserved opcode"),
            ([0x8b, 0x80], "reserved opcode"),
            ([0x81, 0x00], "not masked"),
            ([0x09, 0x80], "too long or in parts"),
            ([0x08, 0x80], "too long or in parts"),
        ] {
            let Err(Fault::Protocol(fault)) = Head::read(&bytes) else { panic!("{bytes:?}") };
            assert!(fault.contains(told), "{bytes:?}: {fault}");
        }
        assert!(Head::read(&[0x89, 0xfe, 0, 126]).is_err(), "a ping of 126 bytes");
        for (bytes, told) in [
            (&[0x82, 0xfe, 0, 125][..], "more bytes than it needs"),
            (&[0x82, 0xff, 0, 0, 0, 0, 0, 0, 0xff, 0xff], "more bytes than it needs"),
            (&[0x82, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0], "first bit set"),
        ] {
            let Err(Fault::Protocol(fault)) = Head::read(bytes) else { panic!("{bytes:?}") };
            assert!(fault.contains(told), "{bytes:?}: {fault}");
        }
    }

    #[test]
    fn a_servers_header_is_four_bytes_shorter_than_a_clients() {
        for (size, header) in [
            (0, &[0x82, 0][..]),
            (125, &[0x82, 125]),
            (126, &[0x82, 126, 0, 126]),
            (0xffff, &[0x82, 126, 0xff, 0xff]),
            (0x1_0000, &[0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
        ] {
            assert_eq!(Written::new(BINARY, size).bytes(), header, "{size}");
            let masked = [&[header[0], header[1] | 0x80], &header[2..], &[9; 4]].concat();
            let head = Head::read(&masked).expect("right").expect("whole");
            assert_eq!((head.size, head.length), (size as u64, header.len() + 4));
        }
    }

    #[test]
    fn a_mask_is_taken_off_in_whatever_pieces() {
        let mask = Mask([1, 20, 150, 255]);
        let plain: Vec<u8> = (0..=255).cycle().take(300).collect();
        let masked: Vec<u8> = plain.iter().zip(mask.0.iter().cycle()).map(|(a, b)| a ^ b).collect();
        for size in [1, 2, 3, 4, 5, 31, 32, 33, 100, 300] {
            let mut bytes = masked.clone();
            let mut mask = mask;
            for piece in bytes.chunks_mut(size) {
                mask.off(piece);
                mask = mask.after(piece.len());
            }
            assert_eq!(bytes, plain, "in pieces of {size}");
        }
    }
}
