//! Causes as topics.

use super::{Kind, Section, Topic};
use crate::diagnosis::{Cause, Clue, RULES, Remedy, Rule, Trait, remedy};

pub(super) const KIND: Kind = Kind { name: "cause", title: "Causes" };

pub(super) fn topic(cause: &'static Cause) -> Topic {
    let rules: Vec<String> = rules(cause).map(told).collect();
    let consequences = cause.consequences().join("`, `");
    let sections = [
        Section::prose("What it does", cause.text),
        Section::prose("What to do", cause.mend),
        Section::prose("What is tried", tried(cause)),
        Section::prose("What speaks for it", rules.join(" ")),
        Section::prose("What may fail because of it", format!("`{consequences}`.")),
    ];
    Topic {
        kind: KIND,
        name: cause.name,
        summary: cause.title,
        sections: sections.into_iter().flatten().collect(),
    }
}

/// What `--try-mends` does about it.
fn tried(cause: &Cause) -> String {
    match remedy(cause.name) {
        Remedy::Edits(words, _) | Remedy::Rates(words, _) => {
            format!("With `--try-mends`: {words}.")
        }
        Remedy::Inside(reason) => format!("Nothing: {reason}."),
    }
}

fn rules(cause: &'static Cause) -> impl Iterator<Item = &'static Rule> {
    RULES.iter().filter(|rule| rule.cause == cause.name)
}

/// A rule as a sentence, with its weight.
fn told(rule: &'static Rule) -> String {
    let clues = |clues: &[Clue], word: &str| {
        clues.iter().map(clue).collect::<Vec<_>>().join(&format!(" {word} "))
    };
    let mut sentence =
        format!("{} ({}): {}", capitalized(rule.reason), rule.weight, clues(rule.all, "and"));
    if !rule.any.is_empty() {
        sentence += &format!("; and {}", clues(rule.any, "or"));
    }
    if !rule.none.is_empty() {
        sentence += &format!("; unless {}", clues(rule.none, "or"));
    }
    sentence + "."
}

fn clue(clue: &Clue) -> String {
    match clue {
        Clue::Accuses(property) => format!("`{property}` does not hold"),
        Clue::Says(property, words) => format!("`{property}` says \u{201c}{words}\u{201d}"),
        Clue::Fails(property, words) => {
            format!("`{property}` fails and says \u{201c}{words}\u{201d}")
        }
        Clue::At(property, place) => format!("`{property}` points to `{place}`"),
        Clue::Holds(property) => format!("`{property}` holds"),
        Clue::Recipe(kind) => match kind {
            Trait::Augmented => "examples are augmented",
            Trait::DropsNearlyAll => "dropout takes more than 90 %",
            Trait::DecaysFast => "rate times weight decay is at least 0.1",
            Trait::FewSteps => "the recipe has fewer than 10 steps",
            Trait::LargeSteps => "the rate of Adam or its kin is at least 0.1",
            Trait::SmallSteps => "the rate of Adam or its kin is at most 3e-5",
        }
        .to_owned(),
    }
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
