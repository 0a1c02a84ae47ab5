//! What is decided on which machine, and that the ways are taken in order.

use std::path::PathBuf;

use super::machine::Facts;
use super::*;
use crate::project::Project;
use crate::shell::fake::FakeShell;

fn project() -> Project {
    Project { cargo_root: "/home-of/.cargo".into(), ..Project::made_up() }
}

fn machine<'a>(shell: &'a FakeShell, project: &'a Project, facts: Facts) -> Machine<'a> {
    Machine { shell, project, facts }
}

#[test]
fn a_tool_is_taken_as_it_is_when_its_version_will_do() {
    for (need, asked, says, will_do) in [
        (Need::Trunk, "trunk --version", "trunk 0.21.14", true),
        (Need::Trunk, "trunk --version", "trunk 0.21.15", true),
        (Need::Trunk, "trunk --version", "trunk 0.21.13", false),
        (Need::Trunk, "trunk --version", "trunk 0.22.1", false),
        (Need::WasmBindgen, "wasm-bindgen --version", "wasm-bindgen 0.2.129", true),
        (Need::WasmBindgen, "wasm-bindgen --version", "wasm-bindgen 0.2.130", false),
        (Need::WasmBindgen, "wasm-bindgen --version", "wasm-bindgen 0.2.128", false),
        (Need::WasmPack, "wasm-pack --version", "wasm-pack 0.14.0", true),
        (Need::WasmPack, "wasm-pack --version", "wasm-pack 0.10.3", false),
        (Need::CargoDeny, "cargo-deny --version", "cargo-deny 0.18.0", true),
        (Need::WasmOpt, "wasm-opt --version", "wasm-opt version 132 (version_132)", true),
        (Need::WasmOpt, "wasm-opt --version", "wasm-opt version 108", false),
        (Need::Node, "node --version", "v20.0.0", true),
        (Need::Node, "node --version", "v18.19.0", false),
        (Need::Node, "python --version", "v20.0.0", false),
    ] {
        let (shell, project) = (FakeShell::default().says(asked, says), project());
        let found = need.step().find(&machine(&shell, &project, Facts::default()));
        assert_eq!(matches!(found, Found::There(_)), will_do, "{says}: {found:?}");
    }
}

#[test]
fn what_is_replaced_is_said() {
    let project = project();
    let shell = FakeShell::default().says("wasm-bindgen --version", "wasm-bindgen 0.2.100");
    let found = Need::WasmBindgen.step().find(&machine(&shell, &project, Facts::default()));
    let Found::Missing(words) = found else { panic!("{found:?}") };
    assert!(words.contains("replaces 0.2.100") && words.contains("0.2.129"), "{words}");
}

fn ways(need: Need, facts: Facts) -> Vec<String> {
    let (shell, project) = (FakeShell::default(), project());
    need.step().ways(&machine(&shell, &project, facts)).iter().map(Way::words).collect()
}

#[test]
fn a_tool_is_compiled_quickly_unless_it_can_be_fetched() {
    let compiled = "CARGO_TARGET_DIR=/clone/target/xtask/tools/short \
        CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_LTO=off \
        CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
        nice cargo install --locked wasm-bindgen-cli@0.2.129 --force \
        --config profile.release.package.gimli.opt-level=1 \
        --config profile.release.package.walrus.opt-level=1 \
        --config profile.release.package.wasm-bindgen-cli-support.opt-level=1 \
        --config profile.release.package.wasm-encoder.opt-level=1 \
        --config profile.release.package.wasmparser.opt-level=1";
    let fetched =
        "cargo binstall --no-confirm --force --disable-strategies compile wasm-bindgen-cli@0.2.129";
    assert_eq!(ways(Need::WasmBindgen, Facts::default()), [compiled]);
    let facts = Facts { binstall: true, ..Facts::default() };
    assert_eq!(ways(Need::WasmBindgen, facts), [fetched, compiled]);
}

#[test]
fn a_browser_is_installed_only_by_debians_root() {
    let debian = |debian, root| Facts { debian, root, ..Facts::default() };
    assert_eq!(
        ways(Need::Browser, debian(true, true)),
        [
            "apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install --yes chromium chromium-driver"
        ]
    );
    for facts in [debian(true, false), debian(false, true), debian(false, false)] {
        assert_eq!(ways(Need::Browser, facts), Vec::<String>::new());
    }
}

