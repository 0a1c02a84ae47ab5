//! What the person at the terminal sees: a line per step, and how the long ones are doing.
//!
//! On a terminal the running tasks share one line that is redrawn; elsewhere (a log) each says a
//! line now and then.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "printing is this module's job")]

use std::io::{IsTerminal, Write, stdout};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Prints a line, above the line of progress.
pub(crate) fn say(line: &str) {
    board().print(line);
}

/// Says why the whole command failed.
pub(crate) fn fail(error: &anyhow::Error) {
    board().clear();
    eprintln!("error: {error:#}");
}

/// Says what a step came to, under its name.
pub(crate) fn step(name: &str, what: &str) {
    say(&format!("{name:>NAME_WIDTH$}  {what}"));
}

/// A step that takes its time; it leaves the line of progress when dropped.
#[must_use = "the task is shown for as long as it lives"]
pub(crate) struct Task {
    id: Option<u64>,
    name: &'static str,
    started: Instant,
}

impl Task {
    /// Says what begins, and shows it as running.
    pub(crate) fn start(name: &'static str, what: &str) -> Self {
        step(name, what);
        static TICKING: Once = Once::new();
        TICKING.call_once(|| {
            thread::spawn(tick);
        });
        let started = Instant::now();
        let id = board().begin(name, started);
        Self { id: Some(id), name, started }
    }

    /// A task that nobody sees.
    #[cfg(test)]
    pub(crate) fn quiet() -> Self {
        Self { id: None, name: "quiet", started: Instant::now() }
    }

    /// Shows how far it has come.
    pub(crate) fn note(&self, line: &str) {
        if let Some(id) = self.id {
            board().note(id, line);
        }
    }

    /// Says how long it took.
    pub(crate) fn done(self) {
        let took = took(self.started.elapsed());
        let name = self.name;
        drop(self);
        step(name, &format!("done in {took}"));
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        if let Some(id) = self.id {
            board().end(id);
        }
    }
}

/// A duration as people say it.
pub(crate) fn took(time: Duration) -> String {
    match time.as_secs() {
        0..60 => format!("{:.1} s", time.as_secs_f64()),
        seconds => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

struct Running {
    id: u64,
    name: &'static str,
    started: Instant,
    reported: Instant,
    note: String,
}

impl Running {
    fn line(&self) -> String {
        let seconds = self.started.elapsed().as_secs();
        format!("{}:{:02} {}", seconds / 60, seconds % 60, self.note.trim())
    }
}

struct Board {
    running: Vec<Running>,
    next: u64,
    drawn: bool,
}

static BOARD: Mutex<Board> = Mutex::new(Board { running: Vec::new(), next: 0, drawn: false });

fn board() -> MutexGuard<'static, Board> {
    // A panic while printing leaves nothing half-done that matters.
    BOARD.lock().unwrap_or_else(PoisonError::into_inner)
}

fn tick() {
    let terminal = stdout().is_terminal();
    loop {
        thread::sleep(REDRAW);
        if terminal {
            board().redraw();
        } else {
            board().report();
        }
    }
}

impl Board {
    fn begin(&mut self, name: &'static str, started: Instant) -> u64 {
        let id = self.next;
        self.next += 1;
        self.running.push(Running { id, name, started, reported: started, note: String::new() });
        id
    }

    fn note(&mut self, id: u64, line: &str) {
        if let Some(task) = self.running.iter_mut().find(|task| task.id == id) {
            line.clone_into(&mut task.note);
        }
    }

    fn end(&mut self, id: u64) {
        self.running.retain(|task| task.id != id);
        self.clear();
    }

    fn print(&mut self, line: &str) {
        self.clear();
        println!("{line}");
    }

    fn redraw(&mut self) {
        let line = |task: &Running| format!("{} {}", task.name, task.line());
        let lines: Vec<_> = self.running.iter().map(line).collect();
        self.clear();
        if !lines.is_empty() {
            let share = LINE_WIDTH / lines.len();
            let cut = |line: &String| line.chars().take(share - 3).collect::<String>();
            print!("{}", lines.iter().map(cut).collect::<Vec<_>>().join(" | "));
            self.drawn = true;
            // A terminal that went away is no reason to stop.
            let _ = stdout().flush();
        }
    }

    fn report(&mut self) {
        for task in &mut self.running {
            if task.reported.elapsed() >= REPORT {
                task.reported = Instant::now();
                println!("{:>NAME_WIDTH$}  … {}", task.name, task.line());
            }
        }
    }

    fn clear(&mut self) {
        if self.drawn {
            print!("\r\x1b[2K");
            self.drawn = false;
        }
    }
}

const NAME_WIDTH: usize = 13;
const LINE_WIDTH: usize = 79;
const REDRAW: Duration = Duration::from_millis(250);
const REPORT: Duration = Duration::from_secs(15);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_people_say_them() {
        for (millis, said) in [
            (0, "0.0 s"),
            (1_250, "1.2 s"),
            (59_900, "59.9 s"),
            (60_000, "1 min 0 s"),
            (605_000, "10 min 5 s"),
        ] {
            assert_eq!(took(Duration::from_millis(millis)), said);
        }
    }
}
