//! What came of the mends that were tried against a cause, in sentences.

use super::event::MendTrial;
use super::paint::{self, paint};
use crate::diagnosis::{Diagnosis, Trial, TrialOutcome};

/// What could be written against a cause, or what came of it: a text for each line.
pub(super) fn mends(cause: &Diagnosis, trials: &[MendTrial]) -> Vec<String> {
    // What was tried says what could be, too.
    let was_tried = trials.iter().any(|trial| !trial.trial.lines.is_empty());
    let label = |word: &str| paint(paint::HINT, word);
    let suggestion = cause.suggestion.as_ref().filter(|_| !was_tried).map(|suggestion| {
        format!("{}: {} ({})", label("write"), suggestion.lines.join("; "), suggestion.reason)
    });
    let tried = trials.iter().map(|trial| format!("{}: {}", label("tried"), tried(&trial.trial)));
    suggestion.into_iter().chain(tried).collect()
}

/// What was written, and what came of it.
fn tried(trial: &Trial) -> String {
    match (trial.lines.is_empty(), trial.outcome) {
        (true, TrialOutcome::Crashed) => format!("nothing came of it: {}", trial.reason),
        (true, _) => format!("nothing: {}", trial.reason),
        (false, _) => format!("{}\n  {}", trial.lines.join("; "), outcome(trial)),
    }
}

/// What came of a trial, in a sentence.
fn outcome(trial: &Trial) -> String {
    let holding = || format!("{} {}", list(&trial.holds), verb(&trial.holds, "hold"));
    match trial.outcome {
        TrialOutcome::Helped => format!("it helps: {}{}", holding(), changes(trial)),
        TrialOutcome::DidNotHelp if trial.breaks.is_empty() => {
            let still = verb(&trial.fails, "fail");
            format!("it does not help: {} still {still}{}", list(&trial.fails), changes(trial))
        }
        TrialOutcome::DidNotHelp => {
            let but = if trial.holds.is_empty() { String::new() } else { holding() + ", but " };
            let broken = format!("{} {}", list(&trial.breaks), verb(&trial.breaks, "fail"));
            format!("it does not help: {but}{broken} with it")
        }
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

fn verb(names: &[String], verb: &str) -> String {
    if names.len() == 1 { format!("{verb}s") } else { verb.to_owned() }
}

/// `a`, `b` and `c`.
pub(super) fn list(names: &[String]) -> String {
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

    fn told(trials: &[MendTrial]) -> String {
        let cause = &examples::diagnosis().causes[0];
        strip_str(&mends(cause, trials).join("\n")).to_string()
    }

    #[test]
    fn what_could_be_written_is_told_with_its_reason() {
        assert_eq!(
            told(&[]),
            "write: training.optimizer.adam.learning_rate: 3e-3 \
             (the learning rate 10 is about 3000 times too high)"
        );
    }

    #[test]
    fn what_was_tried_stands_in_place_of_what_could_be() {
        let helped = examples::trial();
        assert_eq!(
            told(std::slice::from_ref(&helped)),
            "tried: training.optimizer.adam.learning_rate: 3e-3\n  \
             it helps: `learns`, `outputs_vary` and `no_dead_units` hold \
             (`learns`: loss 2.31 → 0.12 in 40 steps; before: loss 2.31 → NaN in 40 steps)"
        );
        let mut other = helped;
        let mut with = |change: &dyn Fn(&mut Trial)| {
            change(&mut other.trial);
            told(std::slice::from_ref(&other))
        };
        let broken = with(&|trial| {
            trial.outcome = TrialOutcome::DidNotHelp;
            trial.breaks = vec!["shapes".to_owned()];
        });
        assert!(broken.contains("hold, but `shapes` fails with it"), "{broken}");
        let remains = with(&|trial| {
            trial.breaks.clear();
            trial.fails = vec!["learns".to_owned()];
        });
        assert!(remains.contains("it does not help: `learns` still fails"), "{remains}");
        let impossible = with(&|trial| trial.outcome = TrialOutcome::NotPossible);
        assert!(impossible.contains("it cannot be run: the learning rate"), "{impossible}");
        let none = with(&|trial| {
            trial.lines.clear();
            trial.outcome = TrialOutcome::NotTried;
        });
        assert!(none.starts_with("write: ") && none.contains("tried: nothing: the"), "{none}");
        let lost = with(&|trial| trial.outcome = TrialOutcome::Crashed);
        assert!(lost.contains("tried: nothing came of it: the"), "{lost}");
    }

    #[test]
    fn names_are_listed_as_people_do() {
        let names = |count: usize| ["a", "b", "c"][..count].iter().map(|name| (*name).to_owned());
        let listed = |count| list(&names(count).collect::<Vec<_>>());
        assert_eq!([1, 2, 3].map(listed), ["`a`", "`a` and `b`", "`a`, `b` and `c`"]);
    }
}
