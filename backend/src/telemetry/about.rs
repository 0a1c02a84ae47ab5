//! About which client a line is, and whether one more may be written about it.

use std::fmt::Debug;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber, callsite};
use tracing_subscriber::layer::{Context, Layer};

use super::line::{self, MESSAGE};
use super::rates::{HeldBack, Rates, Whose};
use crate::client::Client;

/// Holds back lines about a client that has been the reason for many of the same kind: those with a
/// field `client`, or else `peer`. A kind is a place in the code. A cheap handle.
#[derive(Clone, Debug)]
pub(super) struct ByClient(Arc<Mutex<Rates<callsite::Identifier>>>);

impl Default for ByClient {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Rates::new())))
    }
}

impl ByClient {
    /// Logs how many lines have been held back for so long.
    pub(super) fn tell(&self, after: Duration) {
        let due = self.rates().due(Instant::now(), after);
        for HeldBack { whose, lines, example, within } in due {
            let within = Duration::from_secs(within.as_secs());
            let whose = match whose {
                Whose::One(client) => client,
                Whose::All => "all clients together".to_owned(),
            };
            tracing::info!(
                "… and {lines} more of this kind from {whose} within {within:?}: {example}"
            );
        }
    }

    fn rates(&self) -> MutexGuard<'_, Rates<callsite::Identifier>> {
        // Counts stay counts even where somebody panicked.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: Subscriber> Layer<S> for ByClient {
    fn event_enabled(&self, event: &Event<'_>, _: Context<'_, S>) -> bool {
        let mut about = About::default();
        event.record(&mut about);
        let About { client: Some(client), .. } = about else { return true };
        let message = || {
            let mut message = Message::default();
            event.record(&mut message);
            message.0
        };
        let kind = event.metadata().callsite();
        let is_admitted = self.rates().admits(&kind, &client, Instant::now(), message);
        if !is_admitted {
            HELD_BACK.fetch_add(1, Ordering::Relaxed);
        }
        is_admitted
    }
}

/// Finds out about whom a line is.
#[derive(Default)]
struct About {
    client: Option<String>,
    is_sure: bool,
}

impl Visit for About {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        match field.name() {
            "client" => {
                self.client = Some(short(value));
                self.is_sure = true;
            }
            "peer" if !self.is_sure => {
                let peer = short(value);
                let client = peer.parse().map(|peer: SocketAddr| Client::from(peer.ip()));
                self.client = Some(client.map_or(peer, |client| client.to_string()));
            }
            _ => {}
        }
    }
}

/// Takes a line's message.
#[derive(Default)]
struct Message(String);

impl Visit for Message {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if field.name() == MESSAGE {
            self.0 = short(value);
        }
    }
}

/// How many lines were held back since the start; a process has one log.
pub(super) static HELD_BACK: AtomicU64 = AtomicU64::new(0);

fn short(value: &dyn Debug) -> String {
    let mut told = String::new();
    // A string takes all.
    let _ = line::bounded(&mut told, value, SHORT);
    told
}

/// How much is kept of what is told again, in bytes: an address, or how a message begins.
const SHORT: usize = 100;

#[cfg(test)]
mod tests {
    use tracing_subscriber::layer::SubscriberExt;

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<String>>>);

    impl<S: Subscriber> Layer<S> for Lines {
        fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
            let mut message = Message::default();
            event.record(&mut message);
            self.0.lock().expect("no test panics here").push(message.0);
        }
    }

    fn refused(address: &str, n: u32) {
        let peer: SocketAddr = address.parse().expect(address);
        tracing::info!(%peer, "refused {n}");
    }

    #[test]
    fn lines_are_told_apart_by_their_client_and_their_place_in_the_code() {
        let lines = Lines::default();
        let logs = tracing_subscriber::registry().with(lines.clone()).with(ByClient::default());
        let _logs = tracing::subscriber::set_default(logs);
        let logged = |log: &dyn Fn(u32)| {
            lines.0.lock().expect("no test panics here").clear();
            (0..1_000).for_each(log);
            lines.0.lock().expect("no test panics here").len()
        };
        let few = 50..100;
        // Each call has a port of its own, and one /64 is one client.
        assert!(few.contains(&logged(&|n| refused(&format!("192.0.2.7:{}", 1 + n), n))));
        assert!(few.contains(&logged(&|n| refused(&format!("[2001:db8::{n:x}]:1"), n))));
        assert!(logged(&|n| refused("192.0.2.7:9", n)) < 50, "it has used up its share");
        let (client, peer) = ("203.0.113.5", "192.0.2.7:9");
        let both = logged(&|n| tracing::info!(peer, client, "forwarded {n}"));
        assert!(few.contains(&both), "another client, through the same proxy: {both}");
        assert_eq!(logged(&|n| tracing::info!(n, "about nobody")), 1_000);
    }
}
