//! The command line of `echoclock check`.

use std::path::PathBuf;

use clap::Args;
use echoclock_shared::check::suite::Depth;
use http::{HeaderName, HeaderValue};

/// What to check, and what to tell of it.
#[derive(Args, Clone, Debug)]
pub struct Check {
    /// The address of an Echoclock, through the path that is to be checked
    #[arg(value_name = "URL")]
    pub url: String,

    /// Take about six minutes, and find out how long silent links live
    #[arg(long)]
    pub deep: bool,

    /// Write the report as JSON, to a file or with '-' to the standard output
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,

    /// A header that every request carries, such as 'Cookie: session=1'. May be repeated
    #[arg(long, value_name = "NAME: VALUE", value_parser = header)]
    pub header: Vec<(HeaderName, HeaderValue)>,

    /// Believe every certificate
    #[arg(long)]
    pub insecure: bool,
}

impl Check {
    /// Returns how thorough the run is.
    pub(crate) const fn depth(&self) -> Depth {
        if self.deep { Depth::Deep } else { Depth::Quick }
    }
}

fn header(text: &str) -> Result<(HeaderName, HeaderValue), String> {
    let wrong = || "a header is written as 'Name: value'".to_owned();
    let (name, value) = text.split_once(':').ok_or_else(wrong)?;
    let name = name.trim().parse().map_err(|_| wrong())?;
    let value = value.trim().parse().map_err(|_| wrong())?;
    Ok((name, value))
}
