//! Which part of the sources says what, and which program of the page is given it.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::scan;

/// A program of the page.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Program {
    /// The page itself.
    Page,
    /// The Check view, which is given the page's texts too.
    CheckView,
}

impl Program {
    pub(crate) const ALL: [Self; 2] = [Self::Page, Self::CheckView];

    /// The name of its files.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::CheckView => "check-view",
        }
    }
}

/// A part of the sources, with a file of translations of its own.
pub(crate) struct Area {
    /// The name of its file.
    pub(crate) name: &'static str,
    /// Who is given its texts.
    pub(crate) program: Program,
    /// Its files and folders, from the root. A file belongs to the area that names it most nearly.
    places: &'static [&'static str],
}

/// All there are; a text that several say belongs to the first of them.
pub(crate) const AREAS: [Area; 7] = [
    Area { name: "session", program: Program::Page, places: &["shared/src"] },
    Area { name: "page", program: Program::Page, places: &["frontend/src"] },
    Area {
        name: "transports",
        program: Program::Page,
        places: &[
            "frontend/src/components/transports",
            "frontend/src/components/wire",
            "frontend/src/format/run.rs",
            "frontend/src/wire",
        ],
    },
    Area { name: "lessons", program: Program::Page, places: &["frontend/src/lesson"] },
    Area {
        name: "check-view",
        program: Program::CheckView,
        places: &[
            "frontend/src/bin/check-view.rs",
            "frontend/src/check",
            "frontend/src/check_app.rs",
            "frontend/src/components/check",
            "frontend/src/format/check.rs",
            "frontend/src/format/plot.rs",
            "frontend/src/stores/check.rs",
        ],
    },
    Area { name: "check-report", program: Program::CheckView, places: &["shared/src/check"] },
    Area { name: "check-rules", program: Program::CheckView, places: &["shared/src/check/rules"] },
];

/// Returns what each area says, in the order of its files and of their lines, each text once.
pub(crate) fn texts(root: &Path) -> HashMap<&'static str, Vec<String>> {
    let mut files = Vec::new();
    for folder in ["shared/src", "frontend/src"] {
        list(&root.join(folder), &mut files);
    }
    files.sort_unstable();
    let mut told: HashMap<_, Vec<_>> = AREAS.iter().map(|area| (area.name, Vec::new())).collect();
    let mut said = HashSet::new();
    for area in &AREAS {
        let texts = told.get_mut(area.name).expect("it was put in");
        for file in files.iter().filter(|file| of_file(root, file).name == area.name) {
            let source = fs::read_to_string(file).expect("a source is a text");
            let new = scan::texts(&source).into_iter().filter(|text| said.insert(text.clone()));
            texts.extend(new);
        }
    }
    told
}

/// Returns the area whose place is nearest to a file.
fn of_file(root: &Path, file: &Path) -> &'static Area {
    let length = |area: &&Area| {
        let around = area.places.iter().filter(|place| file.starts_with(root.join(place)));
        around.map(|place| place.len()).max()
    };
    AREAS.iter().max_by_key(length).expect("there are areas")
}

/// Lists the sources, without tests and what texts are made by.
fn list(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if path.is_dir() && !["tests", "text"].contains(&name) {
            list(&path, files);
        } else if name.ends_with(".rs") && name != "tests.rs" {
            files.push(path);
        }
    }
}
