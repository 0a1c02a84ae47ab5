//! The listeners' loop, with a bound and an end.

use std::io;
use std::pin::pin;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use tokio::task::yield_now;
use tokio::time::{Instant, sleep, timeout, timeout_at};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::client::Client;
use crate::connection::{Accepted, Connection, until_cut};
use crate::conversation::Conversation;
use crate::files::{Over, Shortage};
use crate::limits::Limits;
use crate::listener::Listener;
use crate::peer::Peer;
use crate::places::{FIRST_WORD, Full, Kind, Place, Seat, Seats};
use crate::redirect;
use crate::spare::{self, Spare, Waits};
use crate::state::AppState;
use crate::tls::Tls;
use crate::work::Count;

/// What a server listens at.
#[derive(Debug)]
pub struct Listeners {
    /// For everybody.
    pub public: Listener,
    /// What has TLS there, if there is to be TLS.
    pub tls: Option<Tls>,
    /// For who asks without TLS and is sent on to it: to this port of the same host.
    pub redirect: Option<(Listener, u16)>,
    /// For who looks after the server, with connections of its own: [`admin`](crate::admin) answers.
    pub admin: Option<Listener>,
}

impl<L: Into<Listener>> From<L> for Listeners {
    fn from(public: L) -> Self {
        Self { public: public.into(), tls: None, redirect: None, admin: None }
    }
}

/// Serves `router`, which is [`app`](crate::app) or holds it, until `shutdown` comes, then drains
/// and returns, within [`Limits::stop_after`].
///
/// While it drains it still accepts connections and answers requests, so that whoever asks
/// `/readyz` learns of it; streams and sockets end, and new ones are refused.
///
/// Nor does anybody wait for a connection where there are as many as there may be: a few more are
/// taken in, on which the same can be asked, and everything else is told that there is no room.
///
/// [`Limits::stop_after`]: crate::limits::Limits::stop_after
pub async fn serve(
    listeners: impl Into<Listeners>,
    router: Router,
    state: AppState,
    shutdown: impl Future<Output = ()>,
) {
    let Listeners { public, tls, redirect, admin } = listeners.into();
    let shown = tls.clone();
    let mut doors = Doors {
        public: Door::at(public, Way { router, tls }),
        redirect: redirect.map(|(listener, port)| {
            let router = redirect::routes(state.clone(), port);
            Door::at(listener, Way { router, tls: None })
        }),
        admin: admin.map(|listener| {
            let router = crate::admin(state.clone(), shown);
            Door::at(listener, Way { router, tls: None })
        }),
    };
    let server = Server {
        state,
        seats: Seats::new(),
        reserve: Seats::new(),
        admin_seats: Seats::new(),
        crowd: Mutex::default(),
        connections: TaskTracker::new(),
        finish: CancellationToken::new(),
    };
    tokio::select! {
        () = server.accept_all(&mut doors) => {}
        () = shutdown => {}
    }
    let Limits { drain_at_least, drain_at_most, stop_after, .. } = server.state.limits;
    let drain_began = Instant::now();
    tracing::info!(open = ?server.state.counts.open(), "draining");
    server.state.drain.begin();
    let drained = async {
        tokio::join!(sleep(drain_at_least), server.state.counts.nothing_open());
    };
    tokio::select! {
        () = server.accept_all(&mut doors) => {}
        _ = timeout_at(drain_began + drain_at_most, drained) => {}
    }
    drop(doors);
    server.finish.cancel();
    server.connections.close();
    let all_ended = async {
        tokio::join!(server.connections.wait(), server.state.counts.nothing_open());
    };
    let mut all_ended = pin!(all_ended);
    // Who does not take the rest of an answer is left time to end in order, and the log to say so.
    let cut_at = drain_began + (drain_at_most + stop_after) / 2;
    if timeout_at(cut_at, all_ended.as_mut()).await.is_ok() {
        return;
    }
    server.state.drain.cut();
    if timeout_at(drain_began + stop_after, all_ended).await.is_err() {
        let (connections, open) = (server.connections.len(), server.state.counts.open());
        tracing::warn!(connections, ?open, "stopped with connections open");
    }
}

