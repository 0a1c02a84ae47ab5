//! The program's own question for a server's health, from its arguments to its exit code.

use std::process::{Output, Stdio};

use tokio::process::Command;

use crate::support;

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
