//! What a browser would make of an address.

use super::WrongAddress;

/// Makes an API base address, which ends in a slash, of what was given.
pub(super) fn resolve(given: &str, document: &str) -> Result<String, WrongAddress> {
    if given.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(WrongAddress::Space);
    }
    if given.contains(['?', '#']) {
        return Err(WrongAddress::QueryOrFragment);
    }
    if let Some((scheme, rest)) = given.split_once("://") {
        return absolute(scheme, rest, document);
    }
    let page = Page::of(document)?;
    if let Some(rest) = given.strip_prefix("//") {
        return absolute(page.scheme, rest, document);
    }
    if given.starts_with('/') {
        return Ok(with_slash(format!("{}{given}", page.origin)));
    }
    let first = given.split('/').next().unwrap_or(given);
    let is_dots = first.chars().all(|c| c == '.');
    if first == "localhost" || first.contains([':', '@']) || (first.contains('.') && !is_dots) {
        return Err(WrongAddress::NoScheme(given.to_owned()));
    }
    let path = if given.is_empty() { BESIDE_THE_PAGE } else { given };
    Ok(with_slash(format!("{}{path}", page.folder)))
}

fn absolute(scheme: &str, rest: &str, document: &str) -> Result<String, WrongAddress> {
    let scheme = match scheme.to_ascii_lowercase().as_str() {
        "http" | "ws" => "http",
        "https" | "wss" => "https",
        _ => return Err(WrongAddress::Scheme(scheme.to_owned())),
    };
    let (authority, path) = rest.find('/').map_or((rest, ""), |slash| rest.split_at(slash));
    let host = host_of(authority)?;
    // The server's own address stands for its API.
    let path = if path.trim_matches('/').is_empty() { "/api/" } else { path };
    if scheme == "http" && document.starts_with("https:") && !is_loopback(host) {
        let secure = with_slash(format!("https://{authority}{path}"));
        return Err(WrongAddress::MixedContent { secure });
    }
    Ok(with_slash(format!("{scheme}://{authority}{path}")))
}

fn host_of(authority: &str) -> Result<&str, WrongAddress> {
    if authority.contains('@') {
        return Err(WrongAddress::Credentials);
    }
    let port_at = match authority.rfind(']') {
        Some(bracket) => bracket + 1,
        None => authority.find(':').unwrap_or(authority.len()),
    };
    let (host, port) = authority.split_at(port_at);
    let legal = match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        Some(v6) => {
            v6.contains(':') && v6.chars().all(|c| c.is_ascii_hexdigit() || ":.".contains(c))
        }
        None => {
            // Browsers write other scripts in ASCII by themselves.
            let part = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c) || !c.is_ascii();
            !host.is_empty() && host.chars().all(part)
        }
    };
    if !legal {
        return Err(WrongAddress::Host(host.to_owned()));
    }
    match port.strip_prefix(':') {
        Some(port) if !port.parse::<u16>().is_ok_and(|port| port > 0) => {
            Err(WrongAddress::Port(port.to_owned()))
        }
        None if !port.is_empty() => Err(WrongAddress::Port(port.to_owned())),
        Some(_) | None => Ok(host),
    }
}

/// The API's address relative to the page, where nobody gave another.
const BESIDE_THE_PAGE: &str = "api/";

/// Whether browsers let an `https` page talk to `host` in the clear: it is this computer (W3C,
/// Secure Contexts, section 3.1).
fn is_loopback(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    let v4 = host.parse::<std::net::Ipv4Addr>().is_ok_and(|address| address.is_loopback());
    v4 || host == "[::1]" || host == "localhost" || host.ends_with(".localhost")
}

/// Returns the folder that a page is in, as its own address tells it.
pub fn folder(document: &str) -> &str {
    let end = document.find(['?', '#']).unwrap_or(document.len());
    let document = &document[..end];
    document.rfind('/').map_or(document, |slash| &document[..=slash])
}

/// Whether an address is of the same origin as a page (RFC 6454, section 5), however both write it.
pub fn is_of_origin(address: &str, document: &str) -> bool {
    let origin_of = |text| Page::of(text).ok().and_then(|page| page.scheme_host_and_port());
    origin_of(document).is_some_and(|origin| origin_of(address) == Some(origin))
}

struct Page<'a> {
    scheme: &'a str,
    origin: &'a str,
    folder: &'a str,
}

impl<'a> Page<'a> {
    fn of(document: &'a str) -> Result<Self, WrongAddress> {
        let (scheme, rest) = document.split_once("://").ok_or(WrongAddress::PageNotServed)?;
        if !matches!(scheme, "http" | "https") {
            return Err(WrongAddress::PageNotServed);
        }
        let host = rest.find('/').ok_or(WrongAddress::PageNotServed)?;
        let origin = &document[..scheme.len() + 3 + host];
        Ok(Self { scheme, origin, folder: folder(document) })
    }

