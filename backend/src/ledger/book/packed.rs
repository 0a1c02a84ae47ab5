//! An entry as it is kept: in as little memory as it takes.

use echoclock_shared::ledger::{Entry, Kind, Piece, What};
use echoclock_shared::time::UnixMillis;

use super::pages::Pages;

/// An entry but for its number, which its place tells.
///
/// It is kept as [`HEAD`] bytes and its texts after them.
#[derive(Debug)]
pub(super) struct Packed {
    at: UnixMillis,
    request: u64,
    size: u64,
    form: Form,
    cut: bool,
    computed: bool,
    /// Its texts, each with an [`END`].
    texts: Vec<u8>,
}

/// What passed, without its texts.
#[derive(Clone, Copy, Debug)]
enum Form {
    Request,
    Response(u16),
    Received(Kind, bool),
    Sent(Kind, bool),
    Ended,
}

impl Packed {
    pub(super) fn new(entry: &Entry) -> Self {
        let Entry { n: _, at, request, size, cut, computed, what } = entry;
        let (form, texts) = match what {
            What::Request { method, target, version, headers } => {
                (Form::Request, joined(&[method, target, version], headers))
            }
            What::Response { status, headers } => (Form::Response(*status), joined(&[], headers)),
            What::Received(Piece { kind, raw, hex }) => {
                (Form::Received(*kind, *hex), joined(&[raw], &[]))
            }
            What::Sent(Piece { kind, raw, hex }) => (Form::Sent(*kind, *hex), joined(&[raw], &[])),
            What::Ended { reason } => (Form::Ended, joined(&[reason], &[])),
        };
        let (at, request, size, cut, computed) = (*at, *request, *size, *cut, *computed);
        Self { at, request, size, form, cut, computed, texts }
    }

    /// Returns the entry, whose number is this.
    pub(super) fn entry(&self, n: u64) -> Entry {
        let Self { at, request, size, form, cut, computed, .. } = *self;
        let mut texts = self.texts.split(|byte| *byte == END);
        let mut text = || String::from_utf8_lossy(texts.next().unwrap_or_default()).into_owned();
        let what = match form {
            Form::Request => What::Request {
                method: text(),
                target: text(),
                version: text(),
                headers: self.headers(3),
            },
            Form::Response(status) => What::Response { status, headers: self.headers(0) },
            Form::Received(kind, hex) => What::Received(Piece { kind, raw: text(), hex }),
            Form::Sent(kind, hex) => What::Sent(Piece { kind, raw: text(), hex }),
            Form::Ended => What::Ended { reason: text() },
        };
        Entry { n, at, request, size, cut, computed, what }
    }

    /// Writes it as it is kept.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let (form, status, kind, hex) = match self.form {
            Form::Request => (0, 0, Kind::Body, false),
            Form::Response(status) => (1, status, Kind::Body, false),
            Form::Received(kind, hex) => (2, 0, kind, hex),
            Form::Sent(kind, hex) => (3, 0, kind, hex),
            Form::Ended => (4, 0, Kind::Body, false),
        };
        let flags = u8::from(hex) | u8::from(self.cut) << 1 | u8::from(self.computed) << 2;
        let texts = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        let mut bytes = Vec::with_capacity(HEAD + self.texts.len());
        bytes.extend_from_slice(&self.at.get().to_le_bytes());
        bytes.extend_from_slice(&self.request.to_le_bytes());
        bytes.extend_from_slice(&self.size.to_le_bytes());
        bytes.extend_from_slice(&texts.to_le_bytes());
        bytes.extend_from_slice(&status.to_le_bytes());
        bytes.extend_from_slice(&[form | flags << 4, number_of(kind)]);
        bytes.extend_from_slice(&self.texts[..texts as usize]);
        bytes
    }

    /// Returns where what was written at a place ends, or nothing where nothing was.
    pub(super) fn end_at(pages: &Pages, place: usize) -> Option<usize> {
        let texts = pages.read(place + TEXTS_AT, size_of::<u32>());
        let texts = u32::from_le_bytes(texts.try_into().ok()?) as usize;
        Some(place + HEAD + texts)
    }

    /// Reads what was written at a place; returns it and the place after it, or nothing at the end.
    pub(super) fn at(pages: &Pages, place: usize) -> Option<(Self, usize)> {
        let end = Self::end_at(pages, place)?;
        let head = pages.read(place, HEAD);
        let word = |at| Some(u64::from_le_bytes(head.get(at..at + 8)?.try_into().ok()?));
        let (at, request, size) = (word(0)?, word(8)?, word(16)?);
        let status = u16::from_le_bytes(head.get(28..30)?.try_into().ok()?);
        let (form, flags) = (head[30] & 0xf, head[30] >> 4);
        let (kind, hex) = (*KINDS.get(usize::from(head[31]))?, flags & 1 > 0);
        let form = match form {
            0 => Form::Request,
            1 => Form::Response(status),
            2 => Form::Received(kind, hex),
            3 => Form::Sent(kind, hex),
            _ => Form::Ended,
        };
        let packed = Self {
            at: UnixMillis::new(at),
            request,
            size,
            form,
            cut: flags & 2 > 0,
            computed: flags & 4 > 0,
            texts: pages.read(place + HEAD, end - place - HEAD),
        };
        Some((packed, end))
    }

    /// Reads names and values, which come after so many other texts.
    fn headers(&self, after: usize) -> Vec<(String, String)> {
        let mut texts = self.texts.split(|byte| *byte == END).skip(after);
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        std::iter::from_fn(|| Some((text(texts.next()?), text(texts.next()?)))).collect()
    }
}

