//! `save_load_round_trip`: a model that was saved and loaded is the same.

use serde_yaml::{Mapping, Value};

use super::text::{mapping, short};
use super::{Finding, Meta, Options, Property, Verdict};
use crate::experiment::{Evidence, Experiment};
use crate::spec::Severity;

pub static PROPERTY: Property = Property {
    meta: Meta {
        name: "save_load_round_trip",
        summary: "A model that was saved and loaded gives the same outputs.",
        checks: "The model after the recipe's first 3 steps, as it is used, saved in Burn's own format and loaded into a fresh module with other random numbers: all tensors, and the outputs for up to 16 examples as the model is used.",
        why: "What is no parameter of a module is not saved: a tensor in a plain field, a table that is drawn when the module is made, statistics under `#[module(skip)]`. The file loads without an error and the model is another one.",
        condition: "Every tensor and every output is the same, bit by bit.",
        mend: "Make it a `Param` (with `no_grad` where it is not trained), or compute it from the configuration in the same way each time. Save `model.valid()`: in a model that trains, the running statistics that are saved are a step behind.",
        source: "AllenNLP's ModelTestCase, transformers' ModelTesterMixin; fault class 76.",
        severity: Severity::Error,
        recommended: false,
        options: &[],
    },
    needs: &[Experiment::Replays],
    trains_further: None,
    judge,
    record,
};

fn judge(evidence: &Evidence, _options: &Options) -> Verdict {
    let finding = |place: &str, message: String, measured: Option<f64>, mend: &str| Finding {
        place: place.to_owned(),
        message,
        measured,
        bound: Some("0".to_owned()),
        mend: mend.to_owned(),
    };
    let reloaded = match &evidence.replays().reloaded {
        Ok(reloaded) => reloaded,
        Err(reason) => {
            let message = format!("the model cannot be loaded again: {reason}");
            let mend = "let the module have the same parameters whenever it is made";
            return Verdict::fail("not loaded", vec![finding("model", message, None, mend)]);
        }
    };
    let summary = format!("{} bytes saved and loaded", reloaded.bytes);
    if let Some(differing) = &reloaded.tensor {
        let message = format!("it is off by {} after loading", short(differing.difference));
        let mend = "keep the tensor in its own float type, and under one name";
        let found = finding(&differing.tensor, message, Some(differing.difference), mend);
        return Verdict::fail(summary, vec![found]);
    }
    match reloaded.outputs.filter(|difference| *difference != 0.0) {
        Some(difference) => {
            let message = format!(
                "all parameters are the same after loading, and the outputs are off by {}: something \
                 that is no parameter was left out",
                short(difference)
            );
            let mend = "look for tensors in plain fields and `#[module(skip)]`: make them `Param`s";
            Verdict::fail(summary, vec![finding("model", message, Some(difference), mend)])
        }
        None => Verdict::pass(format!("{summary}: the same outputs")),
    }
}

fn record(evidence: &Evidence, _options: &Options) -> Mapping {
    let known =
        evidence.replays().reloaded.as_ref().is_ok_and(|reloaded| reloaded.outputs.is_some());
    mapping([("outputs_compared", Value::from(known))])
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::property::Outcome;

    fn verdict(change: impl FnOnce(&mut Evidence)) -> Verdict {
        testing::verdict(&PROPERTY, change)
    }

    fn reloaded(change: impl FnOnce(&mut crate::experiment::ReloadedEvidence)) -> Verdict {
        verdict(|evidence| change(evidence.replays.as_mut().unwrap().reloaded.as_mut().unwrap()))
    }

    #[test]
    fn a_model_that_comes_back_passes() {
        assert_eq!(verdict(|_| ()).outcome, Outcome::Pass);
    }

    #[test]
    fn outputs_that_differ_point_to_what_is_no_parameter() {
        let lost = reloaded(|reloaded| reloaded.outputs = Some(0.3));
        assert_eq!(lost.outcome, Outcome::Fail);
        assert!(lost.findings[0].message.contains("no parameter"));
        let broken = reloaded(|reloaded| reloaded.outputs = Some(f64::INFINITY));
        assert_eq!(broken.outcome, Outcome::Fail);
    }

    #[test]
    fn a_tensor_that_differs_and_a_model_that_does_not_load_fail() {
        let tensor = "head.weight".to_owned();
        let differing = crate::experiment::Differing { tensor, difference: 1e-3 };
        let other = reloaded(|reloaded| reloaded.tensor = Some(differing));
        assert_eq!(
            (other.outcome, other.findings[0].place.as_str()),
            (Outcome::Fail, "head.weight")
        );
        let none = verdict(|evidence| {
            evidence.replays.as_mut().unwrap().reloaded = Err("missing".to_owned());
        });
        assert_eq!(none.outcome, Outcome::Fail);
    }
}
