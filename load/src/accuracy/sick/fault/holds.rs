//! Bodies that are held: for a time, for a number of bytes, for the next piece, to the end.

use std::time::Duration;

use tokio::time::Instant;

use super::{Fault, Holding};

/// What is waited for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Holds {
    /// For the next piece.
    Last,
    /// For this long.
    For(Duration),
    /// For so many bytes.
    Bytes(usize),
    /// For the end.
    Whole,
    /// For nothing; the head alone waits for the body.
    Head,
}

impl Fault for Holds {
    fn holds_head(&self) -> bool {
        matches!(self, Self::Head | Self::Whole)
    }

    fn holding(&self) -> Box<dyn Holding> {
        Box::new(Held { holds: *self, held: Vec::new(), since: None })
    }
}

struct Held {
    holds: Holds,
    held: Vec<u8>,
    since: Option<Instant>,
}

impl Holding for Held {
    fn take(&mut self, piece: Vec<u8>, now: Instant) -> Vec<u8> {
        match self.holds {
            Holds::Head => piece,
            Holds::Last => std::mem::replace(&mut self.held, piece),
            Holds::Bytes(bytes) => {
                self.held.extend(piece);
                let kept = self.held.len() % bytes.max(1);
                let rest = self.held.split_off(self.held.len() - kept);
                std::mem::replace(&mut self.held, rest)
            }
            Holds::For(_) | Holds::Whole => {
                self.held.extend(piece);
                self.since = self.since.or(Some(now));
                Vec::new()
            }
        }
    }

    fn due(&self) -> Option<Instant> {
        let Holds::For(time) = self.holds else { return None };
        self.since.map(|since| since + time)
    }

    fn rest(&mut self) -> Vec<u8> {
        self.since = None;
        std::mem::take(&mut self.held)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passed(holds: Holds) -> Vec<String> {
        let mut holding = holds.holding();
        let mut all: Vec<_> = ["ab", "cd", "e"]
            .map(|piece| holding.take(piece.into(), Instant::now()))
            .into_iter()
            .collect();
        all.push(holding.rest());
        all.into_iter().map(|piece| String::from_utf8(piece).unwrap()).collect()
    }

    #[test]
    fn each_holds_what_it_says() {
        for (holds, expected) in [
            (Holds::Head, ["ab", "cd", "e", ""]),
            (Holds::Last, ["", "ab", "cd", "e"]),
            (Holds::Bytes(3), ["", "abc", "", "de"]),
            (Holds::Whole, ["", "", "", "abcde"]),
            (Holds::For(Duration::from_secs(1)), ["", "", "", "abcde"]),
        ] {
            assert_eq!(passed(holds), expected, "{holds:?}");
        }
    }

    #[test]
    fn what_is_collected_for_a_time_is_due_after_its_first_piece() {
        let mut holding = Holds::For(Duration::from_millis(200)).holding();
        let now = Instant::now();
        assert_eq!(holding.due(), None);
        holding.take(b"a".into(), now);
        holding.take(b"b".into(), now + Duration::from_millis(150));
        assert_eq!(holding.due(), Some(now + Duration::from_millis(200)));
    }
}
