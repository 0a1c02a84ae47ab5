//! The page's files, from a folder.

use std::fs;
use std::path::Path;

use echoclock_backend::site::Site;
use echoclock_shared::path;
use http::{Method, StatusCode};
use tempfile::TempDir;

use crate::support::versions::{VERSIONS, ask};
use crate::support::{self, Server, Setup, Wire};

const SCRIPT: &str = "echoclock-frontend-0123456789abcdef.js";
const WASM: &str = "echoclock-frontend-0123456789abcdef_bg.wasm";
const FILES: [(&str, &str); 9] = [
    ("index.html", "<!doctype html>"),
    ("index.html.br", "index as brotli"),
    ("index.html.gz", "index as gzip"),
    ("index.html.zst", "index as zstd"),
    ("config.json", "{}"),
    (SCRIPT, "script"),
    ("echoclock-frontend-0123456789abcdef.js.gz", "script as gzip"),
    (WASM, "wasm"),
    (".secret", "hidden"),
];

async fn serve(folder: &Path) -> Server {
    let site = Site::Folder(folder.to_owned());
    support::start_with(Setup { site, ..Setup::default() }).await
}

async fn built() -> (TempDir, Server) {
    let folder = tempfile::tempdir().expect("a folder");
    let site = folder.path().join("site");
    fs::create_dir_all(site.join("sub")).expect("a folder");
    for (name, content) in FILES {
        fs::write(site.join(name), content).expect("a file");
    }
    fs::write(folder.path().join("outside"), "not of the site").expect("a file");
    let server = serve(&site).await;
    (folder, server)
}

async fn get(server: &Server, path: &str, headers: &[(&str, &str)]) -> reqwest::Response {
    let mut request = reqwest::Client::new().get(server.http(path));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.expect("an answer")
}

#[tokio::test]
async fn files_are_served_with_their_type_and_for_how_long_they_hold() {
    let (_folder, server) = built().await;
    let forever = "public, max-age=31536000, immutable";
    for (path, body, content_type, cache) in [
        ("/", "<!doctype html>", "text/html; charset=utf-8", "no-cache"),
        ("/index.html", "<!doctype html>", "text/html; charset=utf-8", "no-cache"),
        ("/config.json", "{}", "application/json", "no-cache"),
        (&format!("/{SCRIPT}"), "script", "text/javascript; charset=utf-8", forever),
        (&format!("/{WASM}"), "wasm", "application/wasm", forever),
    ] {
        let answer = get(&server, path, &[]).await;
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        let sent = |name| answer.headers().get(name).map(|value| value.to_str().expect("text"));
        assert_eq!(sent("content-type"), Some(content_type), "{path}");
        assert_eq!(sent("cache-control"), Some(cache), "{path}");
        assert_eq!(sent("vary"), Some("accept-encoding"));
        assert_eq!(sent("x-content-type-options"), Some("nosniff"));
        assert_eq!(sent("referrer-policy"), Some("strict-origin"));
        assert_eq!(sent("content-encoding"), None);
        assert_eq!(answer.text().await.expect("text"), body, "{path}");
    }
}

#[tokio::test]
async fn what_protects_the_page_is_sent_with_all_of_it() {
    let (_folder, server) = built().await;
    for path in ["/", "/config.json", "/nowhere"] {
        let answer = get(&server, path, &[]).await;
        let sent = |name| answer.headers().get(name).map(|value| value.to_str().expect("text"));
        assert_eq!(sent("cross-origin-resource-policy"), Some("same-origin"), "{path}");
        let permissions = sent("permissions-policy").expect(path);
        for (feature, is_denied) in [("camera", true), ("geolocation", true), ("clipboard", false)]
        {
            assert_eq!(permissions.contains(&format!("{feature}=()")), is_denied, "{permissions}");
        }
        assert!(!permissions.contains("  ") && permissions.is_ascii(), "{permissions}");
    }
}

