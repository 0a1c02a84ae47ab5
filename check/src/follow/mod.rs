//! `--follow`: any stream or socket of any server, and what this side alone can tell of it.

mod scan;

mod tally;

mod followed;

mod telling;

mod link;

use std::path::PathBuf;

use anyhow::Context;
use echoclock_shared::time::UnixMillis;

use crate::address::Base;
use crate::arguments::Check;
use crate::connect::Connector;
use crate::outputs::{Outputs, Write, say};
use crate::send::Server;
use followed::{Followed, SCHEMA};

/// Follows what the arguments name, and tells of it.
///
/// # Errors
///
/// Where there is nothing to follow, or a file can't be written.
pub(crate) async fn follow(arguments: &Check, began: UnixMillis) -> anyhow::Result<()> {
    let outputs = Outputs::<Followed>::new([
        (arguments.json.clone(), as_json as Write<Followed>),
        (arguments.markdown.clone(), |followed| Ok(telling::markdown(followed))),
    ] as [(Option<PathBuf>, Write<Followed>); 2])?;
    let url = &arguments.url;
    let (base, target, is_socket) = Base::of_resource(url)?;
    let connector = Connector::new(&base, arguments.insecure, arguments.proxy(&base)?)?;
    let server = Server { base, connector, headers: arguments.header.clone() };
    let seen = link::follow(&server, &target, is_socket, arguments.time).await;
    let seen = seen.with_context(|| format!("{url} can't be followed"))?;
    let took = u64::try_from(seen.took.as_millis()).unwrap_or(u64::MAX);
    let followed = Followed {
        schema: SCHEMA,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        url: url.clone(),
        began,
        took,
        kind: seen.kind,
        says: telling::says(seen.kind, &seen.head, &seen.measures, &seen.end, took),
        not_told: telling::not_told(),
        head: seen.head,
        measures: seen.measures,
        end: seen.end,
    };
    outputs.write(&followed)?;
    if outputs.takes_standard() {
        return Ok(());
    }
    say(&telling::text(&followed))
}

fn as_json(followed: &Followed) -> anyhow::Result<String> {
    Ok(serde_json::to_string_pretty(followed).context("what was followed as JSON")? + "\n")
}
