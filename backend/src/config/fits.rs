//! Whether the values of several settings go together, and with what is on the disk.

use std::path::PathBuf;
use std::time::Duration;

use super::fault::Fault;
use super::in_force;
use super::merged::Merged;
use super::setting;
use super::source::Source;
use crate::tls;

/// Looks whether all of them do.
pub(super) fn fits(merged: &Merged<'_>) -> Result<(), Fault> {
    sockets_can_answer(merged)?;
    tls_is_whole(merged)?;
    somewhere_to_send_on_to(merged)?;
    there_is_a_site(merged)?;
    tls_can_be_used(merged)
}

fn sockets_can_answer(merged: &Merged<'_>) -> Result<(), Fault> {
    let ping_every: Option<&Duration> = merged.matches.get_one("socket_ping_every");
    let silence = merged.matches.get_one("socket_silence");
    if ping_every < silence {
        return Ok(());
    }
    let every = ping_every.map_or(0, Duration::as_secs);
    let by = source(merged, "socket_ping_every");
    Err(wrong(
        merged,
        "socket_silence",
        format!(
            "not longer than socket-ping-every = {every}, {by}: no socket could give a sign of life"
        ),
    ))
}

fn tls_is_whole(merged: &Merged<'_>) -> Result<(), Fault> {
    let is_self_signed = merged.matches.get_flag(SELF_SIGNED);
    let (id, told) = match (path(merged, CERTIFICATE), path(merged, KEY)) {
        (Some(_), _) | (_, Some(_)) if is_self_signed => {
            (SELF_SIGNED, "not together with tls-cert and tls-key: they are a certificate already")
        }
        (Some(_), None) => (CERTIFICATE, "not without tls-key, its key"),
        (None, Some(_)) => (KEY, "not without tls-cert, the certificate that it is the key of"),
        (None, None) | (Some(_), Some(_)) => return Ok(()),
    };
    Err(wrong(merged, id, told.to_owned()))
}

fn there_is_a_site(merged: &Merged<'_>) -> Result<(), Fault> {
    match path(merged, SITE) {
        Some(folder) if !folder.is_dir() => {
            Err(wrong(merged, SITE, "there is no such folder".to_owned()))
        }
        Some(_) | None => Ok(()),
    }
}

fn tls_can_be_used(merged: &Merged<'_>) -> Result<(), Fault> {
    let (Some(certificate), Some(key)) = (path(merged, CERTIFICATE), path(merged, KEY)) else {
        return Ok(());
    };
    match (tls::Files { certificate, key }).read() {
        Ok(_) => Ok(()),
        Err(tls::Fault::Certificate(fault)) => Err(wrong(merged, CERTIFICATE, fault)),
        Err(tls::Fault::Key(fault)) => Err(wrong(merged, KEY, fault)),
    }
}

fn somewhere_to_send_on_to(merged: &Merged<'_>) -> Result<(), Fault> {
    let is_set = |id| merged.matches.contains_id(id);
    let has_tls = is_set(CERTIFICATE) || merged.matches.get_flag(SELF_SIGNED);
    if is_set(REDIRECT) && !has_tls {
        let told = "not without tls-cert or tls-self-signed: there is no TLS to send on to";
        return Err(wrong(merged, REDIRECT, told.to_owned()));
    }
    if is_set(REDIRECT_PORT) && !is_set(REDIRECT) {
        let told = "not without redirect-listen: nobody is sent on";
        return Err(wrong(merged, REDIRECT_PORT, told.to_owned()));
    }
    Ok(())
}

fn path(merged: &Merged<'_>, id: &str) -> Option<PathBuf> {
    merged.matches.get_one(id).cloned()
}

fn wrong(merged: &Merged<'_>, id: &str, fault: String) -> Fault {
    let setting = setting::settings(merged.command).find(|setting| setting.get_id() == id);
    let setting = setting.expect("it is one of the definition");
    let value = in_force::value(setting, merged);
    Fault::Value { name: setting::name(setting).to_owned(), value, from: source(merged, id), fault }
}

fn source(merged: &Merged<'_>, id: &str) -> Source {
    let setting = setting::settings(merged.command).find(|setting| setting.get_id() == id);
    setting.and_then(|setting| merged.source(setting)).unwrap_or(Source::Default)
}

const SITE: &str = "site";
const CERTIFICATE: &str = "tls_cert";
const KEY: &str = "tls_key";
const SELF_SIGNED: &str = "tls_self_signed";
const REDIRECT: &str = "redirect_listen";
const REDIRECT_PORT: &str = "redirect_port";
