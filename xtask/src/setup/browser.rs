//! Chromium and its driver, for the tests.

use super::{Found, Machine, Step, Way};
use crate::shell::{Cmd, Shell};

/// A browser and the driver that the page's tests reach it by.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Browser {
    /// The browser's program.
    pub(crate) chromium: String,
    /// The driver's program.
    pub(crate) driver: String,
}

/// Finds the browser by `CHROMIUM` and `CHROMEDRIVER`, else by the names it usually has.
pub(crate) fn browser(shell: &dyn Shell) -> Option<Browser> {
    find(shell, |name| std::env::var(name).ok().filter(|value| !value.is_empty()))
}

fn find(shell: &dyn Shell, given: impl Fn(&str) -> Option<String>) -> Option<Browser> {
    let on_path = |names: &[&str]| names.iter().find_map(|name| shell.which(name));
    let shown = |path: std::path::PathBuf| path.display().to_string();
    Some(Browser {
        chromium: given("CHROMIUM").or_else(|| on_path(&CHROMIUM).map(shown))?,
        driver: given("CHROMEDRIVER").or_else(|| on_path(&["chromedriver"]).map(shown))?,
    })
}

pub(crate) struct BrowserStep;

impl Step for BrowserStep {
    fn name(&self) -> &'static str {
        "chromium"
    }

    fn find(&self, machine: &Machine) -> Found {
        match browser(machine.shell) {
            Some(Browser { chromium, driver }) => Found::There(format!("{chromium}, {driver}")),
            None => Found::Missing("lacks Chromium or its driver".to_owned()),
        }
    }

    fn ways(&self, machine: &Machine) -> Vec<Way> {
        if machine.facts.debian && machine.facts.root {
            let install = install().env("DEBIAN_FRONTEND", "noninteractive");
            vec![Way::Commands(vec![Cmd::new("apt-get update"), install])]
        } else {
            Vec::new()
        }
    }

    fn by_hand(&self, machine: &Machine) -> String {
        if machine.facts.debian {
            format!("sudo {}", install())
        } else {
            "install Chromium and chromedriver of one version, then set CHROMIUM and CHROMEDRIVER to their programs".to_owned()
        }
    }
}

fn install() -> Cmd {
    Cmd::new("apt-get install --yes chromium chromium-driver")
}

const CHROMIUM: [&str; 5] =
    ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell::fake::FakeShell;

    #[test]
    fn the_environment_goes_before_the_path() {
        let shell = FakeShell::default().has("google-chrome").has("chromedriver");
        let found = |given: &[(&str, &str)]| {
            let given: Vec<_> = given.to_vec();
            find(&shell, move |name| {
                given.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
            })
            .map(|browser| (browser.chromium, browser.driver))
        };
        let pair = |chromium: &str, driver: &str| Some((chromium.to_owned(), driver.to_owned()));
        assert_eq!(found(&[]), pair("/fake/bin/google-chrome", "/fake/bin/chromedriver"));
        assert_eq!(
            found(&[("CHROMIUM", "/my/browser"), ("CHROMEDRIVER", "/my/driver")]),
            pair("/my/browser", "/my/driver")
        );
    }

    #[test]
    fn a_browser_without_its_driver_is_none() {
        assert_eq!(find(&FakeShell::default().has("chromium"), |_| None), None);
    }
}
