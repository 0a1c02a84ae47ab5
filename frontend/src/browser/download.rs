//! Files that the page makes.

use std::time::Duration;

use js_sys::Array;
use wasm_bindgen::JsCast;
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

use super::Timer;
use super::page::document;

/// A file that the user is given; dropping it takes it back, so it is kept for a while.
#[derive(Debug)]
#[must_use = "a file that is dropped at once may never be saved"]
pub struct Download {
    address: String,
}

impl Download {
    /// Has the browser save a text; nothing where it does not let the page.
    pub fn save(name: &str, media_type: &str, text: &str) -> Option<Self> {
        let kind = BlobPropertyBag::new();
        kind.set_type(media_type);
        let blob =
            Blob::new_with_str_sequence_and_options(&Array::of1(&text.into()), &kind).ok()?;
        let address = Url::create_object_url_with_blob(&blob).ok()?;
        let file = Self { address };
        let link: HtmlAnchorElement = document().create_element("a").ok()?.unchecked_into();
        link.set_href(&file.address);
        link.set_download(name);
        link.click();
        Some(file)
    }

    /// Takes it back after a while, by when the browser has it.
    pub fn take_back_later(self) -> Timer {
        Timer::after(SAVED_WITHIN, move || drop(self))
    }
}

impl Drop for Download {
    fn drop(&mut self) {
        // It fails only for what is no address.
        let _ = Url::revoke_object_url(&self.address);
    }
}

const SAVED_WITHIN: Duration = Duration::from_secs(60);
