//! A WebSocket.

use std::rc::Rc;

use echoclock_shared::close::CloseCode;
use echoclock_shared::session::CloseReport;
use js_sys::ArrayBuffer;
use wasm_bindgen::JsCast;
use web_sys::{BinaryType, CloseEvent, MessageEvent, WebSocket};

use super::listener::Listener;
use super::words;

/// A WebSocket; dropping it closes it, and it is heard of no more.
#[derive(Debug)]
#[must_use = "a socket closes when it is dropped"]
pub struct Socket {
    socket: WebSocket,
    _listeners: [Listener; 2],
}

/// What a socket reports.
///
/// That it has opened is no news: a proxy may have opened it that no server stands behind.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum SocketNews {
    /// A text message.
    Text(String),
    /// A binary message.
    Binary {
        /// How long it was.
        bytes: u32,
    },
    /// It is closed, or never came to be; the last report.
    Closed(CloseReport),
}

/// The socket has not opened yet.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct NotOpen;

impl Socket {
    /// Begins to connect to a `ws` or `wss` address. No report comes before this returns.
    ///
    /// # Errors
    ///
    /// Where the browser does not even try, with its reason: an address that can't be, or one
    /// that it blocks.
    pub fn open(address: &str, on_news: impl Fn(SocketNews) + 'static) -> Result<Self, String> {
        let socket = WebSocket::new(address).map_err(|error| words(&error))?;
        socket.set_binary_type(BinaryType::Arraybuffer);
        let on_news = Rc::new(on_news);
        let on_close = Rc::clone(&on_news);
        let listeners = [
            Listener::new(&socket, "message", move |event: MessageEvent| on_news(message(&event))),
            Listener::new(&socket, "close", move |event: CloseEvent| {
                on_close(SocketNews::Closed(CloseReport {
                    code: CloseCode(event.code()),
                    reason: event.reason(),
                    clean: event.was_clean(),
                }));
            }),
        ];
        Ok(Self { socket, _listeners: listeners })
    }

    /// Sends a text message. On a socket that closes it goes nowhere, and the report of the
    /// closing follows.
    ///
    /// # Errors
    ///
    /// Where the socket has not opened yet.
    pub fn send(&self, text: &str) -> Result<(), NotOpen> {
        // A browser complains of what is sent where nothing goes.
        if matches!(self.socket.ready_state(), WebSocket::CLOSING | WebSocket::CLOSED) {
            return Ok(());
        }
        self.socket.send_with_str(text).map_err(|_| NotOpen)
    }

    /// Starts the close handshake. A code or a reason that browsers do not let a page send is
    /// left out.
    pub fn close(&self, code: u16, reason: &str) {
        if self.socket.close_with_code_and_reason(code, reason).is_err() {
            // Without a code it can't fail.
            let _ = self.socket.close();
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        let _ = self.socket.close();
    }
}

fn message(event: &MessageEvent) -> SocketNews {
    let data = event.data();
    match data.as_string() {
        Some(text) => SocketNews::Text(text),
        None => SocketNews::Binary { bytes: data.unchecked_into::<ArrayBuffer>().byte_length() },
    }
}
