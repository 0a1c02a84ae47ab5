//! How far a run is, for whoever waits.

use std::io::Write;
use std::time::Duration;

use echoclock_shared::check::observed::Outcome;
use echoclock_shared::check::run::{Run, Stage};

use super::{capital, plain};
use crate::drive::Watcher;

/// Tells how far a run is: in one line that changes on a terminal, otherwise a line per probe.
pub(crate) struct Progress<W> {
    to: W,
    is_terminal: bool,
    over: usize,
    /// The probe that began last.
    newest: Option<usize>,
    turn: usize,
}

impl<W: Write> Progress<W> {
    pub(crate) const fn new(to: W, is_terminal: bool) -> Self {
        Self { to, is_terminal, over: 0, newest: None, turn: 0 }
    }

    /// Takes away the line that changes.
    pub(crate) fn finish(mut self) {
        if self.is_terminal {
            self.say(CLEAR.to_owned());
        }
    }

    /// There is nobody to tell where it fails.
    fn say(&mut self, text: String) {
        let _ = self.to.write_all(text.as_bytes()).and_then(|()| self.to.flush());
    }
}

impl<W: Write> Watcher for Progress<W> {
    fn moved(&mut self, run: &Run, which: usize) {
        let outcome = match run.stage(which) {
            Stage::Over(outcome) => outcome,
            Stage::Running => return self.newest = Some(which),
            Stage::Waiting | Stage::Asking => return,
        };
        self.over += 1;
        if !self.is_terminal {
            let probe = &run.probes()[which];
            let how = match outcome {
                Outcome::Done => "",
                Outcome::Late => ": not over in its time",
                Outcome::Cancelled => ": stopped",
                Outcome::Asleep => ": not judged, as the check itself stood still",
                Outcome::Skipped => ": not begun",
            };
            let (over, all) = (self.over, run.probes().len());
            let (lane, title) = (capital(&probe.lane.to_string()), plain(&probe.title));
            self.say(format!("{over}/{all} {lane}: {title}{how}\n"));
        }
    }

    fn redraws_every(&self) -> Option<Duration> {
        self.is_terminal.then_some(TURN)
    }

    fn redraw(&mut self, run: &Run, time: Duration) {
        self.turn += 1;
        let spinner = SPINNER[self.turn % SPINNER.len()];
        let (over, all, time) = (self.over, run.probes().len(), time.as_secs());
        let newest = self.newest.map(|which| &run.probes()[which]);
        let newest = newest.map_or(String::new(), |probe| {
            format!("  {}: {}", capital(&probe.lane.to_string()), plain(&probe.title))
        });
        let line: String =
            format!("{spinner} {over} of {all}, {time} s{newest}").chars().take(WIDTH).collect();
        self.say(format!("{CLEAR}{line}"));
    }
}

/// Back to the line's beginning, and nothing on it.
const CLEAR: &str = "\r\x1b[K";

const SPINNER: [char; 10] = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/// How long a turn of the spinner takes.
const TURN: Duration = Duration::from_millis(120);

/// Narrower than any terminal in use, so that the line stays one.
const WIDTH: usize = 78;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use echoclock_shared::check::evidence::Client;
    use echoclock_shared::check::run::{Event, Setup, Slots};
    use echoclock_shared::ledger::LedgerId;
    use echoclock_shared::time::UnixMillis;

    fn said(is_terminal: bool) -> String {
        let mut run = Run::new(Setup {
            probes: sample::probes().into_iter().take(2).collect(),
            slots: Slots { requests: 8, sockets: 8, timed: 8, asides: 4 },
            client: Client::CommandLine,
            url: String::new(),
            time: Duration::from_secs(60),
            has_ledgers: true,
            run: LedgerId::from_random(1),
            began: UnixMillis::new(0),
        });
        let mut to = vec![];
        let mut progress = Progress::new(&mut to, is_terminal);
        run.handle(Event::Begin, Duration::ZERO);
        progress.moved(&run, 0);
        if progress.redraws_every().is_some() {
            progress.redraw(&run, Duration::from_secs(3));
        }
        for _ in 0..2 {
            run.handle(Event::Cancel, Duration::from_secs(1));
        }
        progress.moved(&run, 0);
        progress.finish();
        String::from_utf8(to).unwrap()
    }

    #[test]
    fn what_is_no_terminal_gets_whole_lines() {
        assert_eq!(
            said(false),
            "1/2 Plain requests: the request as it arrives, and the clocks: stopped\n"
        );
    }

    #[test]
    fn a_terminal_has_one_line_that_goes() {
        let line = "⠙ 0 of 2, 3 s  Plain requests: the request as it arrives, and the clocks";
        assert_eq!(said(true), format!("\r\x1b[K{line}\r\x1b[K"));
    }
}
