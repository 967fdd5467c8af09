//! That the page about other tools' checks names what there is, and leaves no row out.

use crate::property::REGISTRY;

const PAGE: &str = include_str!("../../../docs/peer-checks.md");

/// The rows as their numbers and what is here.
fn rows() -> Vec<(Vec<usize>, String)> {
    let cells = PAGE.lines().filter_map(|line| {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [numbers, _, here] = cells.as_slice() else { return None };
        Some((numbers.to_string(), here.to_string()))
    });
    let rows = cells.filter_map(|(numbers, here)| {
        let numbers = match numbers.split_once('…') {
            Some((first, last)) => (first.parse().ok()?..=last.parse().ok()?).collect(),
            None => numbers.split(", ").map(|number| number.parse().ok()).collect::<Option<_>>()?,
        };
        Some((numbers, here))
    });
    rows.collect()
}

#[test]
fn every_check_has_its_row() {
    let numbers: Vec<usize> = rows().into_iter().flat_map(|(numbers, _)| numbers).collect();
    assert_eq!(numbers, (1..=119).collect::<Vec<_>>());
    assert!(rows().iter().all(|(_, here)| !here.is_empty()));
}

#[test]
fn every_property_that_is_named_is_there_unless_it_is_to_come() {
    let is_property = |name: &str| REGISTRY.iter().any(|property| property.meta.name == name);
    // Names of a spec's keys that look like properties.
    let keys = ["minimum_fall"];
    let mut named = 0;
    for (_, here) in rows() {
        let (mut rest, mut before) = (here.as_str(), String::new());
        while let Some((text, name, behind)) = split_code(rest) {
            before.push_str(text);
            rest = behind;
            let looks_like_one = name.contains('_')
                && name.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_');
            if !looks_like_one || keys.contains(&name) {
                continue;
            }
            named += 1;
            let promised = before.rsplit([',', ';', '.']).next().unwrap_or_default();
            let is_to_come = promised.contains("to come");
            assert_eq!(is_property(name), !is_to_come, "`{name}` in: {here}");
            before.push_str(name);
        }
    }
    assert!(named > 60, "{named}");
}

/// Text before the next code, the code, and what is behind it.
fn split_code(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('`')?;
    let (code, behind) = rest.split_once('`')?;
    Some((before, code, behind))
}
