//! Large files of a folder: what is read of them, and what of memory they take.
#![cfg(unix)]

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use echoclock_backend::limits::{Limits, Places};
use echoclock_backend::site::Site;
use tempfile::TempDir;
use tokio::io::AsyncReadExt;
use tokio::time::timeout;

use crate::support::{self, PATIENCE, Server, Setup, Wire};

const GIB: u64 = 1024 * 1024 * 1024;

/// A folder with a file of holes that was written a while ago.
fn folder(length: u64) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("large.bin");
    let file = File::create(&path).expect("a file");
    file.set_len(length).expect("it has holes only");
    file.set_modified(SystemTime::now() - Duration::from_secs(60)).expect("it is ours");
    (folder, path)
}

async fn serve(folder: &TempDir, memory: usize) -> Server {
    let site = Site::Folder(folder.path().to_owned());
    // Of files there are enough for those who share the memory.
    let per_client = Places { files: 1_000, ..Places::PER_CLIENT };
    let in_all = Places { files: 1_000, ..Places::IN_ALL };
    let limits = Limits { memory, per_client, in_all, ..Limits::default() };
    support::start_with(Setup { site, limits, ..Setup::default() }).await
}

async fn ask(wire: &mut Wire, method: &str, more: &str) -> String {
    wire.write(format!("{method} /large.bin HTTP/1.1\r\nhost: test\r\n{more}\r\n")).await;
    wire.read_head().await
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

async fn read(wire: &mut Wire, bytes: usize) -> Vec<u8> {
    let mut read = vec![0; bytes];
    timeout(PATIENCE, wire.0.read_exact(&mut read)).await.expect("more").expect("a whole answer");
    read
}

/// How much this process has read from files.
#[cfg(target_os = "linux")]
fn read_so_far() -> u64 {
    let io = fs::read_to_string("/proc/self/io").expect("it is there");
    let read = io.lines().find_map(|line| line.strip_prefix("rchar: ")).expect("a line");
    read.parse().expect("a number")
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn what_is_not_sent_is_not_read() {
    let (folder, _) = folder(GIB);
    let server = serve(&folder, Limits::default().memory).await;
    let mut wire = Wire::open(server.address()).await;
    let before = read_so_far();
    for _ in 0..10 {
        let head = ask(&mut wire, "HEAD", "").await;
        assert!(head.starts_with("http/1.1 200"), "{head}");
        assert_eq!(header(&head, "content-length"), Some("1073741824"));
        let tag = header(&head, "etag").expect("a tag").to_owned();
        assert!(tag.starts_with('"'), "{tag} is strong");
        let known = ask(&mut wire, "GET", &format!("if-none-match: {tag}\r\n")).await;
        assert!(known.starts_with("http/1.1 304"), "{known}");
        let part = ask(&mut wire, "GET", "range: bytes=1000000000-1000000009\r\n").await;
        assert!(part.starts_with("http/1.1 206"), "{part}");
        let range = header(&part, "content-range");
        assert_eq!(range, Some("bytes 1000000000-1000000009/1073741824"));
        assert_eq!(read(&mut wire, 10).await, [0; 10]);
    }
    // Clients that leave after the first bytes.
    for _ in 0..10 {
        let mut leaver = Wire::open(server.address()).await;
        assert!(ask(&mut leaver, "GET", "").await.starts_with("http/1.1 200"));
        read(&mut leaver, 1_000_000).await;
    }
    until_all_is_given_back(&server).await;
    let read = read_so_far() - before;
    assert!(read < GIB / 2, "{read} bytes were read");
}

/// What is kept of files is a share of the budget, which shows in what else gets none.
async fn until_all_is_given_back(server: &Server) {
    support::until("the memory to be given back", || server.state.memory_used() == 0).await;
}

#[tokio::test]
async fn those_who_do_not_read_take_a_bounded_amount_of_memory() {
    let (folder, _) = folder(GIB);
    let memory = 2 * 1024 * 1024;
    let server = serve(&folder, memory).await;
    let mut idle = vec![];
    let refused = loop {
        let mut wire = Wire::open(server.address()).await;
        let head = ask(&mut wire, "GET", "").await;
        assert!(server.state.memory_used() <= memory);
        if !head.starts_with("http/1.1 200") {
            break head;
        }
        idle.push(wire);
        assert!(idle.len() < 1_000, "all of them have room");
        // Those before have filled what the system keeps for them.
    };
    assert!(refused.starts_with("http/1.1 503") && refused.contains("retry-after: "), "{refused}");
    // One that reads on gets all that it asks for, though the others have all the memory.
    let reader = idle.last_mut().expect("there is one");
    read(reader, 8 * 1024 * 1024).await;
    drop(idle);
    until_all_is_given_back(&server).await;
    let mut wire = Wire::open(server.address()).await;
    assert!(ask(&mut wire, "HEAD", "").await.starts_with("http/1.1 200"));
}

#[tokio::test]
async fn those_who_do_not_read_have_a_bounded_number_of_files_open() {
    let (folder, _) = folder(GIB);
    let site = Site::Folder(folder.path().to_owned());
    let per_client = Places { files: 3, ..Places::PER_CLIENT };
    let in_all = Places { files: 5, ..Places::IN_ALL };
    let limits = Limits { per_client, in_all, ..Limits::default() };
    let server = support::start_with(Setup { site, limits, ..Setup::default() }).await;
    let [one, other, third] = ["192.0.2.1", "192.0.2.2", "192.0.2.3"]
        .map(|address| format!("x-forwarded-for: {address}\r\n"));
    let mut open = vec![];
    for (client, status) in [
        (&one, "200"),
        (&one, "200"),
        (&one, "200"),
        (&one, "429"),
        (&other, "200"),
        (&other, "200"),
        (&third, "503"),
        (&one, "429"),
    ] {
        let mut wire = Wire::open(server.address()).await;
        let head = ask(&mut wire, "GET", client).await;
        let so_far = open.len();
        assert!(head.starts_with(&format!("http/1.1 {status}")), "{client} {so_far}: {head}");
        match status {
            "200" => open.push(wire),
            _ => assert!(header(&head, "retry-after").is_some(), "{head}"),
        }
    }
    let files = server.info().await.bounds.expect("they are told").files.expect("so are these");
    assert_eq!((files.in_all.taken, files.in_all.max), (5, 5));
    // What needs no file is answered.
    let mut wire = Wire::open(server.address()).await;
    wire.write("GET /healthz HTTP/1.1\r\nhost: test\r\n\r\n").await;
    assert!(wire.read_head().await.starts_with("http/1.1 200"));
    drop(open);
    until_all_is_given_back(&server).await;
    // Whatever needs no more than a look at a file gives its place back at once.
    let mut wire = Wire::open(server.address()).await;
    for _ in 0..20 {
        let head = ask(&mut wire, "HEAD", &third).await;
        assert!(head.starts_with("http/1.1 200"), "{head}");
    }
}

#[tokio::test]
async fn a_file_that_changes_while_it_is_sent_is_broken_off_and_one_that_is_replaced_is_not() {
    let length = 64 * 1024 * 1024;
    type Change = fn(&PathBuf);
    let changes: [(&str, Change, bool); 3] = [
        (
            "cut short",
            |path| {
                File::options()
                    .write(true)
                    .open(path)
                    .expect("ours")
                    .set_len(9)
                    .expect("it is shorter")
            },
            false,
        ),
        (
            "written again",
            |path| {
                let file = File::options().write(true).open(path).expect("ours");
                file.write_all_at(b"else", 60_000_000).expect("it is written");
            },
            false,
        ),
        (
            "replaced",
            |path| {
                let new = path.with_extension("new");
                fs::write(&new, "new").expect("a file");
                fs::rename(&new, path).expect("in its place");
            },
            true,
        ),
    ];
    for (what, change, is_whole) in changes {
        let (folder, path) = folder(length);
        let server = serve(&folder, Limits::default().memory).await;
        let mut wire = Wire::open(server.address()).await;
        let head = ask(&mut wire, "GET", "connection: close\r\n").await;
        assert_eq!(header(&head, "content-length"), Some("67108864"), "{what}");
        read(&mut wire, 1_000).await;
        change(&path);
        let rest = wire.read_to_end().await;
        assert_eq!(rest.len() as u64 + 1_000 == length, is_whole, "{what}: {}", rest.len());
        assert!(rest.iter().all(|byte| *byte == 0), "{what}: nothing of the other content");
        until_all_is_given_back(&server).await;
    }
}

#[tokio::test]
async fn a_part_can_be_asked_for_as_long_as_it_is_the_same_file() {
    let (folder, path) = folder(0);
    fs::write(&path, "0123456789").expect("a file");
    let server = serve(&folder, Limits::default().memory).await;
    let mut wire = Wire::open(server.address()).await;
    let head = ask(&mut wire, "HEAD", "").await;
    let tag = header(&head, "etag").expect("a tag").to_owned();
    assert_eq!(header(&head, "accept-ranges"), Some("bytes"));
    for (more, status, range, body) in [
        ("range: bytes=2-4\r\n".to_owned(), "206", Some("bytes 2-4/10"), "234"),
        ("range: bytes=-2\r\n".to_owned(), "206", Some("bytes 8-9/10"), "89"),
        (format!("range: bytes=8-\r\nif-range: {tag}\r\n"), "206", Some("bytes 8-9/10"), "89"),
        ("range: bytes=8-\r\nif-range: \"x\"\r\n".to_owned(), "200", None, "0123456789"),
        ("range: bytes=0-1,3-4\r\n".to_owned(), "200", None, "0123456789"),
        ("range: bytes=10-\r\n".to_owned(), "416", Some("bytes */10"), ""),
    ] {
        let head = ask(&mut wire, "GET", &more).await;
        assert!(head.starts_with(&format!("http/1.1 {status}")), "{more}: {head}");
        assert_eq!(header(&head, "content-range"), range, "{more}");
        assert_eq!(header(&head, "content-length"), Some(&*body.len().to_string()), "{more}");
        assert_eq!(read(&mut wire, body.len()).await, body.as_bytes(), "{more}");
    }
}
