//! The program's settings: from the command line, the environment and a file, by way of what it says
//! is in force.

use std::ffi::OsStr;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A folder with a file of settings.
struct Filed(TempDir);

impl Filed {
    fn new(text: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join(NAME), text).expect("a file");
        Self(folder)
    }

    fn path(&self) -> PathBuf {
        self.0.path().join(NAME)
    }

    /// What is in force, or what is said in its place.
    fn run(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Result<String, String> {
        let path = self.path();
        let path = path.to_str().expect("a name in UTF-8");
        let file = [("ECHOCLOCK_CONFIG", path)];
        let said = run(&[&file[..], variables].concat(), arguments);
        said.map_err(|said| said.replace(path, NAME)).map(|said| said.replace(path, NAME))
    }
}

fn run(variables: &[(&str, &str)], arguments: &[&str]) -> Result<String, String> {
    let variables: Vec<_> = variables.iter().map(|(name, value)| (*name, value.as_ref())).collect();
    run_with(&variables, arguments)
}

/// The same where variables need be no text.
fn run_with(variables: &[(&str, &OsStr)], arguments: &[&str]) -> Result<String, String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_echoclock"));
    command.args(["serve", "--print-config"]).args(arguments).stdin(Stdio::null());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("ECHOCLOCK_") {
            command.env_remove(name);
        }
    }
    let Output { status, stdout, stderr } =
        command.envs(variables.iter().copied()).output().expect("the program runs");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    let (said, told) = (text(stdout), text(stderr));
    match status.code() {
        Some(0) => Ok(said),
        Some(2) => Err(told),
        code => panic!("{code:?}: {said}{told}"),
    }
}

/// The line of a setting.
fn line<'a>(in_force: &'a str, name: &str) -> &'a str {
    let is_its = |line: &&str| line.strip_prefix(name).is_some_and(|rest| rest.starts_with(" = "));
    in_force.lines().find(is_its).unwrap_or_else(|| panic!("no {name} in {in_force}"))
}

#[test]
fn the_command_line_goes_before_the_environment_and_that_before_the_file() {
    let file =
        Filed::new("idle-timeout = 60\nno-check = true\nallow-origin = [\n  'http://a',\n]\n");
    let variables = [
        ("ECHOCLOCK_IDLE_TIMEOUT", "70"),
        ("ECHOCLOCK_ALLOW_ORIGIN", "http://b,http://c"),
        ("ECHOCLOCK_NO_CHECK", "off"),
    ];
    let options = ["--idle-timeout", "80", "--allow-origin", "http://d", "--no-check"];
    for (variables, options, expected) in [
        (
            &[][..],
            &[][..],
            [
                "idle-timeout = 60 # from echoclock.toml, line 1",
                "no-check = true # from echoclock.toml, line 2",
                "allow-origin = [\"http://a\"] # from echoclock.toml, line 3",
            ],
        ),
        (
            &variables,
            &[],
            [
                "idle-timeout = 70 # from ECHOCLOCK_IDLE_TIMEOUT",
                "no-check = false # from ECHOCLOCK_NO_CHECK",
                "allow-origin = [\"http://b\", \"http://c\"] # from ECHOCLOCK_ALLOW_ORIGIN",
            ],
        ),
        (
            &variables,
            &options,
            [
                "idle-timeout = 80 # from --idle-timeout",
                "no-check = true # from --no-check",
                "allow-origin = [\"http://d\"] # from --allow-origin",
            ],
        ),
    ] {
        let in_force = file.run(variables, options).expect("it is in force");
        let names = ["idle-timeout", "no-check", "allow-origin"];
        assert_eq!(names.map(|name| line(&in_force, name)), expected);
        assert_eq!(line(&in_force, "sockets"), "sockets = 10000 # by default");
    }
    let taken_back = file.run(&[], &["--no-check=false"]).expect("it is in force");
    assert_eq!(line(&taken_back, "no-check"), "no-check = false # from --no-check");
}

