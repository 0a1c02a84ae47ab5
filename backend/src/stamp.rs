//! Which version of a file it is, without reading it.

use std::fmt;
use std::fs::{File, Metadata};
use std::io;
use std::time::{Duration, SystemTime};

/// What changes when a file does.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Stamp {
    /// Its length and when it was written last.
    pub(crate) content: (u64, Option<SystemTime>),
    /// Which file it is, and when anything of it was changed, where the system tells.
    pub(crate) file: (u64, i64, i64),
}

impl Stamp {
    /// Returns that of a file.
    pub(crate) fn of(metadata: &Metadata) -> Self {
        #[cfg(unix)]
        let file = {
            use std::os::unix::fs::MetadataExt;
            (metadata.ino(), metadata.ctime(), metadata.ctime_nsec())
        };
        #[cfg(not(unix))]
        let file = (0, 0, 0);
        Self { content: (metadata.len(), metadata.modified().ok()), file }
    }

    /// Returns the file's length, in bytes.
    pub(crate) fn length(&self) -> u64 {
        self.content.0
    }

    /// Whether a file that is open has still the same content. That another one has taken its name
    /// changes nothing of it.
    pub(crate) fn has_same_content(&self, file: &File) -> io::Result<bool> {
        Ok(Self::of(&file.metadata()?).content == self.content)
    }

    /// Whether the next change will show in it: a file that was written in this moment may be written
    /// again before its time shows that.
    pub(crate) fn is_settled(&self, now: SystemTime) -> bool {
        let (_, modified) = self.content;
        modified.and_then(|at| now.duration_since(at).ok()).is_some_and(|age| age > SETTLED)
    }
}

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (length, modified) = self.content;
        let since = modified.and_then(|at| at.duration_since(SystemTime::UNIX_EPOCH).ok());
        let (inode, seconds, nanos) = self.file;
        write!(f, "{length} {since:?} {inode} {seconds} {nanos}")
    }
}

/// How old a file's last change has to be for its time to tell the next one from it.
const SETTLED: Duration = Duration::from_secs(2);
