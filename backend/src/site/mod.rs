//! The page: embedded or from a folder, each file in the smallest form that the client takes.

mod assets;
pub use assets::Site;
use assets::{Asset, Assets};

mod encoding;

mod headers;
use headers::Headers;
pub(crate) use headers::RESOURCE_POLICY;

mod range;
use range::Part;

mod tags;

mod folder;
use folder::Missing;

mod sending;

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::{
    ACCEPT_ENCODING, ACCEPT_RANGES, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_RANGE, CONTENT_TYPE,
    ETAG, HeaderMap, HeaderValue, IF_MATCH, IF_NONE_MATCH, VARY,
};
use http::{Method, StatusCode, Uri};
use percent_encoding::percent_decode_str;

use crate::budget::Budget;
use crate::client::Client;
use crate::error::Refusal;
use crate::forwarded::Arrival;
use crate::list;
use crate::origin::Allowed;
use crate::places::Taken;

/// The page, and the policy that it is served under; a cheap handle.
#[derive(Clone, Debug)]
pub struct Pages(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    assets: Assets,
    headers: Headers,
    budget: Budget,
}

impl Pages {
    /// Serves a site, which these may embed, out of as much memory and as many places for files as
    /// there are.
    pub(crate) fn new(site: Site, allowed: &Allowed, budget: Budget, taken: Taken) -> Self {
        Self(Arc::new(Inner {
            assets: Assets::of(site, taken),
            headers: Headers::new(allowed),
            budget,
        }))
    }
}

/// Answers a GET or HEAD of anything that has no route of its own.
pub(crate) async fn page(
    State(Pages(pages)): State<Pages>,
    client: Client,
    arrival: Option<Extension<Arrival>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let asked = Asked { client, method, headers };
    let found = pages.find(uri.path(), &asked).await;
    let mut response = found.unwrap_or_else(Refusal::into_response);
    pages.headers.set(response.headers_mut(), arrival.as_deref());
    response
}

/// Answers any other method there.
pub(crate) async fn not_this_method(
    State(Pages(pages)): State<Pages>,
    arrival: Option<Extension<Arrival>>,
    method: Method,
) -> Response {
    let text = format!("405: here is no {method}, only GET and HEAD\n");
    let no_store = [(CACHE_CONTROL, "no-store")];
    let mut response = (StatusCode::METHOD_NOT_ALLOWED, no_store, text).into_response();
    pages.headers.set(response.headers_mut(), arrival.as_deref());
    response
}

/// Who asks, and how.
struct Asked {
    client: Client,
    method: Method,
    headers: HeaderMap,
}

impl Inner {
    async fn find(&self, path: &str, asked: &Asked) -> Result<Response, Refusal> {
        let decoded = percent_decode_str(path.strip_prefix('/').unwrap_or(path)).decode_utf8();
        let name = match decoded.as_deref() {
            Ok("") => INDEX,
            Ok(name) => name,
            // No file's name is anything else than text.
            Err(_) => return Ok(not_found(path)),
        };
        let accepted = asked.headers.get_all(ACCEPT_ENCODING).iter().cloned().collect();
        match self.assets.find(asked.client, name, accepted).await {
            Ok(asset) => self.found(name, asset, asked),
            Err(Missing::NotThere) if name == INDEX => Ok(not_built()),
            Err(Missing::NotThere) => Ok(not_found(path)),
            Err(Missing::NoPlace(full)) => Err(full.into()),
            Err(Missing::RanOut) => {
                Err(Refusal::NotNow { detail: "the server can open no more files" })
            }
            Err(Missing::NoAnswer) => {
                Err(Refusal::NotNow { detail: "the server waits for its disk" })
            }
        }
    }

