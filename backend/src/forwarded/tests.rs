//! Who is believed, and what follows from it.

use std::net::SocketAddr;

use http::HeaderValue;

use super::*;

fn network(text: &str) -> Network {
    text.parse().expect(text)
}

fn arrival(peer: &str, lines: &[(&'static str, &str)]) -> Arrival {
    arrival_by(peer, lines, &Trusted::default())
}

fn arrival_by(peer: &str, lines: &[(&'static str, &str)], trusted: &Trusted) -> Arrival {
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        headers.append(*name, HeaderValue::from_str(value).expect(value));
    }
    let peer = Peer::from(peer.parse::<SocketAddr>().expect(peer));
    Arrival::of(&headers, None, peer, false, trusted)
}

/// A proxy beside the server, one on another machine, and somebody out there.
const BESIDE: &str = "127.0.0.1:50000";
const NEAR: &str = "10.0.0.9:50000";
const FAR: &str = "203.0.113.5:50000";

#[test]
fn a_request_counts_against_who_asks_as_far_as_that_is_believed() {
    const XFF: &str = "x-forwarded-for";
    for (peer, lines, network) in [
        // Who is at the other end, where nobody is told of.
        (FAR, &[][..], "203.0.113.5"),
        (BESIDE, &[], "127.0.0.1"),
        (NEAR, &[], "10.0.0.9"),
        ("[2001:db8:1:2:3::4]:50000", &[], "2001:db8:1:2::/64"),
        ("[::ffff:203.0.113.5]:50000", &[], "203.0.113.5"),
        // Nobody is believed who may not speak for others.
        (FAR, &[(XFF, "192.0.2.7")], "203.0.113.5"),
        (FAR, &[("forwarded", "for=192.0.2.7")], "203.0.113.5"),
        // A proxy tells two clients apart, and what is before the client is its own invention.
        (BESIDE, &[(XFF, "192.0.2.7")], "192.0.2.7"),
        (BESIDE, &[(XFF, "192.0.2.8:1234")], "192.0.2.8"),
        (BESIDE, &[(XFF, "198.51.100.1, 192.0.2.7")], "192.0.2.7"),
        (BESIDE, &[(XFF, "_new1, 192.0.2.7")], "192.0.2.7"),
        (BESIDE, &[(XFF, "198.51.100.1"), (XFF, "192.0.2.7")], "192.0.2.7"),
        // Who is in a private network may be a client, and invent what is before it.
        (NEAR, &[(XFF, "192.0.2.7, 10.0.0.3")], "10.0.0.3"),
        (NEAR, &[(XFF, "10.0.0.4, 10.0.0.3")], "10.0.0.3"),
        (BESIDE, &[(XFF, "8.8.8.8, 192.168.1.5")], "192.168.1.5"),
        (BESIDE, &[("forwarded", "for=8.8.8.8, for=192.168.1.5")], "192.168.1.5"),
        (BESIDE, &[(XFF, "8.8.8.8, unknown")], "127.0.0.1"),
        (NEAR, &[("forwarded", "for=192.0.2.7;by=10.0.0.9")], "192.0.2.7"),
        (NEAR, &[("forwarded", "for=_x, for=\"[2001:db8:1:2:3::4]:80\"")], "2001:db8:1:2::/64"),
        (NEAR, &[(XFF, "2001:db8:1:2:ffff::1")], "2001:db8:1:2::/64"),
        // A name that may be new each time is no client: the proxy is, for all of them.
        (NEAR, &[("forwarded", "for=_hidden")], "10.0.0.9"),
        (NEAR, &[("forwarded", "for=unknown")], "10.0.0.9"),
        (NEAR, &[(XFF, "192.0.2.7, _hidden")], "10.0.0.9"),
        (NEAR, &[(XFF, "unknown")], "10.0.0.9"),
        (NEAR, &[("forwarded", "for=\"")], "10.0.0.9"),
    ] {
        let told = arrival(peer, lines).network.to_string();
        assert_eq!(told, network, "{peer} {lines:?}");
    }
    // Where somebody has said where the proxies are, they are believed one after the other.
    let named = Trusted::new(["127.0.0.1", "10.0.0.0/24"].map(|it| it.parse().expect(it)).to_vec());
    for (peer, lines, network) in [
        (NEAR, &[(XFF, "192.0.2.7, 10.0.0.3")][..], "192.0.2.7"),
        (NEAR, &[(XFF, "10.0.0.4, 10.0.0.3")], "10.0.0.4"),
        (BESIDE, &[(XFF, "8.8.8.8, 192.168.1.5")], "192.168.1.5"),
        (BESIDE, &[(XFF, "8.8.8.8, 192.168.1.5, 10.0.0.3")], "192.168.1.5"),
        ("192.168.1.5:50000", &[(XFF, "8.8.8.8")], "192.168.1.5"),
    ] {
        let told = arrival_by(peer, lines, &named).network.to_string();
        assert_eq!(told, network, "{peer} {lines:?}");
    }
}

#[test]
fn private_networks_are_trusted_unless_others_are_named() {
    for (address, is_private) in [
        ("127.0.0.1", true),
        ("127.255.255.254", true),
        ("::1", true),
        ("10.1.2.3", true),
        ("172.16.0.1", true),
        ("172.31.255.255", true),
        ("172.32.0.1", false),
        ("192.168.1.1", true),
        ("192.169.1.1", false),
        ("169.254.1.1", true),
        ("fe80::1", true),
        ("febf::1", true),
        ("fec0::1", false),
        ("fd00::1", true),
        ("::ffff:10.1.2.3", true),
        ("::ffff:203.0.113.5", false),
        ("203.0.113.5", false),
        ("2001:db8::1", false),
        ("0.0.0.0", false),
        ("::", false),
    ] {
        let ip = address.parse().expect(address);
        assert_eq!(Trusted::default().hold(ip), is_private, "{address}");
        assert!(!Trusted::NOBODY.hold(ip), "{address}");
        let named = Trusted::new(vec![network("203.0.113.0/24")]);
        assert_eq!(named.hold(ip), address.ends_with("203.0.113.5"), "{address}");
    }
}

#[test]
fn a_network_is_read_as_people_write_it() {
    for (text, read) in [
        ("192.0.2.0/24", Some("192.0.2.0/24")),
        ("192.0.2.7/24", Some("192.0.2.0/24")),
        ("192.0.2.7", Some("192.0.2.7/32")),
        ("2001:db8::7", Some("2001:db8::7/128")),
        ("2001:DB8::/32", Some("2001:db8::/32")),
        ("0.0.0.0/0", Some("0.0.0.0/0")),
        ("::ffff:192.0.2.7", Some("192.0.2.7/32")),
        ("::ffff:192.0.2.0/120", Some("192.0.2.0/24")),
        ("::/0", Some("::/0")),
        ("192.0.2.0/33", None),
        ("192.0.2", None),
        ("localhost", None),
        ("192.0.2.1-192.0.2.9", None),
        ("", None),
    ] {
        let network = text.parse::<Network>();
        assert_eq!(network.map(|it| it.to_string()).ok().as_deref(), read, "{text}");
    }
}

#[test]
fn what_the_browser_asked_for_is_told_by_host_and_by_trusted_proxies() {
    let xfh = |hosts| ("x-forwarded-host", hosts);
    let xfp = |ports| ("x-forwarded-port", ports);
    let forwarded = |elements| ("forwarded", elements);
    let host = ("host", "h");
    for (lines, hosts) in [
        (vec![], &[][..]),
        (vec![("host", "")], &[]),
        (vec![("host", "h:3000")], &["h:3000"]),
        (vec![host, xfh("a:1, b")], &["h", "a:1"]),
        (vec![host, xfh("a"), xfh("b")], &["h", "a"]),
        (vec![host, xfh(" ,")], &["h"]),
        (vec![host, forwarded("for=_x;host=\"a:1\", host=b")], &["h", "a:1"]),
        (vec![host, forwarded("for=_x"), forwarded("host=b")], &["h", "b"]),
        (vec![host, xfh("a"), forwarded("host=b")], &["h", "a", "b"]),
        (vec![host, forwarded("host=\"b")], &["h"]),
        // A port that was lost is found again.
        (vec![host, xfp("8080")], &["h", "h:8080"]),
        (vec![host, xfp("8080, 80")], &["h", "h:8080"]),
        (vec![("host", "[::1]"), xfp("8080")], &["[::1]", "[::1]:8080"]),
        (vec![("host", "h:3000"), xfp("8080")], &["h:3000"]),
        (vec![("host", "[::1]:3000"), xfp("8080")], &["[::1]:3000"]),
        (vec![("host", "h:3000"), xfh("a"), xfp("8080")], &["h:3000", "a", "a:8080"]),
        (vec![host, xfp("80a")], &["h"]),
        (vec![host, xfp("65536")], &["h"]),
    ] {
        for peer in [BESIDE, NEAR] {
            assert_eq!(arrival(peer, &lines).hosts, hosts, "{lines:?} by {peer}");
        }
        let own = hosts.iter().take(1).collect::<Vec<_>>();
        assert_eq!(arrival(FAR, &lines).hosts.iter().collect::<Vec<_>>(), own, "{lines:?}");
    }
    let authority = Authority::from_static("two.example");
    let headers = [(HOST, HeaderValue::from_static("one.example"))].into_iter().collect();
    let http2 = Arrival::of(&headers, Some(&authority), Peer::UNKNOWN, false, &Trusted::default());
    assert_eq!(http2.hosts, ["two.example"]);
}

#[test]
fn the_first_proxys_scheme_counts() {
    let xfp = |scheme| ("x-forwarded-proto", scheme);
    for (lines, scheme) in [
        (vec![], "http"),
        (vec![xfp("https")], "https"),
        (vec![xfp("https,http")], "https"),
        (vec![xfp("http, https")], "http"),
        (vec![xfp("https"), xfp("http")], "https"),
        (vec![xfp("HTTPS")], "https"),
        (vec![xfp("wss")], "https"),
        (vec![xfp("ws")], "http"),
        (vec![xfp("gopher")], "http"),
        (vec![("forwarded", "for=_x;proto=https, for=_y;proto=http")], "https"),
        (vec![("forwarded", "for=_x, proto=https")], "https"),
        (vec![xfp("http"), ("forwarded", "proto=https")], "http"),
        (vec![xfp("gopher"), ("forwarded", "proto=https")], "https"),
    ] {
        assert_eq!(arrival(BESIDE, &lines).scheme, scheme, "{lines:?}");
        assert_eq!(arrival(FAR, &lines).scheme, "http", "{lines:?}");
    }
}

#[test]
fn the_client_is_whom_a_trusted_proxy_speaks_for() {
    let xff = |chain| ("x-forwarded-for", chain);
    let forwarded = |elements| ("forwarded", elements);
    for (peer, lines, client) in [
        (FAR, vec![], Some(FAR)),
        (FAR, vec![xff("192.0.2.7"), forwarded("for=192.0.2.8")], Some(FAR)),
        (BESIDE, vec![], Some(BESIDE)),
        (NEAR, vec![], None),
        (NEAR, vec![xff("192.0.2.7")], Some("192.0.2.7")),
        (NEAR, vec![xff("192.0.2.7:1234")], Some("192.0.2.7:1234")),
        (BESIDE, vec![xff("192.0.2.7")], Some("192.0.2.7")),
        // What the client has made up stands before what trusted proxies say.
        (NEAR, vec![xff("1.1.1.1, 192.0.2.7, 10.0.0.1, 10.0.0.2")], Some("192.0.2.7")),
        (NEAR, vec![xff("10.9.9.9, 192.0.2.7, 10.0.0.1")], Some("192.0.2.7")),
        (NEAR, vec![xff("1.1.1.1"), xff("192.0.2.7")], Some("192.0.2.7")),
        (NEAR, vec![xff("nonsense, 10.0.0.1")], Some("nonsense")),
        // Within one network all are trusted.
        (NEAR, vec![xff("10.0.0.7, 10.0.0.1")], Some("10.0.0.7")),
        (BESIDE, vec![xff("::ffff:10.0.0.7")], Some("10.0.0.7")),
        (NEAR, vec![xff("unknown")], None),
        (NEAR, vec![xff(",")], None),
        (NEAR, vec![forwarded("for=192.0.2.7")], Some("192.0.2.7")),
        (NEAR, vec![forwarded("for=\"[2001:db8::7]:80\", for=10.0.0.1")], Some("[2001:db8::7]:80")),
        (NEAR, vec![forwarded("for=_gazonk;by=10.0.0.1")], Some("_gazonk")),
        (NEAR, vec![forwarded("for=unknown")], None),
        (NEAR, vec![forwarded("for=192.0.2.7, proto=https")], None),
        (NEAR, vec![forwarded("for=\"192.0.2.7")], None),
        (NEAR, vec![xff("192.0.2.7"), forwarded("for=1.1.1.1")], Some("192.0.2.7")),
        (BESIDE, vec![xff("unknown")], None),
    ] {
        assert_eq!(arrival(peer, &lines).client.as_deref(), client, "{lines:?} by {peer}");
    }
    let unknown = Arrival::of(&HeaderMap::new(), None, Peer::UNKNOWN, false, &Trusted::default());
    assert_eq!(unknown.client, None);
}

#[test]
fn what_is_shown_names_no_proxy() {
    for (peer, chain, shown) in [
        (NEAR, "1.1.1.1, 192.0.2.7, 10.0.0.1, 10.0.0.2", "1.1.1.1, 192.0.2.7, proxy, proxy"),
        (NEAR, "10.0.0.7, 10.0.0.1", "10.0.0.7, proxy"),
        (NEAR, "10.9.9.9,192.0.2.7", "10.9.9.9, 192.0.2.7"),
        (NEAR, "unknown, ::ffff:10.0.0.1", "unknown, proxy"),
        // Nobody is believed that there are proxies.
        (FAR, "192.0.2.7, 10.0.0.1", "192.0.2.7, 10.0.0.1"),
    ] {
        let told = arrival(peer, &[("x-forwarded-for", chain)]).x_forwarded_for;
        assert_eq!(told.as_deref(), Some(shown), "{chain} by {peer}");
    }
    for (peer, elements, shown) in [
        (
            NEAR,
            "for=192.0.2.7;by=10.0.0.1;host=h, for=10.0.0.1;by=203.0.113.9;host=10.0.0.2",
            "for=192.0.2.7;by=proxy;host=h, for=proxy;by=proxy;host=proxy",
        ),
        (
            NEAR,
            "for=1.1.1.1;by=1.1.1.2, for=192.0.2.7;by=_edge, for=\"10.0.0.1:80\"",
            "for=1.1.1.1;by=1.1.1.2, for=192.0.2.7;by=_edge, for=proxy",
        ),
        (NEAR, "for=\"10.0.0.1", "(not readable)"),
        (FAR, "for=10.0.0.1;by=10.0.0.2", "for=10.0.0.1;by=10.0.0.2"),
        (FAR, "for=\"10.0.0.1", "for=\"10.0.0.1"),
    ] {
        let told = arrival(peer, &[("forwarded", elements)]).forwarded;
        assert_eq!(told.as_deref(), Some(shown), "{elements} by {peer}");
    }
    let nothing = arrival(NEAR, &[]);
    assert_eq!((nothing.forwarded, nothing.x_forwarded_for), (None, None));
}
