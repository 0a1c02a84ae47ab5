//! A server that restarts behind a proxy under many followers, none of whom may miss a tick.
//!
//! nginx has its configuration of `deploy/` with the second instance's line put in force. That one is up
//! before the first one drains, and then the other way round. Who is sent away comes back as the page
//! does: after its waits, from its cursor.

mod crowd;

use std::net::SocketAddr;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use clap::Args;
use rustix::process::Signal;

use self::crowd::Crowd;
use crate::deployed::{self, Behind};
use crate::fleet::{self, Fleet};
use crate::folder::{self, Folder};
use crate::process::{Server, free_address};
use crate::program::{Place, Programs};
use crate::{machine, tied};

/// How many follow.
#[derive(Args, Clone, Debug)]
pub(crate) struct Restart {
    /// How many follow, in all six ways
    #[arg(long, value_name = "NUMBER", default_value_t = 1_000)]
    followers: usize,
    #[command(flatten)]
    behind: Behind,
}

pub(crate) fn restart(order: &Restart) -> Result<()> {
    tied::end_with_parent()?;
    folder::sweep();
    // nginx has two for each.
    machine::allow_files(order.followers as u64 * 3 + 1_000)?;
    let addresses = [free_address()?, free_address()?];
    let mut old = order.serve(addresses[0])?;
    let mut configured = deployed::NGINX.read(&order.behind.deploy)?;
    let second = format!("server {}", addresses[1]);
    ensure!(configured.configuration.contains(SECOND), "nginx is told of no second instance");
    configured.configuration = configured.configuration.replace(SECOND, &second);
    let folder = Folder::make("restart")?;
    let listen = free_address()?;
    let place = Place { listen, next: old.address, folder: folder.path() };
    let _nginx = Programs::from(&order.behind.told).start("nginx", &configured, place)?;

    let mut fleet = Fleet::new(listen)?;
    let mut crowd = Crowd::new(order.followers);
    crowd.come(&mut fleet)?;
    crowd.until_all_hear(&mut fleet, TICKS, HEARD_WITHIN)?;
    for restart in 1..=2 {
        let began = Instant::now();
        let mut new = order.serve(addresses[restart % 2])?;
        old.signal(Signal::TERM);
        while old.has_ended().is_none() {
            ensure!(began.elapsed() < ENDS_WITHIN, "the old server does not end:\n{}", old.said());
            crowd.goes_on(&mut fleet, STEP)?;
        }
        let status = old.has_ended().context("it has ended")?;
        ensure!(status.success(), "the old server ended with {status}");
        crowd.until_all_hear(&mut fleet, TICKS, HEARD_WITHIN)?;
        std::mem::swap(&mut old, &mut new);
        say(&format!("restart {restart}: {}", crowd.tells()));
    }
    crowd.judge(&fleet)
}

impl Restart {
    fn serve(&self, address: SocketAddr) -> Result<Server> {
        let mut command = Command::new(&self.behind.server);
        command.args(["serve", "--listen", &address.to_string()]).args(fleet::ONE_CLIENT);
        command.env("ECHOCLOCK_LOG_LEVEL", "warn,echoclock=info");
        Server::start(tied::tied(&command)?, None)
    }
}

#[expect(clippy::print_stdout, reason = "what is found out is what it is made for")]
fn say(line: &str) {
    println!("{line}");
}

/// What begins the line of nginx's configuration that tells of a second instance.
const SECOND: &str = "# server 127.0.0.1:3001";
/// So many ticks have to come to each before a restart, and after it.
const TICKS: u64 = 3;
const HEARD_WITHIN: Duration = Duration::from_secs(60);
/// The server's own limit is 5 s, from the signal on.
const ENDS_WITHIN: Duration = Duration::from_secs(15);
const STEP: Duration = Duration::from_millis(20);
