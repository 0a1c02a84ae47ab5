//! WebSocket frames, as a client writes and reads them (pure).

/// What a frame is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    Continuation,
    Text,
    Binary,
    Close,
    Ping,
    Pong,
    /// One that nobody should send.
    Other(u8),
}

impl Kind {
    fn code(self) -> u8 {
        match self {
            Self::Continuation => 0,
            Self::Text => 1,
            Self::Binary => 2,
            Self::Close => 8,
            Self::Ping => 9,
            Self::Pong => 10,
            Self::Other(code) => code,
        }
    }

    fn of(code: u8) -> Self {
        match code {
            0 => Self::Continuation,
            1 => Self::Text,
            2 => Self::Binary,
            8 => Self::Close,
            9 => Self::Ping,
            10 => Self::Pong,
            other => Self::Other(other),
        }
    }
}

/// The request that opens a socket.
pub(crate) fn opening(path: &str) -> Vec<u8> {
    let lines = UPGRADE.join("\r\n");
    format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n{lines}\r\n\r\n").into_bytes()
}

/// The lines of a request that ask for a WebSocket.
pub(crate) const UPGRADE: &[&str] = &[
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
];

/// A frame of a client, masked.
pub(crate) fn masked(kind: Kind, payload: &[u8]) -> Vec<u8> {
    part(kind, payload, true)
}

/// A frame of a client, which may be the message's last one or not.
pub(crate) fn part(kind: Kind, payload: &[u8], last: bool) -> Vec<u8> {
    let mut frame = head(kind, payload.len(), last, true);
    frame.extend(payload.iter().zip(MASK.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    frame
}

/// A frame as a server writes it.
pub(crate) fn plain(kind: Kind, payload: &[u8]) -> Vec<u8> {
    let mut frame = head(kind, payload.len(), true, false);
    frame.extend_from_slice(payload);
    frame
}

/// The head of a frame, with the mask where there is one.
pub(crate) fn head(kind: Kind, length: usize, last: bool, masked: bool) -> Vec<u8> {
    let mark = if masked { 0x80 } else { 0 };
    let mut head = vec![kind.code() | if last { 0x80 } else { 0 }];
    match length {
        0..=125 => head.push(mark | length as u8),
        126..=65_535 => {
            head.push(mark | 126);
            head.extend((length as u16).to_be_bytes());
        }
        _ => {
            head.push(mark | 127);
            head.extend((length as u64).to_be_bytes());
        }
    }
    if masked {
        head.extend(MASK);
    }
    head
}

/// Reads the frames of a server out of whatever pieces they arrive in, and keeps what is short.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    head: Vec<u8>,
    /// What the frame is and how much of it is still to come.
    within: Option<(Kind, usize)>,
    payload: Vec<u8>,
}

impl Reader {
    /// Tells each frame that is complete, with the first bytes of its payload.
    pub(crate) fn read(&mut self, mut bytes: &[u8], mut each: impl FnMut(Kind, &[u8])) {
        loop {
            let Some((kind, missing)) = self.within else {
                let Some((byte, rest)) = bytes.split_first() else { return };
                self.head.push(*byte);
                bytes = rest;
                if let Some(length) = self.length() {
                    self.within = Some((Kind::of(self.head[0] & 0x0f), length));
                    self.head.clear();
                    self.payload.clear();
                }
                continue;
            };
            let taken = missing.min(bytes.len());
            let room = KEPT.saturating_sub(self.payload.len()).min(taken);
            self.payload.extend_from_slice(&bytes[..room]);
            bytes = &bytes[taken..];
            if taken < missing {
                self.within = Some((kind, missing - taken));
                return;
            }
            self.within = None;
            each(kind, &self.payload);
        }
    }

    /// The payload's length, once the head is complete.
    fn length(&self) -> Option<usize> {
        let short = usize::from(*self.head.get(1)? & 0x7f);
        let wide = match short {
            126 => 2,
            127 => 8,
            _ => 0,
        };
        let bytes = self.head.get(2..2 + wide)?;
        let long = bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte));
        Some(if wide == 0 { short } else { long })
    }
}

/// Servers have to undo it, whatever it is.
const MASK: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];
/// What is kept of a payload: all of a control frame, and an item.
const KEPT: usize = 512;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_masked_and_has_the_shortest_length() {
        let hello = masked(Kind::Text, b"Hello");
        // The example of RFC 6455, section 5.7.
        assert_eq!(hello, b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58");
        for (length, start) in
            [(125, &[0x82, 0xfd][..]), (126, &[0x82, 0xfe, 0, 126]), (65_536, &[0x82, 0xff, 0])]
        {
            assert!(masked(Kind::Binary, &vec![0; length]).starts_with(start), "{length}");
        }
        assert_eq!(part(Kind::Text, b"", false), b"\x01\x80\x37\xfa\x21\x3d");
    }

    #[test]
    fn frames_are_read_however_they_are_cut() {
        let long = vec![7; 70_000];
        let mut sent = plain(Kind::Ping, b"are you there");
        sent.extend(plain(Kind::Binary, &long));
        sent.extend(plain(Kind::Text, &[9; 200]));
        sent.extend(plain(Kind::Close, b"\x03\xe9"));
        for cut in [1, 2, 3, 7, 1_000, 100_000] {
            let mut reader = Reader::default();
            let mut found = Vec::new();
            for piece in sent.chunks(cut) {
                reader.read(piece, |kind, payload| found.push((kind, payload.to_vec())));
            }
            let expected = [
                (Kind::Ping, b"are you there".to_vec()),
                (Kind::Binary, long[..KEPT].to_vec()),
                (Kind::Text, vec![9; 200]),
                (Kind::Close, b"\x03\xe9".to_vec()),
            ];
            assert_eq!(found, expected, "cut by {cut}");
        }
    }
}
