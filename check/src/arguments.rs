//! The command line of `echoclock check`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use echoclock_shared::check::probe::Lane;
use echoclock_shared::check::suite::Depth;
use http::{HeaderName, HeaderValue};

use crate::address::Base;
use crate::expect::Expectation;
use crate::proxy::Proxy;
use crate::{duration, lanes};

/// What to check, and what to tell of it.
#[derive(Args, Clone, Debug)]
pub struct Check {
    /// The address of an Echoclock, through the path that is to be checked; with --follow of anything
    /// that streams
    #[arg(value_name = "URL")]
    pub(crate) url: String,

    /// Take about six minutes, and find out how long silent links live
    #[arg(long)]
    pub(crate) deep: bool,

    /// Check these only: requests, polling, long-polling, streaming, frame, sse, socket, separated by
    /// commas
    #[arg(long, value_name = "LANES", value_delimiter = ',', value_parser = lanes::parse)]
    pub(crate) only: Vec<Lane>,

    /// What has to hold, such as 'sse,socket,idle>=120s': lanes that work (named as for --only), and the
    /// silence that all links survive, or those of one lane ('socket.idle>=5m'; needs --deep). What was
    /// not tested does not hold
    #[arg(long, value_name = "EXPECTATION")]
    pub(crate) expect: Option<Expectation>,

    /// Write the report as JSON, to a file or with '-' to the standard output, in the place of what
    /// stands there otherwise; so do all that take a file
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,

    /// Write the report as Markdown
    #[arg(long, value_name = "FILE")]
    pub(crate) markdown: Option<PathBuf>,

    /// Write the report as JUnit's XML: a suite per lane, a case per probe
    #[arg(long, value_name = "FILE")]
    pub(crate) junit: Option<PathBuf>,

    /// Write figures in Prometheus' text format, for node_exporter's textfile collector
    #[arg(long, value_name = "FILE")]
    pub(crate) metrics: Option<PathBuf>,

    /// Tell what differs from an older report, written by --json or downloaded from the page; it stands in
    /// the JSON and the Markdown, too
    #[arg(long, value_name = "FILE")]
    pub(crate) compare: Option<PathBuf>,

    /// Put numbers in the place of addresses and hosts, and zeros in that of the run's id
    #[arg(long)]
    pub(crate) redact: bool,

    /// A header that every request carries, such as 'Cookie: session=1'. May be repeated
    #[arg(long, value_name = "NAME: VALUE", value_parser = header)]
    pub(crate) header: Vec<(HeaderName, HeaderValue)>,

    /// A forward proxy on the way, such as `http://proxy.example.org:3128`: what needs a tunnel goes by
    /// CONNECT, as in a browser. Without it the environment's is asked (HTTPS_PROXY, http_proxy,
    /// ALL_PROXY), but for this machine itself and what NO_PROXY lists
    #[arg(long, value_name = "URL")]
    pub(crate) proxy: Option<Proxy>,

    /// Believe every certificate
    #[arg(long)]
    pub(crate) insecure: bool,

    /// Follow an event stream, newline-delimited JSON or a WebSocket of any server, and tell what this
    /// side alone can
    #[arg(long)]
    #[arg(conflicts_with_all = ["deep", "only", "expect", "junit", "metrics", "compare", "redact"])]
    pub(crate) follow: bool,

    /// How long to follow, such as 90s or 10m
    #[arg(long = "for", value_name = "DURATION", value_parser = duration::parse)]
    #[arg(requires = "follow", default_value = "30s")]
    pub(crate) time: Duration,
}

impl Check {
    /// Returns how thorough the run is.
    pub(crate) const fn depth(&self) -> Depth {
        if self.deep { Depth::Deep } else { Depth::Quick }
    }

    /// Returns the proxy to ask for what is at a server.
    ///
    /// # Errors
    ///
    /// Where the environment names none that can be asked.
    pub(crate) fn proxy(&self, base: &Base) -> anyhow::Result<Option<Proxy>> {
        Proxy::choose(self.proxy.as_ref(), base, |name| std::env::var(name).ok())
    }

    /// Returns what is to be checked.
    pub(crate) fn lanes(&self) -> Vec<Lane> {
        let is_meant = |lane: &Lane| self.only.is_empty() || self.only.contains(lane);
        Lane::ALL.into_iter().filter(is_meant).collect()
    }
}

fn header(text: &str) -> Result<(HeaderName, HeaderValue), String> {
    let wrong = || "a header is written as 'Name: value'".to_owned();
    let (name, value) = text.split_once(':').ok_or_else(wrong)?;
    let name = name.trim().parse().map_err(|_| wrong())?;
    let value = value.trim().parse().map_err(|_| wrong())?;
    Ok((name, value))
}
