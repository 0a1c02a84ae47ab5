//! The bounds on what clients may have and do, as arguments.

use clap::Args;
use clap::builder::{RangedU64ValueParser, TypedValueParser};
use echoclock_shared::limits::RAW_MESSAGE_MAX;

use crate::limits::{Limits, Places, SocketRate};

/// What clients may have and do. One client is one address of IPv4, or one /64 of IPv6.
#[derive(Args, Clone, Copy, Debug)]
#[command(next_help_heading = "Bounds")]
pub struct Bounds {
    /// How much memory there is for what clients send and what waits to be sent to them, in all, in
    /// bytes; one client has at most a quarter of it
    #[arg(long, env = "ECHOCLOCK_MEMORY_BUDGET", value_name = "BYTES")]
    #[arg(default_value_t = Limits::default().memory, value_parser = within(MEMORY_MIN, usize::MAX))]
    pub memory_budget: usize,

    /// The largest message that the raw echo takes, in bytes
    #[arg(long, env = "ECHOCLOCK_RAW_MAX", value_name = "BYTES", default_value_t = RAW_MESSAGE_MAX)]
    #[arg(value_parser = within(1, RAW_MAX_MAX))]
    pub raw_max: usize,

    /// How many bytes a second a client has to take or to send while it is waited for. One that is
    /// slower is given up: after 15 s where it sends a body, 75 s where it is at a socket's message,
    /// 30 s where it reads nothing, and up to 158 s where buffers on its side have taken much. 0 asks
    /// for no rate, and then a body may take 60 s in all
    #[arg(long, env = "ECHOCLOCK_MIN_RATE", value_name = "BYTES")]
    #[arg(default_value_t = Limits::default().min_rate)]
    pub min_rate: u32,

    /// How many connections there may be in all
    #[arg(long, env = "ECHOCLOCK_CONNECTIONS", value_name = "NUMBER")]
    #[arg(default_value_t = Places::IN_ALL.connections, value_parser = number())]
    pub connections: usize,

    /// How many connections one client may have
    #[arg(long, env = "ECHOCLOCK_CLIENT_CONNECTIONS", value_name = "NUMBER")]
    #[arg(default_value_t = Places::PER_CLIENT.connections, value_parser = number())]
    pub client_connections: usize,

    /// How many WebSockets there may be in all
    #[arg(long, env = "ECHOCLOCK_SOCKETS", value_name = "NUMBER")]
    #[arg(default_value_t = Places::IN_ALL.sockets, value_parser = number())]
    pub sockets: usize,

    /// How many WebSockets one client may have
    #[arg(long, env = "ECHOCLOCK_CLIENT_SOCKETS", value_name = "NUMBER")]
    #[arg(default_value_t = Places::PER_CLIENT.sockets, value_parser = number())]
    pub client_sockets: usize,

    /// How many responses that do not end by themselves there may be in all
    #[arg(long, env = "ECHOCLOCK_STREAMS", value_name = "NUMBER")]
    #[arg(default_value_t = Places::IN_ALL.streams, value_parser = number())]
    pub streams: usize,

    /// How many such responses one client may have
    #[arg(long, env = "ECHOCLOCK_CLIENT_STREAMS", value_name = "NUMBER")]
    #[arg(default_value_t = Places::PER_CLIENT.streams, value_parser = number())]
    pub client_streams: usize,

    /// How many requests may wait for their answer or their body in all
    #[arg(long, env = "ECHOCLOCK_POLLS", value_name = "NUMBER")]
    #[arg(default_value_t = Places::IN_ALL.polls, value_parser = number())]
    pub polls: usize,

    /// How many requests of one client may wait
    #[arg(long, env = "ECHOCLOCK_CLIENT_POLLS", value_name = "NUMBER")]
    #[arg(default_value_t = Places::PER_CLIENT.polls, value_parser = number())]
    pub client_polls: usize,

    /// How many files of --site may be open at once in all
    #[arg(long, env = "ECHOCLOCK_SITE_FILES", value_name = "NUMBER")]
    #[arg(default_value_t = Places::IN_ALL.files, value_parser = number())]
    pub site_files: usize,

    /// How many files of --site may be open at once for one client
    #[arg(long, env = "ECHOCLOCK_CLIENT_SITE_FILES", value_name = "NUMBER")]
    #[arg(default_value_t = Places::PER_CLIENT.files, value_parser = number())]
    pub client_site_files: usize,

    /// How many requests a second there may be in all
    #[arg(long, env = "ECHOCLOCK_REQUESTS", value_name = "NUMBER")]
    #[arg(default_value_t = Places::IN_ALL.requests, value_parser = clap::value_parser!(u32).range(1..))]
    pub requests: u32,

    /// How many requests a second one client may make
    #[arg(long, env = "ECHOCLOCK_CLIENT_REQUESTS", value_name = "NUMBER")]
    #[arg(default_value_t = Places::PER_CLIENT.requests, value_parser = clap::value_parser!(u32).range(1..))]
    pub client_requests: u32,

    /// How many messages a second one socket may send, five times as many at once; each part of a
    /// message counts
    #[arg(long, env = "ECHOCLOCK_SOCKET_MESSAGES", value_name = "NUMBER")]
    #[arg(default_value_t = SocketRate::default().messages, value_parser = clap::value_parser!(u32).range(1..))]
    pub socket_messages: u32,

    /// How many bytes a second one socket may send, five times as many at once
    #[arg(long, env = "ECHOCLOCK_SOCKET_BYTES", value_name = "NUMBER")]
    #[arg(default_value_t = SocketRate::default().bytes, value_parser = clap::value_parser!(u32).range(1..))]
    pub socket_bytes: u32,

    /// How many streams one connection of HTTP/2 may have open
    #[arg(long, env = "ECHOCLOCK_HTTP2_STREAMS", value_name = "NUMBER")]
    #[arg(default_value_t = Limits::default().http2_streams, value_parser = clap::value_parser!(u32).range(1..))]
    pub http2_streams: u32,
}

impl Bounds {
    /// Returns all limits, of which these are set.
    pub(super) fn limits(self) -> Limits {
        Limits {
            memory: self.memory_budget,
            raw_message: self.raw_max,
            min_rate: self.min_rate,
            in_all: Places {
                connections: self.connections,
                sockets: self.sockets,
                streams: self.streams,
                polls: self.polls,
                files: self.site_files,
                requests: self.requests,
            },
            per_client: Places {
                connections: self.client_connections,
                sockets: self.client_sockets,
                streams: self.client_streams,
                polls: self.client_polls,
                files: self.client_site_files,
                requests: self.client_requests,
            },
            socket: SocketRate { messages: self.socket_messages, bytes: self.socket_bytes },
            http2_streams: self.http2_streams,
            ..Limits::default()
        }
    }
}

fn number() -> impl TypedValueParser<Value = usize> {
    within(1, usize::MAX)
}

fn within(min: usize, max: usize) -> impl TypedValueParser<Value = usize> {
    let parser = RangedU64ValueParser::<u64>::new().range(min as u64..=max as u64);
    parser.try_map(usize::try_from)
}

/// Less would refuse nearly everything.
const MEMORY_MIN: usize = 1024 * 1024;

/// A message is held in memory whole.
const RAW_MAX_MAX: usize = 1024 * 1024 * 1024;
