//! A line through the last delays, as the points of an SVG polyline.

use crate::numerals::fixed;

/// What a sparkline shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Spark {
    /// The points, newest at the right edge.
    pub points: String,
    /// The height of zero.
    pub zero: f64,
    /// The delay at the top edge, in microseconds.
    pub top: i64,
    /// The delay at the bottom edge, in microseconds: zero, or less where a delay is.
    pub bottom: i64,
}

/// Draws `delays`, in microseconds and newest last, into a box of `width` by `height` that has room
/// for `room` of them.
///
/// The scale takes round steps only, so that it rarely changes while the line moves.
pub fn spark(
    delays: impl DoubleEndedIterator<Item = i64> + Clone,
    room: usize,
    width: f64,
    height: f64,
) -> Spark {
    let top = round_up(delays.clone().max().unwrap_or(0)).max(LEAST);
    let bottom = -round_up(delays.clone().min().map_or(0, i64::saturating_neg));
    let span = top.saturating_sub(bottom) as f64;
    let y = |delay: i64| height * (top.saturating_sub(delay) as f64 / span).clamp(0.0, 1.0);
    let step = width / room.saturating_sub(1).max(1) as f64;
    let mut points: Vec<String> = delays
        .rev()
        .zip(0_u32..)
        .map(|(delay, age)| {
            let x = width - step * f64::from(age);
            format!("{},{}", fixed(x, 1), fixed(y(delay), 1))
        })
        .collect();
    points.reverse();
    Spark { points: points.join(" "), zero: y(0), top, bottom }
}

/// The least delay at the top edge: below a millisecond there is nothing but noise.
const LEAST: i64 = 1_000;

/// Returns the next 1, 2 or 5 times a power of ten; zero for what is not above zero.
fn round_up(value: i64) -> i64 {
    if value <= 0 {
        return 0;
    }
    let mut power: i64 = 1;
    loop {
        for step in [1, 2, 5] {
            let round = power.saturating_mul(step);
            if round >= value {
                return round;
            }
        }
        power = power.saturating_mul(10);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_takes_round_steps() {
        for (value, round) in
            [(-5, 0), (0, 0), (1, 1), (3, 5), (11, 20), (501, 1_000), (i64::MAX, i64::MAX)]
        {
            assert_eq!(round_up(value), round);
        }
    }

    #[test]
    fn the_newest_delay_is_at_the_right_edge() {
        let spark = spark([0, 2_000, 1_000].into_iter(), 5, 100.0, 10.0);
        assert_eq!(spark.points, "50.0,10.0 75.0,0.0 100.0,5.0");
        assert_eq!((spark.top, spark.bottom), (2_000, 0));
        assert!((spark.zero - 10.0).abs() < f64::EPSILON);
    }

    #[test]
    fn what_is_below_zero_has_room() {
        let spark = spark([-400, 900].into_iter(), 2, 10.0, 30.0);
        assert_eq!((spark.top, spark.bottom), (1_000, -500));
        assert!((spark.zero - 20.0).abs() < f64::EPSILON);
    }

    #[test]
    fn without_delays_there_is_a_scale_all_the_same() {
        let spark = spark(std::iter::empty(), 120, 100.0, 10.0);
        assert_eq!((spark.points.as_str(), spark.top, spark.bottom), ("", 1_000, 0));
    }
}
