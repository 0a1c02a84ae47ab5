//! Whether the wall clock has leapt: it was set, or the machine slept.

use std::fmt;
use std::time::Duration;

use echoclock_shared::limits::CURSOR_AHEAD_MAX;
use echoclock_shared::time::UnixMillis;

/// Compares the wall clock with the time that is never set, whoever looks at them.
#[derive(Debug, Default)]
pub(super) struct Leaps {
    last: Option<Look>,
    /// The furthest that the wall clock ever was; where it starts anew, from there on.
    furthest: UnixMillis,
}

/// Both clocks at one moment.
#[derive(Clone, Copy, Debug)]
struct Look {
    wall: UnixMillis,
    mono: Duration,
}

/// How the wall clock has leapt.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Leap {
    /// It is so far ahead of where it should be.
    Ahead(Duration),
    /// It is so far behind where it should be.
    Back(Duration),
    /// It is so far behind where it once was that no tick waits for it to get there again.
    Anew(Duration),
}

impl Leaps {
    /// The shortest leap; a clock that is kept right by the network moves less.
    const LEAST: Duration = Duration::from_secs(1);

    /// How much of the time between two looks two clocks may part.
    const DRIFT: u32 = 1_000;

    /// Looks at both clocks, and says whether one of them has leapt since the last look.
    pub(super) fn look(&mut self, wall: UnixMillis, mono: Duration) -> Option<Leap> {
        let Some(before) = self.last.replace(Look { wall, mono }) else {
            self.furthest = wall;
            return None;
        };
        let passed = mono.saturating_sub(before.mono);
        let expected = before.wall.plus(passed);
        let (ahead, back) = (wall.since(expected), expected.since(wall));
        let behind = self.furthest.since(wall);
        self.furthest = self.furthest.max(wall);
        let least = Self::LEAST + passed / Self::DRIFT;
        if behind > CURSOR_AHEAD_MAX {
            self.furthest = wall;
            Some(Leap::Anew(behind.max(back)))
        } else if back > least {
            Some(Leap::Back(back))
        } else {
            (ahead > least).then_some(Leap::Ahead(ahead))
        }
    }
}

impl fmt::Display for Leap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ahead(by) => write!(
                f,
                "the wall clock has leapt {by:?} ahead: it was set, or the machine slept; the \
                 ticks that it left out go out at once"
            ),
            Self::Back(by) => write!(
                f,
                "the wall clock was set back by {by:?}: ticks wait until it is there again"
            ),
            Self::Anew(by) => write!(
                f,
                "the wall clock was set back by {by:?}: feeds that are more than a minute ahead \
                 start anew, and whoever follows them is told of a gap"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    /// A day in milliseconds.
    const DAY: u64 = 86_400_000;

    /// Where the wall clock stands at first.
    const START: u64 = 1_000 * DAY;

    /// Looks at pairs of wall clock and other time, and returns the leaps.
    fn leaps(looks: &[(u64, u64)]) -> Vec<Option<Leap>> {
        let mut leaps = Leaps::default();
        let looks = [(START, 0)].iter().chain(looks);
        let told = looks.map(|(wall, mono)| leaps.look(UnixMillis::new(*wall), ms(*mono)));
        told.skip(1).collect()
    }

    #[test]
    fn a_leap_is_told_once_either_way() {
        let (ahead, back, anew) = (Leap::Ahead, Leap::Back, Leap::Anew);
        for (wall, mono, leap) in [
            (START + 250, 250, None),
            (START, 250, None), // late by a quarter of a second
            (START + 1_250, 250, None),
            (START + 1_500, 250, Some(ahead(ms(1_250)))),
            (START + 10 * DAY + 250, 250, Some(ahead(ms(10 * DAY)))),
            (START - 2_000, 250, Some(back(ms(2_250)))),
            (START - 60_000, 250, Some(back(ms(60_250)))),
            (START - 60_001, 250, Some(anew(ms(60_251)))),
            (0, 250, Some(anew(ms(START + 250)))),
            // Nobody has looked for a day, and clocks are not that exact.
            (START + DAY + 60_000, DAY, None),
            (START + DAY - 60_000, DAY, None),
            (START + DAY + 90_000, DAY, Some(ahead(ms(90_000)))),
            (u64::MAX, u64::MAX, None),
        ] {
            let told = leaps(&[(wall, mono), (wall.saturating_add(250), mono.saturating_add(250))]);
            assert_eq!(told, [leap, None], "{wall} after {mono} ms");
        }
    }

    #[test]
    fn small_steps_back_add_up() {
        let back = |seconds: u64| Some(Leap::Back(ms(seconds * 1_000)));
        let told = leaps(&[
            (START - 40_000, 0),
            (START - 10_000, 30_000),
            (START - 50_000, 30_000),
            // As far from the furthest as a tick may wait, and then further by no leap.
            (START - 60_000, 30_000),
            (START - 61_000, 30_000),
            (START - 101_000, 30_000),
        ]);
        let anew = Some(Leap::Anew(ms(61_000)));
        assert_eq!(told, [back(40), None, back(40), back(10), anew, back(40)]);
    }

    #[test]
    fn a_clock_that_was_wrong_once_is_two_lines() {
        let wrong = START + 10 * DAY;
        let told = leaps(&[(wrong, 0), (wrong + 4_000, 4_000), (START + 4_000, 4_000)]);
        let ten_days = ms(10 * DAY);
        assert_eq!(told, [Some(Leap::Ahead(ten_days)), None, Some(Leap::Anew(ten_days))]);
        let words = Leap::Anew(ten_days).to_string();
        assert!(words.starts_with("the wall clock was set back by 864000s: "), "{words}");
    }
}
