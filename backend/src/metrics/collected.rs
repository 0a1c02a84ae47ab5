//! What is told of a server.

use std::fmt;

use echoclock_shared::transport::Transport;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::DescriptorEncoder;
use tokio::time::Instant;

use super::bounds;
use super::sheet::Sheet;
use crate::hits::Limit;
use crate::places::Kind;
use crate::state::AppState;
use crate::telemetry;
use crate::tls::Tls;
use crate::work::{Carries, Class, Count, Echo, Why, Work};

/// What is told of a server when it is asked for.
#[derive(Debug)]
pub(super) struct Collected {
    pub(super) state: AppState,
    pub(super) tls: Option<Tls>,
}

impl Collector for Collected {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let Self { state, tls } = self;
        let mut sheet = Sheet(encoder);
        life(&mut sheet, state)?;
        certificate(&mut sheet, tls.as_ref())?;
        links(&mut sheet, state)?;
        work(&mut sheet, state.counts.work())?;
        limits(&mut sheet, state)?;
        log(&mut sheet)
    }
}

fn log(sheet: &mut Sheet<'_>) -> fmt::Result {
    sheet.counter(
        "echoclock_log_lines_dropped",
        "Lines of the log that were dropped, because they came faster than they were read.",
        telemetry::lines_dropped(),
    )?;
    sheet.counter(
        "echoclock_log_lines_held_back",
        "Lines of the log that were held back, because one client was the reason for too many.",
        telemetry::lines_held_back(),
    )
}

fn life(sheet: &mut Sheet<'_>, state: &AppState) -> fmt::Result {
    sheet.info("echoclock_build", "The server's version.", "version", state.version())?;
    let started = state.started.get() as f64 / 1_000.0;
    sheet.gauge(
        "echoclock_start_time_seconds",
        "When the server started, as Unix time.",
        started,
    )?;
    let drains_for = state.drain.began().map(|began| began.elapsed().as_secs_f64());
    let drains = u64::from(drains_for.is_some());
    sheet.gauge("echoclock_draining", "Whether the server is about to stop: 1 or 0.", drains)?;
    let for_so_long = drains_for.unwrap_or_default();
    sheet.gauge("echoclock_drain_seconds", "For how long it has been so.", for_so_long)
}

fn certificate(sheet: &mut Sheet<'_>, tls: Option<&Tls>) -> fmt::Result {
    let until = tls.and_then(Tls::validity).map(|validity| validity.until.get() as f64 / 1_000.0);
    sheet.gauge(
        "echoclock_certificate_expiry_time_seconds",
        "When the certificate expires that clients are shown, as Unix time; 0 without TLS.",
        until.unwrap_or_default(),
    )
}

fn links(sheet: &mut Sheet<'_>, state: &AppState) -> fmt::Result {
    let (taken, work) = (state.counts.taken(), state.counts.work());
    let open = taken.held(Kind::Connection);
    sheet.gauge("echoclock_connections", "Connections that are open and have a place.", open)?;
    sheet.counter(
        "echoclock_connections_accepted",
        "Connections that were accepted, those without a place included.",
        work.of(Count::Accepted),
    )?;
    sheet.counter(
        "echoclock_connections_not_accepted",
        "Times at which the system could not give a connection, for want of open files.",
        work.of(Count::NotAccepted),
    )?;
    let lasting = Transport::ALL.into_iter().filter(|it| *it != Transport::Poll);
    sheet.gauges(
        "echoclock_followers",
        "Links that follow the clock, by transport; of long polls those that wait.",
        "transport",
        lasting.map(|it| (transport(it), work.links(Carries::Feed(it)) as u64)),
    )?;
    let echoes = [(Echo::Chat, Carries::Chat), (Echo::Raw, Carries::Raw)];
    sheet.gauges(
        "echoclock_echo_sockets",
        "WebSockets that are open to an echo.",
        "echo",
        echoes.map(|(it, carries)| (echo(it), work.links(carries) as u64)),
    )?;
    sheet.gauge(
        "echoclock_check_links",
        "Streams and WebSockets of path checks that are open.",
        work.links(Carries::Check) as u64,
    )
}

