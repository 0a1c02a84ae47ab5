//! Rules about what people read, and about what tests leave behind.

use std::path::{Component, Path, PathBuf};

use super::tree::{File, Tree};

/// Every link of a Markdown file to a place in the project leads there.
pub(super) fn links_resolve(tree: &Tree) -> Vec<String> {
    let mut findings = Vec::new();
    for file in tree.those(|path| path.ends_with(".md")) {
        for (number, target) in links(&file.text) {
            if let Some(problem) = problem(tree, file, target) {
                findings.push(format!("{}:{number}: `{target}`: {problem}", file.path));
            }
        }
    }
    findings
}

/// The change log has a place for what comes next.
pub(super) fn changes_are_listed(tree: &Tree) -> Vec<String> {
    match tree.those(|path| path == "CHANGELOG.md").next() {
        Some(file)
            if file.text.contains("\n## Unreleased") || file.text.contains("\n## [Unreleased]") =>
        {
            vec![]
        }
        Some(_) => vec!["CHANGELOG.md: add a section `## Unreleased`".to_owned()],
        None => vec!["CHANGELOG.md: is not there".to_owned()],
    }
}

/// Nobody forgot to review a snapshot.
pub(super) fn no_pending_snapshots(tree: &Tree) -> Vec<String> {
    let paths = tree.files.iter().map(|file| &file.path).chain(&tree.ignored);
    let pending = paths.filter(|path| path.ends_with(".snap.new"));
    pending.map(|path| format!("{path}: review it with `cargo insta review`")).collect()
}

/// The targets of inline links, with their lines.
fn links(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut fenced = false;
    let prose = (1..).zip(text.lines()).filter(move |(_, line)| {
        let fence = line.trim_start().starts_with("```");
        fenced ^= fence;
        !fenced && !fence
    });
    prose.flat_map(|(number, line)| {
        let ends = line.split("](").skip(1);
        ends.filter_map(move |rest| Some((number, rest.split([')', ' ']).next()?)))
    })
}

fn problem(tree: &Tree, file: &File, target: &str) -> Option<&'static str> {
    if target.contains("://") || target.starts_with("mailto:") {
        return None;
    }
    let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
    let wanted = if path.is_empty() { Some(file.path.clone()) } else { resolve(&file.path, path) };
    let Some(wanted) = wanted else { return Some("leads out of the project") };
    let below = format!("{}/", wanted.trim_end_matches('/'));
    let target = tree.files.iter().find(|file| file.path == wanted);
    let exists = target.is_some() || tree.files.iter().any(|file| file.path.starts_with(&below));
    let headed = |file: &File| file.text.lines().any(|line| is_heading(line, anchor));
    match target {
        _ if !exists => Some("there is no such file"),
        Some(page) if !anchor.is_empty() && page.path.ends_with(".md") && !headed(page) => {
            Some("there is no such heading")
        }
        Some(_) | None => None,
    }
}

/// A path from the project's root; nothing for one that leaves it.
fn resolve(from: &str, path: &str) -> Option<String> {
    let mut parts: Vec<_> = Path::new(from).parent()?.components().collect();
    for part in Path::new(path).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                parts.pop()?;
            }
            Component::Prefix(_) | Component::RootDir => return None,
            Component::Normal(_) => parts.push(part),
        }
    }
    Some(parts.iter().collect::<PathBuf>().display().to_string())
}

/// Whether a line is the heading that an anchor names, by the rule of GitHub.
fn is_heading(line: &str, anchor: &str) -> bool {
    let Some(title) = line.strip_prefix('#') else { return false };
    let title = title.trim_start_matches('#').trim().to_lowercase();
    let kept = title.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
    kept.map(|c| if c == ' ' { '-' } else { c }).eq(anchor.chars())
}
