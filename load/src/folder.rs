//! Folders for the temporary files of whatever stands for a while.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, Result};

/// How many folders there have been: the same path may stand twice.
static MADE: AtomicU32 = AtomicU32::new(0);

/// A folder, which goes when dropped.
#[derive(Debug)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn make(name: &str) -> Result<Self> {
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let id = format!("{FOLDERS}{}-{number}-{name}", std::process::id());
        let folder = std::env::temp_dir().join(id);
        fs::create_dir_all(&folder).context("the folder can't be made")?;
        Ok(Self(folder))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left behind lies in the folder for temporary files.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Removes the folders of runs that were killed.
pub(crate) fn sweep() {
    let entries = fs::read_dir(std::env::temp_dir()).into_iter().flatten().flatten();
    for entry in entries {
        let owner = entry.file_name().to_str().and_then(owner);
        if owner.is_some_and(|owner| !Path::new(&format!("/proc/{owner}")).exists()) {
            // It may be another user's.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// The process that has made a folder of this name.
fn owner(folder: &str) -> Option<u32> {
    folder.strip_prefix(FOLDERS)?.split('-').next()?.parse().ok()
}

/// How the names of the folders begin; the process follows that has made it.
const FOLDERS: &str = "echoclock-path-";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_tells_whose_it_is() {
        assert_eq!(owner("echoclock-path-81-3-caddy-plain"), Some(81));
        for other in ["echoclock-path-x-3", "echoclock-path-", "paths-81-3"] {
            assert_eq!(owner(other), None, "{other}");
        }
    }
}
