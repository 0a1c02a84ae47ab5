//! The page's files compressed by zstd, ahead of time. Node.js brings the other coders in every version
//! that is asked for, and this one only in its newest.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// Writes a .zst beside each file of a folder that has a .gz, where it gets smaller by it.
pub(crate) fn by_zstd(folder: &Path) -> Result<()> {
    let listed = fs::read_dir(folder).with_context(|| format!("{folder:?} can't be read"))?;
    for entry in listed {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            by_zstd(&path)?;
        } else if path.extension().is_some_and(|extension| extension == "gz") {
            let plain = path.with_extension("");
            let content = fs::read(&plain).with_context(|| format!("{plain:?} can't be read"))?;
            let packed = zstd::bulk::compress(&content, LEVEL)?;
            if packed.len() < content.len() {
                fs::write(path.with_extension("zst"), packed)?;
            }
        }
    }
    Ok(())
}

/// The highest whose window browsers take: 8 MiB (RFC 9659).
const LEVEL: i32 = 19;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_a_gzip_gets_a_zstd_that_is_the_same_file() {
        let folder = std::env::temp_dir().join(format!("xtask-zstd-{}", std::process::id()));
        let below = folder.join("below");
        fs::create_dir_all(&below).unwrap();
        let text = "to be or not to be, ".repeat(200);
        for (name, content) in [
            ("a.js", text.as_str()),
            ("a.js.gz", ""),
            ("b.js", text.as_str()),
            ("below/c.wasm", text.as_str()),
            ("below/c.wasm.gz", ""),
            ("d.js", "x"),
            ("d.js.gz", ""),
        ] {
            fs::write(folder.join(name), content).unwrap();
        }
        by_zstd(&folder).unwrap();
        for (name, is_there) in
            [("a.js", true), ("b.js", false), ("below/c.wasm", true), ("d.js", false)]
        {
            let packed = fs::read(folder.join(format!("{name}.zst"))).ok();
            assert_eq!(packed.is_some(), is_there, "{name}");
            if let Some(packed) = packed {
                assert!(packed.len() < text.len());
                assert_eq!(zstd::bulk::decompress(&packed, 1 << 20).unwrap(), text.as_bytes());
            }
        }
        fs::remove_dir_all(folder).unwrap();
    }
}
