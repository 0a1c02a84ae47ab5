//! The page's files, from within the program or from a folder.

use std::borrow::Cow;
use std::path::{Component, Path, PathBuf};

use axum::body::Body;
use bytes::Bytes;
use http::HeaderValue;
use rust_embed::{EmbeddedFile, RustEmbed};

use super::encoding::Coding;
use super::folder::{Folder, Missing, Opened};
use super::range::Part;
use super::sending::Sending;
use super::tags::written;
use crate::budget::{Budget, NoRoom};
use crate::client::Client;
use crate::places::Taken;

/// Where the page's files are.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Site {
    /// In the program; a debug build reads `dist/` as it runs.
    Embedded,
    /// In a folder.
    Folder(PathBuf),
}

/// Where they are read from.
#[derive(Debug)]
pub(super) enum Assets {
    Embedded,
    Folder(Folder),
}

/// A file in one form.
pub(super) struct Asset {
    content: Content,
    pub(super) tag: String,
    pub(super) coding: Coding,
}

enum Content {
    Whole(Bytes),
    Opened(Folder, Opened),
}

/// What `dist/` held when the server was built.
#[derive(RustEmbed)]
#[folder = "../dist"]
#[allow_missing = true]
struct Embedded;

impl Assets {
    pub(super) fn of(site: Site, taken: Taken) -> Self {
        match site {
            Site::Embedded => Self::Embedded,
            Site::Folder(path) => Self::Folder(Folder::new(path, taken)),
        }
    }

    /// Finds a file, in the form that the client likes best.
    pub(super) async fn find(
        &self,
        client: Client,
        name: &str,
        accepted: Vec<HeaderValue>,
    ) -> Result<Asset, Missing> {
        if !is_addressable(name) {
            return Err(Missing::NotThere);
        }
        match self {
            Self::Embedded => Asset::embedded(name, &accepted).ok_or(Missing::NotThere),
            Self::Folder(folder) => {
                let opened = folder.open(client, name.to_owned(), accepted).await?;
                let (tag, coding) = (opened.tag.clone(), opened.coding);
                Ok(Asset { content: Content::Opened(folder.clone(), opened), tag, coding })
            }
        }
    }
}

impl Asset {
    fn embedded(name: &str, accepted: &[HeaderValue]) -> Option<Self> {
        let form = |coding: Coding| Embedded::get(&format!("{name}{}", coding.suffix()));
        let plain = Embedded::get(name)?;
        let coding = Coding::choose(accepted, |coding| form(coding).is_some());
        let EmbeddedFile { data, metadata } = match coding {
            Coding::Identity => plain,
            Coding::Gzip | Coding::Zstd | Coding::Brotli => form(coding)?,
        };
        let bytes = match data {
            Cow::Borrowed(bytes) => Bytes::from_static(bytes),
            Cow::Owned(bytes) => bytes.into(),
        };
        let tag = written(&metadata.sha256_hash());
        Some(Self { content: Content::Whole(bytes), tag, coding })
    }

    pub(super) fn length(&self) -> u64 {
        match &self.content {
            Content::Whole(bytes) => bytes.len() as u64,
            Content::Opened(_, opened) => opened.stamp.length(),
        }
    }

    /// Returns a part of it as a response's body.
    ///
    /// # Errors
    ///
    /// Where there is no memory for it.
    pub(super) fn body(self, part: &Part, client: Client, budget: &Budget) -> Result<Body, NoRoom> {
        let range = match part {
            Part::All => 0..self.length(),
            Part::Of(range) => range.clone(),
            Part::Nothing => 0..0,
        };
        Ok(match self.content {
            Content::Whole(bytes) => {
                // They are in memory, where every place has a number.
                let place = |at| usize::try_from(at).unwrap_or(usize::MAX).min(bytes.len());
                Body::from(bytes.slice(place(range.start)..place(range.end)))
            }
            Content::Opened(folder, opened) => {
                Body::new(Sending::new(folder, budget.clone(), client, opened, range)?)
            }
        })
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
            ("a.js.zst", false),
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
