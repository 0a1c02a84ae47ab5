//! The rule that modules name each other in no circle.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::tree::{File, Tree};

/// Modules that lie side by side name each other in no circle, be it of two or of more.
///
/// What a module names counts where the ways of both part: whatever is below `state` and names
/// something below `site` has `state` name `site`. A parent and what lies below it may name each
/// other, and what a parent hands on counts as its child's.
pub(super) fn no_circles(tree: &Tree) -> Vec<String> {
    let names = tree.files.iter().filter_map(|file| Some(crate_of(&file.path)?.0));
    let names: BTreeSet<_> = names.collect();
    names.into_iter().flat_map(|name| Crate::read(tree, name).circles()).collect()
}

/// A module's place in its crate: the names on the way to it, none for the root.
type Place = Vec<String>;

/// The modules of a crate, and what they say.
struct Crate<'a> {
    files: Vec<(Place, &'a File)>,
    places: BTreeSet<Place>,
    /// What a module hands on by a name: the child that it is of.
    handed_on: BTreeMap<(Place, String), Place>,
}

/// Which of the modules side by side names which, and where it first does.
type Names = BTreeMap<String, BTreeMap<String, String>>;

impl<'a> Crate<'a> {
    fn read(tree: &'a Tree, name: &str) -> Self {
        let ours = tree.files.iter().filter_map(|file| {
            crate_of(&file.path).filter(|(of, _)| *of == name).map(|(_, rest)| (place(rest), file))
        });
        let files: Vec<_> = ours.collect();
        let ways_there =
            files.iter().flat_map(|(place, _)| (0..=place.len()).map(|to| &place[..to]));
        let places: BTreeSet<_> = ways_there.map(Place::from).collect();
        let mut handed_on = BTreeMap::new();
        for (at, file) in &files {
            for (_, path) in paths_after(&code(file), &["use"]) {
                let [_, child, .., item] = &path[..] else { continue };
                let child = below(at, child);
                if places.contains(&child) {
                    handed_on.insert((at.clone(), item.clone()), child);
                }
            }
        }
        Self { files, places, handed_on }
    }

    /// Tells a circle for each module that is in one, and no circle twice.
    fn circles(&self) -> Vec<String> {
        let mut found = Vec::new();
        for names in self.names().values() {
            let mut told = BTreeSet::new();
            for first in names.keys() {
                if let Some(circle) = circle(names, first).filter(|_| !told.contains(first)) {
                    found.push(tell(names, &circle));
                    told.extend(circle);
                }
            }
        }
        found
    }

    /// Who names whom, for each module that has others below it.
    fn names(&self) -> BTreeMap<Place, Names> {
        let mut all = BTreeMap::<Place, Names>::new();
        for (from, file) in &self.files {
            for (line, path) in paths_after(&code(file), &["crate", "super", "self"]) {
                let to = self.find(from, &path);
                let shared = from.iter().zip(&to).take_while(|(from, to)| from == to).count();
                // One of them is the other, or lies below it.
                let (Some(namer), Some(named)) = (from.get(shared), to.get(shared)) else {
                    continue;
                };
                let names = all.entry(from[..shared].to_vec()).or_default();
                let where_named = names.entry(namer.clone()).or_default().entry(named.clone());
                where_named.or_insert_with(|| format!("{}:{line}", file.path));
            }
        }
        all
    }

    /// The module that a path leads to.
    fn find(&self, from: &Place, path: &[String]) -> Place {
        let mut at = from.clone();
        for word in path {
            match word.as_str() {
                "crate" => at.clear(),
                "super" => drop(at.pop()),
                "self" => {}
                _ => match self.handed_on.get(&(at.clone(), word.clone())) {
                    _ if self.places.contains(&below(&at, word)) => at.push(word.clone()),
                    Some(child) => return child.clone(),
                    None => break,
                },
            }
        }
        at
    }
}

/// The crate that a source file is of, and its path from the crate's `src/` on.
fn crate_of(path: &str) -> Option<(&str, &str)> {
    path.strip_suffix(".rs")?.split_once("/src/").filter(|(name, _)| !name.contains('/'))
}