#[test]
fn a_wish_that_can_not_be_had_stops_nothing() {
    let (shell, project) = (FakeShell::default(), project());
    let machine = machine(&shell, &project, Facts::default());
    assert_eq!(set_up(&machine, &[Need::Java, Need::Node, Need::Curl]), [Need::Node]);
    assert!(!is_there(&machine, Need::Curl));
}

#[test]
fn rustup_adds_the_lints_where_it_rules() {
    let facts = Facts { rustup: true, ..Facts::default() };
    assert_eq!(ways(Need::Lints, facts), ["rustup component add rustfmt clippy"]);
    assert_eq!(ways(Need::Lints, Facts::default()), Vec::<String>::new());
}

#[test]
fn wasm_opt_goes_where_cargo_keeps_programs() {
    let install =
        "npm install --global --no-fund --no-audit --prefix /home-of/.cargo binaryen@132.0.0";
    assert_eq!(ways(Need::WasmOpt, Facts::default()), [install]);
}

/// A step that is there once a given command was run.
struct Pretended {
    ways: Vec<&'static str>,
    works: Option<&'static str>,
}

impl Step for Pretended {
    fn name(&self) -> &'static str {
        "pretended"
    }

    fn find(&self, machine: &Machine) -> Found {
        let told = machine.shell.ask(&Cmd::new("told")).map(|answer| answer.out);
        match self.works {
            Some(way) if told.is_some_and(|told| told.contains(way)) => Found::There(String::new()),
            _ => Found::Missing("lacks it".to_owned()),
        }
    }

    fn ways(&self, _: &Machine) -> Vec<Way> {
        self.ways.iter().map(|line| Way::Commands(vec![Cmd::new(line)])).collect()
    }

    fn by_hand(&self, _: &Machine) -> String {
        "ask somebody".to_owned()
    }
}

/// Repeats what it was told when asked, so that a step can see what was done.
struct Echoing(FakeShell);

impl crate::shell::Shell for Echoing {
    fn ask(&self, _: &Cmd) -> Option<crate::shell::Answer> {
        Some(crate::shell::Answer { ok: true, out: self.0.told().join("\n") })
    }

    fn run(&self, cmd: &Cmd, task: &Task) -> Result<()> {
        self.0.run(cmd, task)
    }

    fn stream(&self, cmd: &Cmd) -> Result<()> {
        self.0.stream(cmd)
    }

    fn which(&self, _: &str) -> Option<PathBuf> {
        None
    }
}

fn brought(shell: FakeShell, step: &Pretended) -> (Result<()>, Vec<String>) {
    let (shell, project) = (Echoing(shell), project());
    let machine = Machine { shell: &shell, project: &project, facts: Facts::default() };
    let result = bring(&machine, step);
    (result, shell.0.told())
}

#[test]
fn the_next_way_is_taken_when_one_fails_or_changes_nothing() {
    let step = Pretended { ways: vec!["first", "second", "third", "fourth"], works: Some("third") };
    let (result, told) = brought(FakeShell::default().fails("first"), &step);
    assert!(result.is_ok(), "{result:?}");
    assert_eq!(told, ["first", "second", "third"]);
}

#[test]
fn a_step_that_fails_says_every_way_and_what_to_type() {
    let step = Pretended { ways: vec!["first", "second"], works: None };
    let (result, told) = brought(FakeShell::default().fails("first"), &step);
    let error = result.unwrap_err().to_string();
    assert_eq!(told, ["first", "second"]);
    for part in ["lacks it", "`first` failed", "After second: lacks it", "By hand: ask somebody"] {
        assert!(error.contains(part), "{part} is not in {error}");
    }
}

#[test]
fn a_step_that_is_there_runs_nothing() {
    let step = Pretended { ways: vec!["first"], works: Some("") };
    let (result, told) = brought(FakeShell::default(), &step);
    assert!(result.is_ok() && told.is_empty(), "{result:?} {told:?}");
}

#[test]
fn unmet_needs_are_named_and_the_others_go_on() {
    let (shell, project) = (FakeShell::default().says("node --version", "v22.1.0"), project());
    let machine = machine(&shell, &project, Facts::default());
    let unmet = set_up(&machine, &[Need::Node, Need::Lints, Need::Browser]);
    assert_eq!(unmet, [Need::Lints, Need::Browser]);
}

#[test]
fn no_network_is_told_from_other_errors() {
    for (error, offline) in [
        ("warning: spurious network error: [6] Could not resolve hostname", true),
        ("npm error code EAI_AGAIN", true),
        ("error: package `x` requires rustc 1.96.1", false),
    ] {
        assert_eq!(looks_offline(error), offline, "{error}");
    }
}
