//! A folder's files, opened and read away from the threads that serve, few at once. Each that is
//! open has a place, as a connection has one: both are what a process has few of.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::HeaderValue;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, timeout_at};

use super::encoding::Coding;
use super::tags::Tags;
use crate::client::Client;
use crate::places::{Full, Kind, Place, Taken};
use crate::stamp::Stamp;

/// A folder to serve from; a cheap handle.
#[derive(Clone, Debug)]
pub(super) struct Folder(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    path: PathBuf,
    taken: Taken,
    tags: Tags,
    /// A permit for each thread that may wait for the disk.
    threads: Arc<Semaphore>,
    /// When no file could be opened for the last time.
    ran_out_at: Mutex<Option<Instant>>,
}

/// A file that is open, and which version of it.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) file: Open,
    pub(super) stamp: Stamp,
    pub(super) tag: String,
    pub(super) coding: Coding,
}

/// A file and its place, which are given back together.
#[derive(Debug)]
pub(super) struct Open {
    file: File,
    _place: Place,
}

impl Open {
    /// Goes to where it is read next.
    pub(super) fn seek(&mut self, to: u64) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(to)).map(drop)
    }
}

/// Why there is no file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Missing {
    /// None is there that may be served.
    NotThere,
    /// As many are open as may be, for the client or in all.
    NoPlace(Full),
    /// The system can open no more of them.
    RanOut,
    /// The disk does not answer.
    NoAnswer,
}

impl Folder {
    pub(super) fn new(path: PathBuf, taken: Taken) -> Self {
        let threads = Arc::new(Semaphore::new(THREADS_MAX));
        let (tags, ran_out_at) = Default::default();
        Self(Arc::new(Inner { path, taken, tags, threads, ran_out_at }))
    }

    /// Opens a file in the form that the client likes best of those that there are.
    pub(super) async fn open(
        &self,
        client: Client,
        name: String,
        accepted: Vec<HeaderValue>,
    ) -> Result<Opened, Missing> {
        let inner = Arc::clone(&self.0);
        // It goes with the file, also where nobody waits for that any more.
        let place = inner.taken.take(Kind::File, client).map_err(Missing::NoPlace)?;
        let opened = self.away(move || inner.open(place, &name, &accepted)).await;
        opened.map_err(|_| Missing::NoAnswer)?.map_err(|error| self.0.why(client, &error))
    }

    /// Reads the next bytes of a file, of which it has to have so many and still the same content.
    pub(super) async fn read(
        &self,
        mut open: Open,
        stamp: Stamp,
        bytes: usize,
    ) -> io::Result<(Open, Vec<u8>)> {
        self.away(move || {
            let mut read = Vec::with_capacity(bytes);
            Read::by_ref(&mut open.file).take(bytes as u64).read_to_end(&mut read)?;
            if read.len() < bytes || !stamp.has_same_content(&open.file)? {
                return Err(io::Error::other("it was changed while it was sent"));
            }
            Ok((open, read))
        })
        .await?
    }

    /// Does something that may wait for the disk; what nobody waits for any more is not begun.
    async fn away<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> io::Result<T> {
        let deadline = Instant::now() + PATIENCE;
        let thread = timeout_at(deadline, Arc::clone(&self.0.threads).acquire_owned()).await?;
        let thread = thread.map_err(io::Error::other)?;
        let done = spawn_blocking(move || {
            let done = work();
            drop(thread);
            done
        });
        timeout_at(deadline, done).await?.map_err(io::Error::other)
    }
}

impl Inner {
    fn open(&self, place: Place, name: &str, accepted: &[HeaderValue]) -> io::Result<Opened> {
        // Once, so that all of it is of one site where a link is led to another one meanwhile.
        let root = self.path.canonicalize()?;
        let at = |name: &str| resolve(&root, place.client(), name);
        let plain = at(name)?;
        let forms = Coding::COMPRESSED
            .map(|coding| (coding, at(&format!("{name}{}", coding.suffix())).ok()));
        let form =
            |wanted| forms.iter().find_map(|(it, path)| path.as_ref().filter(|_| *it == wanted));
        let coding = Coding::choose(accepted, |coding| form(coding).is_some());
        let path = form(coding).unwrap_or(&plain);
        let mut file = File::open(path)?;
        let stamp = Stamp::of(&file.metadata()?);
        let tag = self.tags.tag(path, stamp, &mut file)?;
        let file = Open { file, _place: place };
        Ok(Opened { file, stamp, tag, coding })
    }

    /// Tells why a file could not be opened, and logs it where that is not the client's affair.
    fn why(&self, client: Client, error: &io::Error) -> Missing {
        use io::ErrorKind::{InvalidFilename, NotADirectory, NotFound};
        if !has_run_out(error) {
            if ![NotFound, NotADirectory, InvalidFilename].contains(&error.kind()) {
                tracing::warn!(%client, %error, "a file of the site can't be read");
            }
            return Missing::NotThere;
        }
        let now = Instant::now();
        let mut ran_out_at = self.ran_out_at.lock().unwrap_or_else(PoisonError::into_inner);
        let before = ran_out_at.replace(now);
        if before.is_none_or(|before| now - before > EPISODE) {
            tracing::error!(%error, "files of the site can't be opened: too many are open");
        }
        Missing::RanOut
    }
}

/// Returns where a file below a root is. Where links lead counts, not what they are called: out of
/// the site, or to what is hidden in it, leads none.
fn resolve(root: &Path, client: Client, name: &str) -> io::Result<PathBuf> {
    let path = root.join(name).canonicalize()?;
    let Ok(below) = path.strip_prefix(root) else {
        tracing::warn!(%client, name, "not served: a link leads out of the site's folder");
        return Err(io::ErrorKind::NotFound.into());
    };
    let is_hidden = |part: Component<'_>| part.as_os_str().as_encoded_bytes().starts_with(b".");
    if below.components().any(is_hidden) {
        tracing::warn!(%client, name, "not served: a link leads to a hidden file of the site");
        return Err(io::ErrorKind::NotFound.into());
    }
    if path.is_file() { Ok(path) } else { Err(io::ErrorKind::NotFound.into()) }
}

/// Whether a program, or the system, has as many files open as it may: `EMFILE` and `ENFILE`, which
/// are the same numbers on every Unix, and Windows' own.
fn has_run_out(error: &io::Error) -> bool {
    let numbers: &[i32] = if cfg!(windows) { &[4] } else { &[24, 23] };
    error.raw_os_error().is_some_and(|number| numbers.contains(&number))
}

/// How many threads may wait for the disk at once.
const THREADS_MAX: usize = 16;

/// How long a disk may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long nothing may have happened for the next time to be told.
const EPISODE: Duration = Duration::from_secs(60);
