//! Plain requests.

use std::time::Duration;

use gloo_net::http::{Request, RequestBuilder};
use wasm_bindgen::JsValue;
use web_sys::{AbortController, AbortSignal, RequestCache};

use super::Timer;

/// What a server answered.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Answer {
    /// The HTTP status code.
    pub status: u16,
    /// The media type in lower case, without its parameters; empty where there is none.
    pub media_type: String,
    /// The body, where its media type was wanted.
    pub body: Option<String>,
}

impl Answer {
    /// Whether a media type is that of JSON, by whatever name (RFC 6839, section 3.1).
    pub fn is_json(media_type: &str) -> bool {
        media_type == "application/json" || media_type.ends_with("+json")
    }
}

/// Gets `address` past every cache, and returns nothing where no answer came in time or the
/// browser may not read it.
///
/// The body is read only where `wants` its media type; else the request ends as soon as the
/// answer's headers are here, so that an endless one does no harm. Dropping the future ends the
/// request too.
pub async fn get(address: &str, within: Duration, wants: fn(&str) -> bool) -> Option<Answer> {
    ask(Request::get(address), None, within, wants).await
}

/// Posts a text to `address`, and returns nothing where no answer came in time or the browser may
/// not read it. Dropping the future ends the request.
pub async fn post(
    address: &str,
    text: &str,
    within: Duration,
    wants: fn(&str) -> bool,
) -> Option<Answer> {
    ask(Request::post(address), Some(text), within, wants).await
}

async fn ask(
    request: RequestBuilder,
    text: Option<&str>,
    within: Duration,
    wants: fn(&str) -> bool,
) -> Option<Answer> {
    let abort = AbortOnDrop::new().ok()?;
    let overdue = abort.0.clone();
    let _timeout = Timer::after(within, move || overdue.abort());
    let request = request.cache(RequestCache::NoStore).abort_signal(Some(&abort.signal()));
    let response = match text {
        // A text by itself is of a type that needs no leave of another origin's server.
        Some(text) => request.body(text).ok()?.send().await.ok()?,
        None => request.send().await.ok()?,
    };
    let content_type = response.headers().get("content-type").unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let body = if wants(&media_type) { Some(response.text().await.ok()?) } else { None };
    Some(Answer { status: response.status(), media_type, body })
}

/// A request's end.
pub(super) struct AbortOnDrop(AbortController);

impl AbortOnDrop {
    pub(super) fn new() -> Result<Self, JsValue> {
        AbortController::new().map(Self)
    }

    pub(super) fn signal(&self) -> AbortSignal {
        self.0.signal()
    }
}

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}
