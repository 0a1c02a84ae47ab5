//! What every request can reach: cheap handles.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRef;
use echoclock_shared::time::UnixMillis;
use http::{HeaderName, HeaderValue};

use crate::budget::Budget;
use crate::counts::Counts;
use crate::drain::{Drain, Manner};
use crate::feed::clock::{Clocks, WallClock};
use crate::forwarded::Trusted;
use crate::hits::Hits;
use crate::ledger::Ledgers;
use crate::limits::Limits;
use crate::link::LinkIds;
use crate::origin::Allowed;
use crate::pass::Passes;
use crate::site::{Pages, Site};

/// What the server is made of.
#[derive(Debug)]
pub struct Settings {
    /// Who may connect, besides the page of this server.
    pub allowed: Allowed,
    /// Which proxies are believed what they say of a request.
    pub trusted_proxies: Trusted,
    /// Where the page is.
    pub site: Site,
    /// How much, and how long.
    pub limits: Limits,
    /// Which headers a ledger shows besides those that are known to be harmless.
    pub show_headers: Vec<HeaderName>,
    /// Which of its parts are there.
    pub offered: Offered,
    /// Whether the server starts again where it stops, which sockets are told.
    pub restarts: bool,
    /// For how long browsers are to ask by https alone that came over TLS which ends here.
    pub hsts: Option<Duration>,
}

/// Which parts of the server are there, of those that can be left out.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Offered {
    /// The path check's endpoints.
    pub check: bool,
    /// The raw echo.
    pub raw: bool,
    /// Ledgers of links.
    pub ledgers: bool,
    /// HTTP/2 without TLS.
    pub h2c: bool,
}

impl Default for Offered {
    /// All of them.
    fn default() -> Self {
        Self { check: true, raw: true, ledgers: true, h2c: true }
    }
}

/// The server's state; cloning it is cheap.
#[derive(Clone, Debug)]
pub struct AppState(Arc<Parts>);

/// The parts of an [`AppState`].
#[derive(Debug)]
pub struct Parts {
    /// Who may connect, besides the page of this server.
    pub allowed: Allowed,
    /// Which proxies are believed what they say of a request.
    pub trusted_proxies: Trusted,
    /// How this server's own page is known where a proxy hides it.
    pub passes: Passes,
    /// The page.
    pub pages: Pages,
    /// Which of the server's parts are there.
    pub offered: Offered,
    /// What answers over TLS ask of browsers (RFC 6797, section 6.1).
    pub(crate) hsts: Option<HeaderValue>,
    /// How much, and how long.
    pub limits: Limits,
    /// How much memory there is for what clients send and what waits to be sent to them.
    pub(crate) budget: Budget,
    /// The clock on the wall.
    pub wall: Arc<dyn WallClock>,
    /// The clock that ticks.
    pub clocks: Clocks,
    /// What is kept of links.
    pub ledgers: Ledgers,
    /// How often limits were reached.
    pub hits: Hits,
    /// What links are called in the log.
    pub(crate) link_ids: LinkIds,
    /// What is open.
    pub counts: Counts,
    /// Whether the server is about to stop.
    pub drain: Drain,
    /// A random name of this process.
    pub instance: String,
    /// When the server started.
    pub started: UnixMillis,
}

impl AppState {
    /// Makes the state of a server that starts at this moment.
    ///
    /// # Errors
    ///
    /// Where the operating system gives no random bytes for the instance's name and its key.
    pub fn new(settings: Settings, wall: Arc<dyn WallClock>) -> Result<Self, getrandom::Error> {
        let Settings {
            allowed,
            trusted_proxies,
            site,
            limits,
            show_headers,
            offered,
            restarts,
            hsts,
        } = settings;
        let hits = Hits::default();
        let budget = Budget::new(limits.memory, hits.clone());
        let counts = Counts::new(&limits, hits.clone(), Arc::clone(&wall));
        let ledgers = Ledgers::new(
            offered.ledgers,
            limits.ledger,
            show_headers,
            Arc::clone(&wall),
            hits.clone(),
        );
        Ok(Self(Arc::new(Parts {
            pages: Pages::new(site, &allowed, budget.clone(), counts.taken().clone()),
            allowed,
            trusted_proxies,
            passes: Passes::new(limits.pass)?,
            offered,
            hsts: hsts.map(policy),
            budget,
            limits,
            clocks: Clocks::new(&wall),
            ledgers,
            hits,
            link_ids: LinkIds::from(getrandom::u64()?),
            counts,
            drain: Drain::new(Manner {
                spread: limits.drain_spread.min(limits.drain_at_most / 2),
                restarts,
            }),
            instance: format!("{:016x}", getrandom::u64()?),
            started: wall.now(),
            wall,
        })))
    }

    /// Returns how much of the budget of memory is used, in bytes.
    pub fn memory_used(&self) -> usize {
        self.budget.used()
    }

    /// Returns the server's version.
    pub fn version(&self) -> &'static str {
        env!("CARGO_PKG_VERSION")
    }
}

impl Deref for AppState {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

fn policy(max_age: Duration) -> HeaderValue {
    HeaderValue::try_from(format!("max-age={}", max_age.as_secs())).expect("this is plain ASCII")
}

/// The parts that handlers below this module ask for by themselves, so that they need not know of
/// the whole.
macro_rules! parts {
    ($($part:ident: $type:ty),+ $(,)?) => {$(
        impl FromRef<AppState> for $type {
            fn from_ref(state: &AppState) -> Self {
                state.$part.clone()
            }
        }
    )+};
}

parts! { budget: Budget, ledgers: Ledgers, drain: Drain, pages: Pages }
