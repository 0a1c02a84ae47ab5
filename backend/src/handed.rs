//! Sockets that were handed over at the start, as systemd does (sd_listen_fds(3)).

use std::io;

use crate::listener::Listener;

/// What was handed over and not taken.
#[derive(Default)]
pub struct Handed {
    #[cfg(unix)]
    sockets: Option<listenfd::ListenFd>,
    /// Of each whether it is there, and its name.
    names: Vec<Option<String>>,
}

impl Handed {
    /// Takes over what there is, and forgets the variables that tell of it; to be called before there are
    /// other threads.
    #[cfg(unix)]
    pub fn over() -> Self {
        let told = std::env::var("LISTEN_FDNAMES").unwrap_or_default();
        let sockets = listenfd::ListenFd::from_env();
        let mut told = told.split(':').map(str::to_owned);
        let names = (0..sockets.len()).map(|_| Some(told.next().unwrap_or_default())).collect();
        Self { sockets: Some(sockets), names }
    }

    /// There is nothing on this system.
    #[cfg(not(unix))]
    pub fn over() -> Self {
        Self::default()
    }

    /// Takes the one of this name, or the first that is left, to listen at, within a runtime; nothing
    /// where there is none.
    ///
    /// # Errors
    ///
    /// Where it is nothing to listen at.
    pub fn take(&mut self, name: Option<&str>) -> io::Result<Option<Listener>> {
        let is_it = |known: &Option<String>| match (known, name) {
            (Some(known), Some(name)) => known == name,
            (known, None) => known.is_some(),
            (None, Some(_)) => false,
        };
        let Some(place) = self.names.iter().position(is_it) else { return Ok(None) };
        self.names[place] = None;
        self.listener(place)
    }

    #[cfg(unix)]
    fn listener(&mut self, place: usize) -> io::Result<Option<Listener>> {
        let Some(sockets) = &mut self.sockets else { return Ok(None) };
        if let Ok(Some(listener)) = sockets.take_tcp_listener(place) {
            listener.set_nonblocking(true)?;
            return Ok(Some(tokio::net::TcpListener::from_std(listener)?.into()));
        }
        let Some(listener) = sockets.take_unix_listener(place)? else { return Ok(None) };
        listener.set_nonblocking(true)?;
        Ok(Some(tokio::net::UnixListener::from_std(listener)?.into()))
    }

    #[cfg(not(unix))]
    fn listener(&mut self, _: usize) -> io::Result<Option<Listener>> {
        Ok(None)
    }

    /// Says what there is.
    pub(crate) fn told(&self) -> String {
        let left: Vec<_> = self.names.iter().flatten().map(String::as_str).collect();
        match left.as_slice() {
            [] => "none is left".to_owned(),
            names => format!("left are {}", names.join(", ")),
        }
    }
}

impl std::fmt::Debug for Handed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Handed").field(&self.names).finish()
    }
}