fn joined(texts: &[&String], headers: &[(String, String)]) -> Vec<u8> {
    let headers = headers.iter().flat_map(|(name, value)| [name, value]);
    let all = || texts.iter().copied().chain(headers.clone());
    let mut joined = Vec::with_capacity(all().map(|text| text.len() + 1).sum());
    for text in all() {
        joined.extend_from_slice(text.as_bytes());
        joined.push(END);
    }
    joined
}

/// What comes before the texts: three words, the texts' length, a status, the form with its flags, the
/// kind.
const HEAD: usize = 32;

/// Where in it the texts' length stands.
const TEXTS_AT: usize = 24;

const KINDS: [Kind; 8] = [
    Kind::Body,
    Kind::Text,
    Kind::Binary,
    Kind::Continuation,
    Kind::Ping,
    Kind::Pong,
    Kind::Close,
    Kind::Reserved,
];

fn number_of(kind: Kind) -> u8 {
    let number = KINDS.iter().position(|known| *known == kind);
    number.and_then(|number| u8::try_from(number).ok()).expect("all kinds have a number")
}

/// No byte of UTF-8.
const END: u8 = 0xff;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_is_read_back() {
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let piece = |raw: &str, hex| Piece { kind: Kind::Body, raw: raw.to_owned(), hex };
        let (mut pages, mut place) = (Pages::default(), 0);
        for (n, what) in (1..).zip([
            What::Request {
                method: "GET".to_owned(),
                target: "/a b\0\n".to_owned(),
                version: String::new(),
                headers: vec![header("host", "x"), header("", ""), header("é", "ÿ")],
            },
            What::Request {
                method: String::new(),
                target: String::new(),
                version: String::new(),
                headers: vec![],
            },
            What::Response { status: 200, headers: vec![] },
            What::Response { status: 599, headers: vec![header("a", "")] },
            What::Received(piece("", false)),
            What::Sent(piece("naïve\u{10ffff}", true)),
            What::Sent(Piece { kind: Kind::Reserved, raw: "x".repeat(2_000), hex: false }),
            What::Ended { reason: "so".to_owned() },
        ]) {
            let at = UnixMillis::new(7);
            let (cut, computed) = (n % 2 == 0, n % 3 == 0);
            let entry = Entry { n, at, request: 1 << 40, size: u64::MAX, cut, computed, what };
            pages.push(&Packed::new(&entry).bytes());
            let (read, after) = Packed::at(&pages, place).unwrap();
            assert_eq!(read.entry(n), entry);
            place = after;
        }
        assert_eq!(place, pages.len());
        assert!(Packed::at(&pages, place).is_none());
    }
}
