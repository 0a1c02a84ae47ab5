//! The program's own check, from its arguments to its exit code.

use std::path::Path;
use std::process::{Output, Stdio};

use echoclock_backend::state::Offered;
use echoclock_shared::check::probe::Lane;
use echoclock_shared::check::report::{Report, Verdict, read};
#[cfg(unix)]
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::Command;
#[cfg(unix)]
use tokio::process::{Child, ChildStderr};

use crate::support::forward_proxy::ForwardProxy;
use crate::support::{self, Setup};

/// Runs the check through the program.
async fn check(arguments: &[&str]) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = Command::new(env!("CARGO_BIN_EXE_echoclock"))
        .arg("check")
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .await
        .expect("the program runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (status.code(), text(stdout), text(stderr))
}

fn report(file: &Path) -> Report {
    read(&std::fs::read_to_string(file).expect("a file")).expect("a report")
}

#[tokio::test]
async fn the_exit_code_says_whether_what_was_expected_holds() {
    let server = support::start().await;
    let url = server.http("/");
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str| folder.path().join(name).to_str().expect("text").to_owned();
    let (json, junit, metrics) = (file("a.json"), file("a.xml"), file("a.prom"));
    let markdown = file("a.md");

    let held = ["--only", "polling", "--expect", "polling", "--json", &json, &url];
    let (code, said, progress) = check(&held).await;
    assert_eq!(code, Some(0), "{said}{progress}");
    assert!(said.contains("✓ Short polling: works."), "{said}");
    assert!(said.contains("Left out by --only: requests, long-polling,"), "{said}");
    assert!(said.contains("✓ polling: "), "{said}");
    assert!(!said.contains('\x1b') && !progress.contains('\x1b'), "{said}{progress}");
    assert!(progress.contains("2/2 Short polling: the clock by short polling\n"), "{progress}");
    let report = report(Path::new(&json));
    assert!(report.rows.iter().any(|row| row.verdict == Verdict::Works), "{:?}", report.rows);

    let expected = "polling,socket,idle>=5s";
    let not_held = [
        &["--only", "polling,requests", "--expect", expected, "--json", "-", "--junit", &junit][..],
        &["--metrics", &metrics, "--markdown", &markdown, "--compare", &json, &url],
    ];
    let (code, said, told) = check(&not_held.concat()).await;
    assert_eq!(code, Some(1), "{said}{told}");
    let told_again = read(&said).expect("nothing but the report");
    assert_eq!(told_again.url, url);
    assert_eq!(told_again.compared.expect("it was asked for").with.began, report.began);
    assert!(told.contains("– socket: was not tested, so it does not hold."), "{told}");
    assert!(told.contains("– idle>=5s: was not tested"), "{told}");
    assert!(told.contains("Compared with the quick run of "), "{told}");
    let markdown = std::fs::read_to_string(markdown).expect("a file");
    assert!(markdown.contains(&format!("## Compared with {url}\n")), "{markdown}");
    let junit = std::fs::read_to_string(junit).expect("a file");
    assert!(junit.contains("<testcase classname=\"polling\" name=\"follow-poll"), "{junit}");
    let metrics = std::fs::read_to_string(metrics).expect("a file");
    assert!(metrics.contains(",expected=\"socket\"} 0\n"), "{metrics}");
    assert!(metrics.contains(",expected=\"polling\"} 1\n"), "{metrics}");
    server.until_nothing_is_open().await;
    server.stop().await;
}

#[tokio::test]
async fn a_server_without_ledgers_is_checked_by_one_side() {
    let offered = Offered { ledgers: false, raw: false, h2c: false, ..Offered::default() };
    let server = support::start_with(Setup { offered, ..Setup::default() }).await;
    let lanes = "requests,long-polling,sse,socket";
    let (code, said, told) = check(&["--only", lanes, "--json", "-", &server.http("/")]).await;
    assert_eq!(code, Some(0), "{told}");
    let report = read(&said).expect("a report");
    for row in report.rows.iter().filter(|row| row.verdict != Verdict::Untested) {
        assert_eq!(row.verdict, Verdict::Works, "{row:?}");
    }
    assert!(report.findings.is_empty(), "{:?}", report.findings);
    let says = |why: &str| why.contains("not tested: the server runs with --no-ledgers");
    assert_eq!(report.not_tested.iter().filter(|gap| says(&gap.why)).count(), 1);
    server.stop().await;
}

