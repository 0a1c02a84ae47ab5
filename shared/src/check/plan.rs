//! What the server does on a probe's connection, step by step, as the address of the probe says it.
//!
//! A plan stands in the query (`?plan=w2000,5*(i64,w100)`), so that any client can ask for any experiment,
//! and the server needs no knowledge of the probes. Letters stand for steps, see [`Step`]; `N*(…)`
//! repeats what is in the brackets.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::close::CloseCode;

/// The query parameter that a plan stands in.
pub const PARAMETER: &str = "plan";

/// One step of a plan.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Step {
    /// `w2000`: says nothing for so many milliseconds.
    Wait(u32),
    /// `i64`: says an item that takes so many bytes with its framing, [`SIZE_MIN`] at
    /// least; over a socket as a text message.
    Item(u32),
    /// `m64`: says an item as a binary message; over a socket only.
    Binary(u32),
    /// `b`: says what keeps a connection busy without reaching a program: a comment in an event
    /// stream, an empty line among lines, a comment in HTML, a ping over a socket.
    Beat,
    /// `c4001`: closes the socket with this code (1000, 3000 to 4999) and [`CLOSE_REASON`]; over a
    /// socket only.
    Close(u16),
    /// `x`: ends the connection in the middle, without a proper end.
    Cut,
}

/// The reason that stands beside the code of [`Step::Close`].
pub const CLOSE_REASON: &str = "as the plan says";

/// Steps that are within bounds: [`STEPS_MAX`], [`TIME_MAX`], [`BYTES_MAX`].
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Plan(Vec<Group>);

/// Steps that are done so often.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Group {
    times: u32,
    steps: Vec<Step>,
}

/// The least number of bytes that an item takes with its framing.
pub const SIZE_MIN: u32 = 64;

/// How many steps a plan has at most, repeated ones counted each time.
pub const STEPS_MAX: u32 = 1_000;

/// How long all waits of a plan take at most.
pub const TIME_MAX: Duration = Duration::from_secs(400);

/// How many bytes all items of a plan take at most.
pub const BYTES_MAX: u64 = 2 * 1024 * 1024;

impl Plan {
    /// Returns the steps, repeated ones each time.
    pub fn steps(&self) -> impl Iterator<Item = Step> {
        let all = self.0.iter().flat_map(|group| (0..group.times).map(move |_| &group.steps));
        all.flatten().copied()
    }

    /// Returns how long all waits take.
    pub fn time(&self) -> Duration {
        let millis = |step| match step {
            Step::Wait(millis) => u64::from(millis),
            Step::Item(_) | Step::Binary(_) | Step::Beat | Step::Close(_) | Step::Cut => 0,
        };
        Duration::from_millis(self.steps().map(millis).sum())
    }

    /// Returns how many items it says.
    pub fn items(&self) -> u32 {
        let items = self.steps().filter(|step| matches!(step, Step::Item(_) | Step::Binary(_)));
        u32::try_from(items.count()).unwrap_or(u32::MAX)
    }

    /// Returns the bytes of the first item, where there is one.
    pub fn first_item(&self) -> Option<u32> {
        self.steps().find_map(|step| match step {
            Step::Item(bytes) | Step::Binary(bytes) => Some(bytes),
            Step::Wait(_) | Step::Beat | Step::Close(_) | Step::Cut => None,
        })
    }

    fn checked(groups: Vec<Group>) -> Result<Self, NotAPlan> {
        let count = |group: &Group| u64::from(group.times) * group.steps.len() as u64;
        if groups.iter().map(count).sum::<u64>() > u64::from(STEPS_MAX) {
            return Err(NotAPlan::TooMany);
        }
        let plan = Self(groups);
        let mut bytes = 0;
        for step in plan.steps() {
            match step {
                Step::Item(size) | Step::Binary(size) if size < SIZE_MIN => {
                    return Err(NotAPlan::TooSmall);
                }
                Step::Item(size) | Step::Binary(size) => bytes += u64::from(size),
                Step::Close(code) if !CloseCode(code).may_be_sent_by_page() => {
                    return Err(NotAPlan::Code(code));
                }
                Step::Wait(_) | Step::Beat | Step::Close(_) | Step::Cut => {}
            }
        }
        if bytes > BYTES_MAX {
            return Err(NotAPlan::TooLarge);
        }
        if plan.time() > TIME_MAX {
            return Err(NotAPlan::TooLong);
        }
        Ok(plan)
    }
}

impl FromStr for Plan {
    type Err = NotAPlan;

    fn from_str(text: &str) -> Result<Self, NotAPlan> {
        let mut groups = vec![];
        let mut rest = text;
        while !rest.is_empty() {
            let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let group = if digits > 0 {
                let (times, after) = rest.split_at(digits);
                let (inner, after) = after
                    .strip_prefix("*(")
                    .and_then(|after| after.split_once(')'))
                    .ok_or_else(|| NotAPlan::Step(rest.to_owned()))?;
                rest = after;
                let steps = inner.split(',').map(step).collect::<Result<_, _>>()?;
                Group { times: number(times, text)?, steps }
            } else {
                let end = rest.find(',').unwrap_or(rest.len());
                let (one, after) = rest.split_at(end);
                rest = after;
                Group { times: 1, steps: vec![step(one)?] }
            };
            groups.push(group);
            match rest.strip_prefix(',') {
                Some(after) if !after.is_empty() => rest = after,
                None if rest.is_empty() => {}
                Some(_) | None => return Err(NotAPlan::Step(rest.to_owned())),
            }
        }
        Self::checked(groups)
    }
}

