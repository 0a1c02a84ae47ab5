//! What the check's addresses say: parameters that the endpoints share.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use echoclock_shared::check::answer::STATUSES;
use echoclock_shared::check::body::BODY_MAX;
use echoclock_shared::check::plan::{self, NotAPlan, Plan};
use echoclock_shared::check::probe::Form;
use echoclock_shared::limits::CHECK_WAIT_MAX;
use http::StatusCode;

use crate::error::Refusal;
use crate::transport::{PlainWords, Query};

/// Takes a plan; one that is not given does nothing.
///
/// # Errors
///
/// Where it makes no sense.
pub(super) fn take_plan(query: &mut Query) -> Result<Plan, Refusal> {
    Ok(query.take(plan::PARAMETER)?.map(|Planned(plan)| plan).unwrap_or_default())
}

/// Takes a parameter that has to be there.
///
/// # Errors
///
/// Where it is not, or makes no sense.
pub(super) fn take_needed<T>(query: &mut Query, name: &'static str) -> Result<T, Refusal>
where
    T: FromStr<Err: PlainWords>,
{
    query.take(name)?.ok_or_else(|| Refusal::parameter(name, "is missing"))
}

/// Takes what is on where it is 1.
///
/// # Errors
///
/// Where it is neither that nor 0.
pub(super) fn take_switch(query: &mut Query, name: &'static str) -> Result<bool, Refusal> {
    Ok(query.take(name)?.is_some_and(|Switch(is_on)| is_on))
}

struct Planned(Plan);

impl FromStr for Planned {
    type Err = BadPlan;

    fn from_str(text: &str) -> Result<Self, BadPlan> {
        text.parse().map(Self).map_err(BadPlan)
    }
}

/// The text is no plan, and why.
#[derive(Debug, thiserror::Error)]
#[error("no plan: {0}")]
struct BadPlan(NotAPlan);

impl PlainWords for BadPlan {}

#[derive(Clone, Copy)]
struct Switch(bool);

impl FromStr for Switch {
    type Err = BadSwitch;

    fn from_str(text: &str) -> Result<Self, BadSwitch> {
        match text {
            "1" => Ok(Self(true)),
            "0" => Ok(Self(false)),
            _ => Err(BadSwitch),
        }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("neither 1 nor 0")]
struct BadSwitch;

impl PlainWords for BadSwitch {}

/// As what a stream comes.
#[derive(Clone, Copy)]
pub(super) struct Formed(pub(super) Form);

impl FromStr for Formed {
    type Err = BadForm;

    fn from_str(text: &str) -> Result<Self, BadForm> {
        Form::ALL.into_iter().find(|form| form.name() == text).map(Self).ok_or(BadForm)
    }
}

/// The text names no form.
#[derive(Debug)]
pub(super) struct BadForm;

impl fmt::Display for BadForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "none of {}", Form::ALL.map(Form::name).join(", "))
    }
}

impl PlainWords for BadForm {}

/// How long an answer is to wait.
#[derive(Clone, Copy)]
pub(super) struct Wait(pub(super) Duration);

impl FromStr for Wait {
    type Err = BadNumber;

    fn from_str(text: &str) -> Result<Self, BadNumber> {
        let millis = number(text, CHECK_WAIT_MAX.as_millis() as u64, "milliseconds")?;
        Ok(Self(Duration::from_millis(millis)))
    }
}

/// How many bytes are wanted.
#[derive(Clone, Copy)]
pub(super) struct Bytes(pub(super) u32);

impl FromStr for Bytes {
    type Err = BadNumber;

    fn from_str(text: &str) -> Result<Self, BadNumber> {
        let bytes = number(text, BODY_MAX.into(), "bytes")?;
        Ok(Self(u32::try_from(bytes).expect("it is within the bound")))
    }
}

fn number(text: &str, max: u64, of: &'static str) -> Result<u64, BadNumber> {
    // `u64::from_str` takes a sign.
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse().ok().filter(|number| digits && *number <= max);
    number.ok_or(BadNumber { max, of })
}

/// The text is no such number.
#[derive(Debug, thiserror::Error)]
#[error("not a whole number of {of} from 0 to {max}")]
pub(super) struct BadNumber {
    max: u64,
    of: &'static str,
}

impl PlainWords for BadNumber {}

/// Which status is wanted.
#[derive(Clone, Copy)]
pub(super) struct Code(pub(super) StatusCode);

impl FromStr for Code {
    type Err = BadCode;

    fn from_str(text: &str) -> Result<Self, BadCode> {
        let known = STATUSES.into_iter().find(|status| status.to_string() == text);
        known.and_then(|status| StatusCode::from_u16(status).ok()).map(Self).ok_or(BadCode)
    }
}

/// The text is none of the statuses that can be had.
#[derive(Debug)]
pub(super) struct BadCode;

impl fmt::Display for BadCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "none of {}", STATUSES.map(|status| status.to_string()).join(", "))
    }
}

impl PlainWords for BadCode {}
