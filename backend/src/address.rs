//! Where the server can be reached, and what to say where it can't listen.

use std::io;
use std::net::{IpAddr, SocketAddr};

/// Returns the addresses at which a browser reaches what listens on `local`.
///
/// Where that is every address of the machine, those are listed, loopback first.
pub fn reachable(local: SocketAddr, machine: &[IpAddr]) -> Vec<String> {
    let url = |ip: IpAddr| format!("http://{}/", SocketAddr::new(ip, local.port()));
    if !local.ip().is_unspecified() {
        return vec![url(local.ip())];
    }
    // A socket on [::] takes IPv4 as well, except where the system is told otherwise.
    let mut ips: Vec<_> = machine.iter().filter(|ip| ip.is_ipv4() || local.is_ipv6()).collect();
    ips.sort_by_key(|ip| (!ip.is_loopback(), ip.is_ipv6()));
    ips.into_iter().map(|ip| url(*ip)).collect()
}

/// Returns the addresses of the machine's interfaces that a browser elsewhere could ask for.
///
/// # Errors
///
/// Where the operating system does not tell.
pub fn of_machine() -> io::Result<Vec<IpAddr>> {
    let interfaces = if_addrs::get_if_addrs()?.into_iter();
    // A link-local address means nothing without its interface.
    Ok(interfaces.filter(|i| !i.is_link_local()).map(|i| i.ip()).collect())
}

/// Says why nothing listens at `address`, which `option` has named, and what would help.
pub fn cant_listen(option: &str, address: SocketAddr, error: &io::Error) -> String {
    let (ip, port) = (address.ip(), address.port());
    let kind = error.kind();
    if kind == io::ErrorKind::AddrInUse {
        let next = SocketAddr::new(ip, port.checked_add(1).unwrap_or(3000));
        format!(
            "port {port} is in use: another program listens at {address}; stop it, or choose \
             another port with {option} {next}"
        )
    } else if kind == io::ErrorKind::PermissionDenied {
        let free = SocketAddr::new(ip, 3000);
        format!("port {port} needs more rights than this user has; choose {option} {free}")
    } else if kind == io::ErrorKind::AddrNotAvailable {
        format!(
            "{ip} is no address of this machine; for all that it has, choose {option} 0.0.0.0:{port}"
        )
    } else {
        format!("can't listen at {address}: {error}; choose another address with {option}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_is_told() {
        let machine =
            ["192.0.2.7", "::1", "2001:db8::7", "127.0.0.1"].map(|ip| ip.parse().expect(ip));
        for (local, reached) in [
            ("127.0.0.1:3000", &["http://127.0.0.1:3000/"][..]),
            ("[::1]:80", &["http://[::1]:80/"]),
            ("0.0.0.0:3000", &["http://127.0.0.1:3000/", "http://192.0.2.7:3000/"]),
            (
                "[::]:3000",
                &[
                    "http://127.0.0.1:3000/",
                    "http://[::1]:3000/",
                    "http://192.0.2.7:3000/",
                    "http://[2001:db8::7]:3000/",
                ],
            ),
        ] {
            assert_eq!(reachable(local.parse().expect(local), &machine), reached, "{local}");
        }
    }

    #[test]
    fn a_port_in_use_is_named_with_what_helps() {
        let address = "127.0.0.1:3000".parse().expect("an address");
        let said = cant_listen("--listen", address, &io::ErrorKind::AddrInUse.into());
        assert!(said.starts_with("port 3000 is in use"), "{said}");
        assert!(said.ends_with("with --listen 127.0.0.1:3001"), "{said}");
    }
}
