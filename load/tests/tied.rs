//! What is started tied ends with the thread that started it.

use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;
use std::thread;

fn tied(parent: u32, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_echoclock-load"));
    command.arg("tied").arg(parent.to_string()).args(words).stdin(Stdio::piped());
    command
}

#[test]
fn a_program_ends_with_the_thread_that_started_it() {
    let (sender, started) = channel();
    thread::spawn(move || {
        // It says that it runs, and then waits for what never comes.
        let words = ["sh", "-c", "echo; read line"];
        let mut child = tied(std::process::id(), &words).stdout(Stdio::piped()).spawn().unwrap();
        let mut said = [0];
        std::io::Read::read_exact(child.stdout.as_mut().unwrap(), &mut said).unwrap();
        sender.send(child).unwrap();
    });
    let mut child = started.recv().unwrap();
    // Its input stays open: nothing but the signal ends it.
    let input = child.stdin.take();
    let ended = child.wait().unwrap();
    drop(input);
    assert_eq!(ended.signal(), Some(15), "{ended}");
}

#[test]
fn nothing_is_started_for_one_that_has_ended() {
    let ended = tied(1, &["true"]).stderr(Stdio::null()).status().unwrap();
    assert_eq!(ended.code(), Some(1));
}
