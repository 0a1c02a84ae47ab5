//! What the texts say in one language.

use super::Name;

/// The texts of one language by their names.
#[derive(Debug)]
pub struct Catalogue {
    /// As the files have them: they are few, and looked up when something is shown.
    texts: Vec<(String, String)>,
}

/// A line that is not a name and a text.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("line {line} is not a text with its name")]
pub struct NotACatalogue {
    /// Counted from 1.
    pub line: usize,
}

impl Catalogue {
    /// Reads what [`line`](Self::line) wrote, from any number of files, and keeps it until the program
    /// ends: so its texts are `&'static`, as the sources' own are.
    ///
    /// # Errors
    ///
    /// Names the first line that is no text with its name.
    pub fn kept(files: String) -> Result<&'static Self, NotACatalogue> {
        let read = |(line, text): (usize, &str)| {
            let entry = text.split_once(' ').filter(|(name, _)| name.len() == NAME);
            let (name, text) = entry.ok_or(NotACatalogue { line })?;
            Ok((name.to_owned(), text.replace("\\n", "\n")))
        };
        let texts: Vec<_> = (1..).zip(files.lines()).map(read).collect::<Result<_, _>>()?;
        Ok(Box::leak(Box::new(Self { texts })))
    }

    /// Writes a text as a line of a catalogue's file.
    #[must_use]
    pub fn line(name: Name, text: &str) -> String {
        format!("{} {}\n", name.as_str(), text.replace('\n', "\\n"))
    }

    pub(super) fn words(&self, name: Name) -> Option<&str> {
        let (_, text) = self.texts.iter().find(|(its, _)| its == name.as_str())?;
        Some(text)
    }
}

/// How many letters a name has.
const NAME: usize = 4;
