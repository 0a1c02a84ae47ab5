//! What a client says about the feed that it wants and where it is in it.

use std::fmt::Display;
use std::str::FromStr;

use axum::extract::FromRequestParts;
use echoclock_shared::ledger::PARAMETER as LINK;
use http::request::Parts;
use http::{HeaderMap, HeaderName};

use crate::error::Refusal;
use crate::feed::{Asked, TooFarAhead};

/// A request's parameters, each taken by whom it concerns.
#[derive(Debug)]
pub struct Query {
    /// At most [`PARAMETERS_MAX`]; one more is refused.
    left: Vec<(String, String)>,
    known: Vec<&'static str>,
}

impl<S: Sync> FromRequestParts<S> for Query {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        Self::parse(parts.uri.query())
    }
}

impl Query {
    /// Reads a query string.
    ///
    /// # Errors
    ///
    /// Where a parameter is given twice, or there are too many.
    fn parse(query: Option<&str>) -> Result<Self, Refusal> {
        let mut left: Vec<(String, String)> = vec![];
        for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
            if left.iter().any(|(before, _)| *before == name) {
                return Err(Refusal::parameter(&shown(&name), "is given twice"));
            }
            if left.len() == PARAMETERS_MAX {
                return Err(Refusal::parameter(&shown(&name), "is one parameter too many"));
            }
            left.push((name.into_owned(), value.into_owned()));
        }
        Ok(Self { left, known: vec![] })
    }

    /// Takes a parameter, which is known from here on.
    ///
    /// # Errors
    ///
    /// Where its value makes no sense.
    pub fn take<T: FromStr>(&mut self, name: &'static str) -> Result<Option<T>, Refusal>
    where
        T::Err: Display,
    {
        self.known.push(name);
        let Some(place) = self.left.iter().position(|(given, _)| given == name) else {
            return Ok(None);
        };
        let (_, value) = self.left.remove(place);
        let read = value.parse();
        read.map(Some).map_err(|error| Refusal::parameter(name, &format!("is {error}")))
    }

    /// Takes where the client is.
    pub(super) fn place(&mut self) -> Result<Place, Refusal> {
        let after = self.take(AFTER)?;
        Ok(Place { asked: after.map_or(Asked::Newest, Asked::After), may_be_refused: true })
    }

    /// Makes sure that everything was taken.
    ///
    /// # Errors
    ///
    /// Where a parameter is left that nobody knows.
    pub(super) fn finish(self) -> Result<(), Refusal> {
        let Some((unknown, _)) = self.left.first() else { return Ok(()) };
        // Another layer has taken that one off.
        let fault = match self.known.as_slice() {
            [] => format!("is not known; there is {LINK}"),
            known => format!("is not known; there are {} and {LINK}", known.join(", ")),
        };
        Err(Refusal::parameter(&shown(unknown), &fault))
    }
}

/// Where a client is, and what becomes of it if that is nowhere.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Place {
    asked: Asked,
    may_be_refused: bool,
}

impl Place {
    /// Has `Last-Event-ID` win over `?after=`.
    ///
    /// A browser repeats `Last-Event-ID` by itself and shows no answer but a stream, so one that
    /// makes no sense refuses nothing.
    pub(super) fn or_last_event(self, headers: &HeaderMap) -> Self {
        // An empty one is how the HTML standard says that there is none.
        match headers.get(LAST_EVENT_ID).filter(|id| !id.is_empty()) {
            Some(id) => {
                let id = id.to_str().ok().and_then(|id| id.parse().ok());
                Self { asked: id.map_or(Asked::Lost, Asked::After), may_be_refused: false }
            }
            None => self,
        }
    }

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

fn shown(name: &str) -> String {
    name.chars().take(SHOWN_MAX).collect()
}

const AFTER: &str = "after";
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// How many parameters a request may have; none takes as many.
const PARAMETERS_MAX: usize = 16;

/// How much of an unknown parameter's name is repeated in the refusal.
const SHOWN_MAX: usize = 40;

#[cfg(test)]
mod tests {
    use echoclock_shared::feed::{Period, Seq};

    use super::*;

    fn read(query: &str) -> Result<(Option<Period>, Asked), Refusal> {
        let mut query = Query::parse(Some(query))?;
        let read = (query.take("every")?, query.place()?.asked);
        query.finish()?;
        Ok(read)
    }

    #[test]
    fn the_query_is_read_strictly() {
        let after = |seq| Asked::After(Seq::new(seq));
        let many: String = (0..17).map(|place| format!("p{place}=&")).collect();
        for (query, expected) in [
            ("", Ok((None, Asked::Newest))),
            ("every=250ms", Ok((Some(Period::Ms250), Asked::Newest))),
            ("after=7&every=60s", Ok((Some(Period::S60), after(7)))),
            ("after=%37", Ok((None, after(7)))),
            ("every=2s", Err("every")),
            ("every=", Err("every")),
            ("after=", Err("after")),
            ("after=-1", Err("after")),
            ("after=1.5", Err("after")),
            ("after=9007199254740992", Err("after")),
            ("after=1&after=1", Err("after")),
            ("since=1", Err("since")),
            ("after=1&session=x", Err("session")),
            (&many, Err("p16")),
        ] {
            let read_as = read(query).map_err(|refusal| refusal.problem().parameter);
            assert_eq!(read_as, expected.map_err(|name| Some(name.to_owned())), "{query:?}");
        }
    }

    #[test]
    fn an_unknown_parameter_is_told_which_are_known() {
        let refusal = read("evry=1s").unwrap_err();
        assert_eq!(refusal.problem().detail, "evry is not known; there are every, after and link");
    }

    #[test]
    fn last_event_id_wins_and_is_never_refused() {
        let after = |seq| Asked::After(Seq::new(seq));
        for (id, asked) in [
            (None, after(5)),
            (Some(""), after(5)),
            (Some("9"), after(9)),
            (Some("nine"), Asked::Lost),
            (Some("-9"), Asked::Lost),
            (Some("99999999999999999999"), Asked::Lost),
        ] {
            let place = Query::parse(Some("after=5")).unwrap().place().unwrap();
            let header = id.map(|id| (LAST_EVENT_ID, id.parse().expect("a header value")));
            let place = place.or_last_event(&header.into_iter().collect());
            assert_eq!(place.asked, asked, "{id:?}");
        }
    }
}
