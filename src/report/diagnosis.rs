//! Why a spec fails, for people: the likely cause first, and its consequences under it.

use super::event::SpecDiagnosis;
use super::paint::{self, labelled, paint};
use super::text::indented;
use crate::diagnosis::Diagnosis;

/// As far as labels reach.
const MARGIN: &str = "             ";

/// All causes of a spec, in full the first.
pub(super) fn causes(diagnosis: &SpecDiagnosis) -> String {
    let Some((first, others)) = diagnosis.causes.split_first() else { return String::new() };
    let what = format!("{}: {}", diagnosis.spec, paint(paint::STRONG, &first.title));
    let mut lines = vec![labelled(paint::BAD, "Likely cause", &what)];
    lines.push(below(&format!("at {}", paint(paint::STRONG, &first.place))));
    lines.extend(first.because.iter().map(|clue| below(&format!("since {clue}"))));
    if !first.explains.is_empty() {
        lines.push(below(&format!("so that {} {} too", list(&first.explains), fails(first))));
    }
    lines.push(below(&format!("{}: {}", paint(paint::HINT, "help"), first.mend)));
    if !others.is_empty() {
        let others: Vec<String> =
            others.iter().map(|other| format!("{} (at {})", other.title, other.place)).collect();
        lines.push(below(&paint(paint::QUIET, &format!("or else: {}", others.join("; ")))));
    }
    lines.join("\n")
}

fn fails(diagnosis: &Diagnosis) -> &'static str {
    if diagnosis.explains.len() == 1 { "fails" } else { "fail" }
}

fn below(text: &str) -> String {
    indented(text, MARGIN)
}

/// `a`, `b` and `c`.
fn list(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use anstream::adapter::strip_str;

    use super::*;
    use crate::report::examples;

    #[test]
    fn the_first_cause_stands_in_full_and_others_in_short() {
        let text = strip_str(&causes(&examples::diagnosis())).to_string();
        assert_eq!(
            text,
            "Likely cause digits: the learning rate is too high
             at training.optimizer.learning_rate
             since the loss rises (`learns`)
             so that `outputs_vary` and `no_dead_units` fail too
             help: Divide the learning rate by 10 until the loss falls.
             or else: the sign of the loss is turned (at loss)"
        );
    }

    #[test]
    fn names_are_listed_as_people_do() {
        let names = |count: usize| ["a", "b", "c"][..count].iter().map(|name| (*name).to_owned());
        let listed = |count| list(&names(count).collect::<Vec<_>>());
        assert_eq!([1, 2, 3].map(listed), ["`a`", "`a` and `b`", "`a`, `b` and `c`"]);
    }
}