#[tokio::test]
async fn a_window_is_shared_with_nobody_where_browsers_heed_that() {
    let (_folder, server) = built().await;
    for (host, proto, is_sent) in [
        ("127.0.0.1:3000", None, false),
        ("localhost", None, false),
        ("echo.example", None, false),
        ("192.0.2.7:3000", Some("http"), false),
        ("echo.example", Some("https"), true),
    ] {
        let proto = proto.map(|proto| ("x-forwarded-proto", proto));
        let headers = [("host", host)].into_iter().chain(proto).collect::<Vec<_>>();
        let answer = get(&server, "/", &headers).await;
        let sent = answer.headers().get("cross-origin-opener-policy");
        assert_eq!(sent.is_some_and(|value| value == "same-origin"), is_sent, "{headers:?}");
    }
}

#[tokio::test]
async fn the_smallest_form_that_a_client_takes_is_served() {
    let (_folder, server) = built().await;
    let script = format!("/{SCRIPT}");
    for (path, accepted, encoding, body) in [
        ("/", "gzip, deflate, br", Some("br"), "index as brotli"),
        ("/", "gzip", Some("gzip"), "index as gzip"),
        ("/", "br;q=0.1, gzip;q=0.2", Some("gzip"), "index as gzip"),
        ("/", "zstd", Some("zstd"), "index as zstd"),
        ("/", "gzip, zstd", Some("zstd"), "index as zstd"),
        ("/", "gzip, br, zstd", Some("br"), "index as brotli"),
        (&script, "zstd", None, "script"),
        (&script, "gzip, br", Some("gzip"), "script as gzip"),
        (&script, "br", None, "script"),
    ] {
        let answer = get(&server, path, &[("accept-encoding", accepted)]).await;
        let sent = answer.headers().get("content-encoding").map(|v| v.to_str().expect("text"));
        assert_eq!(sent, encoding, "{path} {accepted}");
        assert_eq!(answer.text().await.expect("text"), body, "{path} {accepted}");
    }
}

#[tokio::test]
async fn nothing_live_is_compressed() {
    let (_folder, server) = built().await;
    for path in [
        path::INFO,
        path::CLOCK,
        "/api/clock/next",
        "/api/clock/stream",
        "/api/clock/frame",
        path::CLOCK_EVENTS,
        "/api/check/stream?plan=9*(i900)",
        "/api/check/body?bytes=9000",
        "/readyz",
    ] {
        let answer = get(&server, path, &[("accept-encoding", "gzip, br, zstd")]).await;
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        assert_eq!(answer.headers().get("content-encoding"), None, "{path}");
    }
}

#[tokio::test]
async fn a_known_file_is_not_sent_again() {
    let (folder, server) = built().await;
    let answer = get(&server, "/", &[]).await;
    let tag = answer.headers()["etag"].to_str().expect("text").to_owned();
    assert!(tag.starts_with('"') && tag.ends_with('"') && tag.len() > 2, "{tag} is strong");
    let brotli = get(&server, "/", &[("accept-encoding", "br")]).await;
    assert_ne!(brotli.headers()["etag"], *tag, "each form has a tag of its own");

    for (known, status) in [
        (tag.clone(), StatusCode::NOT_MODIFIED),
        (format!("\"x\", W/{tag}"), StatusCode::NOT_MODIFIED),
        ("*".to_owned(), StatusCode::NOT_MODIFIED),
        ("\"x\"".to_owned(), StatusCode::OK),
    ] {
        let answer = get(&server, "/", &[("if-none-match", &known)]).await;
        assert_eq!(answer.status(), status, "{known}");
        assert_eq!(answer.headers()["etag"], *tag);
        assert_eq!(answer.headers()["cache-control"], "no-cache");
        let empty = answer.text().await.expect("text").is_empty();
        assert_eq!(empty, status == StatusCode::NOT_MODIFIED);
    }
    fs::write(folder.path().join("site/index.html"), "<!doctype html>new").expect("a file");
    let answer = get(&server, "/", &[("if-none-match", &tag)]).await;
    assert_eq!(answer.text().await.expect("text"), "<!doctype html>new");
}

