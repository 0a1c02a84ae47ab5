//! Counts the items that pass, whatever carries them (pure).

/// Finds `"seq":N` in bytes that arrive in any pieces.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Items {
    /// How much of the mark has been seen.
    matched: usize,
    reading: bool,
    number: u64,
    /// How many there were.
    pub(crate) count: u64,
    /// The newest one's place.
    pub(crate) last: Option<u64>,
    /// How many places were passed over.
    pub(crate) missed: u64,
    /// How many came that had been there already.
    pub(crate) repeated: u64,
}

impl Items {
    /// Those that follow a place.
    pub(crate) fn after(cursor: Option<u64>) -> Self {
        Self { last: cursor, ..Self::default() }
    }

    pub(crate) fn read(&mut self, bytes: &[u8]) {
        for byte in bytes {
            if self.reading {
                if byte.is_ascii_digit() {
                    self.number = self.number.wrapping_mul(10).wrapping_add(u64::from(byte - b'0'));
                    continue;
                }
                self.reading = false;
                self.takes(self.number);
            }
            // Only its first byte begins the mark, so nothing has to be looked at twice.
            self.matched = match *byte {
                byte if byte == MARK[self.matched] => self.matched + 1,
                byte if byte == MARK[0] => 1,
                _ => 0,
            };
            if self.matched == MARK.len() {
                (self.matched, self.reading, self.number) = (0, true, 0);
                self.count += 1;
            }
        }
    }

    fn takes(&mut self, number: u64) {
        let newest = self.last.map_or(number, |last| {
            self.repeated += u64::from(number <= last);
            self.missed += number.saturating_sub(last + 1);
            last.max(number)
        });
        self.last = Some(newest);
    }
}

const MARK: &[u8] = b"\"seq\":";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_found_however_they_are_cut() {
        let text = b"data: {\"seq\":17,\"due\":1}\n\n\"se\"\"seq\":18}{\"sequel\":3}\"seq\" : 4";
        for cut in 1..text.len() {
            let mut items = Items::default();
            text.chunks(cut).for_each(|piece| items.read(piece));
            assert_eq!((items.count, items.last), (2, Some(18)), "cut by {cut}");
        }
    }

    #[test]
    fn what_is_passed_over_and_what_comes_again_are_counted() {
        let mut items = Items::after(Some(4));
        for (said, missed, repeated) in [(5, 0, 0), (8, 2, 0), (7, 2, 1), (9, 2, 1)] {
            items.read(format!("{{\"seq\":{said}}}").as_bytes());
            assert_eq!((items.missed, items.repeated), (missed, repeated), "{said}");
        }
        assert_eq!(items.last, Some(9));
    }
}
