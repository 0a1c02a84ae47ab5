//! Sockets that were handed over at the start, as systemd does (sd_listen_fds(3)).

use std::io;

use crate::listener::Listener;

/// What was handed over and not taken.
#[derive(Default)]
pub struct Handed {
    #[cfg(unix)]
    sockets: Option<listenfd::ListenFd>,
    told: Vec<Told>,
}

/// What is told of a socket.
#[derive(Debug)]
struct Told {
    name: String,
    /// Whether somebody will ask for it by its name.
    is_kept: bool,
    is_left: bool,
}

impl Handed {
    /// Takes over what there is, and forgets the variables that tell of it; to be called before there are
    /// other threads.
    #[cfg(unix)]
    pub fn over() -> Self {
        let told = std::env::var("LISTEN_FDNAMES").unwrap_or_default();
        let sockets = listenfd::ListenFd::from_env();
        let mut told = told.split(':').map(str::to_owned);
        let told = (0..sockets.len()).map(|_| Told {
            name: told.next().unwrap_or_default(),
            is_kept: false,
            is_left: true,
        });
        Self { told: told.collect(), sockets: Some(sockets) }
    }

    /// There is nothing on this system.
    #[cfg(not(unix))]
    pub fn over() -> Self {
        Self::default()
    }

    /// Keeps those that will be asked for by these names, so that whoever asks for any takes another.
    pub fn keep<'a>(&mut self, names: impl IntoIterator<Item = &'a str>) {
        for name in names {
            let mut of_it = self.told.iter_mut().filter(|told| told.name == name);
            if let Some(told) = of_it.find(|told| !told.is_kept) {
                told.is_kept = true;
            }
        }
    }

    /// Takes the one of this name, or the first that is left and not kept, to listen at, within a
    /// runtime; nothing where there is none.
    ///
    /// # Errors
    ///
    /// Where it is nothing to listen at.
    pub fn take(&mut self, name: Option<&str>) -> io::Result<Option<Listener>> {
        let is_it = |told: &Told| told.is_left && name.map_or(!told.is_kept, |it| told.name == it);
        let Some(place) = self.told.iter().position(is_it) else { return Ok(None) };
        self.told[place].is_left = false;
        self.listener(place)
    }

    #[cfg(unix)]
    fn listener(&mut self, place: usize) -> io::Result<Option<Listener>> {
        let Some(sockets) = &mut self.sockets else { return Ok(None) };
        let nothing = |_| io::Error::other("it is no socket of TCP, nor a Unix one of streams");
        if let Some(listener) = sockets.take_tcp_listener(place).ok().flatten() {
            listens(&listener)?;
            listener.set_nonblocking(true)?;
            return Ok(Some(tokio::net::TcpListener::from_std(listener)?.into()));
        }
        let Some(listener) = sockets.take_unix_listener(place).map_err(nothing)? else {
            return Ok(None);
        };
        listens(&listener)?;
        listener.set_nonblocking(true)?;
        Ok(Some(tokio::net::UnixListener::from_std(listener)?.into()))
    }

    #[cfg(not(unix))]
    fn listener(&mut self, _: usize) -> io::Result<Option<Listener>> {
        Ok(None)
    }

    /// Says what there is.
    pub(crate) fn told(&self) -> String {
        let left = self.told.iter().filter(|told| told.is_left && !told.is_kept);
        let name = |told: &'_ Told| match &*told.name {
            "" => "one without a name".to_owned(),
            name => name.to_owned(),
        };
        let left: Vec<_> = left.map(name).collect();
        match left.as_slice() {
            [] => "none is left".to_owned(),
            names => format!("left are {}", names.join(", ")),
        }
    }
}

impl std::fmt::Debug for Handed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Handed").field(&self.told).finish()
    }
}

/// Checks that connections can be accepted at a socket, where the system tells.
#[cfg(unix)]
fn listens(socket: &impl std::os::fd::AsFd) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    if !socket2::SockRef::from(socket).is_listener()? {
        return Err(io::Error::other(
            "it does not listen: the unit of the socket has to say Accept=no, as it does by default",
        ));
    }
    #[cfg(not(target_os = "linux"))]
    let _ = socket;
    Ok(())
}