#[tokio::test]
async fn what_could_not_run_is_told_apart() {
    let server = support::start().await;
    let url = server.http("/");
    let nowhere = "http://127.0.0.1:1/";
    for (arguments, why) in [
        (&[nowhere][..], "no connection to 127.0.0.1:1"),
        (&["ftp://a/"], "is no address"),
        (&["--expect", "websocket", &url], "requests, polling, long-polling, streaming"),
        (&["--expect", "idle>=5", &url], "is no duration"),
        (&["--only", "sse,x", &url], "\"x\" is none of"),
        (&["--json", "/none/a", &url], "there is no such folder"),
        (&["--json", "-", "--junit", "-", &url], "to the same place"),
        (&["--compare", "/dev/null", &url], "it is not JSON"),
        (&["--proxy", "socks5://a", &url], "is no address of a proxy"),
        (&["--proxy", "127.0.0.1:1", &url], "no connection to the proxy http://127.0.0.1:1"),
        (&["--for", "5s", &url], "--follow"),
        (&["--follow", "--deep", &url], "cannot be used"),
        (&["--follow", nowhere], "no connection to 127.0.0.1:1"),
        (&["--follow", &server.http("/api/nothing")], "status 404"),
        (&["--follow", &server.ws("/api/info")], "the upgrade is answered with status 200"),
    ] {
        let (code, said, told) = check(arguments).await;
        assert_eq!((code, said.as_str()), (Some(2), ""), "{arguments:?}: {told}");
        assert!(told.contains(why), "{arguments:?}: {told}");
    }
    server.stop().await;
}

/// What needs a tunnel goes by CONNECT, and other requests are sent to the proxy itself.
#[tokio::test]
async fn a_forward_proxy_is_asked() {
    let server = support::start().await;
    let url = server.http("/");
    let folder = tempfile::tempdir().expect("a folder");
    let json = folder.path().join("a.json");
    let json_as_text = json.to_str().expect("text");
    for (gives_tunnels, code, socket) in [(true, 0, Verdict::Works), (false, 1, Verdict::Blocked)] {
        let proxy = ForwardProxy::start(gives_tunnels).await;
        let by = format!("http://me:secret@{}", proxy.address);
        let asked = ["--only", "polling,socket", "--expect", "polling,socket", "--proxy", &by];
        let (got, said, told) =
            check(&[&asked[..], &["--json", json_as_text, &url]].concat()).await;
        assert_eq!(got, Some(code), "{said}{told}");
        assert!(said.contains(&format!(" through http://{}\n", proxy.address)), "{said}");
        let report = report(&json);
        assert_eq!(report.proxy, Some(format!("http://{}", proxy.address)));
        assert_eq!(report.verdict(Lane::Poll), Verdict::Works, "{said}");
        assert_eq!(report.verdict(Lane::Socket), socket, "{said}");
        let heads = proxy.heads();
        let connect = format!("CONNECT {} HTTP/1.1\r\n", server.address());
        assert!(heads.iter().any(|head| head.starts_with(&connect)), "{heads:?}");
        let absolute = format!("GET {url}api/info HTTP/1.1\r\n");
        assert!(heads.iter().any(|head| head.starts_with(&absolute)), "{heads:?}");
        let shown = "\r\nproxy-authorization: basic bwu6c2vjcmv0\r\n";
        assert!(heads.iter().all(|head| head.to_ascii_lowercase().contains(shown)), "{heads:?}");
        let all = std::fs::read_to_string(&json).expect("a file") + &said + &told;
        assert!(!all.contains("secret") && !all.contains("bWU6c2VjcmV0"), "{all}");
    }
    server.stop().await;
}

