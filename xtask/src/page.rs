//! The page: built by Trunk, compressed ahead of time, and left alone while nothing changed.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use crate::fingerprint::Fingerprint;
use crate::hashed;
use crate::packed;
use crate::say::{self, Task};
use crate::setup::{self, Machine, wasm_toolchain};
use crate::shell::Cmd;

/// Builds the page into `dist/`, with all set-up that this takes, unless it is there.
///
/// Addresses within the page are relative to it, or below `base` where one is given.
pub(crate) fn build(machine: &Machine, base: Option<&str>) -> Result<()> {
    let dist = machine.project.dist();
    let stamp = machine.project.work().join("page.stamp");
    let sources = sources(machine, base)?;
    if fs::read_to_string(&stamp).is_ok_and(|old| old == mark(sources, &dist)) {
        say::step("page", "is there, and nothing changed");
        return Ok(());
    }
    let unmet = setup::set_up(machine, setup::PAGE);
    ensure!(unmet.is_empty(), "the page can't be built before what is missing is there");

    let task = Task::start("page", "trunk build --release");
    machine.shell.run(&trunk(machine, "build --release")?.args(public_url(base)), &task)?;
    hashed::name_by_content(&dist)?;
    let script = machine.project.root.join("xtask/src/precompress.mjs");
    machine.shell.run(&Cmd::new("node").path(&script).path(&dist), &task)?;
    packed::by_zstd(&dist)?;
    task.done();
    fs::create_dir_all(machine.project.work())?;
    fs::write(&stamp, mark(sources, &dist))?;
    Ok(())
}

/// Trunk with the environment that it needs here.
pub(crate) fn trunk(machine: &Machine, order: &str) -> Result<Cmd> {
    let toolchain = wasm_toolchain(machine.shell).context("the wasm target has gone")?;
    let trunk = Cmd::new(&format!("trunk {order}"))
        .envs(toolchain.envs())
        .env("TRUNK_SKIP_VERSION_CHECK", "true")
        .dir(&machine.project.root);
    // Trunk takes nothing but `true` or `false` here, where others take anything.
    let colourless = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    Ok(if colourless { trunk.env("NO_COLOR", "true") } else { trunk.without_env("NO_COLOR") })
}

/// Says which headers a static host has to send for the page in `dist/`.
pub(crate) fn print_headers() {
    say::say(HEADERS);
}

/// Reads a `--base`: a path from the host's root, which ends as a folder does.
pub(crate) fn base(text: &str) -> Result<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/-._~".contains(c);
    if !text.starts_with('/') || text.starts_with("//") || !text.chars().all(plain) {
        bail!("not a path such as /echoclock/");
    }
    Ok(if text.ends_with('/') { text.to_owned() } else { format!("{text}/") })
}

/// Trunk.toml asks for relative addresses.
fn public_url(base: Option<&str>) -> Vec<String> {
    base.map_or_else(Vec::new, |base| vec!["--public-url".to_owned(), base.to_owned()])
}

fn sources(machine: &Machine, base: Option<&str>) -> Result<Fingerprint> {
    let more = format!("{} {}", machine.facts.rustc, public_url(base).join(" "));
    let target = machine.project.target.strip_prefix(&machine.project.root).ok().map(PathBuf::from);
    let skip = |path: &Path| !belongs_to_page(path) || target.as_deref() == Some(path);
    Fingerprint::of(&machine.project.root, skip, &more).context("the page's sources can't be read")
}

/// Whether a path of the checkout can change the page.
fn belongs_to_page(path: &Path) -> bool {
    let first =
        path.components().next().map(|part| part.as_os_str().to_string_lossy().into_owned());
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let elsewhere = first.is_some_and(|first| NOT_THE_PAGE.contains(&first.as_str()));
    let within = name != "node_modules" && name != "target" && name != "tests";
    !elsewhere && within && !name.ends_with(".md") && !name.starts_with("LICENSE")
}