fn place(rest: &str) -> Place {
    let mut place: Place = rest.split('/').map(str::to_owned).collect();
    if place.last().is_some_and(|last| last == "mod") || rest == "lib" || rest == "main" {
        place.pop();
    }
    place
}

fn below(at: &Place, child: &str) -> Place {
    at.iter().cloned().chain([child.to_owned()]).collect()
}

/// Its lines that are code and not tests, numbered from 1, without what is remarked behind them.
fn code(file: &File) -> Vec<(usize, &str)> {
    let bare = |line: &'_ str| line.find("//").unwrap_or(line.len());
    let lines: Vec<_> = file.code().map(|(number, line)| (number, &line[..bare(line)])).collect();
    let tests = lines.windows(2).position(|two| {
        two[0].1 == "#[cfg(test)]" && two[1].1.starts_with("mod ") && two[1].1.ends_with('{')
    });
    lines[..tests.unwrap_or(lines.len())].to_vec()
}

/// The paths that begin with one of `words`, each with the line that it begins in; of a group of
/// several each.
fn paths_after(code: &[(usize, &str)], words: &[&str]) -> Vec<(usize, Vec<String>)> {
    let text: String = code.iter().flat_map(|(_, line)| [line, "\n"]).collect();
    let mut found = Vec::new();
    let mut line = 0;
    for (start, _) in text.match_indices(|c: char| is_of_word(c) || c == '\n') {
        if text[start..].starts_with('\n') {
            line += 1;
            continue;
        }
        let before = text[..start].chars().next_back();
        let (word, rest) = split_word(&text[start..]);
        // A path's first word, and not one within it.
        let begins = before.is_none_or(|c| !is_of_word(c) && c != ':');
        if begins && words.contains(&word) && rest.starts_with([' ', ':']) {
            let rest = rest.trim_start_matches([' ', ':']);
            let mut paths = Vec::new();
            read(rest, &mut vec![word.to_owned()], &mut paths);
            found.extend(paths.into_iter().map(|path| (code[line].0, path)));
        }
    }
    found
}

/// Reads a path, or a group of them, to its end; returns what follows.
fn read<'t>(text: &'t str, path: &mut Vec<String>, found: &mut Vec<Vec<String>>) -> &'t str {
    if let Some(mut rest) = text.strip_prefix('{') {
        loop {
            rest = rest.trim_start_matches(|c: char| c == ',' || c.is_whitespace());
            if rest.is_empty() || rest.starts_with('}') {
                return rest.strip_prefix('}').unwrap_or_default();
            }
            let depth = path.len();
            rest = read(rest, path, found);
            path.truncate(depth);
            // A name of its own, which says nothing of where it is from.
            rest = &rest[rest.find([',', '}']).unwrap_or(rest.len())..];
        }
    }
    let (word, rest) = split_word(text);
    if !word.is_empty() {
        path.push(word.to_owned());
    }
    match rest.strip_prefix("::") {
        Some(rest) if !word.is_empty() => read(rest, path, found),
        Some(_) | None => {
            found.push(path.clone());
            rest
        }
    }
}

fn split_word(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c| !is_of_word(c)).unwrap_or(text.len()))
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The shortest way from a module back to itself.
fn circle(names: &Names, first: &str) -> Option<Vec<String>> {
    let mut ways = VecDeque::from([vec![first.to_owned()]]);
    let mut seen = BTreeSet::new();
    while let Some(way) = ways.pop_front() {
        for named in names.get(way.last()?).into_iter().flat_map(BTreeMap::keys) {
            if named == first {
                return Some(way);
            }
            if seen.insert(named) {
                ways.push_back(way.iter().chain([named]).cloned().collect());
            }
        }
    }
    None
}

fn tell(names: &Names, circle: &[String]) -> String {
    let next = circle.iter().cycle().skip(1);
    let steps = circle.iter().zip(next).map(|(namer, named)| (named, &names[namer][named]));
    let way = steps.map(|(named, place)| format!(" names `{named}` ({place})"));
    let way: Vec<_> = way.collect();
    format!(
        "`{}`{}: a circle: move what they share below all of them",
        circle[0],
        way.join(", which")
    )
}
