//! The settings as the README and docs/OPERATIONS.md list them: all of them, as they are.

use std::fs;
use std::path::Path;

use echoclock_backend::config::{command, settings};
use echoclock_backend::hits::Limit;

/// A setting as it is listed: its option, with the name of its value, and its default.
#[derive(Debug, Eq, Ord, PartialEq, PartialOrd)]
struct Listed {
    option: String,
    value: Option<String>,
    default: String,
}

/// Returns those below a heading of the help, or those below none.
fn defined(heading: Option<&str>) -> Vec<Listed> {
    let command = command();
    let serve = command.find_subcommand("serve").expect("it is one");
    let those = settings(serve).filter(|setting| setting.get_help_heading() == heading);
    let listed = those.map(|setting| {
        let defaults: Vec<_> =
            setting.get_default_values().iter().map(|it| it.to_string_lossy()).collect();
        let is_switch = setting.get_num_args().is_some_and(|values| values.min_values() == 0);
        let value = setting.get_value_names().map(|names| names.join(" "));
        Listed {
            option: format!("--{}", setting.get_long().expect("it is an option")),
            value: value.filter(|_| !is_switch),
            default: if defaults.is_empty() { "none".to_owned() } else { defaults.join(",") },
        }
    });
    listed.collect()
}

fn document(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name);
    fs::read_to_string(path).expect(name)
}

#[test]
fn the_readme_lists_every_setting_that_is_no_limit() {
    let readme = document("README.md");
    let (_, table) = readme.split_once("| option | default | what it does |").expect("its table");
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    let mut listed: Vec<_> = rows
        .filter(|row| !row.contains("`--config ") && !row.contains("`--print-config`"))
        .map(|row| {
            let cells: Vec<_> = row.trim_matches('|').splitn(3, '|').map(str::trim).collect();
            let (option, value) = match cells[0].trim_matches('`').split_once(' ') {
                Some((option, value)) => (option, Some(value.to_owned())),
                None => (cells[0].trim_matches('`'), None),
            };
            assert!(cells[2].len() > 20, "{row} says nothing");
            let default = cells[1].trim_matches('`').to_owned();
            Listed { option: option.to_owned(), value, default }
        })
        .collect();
    let mut expected = defined(None);
    listed.sort();
    expected.sort();
    assert_eq!(listed, expected);
}

#[test]
fn the_operations_chapter_lists_every_limit_with_all_that_is_to_know_of_it() {
    let operations = document("docs/OPERATIONS.md");
    let (_, chapter) = operations.split_once("\n## Limits\n").expect("its chapter");
    let chapter = chapter.split("\n## ").next().expect("its text");
    let (sections, fixed) = chapter.split_once("\n### Fixed ones\n").expect("the last section");
    assert!(!fixed.contains("- **Guards:**"), "{fixed}");
    let mut listed = vec![];
    for section in sections.split("\n### ").skip(1) {
        for told in ["\n- **Guards:** ", "\n- **Size:** ", "\n- **Past it:** "] {
            assert_eq!(section.matches(told).count(), 1, "{told:?} in {section}");
        }
        let options = section.lines().nth(2).expect("its options");
        for listing in options.split(", ") {
            let (option, default) = listing.split_once(' ').expect("an option and its default");
            listed.push((option.trim_matches('`').to_owned(), default.to_owned()));
        }
    }
    let limits = defined(Some("Limits")).into_iter();
    let mut expected: Vec<_> =
        limits.map(|limit| (limit.option, format!("({})", limit.default))).collect();
    listed.sort();
    expected.sort();
    assert_eq!(listed, expected);
}

#[test]
fn every_limit_is_counted_by_its_name() {
    let command = command();
    let serve = command.find_subcommand("serve").expect("it is one");
    let limits = settings(serve).filter(|it| it.get_help_heading() == Some("Limits"));
    let names: Vec<_> = limits.map(|limit| limit.get_long().expect("it is an option")).collect();
    assert_eq!(names, Limit::ALL.iter().map(|limit| limit.name()).collect::<Vec<_>>());
}