/// What a finished page is known by: what went in, and what came out.
///
/// `trunk serve` by hand writes to the same folder, and then it is not this page any more.
fn mark(sources: Fingerprint, dist: &Path) -> String {
    let made = Fingerprint::of(dist, |_| false, "").map(|made| made.to_string());
    format!("{sources} {}", made.unwrap_or_default())
}

const NOT_THE_PAGE: [&str; 12] = [
    ".git", ".github", ".ci", "backend", "check", "deploy", "dist", "docs", "e2e", "fuzz", "load",
    "xtask",
];

const HEADERS: &str = "
dist/ is ready for any static host. Have the host send:

  for every file
    Content-Security-Policy: default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; font-src 'self'; manifest-src 'self'; connect-src 'self' http: https: ws: wss:; frame-src 'self' http: https:; base-uri 'self'; form-action 'self'; frame-ancestors 'self'
    X-Content-Type-Options: nosniff
    Referrer-Policy: strict-origin
    Permissions-Policy: accelerometer=(), autoplay=(), camera=(), display-capture=(), encrypted-media=(), fullscreen=(), geolocation=(), gyroscope=(), hid=(), magnetometer=(), microphone=(), midi=(), payment=(), picture-in-picture=(), publickey-credentials-get=(), screen-wake-lock=(), serial=(), usb=(), xr-spatial-tracking=()
    Cross-Origin-Opener-Policy: same-origin
    Cross-Origin-Resource-Policy: same-origin
  for *.wasm
    Content-Type: application/wasm
  for files with a hash in their name
    Cache-Control: public, max-age=31536000, immutable
  for index.html and config.json
    Cache-Control: no-cache
  where the browser accepts it, FILE.br, FILE.zst or FILE.gz in place of FILE, with
    Content-Encoding: br, zstd or gzip, and Vary: Accept-Encoding

connect-src may name the API alone, such as https://api.example.org wss://api.example.org.
config.json says where the API is; start that server with --allow-origin and the page's origin.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_is_a_folder_from_the_hosts_root() {
        for (text, read) in [
            ("/", Some("/")),
            ("/demo", Some("/demo/")),
            ("/a/b/", Some("/a/b/")),
            ("demo/", None),
            ("//elsewhere/", None),
            ("https://example.org/", None),
            ("/with space/", None),
            ("", None),
        ] {
            assert_eq!(base(text).ok().as_deref(), read, "{text}");
        }
    }

    #[test]
    fn addresses_are_relative_unless_a_base_is_given() {
        assert_eq!(public_url(None), Vec::<String>::new());
        assert_eq!(public_url(Some("/demo/")), ["--public-url", "/demo/"]);
    }

    #[test]
    fn only_what_can_change_the_page_rebuilds_it() {
        for (path, belongs) in [
            ("index.html", true),
            ("Trunk.toml", true),
            ("Cargo.lock", true),
            ("frontend/src/main.rs", true),
            ("shared/src/lib.rs", true),
            ("public/config.json", true),
            ("backend", false),
            ("dist", false),
            ("e2e", false),
            ("frontend/tests", false),
            ("README.md", false),
            ("target", false),
        ] {
            assert_eq!(belongs_to_page(Path::new(path)), belongs, "{path}");
        }
    }

    #[test]
    fn the_static_hosts_policies_are_the_servers() {
        let server = include_str!("../../backend/src/site/headers.rs").replace("\\\n", "");
        let server = server.split_whitespace().collect::<Vec<_>>().join(" ");
        let sent = |name: &str| {
            let mut lines = HEADERS.lines().map(str::trim);
            lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).unwrap()
        };
        let policy = sent("Content-Security-Policy").strip_suffix("'self'").unwrap();
        for policy in [policy, sent("Permissions-Policy"), sent("Referrer-Policy")] {
            assert!(server.contains(policy), "{policy} is not the server's");
        }
        for name in ["Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy"] {
            assert!(server.contains(&name.to_lowercase()) && sent(name) == "same-origin", "{name}");
        }
    }
}
