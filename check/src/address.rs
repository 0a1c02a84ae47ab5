//! Which server is meant.

use http::Uri;
use http::uri::{Authority, Scheme};

/// Where a server's API is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Base {
    pub(crate) is_secure: bool,
    /// Host and port as they were given: what `Host` says.
    pub(crate) authority: Authority,
    /// The API's path, with a slash at each end.
    path: String,
}

impl Base {
    /// Reads the address of a page, or of its API.
    ///
    /// # Errors
    ///
    /// Where it is no address of http or https.
    pub(crate) fn of(url: &str) -> Result<Self, NotAnAddress> {
        let (is_secure, authority, path) = read(url)?;
        let folder = path.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
        let path = match folder.strip_suffix("/index.html").unwrap_or(folder) {
            folder if folder.ends_with("/api") => format!("{folder}/"),
            folder => format!("{folder}/api/"),
        };
        Ok(Self { is_secure, authority, path })
    }

    /// Reads the address of one resource of any server, and returns the server, the path and query of the
    /// resource, and whether it is a socket's.
    ///
    /// # Errors
    ///
    /// Where it is no address of http, https, ws or wss.
    pub(crate) fn of_resource(url: &str) -> Result<(Self, String, bool), NotAnAddress> {
        let (is_secure, authority, target) = read(url)?;
        let is_socket = url.starts_with("ws://") || url.starts_with("wss://");
        Ok((Self { is_secure, authority, path: String::new() }, target, is_socket))
    }

    /// Returns the page's address as a report has it: its host in lower case, and without a query.
    pub(crate) fn page(&self) -> String {
        let scheme = if self.is_secure { "https" } else { "http" };
        let authority = self.authority.as_str().to_ascii_lowercase();
        let folder = self.path.strip_suffix("api/").unwrap_or(&self.path);
        format!("{scheme}://{authority}{folder}")
    }

    /// Returns where what is beside the API is, as its targets.
    pub(crate) fn beside_api(self) -> Self {
        let path = self.path.strip_suffix("api/").unwrap_or(&self.path).to_owned();
        Self { path, ..self }
    }

    pub(crate) fn host(&self) -> &str {
        self.authority.host().trim_start_matches('[').trim_end_matches(']')
    }

    pub(crate) fn port(&self) -> u16 {
        self.authority.port_u16().unwrap_or(if self.is_secure { 443 } else { 80 })
    }

    /// Returns path and query of what is below the API.
    pub(crate) fn target(&self, below: &str) -> String {
        format!("{}{below}", self.path)
    }
}

fn read(url: &str) -> Result<(bool, Authority, String), NotAnAddress> {
    let wrong = || NotAnAddress(url.to_owned());
    let whole = if url.contains("://") { url.to_owned() } else { format!("http://{url}") };
    let uri: Uri = whole.split('#').next().unwrap_or_default().parse().map_err(|_| wrong())?;
    let is_secure = match uri.scheme() {
        Some(scheme) if *scheme == Scheme::HTTPS || scheme.as_str() == "wss" => true,
        Some(scheme) if *scheme == Scheme::HTTP || scheme.as_str() == "ws" => false,
        Some(_) | None => return Err(wrong()),
    };
    let authority = uri.authority().filter(|authority| !authority.as_str().contains('@'));
    let authority = authority.ok_or_else(wrong)?.clone();
    let target = uri.path_and_query().map_or("/", |target| target.as_str()).to_owned();
    Ok((is_secure, authority, target))
}

/// The text is no address of a server.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("\"{0}\" is no address such as https://example.org/")]
pub struct NotAnAddress(String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_api_is_beside_the_page() {
        for (url, is_secure, authority, port, target) in [
            ("http://localhost:3000", false, "localhost:3000", 3_000, "/api/info"),
            ("localhost:3000/", false, "localhost:3000", 3_000, "/api/info"),
            ("https://example.org/live/#check", true, "example.org", 443, "/live/api/info"),
            ("https://example.org/live?x=1", true, "example.org", 443, "/live/api/info"),
            ("http://[::1]:81/api/", false, "[::1]:81", 81, "/api/info"),
            ("http://a/index.html", false, "a", 80, "/api/info"),
        ] {
            let base = Base::of(url).unwrap();
            assert_eq!((base.is_secure, base.authority.as_str()), (is_secure, authority), "{url}");
            assert_eq!((base.port(), base.target("info")), (port, target.to_owned()), "{url}");
        }
        assert_eq!(Base::of("http://[::1]:81/").unwrap().host(), "::1");
        for (url, page) in [
            ("Chat.Example.org:81", "http://chat.example.org:81/"),
            ("https://example.org/Live/api?token=x#check", "https://example.org/Live/"),
        ] {
            assert_eq!(Base::of(url).unwrap().page(), page);
        }
        let beside = Base::of("https://example.org/live/").unwrap().beside_api();
        assert_eq!(beside.target("healthz"), "/live/healthz");
        assert_eq!(beside.page(), "https://example.org/live/");
        for (url, authority, resource, is_socket) in [
            ("https://example.org/live/x?a=1#b", "example.org", "/live/x?a=1", false),
            ("ws://a:81", "a:81", "/", true),
        ] {
            let (base, target, socket) = Base::of_resource(url).unwrap();
            assert_eq!((base.authority.as_str(), socket), (authority, is_socket));
            assert_eq!(base.target(&target), resource);
        }
        for url in ["", "ftp://a/", "https://", "http://user@a/", "/only/a/path", "http://a b/"] {
            assert!(Base::of(url).is_err(), "{url}");
        }
    }
}