#[test]
fn what_is_in_force_can_be_fed_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let site = folder.path().join("a \"site\"\\");
    fs::create_dir(&site).expect("a folder");
    let options = [
        ["--listen", "[::1]:0"],
        ["--admin-listen", "127.0.0.1:0"],
        ["--allow-origin", "http://a,http://b:8080"],
        ["--trusted-proxy", "192.0.2.0/24"],
        ["--show-header", "x-y"],
        ["--site", site.to_str().expect("a name in UTF-8")],
        ["--log-level", "warn,hyper=debug"],
        ["--min-rate", "0"],
        ["--memory-budget", "9223372036854775807"],
        ["--connections", "9223372036854775807"],
        ["--ledger-memory", "9223372036854775807"],
        ["--unix-socket-mode", "660"],
        ["--redirect-listen", "unix:/nowhere/redirect.sock"],
        ["--redirect-port", "8443"],
    ];
    let without_sources = |in_force: &str| {
        let lines = in_force.lines().map(|line| line.split(" # ").next().expect("its beginning"));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    for options in [vec![], [&options.concat()[..], &["--no-check", "--tls-self-signed"]].concat()]
    {
        let once = run(&[], &options).expect("it is in force");
        let twice = Filed::new(&once).run(&[], &[]).expect("it can be fed back");
        assert_eq!(without_sources(&twice), without_sources(&once));
        let from_file = twice.lines().filter(|line| line.contains(" # from echoclock.toml, line "));
        assert_eq!(from_file.count(), once.lines().filter(|line| !line.starts_with('#')).count());
    }
}

#[test]
fn what_is_wrong_is_named_with_its_value_its_source_and_what_is_allowed() {
    let fine = "";
    for (file, variables, options, said) in [
        (
            fine,
            &[][..],
            &["--idle-timeout", "1m"][..],
            "idle-timeout = \"1m\", from --idle-timeout: not a whole number of seconds from 1 to 86400",
        ),
        (
            fine,
            &[("ECHOCLOCK_RAW_MAX", "0")],
            &[],
            "raw-max = \"0\", from ECHOCLOCK_RAW_MAX: not a whole number from 1 to 1073741824",
        ),
        (
            fine,
            &[("ECHOCLOCK_NO_CHECK", "")],
            &[],
            "no-check = \"\", from ECHOCLOCK_NO_CHECK: neither true nor false",
        ),
        (
            "\n\nraw-max = 0",
            &[],
            &[],
            "raw-max = 0, from echoclock.toml, line 3: not a whole number from 1 to 1073741824",
        ),
        // It is wrong though another source overrides it.
        (
            "raw-max = -1",
            &[],
            &["--raw-max", "5"],
            "raw-max = -1, from echoclock.toml, line 1: not a whole number from 1 to 1073741824",
        ),
        (
            "raw-max = '5'",
            &[],
            &[],
            "raw-max = '5', from echoclock.toml, line 1: not a whole number, without quotes",
        ),
        (
            "listen = 3000",
            &[],
            &[],
            "listen = 3000, from echoclock.toml, line 1: not text in quotes",
        ),
        (
            "no-check = 1",
            &[],
            &[],
            "no-check = 1, from echoclock.toml, line 1: not true or false, without quotes",
        ),
        (
            "allow-origin = '*'",
            &[],
            &[],
            "allow-origin = '*', from echoclock.toml, line 1: not a list in square brackets",
        ),
        (
            "allow-origin = [1]",
            &[],
            &[],
            "allow-origin = [1], from echoclock.toml, line 1: not a list of values, each text in quotes",
        ),
        (
            "allow-origin = ['http://a', 'b']",
            &[],
            &[],
            "allow-origin = ['http://a', 'b'], from echoclock.toml, line 1: not an origin",
        ),
        (
            "trusted-proxy = []",
            &[],
            &[],
            "trusted-proxy = [], from echoclock.toml, line 1: not a list of one or more",
        ),
        (
            "listen = '[::1]:0'\nidle_timeout = 5",
            &[],
            &[],
            "echoclock.toml, line 2: there is no setting \"idle_timeout\"; the nearest is idle-timeout",
        ),
        (
            "[limits]\nsockets = 5",
            &[],
            &[],
            "echoclock.toml, line 1: there is no setting \"limits\"",
        ),
        ("config = 'x'", &[], &[], "echoclock.toml, line 1: there is no setting \"config\""),
        ("sockets = 5\nsockets = 6", &[], &[], "echoclock.toml, line 2: duplicate key: sockets\n"),
        (
            "\nlisten.x = 3",
            &[],
            &[],
            "echoclock.toml, line 2: there is no setting \"listen.x\"; the nearest is listen",
        ),
        (
            "[listen]\nx = 3",
            &[],
            &[],
            "echoclock.toml, line 1: there is no setting \"listen.x\"; the nearest is listen",
        ),
        (
            "[[allow-origin]]",
            &[],
            &[],
            "echoclock.toml, line 1: there is no setting \"[[allow-origin]]\"; the nearest is allow-origin",
        ),
        (
            "listen = { x = 3 }",
            &[],
            &[],
            "listen = { x = 3 }, from echoclock.toml, line 1: not text in quotes",
        ),
        (
            "memory-budget = 18446744073709551615",
            &[],
            &[],
            "memory-budget = 18446744073709551615, from echoclock.toml, line 1: not a whole number from \
             1048576 to 9223372036854775807",
        ),
        (
            fine,
            &[("ECHOCLOCK_CONFIG", "")],
            &[],
            "config = \"\", from ECHOCLOCK_CONFIG: not the name of a file",
        ),
        (fine, &[], &["--config="], "config = \"\", from --config: not the name of a file"),
        ("sockets = 5\nnonsense", &[], &[], "echoclock.toml, line 2: "),
        (
            "socket-silence = 20",
            &[("ECHOCLOCK_SOCKET_PING_EVERY", "25")],
            &[],
            "socket-silence = 20, from echoclock.toml, line 1: not longer than socket-ping-every = 25, \
          from ECHOCLOCK_SOCKET_PING_EVERY",
        ),
        (
            fine,
            &[("ECHOCLOCK_CONFIG", "/nowhere/at/all")],
            &[],
            "config = \"/nowhere/at/all\", from ECHOCLOCK_CONFIG: the file can't be read: ",
        ),
        (
            fine,
            &[],
            &["--config", "/nowhere/at/all"],
            "config = \"/nowhere/at/all\", from --config: the file can't be read: ",
        ),
    ] {
        let told = Filed::new(file).run(variables, options).expect_err(said);
        assert!(told.starts_with(&format!("error: {said}")), "{told}");
    }
}

