//! What people read: that it is all told in every language, and that the page is given it.
//!
//! `cargo xtask texts` puts what the sources say newly into `frontend/translations`, where its
//! translation is to be written, and from there into the files in `frontend/texts` that the page loads.

#[path = "texts/areas.rs"]
mod areas;

#[path = "texts/scan.rs"]
mod scan;

#[path = "texts/translations.rs"]
mod translations;

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use areas::{AREAS, Area, Program};
use echoclock_shared::text::{Catalogue, Name};
use scan::gaps;
use translations::Translations;

/// The languages beside English, by their tags (RFC 5646).
const LANGUAGES: [&str; 1] = ["zh-Hans"];

/// Returns the project's root.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("it is below the root").to_owned()
}

fn place(language: &str, area: &Area) -> PathBuf {
    root().join(format!("frontend/translations/{language}/{}.json", area.name))
}

fn file_of(program: Program, language: &str) -> PathBuf {
    root().join(format!("frontend/texts/{}-{language}.txt", program.name()))
}

/// What a program's file says: in English, or as it is translated.
fn catalogue(
    program: Program,
    told: &HashMap<&'static str, Vec<String>>,
    language: &str,
) -> String {
    let areas = || AREAS.iter().filter(|area| area.program == program);
    let mut lines = Vec::new();
    for area in areas() {
        let translated = (language != "en").then(|| Translations::read(&place(language, area)));
        for text in &told[area.name] {
            let says = translated.as_ref().map_or("", |all| all.of(text));
            let says = if says.is_empty() { text } else { says };
            lines.push(Catalogue::line(Name::of(text), says));
        }
    }
    lines.sort_unstable();
    lines.concat()
}

#[test]
fn every_text_is_translated_and_no_other() {
    let told = areas::texts(&root());
    let mut wrong = Vec::new();
    for language in LANGUAGES {
        for area in &AREAS {
            let all = Translations::read(&place(language, area));
            let texts = &told[area.name];
            for text in texts {
                let says = all.of(text);
                if says.is_empty() {
                    wrong.push(format!("{language}, {}: not translated: {text:?}", area.name));
                } else if gaps(says) != gaps(text) {
                    wrong
                        .push(format!("{language}, {}: other gaps: {text:?}: {says:?}", area.name));
                }
            }
            let spare = all.texts().filter(|text| !texts.iter().any(|its| its == text));
            wrong
                .extend(spare.map(|text| format!("{language}, {}: not said: {text:?}", area.name)));
        }
    }
    assert!(wrong.is_empty(), "{}\nrun `cargo xtask texts`", wrong.join("\n"));
}

#[test]
fn no_two_texts_have_one_name() {
    let mut named: HashMap<String, String> = HashMap::new();
    for text in areas::texts(&root()).into_values().flatten() {
        let name = Name::of(&text).as_str().to_owned();
        if let Some(other) = named.insert(name, text.clone()) {
            assert_eq!(other, text, "reword one of them");
        }
    }
}

#[test]
fn the_page_is_given_what_the_sources_say() {
    let told = areas::texts(&root());
    for program in Program::ALL {
        for language in ["en"].into_iter().chain(LANGUAGES) {
            let file = file_of(program, language);
            let is = fs::read_to_string(&file).unwrap_or_default();
            let is_same = is == catalogue(program, &told, language);
            assert!(is_same, "{} is not up to date: run `cargo xtask texts`", file.display());
        }
    }
}

#[test]
#[ignore = "it writes: run by `cargo xtask texts`"]
fn write() {
    let told = areas::texts(&root());
    let write = |file: &Path, text: &str| {
        fs::create_dir_all(file.parent().expect("files are in folders")).expect("made");
        fs::write(file, text).expect("written");
    };
    for language in LANGUAGES {
        // A text that has moved takes its translation along.
        let before: Vec<_> =
            AREAS.iter().map(|area| Translations::read(&place(language, area))).collect();
        for area in &AREAS {
            let all = before.iter();
            let of = |text: &str| {
                all.clone().map(|all| all.of(text)).find(|says| !says.is_empty()).unwrap_or("")
            };
            let texts = told[area.name].iter().map(|text| (text.as_str(), of(text)));
            write(&place(language, area), &translations::to_text(texts));
        }
    }
    for program in Program::ALL {
        for language in ["en"].into_iter().chain(LANGUAGES) {
            write(&file_of(program, language), &catalogue(program, &told, language));
        }
    }
}
