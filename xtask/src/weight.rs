//! What the page weighs that its first load fetches, compressed by brotli, and how much it may.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::say;

/// Weighs the page in `dist`, prints what each file weighs, and fails where the first load is too heavy.
pub(crate) fn weigh(dist: &Path) -> Result<()> {
    let weight = Weight::of(dist)?;
    say::say(&weight.table());
    let total = weight.first_load();
    ensure!(
        total <= FIRST_LOAD_MAX,
        "the first load is {total} bytes, and may be {FIRST_LOAD_MAX}"
    );
    Ok(())
}

/// A file as it is fetched, and its bytes.
type File = (String, u64);

/// The page's files, by when they are fetched.
struct Weight {
    at_once: Vec<File>,
    when_wanted: Vec<File>,
}

impl Weight {
    fn of(dist: &Path) -> Result<Self> {
        let index = dist.join("index.html");
        let index =
            fs::read_to_string(&index).with_context(|| format!("{index:?} can't be read"))?;
        let (document, templates) = apart(&index);
        let weighed = |names: Vec<&str>| -> Result<Vec<File>> {
            names.into_iter().map(|name| Ok((name.to_owned(), bytes(dist, name)?))).collect()
        };
        let mut names = vec!["index.html", "config.json"];
        names.extend(named(&document).into_iter().filter(|name| !is_for_later(name)));
        let mut at_once = weighed(names)?;
        at_once.push(heaviest_texts(dist)?);
        Ok(Self { at_once, when_wanted: weighed(named(&templates))? })
    }

    fn first_load(&self) -> u64 {
        sum(&self.at_once)
    }

    fn table(&self) -> String {
        let mut table = String::new();
        let mut part = |title: &str, files: &[File]| {
            for (name, bytes) in files {
                let _ = writeln!(table, "{bytes:>9}  {name}");
            }
            let _ = writeln!(table, "{:>9}  {title}", sum(files));
        };
        part(&format!("first load, by brotli; at most {FIRST_LOAD_MAX}"), &self.at_once);
        part("when it is wanted", &self.when_wanted);
        table
    }
}

/// What a browser fetches of the page's head only where the page is installed.
fn is_for_later(name: &str) -> bool {
    ["app.webmanifest", "icon-180.png"].contains(&name)
}

/// The page's texts, in the language in which they weigh most: each visit fetches one language's.
fn heaviest_texts(dist: &Path) -> Result<File> {
    let texts = dist.join("texts");
    let files = fs::read_dir(&texts).with_context(|| format!("no {}", texts.display()))?;
    let names = files.filter_map(|file| file.ok()?.file_name().into_string().ok());
    let of_page = names.filter(|name| name.starts_with("page-") && name.ends_with(".txt"));
    let weighed = of_page.map(|name| {
        let name = format!("texts/{name}");
        Ok((name.clone(), bytes(dist, &name)?))
    });
    let weighed = weighed.collect::<Result<Vec<File>>>()?;
    weighed.into_iter().max_by_key(|(_, bytes)| *bytes).context("the page has no texts")
}

fn sum(files: &[File]) -> u64 {
    files.iter().map(|(_, bytes)| bytes).sum()
}

/// Parts what a browser loads at once from what stands in templates.
fn apart(index: &str) -> (String, String) {
    let (mut document, mut templates) = (String::new(), String::new());
    let mut rest = index;
    while let Some((before, behind)) = rest.split_once("<template") {
        let (within, after) = behind.split_once("</template>").unwrap_or((behind, ""));
        document += before;
        templates += within;
        rest = after;
    }
    (document + rest, templates)
}

/// Returns the files that links and scripts name, without what stands before a name.
fn named(html: &str) -> Vec<&str> {
    html.split('<').filter_map(name).collect()
}

fn name(tag: &str) -> Option<&str> {
    let (_, address) = match tag.split_whitespace().next()? {
        "link" => tag.split_once("href=\"")?,
        "script" => tag.split_once("src=\"")?,
        _ => return None,
    };
    address.split('"').next()?.rsplit('/').next()
}

/// What is sent of a file to a browser that takes brotli.
fn bytes(dist: &Path, name: &str) -> Result<u64> {
    let size = |name: &str| fs::metadata(dist.join(name)).map(|file| file.len());
    size(&format!("{name}.br")).or_else(|_| size(name)).with_context(|| format!("no {name} there"))
}

/// In bytes: what it was when this was written, and a hundredth for what is to come.
const FIRST_LOAD_MAX: u64 = 324_500;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::TempDir;

    const INDEX: &str = r#"<head>
        <link rel="icon" href="./icon.svg"/><link rel="stylesheet" href="./a.css" integrity="x"/>
        <script src="/demo/boot.js" type="module"></script>
        <template id="more"><link rel="preload" href="more.wasm" as="fetch"></template>
        <link rel="preload" href="./page.wasm" as="fetch">
        <link rel="manifest" href="installed/app.webmanifest">
        </head><a href="nothing.html">"#;

    fn dist(wasm: u64) -> TempDir {
        let dir = TempDir::new();
        fs::create_dir(dir.path().join("texts")).unwrap();
        let write = |name: &str, bytes: u64| {
            fs::File::create(dir.path().join(name)).unwrap().set_len(bytes).unwrap();
        };
        for (name, bytes) in [
            ("config.json", 14),
            ("icon.svg", 100),
            ("a.css", 3_000),
            ("a.css.br", 1_000),
            ("boot.js", 500),
            ("more.wasm", 900_000),
            ("page.wasm", 1_700_000),
            ("page.wasm.br", wasm),
            ("index.html.br", 300),
            ("texts/page-en.txt.br", 700),
            ("texts/page-en.txt", 2_000),
            ("texts/page-zh-Hans.txt", 600),
        ] {
            write(name, bytes);
        }
        fs::write(dir.path().join("index.html"), INDEX).unwrap();
        dir
    }

    #[test]
    fn all_that_is_fetched_at_once_is_weighed_as_it_is_sent() {
        let weight = Weight::of(dist(200_000).path()).unwrap();
        let names: Vec<_> = weight.at_once.iter().map(|(name, _)| name.as_str()).collect();
        let expected = [
            "index.html",
            "config.json",
            "icon.svg",
            "a.css",
            "boot.js",
            "page.wasm",
            "texts/page-en.txt",
        ];
        assert_eq!(names, expected);
        assert_eq!(weight.first_load(), 300 + 14 + 100 + 1_000 + 500 + 200_000 + 700);
        assert_eq!(weight.when_wanted, [("more.wasm".to_owned(), 900_000)]);
        assert!(weight.table().contains("   200000  page.wasm\n"), "{}", weight.table());
    }

    #[test]
    fn a_first_load_past_its_bound_fails() {
        let rest = 300 + 14 + 100 + 1_000 + 500 + 700;
        weigh(dist(FIRST_LOAD_MAX - rest).path()).unwrap();
        let error = weigh(dist(FIRST_LOAD_MAX - rest + 1).path()).unwrap_err().to_string();
        assert!(error.contains(&(FIRST_LOAD_MAX + 1).to_string()), "{error}");
    }

    #[test]
    fn a_file_that_is_named_and_not_there_fails() {
        let dir = dist(1);
        fs::remove_file(dir.path().join("boot.js")).unwrap();
        assert!(Weight::of(dir.path()).is_err());
    }
}
