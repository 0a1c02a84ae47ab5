//! What is claimed of every configuration, a file per claim.

mod arrival;
mod check;
mod drain;
mod page;
mod post;
mod resume;
mod silence;
mod spacing;

use std::thread;

use anyhow::{Context, Result, anyhow};

use super::front::Mount;
use crate::fleet::Way;

pub(super) use check::check;
pub(super) use drain::drain;

/// Something that a client behind the proxy can count on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Claim {
    /// Its column.
    pub(super) name: &'static str,
    pub(super) prove: fn(&Mount<'_>) -> Result<()>,
}

/// What is proved first and by itself, since it is measured.
pub(super) const SPACING: Claim = Claim { name: "spacing", prove: spacing::spacing };

/// What is proved side by side.
pub(super) const OTHERS: [Claim; 5] = [
    Claim { name: "silence", prove: silence::silence },
    Claim { name: "resume", prove: resume::resume },
    Claim { name: "addresses", prove: arrival::arrival },
    Claim { name: "post", prove: post::post },
    Claim { name: "page", prove: page::page },
];

/// The columns of what takes more than a mount.
pub(super) const CHECK: &str = "check";
pub(super) const DRAIN: &str = "drain";

/// Does the same for each of the ways, side by side.
fn each_way(each: impl Fn(Way) -> Result<()> + Sync) -> Result<()> {
    let each = &each;
    all(Way::CLOCK.map(|way| (format!("{way:?}"), move || each(way))))
}

/// Does several things side by side; tells of all that fail.
fn all<F: FnOnce() -> Result<()> + Send>(
    those: impl IntoIterator<Item = (String, F)>,
) -> Result<()> {
    let failed = thread::scope(|scope| {
        let threads = those
            .into_iter()
            .map(|(name, one)| scope.spawn(move || one().with_context(|| name).err()));
        let threads: Vec<_> = threads.collect();
        let failed = threads
            .into_iter()
            .filter_map(|thread| thread.join().expect("what fails says so, it never panics"));
        failed.map(|error| format!("{error:#}")).collect::<Vec<_>>()
    });
    if failed.is_empty() { Ok(()) } else { Err(anyhow!("{}", failed.join("; "))) }
}
