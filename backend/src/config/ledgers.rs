//! What is kept of links, as arguments.

use std::time::Duration;

use clap::Args;

use super::values::{COUNT_MAX, in_seconds, seconds, whole};
use crate::limits::{LedgerLimits, Limits};

/// What is kept of links whose clients asked for it.
#[derive(Args, Clone, Copy, Debug)]
#[command(next_help_heading = "Limits")]
pub struct Ledgers {
    /// How many links there may be ledgers of
    #[arg(long, value_name = "NUMBER", default_value_t = LedgerLimits::default().links)]
    #[arg(value_parser = whole::<usize>(1, 1_000_000))]
    pub ledger_links: usize,

    /// How much memory all ledgers may take, in bytes; one client has at most an eighth of it where
    /// others want some
    #[arg(long, value_name = "BYTES", default_value_t = LedgerLimits::default().bytes)]
    #[arg(value_parser = whole::<usize>(64 * 1024, COUNT_MAX))]
    pub ledger_memory: usize,

    /// How many entries a ledger holds, its first 8 and its newest
    #[arg(long, value_name = "NUMBER", default_value_t = LedgerLimits::default().entries)]
    #[arg(value_parser = whole::<usize>(16, 1_000_000))]
    pub ledger_entries: usize,

    /// How much memory one ledger's entries may take, in bytes
    #[arg(long, value_name = "BYTES", default_value_t = LedgerLimits::default().link_bytes)]
    #[arg(value_parser = whole::<usize>(4 * 1024, 1024 * 1024 * 1024))]
    pub ledger_link_memory: usize,

    /// How much of a message's text a ledger shows, in bytes
    #[arg(long, value_name = "BYTES", default_value_t = LedgerLimits::default().text)]
    #[arg(value_parser = whole::<usize>(0, 1024 * 1024))]
    pub ledger_text: usize,

    /// How much of a head's headers a ledger shows, in bytes
    #[arg(long, value_name = "BYTES", default_value_t = LedgerLimits::default().head)]
    #[arg(value_parser = whole::<usize>(0, 64 * 1024))]
    pub ledger_head: usize,

    /// How long after its last entry a ledger is kept, in seconds
    #[arg(long, value_name = "SECONDS", default_value = in_seconds(LedgerLimits::default().age))]
    #[arg(value_parser = seconds(1, 24 * 60 * 60))]
    pub ledger_age: Duration,
}

impl Ledgers {
    /// Sets these of all limits.
    pub(super) fn set(&self, limits: &mut Limits) {
        limits.ledger = LedgerLimits {
            links: self.ledger_links,
            bytes: self.ledger_memory,
            entries: self.ledger_entries,
            link_bytes: self.ledger_link_memory,
            text: self.ledger_text,
            head: self.ledger_head,
            age: self.ledger_age,
            ..LedgerLimits::default()
        };
    }
}
