//! From all verdicts of a spec to its likely causes, the likeliest first.
//!
//! One fault makes many properties fail: a rate that is too high leaves dead units, constant outputs
//! and a loss that rises. [`RULES`] is data: which verdicts speak for which cause, how much, and why.
//! What is here reads verdicts and what the spec says of its recipe; it measures nothing and knows no
//! device.

mod cause;
mod recipe;
mod rule;
mod rules;

use serde::{Deserialize, Serialize};

use crate::property::{Finding, Outcome, Verdict};

pub use cause::{CAUSES, Cause};
pub use recipe::{Recipe, Trait};
pub use rule::{Clue, Rule};
pub use rules::RULES;

/// No more causes than these are told.
const MOST: usize = 3;

/// Where fewer properties are judged, what is missing could just as well be the cause: the findings
/// say what there is to say.
const LEAST_JUDGED: usize = 5;

/// A cause that comes after one with this many times its weight is not told.
const FAR_BEHIND: u32 = 3;

/// A property of the spec and what was concluded of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    pub property: String,
    pub verdict: Verdict,
}

/// A likely cause.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Diagnosis {
    /// The cause's name, for `explain`.
    pub cause: String,
    /// What is wrong, in one line.
    pub title: String,
    /// What it does.
    #[serde(default)]
    pub text: String,
    /// Layer, tensor, column or section of the spec.
    pub place: String,
    /// What speaks for it, each with the property that says so.
    pub because: Vec<String>,
    /// The properties that say so, one for each of `because`.
    #[serde(default)]
    pub evidence: Vec<String>,
    /// What to do.
    pub mend: String,
    /// Properties that do not hold, or could not be decided, likely because of it; in the order in which
    /// they were judged.
    pub explains: Vec<String>,
}

/// The likely causes of what is accused, the likeliest first; none where nothing is, and where too little
/// was judged.
pub fn diagnose(judged: &[Judged], recipe: &Recipe) -> Vec<Diagnosis> {
    if !judged.iter().any(|each| is_accused(&each.verdict)) || judged.len() < LEAST_JUDGED {
        return Vec::new();
    }
    let mut suspects: Vec<Suspect> = CAUSES
        .iter()
        .map(|cause| Suspect::of(cause, judged, recipe))
        .filter(|suspect| suspect.weight > 0)
        .collect();
    // Stable: of equal weight, what comes first on the way from data to recipe stays first.
    suspects.sort_by_key(|suspect| std::cmp::Reverse(suspect.weight));
    let Some(heaviest) = suspects.first().map(|suspect| suspect.weight) else { return Vec::new() };
    suspects.retain(|suspect| suspect.weight * FAR_BEHIND > heaviest);
    suspects.truncate(MOST);
    // A fault of this kind may also be why something could not be decided.
    let open = judged
        .iter()
        .filter(|each| is_accused(&each.verdict) || each.verdict.outcome == Outcome::Inconclusive);
    let open: Vec<&Judged> = open.collect();
    suspects.into_iter().map(|suspect| suspect.told(&open)).collect()
}

/// Whether a verdict is against the model. What could not be decided accuses nobody.
fn is_accused(verdict: &Verdict) -> bool {
    matches!(verdict.outcome, Outcome::Fail | Outcome::Warn)
}

/// A cause with all that speaks for it.
struct Suspect<'a> {
    cause: &'static Cause,
    weight: u32,
    /// Properties that speak for it, with what they found.
    evidence: Vec<(&'a str, Option<&'a Finding>)>,
}

impl<'a> Suspect<'a> {
    fn of(cause: &'static Cause, judged: &'a [Judged], recipe: &Recipe) -> Self {
        let mut suspect = Self { cause, weight: 0, evidence: Vec::new() };
        for rule in RULES.iter().filter(|rule| rule.cause == cause.name) {
            let Some(seen) = rule.seen(judged, recipe) else { continue };
            suspect.weight += rule.weight;
            for (property, finding) in seen {
                if !suspect.evidence.iter().any(|(known, _)| *known == property) {
                    suspect.evidence.push((property, finding));
                }
            }
        }
        suspect
    }

    /// What a finding knows to do about this very case, or else what is to be done about the cause.
    fn mend(&self) -> String {
        let helps = self.cause.helps.iter().find_map(|(property, words)| {
            let fits = |(name, finding): &(&str, Option<&'a Finding>)| {
                let finding =
                    finding.filter(|finding| name == property && !finding.mend.is_empty())?;
                finding.mend.contains(words).then(|| capitalized(&finding.mend))
            };
            self.evidence.iter().find_map(fits)
        });
        helps.unwrap_or_else(|| self.cause.mend.to_owned())
    }

    fn told(self, open: &[&Judged]) -> Diagnosis {
        let spoken = self.evidence.iter().filter_map(|(property, finding)| {
            let finding = (*finding)?;
            Some((format!("{} (`{property}`)", finding.message), (*property).to_owned()))
        });
        let (because, evidence) = spoken.unzip();
        let first = self.evidence.iter().find_map(|(_, finding)| *finding);
        let follows = |each: &&&Judged| {
            !self.evidence.iter().any(|(property, _)| *property == each.property)
                && self.cause.leads_to(&each.property)
        };
        let place = self.cause.at.map(str::to_owned);
        let place = place.or_else(|| first.map(|finding| finding.place.clone()));
        Diagnosis {
            cause: self.cause.name.to_owned(),
            title: self.cause.title.to_owned(),
            text: self.cause.text.to_owned(),
            place: place.unwrap_or_else(|| "training".to_owned()),
            because,
            evidence,
            mend: self.mend(),
            explains: open.iter().filter(follows).map(|each| each.property.clone()).collect(),
        }
    }
}

/// A sentence of its own.
fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string());
    let stop = if text.ends_with('.') { "" } else { "." };
    format!("{}{}{stop}", first.unwrap_or_default(), letters.as_str())
}

#[cfg(test)]
mod tests;
