//! Which losses guessing is compared with: the whole, or of several terms those that theory knows.

use super::super::text::short;
use crate::experiment::{InitialEvidence, TermEvidence};

/// The losses that guessing is compared with.
pub(super) struct Judged {
    pub(super) loss: f64,
    /// What guessing costs.
    pub(super) expected: Option<f64>,
    /// Names of terms that are not judged.
    pub(super) left_out: Vec<String>,
}

/// The whole loss, or of several terms those whose start theory knows. What the focal loss makes of
/// outputs that are slightly sure already says nothing.
pub(super) fn judged(initial: &InitialEvidence, started: bool) -> Judged {
    let guessed = initial.guessing_loss.filter(|_| !started);
    let is_known = |term: &&TermEvidence| {
        let free = ["focal", "poisson_nll", "gaussian_nll", "mean_output"].contains(&term.loss);
        !started && !free && term.guessing_loss.is_some()
    };
    let known: Vec<&TermEvidence> = initial.terms.iter().filter(is_known).collect();
    if known.is_empty() {
        return Judged { loss: initial.loss, expected: guessed, left_out: Vec::new() };
    }
    let others = initial.terms.iter().filter(|term| !is_known(term));
    Judged {
        loss: known.iter().map(|term| term.value).sum(),
        expected: Some(known.iter().filter_map(|term| term.guessing_loss).sum()),
        left_out: others.map(|term| term.name.clone()).collect(),
    }
}

impl Judged {
    /// The losses in a few words.
    pub(super) fn summary(&self, terms: &[TermEvidence]) -> String {
        let guessing = match self.expected {
            Some(expected) => format!(", guessing gives {}", short(expected)),
            None => String::new(),
        };
        let parts = terms.iter().map(|term| format!("{} {}", term.name, short(term.value)));
        let parts = match terms {
            [] => String::new(),
            _ => format!(" ({})", parts.collect::<Vec<_>>().join(", ")),
        };
        let without = match self.left_out.as_slice() {
            [] => String::new(),
            names => format!(" without {}", names.join(", ")),
        };
        format!("loss {}{without}{parts}{guessing}", short(self.loss))
    }

    /// The judged term that is furthest from guessing, in the direction of the whole.
    pub(super) fn worst(&self, terms: &[TermEvidence], ratio: f64) -> String {
        let excess = |term: &TermEvidence| Some(term.value - term.guessing_loss?);
        let judged = terms.iter().filter(|term| !self.left_out.contains(&term.name));
        let far = judged.filter_map(|term| Some((term, excess(term)?)));
        let sign = if ratio >= 1.0 { 1.0 } else { -1.0 };
        let worst = far.max_by(|(_, a), (_, b)| (sign * a).total_cmp(&(sign * b)));
        worst.map_or_else(String::new, |(term, _)| {
            let guessing = term.guessing_loss.map_or_else(String::new, short);
            format!(
                ", most of all in the term `{}`: {}, not {guessing}",
                term.name,
                short(term.value)
            )
        })
    }
}
