//! "Did you mean": the known word that a misspelt one most likely stands for.

/// Similarity below which a suggestion would only confuse; Jaro-Winkler, as clap has it.
const LEAST_SIMILARITY: f64 = 0.75;

/// The candidate most like `word`, if one is like it at all. Case, `-` and `_` do not count.
pub(crate) fn closest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let word = normalized(word);
    candidates
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(&word, &normalized(candidate)), candidate))
        .filter(|(similarity, _)| *similarity >= LEAST_SIMILARITY)
        .max_by(|(left, _), (right, _)| left.total_cmp(right))
        .map(|(_, candidate)| candidate)
}

/// Spellings that mean the same: `Batch-Norm` is `batch_norm`.
pub(crate) fn normalized(word: &str) -> String {
    word.trim().to_lowercase().replace('-', "_")
}

/// `; did you mean `linear`?`, or nothing.
pub(crate) fn did_you_mean(suggestion: Option<&str>) -> String {
    suggestion.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORDS: [&str; 3] = ["linear", "layer_norm", "batch_norm"];

    #[test]
    fn a_misspelt_word_finds_its_own() {
        assert_eq!(closest("lineer", WORDS), Some("linear"));
        assert_eq!(closest("Batch-Norm", WORDS), Some("batch_norm"));
    }

    #[test]
    fn a_foreign_word_finds_none() {
        assert_eq!(closest("quux", WORDS), None);
        assert_eq!(closest("", WORDS), None);
    }

    #[test]
    fn a_suggestion_is_a_question() {
        assert_eq!(did_you_mean(Some("linear")), "; did you mean `linear`?");
        assert_eq!(did_you_mean(None), "");
    }
}
