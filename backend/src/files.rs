//! How many files the process may have open, each connection among them.

use std::time::Duration;

use tokio::time::Instant;

use crate::limits::Places;

/// Raises how many files the process may have open as far as the system lets it without asking
/// anybody; returns how many that is.
///
/// # Errors
///
/// Where the system does not tell.
pub fn raise_limit() -> std::io::Result<u64> {
    rlimit::increase_nofile_limit(u64::MAX)
}

/// Returns how many connections there may be, and how many of the page's files, where `asked` are
/// wanted and the process may have `files` open: together they are never all of them.
///
/// What it has open besides is left to it: the connections that have no room and are told so, those
/// that are about to go, the log, the runtime's own. Where there are hardly any files at all, each
/// side has half of them.
pub fn places_within(files: u64, asked: Places) -> Places {
    let at_most =
        |asked: usize, left: u64| asked.min(usize::try_from(left.max(1)).unwrap_or(usize::MAX));
    let pages = at_most(asked.files, files / PAGES_PART);
    let left = files.saturating_sub(BESIDES).max(files / 2).saturating_sub(pages as u64);
    Places { files: pages, connections: at_most(asked.connections, left), ..asked }
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

/// The part of all files that the page's may be.
const PAGES_PART: u64 = 8;

/// What a process has open besides the page's files and the connections that have room, with a
/// margin.
const BESIDES: u64 = 320;

/// How long nothing fails once a shortage is over.
const QUIET: Duration = Duration::from_secs(2);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_and_the_page_leave_files_for_the_rest() {
        let most = usize::try_from(u64::MAX - 320 - 256).unwrap_or(usize::MAX);
        for (files, asked, connections, pages) in [
            (1_048_576, 10_000, 10_000, 256),
            (20_000, 10_000, 10_000, 256),
            (10_576, 10_000, 10_000, 256),
            (10_575, 10_000, 9_999, 256),
            (1_024, 10_000, 576, 128),
            (1_024, 100, 100, 128),
            (512, 10_000, 192, 64),
            (256, 10_000, 96, 32),
            (10, 10_000, 4, 1),
            (0, 10_000, 1, 1),
            (u64::MAX, usize::MAX, most, 256),
        ] {
            let asked = Places { connections: asked, ..Places::IN_ALL };
            let told = places_within(files, asked);
            let places = Places { connections, files: pages, ..asked };
            assert_eq!(told, places, "{} of {files}", asked.connections);
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
