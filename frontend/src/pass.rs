//! What the page knows of passes: whether the API's server wants one, and which (pure).
//!
//! A pass belongs to the API that gave it, and to no other that the user may type in.

use std::time::Duration;

use echoclock_shared::pass::{PARAMETER, Pass};
use echoclock_shared::session::Finding;

use crate::address::with_parameter;

/// What is known of one API.
#[derive(Clone, Debug, Default)]
pub struct Passes {
    /// The API's base address.
    base: String,
    known: Known,
    /// Since when the pass is doubted, if it is.
    doubted: Option<Duration>,
}

#[derive(Clone, Debug, Default)]
enum Known {
    /// Nothing.
    #[default]
    Nothing,
    /// The page is let in as it is.
    NoneWanted,
    /// The page is let in by this; times are those of `Moment::mono`.
    Given { pass: Pass, asked: Duration },
}

/// What is to become of what waits for a pass.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Entry {
    /// It may be opened.
    Open,
    /// The pass that came may be of a server that has gone since: another is asked for first.
    AskAgain,
    /// It would be refused, or reach nobody.
    Shut,
}

impl Passes {
    /// Knows from an earlier visit that the API at `base` wants no pass.
    pub fn none_wanted(base: &str) -> Self {
        Self { base: base.to_owned(), known: Known::NoneWanted, doubted: None }
    }

    /// Takes what the API at `base` answered when it was asked for a pass at `asked`.
    ///
    /// A server that drains still gives passes, of which the next one knows nothing: they are
    /// doubted from the first.
    pub fn learn(&mut self, base: &str, pass: Option<Pass>, asked: Duration, is_draining: bool) {
        let known = match pass {
            Some(pass) => Known::Given { pass, asked },
            None => Known::NoneWanted,
        };
        // Who answers may have gone since.
        let since = self.doubted.filter(|doubted| *doubted > asked);
        let doubted = since.or_else(|| is_draining.then_some(asked));
        *self = Self { base: base.to_owned(), known, doubted };
    }

    /// Doubts the pass, and any that was asked for before `now`: a link has ended, and a server that
    /// has started since knows it no more.
    pub const fn doubt(&mut self, now: Duration) {
        self.doubted = Some(now);
    }

    /// Judges what is to become of what waits for a pass, by what the API at `base` was found to answer
    /// when it was asked for one, and by whether that took longer than anything waits.
    ///
    /// A pass that is doubted is shown where nothing better is to be had in time. Where it is plain that
    /// the server which gave it is gone, or goes, it would be refused by the one that comes next.
    pub fn judge(&self, base: &str, finding: &Finding, is_late: bool) -> Entry {
        let is_given = self.base == base && matches!(self.known, Known::Given { .. });
        if !is_given || self.doubted.is_none() || is_late {
            return Entry::Open;
        }
        match finding {
            Finding::Info(info) if !info.draining => Entry::AskAgain,
            Finding::Info(_) | Finding::Problem(_) | Finding::Unreachable | Finding::NotOurs(_) => {
                Entry::Shut
            }
        }
    }

    /// Whether the API has to be asked before anything is opened there that the page has to be let
    /// in for.
    pub fn want_asking(&self, base: &str, now: Duration) -> bool {
        match &self.known {
            _ if self.base != base => true,
            Known::Nothing => true,
            Known::NoneWanted => false,
            // Well before it is over: what is opened by it may be long on its way.
            Known::Given { pass, asked } => {
                self.doubted.is_some() || now >= *asked + pass.lasts() / 2
            }
        }
    }

    /// Adds the pass to an address of the API, if there is one.
    pub fn show(&self, base: &str, address: &str, now: Duration) -> String {
        match &self.known {
            Known::Given { pass, asked } if self.base == base && now < *asked + pass.lasts() => {
                with_parameter(address, PARAMETER, &pass.value)
            }
            Known::Given { .. } | Known::Nothing | Known::NoneWanted => address.to_owned(),
        }
    }

