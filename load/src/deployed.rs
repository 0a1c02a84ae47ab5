//! The configurations of `deploy/`, as a run starts them: the addresses are the run's own, and what does
//! not concern this machine's loopback is left out; every directive that is proved stays as it is.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use clap::Args;

use crate::program::{Configured, Told};

/// What stands before the server, and the server.
#[derive(Args, Clone, Debug)]
pub(crate) struct Behind {
    /// The configurations
    #[arg(long, value_name = "FOLDER", default_value = "deploy")]
    pub(crate) deploy: PathBuf,
    /// The server, as it was built; `proxies` asks it for the page
    #[arg(long, value_name = "FILE")]
    pub(crate) server: PathBuf,
    #[command(flatten)]
    pub(crate) told: Told,
}

/// A proxy, and what of its file is the run's own.
#[derive(Debug)]
pub(crate) struct Deployed {
    /// What the program is called.
    pub(crate) program: &'static str,
    /// The configuration, below `deploy/`.
    file: &'static str,
    /// What is replaced, and by what.
    own: &'static [(&'static str, &'static str)],
    /// A unit of systemd, below `deploy/`, whose `-p …` go on the command line.
    unit: Option<&'static str>,
}

pub(crate) const ALL: [Deployed; 5] = [
    NGINX,
    Deployed {
        program: "caddy",
        file: "caddy/Caddyfile",
        own: &[("echo.example.org {", "http://LISTEN {"), (SERVER, "NEXT")],
        unit: None,
    },
    Deployed {
        program: "haproxy",
        file: "haproxy/haproxy.cfg",
        own: &[("bind :80", "bind LISTEN"), (SERVER, "NEXT")],
        unit: None,
    },
    Deployed {
        program: "apache",
        file: "apache/echoclock.conf",
        own: &[("<VirtualHost *:80>", "<VirtualHost LISTEN>"), (SERVER, "NEXT")],
        unit: None,
    },
    Deployed {
        program: "varnish",
        file: "varnish/echoclock.vcl",
        own: &[("\"127.0.0.1\"", "\"NEXT_HOST\""), ("\"3000\"", "\"NEXT_PORT\"")],
        unit: Some("varnish/varnish.service"),
    },
];

pub(crate) const NGINX: Deployed = Deployed {
    program: "nginx",
    file: "nginx/echoclock.conf",
    own: &[("listen 80;", "listen LISTEN;"), (SERVER, "NEXT")],
    unit: None,
};

impl Deployed {
    /// Reads it, with words in the place of addresses, which stand for what [`Configured`] says.
    pub(crate) fn read(&self, deploy: &Path) -> Result<Configured> {
        let read = |file: &str| {
            let file = deploy.join(file);
            fs::read_to_string(&file).with_context(|| format!("{}", file.display()))
        };
        let mut configuration = read(self.file)?;
        for (theirs, ours) in self.own {
            ensure!(configuration.contains(theirs), "{} has no {theirs:?}", self.file);
            configuration = configuration.replace(theirs, ours);
        }
        let unit = self.unit.map(read).transpose()?;
        let arguments = unit.iter().flat_map(|unit| parameters(unit)).collect();
        Ok(Configured { configuration, arguments })
    }
}

/// Each `-p NAME=VALUE` of a unit.
fn parameters(unit: &str) -> Vec<String> {
    let words: Vec<_> = unit.split_whitespace().collect();
    let pairs = words.windows(2).filter(|pair| pair[0] == "-p");
    pairs.flatten().map(|word| (*word).to_owned()).collect()
}

/// Where every configuration has the server.
const SERVER: &str = "127.0.0.1:3000";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_configuration_is_the_run_s_own_but_for_its_directives() {
        let deploy = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy");
        for deployed in &ALL {
            let configured = deployed.read(&deploy).unwrap();
            let text = configured.configuration;
            let program = deployed.program;
            assert!(text.contains("NEXT"), "{program}");
            assert!(program == "varnish" || text.contains("LISTEN"), "{program}");
            let their_own = fs::read_to_string(deploy.join(deployed.file)).unwrap();
            assert_eq!(text.lines().count(), their_own.lines().count(), "{program}");
            assert_eq!(configured.arguments.is_empty(), deployed.unit.is_none(), "{program}");
        }
    }

    #[test]
    fn parameters_are_taken_off_a_unit() {
        let unit = "# -q a=1\nExecStart=\nExecStart=/x -a :80 \\\n  -p a=1 \\\n -p b=2\n";
        assert_eq!(parameters(unit), ["-p", "a=1", "-p", "b=2"]);
    }
}