#[cfg(unix)]
#[test]
fn what_is_no_text_is_named_as_any_other_wrong_value() {
    use std::os::unix::ffi::OsStrExt;

    let command = echoclock_backend::config::command();
    let serve = command.find_subcommand("serve").expect("it is one");
    for setting in echoclock_backend::config::settings(serve) {
        let name = setting.get_long().expect("it is an option");
        let variable = format!("ECHOCLOCK_{}", name.to_uppercase().replace('-', "_"));
        let said = format!("error: {name} = \"\u{fffd}\", from {variable}: n");
        let told = run_with(&[(&variable, OsStr::from_bytes(b"\xff"))], &[]).expect_err(&said);
        assert!(told.starts_with(&said), "{told}");
    }
}

#[cfg(unix)]
#[test]
fn what_is_in_force_can_be_fed_back_whatever_the_file_is_called() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("two\nlines.toml");
    fs::write(&path, "sockets = 7\n").expect("a file");
    let once = run_with(&[("ECHOCLOCK_CONFIG", path.as_os_str())], &[]).expect("it is in force");
    let twice = Filed::new(&once).run(&[], &[]).expect("it can be fed back");
    assert!(line(&twice, "sockets").starts_with("sockets = 7 # from echoclock.toml"), "{twice}");
}

#[test]
fn every_setting_has_its_variable_and_its_key() {
    let all = run(&[], &[]).expect("it is in force");
    let names: Vec<_> = all
        .lines()
        .map(|line| {
            let name = line.trim_start_matches("# ").split(' ').next();
            name.expect("it has one")
        })
        .collect();
    let help = Command::new(env!("CARGO_BIN_EXE_echoclock")).args(["serve", "--help"]).output();
    let help = String::from_utf8(help.expect("the program runs").stdout).expect("text");
    assert!(names.len() > 30, "{names:?}");
    for name in names {
        let variable = format!("ECHOCLOCK_{}", name.to_uppercase().replace('-', "_"));
        assert!(help.contains(&format!("--{name}")), "{name} in {help}");
        assert!(help.contains(&format!("[env: {variable}]")), "{variable} in {help}");
        let told = run(&[(&variable, "\u{1}")], &[]).expect_err("nothing takes this");
        assert!(told.contains(&format!("error: {name} = ")) && told.contains(&variable), "{told}");
    }
}

const NAME: &str = "echoclock.toml";
