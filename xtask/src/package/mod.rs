//! `cargo xtask package`: the Debian package and the image, each built and then run as it will be.

use clap::ValueEnum;

#[cfg(target_os = "linux")]
mod made;
#[cfg(target_os = "linux")]
pub(crate) use made::package;

#[cfg(target_os = "linux")]
mod built;

#[cfg(target_os = "linux")]
mod results;

#[cfg(target_os = "linux")]
mod rooted;

#[cfg(target_os = "linux")]
mod trial;

#[cfg(target_os = "linux")]
mod unit;

#[cfg(target_os = "linux")]
mod documents;

#[cfg(target_os = "linux")]
mod deb;

#[cfg(target_os = "linux")]
mod image;

/// What is packed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum What {
    /// The Debian package
    Deb,
    /// The image for containers
    Image,
}

/// Says that nothing is packed here.
#[cfg(not(target_os = "linux"))]
pub(crate) fn package(_: &crate::setup::Machine, _: Option<What>) -> anyhow::Result<()> {
    anyhow::bail!("packages are for Linux, and are built on it")
}
