//! What a client says about the feed that it wants and where it is in it.

use std::fmt::Display;
use std::str::FromStr;

use echoclock_shared::feed::{Period, Seq};
use http::{HeaderMap, HeaderName};

use crate::error::Refusal;
use crate::feed::{Asked, TooFarAhead};

/// What a client of any of the clock's transports asks for.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct ClockQuery {
    /// `?every=`.
    pub(super) every: Period,
    /// `?after=`.
    after: Option<Seq>,
}

impl ClockQuery {
    /// Reads a query string.
    ///
    /// # Errors
    ///
    /// Where a parameter is unknown, given twice, or makes no sense.
    pub(super) fn parse(query: &str) -> Result<Self, Refusal> {
        let (mut every, mut after) = (None, None);
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                EVERY => read(EVERY, &value, &mut every)?,
                AFTER => read(AFTER, &value, &mut after)?,
                unknown => {
                    let shown: String = unknown.chars().take(SHOWN_MAX).collect();
                    return Err(Refusal::parameter(
                        &shown,
                        "is not known; there are every and after",
                    ));
                }
            }
        }
        Ok(Self { every: every.unwrap_or_default(), after })
    }

    /// Returns where the client is; `Last-Event-ID` wins over `?after=`.
    ///
    /// A browser repeats `Last-Event-ID` by itself and shows no answer but a stream, so one that
    /// makes no sense refuses nothing.
    pub(super) fn asked(self, headers: &HeaderMap) -> Place {
        let after = self.after.map_or(Asked::Newest, Asked::After);
        // An empty one is how the HTML standard says that there is none.
        match headers.get(LAST_EVENT_ID).filter(|id| !id.is_empty()) {
            Some(id) => {
                let id = id.to_str().ok().and_then(|id| id.parse().ok());
                Place { asked: id.map_or(Asked::Lost, Asked::After), may_be_refused: false }
            }
            None => Place { asked: after, may_be_refused: true },
        }
    }
}

/// Where a client is, and what becomes of it if that is nowhere.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Place {
    pub(super) asked: Asked,
    may_be_refused: bool,
}

impl Place {
    /// Starts at the place, or in the way that fits its fault.
    ///
    /// # Errors
    ///
    /// Where the place came from `?after=` and is too far ahead.
    pub(super) fn start<T>(
        self,
        start: impl Fn(Asked) -> Result<T, TooFarAhead>,
    ) -> Result<T, Refusal> {
        start(self.asked)
            .or_else(|error| if self.may_be_refused { Err(error) } else { start(Asked::Lost) })
            .map_err(|error| Refusal::parameter(AFTER, &error.to_string()))
    }
}

fn read<T: FromStr>(name: &str, value: &str, slot: &mut Option<T>) -> Result<(), Refusal>
where
    T::Err: Display,
{
    let read = value.parse().map_err(|error| Refusal::parameter(name, &format!("is {error}")))?;
    match slot.replace(read) {
        Some(_) => Err(Refusal::parameter(name, "is given twice")),
        None => Ok(()),
    }
}

const EVERY: &str = "every";
const AFTER: &str = "after";
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// How much of an unknown parameter's name is repeated in the refusal.
const SHOWN_MAX: usize = 40;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_query_is_read_strictly() {
        let good = |every, after: Option<u64>| Ok(ClockQuery { every, after: after.map(Seq::new) });
        for (query, read) in [
            ("", good(Period::S1, None)),
            ("every=250ms", good(Period::Ms250, None)),
            ("after=7&every=60s", good(Period::S60, Some(7))),
            ("after=%37", good(Period::S1, Some(7))),
            ("every=2s", Err("every")),
            ("every=", Err("every")),
            ("after=", Err("after")),
            ("after=-1", Err("after")),
            ("after=1.5", Err("after")),
            ("after=9007199254740992", Err("after")),
            ("after=1&after=1", Err("after")),
            ("since=1", Err("since")),
            ("after=1&link=x", Err("link")),
        ] {
            let read_as = ClockQuery::parse(query).map_err(|refusal| refusal.problem().parameter);
            assert_eq!(read_as, read.map_err(|name| Some(name.to_owned())), "{query:?}");
        }
    }

    #[test]
    fn last_event_id_wins_and_is_never_refused() {
        let query = ClockQuery { after: Some(Seq::new(5)), ..ClockQuery::default() };
        let after = |seq| Asked::After(Seq::new(seq));
        for (id, asked) in [
            (None, after(5)),
            (Some(""), after(5)),
            (Some("9"), after(9)),
            (Some("nine"), Asked::Lost),
            (Some("-9"), Asked::Lost),
            (Some("99999999999999999999"), Asked::Lost),
        ] {
            let header = id.map(|id| (LAST_EVENT_ID, id.parse().expect("a header value")));
            let place = query.asked(&header.into_iter().collect());
            assert_eq!(place.asked, asked, "{id:?}");
        }
    }
}
