//! Passes: how the server's own page shows who it is, where a proxy hides that.
//!
//! A pass stands in an answer that only the server's own origin can read. It is signed by a key of
//! this process, says until when it is valid, and belongs to one browser, which a cookie names: a
//! stranger who is no browser can read an answer too, but would have to put the cookie that goes
//! with it into somebody else's browser. Over https no other host can do that (the cookie's name
//! begins with `__Host-`). Where the server is asked by http, or does not learn that it was https,
//! pages of sibling domains can, and so can whoever sits on the way; and programs that serve pages
//! under the same host name, on other ports, are told the cookie by browsers. These are trusted not to
//! abuse it.

use std::time::Duration;

use echoclock_shared::pass::Pass;
use hmac::digest::KeyInit;
use hmac::{Hmac, Mac};
use http::header::{COOKIE, HeaderMap, HeaderValue};
use sha2::Sha256;
use tokio::time::Instant;

/// Gives passes, and knows its own again.
#[derive(Debug)]
pub struct Passes {
    signer: Hmac<Sha256>,
    /// What the times in passes are counted from: setting the wall clock changes nothing.
    start: Instant,
    valid_for: Duration,
}

impl Passes {
    /// Makes a process's passes.
    ///
    /// # Errors
    ///
    /// Where the operating system gives no random bytes for the key.
    pub fn new(valid_for: Duration) -> Result<Self, getrandom::Error> {
        let mut key = [0; 32];
        getrandom::fill(&mut key)?;
        let signer = Hmac::new_from_slice(&key).expect("a key may have any length");
        Ok(Self { signer, start: Instant::now(), valid_for })
    }

    /// Gives a pass to a browser.
    pub(crate) fn give(&self, browser: &Browser, now: Instant) -> Pass {
        let until = millis(now + self.valid_for - self.start);
        let signature = self.signed(until, browser).finalize().into_bytes();
        let value = format!("{until:x}{SEPARATOR}{}", hex(&signature[..SIGNATURE]));
        Pass { value, valid_for: self.valid_for.as_secs() }
    }

    /// Tells whether a pass is this process's, of this browser, and still valid.
    pub(crate) fn judge(&self, pass: &str, browser: &Browser, now: Instant) -> Shown {
        let Some((until, signature)) = pass.split_once(SEPARATOR) else { return Shown::Unknown };
        let Ok(until) = u64::from_str_radix(until, 16) else { return Shown::Unknown };
        let Some(signature) = unhex::<SIGNATURE>(signature) else { return Shown::Unknown };
        // In constant time, so that nobody can guess it byte by byte.
        let is_ours = self.signed(until, browser).verify_truncated_left(&signature).is_ok();
        match is_ours {
            true if millis(now - self.start) < until => Shown::Good,
            true => Shown::Over,
            false => Shown::Unknown,
        }
    }

    fn signed(&self, until: u64, browser: &Browser) -> Hmac<Sha256> {
        self.signer.clone().chain_update(until.to_be_bytes()).chain_update(browser.0)
    }
}

/// What a pass that is shown is worth.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Shown {
    /// It lets in.
    Good,
    /// It did until a while ago.
    Over,
    /// It is none of this process's, or another browser's.
    Unknown,
}

/// What a browser is known by until it is closed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Browser([u8; 16]);

impl Browser {
    /// Names a browser anew.
    ///
    /// # Errors
    ///
    /// Where the operating system gives no random bytes.
    pub(crate) fn new() -> Result<Self, getrandom::Error> {
        let mut name = [0; 16];
        getrandom::fill(&mut name)?;
        Ok(Self(name))
    }

    /// Knows a browser by its cookie (RFC 6265, section 4.2); not where there are several, of which
    /// one is somebody else's doing.
    pub(crate) fn of(headers: &HeaderMap, scheme: &str) -> Option<Self> {
        let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
        let pairs = lines.flat_map(|line| line.split(';')).filter_map(|it| it.split_once('='));
        let mut names = pairs.filter(|(name, _)| name.trim() == cookie_name(scheme));
        match (names.next(), names.next()) {
            (Some((_, name)), None) => unhex(name.trim()).map(Self),
            _ => None,
        }
    }

    /// Returns what has the browser keep its name: out of the reach of scripts and of other sites.
    pub(crate) fn cookie(self, scheme: &str) -> HeaderValue {
        // A name with that prefix has to be for all of a host's addresses. Otherwise, without a path,
        // it is for what lies beside the address that sets it, below whatever prefix a proxy may
        // have put before it.
        let secure = if scheme == HTTPS { "; Path=/; Secure" } else { "" };
        let (name, value) = (cookie_name(scheme), hex(&self.0));
        HeaderValue::try_from(format!("{name}={value}; HttpOnly; SameSite=Strict{secure}"))
            .expect("these are plain ASCII")
    }
}

