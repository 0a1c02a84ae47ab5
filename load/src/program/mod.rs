//! The proxies of the distribution: how each is started with a configuration.

use std::collections::BTreeMap;
use std::fs;
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use serde::Deserialize;

use crate::{process, tied};

/// Where the programs are, as a command line says it.
#[derive(Args, Clone, Debug)]
pub(crate) struct Told {
    /// Where a proxy is
    #[arg(long = "program", value_name = "NAME=FILE", value_parser = named)]
    programs: Vec<(String, PathBuf)>,
    /// Where libraries are that the proxies need
    #[arg(long, value_name = "FOLDER")]
    libraries: Option<PathBuf>,
}

fn named(text: &str) -> Result<(String, PathBuf), String> {
    let parts = text.split_once('=').ok_or("say which program it is: NAME=FILE")?;
    Ok((parts.0.to_owned(), parts.1.into()))
}

/// Where the programs are.
#[derive(Clone, Debug, Default)]
pub(crate) struct Programs {
    /// By name.
    pub(crate) files: BTreeMap<String, PathBuf>,
    /// Where libraries are that the machine itself lacks.
    pub(crate) libraries: Option<PathBuf>,
}

/// A program of the distribution, as it is configured: `LISTEN` stands for where it has to listen, and
/// `NEXT` for the next hop; both are an address with a port, or one of them as in `NEXT_HOST` and
/// `NEXT_PORT`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Configured {
    pub(crate) configuration: String,
    /// What else its command line says.
    #[serde(default)]
    pub(crate) arguments: Vec<String>,
}

/// A program that runs; it ends when dropped.
#[derive(Debug)]
pub(crate) struct Running(Child);

/// What a configuration's words stand for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    pub(crate) listen: SocketAddr,
    pub(crate) next: SocketAddr,
    /// A folder of its own.
    pub(crate) folder: &'a Path,
}

impl From<&Told> for Programs {
    fn from(told: &Told) -> Self {
        let files = told.programs.iter().cloned().collect();
        Self { files, libraries: told.libraries.clone() }
    }
}

impl Programs {
    /// Starts a program, and waits until it listens.
    pub(crate) fn start(
        &self,
        name: &str,
        configured: &Configured,
        place: Place<'_>,
    ) -> Result<Running> {
        let program =
            self.files.get(name).with_context(|| format!("where {name} is was not told"))?;
        let file = place.folder.join("configuration");
        let text = frame(name).replace("CONFIGURATION", &configured.configuration);
        fs::write(&file, place.fill(&text, program))?;
        fs::write(place.folder.join("site.pem"), include_str!("site.pem"))?;
        let mut command = Command::new(program);
        match name {
            "nginx" => command.args(["-e", "stderr", "-p"]).arg(place.folder).arg("-c").arg(&file),
            "caddy" => command.args(["run", "--adapter", "caddyfile", "--config"]).arg(&file),
            "haproxy" => command.args(["-db", "-f"]).arg(&file),
            "apache" => command.arg("-DFOREGROUND").arg("-f").arg(&file),
            "varnish" => command
                .args(["-F", "-j", "none", "-T", "none", "-s", "default,16m", "-a"])
                .arg(place.listen.to_string())
                .arg("-n")
                .arg(place.folder)
                .arg("-f")
                .arg(&file),
            other => bail!("{other} is no program that this can start"),
        };
        if let Some(libraries) = &self.libraries {
            command.env("LD_LIBRARY_PATH", libraries);
        }
        command
            .args(&configured.arguments)
            .env("HOME", place.folder)
            .env_remove("XDG_CONFIG_HOME")
            .env_remove("XDG_DATA_HOME");
        let log = place.folder.join("log");
        let mut command = tied::tied(&command)?;
        command
            .stdin(Stdio::null())
            .stdout(fs::File::create(&log)?)
            .stderr(fs::OpenOptions::new().append(true).open(&log)?);
        let process = command.spawn().with_context(|| format!("{name} can't be started"))?;
        let mut running = Running(process);
        let started = Instant::now();
        while TcpStream::connect(place.listen).is_err() {
            let said = || fs::read_to_string(&log).unwrap_or_default();
            let has_ended = running.0.try_wait()?.is_some();
            ensure!(!has_ended, "{name} ended at once; it said:\n{}", said());
            let is_late = started.elapsed() > STARTS_WITHIN;
            ensure!(!is_late, "{name} does not listen; it said:\n{}", said());
            thread::sleep(Duration::from_millis(20));
        }
        Ok(running)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        process::end(&mut self.0);
    }
}

impl Place<'_> {
    /// Puts in what the words stand for.
    fn fill(&self, text: &str, program: &Path) -> String {
        // Of two words that begin alike, the longer comes first.
        let words = [
            ("LISTEN_PORT", self.listen.port().to_string()),
            ("LISTEN", self.listen.to_string()),
            ("NEXT_HOST", self.next.ip().to_string()),
            ("NEXT_PORT", self.next.port().to_string()),
            ("NEXT", self.next.to_string()),
            ("FOLDER", self.folder.display().to_string()),
            ("MODULES", modules(program).display().to_string()),
        ];
        words.iter().fold(text.to_owned(), |text, (word, value)| text.replace(word, value))
    }
}

/// Apache's modules lie beside the libraries: `…/usr/sbin/apache2`, `…/usr/lib/apache2/modules`.
fn modules(program: &Path) -> PathBuf {
    let system = program.ancestors().nth(2).unwrap_or(Path::new("/usr"));
    system.join("lib/apache2/modules")
}

/// What stands around a label's configuration, so that the program touches its own folder alone.
fn frame(program: &str) -> &'static str {
    match program {
        "nginx" => include_str!("nginx.conf"),
        "caddy" => include_str!("Caddyfile"),
        "apache" => include_str!("apache.conf"),
        _ => "CONFIGURATION",
    }
}

const STARTS_WITHIN: Duration = Duration::from_secs(30);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_configuration_says_where_the_program_is() {
        let place = Place {
            listen: "127.0.0.1:81".parse().unwrap(),
            next: "127.0.0.1:82".parse().unwrap(),
            folder: Path::new("/f"),
        };
        let filled = place.fill(
            "listen LISTEN; LISTEN_PORT http://NEXT/ NEXT_HOST NEXT_PORT FOLDER/x MODULES/y",
            Path::new("/r/usr/sbin/apache2"),
        );
        assert_eq!(
            filled,
            "listen 127.0.0.1:81; 81 http://127.0.0.1:82/ 127.0.0.1 82 /f/x \
             /r/usr/lib/apache2/modules/y"
        );
    }
}
