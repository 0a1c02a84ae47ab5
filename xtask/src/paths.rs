//! `cargo xtask paths`: docs/PATHS.md, out of the rules of the path check.

use anyhow::Result;

use crate::project::Project;
use crate::shell::{Cmd, Shell};

/// Has the test that knows the page write it.
pub(crate) fn write(shell: &dyn Shell, project: &Project) -> Result<()> {
    let test = "cargo test --quiet --package echoclock-shared --test paths -- --ignored write";
    shell.stream(&Cmd::new(test).dir(&project.root))
}