/// Returns the cookie's name: over https one that no other host can set (RFC 6265bis, section 4.1.3).
fn cookie_name(scheme: &str) -> &'static str {
    if scheme == HTTPS { "__Host-echoclock-browser" } else { "echoclock-browser" }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    let digits = text.as_bytes();
    if digits.len() != 2 * N || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    for (byte, place) in bytes.iter_mut().zip((0..).step_by(2)) {
        *byte = u8::from_str_radix(&text[place..place + 2], 16).ok()?;
    }
    Some(bytes)
}

/// How much of a signature a pass holds, in bytes: half, as RFC 2104, section 5 advises.
const SIGNATURE: usize = 16;

const SEPARATOR: char = '-';

const HTTPS: &str = "https";

#[cfg(test)]
mod tests {
    use super::*;

    const TEN_MINUTES: Duration = Duration::from_secs(600);

    fn passes() -> Passes {
        Passes::new(TEN_MINUTES).expect("there are random bytes")
    }

    #[test]
    fn a_pass_is_good_for_its_browser_its_process_and_its_time() {
        let (ours, others) = (passes(), passes());
        let (browser, another) = (Browser([7; 16]), Browser([8; 16]));
        let now = Instant::now() + Duration::from_secs(60);
        let pass = ours.give(&browser, now);
        assert_eq!(pass.lasts(), TEN_MINUTES);
        let just_before = TEN_MINUTES - Duration::from_millis(1);
        for (passes, browser, later, shown) in [
            (&ours, &browser, Duration::ZERO, Shown::Good),
            (&ours, &browser, just_before, Shown::Good),
            (&ours, &browser, TEN_MINUTES, Shown::Over),
            (&ours, &browser, TEN_MINUTES * 100, Shown::Over),
            (&ours, &another, Duration::ZERO, Shown::Unknown),
            (&others, &browser, Duration::ZERO, Shown::Unknown),
        ] {
            let judged = passes.judge(&pass.value, browser, now + later);
            assert_eq!(judged, shown, "after {later:?}");
        }
    }

    #[test]
    fn nothing_but_a_pass_is_one() {
        let (passes, browser, now) = (passes(), Browser([7; 16]), Instant::now());
        let pass = passes.give(&browser, now).value;
        let (until, signature) = pass.split_once(SEPARATOR).unwrap();
        let later = u64::from_str_radix(until, 16).unwrap() + 1;
        let last = if pass.ends_with('0') { '1' } else { '0' };
        for other in [
            String::new(),
            SEPARATOR.to_string(),
            format!("{until}{SEPARATOR}"),
            format!("{SEPARATOR}{signature}"),
            format!("{later:x}{SEPARATOR}{signature}"),
            format!("{}{last}", &pass[..pass.len() - 1]),
            pass[..pass.len() - 1].to_owned(),
            pass[..pass.len() - 2].to_owned(),
            format!("{pass}00"),
            format!("{until}{SEPARATOR}{}", "é".repeat(16)),
            format!("{}{SEPARATOR}{signature}", "f".repeat(17)),
            pass.replace(SEPARATOR, "."),
        ] {
            let judged = passes.judge(&other, &browser, now);
            assert_eq!(judged, Shown::Unknown, "{other:?} is not {pass}");
        }
        assert_eq!(passes.judge(&pass, &browser, now), Shown::Good);
    }

    #[test]
    fn a_browser_is_known_by_its_cookie() {
        let name = "0123456789abcdef0123456789abcdef";
        let browser = Browser(unhex(name).unwrap());
        for (lines, known) in [
            (&[][..], None),
            (&["echoclock-browser=0123456789abcdef0123456789abcdef"], Some(browser)),
            (&["a=b; echoclock-browser=0123456789abcdef0123456789abcdef;c=d"], Some(browser)),
            (&["a=b", "echoclock-browser=0123456789ABCDEF0123456789abcdef"], Some(browser)),
            (&["echoclock-browser="], None),
            (&["echoclock-browser=0123456789abcdef0123456789abcde"], None),
            (&["echoclock-browser=0123456789abcdef0123456789abcdeg"], None),
            (&["echoclock-browser2=0123456789abcdef0123456789abcdef"], None),
            (&["echoclock-browser"], None),
            (&["__Host-echoclock-browser=0123456789abcdef0123456789abcdef"], None),
            (
                &[
                    "echoclock-browser=0123456789abcdef0123456789abcdef",
                    "echoclock-browser=0123456789abcdef0123456789abcdef",
                ],
                None,
            ),
        ] {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(COOKIE, HeaderValue::from_static(line));
            }
            assert_eq!(Browser::of(&headers, "http"), known, "{headers:?}");
        }
        for (scheme, prefix, more) in [("http", "", ""), ("https", "__Host-", "; Path=/; Secure")] {
            let cookie = browser.cookie(scheme);
            let told = format!("{prefix}echoclock-browser={name}; HttpOnly; SameSite=Strict{more}");
            assert_eq!(cookie.to_str().unwrap(), told);
            let shown = told.split(';').next().and_then(|pair| pair.parse().ok()).unwrap();
            let headers = [(COOKIE, shown)].into_iter().collect();
            assert_eq!(Browser::of(&headers, scheme), Some(browser), "{scheme}");
        }
    }
}
