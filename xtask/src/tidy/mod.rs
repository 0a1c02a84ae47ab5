//! `cargo xtask tidy`: the rules of docs/ARCHITECTURE.md that a program can check.
//!
//! A rule is a pure function over the files of the checkout; the tests show each of them failing.

use std::path::Path;

use anyhow::{Result, bail};

use crate::say;

mod causes;
mod circles;
mod links;
mod manifests;
mod translations;
mod tree;
mod words;

use tree::Tree;

/// Checks all rules, and fails with every place that breaks one.
pub(crate) fn tidy(root: &Path) -> Result<()> {
    let tree = Tree::read(root)?;
    let findings: Vec<_> = RULES.iter().flat_map(|rule| rule(&tree)).collect();
    for finding in &findings {
        say::say(finding);
    }
    if !findings.is_empty() {
        bail!("{} places break a rule", findings.len());
    }
    say::say(&format!(
        "tidy: {} files keep {} rules",
        tree.files.len(),
        RULES.len() + words::BANS.len() - 1
    ));
    Ok(())
}

/// A rule; each finding names the file, the line where there is one, and what to do.
type Rule = fn(&Tree) -> Vec<String>;

const RULES: [Rule; 14] = [
    words::banned,
    words::machine_paths,
    words::opens_with_its_job,
    words::short_enough,
    manifests::shared_is_pure,
    manifests::versions_live_at_the_root,
    manifests::lints_are_inherited,
    manifests::lock_files_name_no_address,
    circles::no_circles,
    causes::rules_are_listed_and_tried,
    links::links_resolve,
    links::changes_are_listed,
    links::no_pending_snapshots,
    translations::translations_keep_step,
];

#[cfg(test)]
mod tests;
