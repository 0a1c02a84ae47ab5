//! Packing, on Linux.

use anyhow::{Result, ensure};

use super::{What, built, deb, image};
use crate::setup::{self, Machine};

/// Packs what is asked for, or all there is, and looks whether it serves.
pub(crate) fn package(machine: &Machine, what: Option<What>) -> Result<()> {
    let (deb, image) = (what != Some(What::Image), what != Some(What::Deb));
    let needs = [if deb { setup::DEB } else { &[] }, if image { setup::IMAGE } else { &[] }];
    let unmet = setup::set_up(machine, &needs.concat());
    ensure!(unmet.is_empty(), "set-up is not complete: see above");
    let built = built::build(machine)?;
    if deb {
        deb::package(machine, &built)?;
    }
    if image {
        image::package(machine, &built.program)?;
    }
    Ok(())
}
