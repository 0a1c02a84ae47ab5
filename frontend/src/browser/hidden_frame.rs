//! A document in a hidden iframe, which talks to the page (HTML standard, sections 4.8.5 and 9.3).

use std::rc::Rc;

use echoclock_shared::words;
use js_sys::JSON;
use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlIFrameElement, MessageEvent};

use super::listener::Listener;
use super::{window, words};

/// A hidden document; dropping it removes it, and it is heard of no more.
#[derive(Debug)]
#[must_use = "a frame is removed when it is dropped"]
pub struct HiddenFrame {
    element: HtmlIFrameElement,
    _listeners: [Listener; 2],
}

/// What a hidden document reports.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum FrameNews {
    /// A message that it posted, as JSON.
    Message(String),
    /// It is complete or never came to be. A message that was under way may still follow.
    Ended,
}

impl HiddenFrame {
    /// Begins to load a document that may run scripts and nothing else. No report comes before
    /// this returns.
    ///
    /// Its messages are known by their source: a document in a sandbox has no origin.
    ///
    /// # Errors
    ///
    /// Where the page has no place for it, with the reason.
    pub fn open(address: &str, on_news: impl Fn(FrameNews) + 'static) -> Result<Self, String> {
        let document = window().document().ok_or(words!("the window has no document"))?;
        let body = document.body().ok_or(words!("the document has no body"))?;
        let element: HtmlIFrameElement =
            document.create_element("iframe").map_err(|error| words(&error))?.unchecked_into();
        for (name, value) in [
            ("sandbox", "allow-scripts"),
            ("hidden", ""),
            ("title", words!("A forever frame")),
            ("tabindex", "-1"),
            ("src", address),
        ] {
            element.set_attribute(name, value).map_err(|error| words(&error))?;
        }
        let on_news = Rc::new(on_news);
        let on_end = Rc::clone(&on_news);
        let from = element.clone();
        let listeners = [
            Listener::new(&window(), "message", move |event: MessageEvent| {
                let inside = from.content_window().map(js_sys::Object::from);
                if inside.is_some() && event.source() == inside {
                    let json = JSON::stringify(&event.data()).map(String::from);
                    on_news(FrameNews::Message(json.unwrap_or_default()));
                }
            }),
            // A document that goes on has not loaded.
            Listener::new(&element, "load", move |_: Event| on_end(FrameNews::Ended)),
        ];
        body.append_child(&element).map_err(|error| words(&error))?;
        Ok(Self { element, _listeners: listeners })
    }
}

impl Drop for HiddenFrame {
    fn drop(&mut self) {
        self.element.remove();
    }
}
