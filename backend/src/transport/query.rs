//! What a client says about the feed that it wants and where it is in it.

use std::convert::Infallible;
use std::fmt::Display;
use std::str::FromStr;

use axum::extract::FromRequestParts;
use echoclock_shared::feed::BadSeq;
use echoclock_shared::ledger::PARAMETER as LINK;
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue};

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
            if name == ANYTHING {
                continue;
            }
            // Who appends it at every return gives the newest last, and is never refused for it.
            if name == LAST_EVENT_ID_PARAMETER {
                left.retain(|(before, _)| *before != name);
            }
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
    pub fn take<T>(&mut self, name: &'static str) -> Result<Option<T>, Refusal>
    where
        T: FromStr<Err: PlainWords>,
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

    /// Takes where a stand-in for `EventSource` says that the client is, which can't send headers.
    pub(super) fn last_event_id(&mut self) -> Result<Option<String>, Refusal> {
        self.take(LAST_EVENT_ID_PARAMETER)
    }

    /// Makes sure that everything was taken.
    ///
    /// # Errors
    ///
    /// Where a parameter is left that nobody knows.
    pub(crate) fn finish(self) -> Result<(), Refusal> {
        let Some((unknown, _)) = self.left.first() else { return Ok(()) };
        // Another layer has taken that one off.
        let fault = match self.known.as_slice() {
            [] => format!("is not known; there is {LINK}"),
            known => format!("is not known; there are {} and {LINK}", known.join(", ")),
        };
        Err(Refusal::parameter(&shown(unknown), &fault))
    }
}

/// What is wrong with a parameter, in words that go after "is" and that whoever wrote the query
/// understands.
///
/// It is for faults of our own making: those of the standard library are for programmers, and its
/// numbers have signs.
pub trait PlainWords: Display {}

impl PlainWords for BadSeq {}

impl PlainWords for Infallible {}

/// Where a client is, and what becomes of it if that is nowhere.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Place {
    asked: Asked,
    may_be_refused: bool,
}

impl Place {
    /// Has `Last-Event-ID` win over `?lastEventId=`, and that over `?after=`.
    ///
    /// A browser repeats `Last-Event-ID` by itself and shows no answer but a stream, so one that
    /// makes no sense refuses nothing.
    pub(super) fn or_last_event(self, headers: &HeaderMap, parameter: Option<&str>) -> Self {
        let header = headers.get(LAST_EVENT_ID).map(HeaderValue::as_bytes);
        let given = [header, parameter.map(str::as_bytes)].into_iter().flatten();
        // An empty one is how the HTML standard says that there is none.
        let Some(id) = given.into_iter().find(|id| !id.is_empty()) else { return self };
        let id = std::str::from_utf8(id).ok().and_then(|id| id.parse().ok());
        Self { asked: id.map_or(Asked::Lost, Asked::After), may_be_refused: false }
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
const LAST_EVENT_ID_PARAMETER: &str = "lastEventId";

/// What pollers add so that no answer is taken from a cache, with a value that means nothing.
const ANYTHING: &str = "_";

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
            ("_=1795365720250&after=7", Ok((None, after(7)))),
            ("_&after=7&_=&%5F=2", Ok((None, after(7)))),
            ("__=1", Err("__")),
            ("lastEventId=7", Err("lastEventId")), // for event streams alone
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
        let ids = [
            ("", after(5)),
            ("9", after(9)),
            ("nine", Asked::Lost),
            ("-9", Asked::Lost),
            ("99999999999999999999", Asked::Lost),
            ("\u{e9}", Asked::Lost),
        ];
        let place = |query: &str, header: Option<&str>| {
            let mut query = Query::parse(Some(query)).unwrap();
            let place = query.place().unwrap();
            let parameter = query.last_event_id().unwrap();
            query.finish().unwrap();
            let header = header.map(|id| (LAST_EVENT_ID, id.parse().expect("a header value")));
            place.or_last_event(&header.into_iter().collect(), parameter.as_deref()).asked
        };
        assert_eq!(place("after=5", None), after(5));
        for (id, asked) in ids {
            assert_eq!(place("after=5", Some(id)), asked, "{id:?}");
            assert_eq!(place(&format!("after=5&lastEventId={id}"), None), asked, "{id:?}");
            let both = format!("lastEventId={id}&after=5");
            assert_eq!(place(&both, Some("8")), after(8), "the header wins over {id:?}");
            assert_eq!(place(&both, Some("")), asked, "an empty header is none");
            let twice = format!("lastEventId=8&after=5&lastEventId={id}");
            assert_eq!(place(&twice, None), asked, "the last one counts: {id:?}");
        }
    }
}
