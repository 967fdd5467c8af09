//! What speaks for a cause: clues in verdicts, put together to rules.

use super::{Judged, Recipe, Trait, is_accused};
use crate::property::{Finding, Outcome};

/// Something that can be seen in the verdicts of a spec, or in its recipe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clue {
    /// The property does not hold, by severity or by a warning of its own.
    Accuses(&'static str),
    /// The property does not hold, and a finding's message has these words.
    Says(&'static str, &'static str),
    /// Likewise, and it is more than a warning of the property's own.
    Fails(&'static str, &'static str),
    /// The property does not hold, and a finding's place begins like this.
    At(&'static str, &'static str),
    /// The property holds.
    Holds(&'static str),
    /// The recipe is of this kind.
    Recipe(Trait),
}

/// One rule. It counts when all of `all`, at least one of `any` (where there are some) and none of
/// `none` is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// The name of the cause that it speaks for.
    pub cause: &'static str,
    /// How much it speaks for it. Exact laws (a gradient that is not the derivative) weigh 30 and more,
    /// what the spec itself shows about 20, symptoms about 10.
    pub weight: u32,
    /// Why it does.
    pub reason: &'static str,
    pub all: &'static [Clue],
    pub any: &'static [Clue],
    pub none: &'static [Clue],
}

/// A property that was read, and the finding that spoke.
pub type Seen<'a> = (&'a str, Option<&'a Finding>);

impl Rule {
    /// What the rule read, if it counts.
    pub(super) fn seen<'a>(&self, judged: &'a [Judged], recipe: &Recipe) -> Option<Vec<Seen<'a>>> {
        if self.none.iter().any(|clue| clue.seen(judged, recipe).is_some()) {
            return None;
        }
        let mut seen = Vec::new();
        for clue in self.all {
            seen.extend(clue.seen(judged, recipe)?);
        }
        let any: Vec<_> = self.any.iter().filter_map(|clue| clue.seen(judged, recipe)).collect();
        if any.is_empty() && !self.any.is_empty() {
            return None;
        }
        seen.extend(any.into_iter().flatten());
        Some(seen)
    }
}

impl Clue {
    /// The property that it reads.
    pub fn property(&self) -> Option<&'static str> {
        match self {
            Self::Accuses(property)
            | Self::Says(property, _)
            | Self::Fails(property, _)
            | Self::At(property, _)
            | Self::Holds(property) => Some(property),
            Self::Recipe(_) => None,
        }
    }

    /// What it is seen by, if it is: nothing for a property that holds and for the recipe.
    fn seen<'a>(&self, judged: &'a [Judged], recipe: &Recipe) -> Option<Vec<Seen<'a>>> {
        if let Self::Recipe(kind) = self {
            return recipe.is(*kind).then(Vec::new);
        }
        let name = self.property()?;
        let Judged { property, verdict } = judged.iter().find(|each| each.property == name)?;
        if matches!(self, Self::Holds(_)) {
            return (verdict.outcome == Outcome::Pass).then(Vec::new);
        }
        if !is_accused(verdict) {
            return None;
        }
        let finding = |fits: &dyn Fn(&&Finding) -> bool| {
            verdict
                .findings
                .iter()
                .find(fits)
                .map(|finding| vec![(property.as_str(), Some(finding))])
        };
        if matches!(self, Self::Fails(..)) && verdict.outcome != Outcome::Fail {
            return None;
        }
        match self {
            Self::Says(_, words) | Self::Fails(_, words) => {
                finding(&|finding| finding.message.contains(words))
            }
            Self::At(_, place) => finding(&|finding| finding.place.starts_with(place)),
            _ => Some(vec![(property.as_str(), verdict.findings.first())]),
        }
    }
}
