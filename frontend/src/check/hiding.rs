//! For how long nobody sees the page while it runs a check.

use echoclock_shared::check::report::Hidden;

/// The times at which the page was hidden, in microseconds since the run began.
#[derive(Debug, Default)]
pub(super) struct Hiding {
    over: Vec<Hidden>,
    /// Since when it is.
    since: Option<u64>,
}

impl Hiding {
    /// Takes that the page is seen, or not, from now on.
    pub(super) fn take(&mut self, is_visible: bool, now: u64) {
        if is_visible {
            self.over = self.until(now);
            self.since = None;
        } else {
            self.since.get_or_insert(now);
        }
    }

    /// Returns when it was hidden until now.
    pub(super) fn until(&self, now: u64) -> Vec<Hidden> {
        let mut all = self.over.clone();
        if let Some(from) = self.since {
            match all.last_mut() {
                // Past the bound one stands for several, with what is in between.
                Some(last) if self.over.len() == TIMES_MAX => last.to = now,
                Some(_) | None => all.push(Hidden { from, to: now }),
            }
        }
        all
    }
}

/// How many times are kept.
const TIMES_MAX: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_time_has_its_beginning_and_its_end() {
        let mut hiding = Hiding::default();
        hiding.take(true, 1);
        assert_eq!(hiding.until(2), []);
        for (is_visible, at) in [(false, 3), (false, 4), (true, 5), (true, 6), (false, 7)] {
            hiding.take(is_visible, at);
        }
        let hidden = |from, to| Hidden { from, to };
        assert_eq!(hiding.until(9), [hidden(3, 5), hidden(7, 9)]);
    }

    #[test]
    fn however_often_it_is_hidden_few_times_are_kept() {
        let mut hiding = Hiding::default();
        for at in 0..200 {
            hiding.take(at % 2 == 1, at);
        }
        let all = hiding.until(200);
        assert_eq!((all.len(), all.last().map(|last| last.to)), (TIMES_MAX, Some(199)));
    }
}
