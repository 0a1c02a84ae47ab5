//! Rules about Cargo.toml and lock files.

use super::tree::{File, Tree};

/// `shared` depends on small pure crates only.
pub(super) fn shared_is_pure(tree: &Tree) -> Vec<String> {
    let manifest = tree.those(|path| path == "shared/Cargo.toml");
    let dependencies = manifest.flat_map(|file| entries(file, "dependencies"));
    let strange = dependencies.filter(|entry| !SHARED_MAY_USE.contains(&entry.name.as_str()));
    strange
        .map(|entry| {
            format!("{}: `{}`: shared depends on small pure crates only", entry.place, entry.name)
        })
        .collect()
}

/// The root alone says which version of a dependency is taken.
pub(super) fn versions_live_at_the_root(tree: &Tree) -> Vec<String> {
    let tables = ["dependencies", "dev-dependencies", "build-dependencies"];
    let entries = members(tree).flat_map(|file| tables.map(|table| entries(file, table))).flatten();
    let own = entries
        .filter(|entry| !entry.value.contains("workspace = true") && entry.key != "workspace");
    own.map(|entry| {
        format!("{}: `{}`: state its version in the root's Cargo.toml", entry.place, entry.name)
    })
    .collect()
}

/// Every crate takes the workspace's lints.
pub(super) fn lints_are_inherited(tree: &Tree) -> Vec<String> {
    let inherits = |file: &File| file.text.contains("[lints]\nworkspace = true");
    members(tree)
        .filter(|file| !inherits(file))
        .map(|file| format!("{}: add `[lints]` with `workspace = true`", file.path))
        .collect()
}

/// A lock file of npm holds for every registry.
pub(super) fn lock_files_name_no_address(tree: &Tree) -> Vec<String> {
    let locks = tree.those(|path| path.ends_with("package-lock.json"));
    let addressed = locks.filter(|file| file.text.contains("\"resolved\": \"http"));
    addressed
        .map(|file| {
            format!("{}: made without omit-lockfile-registry-resolved=true (e2e/.npmrc)", file.path)
        })
        .collect()
}

/// The fuzz targets, and the loads with their peers, are workspaces of their own.
fn members(tree: &Tree) -> impl Iterator<Item = &File> {
    let apart = |path: &str| path.starts_with("fuzz/") || path.starts_with("load/");
    tree.those(move |path| path.ends_with("/Cargo.toml") && !apart(path))
}

/// A line of a table such as `[dependencies]`, or of `[target.….dependencies]`.
struct Entry {
    place: String,
    /// The dependency.
    name: String,
    /// What follows a dot in the key: `workspace` in `serde.workspace = true`.
    key: String,
    value: String,
}

/// The entries of a table; the manifests are written one dependency a line.
fn entries(file: &File, table: &str) -> Vec<Entry> {
    let mut found = Vec::new();
    let mut within = false;
    for (number, line) in (1..).zip(file.text.lines().map(str::trim)) {
        if let Some(header) = line.strip_prefix('[') {
            let header = header.trim_end_matches(']');
            within = header == table || header.ends_with(&format!(".{table}"));
        } else if let Some((key, value)) =
            line.split_once('=').filter(|_| within && !line.starts_with('#'))
        {
            let (name, key) = key.trim().split_once('.').unwrap_or((key.trim(), ""));
            found.push(Entry {
                place: format!("{}:{number}", file.path),
                name: name.to_owned(),
                key: key.to_owned(),
                value: value.trim().to_owned(),
            });
        }
    }
    found
}

const SHARED_MAY_USE: [&str; 4] = ["serde", "serde_json", "thiserror", "time"];
