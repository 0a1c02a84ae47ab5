//! What stands in another language says the same: `README.zh-CN.md` beside `README.md`.

use super::tree::{File, Tree};

/// A translated page has the headings, the commands and the tables' names of its original.
pub(super) fn translations_keep_step(tree: &Tree) -> Vec<String> {
    let mut findings = Vec::new();
    for file in tree.those(|path| path.ends_with(".md")) {
        let Some(original) = original(&file.path) else { continue };
        match tree.files.iter().find(|file| file.path == original) {
            Some(original) => findings.extend(difference(file, original)),
            None => findings.push(format!("{}: there is no {original}", file.path)),
        }
    }
    findings
}

/// Returns the path of the page that this one translates, if it does.
fn original(path: &str) -> Option<String> {
    let (name, language) = path.strip_suffix(".md")?.rsplit_once('.')?;
    let is_tag = language.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    (is_tag && language.contains('-')).then(|| format!("{name}.md"))
}

/// Tells the first place where the two part.
fn difference(file: &File, original: &File) -> Option<String> {
    let (mut own, mut others) = (marks(&file.text).into_iter(), marks(&original.text).into_iter());
    loop {
        let (path, other) = (&file.path, &original.path);
        let told = match (own.next(), others.next()) {
            (None, None) => return None,
            (Some((_, own)), Some((_, other))) if own == other => continue,
            (Some((line, own)), Some((there, mark))) => {
                format!("{path}:{line}: {own:?} is {mark:?} in {other}:{there}")
            }
            (Some((line, own)), None) => format!("{path}:{line}: {own:?} is not in {other}"),
            (None, Some((there, mark))) => format!("{path}: lacks {mark:?} of {other}:{there}"),
        };
        return Some(told);
    }
}

/// Returns what is the same in every language, with its lines: the levels of headings, the lines of
/// fenced blocks, and the code in the first cells of tables.
fn marks(text: &str) -> Vec<(usize, String)> {
    let mut fenced = false;
    let mut marks = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let is_fence = line.starts_with("```");
        fenced ^= is_fence;
        if is_fence || fenced {
            marks.push((number, line.to_owned()));
        } else if let Some((level, _)) = line.split_once(' ').filter(|(level, _)| is_level(level)) {
            marks.push((number, level.to_owned()));
        } else if let Some(cell) = line.strip_prefix("| ").and_then(|row| row.split(" | ").next()) {
            marks.extend(code(cell).map(|code| (number, code.to_owned())));
        }
    }
    marks
}

fn is_level(level: &str) -> bool {
    !level.is_empty() && level.chars().all(|c| c == '#')
}

/// Returns what stands between backticks.
fn code(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}
