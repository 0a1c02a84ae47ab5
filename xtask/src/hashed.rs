//! The name of the Check view's program. Trunk builds it as it builds workers, whose files it names
//! without a hash, so that a cache could mix the files of two builds.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

use anyhow::{Context, Result, ensure};

/// Gives the program's files in `dist` one hash of what is in them, here and where index.html names them.
pub(crate) fn name_by_content(dist: &Path) -> Result<()> {
    let index = dist.join("index.html");
    let mut text =
        fs::read_to_string(&index).with_context(|| format!("{index:?} can't be read"))?;
    let mut hasher = DefaultHasher::new();
    for suffix in SUFFIXES {
        let file = dist.join(format!("{PROGRAM}{suffix}"));
        fs::read(&file).with_context(|| format!("{file:?} can't be read"))?.hash(&mut hasher);
    }
    let hash = format!("{:016x}", hasher.finish());
    for suffix in SUFFIXES {
        let (old, new) = (format!("{PROGRAM}{suffix}"), format!("{PROGRAM}-{hash}{suffix}"));
        let named = format!("\"{old}\"");
        ensure!(text.contains(&named), "index.html does not name {old}");
        text = text.replace(&named, &format!("\"{new}\""));
        fs::rename(dist.join(&old), dist.join(&new))?;
    }
    fs::write(&index, text)?;
    Ok(())
}

const PROGRAM: &str = "echoclock-check-view";

/// What follows a program's name: its JavaScript, its WebAssembly.
const SUFFIXES: [&str; 2] = [".js", "_bg.wasm"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::TempDir;

    fn named(wasm: &str, index: &str) -> Result<Vec<String>> {
        let dir = TempDir::new();
        let write = |name: &str, text: &str| fs::write(dir.path().join(name), text).unwrap();
        write("index.html", index);
        write("echoclock-check-view.js", "its JavaScript");
        write("echoclock-check-view_bg.wasm", wasm);
        name_by_content(dir.path())?;
        let text = fs::read_to_string(dir.path().join("index.html")).unwrap();
        let names: Vec<_> = text.split('"').skip(1).step_by(2).map(str::to_owned).collect();
        assert!(names.iter().all(|name| dir.path().join(name).is_file()), "{names:?}");
        Ok(names)
    }

    #[test]
    fn another_content_has_another_name() {
        let index =
            r#"<link href="echoclock-check-view.js"><link href="echoclock-check-view_bg.wasm">"#;
        let [one, two] = ["one", "two"].map(|wasm| named(wasm, index).unwrap());
        assert_eq!((one[0].len(), one[1].len()), (40, 45), "{one:?}");
        assert!(one[0] != two[0] && one[1] != two[1]);
        assert_eq!(named("one", index).unwrap(), one);
        assert!(named("one", "<link href=\"echoclock-check-view.js\">").is_err());
    }
}