#[tokio::test]
async fn a_file_is_sent_only_if_it_is_the_one_that_is_wanted() {
    let (_folder, server) = built().await;
    let tag = get(&server, "/", &[]).await.headers()["etag"].to_str().expect("text").to_owned();
    for (wanted, status) in [
        (&[&*tag][..], StatusCode::OK),
        (&["*"], StatusCode::OK),
        (&["\"x\"", &tag], StatusCode::OK),
        (&["\"x\""], StatusCode::PRECONDITION_FAILED),
        // Weak tags are never the same (RFC 9110, section 8.8.3.2).
        (&[&format!("W/{tag}")], StatusCode::PRECONDITION_FAILED),
        (&[""], StatusCode::PRECONDITION_FAILED),
    ] {
        let headers: Vec<_> = wanted.iter().map(|wanted| ("if-match", *wanted)).collect();
        let answer = get(&server, "/", &headers).await;
        assert_eq!(answer.status(), status, "{wanted:?}");
        assert_eq!(answer.headers()["etag"], *tag);
        // It comes before what the client has already.
        let headers = [&headers[..], &[("if-none-match", "*")]].concat();
        let known = get(&server, "/", &headers).await.status();
        let expected = if status == StatusCode::OK { StatusCode::NOT_MODIFIED } else { status };
        assert_eq!(known, expected, "{wanted:?}");
    }
    let nowhere = get(&server, "/nowhere", &[("if-match", "\"x\"")]).await;
    assert_eq!(nowhere.status(), StatusCode::NOT_FOUND, "there is nothing to judge");
}

