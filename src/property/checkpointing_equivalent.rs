//! `checkpointing_equivalent`: gradient checkpointing changes no gradient.

use serde_yaml::{Mapping, Value};

use super::text::{mapping, short};
use super::{Finding, Meta, Options, Property, Verdict};
use crate::experiment::{Evidence, Experiment};
use crate::spec::Severity;

pub static PROPERTY: Property = Property {
    meta: Meta {
        name: "checkpointing_equivalent",
        summary: "Computing activations again on the way back changes no gradient.",
        checks: "Gradients of up to 16 training examples with the initial weights and random layers off, where \
                 weights are drawn (mostly in 64 bits), twice: on a device that keeps all activations, and on \
                 one with gradient checkpointing (`Device::gradient_checkpointing`), which computes those of \
                 cheap operations again on the way back.",
        why: "Checkpointing is switched on when a model outgrows its memory, late, and nobody looks at \
              gradients again. What is computed again must be what was there: an operation of your own that \
              says that it is cheap (`memory_bound`), and computes something else the second time, gives a \
              wrong gradient then and only then.",
        condition: "‖g(checkpointed) − g‖ ≤ 84 · ε · largest ‖g‖ for every tensor and the input, and every \
                    gradient is there in both, with ε of the place: 2.2e-16 in 64 bits, 1.2e-7 in 32. The same \
                    operations on the same numbers give the same bits on most devices.",
        mend: "Let `retro_forward` of the operation compute what its forward does, from the same inputs, or call \
               it `compute_bound`; draw no random numbers in what may be computed again.",
        source: "Chen et al. 2016 (training deep nets with sublinear memory cost); Hugging Face's \
                 `test_training_gradient_checkpointing`; rounding as in `matches_reference_device`.",
        severity: Severity::Error,
        recommended: false,
        options: &[],
    },
    needs: &[Experiment::Replays],
    trains_further: None,
    judge,
    record,
};

/// Relative rounding in units of ε: 1e-5 in 32 bits, as between two devices.
const ROUNDINGS: f64 = 84.0;

fn judge(evidence: &Evidence, _options: &Options) -> Verdict {
    let checkpointed = &evidence.replays().checkpointed;
    let Some(tensor) = &checkpointed.tensor else {
        return Verdict::not_applicable("the model has no trainable tensor");
    };
    // ε is twice the unit roundoff.
    let bound = ROUNDINGS * 2.0 * checkpointed.roundoff;
    let summary = format!(
        "{} examples with activations kept and computed again: `{tensor}` is off by {}",
        checkpointed.examples,
        short(checkpointed.error)
    );
    if checkpointed.error <= bound {
        return Verdict::pass(summary);
    }
    let finding = Finding {
        place: tensor.clone(),
        message: "its gradient is another one with gradient checkpointing".to_owned(),
        measured: Some(checkpointed.error),
        bound: Some(format!("≤ {}", short(bound))),
        mend: "look for an operation whose `retro_forward` is not its forward, and for random numbers that \
               are drawn again"
            .to_owned(),
    };
    Verdict::fail(summary, vec![finding])
}

fn record(evidence: &Evidence, _options: &Options) -> Mapping {
    mapping([("examples", Value::from(evidence.replays().checkpointed.examples))])
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::experiment::CheckpointedEvidence;
    use crate::property::Outcome;

    fn verdict(change: impl FnOnce(&mut CheckpointedEvidence)) -> Verdict {
        testing::verdict(&PROPERTY, |evidence| {
            change(&mut evidence.replays.as_mut().unwrap().checkpointed);
        })
    }

    #[test]
    fn the_same_gradient_passes_and_rounding_is_no_difference() {
        assert_eq!(verdict(|_| ()).outcome, Outcome::Pass);
        assert_eq!(verdict(|found| found.error = 1e-14).outcome, Outcome::Pass);
        let single = verdict(|found| {
            (found.error, found.roundoff) = (9e-6, f64::from(f32::EPSILON) / 2.0);
        });
        assert_eq!(single.outcome, Outcome::Pass);
    }

    #[test]
    fn another_gradient_fails_at_its_tensor() {
        for error in [1e-13, 0.3, f64::INFINITY, f64::NAN] {
            let failed = verdict(|found| found.error = error);
            let place = failed.findings[0].place.as_str();
            assert_eq!((failed.outcome, place), (Outcome::Fail, "head.weight"));
        }
    }

    #[test]
    fn without_tensors_there_is_nothing_to_judge() {
        assert_eq!(verdict(|found| found.tensor = None).outcome, Outcome::NotApplicable);
    }
}
