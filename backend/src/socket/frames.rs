//! Frames as they pass, in whatever pieces (RFC 6455, section 5.2).

use echoclock_shared::ledger::Kind;

use super::head::{
    self, BINARY, CLOSE, CONTINUATION, CONTROL_MAX, MASKED, Mask, PING, PONG, READ_MAX, TEXT,
};

/// Follows the frames of one direction.
#[derive(Debug)]
pub(super) struct Frames {
    /// How much of a payload is kept; of a close frame, which is short, all of it.
    keep: usize,
    state: State,
}

#[derive(Debug)]
enum State {
    Head { bytes: [u8; READ_MAX], have: usize },
    Payload(Payload),
}

#[derive(Debug)]
struct Payload {
    opcode: u8,
    head: usize,
    size: u64,
    seen: u64,
    mask: Option<Mask>,
    kept: Vec<u8>,
}

/// A frame that has passed, or the part of one that had when nothing more came.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Frame {
    /// Of what kind.
    pub(super) kind: Kind,
    /// Its bytes, the header's included.
    pub(super) size: u64,
    /// What it says, without its mask: as much as is kept.
    pub(super) payload: Vec<u8>,
    /// Whether there was more.
    pub(super) is_cut: bool,
}

impl Frames {
    /// Begins before the first frame; keeps so many bytes of each.
    pub(super) fn new(keep: usize) -> Self {
        Self { keep, state: State::BEFORE }
    }

    /// Takes what passes, and tells each frame that ends with it.
    pub(super) fn pass(&mut self, mut piece: &[u8], mut tell: impl FnMut(Frame)) {
        while !piece.is_empty() {
            let used = match &mut self.state {
                State::Head { bytes, have } => {
                    bytes[*have] = piece[0];
                    *have += 1;
                    if let Some(payload) = Payload::begin(&bytes[..*have]) {
                        self.state = State::Payload(payload);
                    }
                    1
                }
                State::Payload(payload) => payload.pass(piece, self.keep),
            };
            piece = &piece[used..];
            if let State::Payload(payload) = &mut self.state
                && payload.seen == payload.size
            {
                tell(payload.end());
                self.state = State::BEFORE;
            }
        }
    }

    /// Returns what has come of a frame that has not ended.
    pub(super) fn rest(&mut self) -> Option<Frame> {
        match std::mem::replace(&mut self.state, State::BEFORE) {
            State::Payload(mut payload) => Some(payload.end()),
            State::Head { bytes, have: have @ 1.. } => Some(Frame {
                kind: kind(bytes[0] & 0x0f),
                size: have as u64,
                payload: vec![],
                is_cut: true,
            }),
            State::Head { .. } => None,
        }
    }
}

impl State {
    const BEFORE: Self = Self::Head { bytes: [0; READ_MAX], have: 0 };
}

impl Payload {
    /// Reads a frame's header, once it is whole.
    fn begin(head: &[u8]) -> Option<Self> {
        let (size, length) = head::size(head)?;
        let mask = match head[1] & MASKED {
            0 => None,
            _ => Some(Mask(*head[length..].first_chunk()?)),
        };
        Some(Self { opcode: head[0] & 0x0f, head: head.len(), size, seen: 0, mask, kept: vec![] })
    }

    fn pass(&mut self, piece: &[u8], keep: usize) -> usize {
        let left = usize::try_from(self.size - self.seen).unwrap_or(usize::MAX);
        let piece = &piece[..piece.len().min(left)];
        let keep = if self.opcode == CLOSE { CONTROL_MAX } else { keep };
        let room = keep.saturating_sub(self.kept.len());
        let begins_at = self.kept.len();
        self.kept.extend_from_slice(&piece[..piece.len().min(room)]);
        if let Some(mask) = self.mask {
            mask.after(begins_at).off(&mut self.kept[begins_at..]);
        }
        self.seen += piece.len() as u64;
        piece.len()
    }

