//! Which version of a file it is: its entity tag, which is known without reading it again.

use std::collections::HashMap;
use std::fmt::Write;
use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use sha2::{Digest, Sha256};

use crate::stamp::Stamp;

/// Returns a tag that is made without the content; before the stamp is settled it is only alike
/// (RFC 9110, section 8.8.1).
fn without_content(stamp: &Stamp, now: SystemTime) -> String {
    let tag = written(&Sha256::digest(stamp.to_string()));
    if stamp.is_settled(now) { tag } else { format!("W/{tag}") }
}

/// The tags of files that were read; at most [`TAGS_MAX`], of which any one makes room.
#[derive(Debug, Default)]
pub(super) struct Tags(Mutex<HashMap<PathBuf, (Stamp, String)>>);

impl Tags {
    /// Returns the tag of a file that is open: that of its content where it is not large, so that
    /// every server that has the same files gives them the same tags.
    pub(super) fn tag(&self, path: &Path, stamp: Stamp, file: &mut File) -> io::Result<String> {
        if stamp.length() > READ_MAX {
            return Ok(without_content(&stamp, SystemTime::now()));
        }
        if let Some((known, tag)) = self.all().get(path)
            && *known == stamp
        {
            return Ok(tag.clone());
        }
        // Before it is read: what is written after that is not settled then.
        let is_settled = stamp.is_settled(SystemTime::now());
        let mut hash = Sha256::new();
        let mut piece = [0; 8 * 1024];
        let mut content = Read::by_ref(file).take(READ_MAX);
        loop {
            match content.read(&mut piece)? {
                0 => break,
                read => hash.update(&piece[..read]),
            }
        }
        file.rewind()?;
        if !stamp.has_same_content(file)? {
            return Ok(without_content(&stamp, SystemTime::now()));
        }
        let tag = written(&hash.finalize());
        if !is_settled {
            return Ok(tag);
        }
        let mut all = self.all();
        if all.len() >= TAGS_MAX
            && !all.contains_key(path)
            && let Some(any) = all.keys().next().cloned()
        {
            all.remove(&any);
        }
        all.insert(path.to_owned(), (stamp, tag.clone()));
        Ok(tag)
    }

    fn all(&self) -> MutexGuard<'_, HashMap<PathBuf, (Stamp, String)>> {
        // What is known stays true even where somebody panicked.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes the beginning of a hash as a strong tag.
pub(super) fn written(hash: &[u8]) -> String {
    let mut tag = "\"".to_owned();
    for byte in &hash[..TAG_BYTES] {
        // Writing to a string can't fail.
        let _ = write!(tag, "{byte:02x}");
    }
    tag + "\""
}

/// How much of a SHA-256 makes a tag.
const TAG_BYTES: usize = 16;

/// How many tags are kept.
const TAGS_MAX: usize = 1024;

/// How large a file may be that is read for its tag; the page's are smaller.
const READ_MAX: u64 = 4 * 1024 * 1024;

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::Duration;

    use super::*;

    fn tag(tags: &Tags, path: &Path) -> String {
        let mut file = File::open(path).expect("it is there");
        let stamp = Stamp::of(&file.metadata().expect("it has some"));
        let tag = tags.tag(path, stamp, &mut file).expect("it can be read");
        assert_eq!(file.stream_position().expect("a place"), 0, "the content comes next");
        tag
    }

    #[test]
    fn the_content_is_what_counts_and_is_read_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let [a, b] = ["a", "b"].map(|name| folder.path().join(name));
        let long_ago = SystemTime::now() - Duration::from_secs(60);
        let write = |path: &Path, text: &str, at| {
            fs::write(path, text).expect("a file");
            File::options()
                .append(true)
                .open(path)
                .and_then(|it| it.set_modified(at))
                .expect("ours");
        };
        for path in [&a, &b] {
            write(path, "same", long_ago);
        }
        let tags = Tags::default();
        assert_eq!(tag(&tags, &a), tag(&tags, &b));
        assert!(tag(&tags, &a).starts_with('"'));
        // What is known is not read: this is not true.
        let stamp = tags.all()[&a].0;
        tags.all().insert(a.clone(), (stamp, "known".to_owned()));
        assert_eq!(tag(&tags, &a), "known");
        // As long as before, and written at the same time, but another file.
        let new = folder.path().join("new");
        write(&new, "else", long_ago);
        fs::rename(&new, &a).expect("in its place");
        assert_ne!(tag(&tags, &a), tag(&tags, &b));
        for n in 0..2 * TAGS_MAX {
            let (at, stamp) = (folder.path().join(n.to_string()), stamp);
            let mut file = File::open(&b).expect("it is there");
            tags.tag(&at, stamp, &mut file).expect("it can be read");
            assert!(tags.all().len() <= TAGS_MAX);
        }
    }

    #[test]
    fn what_may_be_written_again_in_the_same_moment_is_read_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("fresh");
        let now = SystemTime::now();
        let tags = Tags::default();
        // Its stamp is the same each time, as where a clock's tick is long.
        let read = |text: &str, written_at| {
            fs::write(&path, text).expect("a file");
            let mut file = File::options().read(true).append(true).open(&path).expect("ours");
            file.set_modified(written_at).expect("ours");
            let content = (4, Some(written_at));
            let stamp = Stamp { content, file: (1, 2, 3) };
            tags.tag(&path, stamp, &mut file).expect("it can be read")
        };
        assert_ne!(read("same", now), read("else", now));
        // Nobody can write to the past, so that this one is not looked at again.
        let long_ago = now - Duration::from_secs(60);
        assert_eq!(read("same", long_ago), read("else", long_ago));
    }

    #[test]
    fn a_large_file_is_not_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("large");
        let file = File::create(&path).expect("a file");
        file.set_len(1 << 40).expect("it has holes only");
        let tags = Tags::default();
        let fresh = tag(&tags, &path);
        assert!(fresh.starts_with("W/\""), "{fresh}");
        let long_ago = SystemTime::now() - Duration::from_secs(60);
        file.set_modified(long_ago).expect("it is ours");
        let old = tag(&tags, &path);
        assert!(old.starts_with('"'), "{old}");
        assert_eq!(old, tag(&tags, &path));
        file.set_len((1 << 40) + 1).expect("it has holes only");
        assert_ne!(tag(&tags, &path).trim_start_matches("W/"), old);
        assert!(tags.all().is_empty());
    }
}
