//! An entry as it is kept: in as little memory as it takes.

use echoclock_shared::ledger::{Entry, Kind, Piece, What};
use echoclock_shared::time::UnixMillis;

/// An entry but for its number, which its place tells.
#[derive(Debug)]
pub(super) struct Packed {
    at: UnixMillis,
    request: u64,
    size: u64,
    /// Its texts, each with an [`END`].
    texts: Box<[u8]>,
    form: Form,
    cut: bool,
    computed: bool,
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
        Self { at, request, size, texts, form, cut, computed }
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

    /// Returns what its texts take, in bytes.
    pub(super) fn texts_cost(&self) -> usize {
        allocated(self.texts.len())
    }

    /// Reads names and values, which come after so many other texts.
    fn headers(&self, after: usize) -> Vec<(String, String)> {
        let mut texts = self.texts.split(|byte| *byte == END).skip(after);
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        std::iter::from_fn(|| Some((text(texts.next()?), text(texts.next()?)))).collect()
    }
}

fn joined(texts: &[&String], headers: &[(String, String)]) -> Box<[u8]> {
    let headers = headers.iter().flat_map(|(name, value)| [name, value]);
    let all = || texts.iter().copied().chain(headers.clone());
    let mut joined = Vec::with_capacity(all().map(|text| text.len() + 1).sum());
    for text in all() {
        joined.extend_from_slice(text.as_bytes());
        joined.push(END);
    }
    joined.into_boxed_slice()
}

/// Returns what the system takes for so many bytes of its own, more or less: it keeps a word beside
/// them, and gives them out in steps.
pub(super) fn allocated(bytes: usize) -> usize {
    if bytes == 0 { 0 } else { (bytes + size_of::<usize>()).next_multiple_of(STEP).max(2 * STEP) }
}

const STEP: usize = 2 * size_of::<usize>();

/// No byte of UTF-8.
const END: u8 = 0xff;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_is_read_back() {
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let piece = |raw: &str, hex| Piece { kind: Kind::Body, raw: raw.to_owned(), hex };
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
            What::Ended { reason: "so".to_owned() },
        ]) {
            let at = UnixMillis::new(7);
            let (cut, computed) = (n % 2 == 0, n % 3 == 0);
            let entry = Entry { n, at, request: 1 << 40, size: u64::MAX, cut, computed, what };
            assert_eq!(Packed::new(&entry).entry(n), entry);
        }
        assert!(size_of::<Packed>() <= 48, "{}", size_of::<Packed>());
    }
}
