//! "Did you mean …?"

/// The candidate that `name` was probably meant to be, if one is close: alike but for case, or
/// at most a third of its letters away. The first of equals wins.
pub(super) fn closest<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let name = name.to_lowercase();
    let reach = (name.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&name, &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= reach)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_its_name() {
        let names = ["sepal_length", "petal_length", "species"];
        assert_eq!(closest("speceis", names), Some("species"));
        assert_eq!(closest("Species", names), Some("species"));
        assert_eq!(closest("sepal_lenght", names), Some("sepal_length"));
    }

    #[test]
    fn another_word_finds_nothing() {
        assert_eq!(closest("label", ["species", "width"]), None);
        assert_eq!(closest("", ["species"]), None);
    }
}
