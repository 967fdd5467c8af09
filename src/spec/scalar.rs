//! What plain text in a YAML file means: nothing, a truth value, a number or text.

use super::yaml::Value;

/// What a plain scalar means in the core schema of YAML 1.2.2, section 10.3.2.
pub(super) fn plain_scalar(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        ".nan" | ".NaN" | ".NAN" => Value::Float(f64::NAN),
        _ => number(text).unwrap_or_else(|| Value::String(text.to_owned())),
    }
}

fn number(text: &str) -> Option<Value> {
    let (sign, digits) = match text.as_bytes().first()? {
        b'-' => (-1.0, &text[1..]),
        b'+' => (1.0, &text[1..]),
        _ => (1.0, text),
    };
    if matches!(digits, ".inf" | ".Inf" | ".INF") {
        return Some(Value::Float(sign * f64::INFINITY));
    }
    for (prefix, radix) in [("0x", 16), ("0o", 8)] {
        if let Some(digits) = text.strip_prefix(prefix)
            && digits.bytes().all(|byte| byte.is_ascii_alphanumeric())
        {
            return i128::from_str_radix(digits, radix).ok().map(Value::Integer);
        }
    }
    if digits.bytes().all(|byte| byte.is_ascii_digit())
        && let Ok(integer) = text.parse()
    {
        return Some(Value::Integer(integer));
    }
    // Rust also reads `inf` and `nan`, which are text in YAML.
    let numeral = digits.starts_with(|first: char| first.is_ascii_digit() || first == '.')
        && digits.bytes().all(|byte| byte.is_ascii_digit() || b".eE+-".contains(&byte));
    numeral.then(|| text.parse().ok().map(Value::Float))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_in_every_form_of_the_core_schema() {
        for (text, value) in [
            ("0", 0),
            ("-0", 0),
            ("+12", 12),
            ("007", 7),
            ("0x1F", 31),
            ("0o17", 15),
            ("18446744073709551615", i128::from(u64::MAX)),
        ] {
            assert_eq!(plain_scalar(text), Value::Integer(value), "{text}");
        }
        for (text, value) in [
            ("1e-3", 1e-3),
            ("-1e3", -1e3),
            (".5", 0.5),
            ("5.", 5.0),
            ("1.5E+2", 150.0),
            (".inf", f64::INFINITY),
            ("-.INF", f64::NEG_INFINITY),
            ("1e999", f64::INFINITY),
        ] {
            assert_eq!(plain_scalar(text), Value::Float(value), "{text}");
        }
    }

    #[test]
    fn what_only_looks_like_a_number_is_text() {
        for text in [
            "1_000", "1e", ".", "-", "+", "inf", "nan", "infinity", "0x", "0xZZ", "0o8", "1.2.3",
            "1-2", "e5", "--1", "1e5e5", "-0x1", "٣", "½",
        ] {
            assert_eq!(plain_scalar(text), Value::String(text.to_owned()), "{text}");
        }
    }

    #[test]
    fn only_the_words_of_yaml_1_2_are_truth_values_or_nothing() {
        for text in ["yes", "no", "on", "off", "y", "n", "tRUE", "nULL", "None"] {
            assert_eq!(plain_scalar(text), Value::String(text.to_owned()), "{text}");
        }
        for text in ["", "~", "null", "Null", "NULL"] {
            assert_eq!(plain_scalar(text), Value::Null, "{text}");
        }
        assert_eq!(plain_scalar("True"), Value::Bool(true));
        assert_eq!(plain_scalar("FALSE"), Value::Bool(false));
    }
}
