//! What the server says on a socket of its own accord.

use std::future::poll_fn;

use echoclock_shared::time::UnixMillis;

use super::super::end::End;
use super::super::head;
use super::Socket;

impl Socket {
    /// Counts items that were said, with what they take, the first of which was due then.
    pub(crate) fn gave(&self, items: usize, bytes: usize, due: Option<UnixMillis>) {
        if let Some(open) = &self.0.open {
            open.gave(items, bytes, due);
        }
    }

    /// Says something, as soon as the socket is listened to or [`flush`](Self::flush)ed.
    ///
    /// # Errors
    ///
    /// Where the socket has to end, because the server has no room for it.
    pub(crate) fn say(&mut self, text: &[u8]) -> Result<(), End> {
        Ok(self.0.queue.frame(head::TEXT, text)?)
    }

    /// Says some bytes, likewise.
    ///
    /// # Errors
    ///
    /// As for a text.
    pub(crate) fn say_bytes(&mut self, bytes: &[u8]) -> Result<(), End> {
        Ok(self.0.queue.frame(head::BINARY, bytes)?)
    }

    /// Asks the client for a sign of life, which it gives without its program's doing.
    ///
    /// # Errors
    ///
    /// As for a text.
    pub(crate) fn ping(&mut self) -> Result<(), End> {
        Ok(self.0.queue.frame(head::PING, &[])?)
    }

    /// Writes what was said.
    ///
    /// # Errors
    ///
    /// Where the socket ends.
    pub(crate) async fn flush(&mut self) -> Result<(), End> {
        poll_fn(|cx| self.0.poll_written(cx)).await
    }
}
