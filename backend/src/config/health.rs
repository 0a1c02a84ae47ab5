//! What `echoclock health` asks, as arguments.

use std::path::PathBuf;

use clap::Args;
use echoclock_check::AskedServer;
use echoclock_shared::path;

/// What to ask.
#[derive(Args, Debug)]
pub struct Health {
    /// The address of an Echoclock; without it the server is asked that the environment and the file of
    /// settings would have this program serve, at its --admin-listen or else its --listen
    #[arg(value_name = "URL")]
    pub url: Option<AskedServer>,

    /// Ask whether it is ready (/readyz), which a server that drains is not, and not whether it serves
    /// (/healthz)
    #[arg(long)]
    pub ready: bool,

    /// The file of settings that serve is given
    #[arg(long, value_name = "FILE", conflicts_with = "url")]
    pub config: Option<PathBuf>,

    /// Believe every certificate, as is done without a URL
    #[arg(long, requires = "url")]
    pub insecure: bool,
}

impl Health {
    /// Returns the path that is asked for.
    pub const fn path(&self) -> &'static str {
        if self.ready { path::READYZ } else { path::HEALTHZ }
    }
}
