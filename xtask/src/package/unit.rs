//! The unit by which systemd runs the server.

use anyhow::{Result, ensure};

use std::path::Path;

use crate::shell::{Cmd, Shell};

/// What of a unit is of use here.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unit<'a>(pub(super) &'a str);

impl<'a> Unit<'a> {
    /// Returns the values of a setting, one per line that it has.
    pub(super) fn values(self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.lines().filter_map(move |line| line.strip_prefix(name)?.strip_prefix('='))
    }

    /// Returns the words of the program that it starts.
    pub(super) fn serve(self) -> Vec<String> {
        let line = self.values("ExecStart").next().unwrap_or_default();
        line.split_whitespace().map(str::to_owned).collect()
    }

    /// Returns the variables that it gives.
    pub(super) fn variables(self) -> Vec<(String, String)> {
        let pairs = self.values("Environment").flat_map(str::split_whitespace);
        let pairs = pairs.filter_map(|pair| pair.split_once('='));
        pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }
}

/// Has `systemd-analyze security` judge the unit in a file, and returns its last line; nothing where there is
/// no systemd.
///
/// # Errors
///
/// Where it is more exposed than [`EXPOSURE`] allows.
pub(super) fn judge(shell: &dyn Shell, file: &Path) -> Result<Option<String>> {
    let judge = Cmd::new("systemd-analyze security --offline=true --no-pager")
        .arg(format!("--threshold={EXPOSURE}"))
        .path(file);
    let Some(answer) = shell.ask(&judge) else { return Ok(None) };
    ensure!(answer.ok, "`{judge}` fails:\n{}", answer.out);
    let sum = answer.out.lines().last().unwrap_or_default().trim();
    Ok(Some(sum.trim_start_matches(['→', ' ']).to_owned()))
}

/// How exposed the unit may be, in tenths: 0 is least, and 100 what a unit is that says nothing.
const EXPOSURE: u32 = 20;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::say;
    use crate::shell::RealShell;
    use crate::shell::fake::FakeShell;
    use crate::tests::TempDir;

    const UNIT: &str = include_str!("../../../deploy/systemd/echoclock.service");

    #[test]
    fn the_unit_starts_what_tells_that_it_is_ready_and_lives() {
        let unit = Unit(UNIT);
        assert_eq!(unit.serve(), ["/usr/bin/echoclock", "serve"]);
        for (name, value) in [("Type", "notify"), ("DynamicUser", "yes"), ("WatchdogSec", "30s")] {
            assert_eq!(unit.values(name).collect::<Vec<_>>(), [value], "{name}");
        }
        let config = "/etc/echoclock/echoclock.toml";
        assert_eq!(unit.variables(), [("ECHOCLOCK_CONFIG".to_owned(), config.to_owned())]);
    }

    #[test]
    fn the_unit_is_hardened() {
        let shell = RealShell::with_first(Path::new("/nowhere")).unwrap();
        let folder = TempDir::new();
        let judged = |name: &str, text: &str| {
            let file = folder.path().join(name);
            std::fs::write(&file, text).unwrap();
            judge(&shell, &file)
        };
        let Some(sum) = judged("echoclock.service", UNIT).unwrap() else {
            say::say("skipped: there is no systemd-analyze here");
            return;
        };
        assert!(sum.contains("OK"), "{sum}");
        let soft = UNIT.replace("CapabilityBoundingSet=\n", "");
        assert!(judged("soft.service", &soft).is_err());
        assert_eq!(judge(&FakeShell::default(), folder.path()).unwrap(), None);
    }
}
