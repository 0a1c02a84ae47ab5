//! The standard library from Debian's packages, where rustup's server can't be reached.
//!
//! Debian 13's backports hold `rust-src` of recent compilers; a machine need not list that suite,
//! for a private apt configuration in a folder of our own asks the machine's own mirror for it.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use super::Machine;
use super::toolchain::{BUILT_FOR, DEBIAN_TOOLCHAIN, TARGET, Toolchain};
use crate::say::Task;
use crate::shell::{Cmd, Shell};

/// Where the source of the standard library comes from.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Source {
    /// An archive of the `library/` folder.
    Copy(PathBuf),
    /// Debian's package of the active compiler's version.
    Debian,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Copy(archive) => write!(f, "{}", archive.display()),
            Self::Debian => f.write_str("Debian's rust-src"),
        }
    }
}

/// Builds the standard library for the browser into the active toolchain.
pub(super) fn install_std(machine: &Machine, source: &Source, task: &Task) -> Result<()> {
    let work = fresh_folder(&machine.project.work().join("std"))?;
    match source {
        Source::Copy(archive) => {
            let unpack = Cmd::new("tar --extract --file").path(archive).arg("-C").path(&work);
            machine.shell.run(&unpack, task)?;
        }
        Source::Debian => fetch_source(machine, &work, task)?,
    }
    let library = find_library(&work)?;
    build_std(machine, &library, Toolchain::Active, task)?;
    fs::remove_dir_all(&work)?;
    Ok(())
}

/// Installs Debian's own compiler beside rustup's, with a standard library for the browser.
pub(super) fn install_toolchain(machine: &Machine, task: &Task) -> Result<()> {
    let shell = machine.shell;
    shell.run(&Cmd::new("apt-get update"), task)?;
    let llvm = shell.ask(&Cmd::new("apt-cache depends rust-web-llvm")).unwrap_or_default().out;
    let lld = linker_package(&llvm).context("Debian has no rust-web-llvm")?;
    let install = Cmd::new("apt-get install --yes")
        .args(["rustc-web", "cargo-web", "rust-web-src", "rust-web-llvm", "rust-web-clippy"])
        .arg(lld)
        .env("DEBIAN_FRONTEND", "noninteractive");
    shell.run(&install, task)?;
    shell.run(&Cmd::new("rustup toolchain link").arg(DEBIAN_TOOLCHAIN).arg("/usr"), task)?;
    let rustc = compiler(shell, Toolchain::Debian)?;
    let release = rustc.split_whitespace().nth(1).context("the compiler names its version")?;
    let source = PathBuf::from(format!("/usr/src/rustc-{release}/library"));
    // Cargo writes a lock file beside the sources, which are the package's own.
    let work = fresh_folder(&machine.project.work().join("std"))?;
    shell.run(&Cmd::new("cp --recursive").path(&source).path(&work), task)?;
    build_std(machine, &work.join("library"), Toolchain::Debian, task)?;
    fs::remove_dir_all(&work)?;
    Ok(())
}

/// Downloads and unpacks the `rust-src` of exactly the active compiler's version.
fn fetch_source(machine: &Machine, work: &Path, task: &Task) -> Result<()> {
    let shell = machine.shell;
    let targets =
        Cmd::new("apt-get indextargets --format").arg(TARGETS_FORMAT).arg("Created-By: Packages");
    let listing = shell.ask(&targets).unwrap_or_default().out;
    let mirror = mirror(&listing).context("apt knows no Debian mirror")?;
    for folder in ["lists/partial", "cache/archives/partial"] {
        fs::create_dir_all(work.join(folder))?;
    }
    fs::write(work.join("sources.list"), sources(mirror))?;
    let private = |line: &str| Cmd::new(line).args(private_options(work)).dir(work);

    shell.run(&private("apt-get update"), task)?;
    let madison = private("apt-cache madison").arg("rust-src");
    let listing = shell.ask(&madison).unwrap_or_default().out;
    let release = machine.facts.release();
    let Some(version) = version_of(&listing, release) else {
        bail!("{SUITE} has no rust-src {release}");
    };
    shell.run(&private("apt-get download").arg(format!("rust-src={version}")), task)?;
    let package = only_entry(work, |name| name.ends_with(".deb"))?;
    // The package holds the compiler's source as well, which is many times as much.
    let unpack = "dpkg --fsys-tarfile \"$0\" | tar --extract --wildcards './usr/src/*/library/*'";
    shell.run(&Cmd::new("sh -c").arg(unpack).path(&package).dir(work), task)
}

/// Compiles the library and puts it where the toolchain looks for it.
fn build_std(machine: &Machine, library: &Path, toolchain: Toolchain, task: &Task) -> Result<()> {
    let target = library.join("target");
    let build = Cmd::new("cargo build --release --target")
        .arg(TARGET)
        .arg("--manifest-path")
        .path(&library.join("sysroot/Cargo.toml"))
        .args(["--features", "panic-unwind,compiler-builtins-mem"])
        .env("CARGO_TARGET_DIR", target.display().to_string())
        .envs(&STD_ENVS)
        .envs(toolchain.envs())
        .without_env("CARGO_ENCODED_RUSTFLAGS")
        .dir(library);
    machine.shell.run(&build, task)?;

    let sysroot = sysroot(machine.shell, toolchain)?;
    let home = sysroot.join("lib/rustlib").join(TARGET);
    let deps = target.join(TARGET).join("release/deps");
    let rustc = compiler(machine.shell, toolchain)?;
    place(&deps, &home, &rustc).with_context(|| format!("{} can't be written", home.display()))
}