fn step(text: &str) -> Result<Step, NotAPlan> {
    let wrong = || NotAPlan::Step(text.to_owned());
    let letter = text.chars().next().ok_or_else(wrong)?;
    let rest = &text[letter.len_utf8()..];
    Ok(match (letter, rest) {
        ('w', wait) => Step::Wait(number(wait, text)?),
        ('i', size) => Step::Item(number(size, text)?),
        ('m', size) => Step::Binary(number(size, text)?),
        ('c', code) => Step::Close(number(code, text)?),
        ('b', "") => Step::Beat,
        ('x', "") => Step::Cut,
        _ => return Err(wrong()),
    })
}

fn number<N: FromStr>(digits: &str, within: &str) -> Result<N, NotAPlan> {
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
    let number = digits.parse().ok().filter(|_| plain);
    number.ok_or_else(|| NotAPlan::Step(within.to_owned()))
}

impl TryFrom<String> for Plan {
    type Error = NotAPlan;

    fn try_from(text: String) -> Result<Self, NotAPlan> {
        text.parse()
    }
}

impl From<Plan> for String {
    fn from(plan: Plan) -> Self {
        plan.to_string()
    }
}

/// Such as it stands in an address.
impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, Group { times, steps }) in self.0.iter().enumerate() {
            if place > 0 {
                f.write_str(",")?;
            }
            let steps: Vec<_> = steps.iter().map(ToString::to_string).collect();
            let steps = steps.join(",");
            match times {
                1 => f.write_str(&steps)?,
                times => write!(f, "{times}*({steps})")?,
            }
        }
        Ok(())
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wait(millis) => write!(f, "w{millis}"),
            Self::Item(size) => write!(f, "i{size}"),
            Self::Binary(size) => write!(f, "m{size}"),
            Self::Beat => f.write_str("b"),
            Self::Close(code) => write!(f, "c{code}"),
            Self::Cut => f.write_str("x"),
        }
    }
}

/// Why a text is no plan.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum NotAPlan {
    /// A part of it is no step.
    #[error(
        "\"{0}\" is no step: a plan is a list such as w2000,5*(i64,w100) of w and milliseconds, i or m \
         and bytes, b, c and a close code, x"
    )]
    Step(String),
    /// It has too many steps.
    #[error("more than {STEPS_MAX} steps")]
    TooMany,
    /// An item could not hold what it has to say.
    #[error("an item of fewer than {SIZE_MIN} bytes")]
    TooSmall,
    /// Its items are too large together.
    #[error("items of more than {BYTES_MAX} bytes together")]
    TooLarge,
    /// Its waits are too long together.
    #[error("waits of more than {} s together", TIME_MAX.as_secs())]
    TooLong,
    /// A code that may not stand in a close frame that an application sends.
    #[error("a close code of {0}, and not 1000 or one of 3000 to 4999")]
    Code(u16),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_is_read_and_written() {
        for (text, steps) in [
            ("", vec![]),
            ("w2000", vec![Step::Wait(2_000)]),
            ("i64,b,x", vec![Step::Item(64), Step::Beat, Step::Cut]),
            (
                "2*(i64,w100)",
                vec![Step::Item(64), Step::Wait(100), Step::Item(64), Step::Wait(100)],
            ),
            ("m70,2*(b),c4001", vec![Step::Binary(70), Step::Beat, Step::Beat, Step::Close(4_001)]),
        ] {
            let plan: Plan = text.parse().unwrap();
            assert_eq!(plan.steps().collect::<Vec<_>>(), steps, "{text}");
            assert_eq!(plan.to_string(), text);
        }
        let plan: Plan = "w500,3*(i64,w100,m64),b".parse().unwrap();
        assert_eq!((plan.items(), plan.time()), (6, Duration::from_millis(800)));
    }

    #[test]
    fn what_is_no_step_is_named() {
        let wrong = |text: &str| Err(NotAPlan::Step(text.to_owned()));
        for (text, error) in [
            ("q", wrong("q")),
            ("w", wrong("w")),
            ("w-1", wrong("w-1")),
            ("w+1", wrong("w+1")),
            ("w1,", wrong(",")),
            (",w1", wrong("")),
            ("bb", wrong("bb")),
            ("w99999999999", wrong("w99999999999")),
            ("3(i64)", wrong("3(i64)")),
            ("3*(i64", wrong("3*(i64")),
            ("3*(2*(i64))", wrong("2*(i64")),
            ("2*(b)b", wrong("b")),
            ("é", wrong("é")),
            ("i63", Err(NotAPlan::TooSmall)),
            ("c1006", Err(NotAPlan::Code(1_006))),
            ("1001*(b)", Err(NotAPlan::TooMany)),
            ("4294967295*(b,b)", Err(NotAPlan::TooMany)),
            ("3*(i1048576)", Err(NotAPlan::TooLarge)),
            ("400*(w1001)", Err(NotAPlan::TooLong)),
        ] {
            assert_eq!(text.parse::<Plan>(), error, "{text}");
        }
    }
}
