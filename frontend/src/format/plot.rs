//! A row's plot of what was sent against what arrived.
//!
//! Items stand on a lower line when they were sent and on an upper one when they arrived, as on the
//! Transports view's axis: the more a line leans, the later an item came.

use std::fmt::Write;
use std::time::Duration;

use echoclock_shared::check::report::Mark;
use echoclock_shared::{counted, say};

use super::{count, delay, duration};

/// A plot, as SVG paths in a box of [`Plot::WIDTH`] by [`Plot::HEIGHT`].
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Plot {
    /// When items were sent.
    pub sent: String,
    /// From sent to arrived.
    pub stems: String,
    /// When they arrived.
    pub arrived: String,
    /// Items that did not arrive.
    pub lost: String,
    /// How much time it shows.
    pub span: String,
    /// What it shows, in a sentence.
    pub says: String,
}

impl Plot {
    /// How wide the box is.
    pub const WIDTH: u32 = 1_000;

    /// How high the box is.
    pub const HEIGHT: u32 = 100;
}

/// Where an item stands that was sent.
const SENT: u32 = 86;

/// Where an item stands that has arrived.
const ARRIVED: u32 = 18;

/// Plots marks; nothing where there are none.
pub fn plot(marks: &[Mark]) -> Option<Plot> {
    let times = || marks.iter().flat_map(|mark| [Some(mark.sent), mark.arrived]).flatten();
    let first = times().reduce(f64::min)?.min(0.0);
    let last = times().reduce(f64::max)?;
    // A single instant has no length, and is shown in some.
    let length = (last - first).max(1.0);
    let x = |millis: f64| (millis - first) / length * f64::from(Plot::WIDTH);
    let mut plot = Plot { span: span(length), says: sentence(marks, length), ..Plot::default() };
    for mark in marks {
        let sent = x(mark.sent);
        line(&mut plot.sent, (sent, SENT - 9), (sent, SENT + 9));
        match mark.arrived.map(x) {
            Some(arrived) => {
                line(&mut plot.stems, (sent, SENT), (arrived, ARRIVED));
                // A line without length is drawn as a dot, by its round caps.
                line(&mut plot.arrived, (arrived, ARRIVED), (arrived, ARRIVED));
            }
            None => line(&mut plot.lost, (sent, SENT), (sent, SENT / 2)),
        }
    }
    Some(plot)
}

fn sentence(marks: &[Mark], length: f64) -> String {
    let many = marks.len() as u64;
    let (n, span) = (count(many), span(length));
    let items = counted!(many, "{n} item in {span}", "{n} items in {span}", n, span);
    let mut delays: Vec<_> =
        marks.iter().filter_map(|mark| Some(mark.arrived? - mark.sent)).collect();
    delays.sort_by(f64::total_cmp);
    let lost = marks.len() - delays.len();
    let (Some(middle), Some(longest)) = (delays.get(delays.len() / 2), delays.last()) else {
        return say!("{items}: none arrived.", items);
    };
    let (middle, longest) = (delay(micros(*middle)), delay(micros(*longest)));
    let items = match lost {
        0 => items,
        _ => say!("{items}, {lost} of which did not arrive", items, lost),
    };
    say!("{items}: half within {middle}, all within {longest}.", items, middle, longest)
}

fn span(millis: f64) -> String {
    if millis < 10_000.0 {
        delay(micros(millis))
    } else {
        // A file may say anything.
        duration(Duration::try_from_secs_f64(millis / 1_000.0).unwrap_or(Duration::MAX))
    }
}

fn micros(millis: f64) -> i64 {
    (millis * 1_000.0) as i64
}

fn line(path: &mut String, from: (f64, u32), to: (f64, u32)) {
    write!(path, "M{:.0} {}L{:.0} {}", from.0, from.1, to.0, to.1)
        .expect("a text takes what is written");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(sent: f64, arrived: f64) -> Mark {
        Mark { sent, arrived: Some(arrived) }
    }

    #[test]
    fn items_lean_by_their_delay() {
        let plot = plot(&[mark(0.0, 10.0), mark(500.0, 1_000.0)]).expect("a plot");
        assert_eq!(plot.stems, "M0 86L10 18M500 86L1000 18");
        assert_eq!(plot.arrived, "M10 18L10 18M1000 18L1000 18");
        assert_eq!(plot.span, "1.00 s");
        assert_eq!(plot.says, "2 items in 1.00 s: half within 500 ms, all within 500 ms.");
    }

    #[test]
    fn what_did_not_arrive_is_said_and_drawn() {
        let lost = Mark { sent: 20.0, arrived: None };
        let some = plot(&[mark(0.0, 40.0), lost]).expect("a plot");
        assert_eq!(some.lost, "M500 86L500 43");
        assert!(some.says.contains("1 of which did not arrive"), "{}", some.says);
        let none = plot(&[lost]).expect("a plot");
        assert_eq!(none.says, "1 item in 20.0 ms: none arrived.");
        assert_eq!(plot(&[]), None);
    }

    #[test]
    fn a_clock_that_is_a_little_off_stays_within_the_box() {
        let plot = plot(&[mark(-2.0, 1.0)]).expect("a plot");
        assert_eq!(plot.stems, "M0 86L1000 18");
    }
}
