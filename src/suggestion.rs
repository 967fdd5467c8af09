//! "Did you mean": for words of the command line and of a `Cargo.toml`, by the rule that the spec
//! language has for its own.

use crate::spec::suggest;

/// The candidate that a misspelt word most likely stands for, if one is like it at all.
pub(crate) fn closest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let candidates: Vec<&str> = candidates.into_iter().collect();
    suggest(word, &candidates)
}

/// `; did you mean `linear`?`, or nothing.
pub(crate) fn did_you_mean(suggestion: Option<&str>) -> String {
    suggestion.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_word_finds_its_own_and_a_foreign_word_finds_none() {
        let words = ["digits", "iris"];
        assert_eq!(closest("digit", words), Some("digits"));
        assert_eq!(closest("quux", words), None);
    }

    #[test]
    fn a_suggestion_is_a_question() {
        assert_eq!(did_you_mean(Some("linear")), "; did you mean `linear`?");
        assert_eq!(did_you_mean(None), "");
    }
}
