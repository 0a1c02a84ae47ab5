//! A certificate's files: what may be wrong with them, and what happens when they change.

use std::fs;
use std::path::Path;

use echoclock_backend::tls::{Fault, Files};
use rcgen::date_time_ymd;
use tempfile::{TempDir, tempdir};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::Command;
use tokio::time::timeout;
use tokio_rustls::client::TlsStream;

use crate::support::PATIENCE;
use crate::support::program::{PROGRAM, Program};
use crate::support::tls::Pair;
use crate::support::two::Scrape;

/// Returns what the program says in place of a start.
async fn refused(arguments: &[&str]) -> String {
    let output = Command::new(PROGRAM).args(["serve", "--print-config"]).args(arguments).output();
    let output = output.await.expect("the program runs");
    let said = String::from_utf8(output.stderr).expect("text");
    assert_eq!(output.status.code(), Some(2), "{said}");
    said
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a name in UTF-8")
}

#[tokio::test]
async fn what_is_wrong_with_files_is_named_with_their_setting_and_what_they_have_to_be() {
    let folder = tempdir().expect("a folder");
    let files = Pair::new().write(folder.path());
    let (certificate, key) = (text(&files.certificate), text(&files.key));
    let other = folder.path().join("other.pem");
    fs::write(&other, Pair::new().key_pem).expect("a file");
    let empty = folder.path().join("empty.pem");
    fs::write(&empty, "no PEM at all\n").expect("a file");
    let (other, empty) = (text(&other), text(&empty));
    let not_its = format!(
        "tls-key = {other:?}, from --tls-key: not the key of the certificate in {certificate}"
    );
    for (arguments, said) in [
        (
            &["--tls-cert", certificate, "--tls-key", "/nowhere"][..],
            "tls-key = \"/nowhere\", from --tls-key: there is no such file",
        ),
        (
            &["--tls-cert", "/nowhere", "--tls-key", key],
            "tls-cert = \"/nowhere\", from --tls-cert: there is no such file",
        ),
        (
            &["--tls-cert", empty, "--tls-key", key],
            "from --tls-cert: no certificate is in it, which has to begin with -----BEGIN CERTIFICATE-----",
        ),
        (
            &["--tls-cert", certificate, "--tls-key", certificate],
            "from --tls-key: no key is in it, which has to begin with -----BEGIN PRIVATE KEY-----",
        ),
        (&["--tls-cert", certificate, "--tls-key", other], &not_its),
        (&["--tls-cert", certificate], "from --tls-cert: not without tls-key, its key"),
        (&["--tls-key", key], "from --tls-key: not without tls-cert"),
        (
            &["--tls-cert", certificate, "--tls-key", key, "--tls-self-signed"],
            "tls-self-signed = true, from --tls-self-signed: not together with tls-cert",
        ),
    ] {
        let error = refused(arguments).await;
        assert!(error.contains(said), "{arguments:?}: {error}");
    }
}