/// Copies the libraries in, so that they appear all at once or not at all.
fn place(deps: &Path, home: &Path, rustc: &str) -> Result<()> {
    let part = fresh_folder(&home.join("lib.part"))?;
    let mut copied = 0;
    for entry in deps.read_dir()?.flatten() {
        let name = entry.file_name();
        if name.to_string_lossy().starts_with("lib")
            && entry.path().extension() == Some("rlib".as_ref())
        {
            fs::copy(entry.path(), part.join(name))?;
            copied += 1;
        }
    }
    ensure!(copied > 0, "the build left no libraries");
    let lib = home.join("lib");
    if lib.exists() {
        fs::remove_dir_all(&lib)?;
    }
    fs::write(home.join(BUILT_FOR), rustc)?;
    fs::rename(part, lib)?;
    Ok(())
}

fn compiler(shell: &dyn Shell, toolchain: Toolchain) -> Result<String> {
    let cmd = Cmd::new("rustc --version").envs(toolchain.envs());
    shell
        .ask(&cmd)
        .filter(|answer| answer.ok)
        .map(|answer| answer.out)
        .context("the compiler is silent")
}

fn sysroot(shell: &dyn Shell, toolchain: Toolchain) -> Result<PathBuf> {
    let cmd = Cmd::new("rustc --print sysroot").envs(toolchain.envs());
    let answer = shell.ask(&cmd).filter(|answer| answer.ok).context("the compiler is silent")?;
    Ok(PathBuf::from(answer.out))
}

/// The `library/` folder somewhere in what was unpacked.
fn find_library(work: &Path) -> Result<PathBuf> {
    if work.join("library").is_dir() {
        return Ok(work.join("library"));
    }
    let source = only_entry(&work.join("usr/src"), |name| name.starts_with("rustc-"))?;
    Ok(source.join("library"))
}

fn only_entry(dir: &Path, fits: impl Fn(&str) -> bool) -> Result<PathBuf> {
    let entries = dir.read_dir().with_context(|| format!("{} can't be read", dir.display()))?;
    let mut found = entries.flatten().filter(|entry| fits(&entry.file_name().to_string_lossy()));
    found
        .next()
        .map(|entry| entry.path())
        .with_context(|| format!("{} lacks what it should hold", dir.display()))
}

fn fresh_folder(dir: &Path) -> Result<PathBuf> {
    if dir.exists() {
        fs::remove_dir_all(dir).with_context(|| format!("{} can't be removed", dir.display()))?;
    }
    fs::create_dir_all(dir).with_context(|| format!("{} can't be made", dir.display()))?;
    Ok(dir.to_owned())
}

/// The address of a Debian mirror among apt's targets, one `ORIGIN|RELEASE|REPO_URI` a line.
///
/// The security archive is a mirror of another kind; an origin is unknown before the first update.
fn mirror(listing: &str) -> Option<&str> {
    listing.lines().find_map(|line| {
        let mut fields = line.splitn(3, '|');
        let (origin, release, address) = (fields.next()?, fields.next()?, fields.next()?);
        let debians = matches!(origin, "Debian" | "") && !release.contains("-security");
        debians.then_some(address)
    })
}

fn sources(mirror: &str) -> String {
    format!("deb [signed-by={KEYRING}] {mirror} {SUITE} main\n")
}

/// Options that keep apt out of the machine's own lists and caches.
fn private_options(work: &Path) -> Vec<String> {
    let at = |name: &str| work.join(name).display().to_string();
    let options = [
        format!("Dir::Etc::sourcelist={}", at("sources.list")),
        "Dir::Etc::sourceparts=-".to_owned(),
        format!("Dir::State::lists={}", at("lists")),
        format!("Dir::Cache={}", at("cache")),
        // The unprivileged user that apt downloads as can't write here.
        "APT::Sandbox::User=root".to_owned(),
    ];
    options.into_iter().flat_map(|option| ["-o".to_owned(), option]).collect()
}

/// The package's version, of the wanted upstream release, in what `apt-cache madison` lists.
fn version_of<'a>(madison: &'a str, release: &str) -> Option<&'a str> {
    let versions = madison.lines().filter_map(|line| line.split('|').nth(1)).map(str::trim);
    versions.into_iter().find(|version| {
        let end =
            version.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(version.len());
        !release.is_empty() && &version[..end] == release
    })
}

/// The linker of the LLVM that Debian's compiler uses, by `apt-cache depends`.
fn linker_package(depends: &str) -> Option<String> {
    let number = depends.lines().find_map(|line| line.trim().strip_prefix("Depends: llvm-"))?;
    Some(format!("lld-{number}"))
}

const SUITE: &str = "trixie-backports";
const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";
const TARGETS_FORMAT: &str = "$(ORIGIN)|$(RELEASE)|$(REPO_URI)";
/// What the compiler's own build says to a standard library; link-time optimisation of the page
/// needs the bitcode.
const STD_ENVS: [(&str, &str); 3] = [
    ("RUSTC_BOOTSTRAP", "1"),
    ("__CARGO_DEFAULT_LIB_METADATA", "stablestd"),
    ("RUSTFLAGS", "-Zforce-unstable-if-unmarked -Cembed-bitcode=yes"),
];

#[cfg(test)]
mod tests;
