//! Items as bytes, one behind the other as they go out.

use std::iter;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use echoclock_shared::encode::{frame, json, ndjson, sse};
use echoclock_shared::feed::{Item, Seq};
use serde::Serialize;

use super::Entry;

/// A way to write items.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Encoding {
    /// JSON, on one line and without its end.
    Json,
    /// Newline-delimited JSON.
    Lines,
    /// Scripts of a document.
    Frame,
    /// Server-Sent Events.
    Events,
}

impl Encoding {
    pub(super) fn gap(self, oldest: Seq) -> Bytes {
        self.item(None, &Item::<()>::gap(oldest)).into()
    }

    fn item(self, place: Option<Seq>, item: &impl Serialize) -> String {
        match self {
            Self::Json => json(item),
            Self::Lines => ndjson::line(item),
            Self::Frame => frame::message(item),
            Self::Events => sse::message(place, item),
        }
    }
}

/// Items of one encoding without a hole between them, each with what stands around it where they
/// go out in a row: a comma before it in a page of JSON, and around any other the framing of a
/// chunk of its own (RFC 9112, section 7.1).
#[derive(Debug)]
pub(super) struct Strip {
    first: Seq,
    /// In a block of just their size, as it is kept for long.
    bytes: Bytes,
    /// Never empty.
    items: Box<[Place]>,
}

/// Where one item is in a strip's bytes. What stands before it begins where the last one ends.
#[derive(Clone, Copy, Debug)]
struct Place {
    from: u32,
    to: u32,
    end: u32,
}

impl Strip {
    /// Writes one item.
    pub(super) fn one<T: Serialize>(encoding: Encoding, entry: &Entry<T>) -> Self {
        Self::write(encoding, None, std::slice::from_ref(entry)).expect("there is one")
    }

    /// Writes items behind those of another strip, if that ends where they begin, until it is full;
    /// nothing where there are none.
    pub(super) fn write<T: Serialize>(
        encoding: Encoding,
        before: Option<&Self>,
        entries: &[Entry<T>],
    ) -> Option<Self> {
        let first = before.map(|before| before.first).or(entries.first().map(|it| it.seq))?;
        let (mut bytes, mut items) = (vec![], vec![]);
        if let Some(before) = before {
            bytes.extend_from_slice(&before.bytes);
            items.extend_from_slice(&before.items);
        }
        for entry in entries {
            if bytes.len() >= STRIP_MAX {
                break;
            }
            let item = encoding.item(Some(entry.seq), &entry.value);
            items.push(match encoding {
                Encoding::Json => {
                    bytes.push(b',');
                    Place::put(&mut bytes, item.as_bytes(), b"")
                }
                Encoding::Lines | Encoding::Frame | Encoding::Events => {
                    bytes.extend_from_slice(&chunk_size(item.len()));
                    Place::put(&mut bytes, item.as_bytes(), CHUNK_END)
                }
            });
        }
        Some(Self::new(first, bytes, items))
    }

    /// Puts strips one behind the other that have no hole between them, until it is full; nothing
    /// where there are none.
    pub(super) fn join(strips: impl IntoIterator<Item = Arc<Self>>) -> Option<Arc<Self>> {
        let mut strips = strips.into_iter().peekable();
        let first = strips.next()?;
        if strips.peek().is_none() {
            return Some(first);
        }
        let (mut bytes, mut items) = (vec![], vec![]);
        let place = first.first;
        for strip in iter::once(first).chain(strips) {
            if bytes.len() >= STRIP_MAX {
                break;
            }
            let before = bytes.len() as u32;
            let moved = |Place { from, to, end }: &Place| Place {
                from: before + from,
                to: before + to,
                end: before + end,
            };
            items.extend(strip.items.iter().map(moved));
            bytes.extend_from_slice(&strip.bytes);
        }
        Some(Arc::new(Self::new(place, bytes, items)))
    }

    fn new(first: Seq, bytes: Vec<u8>, items: Vec<Place>) -> Self {
        Self { first, bytes: bytes.into_boxed_slice().into(), items: items.into() }
    }

    /// Returns the last item's place.
    pub(super) fn last(&self) -> Seq {
        self.first.plus(self.items.len() as u64 - 1)
    }

    /// Whether it has the item of this place.
    pub(super) fn has(&self, seq: Seq) -> bool {
        self.first <= seq && seq <= self.last()
    }

    /// Whether it has all of these places, or takes no more.
    pub(super) fn has_all(&self, from: Seq, to: Seq) -> bool {
        self.has(from) && (self.has(to) || self.is_full())
    }

    /// Whether it takes no more items.
    pub(super) fn is_full(&self) -> bool {
        self.bytes.len() >= STRIP_MAX
    }

    /// Returns how many items it has.
    pub(super) fn len(&self) -> usize {
        self.items.len()
    }

    /// Returns how many bytes it takes.
    pub(super) fn size(&self) -> usize {
        self.bytes.len() + self.items.len() * size_of::<Place>()
    }
}

impl Place {
    /// Puts an item behind bytes, and `after` behind it.
    fn put(bytes: &mut Vec<u8>, item: &[u8], after: &[u8]) -> Self {
        let from = bytes.len() as u32;
        bytes.extend_from_slice(item);
        let to = bytes.len() as u32;
        bytes.extend_from_slice(after);
        Self { from, to, end: bytes.len() as u32 }
    }
}