    fn end(&mut self) -> Frame {
        let payload = std::mem::take(&mut self.kept);
        let is_cut = (payload.len() as u64) < self.size;
        let size = self.head as u64 + self.seen;
        Frame { kind: kind(self.opcode), size, payload, is_cut }
    }
}

/// Returns the kind that an opcode names.
fn kind(opcode: u8) -> Kind {
    match opcode {
        CONTINUATION => Kind::Continuation,
        TEXT => Kind::Text,
        BINARY => Kind::Binary,
        CLOSE => Kind::Close,
        PING => Kind::Ping,
        PONG => Kind::Pong,
        _ => Kind::Reserved,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes a frame; a client's with a mask.
    fn frame(first: u8, payload: &[u8], mask: Option<[u8; 4]>) -> Vec<u8> {
        let masked = if mask.is_some() { 0x80 } else { 0 };
        let mut bytes = vec![first];
        match payload.len() {
            length @ 0..=125 => bytes.push(masked | length as u8),
            length @ 126..=0xffff => {
                bytes.push(masked | 126);
                bytes.extend((length as u16).to_be_bytes());
            }
            length => {
                bytes.push(masked | 127);
                bytes.extend((length as u64).to_be_bytes());
            }
        }
        bytes.extend(mask.iter().flatten());
        let mask = mask.unwrap_or_default();
        bytes.extend((0..).zip(payload).map(|(at, byte): (usize, _)| byte ^ mask[at % 4]));
        bytes
    }

    #[test]
    fn frames_are_told_whatever_pieces_they_come_in() {
        let long = vec![b'x'; 300];
        let longest = vec![b'y'; 70_000];
        let frames: [(u8, Kind, &[u8]); 9] = [
            (0x81, Kind::Text, b"hello"),
            (0x01, Kind::Text, b"he"),
            (0x80, Kind::Continuation, b"llo"),
            (0x82, Kind::Binary, &long),
            (0x82, Kind::Binary, &longest),
            (0x89, Kind::Ping, b""),
            (0x8a, Kind::Pong, b"p"),
            (0xf3, Kind::Reserved, b"what"),
            (0x88, Kind::Close, b"\x03\xedx"),
        ];
        for mask in [None, Some([1, 2, 3, 250])] {
            let bytes: Vec<u8> =
                frames.iter().flat_map(|(first, _, data)| frame(*first, data, mask)).collect();
            for size in [1, 2, 3, 125, 126, 4096, bytes.len()] {
                let mut reader = Frames::new(200);
                let mut told = vec![];
                bytes.chunks(size).for_each(|piece| reader.pass(piece, |frame| told.push(frame)));
                let expected: Vec<_> = frames
                    .iter()
                    .map(|(first, kind, data)| Frame {
                        kind: *kind,
                        size: frame(*first, data, mask).len() as u64,
                        payload: data[..data.len().min(200)].to_vec(),
                        is_cut: data.len() > 200,
                    })
                    .collect();
                assert!(told == expected, "in pieces of {size}: {told:?}");
                assert_eq!(reader.rest(), None);
            }
        }
    }

    #[test]
    fn a_close_frame_is_kept_where_nothing_else_is() {
        let mut reader = Frames::new(0);
        let mut told = vec![];
        for bytes in [frame(0x81, b"hello", None), frame(0x88, b"\x03\xe8bye", Some([9; 4]))] {
            reader.pass(&bytes, |frame| told.push(frame.payload));
        }
        assert_eq!(told, [b"".to_vec(), b"\x03\xe8bye".to_vec()]);
    }

    #[test]
    fn what_has_come_of_the_last_frame_is_not_forgotten() {
        let whole = frame(0x81, b"hello", Some([1; 4]));
        for part in 1..whole.len() {
            let mut reader = Frames::new(9);
            reader.pass(&whole[..part], |frame| panic!("{frame:?} is not whole"));
            let rest = reader.rest().expect("a part");
            assert_eq!((rest.size, rest.is_cut), (part as u64, true));
        }
    }
}
