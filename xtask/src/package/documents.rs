//! The manual pages and the completions, which the server itself prints.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

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
        let file = put(folder, &format!("{name}.1"), &page)?;
        // As manual pages have to be; the same page makes the same file.
        let pack = Cmd::new("gzip --force --best --no-name").path(&file);
        ensure!(shell.ask(&pack).is_some_and(|answer| answer.ok), "`{pack}` fails");
    }
    for (shell, file) in COMPLETIONS {
        put(folder, file, &printed(&["completions", shell])?)?;
    }
    Ok(())
}

fn put(folder: &Path, name: &str, text: &str) -> Result<PathBuf> {
    let file = folder.join(name);
    fs::write(&file, text).with_context(|| format!("{file:?} can't be written"))?;
    Ok(file)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell::fake::FakeShell;
    use crate::tests::TempDir;

    #[test]
    fn each_part_of_the_program_has_a_page() {
        let help = "Usage: x\n\nCommands:\n  serve  Serve the page\n           and the API\n  check  \
                    Check\n  help   Print this\n\nOptions:\n  -h, --help  Print help\n";
        assert_eq!(parts(help).collect::<Vec<_>>(), ["serve", "check"]);
        let shell = FakeShell::default().says("/bin/echoclock", "text").says("gzip", "");
        let shell = shell.says("/bin/echoclock --help", help);
        let folder = TempDir::new();
        write(&shell, Path::new("/bin/echoclock"), folder.path()).unwrap();
        let listed = folder.path().read_dir().unwrap();
        let mut names: Vec<_> =
            listed.map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        let written = ["_echoclock", "echoclock-check.1", "echoclock-serve.1", "echoclock.1"];
        assert_eq!(names, [&written[..], &["echoclock.bash", "echoclock.fish"]].concat());
        let silent = FakeShell::default().says("/bin/echoclock --help", help);
        assert!(write(&silent, Path::new("/bin/echoclock"), folder.path()).is_err());
    }
}
