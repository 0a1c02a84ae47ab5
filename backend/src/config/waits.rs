//! How long clients are waited for, as arguments.

use std::time::Duration;

use clap::Args;

use super::values::{in_seconds, seconds};
use crate::limits::Limits;

/// How long the server waits for its clients.
#[derive(Args, Clone, Copy, Debug)]
#[command(next_help_heading = "Limits")]
pub struct Waits {
    /// How long a connection is kept for the next request, in seconds; longer than a proxy in front
    /// keeps it, so that it is the proxy that ends it
    #[arg(long, value_name = "SECONDS", default_value = in_seconds(Limits::default().idle_timeout))]
    #[arg(value_parser = seconds(1, DAY))]
    pub idle_timeout: Duration,

    /// How long the head of a request may take, from its first byte to its last, and a new connection
    /// until it begins, in seconds
    #[arg(long, value_name = "SECONDS", default_value = in_seconds(Limits::default().header_timeout))]
    #[arg(value_parser = seconds(1, HOUR))]
    pub header_timeout: Duration,

    /// How long nothing may come of a request's body that is waited for, in seconds; what comes gives
    /// back what it may take at --min-rate
    #[arg(long, value_name = "SECONDS")]
    #[arg(default_value = in_seconds(Limits::default().body_idle_timeout))]
    #[arg(value_parser = seconds(1, HOUR))]
    pub body_idle_timeout: Duration,

    /// How long a request's body may take in all where --min-rate asks for no rate, in seconds
    #[arg(long, value_name = "SECONDS", default_value = in_seconds(Limits::default().body_timeout))]
    #[arg(value_parser = seconds(1, HOUR))]
    pub body_timeout: Duration,

    /// How long a client may take nothing of what waits to be written to it, in seconds; what it takes
    /// gives back what it may take at --min-rate
    #[arg(long, value_name = "SECONDS", default_value = in_seconds(Limits::default().write_timeout))]
    #[arg(value_parser = seconds(1, WRITE_MAX))]
    pub write_timeout: Duration,

    /// After how long a silent socket is asked for a sign of life, in seconds
    #[arg(long, value_name = "SECONDS")]
    #[arg(default_value = in_seconds(Limits::default().socket_ping_every))]
    #[arg(value_parser = seconds(1, HOUR))]
    pub socket_ping_every: Duration,

    /// How long a socket may be silent, in seconds; longer than --socket-ping-every
    #[arg(long, value_name = "SECONDS", default_value = in_seconds(Limits::default().socket_silence))]
    #[arg(value_parser = seconds(2, DAY))]
    pub socket_silence: Duration,

    /// How long the other end of a socket may take to answer its close frame, in seconds
    #[arg(long, value_name = "SECONDS", default_value = in_seconds(Limits::default().close_timeout))]
    #[arg(value_parser = seconds(1, CLOSE_MAX))]
    pub close_timeout: Duration,

    /// How long a pass is valid, which lets the server's own page in where a proxy hides whose it is, in
    /// seconds
    #[arg(long, value_name = "SECONDS", default_value = in_seconds(Limits::default().pass))]
    #[arg(value_parser = seconds(60, DAY))]
    pub pass_lifetime: Duration,
}

impl Waits {
    /// Sets these of all limits.
    pub(super) fn set(&self, limits: &mut Limits) {
        limits.idle_timeout = self.idle_timeout;
        limits.header_timeout = self.header_timeout;
        limits.body_idle_timeout = self.body_idle_timeout;
        limits.body_timeout = self.body_timeout;
        limits.write_timeout = self.write_timeout;
        limits.socket_ping_every = self.socket_ping_every;
        limits.socket_silence = self.socket_silence;
        limits.close_timeout = self.close_timeout;
        limits.pass = self.pass_lifetime;
    }
}

const HOUR: u64 = 60 * 60;

const DAY: u64 = 24 * HOUR;

/// The pings of HTTP/2 have their end soon after.
const WRITE_MAX: u64 = 120;

/// A server that drains does not wait for longer anyway.
const CLOSE_MAX: u64 = 60;
