//! The files of the checkout, as rules see them.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

/// A file of the checkout.
pub(super) struct File {
    /// From the checkout's root, with `/`.
    pub(super) path: String,
    /// Empty for what is no text.
    pub(super) text: String,
}

impl File {
    /// Its lines that are code, numbered from 1: comments and documentation are left out.
    pub(super) fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = (1..).zip(self.text.lines());
        lines.filter(|(_, line)| !line.trim_start().starts_with("//"))
    }
}

/// The checkout.
#[derive(Default)]
pub(super) struct Tree {
    /// What git follows, and what it would.
    pub(super) files: Vec<File>,
    /// Files that git leaves out, apart from what tools make.
    pub(super) ignored: Vec<String>,
    /// Folders that belong to this machine alone: the checkout, its owner's home.
    pub(super) local: Vec<PathBuf>,
}

impl Tree {
    /// Reads what git knows of below `root`.
    pub(super) fn read(root: &Path) -> Result<Self> {
        let files = list(root, &["--cached", "--others", "--exclude-standard"])?;
        let files = files.into_iter().filter_map(|path| {
            // A file that was deleted and not yet committed is none.
            let bytes = std::fs::read(root.join(&path)).ok()?;
            Some(File { path, text: String::from_utf8(bytes).unwrap_or_default() })
        });
        let snapshots = ["--others", "--ignored", "--exclude-standard", "--", "*.snap.new"];
        let home = std::env::home_dir();
        Ok(Self {
            files: files.collect(),
            ignored: list(root, &snapshots)?,
            local: home.into_iter().chain([root.to_owned()]).collect(),
        })
    }

    /// The files whose path the filter likes.
    pub(super) fn those(&self, like: impl Fn(&str) -> bool) -> impl Iterator<Item = &File> {
        self.files.iter().filter(move |file| like(&file.path))
    }
}

fn list(root: &Path, arguments: &[&str]) -> Result<Vec<String>> {
    let output = Command::new("git")
        .args(["ls-files", "-z"])
        .args(arguments)
        .current_dir(root)
        .output()
        .context("`git` can't be started")?;
    ensure!(output.status.success(), "`git ls-files` failed: is this a clone?");
    let text = String::from_utf8(output.stdout).context("git lists paths as UTF-8")?;
    let mut paths: Vec<_> = text.split_terminator('\0').map(str::to_owned).collect();
    paths.sort();
    paths.dedup();
    Ok(paths)
}