#[tokio::test]
async fn any_link_is_followed() {
    let server = support::start().await;
    for (url, kind, says) in [
        (server.http("/api/clock/events?every=100ms"), "events", "The event stream was still open"),
        (server.http("/api/clock/stream?every=100ms"), "lines", "The stream of lines was still"),
        (server.ws("/api/clock/socket?every=100ms"), "socket", "The WebSocket was still open"),
        (
            server.ws("/api/check/socket?plan=i64,b,w20,i64,c4001"),
            "socket",
            "1 ping came between the items.",
        ),
        (server.http("/api/check/stream?plan=3*(i64,w50)"), "events", "ended properly after"),
        (server.http("/api/check/stream?plan=i64,w50,x"), "events", "broke off after"),
        (server.http("/api/info"), "bytes", "The response ended properly"),
    ] {
        let (code, said, told) = check(&["--follow", "--for", "1s", "--json", "-", &url]).await;
        assert_eq!(code, Some(0), "{url}: {told}");
        let json: serde_json::Value = serde_json::from_str(&said).expect("JSON");
        assert_eq!(json["schema"], "echoclock-follow-1");
        assert_eq!(json["kind"], kind, "{url}");
        assert!(json["measures"]["items"].as_u64() > Some(0), "{url}: {said}");
        assert!(said.contains(says), "{url}: {said}");
        assert!(said.contains("when it was sent is not known here"), "{said}");
    }
    server.stop().await;
}

/// Waits until a run says that its short polling is through; returns what else it says.
#[cfg(unix)]
async fn until_a_poll_is_through(child: &mut Child) -> BufReader<ChildStderr> {
    let mut progress = BufReader::new(child.stderr.take().expect("a pipe"));
    let mut line = String::new();
    while progress.read_line(&mut line).await.expect("text") > 0 && !line.contains("Short polling")
    {
        line.clear();
    }
    progress
}

/// A server that goes breaks off what is under way, as a bad path would.
#[cfg(unix)]
#[tokio::test]
async fn a_server_that_goes_is_no_fault_of_the_path() {
    let server = support::start().await;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a.json");
    let mut child = Command::new(env!("CARGO_BIN_EXE_echoclock"))
        .args(["check", "--only", "sse,polling", "--json"])
        .arg(&file)
        .arg(server.http("/"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    let mut progress = until_a_poll_is_through(&mut child).await;
    server.stop().await;
    let mut rest = String::new();
    progress.read_to_string(&mut rest).await.expect("text");
    assert_eq!(child.wait().await.expect("it ends").code(), Some(0), "{rest}");
    assert!(rest.contains("the server has gone meanwhile"), "{rest}");
    let report = report(&file);
    assert!(!report.is_complete);
    assert_eq!(report.findings, [], "{}", report.headline);
}

/// A run that is left early tells what is known, and what is not expected of anybody then.
#[cfg(unix)]
#[tokio::test]
async fn an_interrupt_ends_a_run_with_what_is_known() {
    let server = support::start().await;
    let mut child = Command::new(env!("CARGO_BIN_EXE_echoclock"))
        .args(["check", "--only", "polling,long-polling", "--expect", "polling,long-polling"])
        .arg(server.http("/"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    let _progress = until_a_poll_is_through(&mut child).await;
    let process = child.id().expect("it runs").to_string();
    let killed = Command::new("kill").args(["-INT", &process]).status().await;
    assert!(killed.expect("a shell's kill").success());
    let mut said = String::new();
    let mut stdout = child.stdout.take().expect("a pipe");
    stdout.read_to_string(&mut said).await.expect("text");
    let code = child.wait().await.expect("an end").code();
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("stopped before its end"), "{said}");
    assert!(said.contains("it was stopped with the run"), "{said}");
    assert!(said.contains("✓ polling: "), "{said}");
    assert!(said.contains("– long-polling: was not tested"), "{said}");
    server.until_nothing_is_open().await;
    server.stop().await;
}