    fn found(&self, name: &str, asset: Asset, asked: &Asked) -> Result<Response, Refusal> {
        let Asked { client, method, headers } = asked;
        let tag = asset.tag.clone();
        let cache =
            if is_hashed(name) { "public, max-age=31536000, immutable" } else { "no-cache" };
        let common = [(ETAG, &*tag), (CACHE_CONTROL, cache), (VARY, "accept-encoding")];
        // In this order (RFC 9110, section 13.2.2).
        if !is_wanted(headers, &tag) {
            return Ok((StatusCode::PRECONDITION_FAILED, common).into_response());
        }
        if is_known(headers, &tag) {
            return Ok((StatusCode::NOT_MODIFIED, common).into_response());
        }
        let length = asset.length();
        let part = match *method {
            Method::GET => Part::asked(headers, &tag, length),
            // A range is nothing to others (RFC 9110, section 14.2).
            _ => Part::All,
        };
        let (status, range) = match &part {
            Part::All => (StatusCode::OK, None),
            Part::Of(part) => {
                let range = format!("bytes {}-{}/{length}", part.start, part.end - 1);
                (StatusCode::PARTIAL_CONTENT, Some(range))
            }
            Part::Nothing => (StatusCode::RANGE_NOT_SATISFIABLE, Some(format!("bytes */{length}"))),
        };
        let described = [(CONTENT_TYPE, content_type(name)), (ACCEPT_RANGES, "bytes")];
        let coding = asset.coding.name().map(|coding| [(CONTENT_ENCODING, coding)]);
        let range = range.map(|range| [(CONTENT_RANGE, range)]);
        let body = asset.body(&part, *client, &self.budget.of(*client));
        let body = body.map_err(|_| Refusal::NoRoom)?;
        let mut response = (status, common, described, body).into_response();
        for (name, value) in coding.into_iter().flatten() {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        for (name, value) in range.into_iter().flatten() {
            let value = HeaderValue::try_from(value).expect("numbers are plain ASCII");
            response.headers_mut().insert(name, value);
        }
        Ok(response)
    }
}

fn not_found(path: &str) -> Response {
    let text = format!("404: there is nothing at {path}\n");
    (StatusCode::NOT_FOUND, [(CACHE_CONTROL, "no-store")], text).into_response()
}

/// Says how to build the page.
///
/// The status is 200: the server works, as `/readyz` says, and has this to show.
fn not_built() -> Response {
    let headers = [(CONTENT_TYPE, "text/html; charset=utf-8"), (CACHE_CONTROL, "no-store")];
    (headers, include_str!("not_built.html")).into_response()
}

/// Whether the client wants the file only if it is this one, or does not care (RFC 9110, section
/// 13.1.1); what is only alike is another one.
fn is_wanted(headers: &HeaderMap, tag: &str) -> bool {
    !headers.contains_key(IF_MATCH)
        || list::elements(headers, &IF_MATCH)
            .any(|wanted| wanted == "*" || (wanted == tag && !tag.starts_with("W/")))
}

/// Whether the client has the file already (RFC 9110, section 13.1.2).
fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let mut known = list::elements(headers, &IF_NONE_MATCH);
    known.any(|known| known == "*" || opaque(known) == opaque(tag))
}

fn opaque(tag: &str) -> &str {
    tag.strip_prefix("W/").unwrap_or(tag)
}

/// Whether a file's name carries the hash of what is in it, as Trunk writes it:
/// `name-0123456789abcdef.js`, `name-0123456789abcdef_bg.wasm`.
fn is_hashed(name: &str) -> bool {
    name.split(['-', '_', '.', '/']).any(|part| {
        HASH_DIGITS.contains(&part.len())
            && part.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    })
}

/// How many digits a hash of 64 bits has, as Trunk writes it without leading zeros; fewer than the
/// first of these would be one name in four billion.
const HASH_DIGITS: std::ops::RangeInclusive<usize> = 9..=16;

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("css") => "text/css; charset=utf-8",
        Some("json" | "map") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("txt") => "text/plain; charset=utf-8",
        Some(_) | None => "application/octet-stream",
    }
}

/// The page itself.
const INDEX: &str = "index.html";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_a_hash_never_change_their_content() {
        for (name, hashed) in [
            ("echoclock-frontend-0123456789abcdef.js", true),
            ("echoclock-frontend-0123456789abcdef_bg.wasm", true),
            ("style-fedcba9876543210.css", true),
            ("boot-edcba9876543210.js", true),
            ("snippets/x-0123456789abcdef/inline0.js", true),
            ("index.html", false),
            ("config.json", false),
            ("style-0123.css", false),
            ("style-0123456789ABCDEF.css", false),
        ] {
            assert_eq!(is_hashed(name), hashed, "{name}");
        }
    }
}
