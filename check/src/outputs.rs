//! Where a report goes.

use std::io::{Write as _, stdout};
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};

/// The files that were asked for, and who writes them.
#[derive(Debug)]
pub(crate) struct Outputs<T> {
    all: Vec<(Target, Write<T>)>,
}

/// Writes what there is to tell as one of the outputs has it.
pub(crate) type Write<T> = fn(&T) -> anyhow::Result<String>;

#[derive(Debug, Eq, PartialEq)]
enum Target {
    Standard,
    File(PathBuf),
}

impl<T> Outputs<T> {
    /// Takes what was asked for, before a run is made for nothing.
    ///
    /// # Errors
    ///
    /// Where two go to the standard output, two to one file, or one to a folder that is not there.
    pub(crate) fn new(
        asked: impl IntoIterator<Item = (Option<PathBuf>, Write<T>)>,
    ) -> anyhow::Result<Self> {
        let mut all: Vec<(Target, _)> = vec![];
        for (file, write) in asked {
            let Some(file) = file else { continue };
            let target =
                if file.as_os_str() == "-" { Target::Standard } else { Target::File(file) };
            if let Target::File(file) = &target {
                let folder = folder(file);
                ensure!(folder.is_dir(), "{}: there is no such folder", folder.display());
                ensure!(!file.is_dir(), "{} is a folder", file.display());
            }
            let is_taken = all.iter().any(|(other, _)| *other == target);
            ensure!(!is_taken, "two outputs can't go to the same place");
            all.push((target, write));
        }
        Ok(Self { all })
    }

    /// Whether one of them takes the standard output.
    pub(crate) fn takes_standard(&self) -> bool {
        self.all.iter().any(|(target, _)| *target == Target::Standard)
    }

    /// Writes all of them.
    ///
    /// # Errors
    ///
    /// Where one can't be written, with its name.
    pub(crate) fn write(&self, it: &T) -> anyhow::Result<()> {
        for (target, write) in &self.all {
            let text = write(it)?;
            match target {
                Target::Standard => say(&text)?,
                Target::File(file) => {
                    replace(file, &text).with_context(|| format!("{}", file.display()))?;
                }
            }
        }
        Ok(())
    }
}

/// Writes to the standard output.
///
/// # Errors
///
/// Where nobody takes it.
pub(crate) fn say(text: &str) -> anyhow::Result<()> {
    let mut stdout = stdout();
    stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()).context("the standard output")
}

/// Writes a file so that whoever reads it at any time finds a whole one. What is no regular file, such as
/// `/dev/stderr`, is written to.
fn replace(file: &Path, text: &str) -> std::io::Result<()> {
    if std::fs::metadata(file).is_ok_and(|known| !known.is_file()) {
        return std::fs::write(file, text);
    }
    // A link stays one.
    let file = std::fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let new = file.with_file_name(format!(".{name}.{}", std::process::id()));
    let done = std::fs::write(&new, text).and_then(|()| std::fs::rename(&new, &file));
    if done.is_err() {
        // What could not be written is of no use to anybody.
        let _ = std::fs::remove_file(&new);
    }
    done
}

fn folder(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outputs(files: &[&Path]) -> anyhow::Result<Outputs<String>> {
        let write: Write<String> = |text| Ok(text.clone());
        Outputs::new(files.iter().map(|file| (Some((*file).to_owned()), write)))
    }

    #[test]
    fn what_can_t_be_written_is_refused_before_the_run() {
        let folder = tempfile::tempdir().unwrap();
        let (a, b) = (folder.path().join("a"), folder.path().join("b"));
        let standard = Path::new("-");
        assert!(outputs(&[&a, &b, standard]).unwrap().takes_standard());
        assert!(!outputs(&[&a, &b]).unwrap().takes_standard());
        for files in [
            &[standard, standard][..],
            &[&a, &a],
            &[&folder.path().join("none").join("a")],
            &[folder.path()],
        ] {
            assert!(outputs(files).is_err(), "{files:?}");
        }
    }

    #[test]
    fn a_file_is_replaced_as_a_whole() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a");
        for text in ["first, and longer", "second"] {
            outputs(&[&file]).unwrap().write(&text.to_owned()).unwrap();
            assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
        }
        let left = std::fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(left, 1, "nothing else stays");
    }
}
