//! A response that is read while it comes (Fetch standard; Streams standard, section 4).

use std::rc::Rc;

use gloo_net::http::Request;
use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ReadableStreamDefaultReader, RequestCache};

use super::fetch::AbortOnDrop;
use super::{Task, words};

/// A response that is read while it comes; dropping it ends the request, and it is heard of no
/// more.
#[derive(Debug)]
#[must_use = "a stream ends when it is dropped"]
pub struct ByteStream {
    _task: Task,
}

/// What a response reports.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum StreamNews {
    /// It has begun: the headers are here.
    Begun,
    /// The next bytes, cut anywhere.
    Chunk(Vec<u8>),
    /// It has ended, is no success, or never came to be; the last report.
    Ended,
}

impl ByteStream {
    /// Begins to ask an `http` or `https` address, past every cache. No report comes before this
    /// returns.
    ///
    /// # Errors
    ///
    /// Where the browser does not even try, with its reason.
    pub fn open(address: &str, on_news: impl Fn(StreamNews) + 'static) -> Result<Self, String> {
        let request = AbortOnDrop::new().map_err(|error| words(&error))?;
        let asked = Request::get(address)
            .cache(RequestCache::NoStore)
            .abort_signal(Some(&request.signal()))
            .build()
            .map_err(|error| error.to_string())?;
        let on_news = Rc::new(on_news);
        let task = Task::spawn(async move {
            let _request = request;
            let response = asked.send().await.ok().filter(|response| response.ok());
            let body = response.and_then(|response| response.body());
            if let Some(body) = body {
                on_news(StreamNews::Begun);
                let reader = body.get_reader().unchecked_into::<ReadableStreamDefaultReader>();
                while let Ok(Some(chunk)) = read(&reader).await {
                    on_news(StreamNews::Chunk(chunk));
                }
            }
            on_news(StreamNews::Ended);
        });
        Ok(Self { _task: task })
    }
}

/// Returns what comes next; nothing at the end.
///
/// # Errors
///
/// Where the connection broke, with the browser's own words.
pub(super) async fn read(reader: &ReadableStreamDefaultReader) -> Result<Option<Vec<u8>>, String> {
    let read = JsFuture::from(reader.read()).await.map_err(|error| words(&error))?;
    let value = Reflect::get(&read, &JsValue::from_str("value")).map_err(|error| words(&error))?;
    Ok(value.dyn_ref::<Uint8Array>().map(Uint8Array::to_vec))
}
