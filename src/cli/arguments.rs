//! What happens to the arguments before clap sees them.

use std::ffi::OsString;

/// What cargo puts before the arguments of its subcommand: `cargo nn-test x` calls
/// `cargo-nn-test nn-test x`.
const SUBCOMMAND: &str = "nn-test";

/// Options that may stand before a subcommand, and whether a value follows them.
const LEADING: [(&str, bool); 6] = [
    ("--color", true),
    ("--manifest-path", true),
    ("-m", true),
    ("--message-format", true),
    ("--verbose", false),
    ("-v", false),
];

/// Brings the arguments into the order that the command line knows: without cargo's own word, and
/// with a subcommand before its options (`--color never list` is `list --color never`).
pub(super) fn normalized(
    arguments: impl IntoIterator<Item = OsString>,
    is_subcommand: impl Fn(&str) -> bool,
) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = arguments.into_iter().collect();
    if arguments.get(1).is_some_and(|word| word == SUBCOMMAND) {
        arguments.remove(1);
    }
    let rest = arguments.get_mut(1..).unwrap_or_default();
    let leading = leading_options(rest);
    let subcommand = rest.get(leading).and_then(|word| word.to_str());
    if subcommand.is_some_and(is_subcommand) {
        rest[..=leading].rotate_right(1);
    }
    arguments
}

/// How many arguments at the front are options (with their values) of every subcommand.
fn leading_options(arguments: &[OsString]) -> usize {
    let mut count = 0;
    while let Some(word) = arguments.get(count).and_then(|word| word.to_str()) {
        let name = word.split_once('=').map_or(word, |(name, _)| name);
        let Some((_, takes_value)) = LEADING.iter().find(|(known, _)| *known == name) else {
            break;
        };
        let value_follows = *takes_value && name == word;
        count += if value_follows { 2 } else { 1 };
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    fn normal(line: &str) -> String {
        let arguments = line.split(' ').map(OsString::from);
        let words = normalized(arguments, |word| ["list", "check"].contains(&word));
        words.iter().map(|word| word.to_str().unwrap()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn cargos_own_word_is_dropped_once() {
        assert_eq!(normal("cargo-nn-test nn-test digits"), "cargo-nn-test digits");
        assert_eq!(normal("cargo-nn-test digits nn-test"), "cargo-nn-test digits nn-test");
        assert_eq!(normal("cargo-nn-test"), "cargo-nn-test");
    }

    #[test]
    fn options_before_a_subcommand_are_moved_behind_it() {
        assert_eq!(normal("x --color never list a"), "x list --color never a");
        assert_eq!(normal("x --color=never -v list"), "x list --color=never -v");
        assert_eq!(normal("x nn-test -m a/Cargo.toml check"), "x check -m a/Cargo.toml");
    }

    #[test]
    fn everything_else_stays_in_place() {
        for line in ["x list --color never", "x --device cpu list", "x --color", "x --color list"] {
            assert_eq!(normal(line), line);
        }
    }
}
