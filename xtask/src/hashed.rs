//! The names of files that Trunk leaves without a hash, so that a cache could mix those of two builds: the
//! Check view's program, which Trunk builds as it builds workers, and what the programs say.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

use anyhow::{Context, Result, ensure};

/// Gives those files in `dist` a hash of what is in them, here and where index.html names them.
pub(crate) fn name_by_content(dist: &Path) -> Result<()> {
    let index = dist.join("index.html");
    let mut text =
        fs::read_to_string(&index).with_context(|| format!("{index:?} can't be read"))?;
    rename(dist, &mut text, PROGRAM, &PROGRAM_SUFFIXES)?;
    let texts = dist.join(TEXTS);
    for file in fs::read_dir(&texts).with_context(|| format!("{texts:?} can't be read"))? {
        let name = file?.file_name().into_string();
        let name = name.ok().context("the name of a file of texts is no text")?;
        let stem = name.strip_suffix(TEXTS_SUFFIX).context("a file of texts ends in .txt")?;
        rename(dist, &mut text, &format!("{TEXTS}/{stem}"), &[TEXTS_SUFFIX])?;
    }
    fs::write(&index, text)?;
    Ok(())
}

/// Renames the files of one stem, by one hash of them all, and names them so in `index`.
fn rename(dist: &Path, index: &mut String, stem: &str, suffixes: &[&str]) -> Result<()> {
    let mut hasher = DefaultHasher::new();
    for suffix in suffixes {
        let file = dist.join(format!("{stem}{suffix}"));
        fs::read(&file).with_context(|| format!("{file:?} can't be read"))?.hash(&mut hasher);
    }
    let hash = format!("{:016x}", hasher.finish());
    for suffix in suffixes {
        let (old, new) = (format!("{stem}{suffix}"), format!("{stem}-{hash}{suffix}"));
        let named = format!("\"{old}\"");
        ensure!(index.contains(&named), "index.html does not name {old}");
        *index = index.replace(&named, &format!("\"{new}\""));
        fs::rename(dist.join(&old), dist.join(&new))?;
    }
    Ok(())
}

const PROGRAM: &str = "echoclock-check-view";

/// What follows a program's name: its JavaScript, its WebAssembly.
const PROGRAM_SUFFIXES: [&str; 2] = [".js", "_bg.wasm"];

/// The folder of what the programs say, a file for each and each language.
const TEXTS: &str = "texts";

const TEXTS_SUFFIX: &str = ".txt";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::TempDir;

    fn named(wasm: &str, said: &str, index: &str) -> Result<Vec<String>> {
        let dir = TempDir::new();
        let write = |name: &str, text: &str| fs::write(dir.path().join(name), text).unwrap();
        write("index.html", index);
        write("echoclock-check-view.js", "its JavaScript");
        write("echoclock-check-view_bg.wasm", wasm);
        fs::create_dir(dir.path().join("texts")).unwrap();
        write("texts/page-en.txt", said);
        name_by_content(dir.path())?;
        let text = fs::read_to_string(dir.path().join("index.html")).unwrap();
        let names: Vec<_> = text.split('"').skip(1).step_by(2).map(str::to_owned).collect();
        assert!(names.iter().all(|name| dir.path().join(name).is_file()), "{names:?}");
        Ok(names)
    }

    #[test]
    fn another_content_has_another_name() {
        let index = r#"<link href="echoclock-check-view.js">
            <link href="echoclock-check-view_bg.wasm"><a href="texts/page-en.txt">"#;
        let [one, two] = ["one", "two"].map(|wasm| named(wasm, "said", index).unwrap());
        assert_eq!(one.iter().map(String::len).collect::<Vec<_>>(), [40, 45, 34], "{one:?}");
        assert!(one[0] != two[0] && one[1] != two[1] && one[2] == two[2]);
        assert_eq!(named("one", "said", index).unwrap(), one);
        let reworded = named("one", "reworded", index).unwrap();
        assert!(one[0] == reworded[0] && one[2] != reworded[2]);
        for without in ["echoclock-check-view_bg.wasm", "texts/page-en.txt"] {
            assert!(named("one", "said", &index.replace(without, "")).is_err(), "{without}");
        }
    }
}
