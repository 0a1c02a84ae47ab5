//! The browser, behind adapters that take and give plain values.
//!
//! `web_sys` and `js_sys` appear here only. An adapter owns its callbacks: dropping it detaches
//! them and closes what it had opened.

mod listener;

mod socket;
pub use socket::{Socket, SocketNews};

mod event_source;
pub use event_source::{EventNews, EventStream};

mod fetch;
pub use fetch::{Answer, get, post};

mod byte_stream;
pub use byte_stream::{ByteStream, StreamNews};

mod exchange;
pub use exchange::{Exchange, Question};

mod conversation;
pub use conversation::{Conversation, Said};

mod hidden_frame;
pub use hidden_frame::{FrameNews, HiddenFrame};

mod task;
pub use task::Task;

mod timer;
pub use timer::{Interval, Timer, later};

mod wait;
pub use wait::{all, unless, wait};

mod animation;
pub use animation::{Frame, Frames, prefers_reduced_motion};

mod tabs;
pub use tabs::Tabs;

mod place;
pub use place::{FragmentWatch, fragment, scroll_to_top, set_title};

mod page;
use page::document;
pub use page::{PageWatch, document_base, focus_in_place, is_visible, print, reveal, take_root};

mod attribute;
pub use attribute::{AttributeWatch, is_open, write_attribute};

pub mod program;

pub mod clock;

mod numerals;
pub use numerals::NUMERALS;

mod keys;
pub use keys::press;

mod protocol;
pub use protocol::protocol_of;

mod random;
pub use random::{dice, random_bits};

pub mod storage;

pub mod clipboard;

pub mod file;

mod download;
pub use download::Download;

mod end_keeper;
pub use end_keeper::EndKeeper;

pub mod crash;

use js_sys::{Error, JsString};
use wasm_bindgen::{JsCast, JsValue};

/// Brings a text to lower case, in every script. The browser has the tables for that already.
pub fn lower(text: &str) -> String {
    String::from(JsString::from(text).to_lower_case())
}

fn window() -> web_sys::Window {
    web_sys::window().expect("the page runs in a window, not in a worker")
}

/// Returns what a JavaScript exception says.
fn words(error: &JsValue) -> String {
    match error.dyn_ref::<Error>() {
        Some(error) => String::from(error.message()),
        None => format!("{error:?}"),
    }
}
