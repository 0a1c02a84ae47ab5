//! Every rule, failing and kept.

use super::tree::File;
use super::words::BANS;
use super::*;

fn tree(files: &[(&str, &str)]) -> Tree {
    let files =
        files.iter().map(|(path, text)| File { path: (*path).into(), text: (*text).into() });
    Tree { files: files.collect(), ..Tree::default() }
}

/// What a rule finds in one file, without the file's name.
fn found(rule: Rule, path: &str, text: &str) -> Vec<String> {
    rule(&tree(&[(path, text)]))
}

#[test]
fn this_checkout_is_read() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let tree = Tree::read(root).unwrap();
    let this = tree.those(|path| path == "xtask/src/tidy/tests.rs").next().unwrap();
    assert!(this.text.starts_with("//! Every rule"));
    assert!(tree.local.contains(&root.to_owned()));
}

#[test]
fn each_ban_finds_its_words_where_it_holds_and_only_there() {
    let unfinished = concat!("// TO", "DO: later");
    let host = concat!("https://registry.", "npmjs.org/");
    // The rule's place in the table, then a file that breaks it, then one that does not.
    let cases = [
        (0, ("e2e/a.ts", unfinished), ("e2e/a.ts", "let todos = 1;")),
        (
            1,
            ("shared/src/a.rs", "let t = Instant::now();"),
            ("backend/src/a.rs", "let t = Instant::now();"),
        ),
        (1, ("shared/src/a.rs", "rand::rng()"), ("shared/src/a.rs", "// rand:: is for others")),
        (
            2,
            ("frontend/src/app.rs", "use leptos::web_sys::Event;"),
            ("frontend/src/browser/a.rs", "use web_sys::Event;"),
        ),
        (
            2,
            ("frontend/src/app.rs", "js_sys::Date::now()"),
            ("frontend/src/app.rs", "/// Not js_sys."),
        ),
        (
            3,
            ("frontend/src/browser/a.rs", "closure.forget();"),
            ("frontend/src/main.rs", "closure.forget();"),
        ),
        (
            3,
            ("frontend/src/check_app.rs", "closure.forget();"),
            ("frontend/src/bin/check-view.rs", "closure.forget();"),
        ),
        (3, ("frontend/src/a.rs", "std::mem::forget(x)"), ("frontend/src/a.rs", "self.forget();")),
        (
            4,
            ("backend/src/feed/clock.rs", "use crate::transport::events;"),
            ("backend/src/lib.rs", "use crate::transport::events;"),
        ),
        (
            5,
            ("backend/src/transport/events.rs", "use crate::feed::clock::ClockFeed;"),
            ("backend/src/transport/query.rs", "ClockQuery::parse(q)"),
        ),
        (
            6,
            ("backend/src/a.rs", "mpsc::unbounded_channel()"),
            ("backend/src/a.rs", "mpsc::channel(8)"),
        ),
        (
            7,
            ("frontend/src/a.rs", "<p style=\"color: red\">"),
            ("frontend/src/a.rs", "<p style:color=\"red\">"),
        ),
        (
            7,
            ("index.html", "<script>start()</script>"),
            ("index.html", "<script src=\"boot.js\"></script>"),
        ),
        (8, ("README.md", host), ("Cargo.lock", host)),
    ];
    for (index, (path, breaking), (other, keeping)) in cases {
        let file = |path: &str, text: &str| File { path: path.into(), text: text.into() };
        let ban = &BANS[index];
        let broken = |file: File| (ban.covers)(&file.path) && !ban.broken_by(&file).is_empty();
        assert!(broken(file(path, breaking)), "{path}: {breaking}");
        assert!(!broken(file(other, keeping)), "{other}: {keeping}");
        // The rule as the command runs it, with the line's number.
        let findings = found(words::banned, path, &format!("//! A file.\n{breaking}\n"));
        assert!(
            findings.iter().any(|finding| finding.starts_with(&format!("{path}:2: "))),
            "{findings:?}"
        );
    }
    let covered: std::collections::BTreeSet<_> = cases.iter().map(|case| case.0).collect();
    assert_eq!(covered.len(), BANS.len(), "every ban has a case");
}

#[test]
fn paths_of_one_machine_are_found() {
    let mut tree = tree(&[
        ("a.md", "see /srv/checkout/docs"),
        ("b.md", "see /srv/ann/docs"),
        ("c.md", "see /srv/other/docs and ~/docs"),
    ]);
    tree.local = vec!["/srv/checkout".into(), "/srv/ann".into()];
    let findings = words::machine_paths(&tree);
    assert_eq!(findings.len(), 2, "{findings:?}");
    assert!(findings[0].starts_with("a.md:1") && findings[1].starts_with("b.md:1"), "{findings:?}");
}

#[test]
fn a_rust_file_opens_with_its_job() {
    let rule = words::opens_with_its_job;
    assert_eq!(found(rule, "a.rs", "use std::fs;\n").len(), 1);
    assert_eq!(found(rule, "a.rs", "").len(), 1);
    assert!(found(rule, "a.rs", "//! A job.\n").is_empty());
    assert!(found(rule, "a.ts", "let a = 1;\n").is_empty());
}

