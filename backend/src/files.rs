//! How many files the process may have open, each connection among them.

use std::time::Duration;

use tokio::time::Instant;

/// Raises how many files the process may have open as far as the system lets it without asking
/// anybody; returns how many that is.
///
/// # Errors
///
/// Where the system does not tell.
pub fn raise_limit() -> std::io::Result<u64> {
    rlimit::increase_nofile_limit(u64::MAX)
}

/// Returns how many connections there may be where `asked` are wanted and the process may have
/// `files` open.
///
/// What it has open besides is left to it: the connections that have no room and are told so, those
/// that are about to go, the page's files, the log, the runtime's own. Where there are hardly any
/// files at all, each side has half of them.
pub fn connections_within(files: u64, asked: usize) -> usize {
    let left = files.saturating_sub(BESIDES).max(files / 2).max(1);
    asked.min(usize::try_from(left).unwrap_or(usize::MAX))
}

/// A while in which no connection can be accepted, which is told at its begin and at its end.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Shortage(Option<Episode>);

#[derive(Clone, Copy, Debug)]
struct Episode {
    began: Instant,
    last: Instant,
    times: u64,
}

/// A shortage that is over.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Over {
    /// How long it lasted.
    pub(crate) lasted: Duration,
    /// How often something failed meanwhile.
    pub(crate) times: u64,
}

impl Shortage {
    /// Something has failed; tells whether the shortage begins with it.
    pub(crate) fn failed(&mut self, now: Instant) -> bool {
        let begins = self.0.is_none();
        let episode = self.0.get_or_insert(Episode { began: now, last: now, times: 0 });
        episode.last = now;
        episode.times += 1;
        begins
    }

    /// Something has not failed; tells whether a shortage is over, which takes a while without a
    /// failure: where one file closes, one connection is accepted, and the next fails again.
    pub(crate) fn succeeded(&mut self, now: Instant) -> Option<Over> {
        let Episode { began, last, times } = self.0.filter(|it| now >= it.last + QUIET)?;
        self.0 = None;
        Some(Over { lasted: last - began, times })
    }
}

/// What a process has open besides the connections that have room, with a margin.
const BESIDES: u64 = 320;

/// How long nothing fails once a shortage is over.
const QUIET: Duration = Duration::from_secs(2);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_files_for_the_rest() {
        for (files, asked, connections) in [
            (1_048_576, 10_000, 10_000),
            (20_000, 10_000, 10_000),
            (10_320, 10_000, 10_000),
            (10_319, 10_000, 9_999),
            (1_024, 10_000, 704),
            (1_024, 100, 100),
            (512, 10_000, 256),
            (256, 10_000, 128),
            (10, 10_000, 5),
            (0, 10_000, 1),
            (u64::MAX, usize::MAX, usize::try_from(u64::MAX - 320).unwrap_or(usize::MAX)),
        ] {
            assert_eq!(connections_within(files, asked), connections, "{asked} of {files}");
        }
    }

    #[test]
    fn a_shortage_is_told_once_and_its_end_with_how_much_it_was() {
        let start = Instant::now();
        let at = |millis| start + Duration::from_millis(millis);
        let mut shortage = Shortage::default();
        assert_eq!(shortage.succeeded(at(0)), None);
        let begins: Vec<_> = [0, 50, 100].map(|it| shortage.failed(at(it))).into();
        assert_eq!(begins, [true, false, false]);
        // One that fits in now and then is no end.
        assert_eq!(shortage.succeeded(at(120)), None);
        assert!(!shortage.failed(at(1_000)));
        assert_eq!(shortage.succeeded(at(2_999)), None);
        let over = Over { lasted: Duration::from_secs(1), times: 4 };
        assert_eq!(shortage.succeeded(at(3_000)), Some(over));
        assert_eq!(shortage.succeeded(at(9_000)), None);
        assert!(shortage.failed(at(9_000)), "another one");
    }
}
