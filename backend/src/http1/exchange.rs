//! One request and its response, as they pass.

use std::fmt;

use super::body::Block;
use super::head::Head;

/// Writes down what passes on one exchange. Sizes are bytes as they pass; of long bodies only the
/// beginning of each block is shown.
pub(crate) trait Witness: Send {
    /// The request's head.
    fn request(&mut self, head: Head<'_>);

    /// A block of its body; `size` counts its framing as well.
    fn received(&mut self, size: u64, data: &[u8]);

    /// A head of the response, before which interim ones may have come.
    fn response(&mut self, head: Head<'_>);

    /// A block of its body, likewise.
    fn sent(&mut self, size: u64, data: &[u8]);

    /// The exchange is over; `size` is that of the response's last framing.
    fn ended(&mut self, size: u64, how: How);
}

/// How an exchange ends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum How {
    /// All of the response has passed, whose head told its length.
    Sized,
    /// The response's end has passed.
    Complete,
    /// The connection has become something else, whose bytes are not seen here.
    Upgraded,
    /// The client left.
    Left,
    /// The client was not reached any more.
    Lost,
    /// The client did not read on.
    Stalled,
    /// The server stopped.
    Stopped,
    /// The server ended the connection.
    Dropped,
    /// The server broke the response off.
    Cut,
}

/// One request and its response.
pub(super) struct Exchange {
    number: u64,
    is_head: bool,
    /// Whether all of the request has passed.
    pub(super) is_received: bool,
    is_answered: bool,
    watched: Watched,
}

/// Whether anybody wants to see an exchange.
enum Watched {
    /// Somebody may; this is what has passed so far.
    Perhaps { head: Vec<u8>, body: Block },
    /// This one does.
    By(Box<dyn Witness>),
    /// Nobody does.
    No,
}

impl Exchange {
    /// Begins with a request's head.
    pub(super) fn new(number: u64, head: Head<'_>) -> Self {
        let start = head.start();
        // Only a query can ask for it.
        let watched = if start.contains(&b'?') {
            Watched::Perhaps { head: head.0.to_vec(), body: Block::default() }
        } else {
            Watched::No
        };
        Self {
            number,
            is_head: start.starts_with(b"HEAD "),
            is_received: false,
            is_answered: false,
            watched,
        }
    }

    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// Whether the request's method is HEAD.
    pub(super) fn is_head(&self) -> bool {
        self.is_head
    }

    /// Whether all of the response has passed.
    pub(super) fn is_answered(&self) -> bool {
        self.is_answered
    }

    pub(super) fn is_over(&self) -> bool {
        self.is_answered && self.is_received
    }

    /// Whether what passes is to be kept, or told.
    pub(super) fn is_seen(&self) -> bool {
        !matches!(self.watched, Watched::No)
    }

    /// Takes a witness and tells it what has passed.
    ///
    /// # Errors
    ///
    /// Returns the witness where what has passed is no longer there.
    pub(super) fn claim(&mut self, mut witness: Box<dyn Witness>) -> Result<(), Box<dyn Witness>> {
        let Watched::Perhaps { head, body } = &self.watched else { return Err(witness) };
        witness.request(Head(head));
        if body.size > 0 {
            witness.received(body.size, &body.data);
        }
        self.watched = Watched::By(witness);
        Ok(())
    }

    /// Keeps nothing for a witness any more that has not come.
    pub(super) fn leave(&mut self) {
        if let Watched::Perhaps { .. } = self.watched {
            self.watched = Watched::No;
        }
    }

    /// Takes a block of the request's body.
    pub(super) fn received(&mut self, block: &mut Block) {
        let Block { size, data } = block.finish();
        match &mut self.watched {
            Watched::Perhaps { body, .. } => body.push(size, &data),
            Watched::By(witness) if size > 0 => witness.received(size, &data),
            Watched::By(_) | Watched::No => {}
        }
    }

    /// Takes a head of the response.
    pub(super) fn response(&mut self, head: Head<'_>, status: u16) {
        match &mut self.watched {
            Watched::By(witness) => witness.response(head),
            // An answer that nobody has asked to see.
            Watched::Perhaps { .. } if status >= 200 => self.watched = Watched::No,
            Watched::Perhaps { .. } | Watched::No => {}
        }
    }

    /// Takes a block of the response's body.
    pub(super) fn sent(&mut self, block: &mut Block) {
        let Block { size, data } = block.finish();
        if let Watched::By(witness) = &mut self.watched {
            witness.sent(size, &data);
        }
    }

    /// Ends the response.
    pub(super) fn end(&mut self, framing: u64, how: How) {
        self.is_answered = true;
        if let Watched::By(witness) = &mut self.watched {
            witness.ended(framing, how);
        }
    }
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Exchange").field(&self.number).finish()
    }
}
