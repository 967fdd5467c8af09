//! Numbers as pictures show them: three digits, which is what an eye reads off a chart.

/// `0.123`, `−4.5`, `1.2e-7`, `12 300`.
pub fn tidy(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "∞".to_owned() } else { "−∞".to_owned() };
    }
    let size = value.abs();
    let text = match size {
        0.0 => "0".to_owned(),
        _ if !(1e-3..1e5).contains(&size) => {
            let text = format!("{size:.1e}");
            text.replace(".0e", "e")
        }
        _ => {
            let digits = 2 - size.log10().floor() as i32;
            let text = format!("{size:.*}", usize::try_from(digits).unwrap_or(0));
            match text.contains('.') {
                true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
                false => text,
            }
        }
    };
    if value < 0.0 { format!("−{text}") } else { text }
}

/// `1 234 567`.
pub fn count(value: usize) -> String {
    let digits = value.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            // Narrow and unbreakable.
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// A share as a percentage.
pub fn percent(share: f64) -> String {
    format!("{} %", tidy(100.0 * share))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_three_digits() {
        let texts = [0.0, 0.12345, -4.5, 1.23e-7, 2e-5, 12.0, 99_999.4, 1e6, 0.1 + 0.2].map(tidy);
        let due = ["0", "0.123", "−4.5", "1.2e-7", "2e-5", "12", "99999", "1e6", "0.3"];
        assert_eq!(texts, due);
        assert_eq!([f64::NAN, f64::NEG_INFINITY].map(tidy), ["NaN", "−∞"]);
        assert_eq!(count(1_234_567), "1\u{202f}234\u{202f}567");
        assert_eq!(percent(0.5), "50 %");
    }
}
