//! Frames of a WebSocket as they pass (RFC 6455, 5.2).

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt};

/// A frame.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Frame {
    /// The last frame of its message, and the reserved bits: the first byte without the opcode.
    flags: u8,
    pub(super) opcode: u8,
    mask: Option<[u8; 4]>,
    /// Without the mask.
    pub(super) payload: Vec<u8>,
}

pub(super) const CLOSE: u8 = 8;

impl Frame {
    /// A server's close with a code.
    pub(super) fn close(code: u16) -> Self {
        Self { flags: 0x80, opcode: CLOSE, mask: None, payload: code.to_be_bytes().to_vec() }
    }

    /// Whether it carries a part of a message.
    pub(super) fn is_data(&self) -> bool {
        self.opcode < CLOSE
    }

    /// Reads one, whole.
    pub(super) async fn read(from: &mut (impl AsyncRead + Unpin)) -> io::Result<Self> {
        let first = from.read_u8().await?;
        let second = from.read_u8().await?;
        let length = match second & 0x7f {
            126 => u64::from(from.read_u16().await?),
            127 => from.read_u64().await?,
            length => u64::from(length),
        };
        let length = usize::try_from(length).ok().filter(|length| *length <= LARGEST);
        let length = length.ok_or_else(|| io::Error::other("a frame beyond all bounds"))?;
        let mut mask = None;
        if second & 0x80 != 0 {
            let mut bytes = [0; 4];
            from.read_exact(&mut bytes).await?;
            mask = Some(bytes);
        }
        let mut payload = vec![0; length];
        from.read_exact(&mut payload).await?;
        masked(&mut payload, mask);
        Ok(Self { flags: first & 0xf0, opcode: first & 0x0f, mask, payload })
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        let masks = if self.mask.is_some() { 0x80 } else { 0 };
        let mut bytes = vec![self.flags | self.opcode];
        match self.payload.len() {
            length @ 0..126 => bytes.push(masks | length as u8),
            length @ 126..0x1_0000 => {
                bytes.push(masks | 126);
                bytes.extend((length as u16).to_be_bytes());
            }
            length => {
                bytes.push(masks | 127);
                bytes.extend((length as u64).to_be_bytes());
            }
        }
        bytes.extend(self.mask.into_iter().flatten());
        let start = bytes.len();
        bytes.extend(&self.payload);
        masked(&mut bytes[start..], self.mask);
        bytes
    }
}

fn masked(bytes: &mut [u8], mask: Option<[u8; 4]>) {
    for (byte, mask) in bytes.iter_mut().zip(mask.iter().flatten().cycle()) {
        *byte ^= mask;
    }
}

const LARGEST: usize = 4 * 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_frame_is_what_was_read() {
        for (length, mask) in
            [(0, None), (5, Some([1, 2, 3, 4])), (126, None), (70_000, Some([9, 8, 7, 6]))]
        {
            let frame = Frame { flags: 0xc0, opcode: 2, mask, payload: vec![7; length] };
            let read = Frame::read(&mut frame.bytes().as_slice()).await.unwrap();
            assert_eq!(read, frame);
        }
    }
}