    /// Returns the scheme, the host in lower case, and the port, which the scheme tells where nobody
    /// else does (RFC 9110, sections 4.2.1 and 4.2.2).
    fn scheme_host_and_port(&self) -> Option<(&'a str, String, u16)> {
        let authority = &self.origin[self.scheme.len() + 3..];
        let host = host_of(authority).ok()?;
        let port = match authority[host.len()..].strip_prefix(':') {
            Some(port) => port.parse().ok()?,
            None if self.scheme == "https" => 443,
            None => 80,
        };
        Some((self.scheme, host.to_ascii_lowercase(), port))
    }
}

fn with_slash(mut address: String) -> String {
    if !address.ends_with('/') {
        address.push('/');
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_as_people_write_it() {
        let page = "http://pages.example:8080/sub/index.html?x=/y#/transports";
        for (given, base) in [
            ("", "http://pages.example:8080/sub/api/"),
            ("api", "http://pages.example:8080/sub/api/"),
            ("./live/", "http://pages.example:8080/sub/./live/"),
            ("../api", "http://pages.example:8080/sub/../api/"),
            ("/api", "http://pages.example:8080/api/"),
            ("//other.example/v1", "http://other.example/v1/"),
            ("http://127.0.0.1:3000", "http://127.0.0.1:3000/api/"),
            ("http://127.0.0.1:3000/", "http://127.0.0.1:3000/api/"),
            ("https://echo.example/some/api", "https://echo.example/some/api/"),
            ("wss://echo.example", "https://echo.example/api/"),
            ("HTTP://[::1]:3000/api/", "http://[::1]:3000/api/"),
            ("http://bücher.example", "http://bücher.example/api/"),
        ] {
            assert_eq!(resolve(given, page).as_deref(), Ok(base), "{given}");
        }
    }

    #[test]
    fn an_address_is_of_the_pages_origin_or_another() {
        for (address, document, is_of) in [
            ("http://h:8080/api/", "http://h:8080/", true),
            ("http://h:8080/api/", "http://h:8080/sub/index.html?x#y", true),
            ("http://h:8080/api/", "http://h/", false),
            ("http://h/api/", "http://h:8080/", false),
            ("http://h.example/api/", "http://h/", false),
            ("https://h/api/", "http://h/", false),
            ("http://H/api/", "http://h/", true),
            ("http://h:80/api/", "http://h/", true),
            ("http://h:080/api/", "http://h:80/", true),
            ("http://h/api/", "http://h:80/", true),
            ("https://h:443/api/", "https://h/", true),
            ("http://[::A]:80/api/", "http://[::a]/", true),
            ("http://[::a]:81/api/", "http://[::a]/", false),
            ("https://h:80/api/", "https://h/", false),
            ("https://h:443/api/", "http://h:443/", false),
            ("http://h:443/api/", "http://h/", false),
            ("http://h:8080/api/", "http://h:80/", false),
            ("http://h/api/", "file:///h/index.html", false),
            ("file:///h/api/", "file:///h/index.html", false),
        ] {
            assert_eq!(is_of_origin(address, document), is_of, "{address} of {document}");
        }
    }

    #[test]
    fn a_wrong_address_is_explained() {
        let page = "http://pages.example/";
        for (given, words) in [
            ("ftp://x", "not by ftp://"),
            ("127.0.0.1:3000", "http://127.0.0.1:3000 or https://127.0.0.1:3000"),
            ("localhost/api", "http://localhost/api"),
            ("echo.example", "https://echo.example"),
            ("http://", "names no host"),
            ("http:///api", "names no host"),
            ("http://a b", "no spaces"),
            ("http://a/?x", "leave out"),
            ("http://me:secret@host", "no user name"),
            ("http://a|b", "“a|b” can't be"),
            ("http://[1.2.3.4]", "can't be"),
            ("http://host:99999", "“99999” is no port"),
            ("http://host:", "is no port"),
            ("http://[::1]3000", "is no port"),
        ] {
            let wrong = resolve(given, page).expect_err(given).to_string();
            assert!(wrong.contains(words), "{given}: {wrong}");
        }
    }

    #[test]
    fn a_page_from_a_file_needs_a_whole_address() {
        for document in ["file:///home/me/index.html", "about:blank", "blob:http://x/1"] {
            assert_eq!(resolve("", document), Err(WrongAddress::PageNotServed), "{document}");
            assert_eq!(resolve("http://h", document).as_deref(), Ok("http://h/api/"));
        }
    }

    #[test]
    fn mixed_content_is_told_before_the_browser_blocks_it() {
        let page = "https://pages.example/";
        let wrong = resolve("http://echo.example:3000", page).expect_err("blocked");
        assert!(wrong.to_string().contains("https://echo.example:3000/api/"), "{wrong}");
        let local =
            ["localhost:3000", "api.localhost", "127.0.0.1:3000", "127.9.9.9", "[::1]:3000"];
        for host in local {
            assert!(resolve(&format!("http://{host}"), page).is_ok(), "{host}");
        }
        assert!(resolve("http://127.0.0.1.example", page).is_err());
        assert!(resolve("https://echo.example", page).is_ok());
    }
}
