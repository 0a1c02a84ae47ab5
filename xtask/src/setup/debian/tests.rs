//! How Debian's answers are read, and what is typed on their strength.

use super::*;
use crate::project::Project;
use crate::setup::machine::Facts;
use crate::shell::fake::FakeShell;
use crate::tests::TempDir;

#[test]
fn the_mirror_is_the_machines_own_and_not_the_security_archive() {
    for (listing, found) in [
        (
            "Debian|bookworm|http://mirror/debian/\nDebian|bookworm-security|http://mirror/s/\n",
            Some("http://mirror/debian/"),
        ),
        (
            "Debian|bookworm-security|http://mirror/s/\nDebian|trixie|http://mirror/debian/\n",
            Some("http://mirror/debian/"),
        ),
        (
            "Node Source|nodistro|http://other/\nDebian|bookworm|http://mirror/debian/\n",
            Some("http://mirror/debian/"),
        ),
        ("|bookworm|http://mirror/debian/\n", Some("http://mirror/debian/")),
        ("Ubuntu|noble|http://mirror/ubuntu/\n", None),
        ("", None),
    ] {
        assert_eq!(mirror(listing), found, "{listing}");
    }
}

#[test]
fn the_package_is_of_exactly_the_compilers_release() {
    let madison = " rust-src | 1.96.0+dfsg1-1~bpo13+1 | http://mirror trixie-backports/main amd64 Packages\n \
                    rust-src | 1.95.0+dfsg1-1~bpo13+1 | http://mirror trixie-backports/main amd64 Packages\n";
    for (release, version) in [
        ("1.95.0", Some("1.95.0+dfsg1-1~bpo13+1")),
        ("1.96.0", Some("1.96.0+dfsg1-1~bpo13+1")),
        ("1.95.1", None),
        ("1.9", None),
        ("1.97.0-nightly", None),
        ("", None),
    ] {
        assert_eq!(version_of(madison, release), version, "{release}");
    }
}

#[test]
fn apt_is_kept_out_of_the_machines_own_folders() {
    let options = private_options(Path::new("/scratch")).join(" ");
    for part in [
        "Dir::Etc::sourcelist=/scratch/sources.list",
        "Dir::Etc::sourceparts=-",
        "Dir::State::lists=/scratch/lists",
        "Dir::Cache=/scratch/cache",
    ] {
        assert!(options.contains(part), "{part} is not in {options}");
    }
    let sources = sources("http://mirror/debian/");
    assert!(sources.starts_with("deb [signed-by=/"), "{sources}");
    assert!(sources.ends_with(" http://mirror/debian/ trixie-backports main\n"), "{sources}");
}

#[test]
fn the_linker_is_that_of_the_compilers_llvm() {
    let depends = "rust-web-llvm\n  Depends: libc6\n  Depends: llvm-22\n  Conflicts: <rust-llvm>\n";
    assert_eq!(linker_package(depends).as_deref(), Some("lld-22"));
    assert_eq!(linker_package(""), None);
}

#[test]
fn a_version_that_debian_lacks_ends_the_way_before_any_download() {
    let dir = TempDir::new();
    let project = Project {
        root: dir.path().into(),
        target: dir.path().join("target"),
        cargo_root: dir.path().join("cargo"),
        wasm_bindgen: "0.2.129".to_owned(),
    };
    let shell = FakeShell::default()
        .says("apt-get indextargets", "Debian|bookworm|http://mirror/debian/")
        .says("apt-cache madison", " rust-src | 1.96.0+dfsg1-1 | http://mirror");
    let facts = Facts { rustc: "rustc 1.95.0 (x)".to_owned(), debian: true, ..Facts::default() };
    let machine = Machine { shell: &shell, project: &project, facts };
    let error = install_std(&machine, &Source::Debian, &Task::quiet()).unwrap_err().to_string();
    assert_eq!(error, "trixie-backports has no rust-src 1.95.0");
    let told = shell.told();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("apt-get update -o Dir::Etc::sourcelist="), "{told:?}");
}

#[test]
fn libraries_appear_together_with_the_note_of_their_compiler() {
    let dir = TempDir::new();
    let (deps, home) = (dir.path().join("deps"), dir.path().join("home"));
    for file in ["libcore-1.rlib", "libstd-1.rlib", "libstd-1.rmeta", "core.d"] {
        fs::create_dir_all(&deps).unwrap();
        fs::write(deps.join(file), file).unwrap();
    }
    fs::create_dir_all(home.join("lib")).unwrap();
    fs::write(home.join("lib/libcore-0.rlib"), "of an older compiler").unwrap();

    place(&deps, &home, "rustc 1.95.0 (x)").unwrap();

    let mut names: Vec<_> =
        home.join("lib").read_dir().unwrap().flatten().map(|entry| entry.file_name()).collect();
    names.sort();
    assert_eq!(names, ["libcore-1.rlib", "libstd-1.rlib"]);
    assert_eq!(fs::read_to_string(home.join(BUILT_FOR)).unwrap(), "rustc 1.95.0 (x)");
}

#[test]
fn a_build_without_libraries_leaves_the_toolchain_alone() {
    let dir = TempDir::new();
    let (deps, home) = (dir.path().join("deps"), dir.path().join("home"));
    fs::create_dir_all(&deps).unwrap();
    place(&deps, &home, "rustc 1.95.0 (x)").unwrap_err();
    assert!(!home.join("lib").exists());
}