/// Where connections come in.
struct Doors {
    public: Door,
    redirect: Option<Door>,
    admin: Option<Door>,
}

struct Door {
    listener: Listener,
    way: Way,
    shortage: Shortage,
    spare: Spare,
}

/// How those are answered who come in by a door.
struct Way {
    router: Router,
    tls: Option<Tls>,
}

impl Door {
    fn at(listener: Listener, way: Way) -> Self {
        Self { listener, way, shortage: Shortage::default(), spare: Spare::new() }
    }
}

struct Server {
    state: AppState,
    /// The connections for which there is room.
    seats: Seats,
    /// Those for which there is none, and which are told so.
    reserve: Seats,
    /// Those of who looks after the server.
    admin_seats: Seats,
    /// Whether there are as many connections as there may be in all.
    crowd: Mutex<Shortage>,
    connections: TaskTracker,
    /// Has each connection end after the request that it is at.
    finish: CancellationToken,
}

impl Server {
    /// Accepts connections for as long as it is polled.
    async fn accept_all(&self, Doors { public, redirect, admin }: &mut Doors) {
        let by_redirect = async {
            if let Some(door) = redirect {
                self.accept(door, |way, accepted, peer| self.take_in(way, accepted, peer)).await;
            }
        };
        let by_admin = async {
            if let Some(door) = admin {
                self.accept(door, |way, accepted, peer| self.take_in_admin(way, accepted, peer))
                    .await;
            }
        };
        let by_public =
            self.accept(public, |way, accepted, peer| self.take_in(way, accepted, peer));
        tokio::join!(by_public, by_redirect, by_admin);
    }

    async fn accept(&self, door: &mut Door, take_in: impl Fn(&Way, Accepted, Peer)) {
        let Door { listener, way, shortage, spare } = door;
        loop {
            match listener.accept().await {
                Ok((accepted, peer)) => {
                    if let Some(Over { lasted, times }) = shortage.succeeded(Instant::now()) {
                        tracing::info!(?lasted, times, "connections can be accepted again");
                    }
                    take_in(way, accepted, peer);
                    // Those who have to go get a turn.
                    yield_now().await;
                }
                Err(error) if is_one_connections(&error) => {}
                // Such as no file handle left: soon there is one.
                Err(error) => match spare.look(listener) {
                    Waits::Nobody => {}
                    who @ (Waits::One(..) | Waits::Perhaps) => {
                        self.state.counts.work().add(Count::NotAccepted, 1);
                        if shortage.failed(Instant::now()) {
                            tracing::error!(%error, "no connection could be accepted");
                        }
                        match (who, self.seats.make_room(Instant::now())) {
                            // With TLS it would take longer to tell than there is time for.
                            (Waits::One(..), false) if way.tls.is_some() => {}
                            (Waits::One(accepted, peer), false) => {
                                spare::refuse(accepted, peer, self.state.counts.work()).await;
                            }
                            (who, _) => {
                                if let Waits::One(accepted, peer) = who {
                                    take_in(way, accepted, peer);
                                }
                                sleep(ACCEPT_AGAIN_AFTER).await;
                            }
                        }
                        spare.open_again();
                    }
                },
            }
        }
    }

    /// Holds a connection where there is room for one more, or else tells its client that there is
    /// none.
    fn take_in(&self, way: &Way, accepted: Accepted, peer: Peer) {
        self.state.counts.work().add(Count::Accepted, 1);
        let client = Client::from(peer);
        let is_proxy = self.state.trusted_proxies.holds(peer);
        let full = match self.place(client, is_proxy) {
            Ok(place) => {
                let connection =
                    self.connection(way, accepted, self.seats.sit(client, Some(place)));
                let conversation = self.conversation(way, client, is_proxy, None);
                self.hold(connection, peer, conversation, None);
                return;
            }
            Err(full) => full,
        };
        let own_max = if is_proxy { RESERVE } else { RESERVE_OWN };
        let Some(seat) = self.reserve.squeeze_in(client, own_max, RESERVE) else { return };
        let connection = self.connection(way, accepted, seat);
        let mut conversation = self.conversation(way, client, is_proxy, Some(full));
        let head = &mut conversation.limits.header_timeout;
        *head = FIRST_WORD.min(*head);
        self.hold(connection, peer, conversation, Some(RESERVE_FOR));
    }

