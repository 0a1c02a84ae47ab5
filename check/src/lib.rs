//! `echoclock check`: the path check from a terminal.
//!
//! The probes, who runs when, and what it all means are in `echoclock_shared::check`. Here is the edge:
//! a client of HTTP and of WebSockets that carries the probes out (`probe`), and the outputs.

mod address;
pub use address::NotAnAddress;

mod proxy;

mod connect;

mod send;

mod gunzip;

mod status;
pub use status::{AskedServer, Status};

mod notes;

mod probe;

mod drive;

mod lanes;

mod duration;

mod arguments;
pub use arguments::Check;

mod making;

mod checked;

mod expect;

mod terminal;

mod junit;

mod metrics;

mod outputs;

mod follow;

mod command;
pub use command::check;

#[cfg(test)]
mod sample;