#[test]
fn a_rust_file_has_at_most_so_many_lines() {
    let lines = |count| "\n".repeat(count);
    assert!(found(words::short_enough, "a.rs", &lines(words::LINES_MAX)).is_empty());
    assert_eq!(found(words::short_enough, "a.rs", &lines(words::LINES_MAX + 1)).len(), 1);
}

#[test]
fn a_rule_of_the_path_check_is_listed_named_and_tried() {
    let list = "pub const ALL: &[Rule] = &[\n    stream_held::RULE,\n];\n";
    let kept = "id: \"stream-held\",\n    fn stream_held_is_told_by_its_coding() {\n";
    for (list, rule, finding) in [
        (list, kept, None),
        ("mod stream_held;\n", kept, Some("into `ALL`")),
        (list, "id: \"held\",\nfn stream_held_is_told() {\n", Some("as its file: `stream-held`")),
        (list, "id: \"stream-held\",\n// fn stream_held_is_told() {\n", Some("add a test")),
    ] {
        let tree = tree(&[
            ("shared/src/check/rules/mod.rs", list),
            ("shared/src/check/rules/tests.rs", "//! What every rule has."),
            ("shared/src/check/rules/stream_held.rs", rule),
        ]);
        let findings = causes::rules_are_listed_and_tried(&tree);
        assert_eq!(findings.len(), usize::from(finding.is_some()), "{findings:?}");
        assert!(findings.iter().all(|said| said.contains(finding.unwrap())), "{findings:?}");
    }
}

#[test]
fn modules_side_by_side_name_each_other_in_no_circle() {
    let (state, site) = ("backend/src/state.rs", "backend/src/site/assets.rs");
    let cases: [(&str, &[(&str, &str)]); 9] = [
        ("two", &[(state, "use crate::site::Site;"), (site, "fn f(s: &crate::state::State) {}")]),
        (
            "three, in groups",
            &[
                (state, "use crate::{limits::Limits, site::{Site, etag as tag}};"),
                (site, "use super::super::origin::*;"),
                ("backend/src/site/mod.rs", "mod assets;"),
                ("backend/src/origin.rs", "use {std::fmt, crate::{\n    state::State,\n}};"),
            ],
        ),
        (
            "by what a parent hands on",
            &[
                (
                    "shared/src/session/mod.rs",
                    "mod link;\npub use link::{Ended, Link};\nmod event;",
                ),
                ("shared/src/session/link.rs", "use super::event::Event;"),
                ("shared/src/session/event.rs", "use super::Link;"),
            ],
        ),
        ("one way only", &[(state, "use crate::site::Site;"), (site, "use std::fmt;")]),
        (
            "a parent and its child",
            &[("backend/src/site/mod.rs", "use assets::Assets;"), (site, "use super::Site;")],
        ),
        (
            "by a comment and by a test",
            &[
                (state, "/// See crate::site.\nstruct State; // super::site"),
                (site, "use crate::state::State;"),
                ("backend/src/site.rs", "#[cfg(test)]\nmod tests {\n    use crate::site::x;\n}"),
            ],
        ),
        (
            "in crates of their own",
            &[("shared/src/state.rs", "use crate::site::Site;"), (site, "use crate::state::S;")],
        ),
        (
            "a name that only looks like one",
            &[
                (state, "use tower::crate_site; use my_crate::site::S;"),
                (site, "crate::state::x()"),
            ],
        ),
        ("the root", &[("backend/src/lib.rs", "pub use state::S;"), (state, "use crate::S;")]),
    ];
    for (index, (what, files)) in cases.into_iter().enumerate() {
        let findings = circles::no_circles(&tree(files));
        assert_eq!(findings.len(), usize::from(index < 3), "{what}: {findings:?}");
    }
    let finding = &circles::no_circles(&tree(cases[1].1))[0];
    let told = "`origin` names `state` (backend/src/origin.rs:1), which names `site` \
                (backend/src/state.rs:1), which names `origin` (backend/src/site/assets.rs:1)";
    assert!(finding.starts_with(told), "{finding}");
}

#[test]
fn shared_depends_on_pure_crates_only() {
    let manifest = |line: &str| {
        format!("[package]\nname = \"x\"\n\n[dependencies]\nserde.workspace = true\n{line}\n")
    };
    let rule = manifests::shared_is_pure;
    for line in ["tokio.workspace = true", "web-sys = \"0.3\"", "rand = { workspace = true }"] {
        let findings = found(rule, "shared/Cargo.toml", &manifest(line));
        assert_eq!(findings.len(), 1, "{line}");
        assert!(findings[0].starts_with("shared/Cargo.toml:6: "), "{findings:?}");
    }
    let for_wasm =
        "\n[target.'cfg(target_arch = \"wasm32\")'.dependencies]\njs-sys.workspace = true";
    assert_eq!(found(rule, "shared/Cargo.toml", &manifest(for_wasm)).len(), 1);
    let for_tests = "\n[dev-dependencies]\nproptest.workspace = true";
    assert!(found(rule, "shared/Cargo.toml", &manifest(for_tests)).is_empty());
    assert!(found(rule, "backend/Cargo.toml", &manifest("tokio.workspace = true")).is_empty());
}