    fn take_in_admin(&self, way: &Way, accepted: Accepted, peer: Peer) {
        let client = Client::from(peer);
        let seat = self.admin_seats.squeeze_in(client, ADMIN_MAX, ADMIN_MAX);
        let Some(seat) = seat else { return };
        let connection = self.connection(way, accepted, seat);
        let is_proxy = self.state.trusted_proxies.holds(peer);
        let conversation = self.conversation(way, client, is_proxy, None);
        self.hold(connection, peer, conversation, None);
    }

    /// Takes a place for a connection; where all are taken, those make room on which nothing is
    /// under way.
    ///
    /// A proxy's are bounded by what there is in all, because they carry many clients' requests.
    fn place(&self, client: Client, is_proxy: bool) -> Result<Place, Full> {
        let taken = self.state.counts.taken();
        let take = || match is_proxy {
            true => taken.take_for_many(Kind::Connection, client),
            false => taken.take(Kind::Connection, client),
        };
        let now = Instant::now();
        let is_crowded = |full: &Full| !full.by_client;
        let place = match take() {
            Err(full) if is_crowded(&full) && self.seats.make_room(now) => take(),
            taken => taken,
        };
        let mut crowd = self.crowd.lock().unwrap_or_else(PoisonError::into_inner);
        match &place {
            Err(full) if is_crowded(full) => {
                if crowd.failed(now) {
                    tracing::warn!(connections = full.max, "full: new connections are refused");
                }
            }
            Err(_) => {}
            Ok(_) => {
                if let Some(Over { lasted, times }) = crowd.succeeded(now) {
                    tracing::info!(?lasted, refused = times, "there is room for connections again");
                }
            }
        }
        place
    }

    /// Holds a conversation to its end, or for at most so long, or until it is cut.
    fn hold(
        &self,
        connection: Connection,
        peer: Peer,
        conversation: Conversation,
        at_most: Option<Duration>,
    ) {
        let (ending, cut) = (connection.ending(), self.state.drain.until_cut());
        let held = until_cut(conversation.hold(connection, peer), ending, cut);
        match at_most {
            Some(limit) => self.connections.spawn(async move { drop(timeout(limit, held).await) }),
            None => self.connections.spawn(held),
        };
    }

    fn connection(&self, way: &Way, accepted: Accepted, seat: Seat) -> Connection {
        let tls = way.tls.as_ref().map(Tls::config);
        Connection::new(accepted, tls, seat, &self.state.limits, self.state.hits.clone())
    }

    fn conversation(
        &self,
        way: &Way,
        client: Client,
        is_proxy: bool,
        no_room: Option<Full>,
    ) -> Conversation {
        Conversation {
            router: way.router.clone(),
            limits: self.state.limits,
            // Of what a proxy's connections keep, each client has its part.
            budget: match is_proxy {
                true => self.state.budget.clone(),
                false => self.state.budget.of(client),
            },
            has_h2c: self.state.offered.h2c,
            no_room,
            // One that has no room may be told so before all are.
            finish: self.finish.child_token(),
            hits: self.state.hits.clone(),
            work: self.state.counts.work().clone(),
        }
    }
}

/// Whether the failure concerns the one connection that was to be accepted.
fn is_one_connections(error: &io::Error) -> bool {
    [
        io::ErrorKind::ConnectionRefused,
        io::ErrorKind::ConnectionAborted,
        io::ErrorKind::ConnectionReset,
    ]
    .contains(&error.kind())
}

/// How long to wait where the system can't give another connection.
const ACCEPT_AGAIN_AFTER: Duration = Duration::from_millis(50);

/// How many connections are told that there is no room, at a time.
const RESERVE: usize = 64;

/// How many of them one client may have.
const RESERVE_OWN: usize = 8;

/// How long it may take in all.
const RESERVE_FOR: Duration = Duration::from_secs(5);

/// How many connections there may be of who looks after the server.
const ADMIN_MAX: usize = 16;
