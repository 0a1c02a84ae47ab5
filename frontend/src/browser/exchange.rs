//! A request whose answer is looked at as it comes (Fetch standard; Streams standard, section 4).

use std::fmt;

use echoclock_shared::words;
use gloo_net::http::Request;
use js_sys::Uint8Array;
use wasm_bindgen::JsCast;
use web_sys::{ReadableStreamDefaultReader, RequestCache};

use super::byte_stream::read;
use super::fetch::AbortOnDrop;
use super::words;

/// What is asked.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Question {
    /// The address.
    pub address: String,
    /// What goes by `POST`; nothing for a `GET`.
    pub body: Option<Vec<u8>>,
    /// Headers besides the browser's own.
    pub headers: Vec<(&'static str, String)>,
}

/// An answer whose head has come; dropping it ends it.
pub struct Exchange {
    /// The HTTP status code.
    pub status: u16,
    /// Names in lower case, and values, as far as the page may see them.
    pub headers: Vec<(String, String)>,
    /// Nothing where the answer has no body.
    reader: Option<ReadableStreamDefaultReader>,
    _request: AbortOnDrop,
}

impl Exchange {
    /// Asks past every cache, and waits for the answer's head; dropping the future ends the request.
    ///
    /// # Errors
    ///
    /// Where there is none, with the browser's own words.
    pub async fn begin(question: Question) -> Result<Self, String> {
        let abort = AbortOnDrop::new().map_err(|error| words(&error))?;
        let is_post = question.body.is_some();
        let address = &question.address;
        let mut request = if is_post { Request::post(address) } else { Request::get(address) };
        for (name, value) in &question.headers {
            request = request.header(name, value);
        }
        let request = request.cache(RequestCache::NoStore).abort_signal(Some(&abort.signal()));
        let response = match question.body {
            Some(body) => {
                let request = request.body(Uint8Array::from(&*body));
                request.map_err(|error| error.to_string())?.send().await
            }
            None => request.send().await,
        };
        let response = response.map_err(|error| error.to_string())?;
        let body = response.body();
        let reader =
            body.map(|body| body.get_reader().unchecked_into::<ReadableStreamDefaultReader>());
        let headers = response.headers().entries().collect();
        Ok(Self { status: response.status(), headers, reader, _request: abort })
    }

    /// Returns the next bytes, cut anywhere; nothing at the end.
    ///
    /// # Errors
    ///
    /// Where it breaks off, with the browser's own words.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, String> {
        match &self.reader {
            Some(reader) => read(reader).await,
            None => Ok(None),
        }
    }

    /// Returns all that is left.
    ///
    /// # Errors
    ///
    /// As [`Self::next`], and where it is more than 4 MiB, which no answer of the server's is.
    pub async fn whole(&mut self) -> Result<Vec<u8>, String> {
        let mut whole = Vec::new();
        while let Some(chunk) = self.next().await? {
            whole.extend(chunk);
            if whole.len() > WHOLE_MAX {
                return Err(words!("the answer is too large").to_owned());
            }
        }
        Ok(whole)
    }
}

const WHOLE_MAX: usize = 4 * 1024 * 1024;

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange").field("status", &self.status).finish_non_exhaustive()
    }
}
