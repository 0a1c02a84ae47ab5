//! Whether two measured the same.

use super::Symptom;

impl Symptom {
    /// Whether it is the same symptom, and what was measured is the same but for what two runs over one
    /// path may differ by.
    pub fn is_as_much_as(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::HeldFor { bytes: one }, Self::HeldFor { bytes: other })
            | (Self::Coalesced { millis: one }, Self::Coalesced { millis: other })
            | (Self::HeadLate { millis: one }, Self::HeadLate { millis: other })
            | (Self::SentTwice { times: one }, Self::SentTwice { times: other })
            | (Self::Lifetime { seconds: one }, Self::Lifetime { seconds: other })
            | (Self::IdleCut { seconds: one }, Self::IdleCut { seconds: other }) => {
                is_near(*one, *other)
            }
            // The limit is between the two: it may be the same one where they overlap.
            (
                Self::OverLimit { passed, failed },
                Self::OverLimit { passed: other_passed, failed: other_failed },
            ) => passed < other_failed && other_passed < failed,
            // How soon it dies is the network's affair.
            (Self::SocketReset { .. }, Self::SocketReset { .. }) => true,
            (one, other) => one == other,
        }
    }
}

/// Whether two figures differ by no more than a quarter of the greater one.
pub(in crate::check) fn is_near(one: u64, other: u64) -> bool {
    one.abs_diff(other) <= one.max(other) / 4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_may_differ_by_a_quarter_and_limits_by_what_is_between() {
        let cut = |seconds| Symptom::Lifetime { seconds };
        let limit = |passed, failed| Symptom::OverLimit { passed, failed };
        for (one, other, is_same) in [
            (cut(300), cut(225), true),
            (cut(300), cut(224), false),
            (cut(30), cut(300), false),
            (cut(30), Symptom::IdleCut { seconds: 30 }, false),
            (limit(1_000, 65_536), limit(60_000, 1_048_576), true),
            (limit(1_000, 65_536), limit(65_536, 1_048_576), false),
            (Symptom::SocketReset { millis: 1 }, Symptom::SocketReset { millis: 90 }, true),
            (
                Symptom::AnsweredElsewhere { status: 403 },
                Symptom::AnsweredElsewhere { status: 502 },
                false,
            ),
        ] {
            assert_eq!(one.is_as_much_as(&other), is_same, "{one:?} {other:?}");
            assert_eq!(other.is_as_much_as(&one), is_same, "{other:?} {one:?}");
        }
    }
}
