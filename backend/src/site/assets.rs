//! The page's files, from within the program or from a folder.

use std::borrow::Cow;
use std::fmt::Write;
use std::path::{Component, Path, PathBuf};

use bytes::Bytes;
use rust_embed::{EmbeddedFile, RustEmbed};

use super::encoding::Coding;

/// Where the page's files are.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Site {
    /// In the program; a debug build reads `dist/` as it runs.
    Embedded,
    /// In a folder.
    Folder(PathBuf),
}

/// A file in all forms that there are of it.
pub(super) struct Asset {
    plain: EmbeddedFile,
    compressed: Vec<(Coding, EmbeddedFile)>,
}

/// What `dist/` held when the server was built.
#[derive(RustEmbed)]
#[folder = "../dist"]
#[allow_missing = true]
struct Embedded;

impl Site {
    /// Reads a file; nothing where there is none of that name.
    pub(super) async fn read(&self, name: &str) -> Option<Asset> {
        if !is_addressable(name) {
            return None;
        }
        match self {
            Self::Embedded => Asset::gather(name, Embedded::get),
            Self::Folder(folder) => {
                let (folder, name) = (folder.clone(), name.to_owned());
                let read = move || Asset::gather(&name, |name| read_file(&folder, name));
                tokio::task::spawn_blocking(read).await.ok().flatten()
            }
        }
    }
}

impl Asset {
    fn gather(name: &str, get: impl Fn(&str) -> Option<EmbeddedFile>) -> Option<Self> {
        let plain = get(name)?;
        let forms = Coding::COMPRESSED.into_iter();
        let compressed = forms
            .filter_map(|coding| Some((coding, get(&format!("{name}{}", coding.suffix()))?)))
            .collect();
        Some(Self { plain, compressed })
    }

    /// Whether there is a file of this form.
    pub(super) fn has(&self, wanted: Coding) -> bool {
        self.compressed.iter().any(|(coding, _)| *coding == wanted)
    }

    /// Returns the bytes of a form and its strong entity tag; the file as it is where the form is
    /// not there.
    pub(super) fn into_form(self, wanted: Coding) -> (Bytes, String) {
        let found = self.compressed.into_iter().find(|(coding, _)| *coding == wanted);
        let file = found.map_or(self.plain, |(_, file)| file);
        let mut tag = "\"".to_owned();
        for byte in &file.metadata.sha256_hash()[..TAG_BYTES] {
            // Writing to a string can't fail.
            let _ = write!(tag, "{byte:02x}");
        }
        tag.push('"');
        let bytes = match file.data {
            Cow::Borrowed(bytes) => Bytes::from_static(bytes),
            Cow::Owned(bytes) => bytes.into(),
        };
        (bytes, tag)
    }
}

/// Whether a path may name a file: it stays within the site, names no hidden file, and no
/// compressed form, which is the same file in other clothes.
fn is_addressable(name: &str) -> bool {
    let is_plain = |component| match component {
        Component::Normal(part) => part.to_str().is_some_and(|part| !part.starts_with('.')),
        Component::Prefix(_) | Component::RootDir | Component::CurDir | Component::ParentDir => {
            false
        }
    };
    let is_form = Coding::COMPRESSED.iter().any(|coding| name.ends_with(coding.suffix()));
    !is_form && !name.contains(['\\', '\0', ':']) && Path::new(name).components().all(is_plain)
}

/// Reads a file of the folder; one that a link leads out of it to is none of the site's.
fn read_file(folder: &Path, name: &str) -> Option<EmbeddedFile> {
    let path = folder.join(name).canonicalize().ok()?;
    if !path.is_file() {
        return None;
    }
    if !folder.canonicalize().is_ok_and(|folder| path.starts_with(folder)) {
        tracing::warn!("{name:?} is not served: a link leads out of the site's folder");
        return None;
    }
    let read = rust_embed::utils::read_file_from_fs(&path);
    read.inspect_err(|error| tracing::warn!(%error, "{} can't be read", path.display())).ok()
}

/// How much of a file's SHA-256 makes its tag.
const TAG_BYTES: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_files_within_the_site_are_addressable() {
        for (name, is) in [
            ("index.html", true),
            ("a/b.js", true),
            ("a.js.br", false),
            ("a.js.gz", false),
            ("../secret", false),
            ("a/../../secret", false),
            ("/etc/passwd", false),
            (".stage/index.html", false),
            ("a\\..\\b", false),
            ("C:x", false),
        ] {
            assert_eq!(is_addressable(name), is, "{name}");
        }
    }
}
