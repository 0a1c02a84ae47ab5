//! Where the server listens and can be reached, and what to say where it can't listen.

use std::io;
use std::net::{IpAddr, SocketAddr};

use socket2::SockRef;
use tokio::net::{TcpListener, TcpSocket};

/// Listens at an address, as [`TcpListener::bind`] does, with room for more who have not been
/// accepted yet. At `[::]` it takes IPv4 as well, on every system.
///
/// # Errors
///
/// Where the system says no.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    listen_by(socket, address)
}

fn listen_by(socket: TcpSocket, address: SocketAddr) -> io::Result<TcpListener> {
    if address.is_ipv6() && address.ip().is_unspecified() {
        // It is for the system to say otherwise (Linux by net.ipv6.bindv6only, Windows always).
        SockRef::from(&socket).set_only_v6(false)?;
    }
    // Elsewhere it would let another program take the address over.
    #[cfg(not(windows))]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// How many connections the system may keep until they are accepted. One for which it has no room
/// is tried again by its client a second later.
pub(crate) const BACKLOG: u32 = 1_024;

/// Returns the addresses at which a browser reaches what listens on `local`, which at `[::]` takes IPv4 as
/// well unless it `is_only_v6`.
///
/// Where that is every address of the machine, those are listed, loopback first.
pub(crate) fn reachable(
    local: SocketAddr,
    is_only_v6: bool,
    machine: &[IpAddr],
) -> Vec<SocketAddr> {
    if !local.ip().is_unspecified() {
        return vec![local];
    }
    let takes = |ip: &&IpAddr| if ip.is_ipv4() { !is_only_v6 } else { local.is_ipv6() };
    let mut ips: Vec<_> = machine.iter().filter(takes).collect();
    ips.sort_by_key(|ip| (!ip.is_loopback(), ip.is_ipv6()));
    ips.into_iter().map(|ip| SocketAddr::new(*ip, local.port())).collect()
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
    use std::time::Duration;

    use tokio::net::TcpStream;

    use super::*;

    #[tokio::test]
    async fn many_come_at_once_and_over_both_versions() {
        let Ok(listener) = listen("[::]:0".parse().expect("an address")) else {
            // This machine has no IPv6.
            return;
        };
        let port = listener.local_addr().expect("it is bound").port();
        let many = std::fs::read_to_string("/proc/sys/net/core/somaxconn").ok();
        let many: u32 = many.and_then(|it| it.trim().parse().ok()).unwrap_or(128);
        let mut waiting = vec![];
        for number in 0..many.min(BACKLOG).min(400) {
            let host = if number % 2 == 0 { "127.0.0.1" } else { "::1" };
            let connecting = TcpStream::connect((host, port));
            let connected = tokio::time::timeout(Duration::from_secs(30), connecting).await;
            waiting.push(connected.expect("it does not wait").expect("there is room"));
        }
        drop(listener);
        drop(waiting);
    }

    #[tokio::test]
    async fn all_addresses_are_those_of_both_versions_whatever_the_system_says() {
        let Ok(socket) = TcpSocket::new_v6() else {
            // This machine has no IPv6.
            return;
        };
        SockRef::from(&socket).set_only_v6(true).expect("the system can");
        let listener = listen_by(socket, "[::]:0".parse().expect("an address")).expect("a port");
        assert!(!SockRef::from(&listener).only_v6().expect("the system tells"));
    }

    #[test]
    fn every_address_is_told() {
        let machine =
            ["192.0.2.7", "::1", "2001:db8::7", "127.0.0.1"].map(|ip| ip.parse().expect(ip));
        for (local, is_only_v6, reached) in [
            ("127.0.0.1:3000", false, &["127.0.0.1:3000"][..]),
            ("[::1]:80", false, &["[::1]:80"]),
            ("0.0.0.0:3000", false, &["127.0.0.1:3000", "192.0.2.7:3000"]),
            ("[::]:3000", true, &["[::1]:3000", "[2001:db8::7]:3000"]),
            (
                "[::]:3000",
                false,
                &["127.0.0.1:3000", "[::1]:3000", "192.0.2.7:3000", "[2001:db8::7]:3000"],
            ),
        ] {
            let found = reachable(local.parse().expect(local), is_only_v6, &machine);
            let found: Vec<_> = found.iter().map(SocketAddr::to_string).collect();
            assert_eq!(found, reached, "{local}");
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
