//! A rule about the rules of the path check: each is a file that is listed, named and tried.

use super::tree::{File, Tree};

/// Each file of the path check's rules is a rule that carries the file's name, stands among all of them,
/// and has a test that carries its name.
pub(super) fn rules_are_listed_and_tried(tree: &Tree) -> Vec<String> {
    let list = tree.those(|path| path == format!("{FOLDER}mod.rs")).next();
    let rules = tree.those(|path| {
        let name = path.strip_prefix(FOLDER).unwrap_or_default();
        name.ends_with(".rs") && !name.contains('/') && !["mod.rs", "tests.rs"].contains(&name)
    });
    rules.flat_map(|file| broken_by(file, list.map_or("", |list| &list.text))).collect()
}

fn broken_by(file: &File, list: &str) -> Vec<String> {
    let name = file.path.trim_start_matches(FOLDER).trim_end_matches(".rs");
    let id = name.replace('_', "-");
    let has = |wanted: &str| file.code().any(|(_, line)| line.trim_start().starts_with(wanted));
    let checks = [
        (
            list.lines().any(|line| line.trim() == format!("{name}::RULE,")),
            format!("put `{name}::RULE` into `ALL`"),
        ),
        (has(&format!("id: \"{id}\",")), format!("name the rule as its file: `{id}`")),
        (has(&format!("fn {name}_")), format!("add a test `{name}_…` that shows when it explains")),
    ];
    let broken = checks.into_iter().filter(|(is_kept, _)| !is_kept);
    broken.map(|(_, what)| format!("{}: {what}", file.path)).collect()
}

const FOLDER: &str = "shared/src/check/rules/";