/// Some items of a strip, at least one; a cheap handle.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    strip: Arc<Strip>,
    items: Range<usize>,
}

impl Run {
    /// Returns all items of a strip.
    pub(super) fn of(strip: Arc<Strip>) -> Self {
        let items = 0..strip.items.len();
        Self { strip, items }
    }

    /// Returns the items of a strip from a place that it has to another, at most `limit`.
    pub(super) fn between(strip: Arc<Strip>, from: Seq, to: Seq, limit: usize) -> Self {
        let at = |seq: Seq| (seq.get() - strip.first.get()) as usize;
        let start = at(from);
        let end = (at(to.min(strip.last())) + 1).min(start.saturating_add(limit));
        Self { strip, items: start..end }
    }

    /// Returns how many items there are.
    pub(crate) fn len(&self) -> usize {
        self.items.len()
    }

    /// Returns how many bytes they have, without what stands around them.
    pub(crate) fn size(&self) -> usize {
        let sizes = self.strip.items[self.items.clone()].iter().map(|place| place.to - place.from);
        sizes.sum::<u32>() as usize
    }

    /// Returns the first item's place.
    pub(super) fn first(&self) -> Seq {
        self.strip.first.plus(self.items.start as u64)
    }

    /// Returns the last item's place.
    pub(super) fn last(&self) -> Seq {
        self.strip.first.plus(self.items.end as u64 - 1)
    }

    /// Returns each item's bytes.
    pub(crate) fn items(&self) -> impl Iterator<Item = Bytes> {
        let range = |place: &Place| place.from as usize..place.to as usize;
        self.strip.items[self.items.clone()].iter().map(move |it| self.strip.bytes.slice(range(it)))
    }

    /// Returns all of the items with what stands around them: in JSON a comma before each, and in
    /// any other encoding each is a chunk.
    pub(crate) fn in_a_row(&self) -> Bytes {
        let places = &self.strip.items;
        let end = |item: usize| places[item].end as usize;
        let start = self.items.start.checked_sub(1).map_or(0, end);
        self.strip.bytes.slice(start..end(self.items.end - 1))
    }
}

/// Writes the line that tells a chunk's size.
fn chunk_size(size: usize) -> Vec<u8> {
    format!("{size:X}\r\n").into_bytes()
}

/// Frames bytes as a chunk; there are some.
pub(crate) fn chunk(bytes: &[u8]) -> Bytes {
    [&chunk_size(bytes.len()), bytes, CHUNK_END].concat().into()
}

const CHUNK_END: &[u8] = b"\r\n";

/// From how many bytes on a strip takes no more: it is kept, and goes out, in one piece.
pub(super) const STRIP_MAX: usize = 256 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(seq: u64) -> Entry<u64> {
        Entry { seq: Seq::new(seq), sent: None, value: seq }
    }

    #[test]
    fn items_stand_in_a_row_as_they_go_out_however_they_came_together() {
        for (encoding, all, last_two, one) in [
            (Encoding::Json, ",98,99,100", ",99,100", "99"),
            (
                Encoding::Lines,
                "3\r\n98\n\r\n3\r\n99\n\r\n4\r\n100\n\r\n",
                "3\r\n99\n\r\n4\r\n100\n\r\n",
                "99\n",
            ),
        ] {
            let [first, second, third] = [98, 99, 100].map(entry);
            let whole = Strip::write(encoding, None, &[entry(98), entry(99), entry(100)]);
            let begun = Strip::write(encoding, None, &[first]);
            let longer = Strip::write(encoding, begun.as_ref(), &[second, third]);
            let singles = [98, 99, 100].map(|seq| Arc::new(Strip::one(encoding, &entry(seq))));
            let [whole, longer] = [whole, longer].map(|strip| strip.map(Arc::new));
            for strip in [whole, longer, Strip::join(singles)] {
                let strip = strip.expect("there are items");
                assert_eq!(Run::of(Arc::clone(&strip)).in_a_row(), all, "{encoding:?}");
                let to = Seq::new(200);
                let run = Run::between(Arc::clone(&strip), Seq::new(99), to, usize::MAX);
                assert_eq!((run.in_a_row(), run.len()), (last_two.into(), 2), "{encoding:?}");
                assert_eq!(run.last(), Seq::new(100));
                let run = Run::between(strip, Seq::new(99), Seq::new(99), 7);
                assert_eq!(run.items().collect::<Vec<_>>(), [one], "{encoding:?}");
            }
        }
        assert_eq!(chunk(b"0123456789abcdef"), "10\r\n0123456789abcdef\r\n");
    }

    #[test]
    fn a_strip_takes_no_more_than_its_size() {
        let entries: Vec<_> = (0..100).map(entry).collect();
        let whole = Strip::write(Encoding::Lines, None, &entries).expect("there are items");
        let joined =
            Strip::join([7, 8].map(|seq| Arc::new(Strip::one(Encoding::Json, &entry(seq)))));
        let joined = joined.and_then(Arc::into_inner);
        let longer = Strip::write(Encoding::Lines, Some(&whole), &[entry(100)]);
        for strip in [Some(whole), joined, longer] {
            let strip = strip.expect("there are items");
            let size = strip.bytes.len() + strip.items.len() * size_of::<Place>();
            assert_eq!(strip.size(), size);
            let bytes = strip.bytes.try_into_mut().expect("nobody else has them");
            assert_eq!(bytes.capacity(), bytes.len());
        }
    }
}
