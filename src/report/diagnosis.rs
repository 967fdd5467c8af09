//! Why a spec fails, for people: the likely cause first, and its consequences under it.

use super::event::SpecDiagnosis;
use super::paint::{self, labelled, paint};
use super::text::fitted;
use crate::diagnosis::Diagnosis;

/// As far as labels reach.
const MARGIN: usize = 13;

/// All causes of a spec, in full the first. Where the test cases follow that speak for it and that it
/// explains, `followed`, they are not told.
pub(super) fn causes(diagnosis: &SpecDiagnosis, followed: bool, width: usize) -> String {
    let Some((first, others)) = diagnosis.causes.split_first() else { return String::new() };
    let title = paint(paint::STRONG, &first.title);
    let what = if followed { title } else { format!("{}: {title}", diagnosis.spec) };
    let mut lines = vec![format!("at {}", paint(paint::STRONG, &first.place))];
    lines.push(first.text.clone());
    if !followed {
        lines.extend(first.because.iter().map(|clue| format!("since {clue}")));
    }
    if !(first.explains.is_empty() || followed) {
        lines.push(format!("so that {} {} too", list(&first.explains), fails(first)));
    }
    lines.push(format!("{}: {}", paint(paint::HINT, "help"), first.mend));
    if !others.is_empty() {
        let others: Vec<String> =
            others.iter().map(|other| format!("{} (at {})", other.title, other.place)).collect();
        lines.push(paint(paint::QUIET, &format!("or else: {}", others.join("; "))));
    }
    let title = labelled(paint::BAD, "Likely cause", &what);
    format!("{title}\n{}", fitted(&lines.join("\n"), MARGIN, width))
}

/// A quiet line below the label.
pub(super) fn below(text: &str) -> String {
    format!("{}{}", " ".repeat(MARGIN), paint(paint::QUIET, text))
}

/// What a property says for a cause.
pub(super) fn clue<'a>(cause: &'a Diagnosis, property: &str) -> Option<&'a str> {
    let place = cause.evidence.iter().position(|evidence| evidence == property)?;
    cause.because.get(place).map(String::as_str)
}

fn fails(diagnosis: &Diagnosis) -> &'static str {
    if diagnosis.explains.len() == 1 { "fails" } else { "fail" }
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
        let text = strip_str(&causes(&examples::diagnosis(), false, 100)).to_string();
        assert_eq!(
            text,
            "Likely cause digits: the learning rate is too high
             at training.optimizer.learning_rate
             Steps overshoot.
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
