//! Rules about what may stand where in a file.

use super::tree::{File, Tree};

/// Words that a part of the project does without.
pub(super) struct Ban {
    /// What breaks when they appear.
    pub(super) why: &'static str,
    /// Whether the rule covers a path.
    pub(super) covers: fn(&str) -> bool,
    /// Whether comments count too.
    pub(super) in_comments: bool,
    /// The words.
    pub(super) words: &'static [&'static str],
    /// What holds such a word and is meant otherwise.
    pub(super) except: &'static [&'static str],
}

/// Each word that the rules themselves have to name is put together, so that it is not found here.
pub(super) const BANS: [Ban; 9] = [
    Ban {
        why: "unfinished: finish it, or open an issue",
        covers: |_| true,
        in_comments: true,
        words: &[
            concat!("TO", "DO"),
            concat!("FIX", "ME"),
            concat!("XX", "X:"),
            concat!("unimplemen", "ted!("),
        ],
        except: &[],
    },
    Ban {
        why: "shared reads no clock and throws no dice: take a Moment",
        covers: |path| path.starts_with("shared/src/"),
        in_comments: false,
        words: &[
            "Instant::now",
            "SystemTime::now",
            "DateTime::now",
            "now_utc",
            "now_local",
            "rand::",
            "getrandom",
            "RandomState",
        ],
        except: &[],
    },
    Ban {
        why: "only frontend/src/browser/ touches the browser: give it a plain value there",
        covers: |path| {
            path.starts_with("frontend/src/") && !path.starts_with("frontend/src/browser/")
        },
        in_comments: false,
        words: &["web_sys", "js_sys"],
        except: &[],
    },
    Ban {
        why: "dropping an adapter detaches it: keep the closure in it",
        covers: |path| {
            let is_start = path == "frontend/src/main.rs" || path.starts_with("frontend/src/bin/");
            path.starts_with("frontend/src/") && !is_start
        },
        in_comments: false,
        words: &[".forget()", "mem::forget", "Box::leak"],
        except: &["self.forget()"],
    },
    Ban {
        why: "a feed knows no transport",
        covers: |path| path.starts_with("backend/src/feed/"),
        in_comments: false,
        words: &["transport::", "axum"],
        except: &[],
    },
    Ban {
        why: "a transport knows no feed of its own: take any",
        covers: |path| path.starts_with("backend/src/transport/"),
        in_comments: false,
        words: &["clock::", "ClockFeed", "Clocks", "SystemClock", "Tick"],
        except: &[],
    },
    Ban {
        why: "every queue has a bound and a named overflow",
        covers: |path| path.ends_with(".rs") && !path.starts_with("xtask/"),
        in_comments: false,
        words: &["unbounded_channel", "unbounded()", "unbounded::<"],
        except: &[],
    },
    Ban {
        why: "the page's policy forbids inline styles and handlers: use a class, or style:property",
        covers: |path| path.starts_with("frontend/src/") || path == "index.html",
        in_comments: false,
        words: &[
            " style=\"",
            " style={",
            " style=(",
            " style=move",
            " onclick=",
            " onload=",
            "<style",
            "<script>",
        ],
        except: &[],
    },
    Ban {
        why: "no file names a registry's or a mirror's host",
        covers: |path| path != "Cargo.lock",
        in_comments: true,
        words: &[
            concat!("index.", "crates.io"),
            concat!("static.", "crates.io"),
            concat!("registry.", "npmjs"),
            concat!("deb.", "debian.org"),
            concat!("security.", "debian.org"),
        ],
        except: &[],
    },
];

/// No banned word stands where it is banned.
pub(super) fn banned(tree: &Tree) -> Vec<String> {
    BANS.iter()
        .flat_map(|ban| tree.those(ban.covers).flat_map(|file| ban.broken_by(file)))
        .collect()
}

impl Ban {
    /// The places in a file that break the rule.
    pub(super) fn broken_by(&self, file: &File) -> Vec<String> {
        let named = |line: &str| {
            let plain =
                self.except.iter().fold(line.to_owned(), |line, word| line.replace(word, ""));
            self.words.iter().find(|word| plain.contains(**word))
        };
        let lines: Vec<(usize, &str)> = if self.in_comments {
            (1..).zip(file.text.lines()).collect()
        } else {
            file.code().collect()
        };
        let found = lines.into_iter().filter_map(|(number, line)| Some((number, named(line)?)));
        found
            .map(|(number, word)| format!("{}:{number}: `{word}`: {}", file.path, self.why))
            .collect()
    }
}

/// No file names a folder that only its author has.
pub(super) fn machine_paths(tree: &Tree) -> Vec<String> {
    let paths: Vec<_> = tree.local.iter().map(|dir| format!("{}/", dir.display())).collect();
    let mut findings = Vec::new();
    for file in &tree.files {
        for (number, line) in (1..).zip(file.text.lines()) {
            if let Some(path) = paths.iter().find(|path| line.contains(path.as_str())) {
                findings.push(format!("{}:{number}: `{path}`: a path of one machine", file.path));
            }
        }
    }
    findings
}

/// Every Rust file opens by telling its job.
pub(super) fn opens_with_its_job(tree: &Tree) -> Vec<String> {
    let rust = tree.those(|path| path.ends_with(".rs"));
    let silent = rust.filter(|file| !file.text.starts_with("//! "));
    silent
        .map(|file| format!("{}:1: open with a `//!` line that tells the file's job", file.path))
        .collect()
}

/// No Rust file takes much scrolling.
pub(super) fn short_enough(tree: &Tree) -> Vec<String> {
    let rust = tree.those(|path| path.ends_with(".rs"));
    let lengths = rust.map(|file| (file, file.text.lines().count()));
    let long = lengths.filter(|(_, lines)| *lines > LINES_MAX);
    long.map(|(file, lines)| {
        format!("{}: {lines} lines: part it, {LINES_MAX} are the limit", file.path)
    })
    .collect()
}

pub(super) const LINES_MAX: usize = 400;
