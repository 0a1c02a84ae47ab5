//! Lines on their way to where they are written, by a thread of its own that may be stuck there.
//!
//! A pipe that nobody reads blocks whoever writes to it. Nobody but the writer's thread waits for
//! it: whoever logs leaves a line here, or learns nothing of it where there is no room.

use std::io::{self, ErrorKind, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use tracing_subscriber::fmt::MakeWriter;

/// Lines that wait to be written; a cheap handle.
#[derive(Clone, Debug)]
pub(super) struct Queue(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    state: Mutex<State>,
    /// Wakes the writer.
    more: Condvar,
    /// Wakes those who wait until all is written.
    done: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// Whole lines; at most [`BYTES_MAX`], past which lines are dropped and counted.
    waiting: Batch,
    /// Whether the writer has a batch in its hands.
    is_writing: bool,
}

/// Lines that are written with one write, and how many were dropped after them.
#[derive(Debug, Default)]
struct Batch {
    bytes: Vec<u8>,
    lines: u64,
    dropped: u64,
}

impl Queue {
    pub(super) fn new() -> Self {
        let (state, more, done) = Default::default();
        Self(Arc::new(Inner { state, more, done }))
    }

    /// Leaves a line, or drops it. What comes after a line that was dropped is dropped too, until
    /// the writer has been here and knows where some are missing.
    pub(super) fn push(&self, line: &[u8]) {
        let mut state = self.state();
        let Batch { bytes, lines, dropped } = &mut state.waiting;
        let room = BYTES_MAX.saturating_sub(bytes.len());
        if *dropped > 0 || line.len() > room {
            *dropped += 1;
            LOST.fetch_add(1, Ordering::Relaxed);
        } else {
            bytes.extend_from_slice(line);
            *lines += 1;
        }
        self.0.more.notify_one();
    }

    /// Waits until all is written, though not for long.
    pub(super) fn flush(&self, at_most: Duration) {
        let is_busy = |state: &mut State| state.is_writing || !state.waiting.is_empty();
        let waited = self.0.done.wait_timeout_while(self.state(), at_most, is_busy);
        // Whether it was in time or not, nothing more can be done for it.
        drop(waited);
    }

    /// Has a thread write what comes. `missing` puts into words how many lines were dropped, and
    /// `tick` is called now and then.
    ///
    /// # Errors
    ///
    /// Where the system gives no thread.
    pub(super) fn write_to(
        &self,
        mut to: impl Write + Send + 'static,
        missing: impl Fn(u64) -> String + Send + 'static,
        mut tick: impl FnMut() + Send + 'static,
    ) -> io::Result<()> {
        let queue = self.clone();
        let mut dropped = 0;
        let write = move || {
            loop {
                let batch = queue.next();
                if write_all(&mut to, &batch.bytes).is_err() {
                    dropped += batch.lines;
                    LOST.fetch_add(batch.lines, Ordering::Relaxed);
                }
                dropped += batch.dropped;
                if dropped > 0 && write_all(&mut to, missing(dropped).as_bytes()).is_ok() {
                    dropped = 0;
                }
                queue.written(batch.bytes);
                tick();
            }
        };
        thread::Builder::new().name("log".to_owned()).spawn(write).map(drop)
    }

    /// Waits for lines, though not for long.
    fn next(&self) -> Batch {
        let is_empty = |state: &mut State| state.waiting.is_empty();
        let waited = self.0.more.wait_timeout_while(self.state(), TICK, is_empty);
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state.is_writing = true;
        std::mem::take(&mut state.waiting)
    }

    /// Ends a batch, whose memory is used again unless it is large.
    fn written(&self, mut bytes: Vec<u8>) {
        let mut state = self.state();
        state.is_writing = false;
        if state.waiting.is_empty() {
            self.0.done.notify_all();
            if bytes.capacity() <= BYTES_KEPT {
                bytes.clear();
                state.waiting.bytes = bytes;
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // What waits stays whole even where somebody panicked.
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Batch {
    fn is_empty(&self) -> bool {
        self.bytes.is_empty() && self.dropped == 0
    }
}

impl<'a> MakeWriter<'a> for Queue {
    type Writer = &'a Self;

    fn make_writer(&'a self) -> &'a Self {
        self
    }
}

/// Each write is a line.
impl Write for &Queue {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.push(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes all, also to what does not block: others that share it may have made it so.
fn write_all(to: &mut impl Write, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match to.write(bytes) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(written) => bytes = &bytes[written..],
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => thread::sleep(LOOK_AGAIN),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// How many lines were lost since the start; a process has one log.
pub(super) static LOST: AtomicU64 = AtomicU64::new(0);

/// How much may wait; as much again may be in the writer's hands.
const BYTES_MAX: usize = 256 * 1024;

/// How much memory is kept for the next lines.
const BYTES_KEPT: usize = 16 * 1024;

/// How long the writer sleeps at the most.
const TICK: Duration = Duration::from_secs(1);

/// How long it waits where a write would block, and nothing tells when it would not.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

    use super::*;

    /// Writes to a test, one write at a time, once it asks for one.
    struct Slow {
        asked: Receiver<io::Result<usize>>,
        written: SyncSender<String>,
    }

    impl Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let most = self.asked.recv().map_err(io::Error::other)??;
            let bytes = &bytes[..bytes.len().min(most)];
            let text = String::from_utf8_lossy(bytes).into_owned();
            self.written.send(text).map_err(io::Error::other)?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn slow() -> (Queue, SyncSender<io::Result<usize>>, Receiver<String>) {
        let ((ask, asked), (written, read)) = (sync_channel(16), sync_channel(16));
        let queue = Queue::new();
        let missing = |lines| format!("{lines} missing\n");
        queue.write_to(Slow { asked, written }, missing, || {}).expect("a thread");
        (queue, ask, read)
    }

    const ALL: io::Result<usize> = Ok(usize::MAX);

    #[test]
    fn whoever_logs_waits_for_nobody_and_what_is_dropped_is_counted() {
        let (queue, ask, read) = slow();
        queue.push(b"first\n");
        // From here on the writer is stuck with what it has.
        while !queue.state().is_writing {
            thread::yield_now();
        }
        let line = [&[b'x'; 1023][..], b"\n"].concat();
        for _ in 0..10 * BYTES_MAX / line.len() {
            queue.push(&line);
        }
        queue.push(b"late\n");
        assert_eq!(queue.state().waiting.bytes.len(), BYTES_MAX);
        queue.flush(Duration::from_millis(1));
        for _ in 0..3 {
            ask.send(ALL).expect("the writer reads");
        }
        assert_eq!(read.recv().expect("a write"), "first\n");
        assert_eq!(read.recv().expect("a write").len(), BYTES_MAX);
        let dropped = 9 * BYTES_MAX / line.len() + 1;
        assert_eq!(read.recv().expect("a write"), format!("{dropped} missing\n"));
        queue.push(b"goes on\n");
        ask.send(ALL).expect("the writer reads");
        assert_eq!(read.recv().expect("a write"), "goes on\n");
        queue.flush(Duration::from_secs(60));
        assert!(!queue.state().is_writing);
    }

    #[test]
    fn a_write_that_fails_is_told_with_the_next_and_a_part_goes_on() {
        let (queue, ask, read) = slow();
        queue.push(b"lost\n");
        ask.send(Err(ErrorKind::BrokenPipe.into())).expect("the writer reads");
        // What says so is lost as well.
        ask.send(Err(ErrorKind::BrokenPipe.into())).expect("the writer reads");
        queue.flush(Duration::from_secs(60));
        queue.push(b"whole\n");
        for answer in [Err(ErrorKind::Interrupted.into()), Ok(3)] {
            ask.send(answer).expect("the writer reads");
        }
        assert_eq!(read.recv().expect("a write"), "who");
        for answer in [Err(ErrorKind::WouldBlock.into()), ALL, ALL] {
            ask.send(answer).expect("the writer reads");
        }
        assert_eq!(read.recv().expect("a write"), "le\n");
        assert_eq!(read.recv().expect("a write"), "1 missing\n");
    }
}
