//! The time axis that all lanes share: where on it what happened is drawn.
//!
//! Drawings are SVG paths in a box as wide as the axis is long, in milliseconds, and [`HEIGHT`]
//! high. Time goes to the right. A drawing is made for an instant, its origin, which stands at the
//! right edge; as time goes on, the drawing is pushed to the left as it is.

use std::fmt::Write;
use std::time::Duration;

use echoclock_shared::feed::Period;

use crate::stores::{Track, What};

/// How high the box is.
pub const HEIGHT: u32 = 100;

/// Where a tick stands that was due.
const DUE: u32 = 88;

/// Where a tick stands that has arrived.
const ARRIVED: u32 = 26;

/// Returns how much time the axis shows of a clock: its thirds are round numbers.
pub const fn span(period: Period) -> Duration {
    Duration::from_secs(match period {
        Period::Ms100 => 12,
        Period::Ms250 => 15,
        Period::S1 => 30,
        Period::S5 => 3 * 60,
        Period::S15 => 6 * 60,
        Period::S60 => 15 * 60,
    })
}

/// What happened on a lane, as the data of an SVG path for each kind.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Drawing {
    /// While the link was open.
    pub open: String,
    /// When ticks were due.
    pub due: String,
    /// From due to arrival.
    pub stems: String,
    /// Live ticks, in time.
    pub live: String,
    /// Live ticks, late.
    pub late: String,
    /// Ticks that were caught up with.
    pub replayed: String,
    /// Where ticks are missing.
    pub holes: String,
    /// Where the link ended.
    pub ends: String,
}

/// Draws what `track` holds, as it is at `origin`. What is off the axis then stays so, since time only
/// goes on.
pub fn draw(track: &Track, origin: Duration, span: Duration) -> Drawing {
    let mut drawing = Drawing::default();
    let width = millis(span);
    let mut open_from = None;
    let mut ended = false;
    for mark in track.marks() {
        let x = (width + millis(mark.at) - millis(origin)).max(0);
        // Older marks are not kept, and what says something is open.
        if !ended && mark.what != What::Ended {
            open_from.get_or_insert(x);
        }
        match mark.what {
            What::Opened => {
                ended = false;
                open_from = Some(x);
            }
            What::Ended => {
                ended = true;
                if let Some(from) = open_from.take() {
                    line(&mut drawing.open, (from, DUE), (x, DUE));
                }
                line(&mut drawing.ends, (x, DUE - 12), (x, DUE + 12));
            }
            What::Live { .. } | What::Replayed { .. } | What::Hole if x <= 0 => {}
            What::Live { delay, late } => {
                drawing.tick(x, delay);
                dot(if late { &mut drawing.late } else { &mut drawing.live }, x);
            }
            What::Replayed { age } => {
                drawing.tick(x, age);
                dot(&mut drawing.replayed, x);
            }
            What::Hole => line(&mut drawing.holes, (x, 0), (x, HEIGHT)),
        }
    }
    // What is open stays so until it is told that it has ended.
    if let Some(from) = open_from {
        line(&mut drawing.open, (from, DUE), (2 * width, DUE));
    }
    drawing
}

impl Drawing {
    fn tick(&mut self, arrived: i64, delay: Option<i64>) {
        let Some(delay) = delay else { return };
        let due = arrived.saturating_sub(delay / 1_000);
        line(&mut self.due, (due, DUE - 8), (due, DUE + 8));
        line(&mut self.stems, (due, DUE), (arrived, ARRIVED));
    }
}

/// Whole milliseconds are finer than any screen, and quicker to write than fractions.
fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX / 4)
}

/// A line without length is drawn as a dot, by its round caps.
fn dot(path: &mut String, x: i64) {
    line(path, (x, ARRIVED), (x, ARRIVED));
}

fn line(path: &mut String, from: (i64, u32), to: (i64, u32)) {
    write!(path, "M{} {}L{} {}", from.0, from.1, to.0, to.1)
        .expect("a string takes all that is written");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stores::Mark;

    const ORIGIN: Duration = Duration::from_secs(100);

    fn drawn(marks: &[(u64, What)]) -> Drawing {
        let mark = |(at, what): &(u64, What)| Mark { at: Duration::from_millis(*at), what: *what };
        draw(&Track::of(marks.iter().map(mark).collect()), ORIGIN, span(Period::S1))
    }

    #[test]
    fn a_tick_stands_where_it_was_due_and_where_it_arrived() {
        let live = What::Live { delay: Some(250_000), late: false };
        let drawing = drawn(&[(99_000, live)]);
        assert_eq!(drawing.live, "M29000 26L29000 26");
        assert_eq!(drawing.due, "M28750 80L28750 96");
        assert_eq!(drawing.stems, "M28750 88L29000 26");
        assert_eq!((drawing.late, drawing.replayed, drawing.holes), Default::default());
    }

    #[test]
    fn each_kind_has_a_path_of_its_own() {
        let drawing = drawn(&[
            (98_000, What::Live { delay: Some(1_500_000), late: true }),
            (98_500, What::Hole),
            (99_000, What::Replayed { age: None }),
        ]);
        assert_eq!(drawing.late, "M28000 26L28000 26");
        assert_eq!(drawing.holes, "M28500 0L28500 100");
        assert_eq!(drawing.replayed, "M29000 26L29000 26");
        assert_eq!(drawing.stems, "M26500 88L28000 26", "what was due then is not known");
    }

    #[test]
    fn the_line_is_there_while_the_link_is_open() {
        let live = What::Live { delay: None, late: false };
        for (marks, open) in [
            (vec![], ""),
            (vec![(90_000, What::Opened)], "M20000 88L60000 88"),
            (vec![(90_000, What::Opened), (95_000, What::Ended)], "M20000 88L25000 88"),
            (vec![(90_000, live), (95_000, What::Ended)], "M20000 88L25000 88"),
            (vec![(95_000, What::Ended)], ""),
            (vec![(95_000, What::Ended), (96_000, What::Ended)], ""),
            (vec![(1_000, live)], "M0 88L60000 88"),
        ] {
            assert_eq!(drawn(&marks).open, open, "{marks:?}");
        }
    }
}
