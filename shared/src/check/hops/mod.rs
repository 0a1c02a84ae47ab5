//! Who is on the way, by what they say of themselves and by how they behave.

mod behaviour;
mod names;

use serde::{Deserialize, Serialize};

use super::evidence::Evidence;
use crate::words;

/// A kind of hop, for which there are remedies.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Hop {
    /// nginx, and what is made of it.
    Nginx,
    /// Caddy.
    Caddy,
    /// HAProxy.
    Haproxy,
    /// Apache httpd.
    Apache,
    /// Varnish.
    Varnish,
    /// Envoy, and what is made of it.
    Envoy,
    /// Traefik.
    Traefik,
    /// Cloudflare, and its tunnels.
    Cloudflare,
    /// Amazon's load balancers, gateways and CloudFront.
    Amazon,
    /// Azure's gateways and Front Door.
    Azure,
    /// Google's load balancers.
    Google,
    /// The server itself.
    Server,
    /// The client's own machine: security software, a browser's extension.
    Client,
}

/// A hop that shows.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Seen {
    /// Which.
    pub hop: Hop,
    /// Whether it names itself; otherwise it only behaves like it.
    pub is_named: bool,
    /// What shows it.
    pub because: String,
}

/// Finds the hops that show, those that name themselves first.
pub fn find(evidence: &Evidence) -> Vec<Seen> {
    let mut seen = names::find(evidence);
    for like in behaviour::find(evidence) {
        if !seen.iter().any(|known| known.hop == like.hop) {
            seen.push(like);
        }
    }
    seen
}

/// Whether a hop names itself.
pub fn names_itself(evidence: &Evidence, hop: Hop) -> bool {
    names::find(evidence).iter().any(|seen| seen.hop == hop)
}

impl Hop {
    /// All of them, as they are listed.
    pub const ALL: [Self; 13] = [
        Self::Nginx,
        Self::Caddy,
        Self::Haproxy,
        Self::Apache,
        Self::Varnish,
        Self::Envoy,
        Self::Traefik,
        Self::Cloudflare,
        Self::Amazon,
        Self::Azure,
        Self::Google,
        Self::Server,
        Self::Client,
    ];

    /// Returns what it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Nginx => "nginx",
            Self::Caddy => "Caddy",
            Self::Haproxy => "HAProxy",
            Self::Apache => "Apache",
            Self::Varnish => "Varnish",
            Self::Envoy => "Envoy",
            Self::Traefik => "Traefik",
            Self::Cloudflare => "Cloudflare",
            Self::Amazon => "Amazon",
            Self::Azure => "Azure",
            Self::Google => "Google Cloud",
            Self::Server => words!("the server"),
            Self::Client => words!("the client's machine"),
        }
    }

    /// Returns for whom a remedy is, at the beginning of a line.
    pub fn heading(self) -> &'static str {
        match self {
            Self::Server => words!("Your server"),
            Self::Client => words!("The client's machine"),
            Self::Nginx
            | Self::Caddy
            | Self::Haproxy
            | Self::Apache
            | Self::Varnish
            | Self::Envoy
            | Self::Traefik
            | Self::Cloudflare
            | Self::Amazon
            | Self::Azure
            | Self::Google => self.name(),
        }
    }
}
