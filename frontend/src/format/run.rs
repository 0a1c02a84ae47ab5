//! What a run has shown of a transport, in a sentence.

use echoclock_shared::{counted, say};

use super::{count, delay, octets};

/// What a run has come to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Run {
    /// How many ticks have arrived.
    pub ticks: u64,
    /// How many requests that took.
    pub requests: u64,
    /// How many bytes each tick took besides its own, where that is known.
    pub overhead: Option<u64>,
    /// The median of the delays in microseconds, where one is known.
    pub p50: Option<i64>,
}

/// Puts a run into a sentence; nothing where nothing has arrived.
pub fn run(run: Run) -> Option<String> {
    let Run { ticks, requests, overhead, p50 } = run;
    if ticks == 0 {
        return None;
    }
    let came = counted!(ticks, "{n} tick", "{n} ticks", n = count(ticks));
    let took = counted!(requests, "{n} request", "{n} requests", n = count(requests));
    let mut told = say!("In this run: {came} over {took}", came, took);
    if let Some(p50) = p50 {
        told = say!("{told}, half of them within {p50}", told, p50 = delay(p50));
    }
    if let Some(overhead) = overhead {
        let overhead = octets(overhead);
        told = say!("{told}, {overhead} each besides the tick’s own", told, overhead);
    }
    let each = ticks / requests.max(1);
    if each > 1 {
        told = say!("{told}; {each} ticks to a request", told, each = count(each));
    }
    Some(say!("{told}.", told))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_told_as_far_as_it_is_known() {
        for (ticks, requests, overhead, p50, told) in [
            (0, 3, None, None, None),
            (1, 1, None, None, Some("In this run: 1 tick over 1 request.")),
            (
                9,
                10,
                Some(826),
                Some(154_000),
                Some(
                    "In this run: 9 ticks over 10 requests, half of them within 154 ms, 826 B each \
                     besides the tick’s own.",
                ),
            ),
            (
                4_000,
                2,
                None,
                Some(900),
                Some(
                    "In this run: 4,000 ticks over 2 requests, half of them within 0.9 ms; 2,000 \
                     ticks to a request.",
                ),
            ),
        ] {
            let told = told.map(str::to_owned);
            assert_eq!(run(Run { ticks, requests, overhead, p50 }), told);
        }
    }
}
