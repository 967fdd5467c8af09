//! What came of a mend that was tried: the verdicts of the changed spec beside those of the spec as it is.

use serde::{Deserialize, Serialize};

use super::{Diagnosis, Judged, Mend, is_accused};
use crate::property::{Outcome, Verdict};

/// A mend that was tried against a cause, or the reason why none was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trial {
    /// The cause's name.
    pub cause: String,
    pub outcome: TrialOutcome,
    /// Why this mend, with the figures; or why none was tried, or none came to an end.
    pub reason: String,
    /// What was written into the spec; nothing where nothing was tried.
    pub lines: Vec<String>,
    /// Properties that were accused and hold now.
    pub holds: Vec<String>,
    /// Properties that were accused and still are.
    pub fails: Vec<String>,
    /// Properties that held and fail now.
    pub breaks: Vec<String>,
    /// What the properties that speak for the cause say of the spec as it is, and with the mend.
    pub changes: Vec<Change>,
    pub seconds: f64,
}

/// How a trial ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrialOutcome {
    /// All that the cause explains holds, and nothing that held fails.
    Helped,
    DidNotHelp,
    /// There is nothing that can be changed from outside.
    NotTried,
    /// The spec cannot be run with the mend.
    NotPossible,
    /// It took the worker process down.
    Crashed,
}

/// What a property says before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    pub property: String,
    pub before: String,
    pub after: String,
}

impl Diagnosis {
    /// Whether the cause accounts for the property: it speaks for it, or follows from it.
    pub fn accounts_for(&self, property: &str) -> bool {
        self.evidence.iter().chain(&self.explains).any(|name| name == property)
    }

    /// This cause, answerable for all that another one accounts for, too.
    pub fn together_with(mut self, other: &Self) -> Self {
        let others = other.evidence.iter().chain(&other.explains);
        let others: Vec<String> = others.filter(|name| !self.accounts_for(name)).cloned().collect();
        self.explains.extend(others);
        self
    }

    /// A trial of this cause that ended before anything could be judged.
    pub fn ended(
        &self,
        outcome: TrialOutcome,
        reason: impl Into<String>,
        lines: Vec<String>,
    ) -> Trial {
        Trial {
            cause: self.cause.clone(),
            outcome,
            reason: reason.into(),
            lines,
            holds: Vec::new(),
            fails: Vec::new(),
            breaks: Vec::new(),
            changes: Vec::new(),
            seconds: 0.0,
        }
    }

    /// What the verdicts of the changed spec, as far as there are any, mean for the mend.
    pub fn tried(&self, mend: &Mend, before: &[Judged], after: &[Judged]) -> Trial {
        let now = |property: &str| {
            after.iter().find(|each| each.property == property).map(|each| &each.verdict)
        };
        let of = |wanted: &dyn Fn(&Verdict, &Verdict) -> bool| -> Vec<String> {
            let chosen = before
                .iter()
                .filter(|each| now(&each.property).is_some_and(|now| wanted(&each.verdict, now)));
            chosen.map(|each| each.property.clone()).collect()
        };
        let holds = of(&|before, now| is_accused(before) && !is_accused(now) && is_decided(now));
        let fails = of(&|before, now| is_accused(before) && (is_accused(now) || !is_decided(now)));
        // A warning is no price for what the mend gives.
        let breaks = of(&|before, now| !is_accused(before) && now.outcome == Outcome::Fail);
        let unjudged =
            before.iter().any(|each| is_accused(&each.verdict) && now(&each.property).is_none());
        let remains = fails.iter().any(|property| self.accounts_for(property));
        let helped = !remains && !unjudged && breaks.is_empty();
        let changes = self.evidence.iter().filter_map(|property| {
            let before = before.iter().find(|each| each.property == *property)?;
            let (before, after) = (&before.verdict.summary, &now(property)?.summary);
            Some(Change {
                property: property.clone(),
                before: before.clone(),
                after: after.clone(),
            })
        });
        let changes = changes.collect();
        let outcome = if helped { TrialOutcome::Helped } else { TrialOutcome::DidNotHelp };
        Trial { holds, fails, breaks, changes, ..self.ended(outcome, &mend.reason, mend.lines()) }
    }

    /// Whether what was accused because of it still is, so that nothing else needs to be looked at.
    pub fn remains(&self, after: &[Judged]) -> bool {
        after.iter().any(|each| {
            self.accounts_for(&each.property)
                && (is_accused(&each.verdict) || !is_decided(&each.verdict))
        })
    }
}

impl Trial {
    /// Whether something of what was accused holds with it, something does not, and nothing broke.
    pub fn is_half_a_mend(&self) -> bool {
        self.outcome == TrialOutcome::DidNotHelp && !self.holds.is_empty() && self.breaks.is_empty()
    }
}

fn is_decided(verdict: &Verdict) -> bool {
    verdict.outcome != Outcome::Inconclusive
}

#[cfg(test)]
mod tests {
    use super::*;

