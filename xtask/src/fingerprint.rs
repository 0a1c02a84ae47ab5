//! Whether a folder of results still fits what it was made from.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};

/// A hash over the names and contents of all files below some folders.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Fingerprint(u64);

impl Fingerprint {
    /// Hashes what is below `dir`, and `more`, which stands for whatever else went in; `skip` says
    /// which entries are left out, by their path within `dir`.
    pub(crate) fn of(dir: &Path, skip: impl Fn(&Path) -> bool, more: &str) -> io::Result<Self> {
        let mut files = Vec::new();
        gather(dir, dir, &skip, &mut files)?;
        files.sort();
        let mut hasher = DefaultHasher::new();
        more.hash(&mut hasher);
        for file in files {
            file.hash(&mut hasher);
            fs::read(dir.join(&file))?.hash(&mut hasher);
        }
        Ok(Self(hasher.finish()))
    }
}

impl std::fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// Adds the paths of the files below `dir`, relative to `root`.
fn gather(
    root: &Path,
    dir: &Path,
    skip: &impl Fn(&Path) -> bool,
    files: &mut Vec<PathBuf>,
) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let path = entry.path();
        let within = path.strip_prefix(root).expect("an entry is within its folder");
        if skip(within) {
            continue;
        }
        if entry.file_type()?.is_dir() {
            gather(root, &path, skip, files)?;
        } else {
            files.push(within.to_owned());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::TempDir;

    fn hash(dir: &Path) -> Fingerprint {
        Fingerprint::of(dir, |path| path.starts_with("skipped"), "").unwrap()
    }

    #[test]
    fn it_changes_with_any_name_or_content_that_counts() {
        let dir = TempDir::new();
        let write = |name: &str, text: &str| {
            let path = dir.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write("a", "one");
        write("deep/b", "two");
        let before = hash(dir.path());

        write("skipped/c", "three");
        write("a", "one");
        assert_eq!(hash(dir.path()), before);

        write("deep/b", "other");
        let changed = hash(dir.path());
        assert_ne!(changed, before);

        fs::rename(dir.path().join("deep/b"), dir.path().join("deep/d")).unwrap();
        assert_ne!(hash(dir.path()), changed);
    }

    #[test]
    fn it_changes_with_what_else_went_in() {
        let dir = TempDir::new();
        let with = |more| Fingerprint::of(dir.path(), |_| false, more).unwrap();
        assert_ne!(with("rustc 1.95.0"), with("rustc 1.96.0"));
    }
}
