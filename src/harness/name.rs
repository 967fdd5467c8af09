//! Names of test cases: `spec::property`, unique, ASCII and the same on every machine.

use std::collections::HashSet;

/// What stands for the property in the name of a case whose spec cannot be run.
pub(super) const BROKEN: &str = "spec";

/// `text` with everything but ASCII letters, digits, `_`, `-`, `=` and `.` turned into `_`: what
/// neither shells nor filters nor file systems read anything into.
pub(super) fn sanitised(text: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "_-=.".contains(letter);
    let name: String = text.chars().map(|c| if plain(c) { c } else { '_' }).collect();
    if name.is_empty() { "_".to_owned() } else { name }
}

/// `spec::property`.
pub(super) fn case_name(spec: &str, property: &str) -> String {
    format!("{spec}::{property}")
}

/// The spec's part of a case's name, when it is the name of a case that can be run.
pub(super) fn runnable_spec(case: &str) -> Option<&str> {
    case.rsplit_once("::").filter(|(_, property)| *property != BROKEN).map(|(spec, _)| spec)
}

/// The names that cases of broken specs have taken.
#[derive(Debug, Default)]
pub(super) struct BrokenNames(HashSet<String>);

impl BrokenNames {
    /// `<spec>::spec`, or `<spec>_2::spec` and so on: the first from `number` on that is free.
    pub(super) fn take(&mut self, spec: &str, number: usize) -> String {
        let numbered = |number: usize| match number {
            1 => case_name(spec, BROKEN),
            _ => case_name(&format!("{spec}_{number}"), BROKEN),
        };
        let free = (number..).map(numbered).find(|name| !self.0.contains(name));
        let name = free.expect("there are more numbers than files");
        self.0.insert(name.clone());
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_only_what_every_tool_can_filter_by() {
        assert_eq!(sanitised("digits_cnn-2"), "digits_cnn-2");
        assert_eq!(sanitised("mlp-rate=1e-3-size=0.5"), "mlp-rate=1e-3-size=0.5");
        assert_eq!(sanitised("größe a::b/c"), "gr__e_a__b_c");
        assert_eq!(sanitised(""), "_");
    }

    #[test]
    fn broken_names_are_numbered_from_the_second_on() {
        let mut names = BrokenNames::default();
        assert_eq!(names.take("a", 1), "a::spec");
        assert_eq!(names.take("a", 1), "a_2::spec");
        assert_eq!(names.take("a", 1), "a_3::spec");
        assert_eq!(names.take("b", 2), "b_2::spec");
    }

    #[test]
    fn two_ways_to_one_broken_name_do_not_meet() {
        let mut names = BrokenNames::default();
        assert_eq!(names.take("a_2", 1), "a_2::spec");
        assert_eq!(names.take("a", 2), "a_3::spec");
    }

    #[test]
    fn only_a_property_makes_a_runnable_case() {
        assert_eq!(runnable_spec("digits::learns"), Some("digits"));
        assert_eq!(runnable_spec("digits::spec"), None);
        assert_eq!(runnable_spec("digits"), None);
    }
}
