//! Query parameters that concern a layer, and not the endpoint behind it.

use std::borrow::Cow;

use http::Uri;
use http::uri::PathAndQuery;

use crate::error::Refusal;

/// The address as it was asked for, where something was taken off it: a request's extension.
#[derive(Clone, Debug)]
pub(crate) struct AskedFor(pub(crate) Uri);

/// Takes a parameter off an address; returns its value, and the address without it.
///
/// # Errors
///
/// Where it is given twice.
pub(crate) fn take(uri: &Uri, name: &'static str) -> Result<Option<(String, Uri)>, Refusal> {
    let Some(query) = uri.query() else { return Ok(None) };
    let (those, others): (Vec<&str>, Vec<&str>) =
        query.split('&').partition(|pair| pair_of(pair).is_some_and(|(known, _)| known == name));
    let [one] = those.as_slice() else {
        let fault = "is given twice";
        return if those.is_empty() { Ok(None) } else { Err(Refusal::parameter(name, fault)) };
    };
    let (_, value) = pair_of(one).unwrap_or_default();
    let rest = match others.as_slice() {
        [] => uri.path().to_owned(),
        others => format!("{}?{}", uri.path(), others.join("&")),
    };
    let mut parts = uri.clone().into_parts();
    let rest = PathAndQuery::try_from(rest).expect("a part of an address is one");
    parts.path_and_query = Some(rest);
    Ok(Some((value, Uri::from_parts(parts).expect("the other parts are as they were"))))
}

/// Writes an address without the value of a parameter that is a secret.
pub(crate) fn masked<'a>(target: &'a str, name: &str) -> Cow<'a, str> {
    let Some((path, query)) = target.split_once('?') else { return target.into() };
    let is_secret = |pair: &str| pair_of(pair).is_some_and(|(known, _)| known == name);
    if !query.split('&').any(is_secret) {
        return target.into();
    }
    let shown = query.split('&').map(|pair| match pair.split_once('=') {
        Some((name, _)) if is_secret(pair) => format!("{name}={MASKED}").into(),
        Some(_) | None => Cow::Borrowed(pair),
    });
    format!("{path}?{}", shown.collect::<Vec<_>>().join("&")).into()
}

/// What stands for a secret.
const MASKED: &str = "(masked)";

fn pair_of(pair: &str) -> Option<(String, String)> {
    let read = form_urlencoded::parse(pair.as_bytes()).next();
    read.map(|(name, value)| (name.into_owned(), value.into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_is_taken_off_the_address() {
        for (query, taken) in [
            ("link=x", Some(("x", "/a"))),
            ("after=1&link=x&every=1s", Some(("x", "/a?after=1&every=1s"))),
            ("l%69nk=%78+y&z", Some(("x y", "/a?z"))),
            ("link", Some(("", "/a"))),
            ("link=", Some(("", "/a"))),
            ("link=a=b", Some(("a=b", "/a"))),
            ("after=1", None),
            ("", None),
            ("linked=1", None),
            ("Link=1", None),
        ] {
            for base in ["", "http://h:1"] {
                let uri: Uri = format!("{base}/a?{query}").parse().expect("an address");
                let expected = taken.map(|(value, rest)| {
                    (value.to_owned(), format!("{base}{rest}").parse::<Uri>().expect(rest))
                });
                assert_eq!(take(&uri, "link"), Ok(expected), "{query}");
            }
        }
        for query in ["link=x&link=x", "link&l%69nk=", "link=1&a&link=2"] {
            let uri: Uri = format!("/a?{query}").parse().expect("an address");
            let parameter = take(&uri, "link").map_err(|refusal| refusal.problem().parameter);
            assert_eq!(parameter, Err(Some("link".to_owned())), "{query}");
        }
    }

    #[test]
    fn a_secret_is_masked_however_it_is_written() {
        for (target, shown) in [
            ("/a?pass=x", "/a?pass=(masked)"),
            ("/a?link=1&p%61ss=x%20y&z", "/a?link=1&p%61ss=(masked)&z"),
            ("/a?pass=x&pass=y", "/a?pass=(masked)&pass=(masked)"),
            ("http://h/a?pass=x=y", "http://h/a?pass=(masked)"),
            ("/a?pass=", "/a?pass=(masked)"),
            ("/a?pass", "/a?pass"),
            ("/a?passage=x", "/a?passage=x"),
            ("/pass=x", "/pass=x"),
            ("/a?b?pass=x", "/a?b?pass=x"),
            ("", ""),
        ] {
            assert_eq!(masked(target, "pass"), shown, "{target}");
        }
    }
}
