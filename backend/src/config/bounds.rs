//! The bounds on what clients may have and do, as arguments.

use clap::Args;
use echoclock_shared::limits::RAW_MESSAGE_MAX;

use super::values::{COUNT_MAX, whole};
use crate::limits::{Limits, Places, SocketRate};

/// What clients may have and do. One client is one address of IPv4, or one /64 of IPv6.
#[derive(Args, Clone, Copy, Debug)]
#[command(next_help_heading = "Limits")]
pub struct Bounds {
    /// How much memory there is for what clients send and what waits to be sent to them, in all, in
    /// bytes; one client has at most a quarter of it
    #[arg(long, value_name = "BYTES")]
    #[arg(default_value_t = Limits::default().memory, value_parser = whole::<usize>(MEMORY_MIN, COUNT_MAX))]
    pub memory_budget: usize,

    /// The largest message that the raw echo takes, in bytes
    #[arg(long, value_name = "BYTES", default_value_t = RAW_MESSAGE_MAX)]
    #[arg(value_parser = whole::<usize>(1, RAW_MAX_MAX))]
    pub raw_max: usize,

    /// How many bytes a second a client has to take or to send while it is waited for. One that is
    /// slower is given up: after --body-idle-timeout where it sends a body, --socket-silence where it is
    /// at a socket's message, --write-timeout where it reads nothing, and later by what 128 KiB take at
    /// this rate where buffers on its side have taken much. 0 asks for no rate, and then a body may take
    /// --body-timeout in all
    #[arg(long, value_name = "BYTES")]
    #[arg(default_value_t = Limits::default().min_rate, value_parser = whole::<u32>(0, U32_MAX))]
    pub min_rate: u32,

    /// How many connections there may be in all
    #[arg(long, value_name = "NUMBER")]
    #[arg(default_value_t = Places::IN_ALL.connections, value_parser = whole::<usize>(1, COUNT_MAX))]
    pub connections: usize,

    /// How many connections one client may have
    #[arg(long, value_name = "NUMBER")]
    #[arg(default_value_t = Places::PER_CLIENT.connections, value_parser = whole::<usize>(1, COUNT_MAX))]
    pub client_connections: usize,

    /// How many WebSockets there may be in all
    #[arg(long, value_name = "NUMBER")]
    #[arg(default_value_t = Places::IN_ALL.sockets, value_parser = whole::<usize>(1, COUNT_MAX))]
    pub sockets: usize,

    /// How many WebSockets one client may have
    #[arg(long, value_name = "NUMBER")]
    #[arg(default_value_t = Places::PER_CLIENT.sockets, value_parser = whole::<usize>(1, COUNT_MAX))]
    pub client_sockets: usize,

    /// How many responses that do not end by themselves there may be in all
    #[arg(long, value_name = "NUMBER")]
    #[arg(default_value_t = Places::IN_ALL.streams, value_parser = whole::<usize>(1, COUNT_MAX))]
    pub streams: usize,

    /// How many such responses one client may have
    #[arg(long, value_name = "NUMBER")]
    #[arg(default_value_t = Places::PER_CLIENT.streams, value_parser = whole::<usize>(1, COUNT_MAX))]
    pub client_streams: usize,

    /// How many requests may wait for their answer or their body in all
    #[arg(long, value_name = "NUMBER")]
    #[arg(default_value_t = Places::IN_ALL.polls, value_parser = whole::<usize>(1, COUNT_MAX))]
    pub polls: usize,

    /// How many requests of one client may wait
    #[arg(long, value_name = "NUMBER")]
    #[arg(default_value_t = Places::PER_CLIENT.polls, value_parser = whole::<usize>(1, COUNT_MAX))]
    pub client_polls: usize,

    /// How many files of --site may be open at once in all
    #[arg(long, value_name = "NUMBER")]
    #[arg(default_value_t = Places::IN_ALL.files, value_parser = whole::<usize>(1, COUNT_MAX))]
    pub site_files: usize,

    /// How many files of --site may be open at once for one client
    #[arg(long, value_name = "NUMBER")]
    #[arg(default_value_t = Places::PER_CLIENT.files, value_parser = whole::<usize>(1, COUNT_MAX))]
    pub client_site_files: usize,

    /// How many requests a second there may be in all
    #[arg(long, value_name = "NUMBER")]
    #[arg(default_value_t = Places::IN_ALL.requests, value_parser = whole::<u32>(1, U32_MAX))]
    pub requests: u32,

    /// How many requests a second one client may make
    #[arg(long, value_name = "NUMBER")]
    #[arg(default_value_t = Places::PER_CLIENT.requests, value_parser = whole::<u32>(1, U32_MAX))]
    pub client_requests: u32,

    /// How many messages a second one socket may send, five times as many at once; each part of a
    /// message counts
    #[arg(long, value_name = "NUMBER")]
    #[arg(default_value_t = SocketRate::default().messages, value_parser = whole::<u32>(1, U32_MAX))]
    pub socket_messages: u32,

    /// How many bytes a second one socket may send, five times as many at once
    #[arg(long, value_name = "NUMBER")]
    #[arg(default_value_t = SocketRate::default().bytes, value_parser = whole::<u32>(1, U32_MAX))]
    pub socket_bytes: u32,

    /// How many streams one connection of HTTP/2 may have open
    #[arg(long, value_name = "NUMBER")]
    #[arg(default_value_t = Limits::default().http2_streams, value_parser = whole::<u32>(1, U32_MAX))]
    pub http2_streams: u32,
}

impl Bounds {
    /// Sets these of all limits.
    pub(super) fn set(&self, limits: &mut Limits) {
        limits.memory = self.memory_budget;
        limits.raw_message = self.raw_max;
        limits.min_rate = self.min_rate;
        limits.in_all = Places {
            connections: self.connections,
            sockets: self.sockets,
            streams: self.streams,
            polls: self.polls,
            files: self.site_files,
            requests: self.requests,
        };
        limits.per_client = Places {
            connections: self.client_connections,
            sockets: self.client_sockets,
            streams: self.client_streams,
            polls: self.client_polls,
            files: self.client_site_files,
            requests: self.client_requests,
        };
        limits.socket = SocketRate { messages: self.socket_messages, bytes: self.socket_bytes };
        limits.http2_streams = self.http2_streams;
    }
}

const U32_MAX: u64 = u32::MAX as u64;

/// Less would refuse nearly everything.
const MEMORY_MIN: u64 = 1024 * 1024;

/// A message is held in memory whole.
const RAW_MAX_MAX: u64 = 1024 * 1024 * 1024;
