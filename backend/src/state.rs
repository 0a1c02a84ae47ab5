//! What every request can reach: cheap handles.

use std::ops::Deref;
use std::sync::Arc;

use echoclock_shared::time::UnixMillis;

use crate::counts::Counts;
use crate::drain::Drain;
use crate::feed::clock::{Clocks, WallClock};
use crate::ledger::Ledgers;
use crate::limits::Limits;
use crate::origin::Allowed;
use crate::site::Site;

/// What the server is made of.
#[derive(Debug)]
pub struct Settings {
    /// Who may connect, besides the page of this server.
    pub allowed: Allowed,
    /// Where the page is.
    pub site: Site,
    /// How much, and how long.
    pub limits: Limits,
}

/// The server's state; cloning it is cheap.
#[derive(Clone, Debug)]
pub struct AppState(Arc<Parts>);

/// The parts of an [`AppState`].
#[derive(Debug)]
pub struct Parts {
    /// Who may connect, besides the page of this server.
    pub allowed: Allowed,
    /// The page.
    pub site: Site,
    /// How much, and how long.
    pub limits: Limits,
    /// The clock on the wall.
    pub wall: Arc<dyn WallClock>,
    /// The clock that ticks.
    pub clocks: Clocks,
    /// What is kept of links.
    pub ledgers: Ledgers,
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
    /// Where the operating system gives no random bytes for the instance's name.
    pub fn new(settings: Settings, wall: Arc<dyn WallClock>) -> Result<Self, getrandom::Error> {
        let Settings { allowed, site, limits } = settings;
        Ok(Self(Arc::new(Parts {
            allowed,
            site,
            limits,
            clocks: Clocks::new(&wall),
            ledgers: Ledgers::new(limits.ledger, Arc::clone(&wall)),
            counts: Counts::default(),
            drain: Drain::default(),
            instance: format!("{:016x}", getrandom::u64()?),
            started: wall.now(),
            wall,
        })))
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
