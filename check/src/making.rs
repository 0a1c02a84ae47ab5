//! A run, made as the arguments say.

use std::io::{IsTerminal, Write, stderr};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use anyhow::Context;
use echoclock_shared::check::evidence::Client;
use echoclock_shared::check::report::{self, End, Ran};
use echoclock_shared::check::request::Request;
use echoclock_shared::check::run::{Setup, Slots};
use echoclock_shared::check::suite::{self, Depth, of_lanes};
use echoclock_shared::info::Info;
use echoclock_shared::ledger::LedgerId;
use echoclock_shared::path;
use echoclock_shared::time::UnixMillis;

use crate::address::Base;
use crate::arguments::Check;
use crate::checked::Checked;
use crate::connect::Connector;
use crate::drive::drive;
use crate::probe::Edge;
use crate::send::Server;
use crate::terminal::Progress;

/// Makes a run, and tells how far it is on the standard error.
///
/// # Errors
///
/// Where no Echoclock is there that lets itself be checked.
pub(crate) async fn make(arguments: &Check) -> anyhow::Result<Checked> {
    let url = &arguments.url;
    let base = Base::of(url)?;
    let page = base.page();
    let proxy = arguments.proxy(&base)?;
    let asked = proxy.as_ref().map(ToString::to_string);
    let connector = Connector::new(&base, arguments.insecure, proxy)?;
    let mut dice = [0; 16];
    getrandom::fill(&mut dice).context("no random bytes for the run's name")?;
    let run = LedgerId::from_random(u128::from_ne_bytes(dice));
    let server = Arc::new(Server { base, connector, headers: arguments.header.clone() });
    let edge = Edge { server, run: run.clone() };
    let info = is_there(&edge).await.with_context(|| format!("{url} can't be checked"))?;

    let (depth, lanes) = (arguments.depth(), arguments.lanes());
    let probes = of_lanes(suite::probes(depth), &lanes);
    let setup = Setup {
        probes: probes.clone(),
        slots: Slots::of(Client::CommandLine),
        client: Client::CommandLine,
        url: page,
        time: depth.time(),
        has_ledgers: info.ledgers,
        run,
        began: now(),
    };
    let time = if depth == Depth::Deep { "about six minutes" } else { "a minute at most" };
    // Nothing fails because nobody listens.
    let _ = writeln!(
        stderr(),
        "{} probes, {time}; Ctrl-C ends it with what is known by then",
        probes.len()
    );
    let start = Instant::now();
    let mut progress = Progress::new(stderr(), stderr().is_terminal());
    let (evidence, is_complete) = drive(&edge, setup, &mut progress).await;
    progress.finish();
    let end = match is_there(&edge).await {
        Ok(_) if is_complete => End::Complete,
        Ok(_) => End::Stopped,
        Err(why) => {
            let _ = writeln!(stderr(), "the server has gone meanwhile ({why:#})");
            End::ServerGone
        }
    };
    let ran = Ran {
        program: env!("CARGO_PKG_VERSION").to_owned(),
        took: start.elapsed(),
        end,
        is_deep: depth == Depth::Deep,
        hidden: vec![],
    };
    let mut report = report::of(&evidence, ran);
    report.proxy = asked;
    report.not_tested.extend(report::left_out(&lanes));
    Ok(Checked { report, probes, lanes })
}

/// Asks whether there is an Echoclock that lets itself be checked.
async fn is_there(edge: &Edge) -> anyhow::Result<Info> {
    let request = Request::get(path::below_api(path::INFO).to_owned());
    let info = tokio::time::timeout(FIRST_ANSWER_WITHIN, edge.read::<Info>(&request)).await;
    let info = info.context("nothing answers there within 10 s")??;
    let info = info.context("what answers there is no Echoclock")?;
    anyhow::ensure!(info.check, "this Echoclock's check is switched off, or it has none yet");
    Ok(info)
}

/// Returns the time by this machine's clock.
pub(crate) fn now() -> UnixMillis {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    UnixMillis::default().plus(since)
}

/// How long the first answer may take.
const FIRST_ANSWER_WITHIN: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests {
    use echoclock_shared::check::probe::Lane;

    use super::*;

    #[test]
    fn what_was_left_out_is_not_probed_and_said() {
        let all = || suite::probes(Depth::Deep);
        let probes = of_lanes(all(), &[Lane::Socket]);
        assert_eq!(probes[0].id.0, "seen", "clocks are compared by it");
        assert!(probes[1..].iter().all(|probe| probe.lane == Lane::Socket) && probes.len() > 9);
        let why = "Left out by --only: requests, polling, long-polling, streaming, frame, sse.";
        assert_eq!(report::left_out(&[Lane::Socket]).unwrap().why, why);
        assert_eq!(of_lanes(all(), &Lane::ALL).len(), all().len());
        assert_eq!(report::left_out(&Lane::ALL), None);
    }
}
