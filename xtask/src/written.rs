//! What the sources say and other files repeat: `cargo xtask paths` and `cargo xtask texts`.

use anyhow::Result;

use crate::project::Project;
use crate::shell::{Cmd, Shell};

/// Has the test of this name, which holds those files to the sources, write them.
pub(crate) fn write(shell: &dyn Shell, project: &Project, test: &str) -> Result<()> {
    let test = format!("cargo test --quiet --package echoclock-shared --test {test}");
    shell.stream(&Cmd::new(&format!("{test} -- --ignored write")).dir(&project.root))
}
