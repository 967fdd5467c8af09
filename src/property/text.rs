//! Numbers as people read them, and records as snapshots take them.

use serde_yaml::{Mapping, Value};

use super::Finding;

/// A number with three significant digits: `0.0123`, `2.3`, `1.2e-7`, `12300`.
pub fn short(number: f64) -> String {
    if !number.is_finite() {
        return if number.is_nan() { "NaN".to_owned() } else { format!("{number}") };
    }
    if number == 0.0 {
        return "0".to_owned();
    }
    let exponent = number.abs().log10().floor() as i32;
    if !(-3..5).contains(&exponent) {
        let text = format!("{number:.2e}");
        let (digits, exponent) = text.split_once('e').expect("an exponent was asked for");
        return format!("{}e{exponent}", digits.trim_end_matches('0').trim_end_matches('.'));
    }
    let decimals = (2 - exponent).max(0) as usize;
    let text = format!("{number:.decimals$}");
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

/// A share as a percentage: `97 %`.
pub fn percent(share: f64) -> String {
    format!("{:.0} %", 100.0 * share)
}

/// A count with its noun: `1 layer`, `3 layers`.
pub fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// So many findings of one kind are told.
const FEW: usize = 5;

/// The first few findings; the last of them says how many more there are.
pub fn few(mut findings: Vec<Finding>) -> Vec<Finding> {
    let more = findings.len().saturating_sub(FEW);
    findings.truncate(FEW);
    if let (Some(last), 1..) = (findings.last_mut(), more) {
        last.message.push_str(&format!(" (and {more} more)"));
    }
    findings
}

/// A number of a record, or nothing.
pub fn optional(number: Option<f64>) -> Value {
    number.map_or(Value::Null, Value::from)
}

/// A mapping from pairs, in this order.
pub fn mapping<const N: usize>(entries: [(&str, Value); N]) -> Mapping {
    entries.into_iter().map(|(key, value)| (Value::from(key), value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_digits_are_enough() {
        let numbers = [
            std::f64::consts::LN_10,
            0.012_345,
            1.234e-7,
            3.1e-8,
            12_345.6,
            0.5,
            100.0,
            1e-6,
            -3.25,
            0.0,
        ];
        let texts: Vec<_> = numbers.into_iter().map(short).collect();
        assert_eq!(
            texts,
            ["2.3", "0.0123", "1.23e-7", "3.1e-8", "12346", "0.5", "100", "1e-6", "-3.25", "0"]
        );
    }

    #[test]
    fn numbers_that_are_none_say_so() {
        assert_eq!(short(f64::NAN), "NaN");
        assert_eq!(short(f64::INFINITY), "inf");
    }
}
