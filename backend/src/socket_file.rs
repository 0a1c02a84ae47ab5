//! A Unix socket that the server listens at: a file, which is there for as long as it does.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use socket2::{Domain, SockAddr, Socket, Type};
use tokio::net::UnixListener;

use crate::address::BACKLOG;

/// The file; it is removed where this is dropped, unless another has taken its place.
#[derive(Debug)]
pub struct SocketFile {
    path: PathBuf,
    /// Its device, and its number there.
    id: (u64, u64),
}

/// Listens at a Unix socket; without a `mode` its rights are what the process gives to files. Within a
/// runtime.
///
/// A socket that nobody listens at is left from a program that has ended without order, and gives way.
///
/// # Errors
///
/// Returns why it can't.
pub(crate) fn listen(path: &Path, mode: Option<u32>) -> Result<(SocketFile, UnixListener), String> {
    make_way(path)?;
    let listener = begin(path, mode).map_err(|error| {
        let no_folder = error.kind() == io::ErrorKind::NotFound;
        if no_folder { NO_FOLDER.to_owned() } else { format!("the socket can't be made: {error}") }
    })?;
    let file = SocketFile::at(path).map_err(|error| error.to_string())?;
    let listener = UnixListener::from_std(listener.into()).map_err(|error| error.to_string())?;
    Ok((file, listener))
}

const NO_FOLDER: &str = "there is no such folder";

/// Nobody gets in before the rights are what they are to be.
fn begin(path: &Path, mode: Option<u32>) -> io::Result<Socket> {
    let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    socket.bind(&SockAddr::unix(path)?)?;
    if let Some(mode) = mode {
        fs::set_permissions(path, Permissions::from_mode(mode))?;
    }
    socket.listen(BACKLOG.cast_signed())?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

fn make_way(path: &Path) -> Result<(), String> {
    let Ok(about) = fs::symlink_metadata(path) else { return Ok(()) };
    if !about.file_type().is_socket() {
        return Err("there is something else of that name".to_owned());
    }
    match connect(path) {
        Ok(()) => Err(ANOTHER.to_owned()),
        // As many wait there for it to accept as may.
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Err(ANOTHER.to_owned()),
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            let removed = fs::remove_file(path);
            removed.map_err(|error| format!("what another program has left can't go: {error}"))
        }
        Err(error) => Err(format!("whether another program listens there is not known: {error}")),
    }
}

const ANOTHER: &str = "another program listens there";

/// Connects, or tells at once why not.
fn connect(path: &Path) -> io::Result<()> {
    let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    socket.set_nonblocking(true)?;
    socket.connect(&SockAddr::unix(path)?)
}

impl SocketFile {
    fn at(path: &Path) -> io::Result<Self> {
        Ok(Self { path: path.to_owned(), id: id(path)? })
    }
}

fn id(path: &Path) -> io::Result<(u64, u64)> {
    let about = fs::symlink_metadata(path)?;
    Ok((about.dev(), about.ino()))
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        if id(&self.path).is_ok_and(|id| id == self.id) {
            // Where that fails, the next one to listen there finds that nobody does.
            let _ = fs::remove_file(&self.path);
        }
    }
}
