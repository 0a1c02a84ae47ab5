//! Where things are: the checkout, cargo's folders, and the versions that the lock file fixes.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

/// The checkout and the folders of cargo.
#[derive(Clone, Debug)]
pub(crate) struct Project {
    /// The checkout.
    pub(crate) root: PathBuf,
    /// Cargo's folder of build results.
    pub(crate) target: PathBuf,
    /// The folder above cargo's `bin`, where `cargo install` puts programs.
    pub(crate) cargo_root: PathBuf,
    /// The `wasm-bindgen` that the lock file names.
    pub(crate) wasm_bindgen: String,
}

impl Project {
    /// Makes one up, of which nothing is there.
    #[cfg(test)]
    pub(crate) fn made_up() -> Self {
        Self {
            root: "/clone".into(),
            target: "/clone/target".into(),
            cargo_root: "/cargo".into(),
            wasm_bindgen: "0.2.129".to_owned(),
        }
    }

    /// Finds the project that this program was started from.
    pub(crate) fn find() -> Result<Self> {
        // Cargo sets it at run time too; a moved checkout makes the compile-time value stale.
        let manifest = std::env::var_os("CARGO_MANIFEST_DIR")
            .unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
        let root = Path::new(&manifest).parent().context("xtask/ has a parent")?.to_owned();
        let lock = root.join("Cargo.lock");
        let lock = std::fs::read_to_string(&lock)
            .with_context(|| format!("{} can't be read", lock.display()))?;
        Ok(Self {
            target: target_dir(&root)?,
            cargo_root: cargo_root()?,
            wasm_bindgen: locked(&lock, "wasm-bindgen")
                .context("Cargo.lock names no wasm-bindgen")?
                .to_owned(),
            root,
        })
    }

    /// Where cargo puts programs.
    pub(crate) fn cargo_bin(&self) -> PathBuf {
        self.cargo_root.join("bin")
    }

    /// This program's own folder among the build results.
    pub(crate) fn work(&self) -> PathBuf {
        self.target.join("xtask")
    }

    /// The finished server, which carries the page.
    pub(crate) fn server(&self) -> PathBuf {
        self.target.join("release/echoclock")
    }

    /// The finished page.
    pub(crate) fn dist(&self) -> PathBuf {
        self.root.join("dist")
    }

    /// The browser's journeys.
    pub(crate) fn e2e(&self) -> PathBuf {
        self.root.join("e2e")
    }

    /// Lighthouse, over the page.
    pub(crate) fn lighthouse(&self) -> PathBuf {
        self.e2e().join("lighthouse")
    }

    /// What measures and attacks the server.
    pub(crate) fn load(&self) -> PathBuf {
        self.root.join("load")
    }

    /// The peers on Node.js that it is measured against.
    pub(crate) fn node_peers(&self) -> PathBuf {
        self.load().join("peers/node")
    }

    /// The clients of the field, a folder per language.
    pub(crate) fn clients(&self) -> PathBuf {
        self.e2e().join("clients")
    }
}

fn target_dir(root: &Path) -> Result<PathBuf> {
    let output = Command::new("cargo")
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .current_dir(root)
        .output()
        .context("`cargo metadata` can't be started")?;
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout)
        .context("`cargo metadata --no-deps` gave no JSON")?;
    let target = metadata["target_directory"].as_str().context("cargo names its target folder")?;
    Ok(PathBuf::from(target))
}

fn cargo_root() -> Result<PathBuf> {
    let given = |name| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    given("CARGO_INSTALL_ROOT")
        .or_else(|| given("CARGO_HOME"))
        .or_else(|| std::env::home_dir().map(|home| home.join(".cargo")))
        .context("neither CARGO_HOME nor HOME is set")
}

/// The version of a package in a `Cargo.lock`.
fn locked<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name).skip(1);
    lines.next()?.strip_prefix("version = \"")?.strip_suffix('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locked_version_is_that_of_the_whole_name() {
        let lock = "[[package]]\nname = \"wasm-bindgen-macro\"\nversion = \"0.1.0\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.129\"\n";
        assert_eq!(locked(lock, "wasm-bindgen"), Some("0.2.129"));
        assert_eq!(locked(lock, "bindgen"), None);
    }

    #[test]
    fn this_project_is_found() {
        let project = Project::find().unwrap();
        assert!(project.root.join("xtask/Cargo.toml").is_file());
        assert!(project.wasm_bindgen.starts_with("0.2."), "{}", project.wasm_bindgen);
    }
}