    /// Takes the pass out of a text that is to be shown.
    pub fn hide(&self, text: &str) -> String {
        match &self.known {
            Known::Given { pass, .. } => text.replace(&pass.value, "…"),
            Known::Nothing | Known::NoneWanted => text.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use echoclock_shared::info::{Done, Open, Seen};
    use echoclock_shared::session::Stranger;
    use echoclock_shared::time::UnixMillis;

    use super::*;

    const BASE: &str = "http://h/api/";
    const LASTS: Duration = Duration::from_secs(600);

    const fn at(secs: u64) -> Duration {
        Duration::from_secs(secs)
    }

    fn pass() -> Pass {
        Pass { value: "12c-0a".to_owned(), valid_for: LASTS.as_secs() }
    }

    fn given() -> Passes {
        let mut passes = Passes::default();
        passes.learn(BASE, Some(pass()), at(100), false);
        passes
    }

    #[test]
    fn a_pass_is_shown_to_the_api_that_gave_it_while_it_is_valid() {
        let passes = given();
        for (base, address, now, shown) in [
            (BASE, "http://h/api/echo", 100, "http://h/api/echo?pass=12c-0a"),
            (BASE, "ws://h/api/echo?link=x", 100, "ws://h/api/echo?link=x&pass=12c-0a"),
            (BASE, "http://h/api/echo", 699, "http://h/api/echo?pass=12c-0a"),
            (BASE, "http://h/api/echo", 700, "http://h/api/echo"),
            ("http://other/api/", "http://other/api/echo", 100, "http://other/api/echo"),
        ] {
            assert_eq!(passes.show(base, address, at(now)), shown);
        }
        let mut none = given();
        none.learn(BASE, None, at(200), false);
        for passes in [none, Passes::default()] {
            assert_eq!(passes.show(BASE, "http://h/api/echo", at(200)), "http://h/api/echo");
        }
        assert_eq!(
            passes.hide("ws://h/?pass=12c-0a is no address"),
            "ws://h/?pass=… is no address"
        );
    }

    #[test]
    fn it_is_asked_for_where_nothing_is_known_and_well_before_it_is_over() {
        assert!(Passes::default().want_asking(BASE, at(0)));
        let mut passes = given();
        assert!(!passes.want_asking(BASE, at(399)));
        assert!(passes.want_asking(BASE, at(400)));
        assert!(passes.want_asking("http://other/api/", at(100)));
        passes.doubt(at(101));
        assert!(passes.want_asking(BASE, at(101)), "the server may have started since");
        passes.learn(BASE, None, at(102), false);
        for mut passes in [passes, Passes::none_wanted(BASE)] {
            passes.doubt(at(103));
            assert!(!passes.want_asking(BASE, at(100_000)), "where none is wanted, none will be");
            assert!(passes.want_asking("http://other/api/", at(100_000)));
        }
    }

    #[test]
    fn a_doubt_ends_by_an_answer_of_who_stays_to_a_question_that_is_younger() {
        for (doubted, asked, is_draining, is_doubted) in [
            (None, 110, false, false),
            (None, 110, true, true),
            (Some(105), 110, false, false),
            (Some(105), 110, true, true),
            // The link has ended, and then it is asked, all at once.
            (Some(110), 110, false, false),
            (Some(111), 110, false, true),
            (Some(111), 110, true, true),
        ] {
            for mut passes in [Passes::default(), given()] {
                if let Some(doubted) = doubted {
                    passes.doubt(at(doubted));
                }
                passes.learn(BASE, Some(pass()), at(asked), is_draining);
                let case = (doubted, asked, is_draining);
                assert_eq!(passes.want_asking(BASE, at(112)), is_doubted, "{case:?}");
                // It is the best there is.
                assert_eq!(passes.show(BASE, "http://h/", at(112)), "http://h/?pass=12c-0a");
                passes.learn(BASE, Some(pass()), at(113), false);
                assert!(!passes.want_asking(BASE, at(114)), "the next server answers: {case:?}");
            }
        }
    }

    fn info(draining: bool) -> Finding {
        let said = serde_json::json!({
            "version": "1", "instance": "a", "draining": draining,
            "now": UnixMillis::default(), "started": UnixMillis::default(),
            "socket": { "allowed": false }, "open": Open::default(), "done": Done::default(),
            "request": Seen::default(),
        });
        Finding::Info(Box::new(serde_json::from_value(said).unwrap()))
    }

    #[test]
    fn a_pass_of_a_server_that_is_gone_is_not_shown_to_the_next() {
        let bad_gateway = Stranger { status: 502, media_type: "text/html".to_owned() };
        let nobody = [Finding::Unreachable, Finding::NotOurs(bad_gateway), info(true)];
        let mut doubted = given();
        doubted.doubt(at(101));
        for finding in &nobody {
            assert_eq!(doubted.judge(BASE, finding, false), Entry::Shut, "{finding:?}");
            // It may well be a slow network, and the server still there.
            assert_eq!(doubted.judge(BASE, finding, true), Entry::Open, "{finding:?}");
        }
        // The link ended while this answer was on its way.
        assert_eq!(doubted.judge(BASE, &info(false), false), Entry::AskAgain);
        let other = "http://other/api/";
        for passes in [given(), Passes::default(), Passes::none_wanted(BASE)] {
            for finding in &nobody {
                assert_eq!(passes.judge(BASE, finding, false), Entry::Open, "{finding:?}");
            }
        }
        assert_eq!(doubted.judge(other, &Finding::Unreachable, false), Entry::Open);
    }
}
