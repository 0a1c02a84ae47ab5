//! The path check: what a network does to live connections, and what mends it.
//!
//! Browsers hide most of what matters: a refused upgrade is only a 1006, a held stream only silence.
//! So each probe's requests carry an id, the server writes down what arrived and what it sent when (a
//! [`crate::ledger`]), the client notes the same ([`observed`]), and the verdict is the difference.
//!
//! ```text
//! suite ──► run ──► (an edge runs each probe) ──► observed ──► signs ──► rules ──► report
//! ```
//!
//! A [`probe`] is data, and asks the server for a [`plan`]. `run` decides which probe runs when. What
//! both sides noted becomes [`signs`], which say what was seen and nothing about why; [`rules`] say why,
//! and what mends it. No rule reads what a configuration calls itself: they judge behaviour. [`hops`]
//! only chooses which remedy stands first.

pub mod plan;

pub mod item;

pub mod body;

pub mod answer;

pub mod probe;

pub mod suite;

pub mod run;

pub mod request;

pub mod judging;

pub mod hearing;

pub mod following;

pub mod observed;

pub mod evidence;

pub mod flow;

pub mod signs;

mod list;

mod told;

mod shown;

#[cfg(test)]
mod sample;

#[cfg(test)]
mod chinese;

pub mod hops;

pub mod rule;

pub mod rules;

pub mod handbook;

pub mod report;

#[cfg(test)]
mod path;
