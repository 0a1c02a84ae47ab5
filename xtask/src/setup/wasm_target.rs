//! The standard library for `wasm32-unknown-unknown`.
//!
//! Rustup has it ready-made. Where rustup's server can't be reached, Debian has its source: of the
//! active compiler's version for that compiler, or else together with a compiler of its own.

use std::time::Duration;

use super::debian::Source;
use super::machine::Facts;
use super::toolchain::{DEBIAN_TOOLCHAIN, TARGET, Toolchain, wasm_toolchain};
use super::{Found, Machine, Step, Way};
use crate::shell::Cmd;

pub(crate) struct WasmTarget;

impl Step for WasmTarget {
    fn name(&self) -> &'static str {
        "wasm target"
    }

    fn find(&self, machine: &Machine) -> Found {
        match wasm_toolchain(machine.shell) {
            Some(Toolchain::Active) => Found::There("in the active toolchain".to_owned()),
            Some(Toolchain::Debian) => Found::There(format!(
                "in the toolchain {DEBIAN_TOOLCHAIN}; for `trunk serve` by hand: export RUSTUP_TOOLCHAIN={DEBIAN_TOOLCHAIN}"
            )),
            None => Found::Missing(format!("no standard library for {TARGET}")),
        }
    }

    fn ways(&self, machine: &Machine) -> Vec<Way> {
        ways(&machine.facts)
    }

    fn by_hand(&self, _: &Machine) -> String {
        rustup_add().to_string()
    }
}

/// The ways that are open, in the order in which they are tried.
fn ways(facts: &Facts) -> Vec<Way> {
    let mut ways = Vec::new();
    if facts.rustup {
        ways.push(Way::Commands(vec![rustup_add().limit(PATIENCE)]));
    }
    match &facts.std_copy {
        Some(copy) => ways.push(Way::Std(Source::Copy(copy.clone()))),
        None if facts.debian => ways.push(Way::Std(Source::Debian)),
        None => {}
    }
    if facts.debian && facts.root && facts.rustup {
        ways.push(Way::DebianToolchain);
    }
    ways
}

fn rustup_add() -> Cmd {
    Cmd::new("rustup target add").arg(TARGET)
}

/// Long enough for a slow line, short enough where packets vanish.
const PATIENCE: Duration = Duration::from_secs(180);

#[cfg(test)]
mod tests {
    use super::*;

    fn words(facts: &Facts) -> Vec<String> {
        ways(facts).iter().map(Way::words).collect()
    }

    #[test]
    fn the_ways_follow_from_the_machine_in_order() {
        let add = "rustup target add wasm32-unknown-unknown";
        let copy = "builds the standard library from /copy.tar.xz";
        let debian = "builds the standard library from Debian's rust-src";
        let beside = "installs Debian's newest compiler beside rustup's";
        for (rustup, is_debian, root, with_copy, expected) in [
            (true, true, true, false, vec![add, debian, beside]),
            (true, true, true, true, vec![add, copy, beside]),
            (true, true, false, false, vec![add, debian]),
            (true, false, true, false, vec![add]),
            (true, false, false, true, vec![add, copy]),
            (false, true, true, false, vec![debian]),
            (false, false, false, false, vec![]),
        ] {
            let facts = Facts {
                rustup,
                debian: is_debian,
                root,
                std_copy: with_copy.then(|| "/copy.tar.xz".into()),
                ..Facts::default()
            };
            assert_eq!(words(&facts), expected, "{facts:?}");
        }
    }
}