    fn diagnosis() -> Diagnosis {
        Diagnosis {
            cause: "learning_rate_too_high".to_owned(),
            title: "the learning rate is too high".to_owned(),
            text: "Steps overshoot.".to_owned(),
            place: "training.optimizer.learning_rate".to_owned(),
            because: Vec::new(),
            evidence: vec!["learns".to_owned()],
            mend: "Lower it.".to_owned(),
            explains: vec!["outputs_vary".to_owned()],
            suggestion: None,
        }
    }

    fn mend() -> Mend {
        Mend { reason: "too high".to_owned(), edits: Vec::new() }
    }

    fn judged(pairs: &[(&str, Verdict)]) -> Vec<Judged> {
        let judged = pairs.iter().map(|(property, verdict)| Judged {
            property: (*property).to_owned(),
            verdict: verdict.clone(),
        });
        judged.collect()
    }

    fn fail() -> Verdict {
        Verdict::fail("loss 2 → 9 in 20 steps", Vec::new())
    }

    fn pass() -> Verdict {
        Verdict::pass("loss 2 → 0.1 in 20 steps")
    }

    #[test]
    fn a_mend_helps_where_all_of_its_cause_holds_and_nothing_breaks() {
        let before = judged(&[
            ("learns", fail()),
            ("outputs_vary", fail()),
            ("features_vary", Verdict::warn("", Vec::new())),
            ("shapes", pass()),
        ]);
        let after = judged(&[
            ("learns", pass()),
            ("outputs_vary", pass()),
            ("features_vary", Verdict::warn("", Vec::new())),
            ("shapes", pass()),
        ]);
        let trial = diagnosis().tried(&mend(), &before, &after);
        assert_eq!(trial.outcome, TrialOutcome::Helped);
        assert_eq!(trial.holds, ["learns", "outputs_vary"]);
        assert_eq!(trial.fails, ["features_vary"], "another cause's");
        assert_eq!(trial.changes[0].before, "loss 2 → 9 in 20 steps");
        assert_eq!(trial.changes[0].after, "loss 2 → 0.1 in 20 steps");
    }

    #[test]
    fn a_mend_does_not_help_where_something_remains_breaks_or_is_undecided() {
        let before = judged(&[("learns", fail()), ("outputs_vary", fail()), ("shapes", pass())]);
        let with = |outputs_vary: Verdict, shapes: Verdict| {
            let after =
                judged(&[("learns", pass()), ("outputs_vary", outputs_vary), ("shapes", shapes)]);
            diagnosis().tried(&mend(), &before, &after)
        };
        assert_eq!(with(pass(), pass()).outcome, TrialOutcome::Helped);
        assert_eq!(with(pass(), Verdict::not_applicable("")).outcome, TrialOutcome::Helped);
        let broken = with(pass(), fail());
        assert_eq!(
            (broken.outcome, broken.breaks),
            (TrialOutcome::DidNotHelp, vec!["shapes".to_owned()])
        );
        let warned = with(pass(), Verdict::warn("", Vec::new()));
        assert_eq!(warned.outcome, TrialOutcome::Helped);
        assert_eq!(with(fail(), pass()).outcome, TrialOutcome::DidNotHelp);
        let undecided = Verdict::inconclusive("", Vec::new());
        assert_eq!(with(undecided, pass()).outcome, TrialOutcome::DidNotHelp);
    }

    #[test]
    fn half_a_mend_makes_some_hold_and_breaks_nothing() {
        let before = judged(&[("learns", fail()), ("outputs_vary", fail()), ("shapes", pass())]);
        let trial = |learns: Verdict, outputs_vary: Verdict| {
            let after = judged(&[("learns", learns), ("outputs_vary", outputs_vary)]);
            diagnosis().tried(&mend(), &before, &after)
        };
        assert!(trial(pass(), fail()).is_half_a_mend());
        assert!(!trial(pass(), pass()).is_half_a_mend() && !trial(fail(), fail()).is_half_a_mend());
        let other = Diagnosis { evidence: vec!["targets_scaled".to_owned()], ..diagnosis() };
        let both = diagnosis().together_with(&other);
        assert!(both.accounts_for("targets_scaled") && both.accounts_for("learns"));
        assert_eq!(both.explains, ["outputs_vary", "targets_scaled"]);
    }

    #[test]
    fn what_was_not_judged_again_speaks_for_nothing() {
        let before = judged(&[("learns", fail()), ("outputs_vary", fail())]);
        let after = judged(&[("learns", fail())]);
        assert!(diagnosis().remains(&after));
        assert!(!diagnosis().remains(&judged(&[("learns", pass())])));
        let trial = diagnosis().tried(&mend(), &before, &after);
        assert_eq!(
            (trial.outcome, trial.fails),
            (TrialOutcome::DidNotHelp, vec!["learns".to_owned()])
        );
        let some = diagnosis().tried(&mend(), &before, &judged(&[("learns", pass())]));
        assert_eq!(some.outcome, TrialOutcome::DidNotHelp);
    }
}
