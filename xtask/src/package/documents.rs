//! The manual pages and the completions, which the server itself prints.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::shell::{Cmd, Shell};

/// Writes all of them into a folder, where the package's list of files expects them.
pub(super) fn write(shell: &dyn Shell, server: &Path, folder: &Path) -> Result<()> {
    let printed = |arguments: &[&str]| {
        let print = Cmd::at(server).args(arguments.iter().copied());
        let answer = shell.ask(&print).filter(|answer| answer.ok && !answer.out.is_empty());
        answer.map(|answer| answer.out + "\n").with_context(|| format!("`{print}` prints nothing"))
    };
    for part in std::iter::once(PROGRAM).chain(parts(&printed(&["--help"])?)) {
        let page = printed(&["manual", part])?;
        let name = if part == PROGRAM { part.to_owned() } else { format!("{PROGRAM}-{part}") };
        put(folder, &format!("{name}.1"), &page)?;
    }
    for (shell, file) in COMPLETIONS {
        put(folder, file, &printed(&["completions", shell])?)?;
    }
    Ok(())
}

fn put(folder: &Path, name: &str, text: &str) -> Result<()> {
    let file = folder.join(name);
    fs::write(&file, text).with_context(|| format!("{file:?} can't be written"))
}

/// Returns the program's parts, by its help.
fn parts(help: &str) -> impl Iterator<Item = &str> {
    let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let named = commands.take_while(|line| !line.is_empty()).filter_map(|line| {
        // What a part does goes on on lines that are indented further.
        let line = line.strip_prefix("  ").filter(|line| !line.starts_with(' '))?;
        line.split_whitespace().next()
    });
    named.filter(|name| *name != "help")
}

const PROGRAM: &str = "echoclock";

/// Of which shells there are completions, and in which file each has them.
const COMPLETIONS: [(&str, &str); 3] =
    [("bash", "echoclock.bash"), ("zsh", "_echoclock"), ("fish", "echoclock.fish")];
