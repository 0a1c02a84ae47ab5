//! One follower of the clock, who reads one thing after the other.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use super::client::{Body, Client, Head, Messages, Next, PATIENCE};
use super::front::Mount;
use crate::fleet::{Items, Way};

/// A follower; its connection ends when dropped.
pub(super) struct Follower<'a> {
    mount: &'a Mount<'a>,
    way: Way,
    every: &'static str,
    client: Client,
    link: Link,
    /// What has come.
    pub(super) items: Items,
    /// The answer's head, a poll's newest one.
    pub(super) head: Option<Head>,
}

enum Link {
    /// Each answer is asked for; whether the question is on its way.
    Asks(bool),
    Reads(Body),
    Socket(Messages),
}

impl<'a> Follower<'a> {
    /// Begins to follow a clock of this period, behind a cursor.
    pub(super) fn open(
        mount: &'a Mount<'a>,
        way: Way,
        every: &'static str,
        cursor: Option<u64>,
    ) -> Result<Self> {
        let items = Items::after(cursor);
        let mut follower = Self {
            mount,
            way,
            every,
            client: Client::connect(mount.address)?,
            link: Link::Asks(false),
            items,
            head: None,
        };
        let path = follower.path();
        if way == Way::Socket {
            follower.client = Client::open_socket(mount.address, &path)?;
            follower.link = Link::Socket(Messages::default());
        } else if !matches!(way, Way::Poll | Way::LongPoll) {
            let last = cursor.map(|cursor| format!("Last-Event-ID: {cursor}"));
            let last = last.as_deref().filter(|_| way == Way::Events);
            follower.client.ask(&format!("GET {path}"), last.as_slice(), b"")?;
            let head = follower.client.head(PATIENCE)?;
            ensure!(head.status() == 200, "the answer is {}", head.status());
            follower.link = Link::Reads(head.body());
            follower.head = Some(head);
        }
        Ok(follower)
    }

    /// Has a poll ask, where it does not wait for an answer already.
    pub(super) fn asks(&mut self) -> Result<()> {
        let path = self.path();
        if let Link::Asks(is_asked) = &mut self.link
            && !*is_asked
        {
            self.client.ask(&format!("GET {path}"), &[], b"")?;
            *is_asked = true;
        }
        Ok(())
    }

    /// Reads the next piece, message or answer within so long; a server that refuses for a while ends a poll.
    pub(super) fn next(&mut self, limit: Duration) -> Result<Next> {
        self.asks()?;
        let next = match &mut self.link {
            Link::Asks(is_asked) => {
                let head = self.client.head(limit)?;
                let status = head.status();
                ensure!(matches!(status, 200 | 204 | 503), "the answer is {status}");
                let body = self.client.rest(head.body(), PATIENCE)?;
                *is_asked = false;
                self.head = Some(head);
                if status == 503 { Next::End(Some(status)) } else { Next::Piece(body) }
            }
            Link::Reads(body) => self.client.next(body, limit)?,
            Link::Socket(messages) => self.client.message(messages, limit)?,
        };
        if let Next::Piece(piece) = &next {
            self.items.read(piece);
        }
        Ok(next)
    }

    /// Reads until so many items have come, within so long; returns when they came, each time with how many.
    pub(super) fn items(&mut self, wanted: u64, limit: Duration) -> Result<Vec<(Instant, u64)>> {
        let began = Instant::now();
        let mut arrivals = Vec::new();
        while self.items.count < wanted {
            let before = self.items.count;
            let left = limit.saturating_sub(began.elapsed());
            let next = self.next(left)?;
            ensure!(matches!(next, Next::Piece(_)), "it ended: {next:?}");
            let new = self.items.count - before;
            if new > 0 {
                arrivals.push((Instant::now(), new));
            }
            if self.way == Way::Poll {
                std::thread::sleep(POLLS_EVERY);
            }
        }
        Ok(arrivals)
    }

    fn path(&self) -> String {
        let after = self.items.last.filter(|_| self.way != Way::Events);
        let after = after.map(|last| format!("&after={last}")).unwrap_or_default();
        format!("{}{}?every={}{after}", self.mount.below, self.way.path(), self.every)
    }
}

/// The pace of a short poll here: that of the fastest clock.
const POLLS_EVERY: Duration = Duration::from_millis(100);
