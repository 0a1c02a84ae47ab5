//! What a request has to be by the letter before anything else looks at it, and an answer after that.

use std::borrow::Cow;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_LENGTH, HOST};
use http::uri::{Authority, PathAndQuery};
use http::{HeaderMap, StatusCode, Uri, Version};

use crate::error::Refusal;

/// Refuses a request that does not say for which host it is, and gives its path the normal form.
pub(crate) async fn check(mut request: Request, next: Next) -> Response {
    if let Err(refusal) = host(request.version(), request.uri(), request.headers()) {
        return refusal.into_response();
    }
    if let Some(path) = normal(request.uri().path()) {
        *request.uri_mut() = with_path(request.uri(), &path);
    }
    next.run(request).await
}

/// Has an answer that can't have content name no length of it, not even none, which is what the router
/// adds (RFC 9110, section 8.6).
pub(crate) fn trim(response: &mut Response) {
    if !names_a_length(response.status()) {
        response.headers_mut().remove(CONTENT_LENGTH);
    }
}

/// Whether an answer of this status says how long its content is.
pub(crate) fn names_a_length(status: StatusCode) -> bool {
    !status.is_informational()
        && !matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED)
}

/// Looks for the one host that a request is for (RFC 9112, section 3.2; RFC 9113, section 8.3.1).
///
/// # Errors
///
/// Where there is none, several, or something that is none.
fn host(version: Version, uri: &Uri, headers: &HeaderMap) -> Result<(), Refusal> {
    let refuse = |detail: &str| Err(Refusal::Host { detail: detail.to_owned() });
    let mut lines = headers.get_all(HOST).iter();
    let Some(line) = lines.next() else {
        // HTTP/1.0 knew none, and HTTP/2 has it in `:authority`.
        return if version == Version::HTTP_11
            || (version == Version::HTTP_2 && uri.host().is_none())
        {
            refuse("the request has no Host (RFC 9112, section 3.2)")
        } else {
            Ok(())
        };
    };
    if lines.next().is_some() {
        return refuse("the request has more than one Host (RFC 9112, section 3.2)");
    }
    let text = line.to_str().unwrap_or_default();
    let Some(host) = text.parse::<Authority>().ok().filter(|host| is_host(text, host)) else {
        return refuse("the request's Host is no host, perhaps with a port");
    };
    match uri.authority() {
        Some(authority) if version == Version::HTTP_2 && *authority != host => {
            refuse("the request has another Host than :authority (RFC 9113, section 8.3.1)")
        }
        Some(_) | None => Ok(()),
    }
}

/// Whether an authority is a host and perhaps a port, without a user.
fn is_host(text: &str, authority: &Authority) -> bool {
    let port = text.strip_prefix(authority.host()).unwrap_or(text);
    let digits = port.strip_prefix(':').unwrap_or(port);
    let port_fits = digits.is_empty() || authority.port_u16().is_some();
    !authority.host().is_empty() && !text.contains('@') && port_fits
}

/// Returns a path in which nothing is percent-encoded that need not be.
pub(crate) fn normal_path(path: &str) -> Cow<'_, str> {
    normal(path).map_or(Cow::Borrowed(path), Cow::Owned)
}

/// Returns a path in which nothing is percent-encoded that need not be, unless it is that already
/// (RFC 3986, section 6.2.2.2).
fn normal(path: &str) -> Option<String> {
    let mut normal = String::with_capacity(path.len());
    let mut rest = path;
    while let Some(at) = rest.find('%') {
        let (before, encoded) = rest.split_at(at);
        normal.push_str(before);
        let digits = encoded.get(1..3).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match digits.filter(|byte| is_unreserved(*byte)) {
            Some(byte) => {
                normal.push(byte.into());
                rest = &encoded[3..];
            }
            None => {
                normal.push('%');
                rest = &encoded[1..];
            }
        }
    }
    normal.push_str(rest);
    (normal != path).then_some(normal)
}

/// Whether a character never needs to be encoded (RFC 3986, section 2.3).
fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

fn with_path(uri: &Uri, path: &str) -> Uri {
    let target = match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    let mut parts = uri.clone().into_parts();
    let target = PathAndQuery::try_from(target).expect("letters and digits keep a path a path");
    parts.path_and_query = Some(target);
    Uri::from_parts(parts).expect("the other parts are as they were")
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn a_request_is_for_one_host() {
        for (version, uri, hosts, is_right) in [
            (Version::HTTP_11, "/", &["a"][..], true),
            (Version::HTTP_11, "/", &["a.example:3000"], true),
            (Version::HTTP_11, "/", &["[::1]:3000"], true),
            (Version::HTTP_11, "/", &["127.0.0.1"], true),
            (Version::HTTP_11, "/", &["a:"], true),
            (Version::HTTP_11, "/", &[], false),
            (Version::HTTP_11, "/", &[""], false),
            (Version::HTTP_11, "/", &["a", "a"], false),
            (Version::HTTP_11, "/", &["a", "b"], false),
            (Version::HTTP_11, "/", &["a b/c"], false),
            (Version::HTTP_11, "/", &["a/b"], false),
            (Version::HTTP_11, "/", &["u@a"], false),
            (Version::HTTP_11, "/", &[":80"], false),
            (Version::HTTP_11, "/", &["a:99999"], false),
            (Version::HTTP_11, "/", &["a:b"], false),
            (Version::HTTP_11, "/", &["a, b"], false),
            (Version::HTTP_11, "http://a/", &["a"], true),
            (Version::HTTP_11, "http://a/", &[], false),
            (Version::HTTP_11, "http://a/", &["b"], true), // what the target says counts
            (Version::HTTP_10, "/", &[], true),
            (Version::HTTP_10, "/", &["a", "b"], false),
            (Version::HTTP_2, "http://a/", &[], true),
            (Version::HTTP_2, "http://a/", &["a"], true),
            (Version::HTTP_2, "http://a/", &["b"], false),
            (Version::HTTP_2, "/", &[], false),
            (Version::HTTP_2, "/", &["a"], true),
        ] {
            let mut headers = HeaderMap::new();
            headers.extend(hosts.iter().map(|host| (HOST, HeaderValue::from_static(host))));
            let judged = host(version, &Uri::from_static(uri), &headers);
            assert_eq!(judged.is_ok(), is_right, "{version:?} {uri} {hosts:?}: {judged:?}");
        }
    }

    #[test]
    fn a_path_has_one_form() {
        for (path, form) in [
            ("/api/%63lock", Some("/api/clock")),
            ("/%41%2d%2E%5f%7E%30", Some("/A-._~0")),
            ("/a%2fb%2Fc", None),
            ("/%63%2F%", Some("/c%2F%")),
            ("/%zz%6", None),
            ("/%C3%A9", None),
            ("/%2563lock", None), // an encoded percent sign stays one
            ("/api/clock", None),
        ] {
            assert_eq!(normal(path).as_deref(), form, "{path}");
        }
        let uri = with_path(&Uri::from_static("http://h:1/%63?x=%63"), "/c");
        assert_eq!(uri, "http://h:1/c?x=%63");
    }
}
