//! The difference between two texts. The only place that names `similar`.

use similar::TextDiff;

/// Unchanged lines around a change.
const CONTEXT: usize = 3;

/// What changed, line by line: ` ` unchanged, `-` before, `+` after. Hunks that are apart are
/// separated by a line of their own.
pub(crate) fn unified(before: &str, after: &str) -> String {
    let (before, after) = (ended(before), ended(after));
    let diff = TextDiff::from_lines(&before, &after);
    let hunk = |changes: &[similar::DiffOp]| -> String {
        let changes = changes.iter().flat_map(|operation| diff.iter_changes(operation));
        changes.map(|change| format!("{}{}", change.tag(), change.value())).collect()
    };
    let hunks: Vec<String> =
        diff.grouped_ops(CONTEXT).iter().map(|operations| hunk(operations)).collect();
    hunks.join(" ⋮\n")
}

/// Every line of the text ends with a newline, the last too.
fn ended(text: &str) -> String {
    text.lines().map(|line| format!("{line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_changes_and_their_neighbours_show() {
        let accepted: String = (1..=20).map(|line| format!("line{line}: 0\n")).collect();
        let measured = accepted.replace("line2: 0", "line2: 5").replace("line15: 0\n", "");
        assert_eq!(
            unified(&accepted, &measured),
            " line1: 0\n-line2: 0\n+line2: 5\n line3: 0\n line4: 0\n line5: 0\n ⋮\n line12: 0\n \
             line13: 0\n line14: 0\n-line15: 0\n line16: 0\n line17: 0\n line18: 0\n"
        );
    }

    #[test]
    fn a_missing_newline_at_the_end_is_no_difference() {
        assert_eq!(unified("a: 1", "a: 1\n"), "");
    }

    #[test]
    fn a_new_text_is_all_plus() {
        assert_eq!(unified("", "a: 1\nb: 2\n"), "+a: 1\n+b: 2\n");
    }
}