#[test]
fn what_can_not_be_used_is_told_with_what_can() {
    let folder = tempdir().expect("a folder");
    let [own, other] = [Pair::new(), Pair::new()];
    let files = own.write(folder.path());
    let kept = |name: &str| Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pem").join(name);
    let written = |name: &str, text: &str| {
        fs::write(folder.path().join(name), text).expect("a file");
        folder.path().join(name)
    };
    let junk = "-----BEGIN CERTIFICATE-----\nanVuaw==\n-----END CERTIFICATE-----\n";
    let half = own.certificate_pem.split_at(own.certificate_pem.len() / 2).0;
    let [own, other] = [own.certificate_pem.as_str(), other.certificate_pem.as_str()];
    let keys = "taken are ECDSA of P-256 or P-384, Ed25519, and RSA of 2048, 3072 or 4096 bits";
    let passphrase = "the key has a passphrase";
    let version = "the certificate is one of X.509 version 1, which clients refuse";
    let half_way = "-----END CERTIFICATE----- is missing, as where only a part was written";
    let first =
        "the certificate that tls-key is the key of has to come first in it, and is number 2";
    let (in_key, in_certificate): (fn(_) -> _, fn(_) -> _) = (Fault::Key, Fault::Certificate);
    for (certificate, key, fault, said) in [
        (None, Some(kept("p521-key.pem")), in_key, keys),
        (None, Some(kept("secp256k1-key.pem")), in_key, keys),
        (None, Some(kept("rsa1024-key.pem")), in_key, keys),
        (None, Some(kept("encrypted-key.pem")), in_key, passphrase),
        (None, Some(kept("encrypted-old-form-key.pem")), in_key, passphrase),
        (Some(kept("version1.pem")), Some(kept("version1-key.pem")), in_certificate, version),
        (Some(written("half", &format!("{own}{half}"))), None, in_certificate, half_way),
        (Some(written("order", &format!("{other}{own}"))), None, in_certificate, first),
        (
            Some(written("junk", &format!("{own}{other}{junk}"))),
            None,
            in_certificate,
            "certificate 3 of 3 in it is damaged",
        ),
    ] {
        let files = Files {
            certificate: certificate.unwrap_or_else(|| files.certificate.clone()),
            key: key.unwrap_or_else(|| files.key.clone()),
        };
        let told = files.read().expect_err(said);
        assert!(told.to_string().contains(said), "{told}");
        assert_eq!(told, fault(told.to_string()), "whose fault it is");
    }
    // It is no use there, and no harm.
    let old = fs::read_to_string(kept("version1.pem")).expect("it is there");
    let certificate = written("old", &format!("{own}{old}"));
    Files { certificate, key: files.key }.read().expect("a chain that ends in version 1");
}

#[cfg(unix)]
#[test]
fn a_file_is_another_one_also_where_its_time_and_length_are_the_same() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempdir().expect("a folder");
    let files = Pair::new().write(folder.path());
    let next = folder.path().join("next.pem");
    let content = fs::read_to_string(&files.certificate).expect("it is there");
    fs::write(&next, content.to_lowercase()).expect("a file");
    let about = fs::metadata(&files.certificate).expect("it is there");
    let file = fs::File::options().append(true).open(&next).expect("it is there");
    file.set_modified(about.modified().expect("the system tells")).expect("ours");
    let before = files.state();
    assert_eq!(files.state(), before);
    fs::rename(&next, &files.certificate).expect("the same folder");
    let swapped = files.state();
    assert_ne!(swapped, before);
    // Who could not read it may be able to now.
    fs::set_permissions(&files.key, fs::Permissions::from_mode(0o640)).expect("ours");
    assert_ne!(files.state(), swapped);
}

/// The program with a certificate in files, and where it listens.
struct Shown {
    program: Program,
    address: String,
    folder: TempDir,
}

impl Shown {
    async fn start(pair: &Pair) -> Self {
        Self::start_with(pair, &[]).await
    }

    async fn start_with(pair: &Pair, more: &[&str]) -> Self {
        let folder = tempdir().expect("a folder");
        let files = pair.write(folder.path());
        let own = ["--listen", "127.0.0.1:0"];
        let shown = ["--tls-cert", text(&files.certificate), "--tls-key", text(&files.key)];
        let mut program = Program::start(&[&own[..], &shown, more].concat());
        let line = program.until_logged("listening on https://").await;
        let (_, address) = line.split_once("https://").expect("the line was chosen for it");
        let address = address.trim_end_matches('/').to_owned();
        Self { program, address, folder }
    }

    async fn greet(&self, pair: &Pair) -> std::io::Result<TlsStream<TcpStream>> {
        let stream = TcpStream::connect(&self.address).await.expect("the server accepts");
        pair.greet(stream, "http/1.1").await
    }
}

/// Asks whether the server lives, and returns its answer.
async fn is_answered(stream: &mut TlsStream<TcpStream>) -> String {
    let said = b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n";
    stream.write_all(said).await.expect("the server reads");
    let mut seen = vec![];
    while !seen.ends_with(b"\r\n\r\nok\n") {
        let read = timeout(PATIENCE, stream.read_buf(&mut seen)).await.expect("in time");
        assert_ne!(read.expect("it goes on"), 0, "{}", String::from_utf8_lossy(&seen));
    }
    String::from_utf8(seen).expect("text")
}

