//! Amounts of memory as people write them.

/// Units of memory, with their bytes.
const UNITS: [(&str, u64); 10] = [
    ("kib", 1 << 10),
    ("mib", 1 << 20),
    ("gib", 1 << 30),
    ("tib", 1 << 40),
    ("kb", 1_000),
    ("mb", 1_000_000),
    ("gb", 1_000_000_000),
    ("tb", 1_000_000_000_000),
    ("b", 1),
    ("", 1),
];

/// Bytes, from a number with or without a unit: `8GiB`, `500MB`, `4096`.
///
/// # Errors
///
/// When it is no such text, or more than any machine has.
pub fn read_size(text: &str) -> Result<u64, String> {
    let lower = text.trim().to_ascii_lowercase();
    let digits = lower.trim_end_matches(|letter: char| letter.is_ascii_alphabetic()).len();
    let (number, unit) = (lower[..digits].trim(), &lower[digits..]);
    let size = UNITS.iter().find(|(known, _)| *known == unit).map(|(_, size)| *size);
    let bytes = size.and_then(|size| {
        let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
        let tenths = format!("{whole}{}", fraction.get(..1)?).parse::<u64>().ok()?;
        let digits = fraction.len() == 1 && !whole.is_empty();
        digits.then(|| tenths.checked_mul(size)).flatten().map(|size| size / 10)
    });
    bytes.ok_or_else(|| "a size is a number with a unit, such as `8GiB` or `500MB`".to_owned())
}

/// An amount of memory in the largest unit that divides it.
pub fn written_size(bytes: u64) -> String {
    let units = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];
    let whole = units.iter().find(|(_, unit)| bytes > 0 && bytes.is_multiple_of(*unit));
    match whole {
        Some((name, unit)) => format!("{}{name}", bytes / unit),
        None => bytes.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_has_a_unit_or_is_bytes() {
        assert_eq!(read_size("8GiB"), Ok(8 << 30));
        assert_eq!(read_size("1.5 gib"), Ok(3 << 29));
        assert_eq!(read_size("500MB"), Ok(500_000_000));
        assert_eq!(read_size("4096"), Ok(4096));
        assert_eq!(read_size("0"), Ok(0));
        for wrong in ["", "GiB", "8 G", "-1", "8GiBs", "1.25GiB", "1e3", "99999999999TiB", "8.GiB"]
        {
            assert!(read_size(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_size_is_read_back_as_it_is_written() {
        for amount in [0, 1, 1024, 512 << 20, 3 << 29, 4 << 30, (1 << 20) + 512] {
            assert_eq!(read_size(&written_size(amount)), Ok(amount), "{amount}");
        }
        assert_eq!(written_size(4 << 30), "4GiB");
    }
}
