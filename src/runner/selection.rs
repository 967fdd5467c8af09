//! Which test cases are meant, by name.

/// Substring filters on full names (`spec::property`), as libtest and nextest have them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// A test case is selected when one of them matches, or when there are none.
    pub filters: Vec<String>,
    /// A test case is left out when one of them matches.
    pub skip: Vec<String>,
    /// Names must be equal to a filter instead of containing it.
    pub exact: bool,
}

impl Selection {
    pub fn selects(&self, name: &str) -> bool {
        let matches = |filter: &String| match self.exact {
            true => name == filter,
            false => name.contains(filter.as_str()),
        };
        (self.filters.is_empty() || self.filters.iter().any(matches))
            && !self.skip.iter().any(matches)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selection(filters: &[&str], skip: &[&str], exact: bool) -> Selection {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Selection { filters: owned(filters), skip: owned(skip), exact }
    }

    #[test]
    fn without_filters_everything_is_selected() {
        assert!(selection(&[], &[], false).selects("digits::learns"));
        assert!(selection(&[], &[], true).selects("digits::learns"));
    }

    #[test]
    fn one_matching_filter_of_several_is_enough() {
        let selection = selection(&["iris", "learns"], &[], false);
        assert!(selection.selects("digits::learns"));
        assert!(selection.selects("iris::shapes"));
        assert!(!selection.selects("digits::shapes"));
    }

    #[test]
    fn exact_means_the_whole_name() {
        let selection = selection(&["digits::learns"], &[], true);
        assert!(selection.selects("digits::learns"));
        assert!(!selection.selects("digits::learns_more"));
    }

    #[test]
    fn skip_wins_over_a_filter() {
        let selection = selection(&["digits"], &["learns"], false);
        assert!(selection.selects("digits::shapes"));
        assert!(!selection.selects("digits::learns"));
    }

    #[test]
    fn exact_holds_for_skip_too() {
        let selection = selection(&[], &["digits"], true);
        assert!(selection.selects("digits::learns"));
    }
}
