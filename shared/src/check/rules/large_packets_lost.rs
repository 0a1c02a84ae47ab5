//! Packets of full size are lost on the way.

use crate::check::evidence::Evidence;
use crate::check::hops::Hop;
use crate::check::observed::Heard;
use crate::check::rule::{Explained, Lines, Remedy, Rule};
use crate::check::shown::told;
use crate::check::signs::{Sign, Symptom};
use crate::{say, text};

/// See `docs/PATHS.md`.
pub(super) const RULE: Rule = Rule {
    id: "large-packets-lost",
    title: text!("Packets of full size are lost"),
    symptoms: &["over_limit"],
    symptom: text!(
        "Small messages pass, those of some 1,300 bytes and more hang: no answer, no error, no \
         end."
    ),
    cause: text!(
        "A tunnel (VPN, PPPoE, a container's network) carries smaller packets than the ends \
         believe, and the messages that would tell them are filtered on the way: a black hole of \
         the path's MTU."
    ),
    look_alikes: text!(
        "A limit on bodies or messages answers, or closes, and lies at a round number."
    ),
    rests_on: &[
        "https://www.rfc-editor.org/rfc/rfc2923#section-2.1",
        "https://www.rfc-editor.org/rfc/rfc4821",
        "https://github.com/lxc/incus/issues/2405",
    ],
    remedies: &[
        Remedy {
            hop: Hop::Server,
            before: Lines::Configuration("mtu 1500"),
            after: Lines::Configuration(
                "iptables -t mangle -A FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS \
                 --clamp-mss-to-pmtu",
            ),
            note: text!(
                "On the router at the tunnel; or an MTU of 1,280 to 1,400 on its interface."
            ),
            tried_on: None,
        },
        Remedy {
            hop: Hop::Client,
            before: Lines::Configuration("net.ipv4.tcp_mtu_probing = 0"),
            after: Lines::Configuration("sysctl -w net.ipv4.tcp_mtu_probing=1"),
            note: text!(
                "On Linux, where the router is not yours; on the server's machine as well."
            ),
            tried_on: None,
        },
    ],
    explains,
};

fn explains(sign: &Sign, evidence: &Evidence) -> Option<Explained> {
    let Symptom::OverLimit { passed, failed } = sign.symptom else { return None };
    let is_packet = passed < PACKET && failed >= SMALL;
    let told = told(sign, evidence);
    let is_silent = !told.is_empty()
        && !told.iter().any(|told| {
            told.heard().any(|note| {
                matches!(note.what, Heard::Closed { code: 1_009, .. })
                    || matches!(note.what, Heard::Head { status: 300.., .. })
            })
        });
    (is_packet && is_silent).then(|| {
        let says = say!("{passed} bytes pass, {failed} hang, and nothing says why", passed, failed);
        if failed <= TWO_PACKETS { Explained::medium(says) } else { Explained::low(says) }
    })?
}

/// What surely fits into one packet, in bytes.
const SMALL: u64 = 1_100;

/// What no packet of an Ethernet holds.
const PACKET: u64 = 1_500;

/// What takes two of them.
const TWO_PACKETS: u64 = 3_000;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::probe::Lane;
    use crate::check::rule::{Confidence, sure};
    use crate::check::sample::Sample;

    #[test]
    fn large_packets_lost_is_told_by_a_packets_size_and_by_silence() {
        let socket = || Sample::socket("sizes");
        let refused = socket().note(9, Heard::Closed { code: 1_009, reason: String::new() });
        for (passed, failed, sample, confidence) in [
            (1_024, 1_500, socket(), Some(Confidence::Medium)),
            (1_024, 16_384, socket(), Some(Confidence::Low)),
            (1_024, 1_500, refused, None),
            (65_536, 131_072, socket(), None),
        ] {
            let symptom = Symptom::OverLimit { passed, failed };
            assert_eq!(sure(&RULE, symptom, Lane::Socket, &[sample], &["sizes"]), confidence);
        }
    }
}
