//! The words that the server and the page share: messages, paths, limits, and the pure session.
//!
//! Nothing here reads a clock, throws dice, or opens a connection. Whoever calls passes a
//! [`session::Moment`] in and carries the [`session::Effect`]s out, so that one session runs in a
//! browser, in a simulation and against a real server alike.

pub mod text;

pub mod path;

pub mod limits;

pub mod time;

pub mod feed;

pub mod transport;

pub mod echo;

pub mod close;

pub mod info;

pub mod pass;

pub mod problem;

pub mod ledger;

pub mod encode;

pub mod decode;

pub mod session;

pub mod check;
