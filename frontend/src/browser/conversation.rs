//! A WebSocket of which all is told that a page can see, for who waits for one thing after the other.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

use js_sys::{ArrayBuffer, Uint8Array};
use wasm_bindgen::JsCast;
use web_sys::{BinaryType, CloseEvent, Event, MessageEvent, WebSocket};

use super::listener::Listener;
use super::words;

/// A WebSocket; dropping it closes it.
#[derive(Debug)]
#[must_use = "a socket closes when it is dropped"]
pub struct Conversation {
    socket: WebSocket,
    heard: Rc<RefCell<Heard>>,
    _listeners: [Listener; 3],
}

/// Something that a socket says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Said {
    /// It is open; with what was agreed on as extensions.
    Opened(String),
    /// A text message.
    Text(String),
    /// A binary message.
    Binary(Vec<u8>),
    /// It is closed, or never came to be: with its code, and the reason. Nothing follows.
    Closed(u16, String),
}

#[derive(Debug, Default)]
struct Heard {
    /// What nobody has waited for yet.
    waiting: VecDeque<Said>,
    waker: Option<Waker>,
}

impl Conversation {
    /// Begins to connect to a `ws` or `wss` address.
    ///
    /// # Errors
    ///
    /// Where the browser does not even try, with its reason.
    pub fn open(address: &str) -> Result<Self, String> {
        let socket = WebSocket::new(address).map_err(|error| words(&error))?;
        socket.set_binary_type(BinaryType::Arraybuffer);
        let heard = Rc::<RefCell<Heard>>::default();
        let hear = {
            let heard = Rc::clone(&heard);
            move |said| {
                let waker = {
                    let mut heard = heard.borrow_mut();
                    heard.waiting.push_back(said);
                    heard.waker.take()
                };
                waker.into_iter().for_each(Waker::wake);
            }
        };
        let [on_open, on_message, on_close] = [hear.clone(), hear.clone(), hear];
        let opened = socket.clone();
        let listeners = [
            Listener::new(&socket, "open", move |_: Event| {
                on_open(Said::Opened(opened.extensions()));
            }),
            Listener::new(&socket, "message", move |event: MessageEvent| {
                let data = event.data();
                on_message(match data.as_string() {
                    Some(text) => Said::Text(text),
                    None => {
                        let buffer = data.unchecked_into::<ArrayBuffer>();
                        Said::Binary(Uint8Array::new(&buffer).to_vec())
                    }
                });
            }),
            Listener::new(&socket, "close", move |event: CloseEvent| {
                on_close(Said::Closed(event.code(), event.reason()));
            }),
        ];
        Ok(Self { socket, heard, _listeners: listeners })
    }

    /// Waits for what comes next.
    pub async fn next(&self) -> Said {
        poll_fn(|context| {
            let mut heard = self.heard.borrow_mut();
            match heard.waiting.pop_front() {
                Some(said) => Poll::Ready(said),
                None => {
                    heard.waker = Some(context.waker().clone());
                    Poll::Pending
                }
            }
        })
        .await
    }

    /// Says something; what does not go out is followed by the close.
    pub fn say(&self, message: &[u8], is_binary: bool) {
        // It fails only on a socket that has not opened.
        let _ = if is_binary {
            self.socket.send_with_u8_array(message)
        } else {
            self.socket.send_with_str(&String::from_utf8_lossy(message))
        };
    }

    /// Starts the close handshake.
    pub fn close(&self, code: u16, reason: &str) {
        // It fails only for a code or a reason that no page may send, and probes have none.
        let _ = self.socket.close_with_code_and_reason(code, reason);
    }
}

impl Drop for Conversation {
    fn drop(&mut self) {
        let _ = self.socket.close();
    }
}
