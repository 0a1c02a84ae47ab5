//! How the browser's user writes numbers and the local time.

use js_sys::Intl::{DateTimeFormat, NumberFormat};
use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::JsValue;

use crate::numerals::{Fineness, LocalTime, Numerals};

/// By the browser's own locale, whichever language the page speaks.
pub static NUMERALS: Numerals = Numerals {
    whole: |number| written(|formats| &formats.whole, number as f64),
    decimal: |number, places| written(|formats| &formats.decimal[places.min(2)], number),
    time: |local, fineness| written(|formats| formats.time(fineness), at(local)),
    date: |local| written(|formats| &formats.date, at(local)),
};

/// The browser's formats. Each of them is slow to make, and fast to use.
struct Formats {
    whole: Function,
    /// With no decimal place, with one, and with two.
    decimal: [Function; 3],
    minute: Function,
    /// With none to three digits behind the second.
    second: [Function; 4],
    date: Function,
}

thread_local! {
    static FORMATS: Formats = Formats::new();
}

impl Formats {
    fn new() -> Self {
        let decimal = |places: u8| {
            number([
                ("useGrouping", JsValue::FALSE),
                ("minimumFractionDigits", places.into()),
                ("maximumFractionDigits", places.into()),
            ])
        };
        let (two, numeric) = (JsValue::from("2-digit"), JsValue::from("numeric"));
        let (hour, minute) = (("hour", two.clone()), ("minute", two.clone()));
        let second = |digits: u8| {
            let fraction = if digits == 0 { JsValue::UNDEFINED } else { digits.into() };
            let second = ("second", two.clone());
            time([hour.clone(), minute.clone(), second, ("fractionalSecondDigits", fraction)])
        };
        Self {
            whole: number([]),
            decimal: [decimal(0), decimal(1), decimal(2)],
            minute: time([hour.clone(), minute.clone()]),
            second: [second(0), second(1), second(2), second(3)],
            date: time([("year", numeric), ("month", two.clone()), ("day", two.clone())]),
        }
    }

    fn time(&self, fineness: Fineness) -> &Function {
        match fineness {
            Fineness::Minute => &self.minute,
            Fineness::Second(digits) => &self.second[usize::from(digits.min(3))],
        }
    }
}

type Setting = (&'static str, JsValue);

fn number<const N: usize>(settings: [Setting; N]) -> Function {
    NumberFormat::new(&Array::new(), &options(settings)).format()
}

fn time<const N: usize>(settings: [Setting; N]) -> Function {
    DateTimeFormat::new(&Array::new(), &options(settings)).format()
}

fn options<const N: usize>(settings: [Setting; N]) -> Object {
    let options = Object::new();
    for (name, value) in settings {
        Reflect::set(&options, &name.into(), &value).expect("an empty object takes a property");
    }
    options
}

fn written(format: impl Fn(&Formats) -> &Function, number: f64) -> String {
    let format = |formats: &Formats| format(formats).call1(&JsValue::UNDEFINED, &number.into());
    let written = FORMATS.with(format).ok();
    written.and_then(|written| written.as_string()).expect("a format writes every number")
}

/// The instant as `Intl.DateTimeFormat` takes it.
fn at(local: &LocalTime) -> f64 {
    local.instant.get() as f64
}
