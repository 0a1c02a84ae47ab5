//! A certificate that is read anew where its files have changed.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::spawn_blocking;
use tokio::time::sleep;

use super::files::{Fault, Files, State};
use super::{Certificate, Tls};
use crate::feed::clock::WallClock;
use crate::signals::HangUps;

/// Reads the certificate anew where its files have changed, and at each signal that asks for it, for as
/// long as it is polled. What can't be used is logged, and the one before stays; and so is a certificate
/// that clients refuse for its time. `were` is how the files were before they were read for the first time.
pub async fn keep_fresh(
    tls: Tls,
    files: Files,
    were: State,
    mut asked: HangUps,
    clock: Arc<dyn WallClock>,
) {
    let mut look = Look::new(were);
    let (mut validity, mut is_refused) = (tls.validity(), false);
    let mut told = None;
    loop {
        let fault = validity.and_then(|it| it.fault(clock.now()));
        if let Some(fault) = fault.as_ref().filter(|_| !is_refused) {
            tracing::warn!("clients refuse the certificate: {fault}");
        }
        is_refused = fault.is_some();
        let is_asked = tokio::select! {
            () = asked.next() => true,
            () = sleep(LOOK_EVERY) => false,
        };
        let has_changed = look.at(state(&files).await);
        if !is_asked && !has_changed {
            continue;
        }
        match read(&files).await {
            Ok(certificate) => {
                tls.show(certificate);
                (validity, is_refused) = (tls.validity(), false);
                told = None;
                tracing::info!("the certificate was read anew; connections that are open go on");
            }
            Err(fault) => {
                // Not all that mends it shows in the files, so they are read until they can be.
                look.again();
                if !is_asked && told.as_ref() == Some(&fault) {
                    continue;
                }
                let file = match &fault {
                    Fault::Certificate(_) => &files.certificate,
                    Fault::Key(_) => &files.key,
                };
                tracing::warn!(file = %file.display(), %fault, "the certificate stays as it was");
                told = Some(fault);
            }
        }
    }
}

async fn state(files: &Files) -> State {
    let files = files.clone();
    spawn_blocking(move || files.state()).await.unwrap_or_default()
}

async fn read(files: &Files) -> Result<Certificate, Fault> {
    let files = files.clone();
    let reading = spawn_blocking(move || files.read()).await;
    reading.unwrap_or_else(|error| Err(Fault::Certificate(error.to_string())))
}

/// What was seen of files that are written one after the other: they are read once both rest.
#[derive(Debug)]
struct Look<S> {
    /// How they were when they were read and could be used.
    read: Option<S>,
    last: S,
}

impl<S: Copy + PartialEq> Look<S> {
    /// Begins with files that were read in this state.
    fn new(read: S) -> Self {
        Self { read: Some(read), last: read }
    }

    /// Tells whether files are to be read that are in this state.
    fn at(&mut self, now: S) -> bool {
        let rests = std::mem::replace(&mut self.last, now) == now;
        let is_to_be_read = rests && self.read != Some(now);
        if is_to_be_read {
            self.read = Some(now);
        }
        is_to_be_read
    }

    /// Has the files be read the next time as well, though they have not changed.
    fn again(&mut self) {
        self.read = None;
    }
}

/// How often the files are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(2);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_read_once_after_they_have_changed_and_rest() {
        let state = |certificate: u64, key: u64| [certificate, key].map(Some);
        let mut look = Look::new(state(1, 1));
        for (now, is_read) in [
            (state(1, 1), false),
            (state(2, 1), false), // The key is still to come.
            (state(2, 2), false),
            (state(2, 2), true),
            (state(2, 2), false),
            ([None, None], false), // Replaced in two steps.
            (state(3, 3), false),
            (state(3, 3), true),
        ] {
            assert_eq!(look.at(now), is_read, "{now:?}");
        }
        look.again();
        assert!(look.at(state(3, 3)), "what could not be used is read again");
        assert!(!look.at(state(3, 3)));
    }
}
