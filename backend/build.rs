//! Has the server rebuilt when the page that it embeds has changed.

use std::path::Path;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    // Only a release embeds the page; other profiles read it from the folder as they run.
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        let dist = Path::new("../dist");
        // Cargo takes a folder that is missing for one that changed, on every build.
        if let Err(error) = std::fs::create_dir_all(dist) {
            println!("cargo:warning=dist/ can't be made: {error}");
        }
        println!("cargo:rerun-if-changed={}", dist.display());
    }
}
