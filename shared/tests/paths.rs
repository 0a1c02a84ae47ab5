//! `docs/PATHS.md` is what the rules say.

use std::fs;
use std::path::PathBuf;

use echoclock_shared::check::{handbook, rules};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[test]
fn the_page_of_paths_is_what_the_rules_say() {
    let page = fs::read_to_string(root().join("docs/PATHS.md")).unwrap_or_default();
    assert!(page == handbook::page(), "docs/PATHS.md is old: `cargo xtask paths` writes it anew");
}

#[test]
fn remedies_were_tried_on_paths_that_are_there() {
    let remedies = rules::ALL.iter().flat_map(|rule| rule.remedies);
    for path in remedies.filter_map(|remedy| remedy.tried_on) {
        assert!(root().join(format!("e2e/paths/{path}.toml")).exists(), "{path}");
    }
}

#[test]
#[ignore = "writes docs/PATHS.md, for `cargo xtask paths`"]
fn write() {
    fs::write(root().join("docs/PATHS.md"), handbook::page()).unwrap();
}
