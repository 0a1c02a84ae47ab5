//! Where what is made goes, and what is told of it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::say;
use crate::setup::Machine;

/// Returns an empty folder of this name among the results of packing.
pub(super) fn fresh_folder(machine: &Machine, name: &str) -> Result<PathBuf> {
    let folder = results(machine).join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("{folder:?} can't be removed"))?;
    }
    fs::create_dir_all(&folder).with_context(|| format!("{folder:?} can't be made"))?;
    Ok(folder)
}

/// Returns the folder of all that is made.
pub(super) fn results(machine: &Machine) -> PathBuf {
    machine.project.work().join("package")
}

/// Says what was made, and how large it is.
pub(super) fn tell(name: &str, file: &Path) -> Result<()> {
    let size = fs::metadata(file).with_context(|| format!("there is no {file:?}"))?.len();
    say::step(name, &format!("{} ({} KiB)", file.display(), size / 1024));
    Ok(())
}

/// Whether what was packed can be tried; says so where it can't.
pub(super) fn can_be_tried(machine: &Machine, name: &str) -> bool {
    if !machine.facts.root {
        say::step(name, "not tried: to change the root folder and the user takes root's rights");
    }
    machine.facts.root
}
