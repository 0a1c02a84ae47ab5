//! What the page knows of passes: whether the API's server wants one, and which (pure).
//!
//! A pass belongs to the API that gave it, and to no other that the user may type in.

use std::time::Duration;

use echoclock_shared::pass::{PARAMETER, Pass};

/// What is known of one API.
#[derive(Clone, Debug, Default)]
pub struct Passes {
    /// The API's base address.
    base: String,
    known: Known,
}

#[derive(Clone, Debug, Default)]
enum Known {
    /// Nothing.
    #[default]
    Nothing,
    /// The page is let in as it is.
    NoneWanted,
    /// The page is let in by this; times are those of `Moment::mono`.
    Given { pass: Pass, asked: Duration, is_doubted: bool },
}

impl Passes {
    /// Knows from an earlier visit that the API at `base` wants no pass.
    pub fn none_wanted(base: &str) -> Self {
        Self { base: base.to_owned(), known: Known::NoneWanted }
    }

    /// Takes what the API at `base` answered when it was asked for a pass at `asked`.
    pub fn learn(&mut self, base: &str, pass: Option<Pass>, asked: Duration) {
        let known = match pass {
            Some(pass) => Known::Given { pass, asked, is_doubted: false },
            None => Known::NoneWanted,
        };
        *self = Self { base: base.to_owned(), known };
    }

    /// Doubts the pass: a link has ended, and a server that has started since knows it no more.
    pub const fn doubt(&mut self) {
        if let Known::Given { is_doubted, .. } = &mut self.known {
            *is_doubted = true;
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
            Known::Given { pass, asked, is_doubted } => {
                *is_doubted || now >= *asked + pass.lasts() / 2
            }
        }
    }

    /// Adds the pass to an address of the API, if there is one.
    pub fn show(&self, base: &str, address: &str, now: Duration) -> String {
        match &self.known {
            Known::Given { pass, asked, .. }
                if self.base == base && now < *asked + pass.lasts() =>
            {
                let mark = if address.contains('?') { '&' } else { '?' };
                format!("{address}{mark}{PARAMETER}={}", pass.value)
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
    use super::*;

    const BASE: &str = "http://h/api/";
    const LASTS: Duration = Duration::from_secs(600);

    const fn at(secs: u64) -> Duration {
        Duration::from_secs(secs)
    }

    fn given() -> Passes {
        let mut passes = Passes::default();
        let pass = Pass { value: "12c-0a".to_owned(), valid_for: LASTS.as_secs() };
        passes.learn(BASE, Some(pass), at(100));
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
        none.learn(BASE, None, at(200));
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
        passes.doubt();
        assert!(passes.want_asking(BASE, at(101)), "the server may have started since");
        passes.learn(BASE, None, at(102));
        for mut passes in [passes, Passes::none_wanted(BASE)] {
            passes.doubt();
            assert!(!passes.want_asking(BASE, at(100_000)), "where none is wanted, none will be");
            assert!(passes.want_asking("http://other/api/", at(100_000)));
        }
    }
}
