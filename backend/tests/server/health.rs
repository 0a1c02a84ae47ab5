//! The program's own question for a server's health, from its arguments to its exit code.

use std::fs;
use std::path::Path;
use std::process::{Output, Stdio};

use tokio::process::Command;

use crate::support;
use crate::support::program::Program;
use crate::support::tls::Pair;

/// Asks by the program, with these variables of the environment; returns its exit code and what it says.
async fn health(variables: &[(&str, &str)], arguments: &[&str]) -> (Option<i32>, String) {
    let mut program = Command::new(env!("CARGO_BIN_EXE_echoclock"));
    program.arg("health").args(arguments).env_clear().envs(variables.iter().copied());
    let output = program.stdin(Stdio::null()).output().await.expect("the program runs");
    let Output { status, stdout, stderr } = output;
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (status.code(), text(stdout) + &text(stderr))
}

#[tokio::test]
async fn a_server_is_healthy_until_it_drains_or_is_gone() {
    let server = support::start().await;
    let url = server.http("/");
    let at = url.trim_start_matches("http://").trim_end_matches('/').to_owned();
    let ours = [("ECHOCLOCK_LISTEN", at.as_str())];
    assert_eq!(health(&ours, &[]).await, (Some(0), format!("/healthz at {url}: ok\n")));
    let ready = (Some(0), format!("/readyz at {url}: ready\n"));
    assert_eq!(health(&[], &["--ready", &url]).await, ready);

    // One that is not idle keeps the server for a while, and is let in before it drains.
    let held = support::asked::Asked::at(
        at.parse().expect("an address"),
        "GET /api/clock/stream?every=60s HTTP/1.1",
    )
    .await;
    server.state.drain.begin();
    let draining = (Some(1), format!("/readyz at {url}: draining (status 503)\n"));
    assert_eq!(health(&ours, &["--ready"]).await, draining);
    drop(held);
    server.stop().await;
    let (code, said) = health(&ours, &[]).await;
    assert_eq!((code, said.contains("no connection to")), (Some(1), true), "{said}");
}

#[tokio::test]
async fn files_that_were_spoiled_after_the_start_make_no_server_ill() {
    let folder = tempfile::tempdir().expect("a folder");
    let files = Pair::new().write(folder.path());
    let site = folder.path().join("site");
    fs::create_dir(&site).expect("a folder");
    let text = |path: &Path| path.to_str().expect("a name in UTF-8").to_owned();
    let arguments = [
        ["--listen".to_owned(), "127.0.0.1:0".to_owned()],
        ["--tls-cert".to_owned(), text(&files.certificate)],
        ["--tls-key".to_owned(), text(&files.key)],
        ["--site".to_owned(), text(&site)],
    ];
    let arguments = arguments.each_ref().map(|pair| pair.each_ref().map(String::as_str));
    let mut server = Program::start(&arguments.concat());
    let line = server.until_logged("listening on https://").await;
    let (_, url) = line.split_once("listening on ").expect("the line was chosen for it");
    let at = url.trim_start_matches("https://").trim_end_matches('/');
    let [_, [_, certificate], [_, key], [_, site_folder]] = arguments;
    let variables = [
        ("ECHOCLOCK_LISTEN", at),
        ("ECHOCLOCK_TLS_CERT", certificate),
        ("ECHOCLOCK_TLS_KEY", key),
        ("ECHOCLOCK_SITE", site_folder),
    ];
    let healthy = (Some(0), format!("/healthz at {url}: ok\n"));
    assert_eq!(health(&variables, &[]).await, healthy);
    fs::write(&files.key, Pair::new().key_pem).expect("a file");
    assert_eq!(health(&variables, &[]).await, healthy, "half renewed");
    fs::remove_file(&files.certificate).expect("it is there");
    fs::remove_dir(&site).expect("it is empty");
    assert_eq!(health(&variables, &[]).await, healthy, "removed");
}

#[tokio::test]
async fn whoever_can_not_be_asked_is_no_server_that_is_ill() {
    for (variables, arguments, named) in [
        (&[("ECHOCLOCK_LISTEN", "127.0.0.1:0")][..], &[][..], "listen = \"127.0.0.1:0\""),
        (&[("ECHOCLOCK_LISTEN", "nowhere")], &[], "from ECHOCLOCK_LISTEN"),
        (&[("ECHOCLOCK_CONFIG", "/nowhere.toml")], &[], "from ECHOCLOCK_CONFIG"),
        (&[], &["--config", "/nowhere.toml"], "from --config"),
        (&[], &["--insecure"], "<URL>"),
        (&[], &["ftp://a.example/"], "ftp://a.example/"),
    ] {
        let (code, said) = health(variables, arguments).await;
        assert_eq!((code, said.contains(named)), (Some(2), true), "{arguments:?}: {said}");
    }
}

#[cfg(unix)]
mod by_unix_socket {
    use tokio::io::{AsyncBufReadExt, BufReader};

    use super::*;

    #[tokio::test]
    async fn a_socket_of_ones_own_is_asked_with_tls_and_without() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| format!("unix:{}", folder.path().join(name).display());
        let (public, admin) = (at("public"), at("admin"));
        let listens = [("ECHOCLOCK_LISTEN", &*public), ("ECHOCLOCK_TLS_SELF_SIGNED", "true")];
        let both = [listens[0], listens[1], ("ECHOCLOCK_ADMIN_LISTEN", &*admin)];
        let mut server = Command::new(env!("CARGO_BIN_EXE_echoclock"));
        server.arg("serve").env_clear().envs(both);
        server.stdin(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
        let mut server = server.spawn().expect("the program runs");
        let mut log = BufReader::new(server.stderr.take().expect("it is piped")).lines();
        loop {
            let line = log.next_line().await.expect("text").expect("it listens");
            if line.contains(&format!("listening on {admin}")) {
                break;
            }
        }
        for (variables, asked) in [(&listens[..], &public), (&both, &admin)] {
            let healthy = (Some(0), format!("/healthz at {asked}: ok\n"));
            assert_eq!(health(variables, &[]).await, healthy);
        }
        let without_tls = health(&listens[..1], &[]).await;
        assert_eq!(without_tls.0, Some(1), "{}", without_tls.1);
    }
}
