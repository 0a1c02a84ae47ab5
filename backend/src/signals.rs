//! The signals that ask the program to stop.

#[cfg(unix)]
pub use on_unix::{HangUps, Signals};

#[cfg(windows)]
pub use on_windows::{HangUps, Signals};

#[cfg(unix)]
mod on_unix {
    use std::ffi::c_int;
    use std::io;
    use std::sync::Arc;
    use std::sync::atomic::AtomicBool;

    use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
    use signal_hook::flag;
    use tokio::signal::unix::{Signal, SignalKind, signal};

    /// SIGINT, SIGTERM and SIGQUIT ask for an orderly end, and a second one ends the program at
    /// once: within the signal's handler, so that nothing can be in its way.
    ///
    /// SIGHUP, which comes when the terminal goes away, asks for an orderly end too, and is
    /// neither a first nor a second one: shells and systems send it several times, and then one of the
    /// others. Where it was ignored when the program
    /// began, as `nohup` has it, it is ignored.
    #[derive(Debug)]
    pub struct Signals {
        interrupt: Signal,
        terminate: Signal,
        quit: Signal,
        hang_up: Option<Signal>,
    }

    impl Signals {
        /// Begins to listen; to be called within a runtime. Without `hang_up` SIGHUP is left to others.
        ///
        /// # Errors
        ///
        /// Where the system does not let it.
        pub fn listen(hang_up: bool) -> io::Result<Self> {
            let has_come = Arc::new(AtomicBool::new(false));
            for number in [SIGINT, SIGTERM, SIGQUIT] {
                let code = OF_A_SIGNAL + number;
                flag::register_conditional_shutdown(number, code, Arc::clone(&has_come))?;
            }
            for number in [SIGINT, SIGTERM, SIGQUIT] {
                flag::register(number, Arc::clone(&has_come))?;
            }
            let hang_up = hang_up && is_ignored(SIGHUP) == Some(false);
            let listen = |number| signal(SignalKind::from_raw(number));
            Ok(Self {
                interrupt: listen(SIGINT)?,
                terminate: listen(SIGTERM)?,
                quit: listen(SIGQUIT)?,
                hang_up: hang_up.then(|| listen(SIGHUP)).transpose()?,
            })
        }

        /// Waits for one, and returns its name.
        pub async fn next(&mut self) -> &'static str {
            let hang_up = async {
                match &mut self.hang_up {
                    Some(signal) => signal.recv().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                _ = self.interrupt.recv() => "SIGINT",
                _ = self.terminate.recv() => "SIGTERM",
                _ = self.quit.recv() => "SIGQUIT",
                _ = hang_up => "SIGHUP",
            }
        }
    }

    /// SIGHUP where it asks for what has changed, and ends nothing; `nohup` or not.
    #[derive(Debug)]
    pub struct HangUps(Signal);

    impl HangUps {
        /// Begins to listen; to be called within a runtime.
        ///
        /// # Errors
        ///
        /// Where the system does not let it.
        pub fn listen() -> io::Result<Self> {
            signal(SignalKind::hangup()).map(Self)
        }

        /// Waits for one.
        pub async fn next(&mut self) {
            self.0.recv().await;
        }
    }

    /// Whether the program was started with a signal ignored; nothing where that can't be seen,
    /// which is everywhere but on Linux. There SIGHUP is left as the system has it.
    fn is_ignored(number: c_int) -> Option<bool> {
        let status = std::fs::read_to_string("/proc/self/status").ok()?;
        let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"))?;
        let ignored = u64::from_str_radix(ignored.trim(), 16).ok()?;
        Some(ignored >> (number - 1) & 1 == 1)
    }

    /// The exit code of a program that a signal has ended is this and the signal's number, as
    /// shells give it.
    const OF_A_SIGNAL: c_int = 128;

    #[cfg(test)]
    mod tests {
        use super::*;

        #[cfg(target_os = "linux")]
        #[test]
        fn signals_that_are_ignored_are_seen() {
            // The standard library has a program ignore one, and those below can't be.
            use signal_hook::consts::{SIGKILL, SIGPIPE};
            assert_eq!(is_ignored(SIGPIPE), Some(true));
            assert_eq!(is_ignored(SIGKILL), Some(false));
        }
    }
}

#[cfg(windows)]
mod on_windows {
    use std::io;
    use std::process::exit;

    use tokio::signal::windows::{CtrlC, ctrl_c};

    /// Ctrl-C asks for an orderly end, and a second one ends the program at once.
    #[derive(Debug)]
    pub struct Signals(CtrlC);

    impl Signals {
        /// Begins to listen; to be called within a runtime.
        ///
        /// # Errors
        ///
        /// Where the system does not let it.
        pub fn listen(_hang_up: bool) -> io::Result<Self> {
            let (first, mut all) = (ctrl_c()?, ctrl_c()?);
            tokio::spawn(async move {
                all.recv().await;
                all.recv().await;
                exit(STOPPED_AT_ONCE);
            });
            Ok(Self(first))
        }

        /// Waits for one, and returns its name.
        pub async fn next(&mut self) -> &'static str {
            self.0.recv().await;
            "Ctrl-C"
        }
    }

    /// What asks for what has changed: nothing does on this system.
    #[derive(Debug)]
    pub struct HangUps;

    impl HangUps {
        /// Listens to nothing.
        ///
        /// # Errors
        ///
        /// None.
        pub fn listen() -> io::Result<Self> {
            Ok(Self)
        }

        /// Waits for ever.
        pub async fn next(&mut self) {
            std::future::pending().await
        }
    }

    /// The exit code of a program that Ctrl-C has ended.
    const STOPPED_AT_ONCE: i32 = 130;
}