#[tokio::test]
async fn a_certificate_that_was_written_anew_is_shown_and_drops_no_connection() {
    let (first, second) = (Pair::new(), Pair::new());
    let mut shown = Shown::start(&first).await;
    let mut held = shown.greet(&first).await.expect("the first one is shown");
    second.write(shown.folder.path());
    shown.program.until_logged("the certificate was read anew").await;
    is_answered(&mut shown.greet(&second).await.expect("the second one is shown")).await;
    shown.greet(&first).await.expect_err("the first one is shown no more");
    let answer = is_answered(&mut held).await;
    assert!(answer.contains("strict-transport-security: max-age=2592000\r\n"), "{answer}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_signal_has_files_be_read_at_once_and_what_is_faulty_changes_nothing() {
    let pair = Pair::new();
    let mut shown = Shown::start(&pair).await;
    shown.program.signal("HUP").await;
    shown.program.until_logged("the certificate was read anew").await;
    let key = shown.folder.path().join("key.pem");
    for (written, fault) in [
        (Pair::new().key_pem, "not the key of the certificate"),
        ("nothing".to_owned(), "no key is in it"),
    ] {
        fs::write(&key, written).expect("a file");
        shown.program.signal("HUP").await;
        let told = shown.program.until_logged("the certificate stays as it was").await;
        assert!(told.contains(" WARN ") && told.contains(fault), "{told}");
        assert!(told.contains(text(&key)), "{told}");
        is_answered(&mut shown.greet(&pair).await.expect("it is shown")).await;
    }
    // It ends nothing, and another one does.
    shown.program.signal("TERM").await;
    assert_eq!(shown.program.exit_code().await, Some(0));
}

#[tokio::test]
async fn it_is_told_when_a_certificate_expires_and_that_one_has() {
    let expired = Pair::made(|params| params.not_after = date_time_ymd(2020, 1, 2));
    let mut shown = Shown::start_with(&expired, &["--admin-listen", "127.0.0.1:0"]).await;
    let admin = shown.program.address().await;
    let (admin, _) = admin.split_once('/').expect("it is for some paths");
    let told = shown.program.until_logged("clients refuse the certificate").await;
    assert!(told.contains(" WARN ") && told.contains("expired at 2020-01-02T00:00:00"), "{told}");
    let metrics = async || {
        let answer = reqwest::get(format!("http://{admin}/metrics")).await.expect("an answer");
        Scrape::read(&answer.text().await.expect("text"))
    };
    let expires = "echoclock_certificate_expiry_time_seconds";
    assert_eq!(metrics().await.value(expires), 1_577_923_200.0);
    // Each that is shown is told of, also where it is no better.
    let next = Pair::made(|params| params.not_before = date_time_ymd(2100, 1, 2));
    next.write(shown.folder.path());
    shown.program.until_logged("the certificate was read anew").await;
    shown.program.until_logged("it is valid only from 2100-01-02T00:00:00").await;
    assert!(metrics().await.value(expires) > 4_000_000_000.0);
}

#[tokio::test]
async fn a_certificate_of_its_own_is_told_by_its_fingerprint() {
    use sha2::{Digest, Sha256};
    use tokio_rustls::rustls::pki_types::CertificateDer;

    let mut program = Program::start(&["--listen", "127.0.0.1:0", "--tls-self-signed"]);
    let told = program.until_logged("fingerprint is ").await;
    assert!(told.contains(" WARN "), "{told}");
    let (_, fingerprint) = told.split_once("fingerprint is ").expect("the line was chosen for it");
    let line = program.until_logged("listening on https://").await;
    let (_, address) = line.split_once("https://").expect("the line was chosen for it");
    let stream = TcpStream::connect(address.trim_end_matches('/')).await.expect("it accepts");
    let seen: CertificateDer<'static> = crate::support::tls::seen(stream).await;
    let seen: Vec<_> = Sha256::digest(&seen).iter().map(|byte| format!("{byte:02X}")).collect();
    assert_eq!(seen.join(":"), fingerprint.trim());
}
