//! libtest's command line, as far as it selects test cases. Pure.
//!
//! libtest takes several filters, libtest-mimic one. So filters are read here, and what remains goes
//! on to libtest-mimic, which knows all other options and reports the wrong ones.

/// A command line, taken apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct CommandLine {
    pub(super) selection: Selection,
    /// The program's name and all options that do not select.
    pub(super) rest: Vec<String>,
}

/// Which test cases are meant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Selection {
    /// One of them matches, or there are none.
    filters: Vec<String>,
    /// None of them matches.
    skip: Vec<String>,
    /// A filter matches a whole name instead of a part.
    exact: bool,
}

/// Options of libtest-mimic whose value is the next argument.
const WITH_VALUE: [&str; 5] = ["--test-threads", "--logfile", "--color", "--format", "-Z"];

impl CommandLine {
    /// Takes a command line apart, the program's name first.
    pub(super) fn parse(arguments: impl IntoIterator<Item = String>) -> Self {
        let mut arguments = arguments.into_iter();
        let mut line = Self { rest: arguments.next().into_iter().collect(), ..Self::default() };
        while let Some(argument) = arguments.next() {
            let selection = &mut line.selection;
            match argument.as_str() {
                "--" => selection.filters.extend(arguments.by_ref()),
                "--exact" => selection.exact = true,
                "--skip" => match arguments.next() {
                    Some(value) => selection.skip.push(value),
                    // libtest-mimic says what is missing.
                    None => line.rest.push(argument),
                },
                // How newer toolchains spell it.
                "--no-capture" => line.rest.push("--nocapture".to_owned()),
                name if WITH_VALUE.contains(&name) => {
                    line.rest.push(argument);
                    line.rest.extend(arguments.next());
                }
                other => match other.strip_prefix("--skip=") {
                    Some(value) => selection.skip.push(value.to_owned()),
                    None if other.starts_with('-') => line.rest.push(argument),
                    None => selection.filters.push(argument),
                },
            }
        }
        line
    }
}

impl Selection {
    pub(super) fn selects(&self, name: &str) -> bool {
        let matches = |filter: &String| match self.exact {
            true => name == filter,
            false => name.contains(filter.as_str()),
        };
        (self.filters.is_empty() || self.filters.iter().any(matches))
            && !self.skip.iter().any(matches)
    }

    /// The one name that can be selected, where there is only one.
    pub(super) fn only(&self) -> Option<&str> {
        match self.filters.as_slice() {
            [name] if self.exact => Some(name),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> CommandLine {
        CommandLine::parse(line.split_whitespace().map(str::to_owned))
    }

    fn selected(line: &str) -> Vec<&'static str> {
        let names = ["digits::learns", "digits::learns_more", "iris::learns", "iris::shapes"];
        let selection = parse(line).selection;
        names.into_iter().filter(|name| selection.selects(name)).collect()
    }

    #[test]
    fn without_a_filter_everything_is_selected() {
        assert_eq!(selected("specs").len(), 4);
        assert_eq!(selected("specs --exact").len(), 4);
    }

    #[test]
    fn one_of_several_filters_is_enough() {
        assert_eq!(
            selected("specs digits shapes"),
            ["digits::learns", "digits::learns_more", "iris::shapes"]
        );
    }

    #[test]
    fn exact_compares_whole_names_of_filters_and_skips() {
        assert_eq!(selected("specs --exact digits::learns iris"), ["digits::learns"]);
        assert_eq!(selected("specs --exact --skip iris").len(), 4);
        assert_eq!(selected("specs digits --exact"), [""; 0]);
    }

    #[test]
    fn skip_takes_a_part_of_a_name_however_it_is_written() {
        for line in ["specs --skip learns", "specs --skip=learns"] {
            assert_eq!(selected(line), ["iris::shapes"]);
        }
        assert_eq!(selected("specs iris --skip learns --skip shapes"), [""; 0]);
    }

    #[test]
    fn the_value_of_an_option_is_no_filter() {
        let line = parse(
            "specs --test-threads 4 --color never --format terse --logfile log -Z unstable-options \
             --list --color=always",
        );
        assert_eq!(line.selection, Selection::default());
        assert_eq!(line.rest.len(), 13);
    }

    #[test]
    fn everything_after_two_dashes_is_a_filter() {
        let line = parse("specs --list -- --exact x");
        assert_eq!(line.selection.filters, ["--exact", "x"]);
        assert!(!line.selection.exact);
    }

    #[test]
    fn an_unfinished_or_unknown_option_is_left_to_libtest_mimic() {
        assert_eq!(parse("specs --skip").rest, ["specs", "--skip"]);
        assert_eq!(parse("specs --shuffle").rest, ["specs", "--shuffle"]);
        assert_eq!(parse("specs --no-capture").rest, ["specs", "--nocapture"]);
    }

    #[test]
    fn only_one_exact_filter_names_a_single_case() {
        assert_eq!(parse("specs --nocapture --exact a::b").selection.only(), Some("a::b"));
        assert_eq!(parse("specs a::b").selection.only(), None);
        assert_eq!(parse("specs --exact a::b c::d").selection.only(), None);
    }
}