fn work(sheet: &mut Sheet<'_>, work: &Work) -> fmt::Result {
    let by_transport = |count: fn(Transport) -> Count| {
        Transport::ALL.map(|it| (transport(it), work.of(count(it))))
    };
    sheet.counters(
        "echoclock_items",
        "Items that were given to followers, a gap being one.",
        "transport",
        by_transport(Count::Items),
    )?;
    sheet.counters(
        "echoclock_item_bytes",
        "Bytes of items that were given to followers, without what frames them.",
        "transport",
        by_transport(Count::ItemBytes),
    )?;
    sheet.several_times(
        "echoclock_item_lag_seconds",
        "From when an item was due to when it was given to a follower's connection; about one of eight.",
        "transport",
        Transport::ALL.map(|it| (transport(it), work.lags(it))),
    )?;
    let by_echo = |count: fn(Echo) -> Count| Echo::ALL.map(|it| (echo(it), work.of(count(it))));
    sheet.counters(
        "echoclock_echoes",
        "Messages that were echoed.",
        "echo",
        by_echo(Count::Echoes),
    )?;
    sheet.counters(
        "echoclock_echo_bytes",
        "Bytes of messages that were echoed.",
        "echo",
        by_echo(Count::EchoBytes),
    )?;
    sheet.times(
        "echoclock_echo_seconds",
        "From when messages were read from a WebSocket to when their echoes were written; about one read of eight.",
        work.echo_times(),
    )?;
    sheet.counters(
        "echoclock_answers",
        "Answers to requests, by the first digit of their status.",
        "status",
        Class::ALL.map(|it| (class(it), work.of(Count::Answers(it)))),
    )?;
    sheet.counters(
        "echoclock_refusals",
        "Requests that were refused, by why; those within an event stream included.",
        "reason",
        Why::ALL.map(|it| (why(it), work.of(Count::Refused(it)))),
    )
}

fn limits(sheet: &mut Sheet<'_>, state: &AppState) -> fmt::Result {
    let all = Limit::ALL.iter().copied();
    sheet.gauges(
        "echoclock_limit",
        "What each limit is set to: a number, bytes, or seconds.",
        "limit",
        all.clone().map(|limit| (limit.name(), bounds::set_to(limit, &state.limits))),
    )?;
    sheet.gauges(
        "echoclock_limit_used",
        "What is taken of those that are for all clients together.",
        "limit",
        bounds::used(state, Instant::now()).map(|(limit, used)| (limit.name(), used)),
    )?;
    sheet.counters(
        "echoclock_limit_hits",
        "Times at which a limit was reached, with what the handbook says to come past it.",
        "limit",
        all.map(|limit| (limit.name(), state.hits.of(limit))),
    )
}

const fn transport(transport: Transport) -> &'static str {
    match transport {
        Transport::Poll => "poll",
        Transport::LongPoll => "long_poll",
        Transport::Stream => "stream",
        Transport::Frame => "frame",
        Transport::Events => "events",
        Transport::Socket => "socket",
    }
}

const fn echo(echo: Echo) -> &'static str {
    match echo {
        Echo::Chat => "chat",
        Echo::Post => "post",
        Echo::Raw => "raw",
    }
}

const fn class(class: Class) -> &'static str {
    match class {
        Class::Informational => "1xx",
        Class::Success => "2xx",
        Class::Redirection => "3xx",
        Class::ClientError => "4xx",
        Class::ServerError => "5xx",
    }
}

const fn why(why: Why) -> &'static str {
    match why {
        Why::Request => "request",
        Why::Origin => "origin",
        Why::Limit => "limit",
        Why::System => "system",
        Why::Draining => "draining",
    }
}
