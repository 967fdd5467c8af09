//! Why a spec fails, for people: the likely cause first, its consequences under it, and what came of the
//! mends that were tried.

use super::event::{MendTrial, SpecDiagnosis};
use super::paint::{self, labelled, paint};
use super::text::indented;
use crate::diagnosis::{Diagnosis, Trial, TrialOutcome};

/// As far as labels reach.
const MARGIN: &str = "             ";

/// All causes of a spec, in full the first, and what was tried against them.
pub(super) fn causes(diagnosis: &SpecDiagnosis, trials: &[&MendTrial]) -> String {
    let Some((first, others)) = diagnosis.causes.split_first() else { return String::new() };
    let what = format!("{}: {}", diagnosis.spec, paint(paint::STRONG, &first.title));
    let mut lines = vec![labelled(paint::BAD, "Likely cause", &what)];
    lines.push(below(&format!("at {}", paint(paint::STRONG, &first.place))));
    lines.extend(first.because.iter().map(|clue| below(&format!("since {clue}"))));
    if !first.explains.is_empty() {
        lines.push(below(&format!("so that {} {} too", list(&first.explains), fails(first))));
    }
    lines.push(below(&format!("{}: {}", paint(paint::HINT, "help"), first.mend)));
    // What was tried says it, too.
    let was_tried = trials.iter().any(|trial| !trial.trial.lines.is_empty());
    if let (Some(suggestion), false) = (&first.suggestion, was_tried) {
        lines.push(below(&format!(
            "{}: {}",
            paint(paint::HINT, "write"),
            written(&suggestion.lines)
        )));
        lines.push(below(&format!("since {}", suggestion.reason)));
    }
    lines.extend(trials.iter().map(|trial| below(&tried(&trial.trial))));
    if !others.is_empty() {
        let others: Vec<String> =
            others.iter().map(|other| format!("{} (at {})", other.title, other.place)).collect();
        lines.push(below(&paint(paint::QUIET, &format!("or else: {}", others.join("; ")))));
    }
    lines.join("\n")
}

/// `tried: …` with what came of it.
fn tried(trial: &Trial) -> String {
    let label = paint(paint::HINT, "tried");
    if trial.lines.is_empty() {
        let word = match trial.outcome {
            TrialOutcome::Crashed => "nothing came of it",
            _ => "nothing",
        };
        return format!("{label}: {word}: {}", trial.reason);
    }
    format!("{label}: {}\n       {}", written(&trial.lines), outcome(trial))
}

/// What came of a trial, in a sentence.
pub(super) fn outcome(trial: &Trial) -> String {
    match trial.outcome {
        TrialOutcome::Helped => {
            let changed = changes(trial);
            format!("it helps: {} {}{changed}", list(&trial.holds), holds(&trial.holds))
        }
        TrialOutcome::DidNotHelp if trial.breaks.is_empty() => {
            let changed = changes(trial);
            format!(
                "it does not help: {} still {}{changed}",
                list(&trial.fails),
                fail(&trial.fails)
            )
        }
        TrialOutcome::DidNotHelp => format!(
            "it does not help: {}{} {} with it",
            match trial.holds.is_empty() {
                true => String::new(),
                false => format!("{} {}, but ", list(&trial.holds), holds(&trial.holds)),
            },
            list(&trial.breaks),
            fail(&trial.breaks)
        ),
        TrialOutcome::NotPossible => format!("it cannot be run: {}", trial.reason),
        TrialOutcome::Crashed => format!("it crashes: {}", trial.reason),
        TrialOutcome::NotTried => trial.reason.clone(),
    }
}

/// ` (learns: loss 2.3 → 0.1, before 2.3 → NaN)`, of the first property that says something else now.
fn changes(trial: &Trial) -> String {
    let told = trial.changes.iter().find(|change| change.property == "learns");
    let told = told.or_else(|| trial.changes.iter().find(|change| change.before != change.after));
    told.map_or_else(String::new, |change| {
        format!(" (`{}`: {}; before: {})", change.property, change.after, change.before)
    })
}

pub(super) fn written(lines: &[String]) -> String {
    lines.join("; ")
}

fn holds(names: &[String]) -> &'static str {
    if names.len() == 1 { "holds" } else { "hold" }
}

fn fail(names: &[String]) -> &'static str {
    if names.len() == 1 { "fails" } else { "fail" }
}

fn fails(diagnosis: &Diagnosis) -> &'static str {
    fail(&diagnosis.explains)
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
    use crate::diagnosis::Suggestion;
    use crate::report::examples;

    #[test]
    fn the_first_cause_stands_in_full_and_others_in_short() {
        let text = strip_str(&causes(&examples::diagnosis(), &[])).to_string();
        assert_eq!(
            text,
            "Likely cause digits: the learning rate is too high
             at training.optimizer.learning_rate
             since the loss rises (`learns`)
             so that `outputs_vary` and `no_dead_units` fail too
             help: Divide the learning rate by 10 until the loss falls.
             write: training.optimizer.adam.learning_rate: 3e-3
             since the learning rate 10 is about 3000 times too high
             or else: the sign of the loss is turned (at loss)"
        );
    }

    #[test]
    fn what_was_tried_stands_in_place_of_what_could_be() {
        let diagnosis = examples::diagnosis();
        let told = |trial: &MendTrial| strip_str(&causes(&diagnosis, &[trial])).to_string();
        let helped = examples::trial();
        let text = told(&helped);
        assert!(!text.contains("write:"), "{text}");
        assert!(
            text.contains(
                "
             tried: training.optimizer.adam.learning_rate: 3e-3
                    it helps: `learns`, `outputs_vary` and `no_dead_units` hold \
                 (`learns`: loss 2.31 → 0.12 in 40 steps; before: loss 2.31 → NaN in 40 steps)
"
            ),
            "{text}"
        );
        let mut other = helped.clone();
        other.trial.outcome = TrialOutcome::DidNotHelp;
        other.trial.breaks = vec!["shapes".to_owned()];
        assert!(told(&other).contains("but `shapes` fails with it"), "{}", told(&other));
        other.trial.breaks.clear();
        other.trial.fails = vec!["learns".to_owned()];
        assert!(
            told(&other).contains("it does not help: `learns` still fails"),
            "{}",
            told(&other)
        );
        other.trial.lines.clear();
        other.trial.outcome = TrialOutcome::NotTried;
        assert!(told(&other).contains("tried: nothing: the learning rate"), "{}", told(&other));
        assert!(told(&other).contains("write: "), "nothing stands in its place");
    }

    #[test]
    fn a_suggestion_of_several_lines_stands_on_one() {
        let mut diagnosis = examples::diagnosis();
        let lines = vec!["training.steps: 200".to_owned(), "without training.epochs".to_owned()];
        diagnosis.causes[0].suggestion = Some(Suggestion { reason: "so".to_owned(), lines });
        let text = strip_str(&causes(&diagnosis, &[])).to_string();
        assert!(text.contains("write: training.steps: 200; without training.epochs\n"), "{text}");
    }

    #[test]
    fn names_are_listed_as_people_do() {
        let names = |count: usize| ["a", "b", "c"][..count].iter().map(|name| (*name).to_owned());
        let listed = |count| list(&names(count).collect::<Vec<_>>());
        assert_eq!([1, 2, 3].map(listed), ["`a`", "`a` and `b`", "`a`, `b` and `c`"]);
    }
}