#[test]
fn only_the_root_states_versions() {
    let rule = manifests::versions_live_at_the_root;
    for (line, kept) in [
        ("tokio = \"1\"", false),
        ("tokio = { version = \"1\", features = [\"net\"] }", false),
        ("tokio.workspace = true", true),
        ("tokio = { workspace = true, features = [\"net\"] }", true),
        ("# tokio = \"1\"", true),
    ] {
        let text = format!("[dev-dependencies]\n{line}\n[lib]\nname = \"x\"\n");
        assert_eq!(found(rule, "backend/Cargo.toml", &text).is_empty(), kept, "{line}");
        assert!(found(rule, "Cargo.toml", &text).is_empty(), "the root: {line}");
    }
}

#[test]
fn every_crate_takes_the_workspaces_lints() {
    let rule = manifests::lints_are_inherited;
    assert_eq!(found(rule, "backend/Cargo.toml", "[package]\n").len(), 1);
    assert!(
        found(rule, "backend/Cargo.toml", "[package]\n\n[lints]\nworkspace = true\n").is_empty()
    );
}

#[test]
fn a_lock_file_holds_for_every_registry() {
    let rule = manifests::lock_files_name_no_address;
    assert_eq!(found(rule, "e2e/package-lock.json", "\"resolved\": \"https://x/y.tgz\",").len(), 1);
    assert!(found(rule, "e2e/package-lock.json", "\"integrity\": \"sha512-x\",").is_empty());
}

#[test]
fn links_lead_somewhere() {
    for (text, kept) in [
        ("[a](docs/GUIDE.md)", true),
        ("[a](docs/)", true),
        ("[a](https://example.org/x)", true),
        ("[a](docs/GUIDE.md#who-may-connect)", true),
        ("[a](#the-start)", true),
        ("![a](docs/live.png \"title\")", true),
        ("```\n[a](nowhere.md)\n```", true),
        ("[a](nowhere.md)", false),
        ("[a](docs/GUIDE.md), [b](docs/NONE.md)", false),
        ("[a](docs/GUIDE.md#elsewhere)", false),
        ("[a](#elsewhere)", false),
        ("[a](../outside.md)", false),
    ] {
        let readme = format!("# The start\n\n{text}\n");
        let tree = tree(&[
            ("README.md", &readme),
            ("docs/GUIDE.md", "## Who may connect?\n[back](../README.md#the-start)\n"),
            ("docs/live.png", ""),
        ]);
        let findings = links::links_resolve(&tree);
        assert_eq!(findings.is_empty(), kept, "{text}: {findings:?}");
    }
}

#[test]
fn the_change_log_has_a_place_for_what_comes_next() {
    let rule = links::changes_are_listed;
    assert!(found(rule, "CHANGELOG.md", "# Changes\n\n## Unreleased\n").is_empty());
    assert_eq!(found(rule, "CHANGELOG.md", "# Changes\n\n## 0.1.0\n").len(), 1);
    assert_eq!(found(rule, "README.md", "").len(), 1);
}

#[test]
fn a_snapshot_waits_for_nobody() {
    let pending = "shared/tests/snapshots/a.snap.new";
    assert_eq!(found(links::no_pending_snapshots, pending, "").len(), 1);
    let ignored = Tree { ignored: vec![pending.into()], ..Tree::default() };
    assert_eq!(links::no_pending_snapshots(&ignored).len(), 1);
    assert!(found(links::no_pending_snapshots, "shared/tests/snapshots/a.snap", "").is_empty());
}

#[test]
fn a_translation_keeps_step() {
    let original =
        "# One\n\n## Two\n\n```console\nrun it\n```\n\n| `a` | text |\n| `b`, `c` | text |\n";
    for (text, kept) in [
        (
            "# Eins\n\n## Zwei\n\n```console\nrun it\n```\n\n| `a` | Wort |\n| `b`、`c` | `x` |\n",
            true,
        ),
        ("# Eins\n\n# Zwei\n\n```console\nrun it\n```\n\n| `a` | Wort |\n| `b`, `c` | |\n", false),
        ("# Eins\n\n## Zwei\n\n```console\nlauf\n```\n\n| `a` | Wort |\n| `b`, `c` | |\n", false),
        ("# Eins\n\n## Zwei\n\n```console\nrun it\n```\n\n| `a` | Wort |\n| `b` | |\n", false),
        (
            "# Eins\n\n## Zwei\n\n```console\nrun it\n```\n\n| `a` | Wort |\n| `b`, `c` | |\n## Drei\n",
            false,
        ),
    ] {
        let pages = tree(&[("README.md", original), ("README.zh-CN.md", text)]);
        let findings = translations::translations_keep_step(&pages);
        assert_eq!(findings.is_empty(), kept, "{text}: {findings:?}");
    }
    assert_eq!(found(translations::translations_keep_step, "docs/X.zh-CN.md", "").len(), 1);
    assert!(found(translations::translations_keep_step, "docs/v1.2.md", "").is_empty());
}