#[tokio::test]
async fn a_path_may_be_encoded() {
    let (folder, server) = built().await;
    fs::write(folder.path().join("site/sub/a b é.txt"), "found").expect("a file");
    for path in ["/sub/a%20b%20%C3%A9.txt", "/s%75b/a%20b%20%c3%a9%2etxt", "/%69ndex.html"] {
        assert_eq!(get(&server, path, &[]).await.status(), StatusCode::OK, "{path}");
    }
    for path in ["/sub/%ff", "/sub%2f..%2f..%2foutside", "/%00", "/sub/..%2f.secret"] {
        assert_eq!(get(&server, path, &[]).await.status(), StatusCode::NOT_FOUND, "{path}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn no_link_leads_out_of_the_site() {
    use std::os::unix::fs::symlink;

    let (folder, server) = built().await;
    let site = folder.path().join("site");
    symlink("../outside", site.join("relative")).expect("a link");
    symlink(folder.path().join("outside"), site.join("absolute")).expect("a link");
    symlink(folder.path(), site.join("up")).expect("a link");
    symlink("config.json", site.join("within.json")).expect("a link");
    symlink("../outside", site.join("config.json.zst")).expect("a link");
    symlink("nowhere", site.join("dangling")).expect("a link");
    // Nor to what is hidden in it.
    fs::create_dir(site.join(".hidden")).expect("a folder");
    fs::write(site.join(".hidden/file"), "secret").expect("a file");
    symlink(".secret", site.join("bare")).expect("a link");
    symlink(".hidden/file", site.join("below")).expect("a link");
    symlink(".hidden", site.join("folder")).expect("a link");
    for path in
        ["/relative", "/absolute", "/up/outside", "/dangling", "/bare", "/below", "/folder/file"]
    {
        assert_eq!(get(&server, path, &[]).await.status(), StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(get(&server, "/within.json", &[]).await.text().await.expect("text"), "{}");
    let answer = get(&server, "/config.json", &[("accept-encoding", "zstd")]).await;
    assert_eq!(answer.text().await.expect("text"), "{}", "nor does a form of a file");

    // The folder itself may be one.
    symlink(&site, folder.path().join("current")).expect("a link");
    let server = serve(&folder.path().join("current")).await;
    assert_eq!(get(&server, "/config.json", &[]).await.status(), StatusCode::OK);

    // Also below a hidden one.
    let hidden = folder.path().join(".releases");
    fs::create_dir(&hidden).expect("a folder");
    fs::rename(&site, hidden.join("site")).expect("it is moved");
    let server = serve(&hidden.join("site")).await;
    assert_eq!(get(&server, "/config.json", &[]).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn head_tells_all_but_the_body() {
    let (_folder, server) = built().await;
    let answer = reqwest::Client::new().head(server.http("/")).send().await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()["content-length"], "15");
    assert!(answer.headers().contains_key("etag"));
    assert_eq!(answer.text().await.expect("text"), "");
}

#[tokio::test]
async fn other_methods_are_refused_with_what_every_answer_carries() {
    let (_folder, server) = built().await;
    for (method, path, media_type) in [
        (Method::POST, "/", "text/plain; charset=utf-8"),
        (Method::OPTIONS, "/nowhere", "text/plain; charset=utf-8"),
        (Method::DELETE, path::HEALTHZ, "application/problem+json"),
        (Method::PUT, path::CLOCK, "application/problem+json"),
    ] {
        let asked = reqwest::Client::new().request(method, server.http(path));
        let answer = asked.send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED, "{path}");
        let sent = |name| answer.headers().get(name).map(|value| value.to_str().expect("text"));
        assert_eq!(sent("content-type"), Some(media_type), "{path}");
        assert_eq!(sent("allow"), Some("GET,HEAD"), "{path}");
        assert_eq!(sent("cache-control"), Some("no-store"), "{path}");
        let is_pages = media_type.starts_with("text/");
        assert!(!is_pages || sent("x-content-type-options") == Some("nosniff"), "{path}");
        assert!(!is_pages || sent("content-security-policy").is_some(), "{path}");
    }
}

#[tokio::test]
async fn what_can_have_no_content_names_no_length() {
    let (_folder, server) = built().await;
    for (version, method) in
        VERSIONS.into_iter().flat_map(|version| [(version, Method::GET), (version, Method::HEAD)])
    {
        for (target, status) in [
            ("/", StatusCode::NOT_MODIFIED),
            ("/api/check/status?code=204", StatusCode::NO_CONTENT),
        ] {
            let asked = ask(&server, version, method.clone(), target);
            let answer = asked.header("if-none-match", "*").send().await.expect("an answer");
            assert_eq!(answer.status(), status, "{version:?} {method} {target}");
            let length = answer.headers().get("content-length");
            assert_eq!(length, None, "{version:?} {method} {target}");
        }
    }
}

#[tokio::test]
async fn unknown_paths_are_plainly_not_found() {
    let (_folder, server) = built().await;
    for path in [
        "/nowhere",
        "/transports",
        "/index.html.br",
        "/index.html.gz",
        "/index.html.zst",
        "/.secret",
        "/sub",
        "/sub/",
        "/../outside",
        "/sub/../../outside",
        "/%2e%2e/outside",
        "//etc/passwd",
    ] {
        let mut wire = Wire::open(server.address()).await;
        wire.write(format!("GET {path} HTTP/1.1\r\nhost: test\r\n\r\n")).await;
        let head = wire.read_head().await;
        assert!(head.starts_with("http/1.1 404"), "{path}: {head}");
        assert!(head.contains("content-type: text/plain"), "{path}: {head}");
    }
    for path in ["/api", "/api/", "/api/nowhere", "/api/clock/nowhere"] {
        let answer = get(&server, path, &[]).await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
        assert_eq!(answer.headers()["content-type"], "application/problem+json", "{path}");
    }
}

#[tokio::test]
async fn without_a_page_the_server_says_how_to_build_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = serve(folder.path()).await;
    let answer = get(&server, "/", &[]).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()["content-type"], "text/html; charset=utf-8");
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let text = answer.text().await.expect("text");
    assert!(text.contains("cargo xtask run"), "{text}");
    assert_eq!(get(&server, path::INFO, &[]).await.status(), StatusCode::OK);
}
