//! Recipes against their formulas and at other rates: the experiments of steps and of the sweep.

use super::*;
use crate::device::{DeviceChoice, Devices};
use crate::property::{self, Options, Outcome, Verdict};
use crate::spec::{self, Source};
use crate::subject::Subject;

/// What a property says of a network with convolutions, trained by this recipe.
fn judged(property: &str, training: &str, more: &str) -> Verdict {
    let text = format!(
        "version: 1\nname: recipe\ntask: classification\n\
         data: {{bars: {{examples: 60, size: 8}}}}\n\
         model: [{{conv2d: {{out: 3, kernel: 3, name: stem}}}}, relu, flatten, {{linear: {{out: 6, name: hidden}}}}, \
         tanh, {{dropout: 0.1}}, {{linear: {{out: 2, name: head}}}}]\n\
         training: {{{training}}}\n{more}"
    );
    let spec = spec::parse(Source::new("specs/recipe.yaml", text)).unwrap();
    let subject = Subject::prepare(spec).unwrap();
    let devices = Devices::open(DeviceChoice::Cpu).unwrap();
    let mut laboratory = Laboratory::new(subject, &devices).unwrap();
    let property = property::find(property).unwrap();
    for experiment in property.needs {
        laboratory.require(*experiment, &mut |_, _, _, _| ()).unwrap();
    }
    (property.judge)(laboratory.evidence(), &Options::defaults(&property.meta))
}

#[test]
fn every_optimizer_steps_as_declared_with_groups_clipping_accumulation_and_schedules() {
    let _alone = crate::device::alone();
    let mut wrong = Vec::new();
    for optimizer in [
        "sgd",
        "{sgd: {learning_rate: 0.1, momentum: 0.9, nesterov: true, weight_decay: 0.1}}",
        "{adam: {amsgrad: true, weight_decay: 0.1}}",
        "{adamw: {weight_decay: 0.5, cautious_weight_decay: true}}",
        "{rmsprop: {centered: true}}",
        "{adagrad: {lr_decay: 0.1}}",
        "{adan: {weight_decay: 0.1}}",
        "adafactor",
        "{adafactor: {learning_rate: 0.5, weight_decay: 0.1}}",
        "{lamb: {weight_decay: 0.1}}",
        "{lion: {weight_decay: 0.1}}",
        "{muon: {weight_decay: 0.1}}",
    ] {
        for rest in [
            "batch_size: 16",
            "batch_size: 8, accumulate: 3, clipping: {global_norm: 0.1}",
            "clipping: {norm: 0.05}, schedule: cosine, warm_up: 2, epochs: 10, \
             groups: [{layers: [head], factor: 0.1, weight_decay: 0}, {layers: [stem.bias], frozen: true}]",
            "clipping: {value: 0.01}, schedule: {exponential: 0.5}, \
             groups: [{layers: [hidden], learning_rate: 1e-2}]",
        ] {
            let verdict =
                judged("optimizer_as_declared", &format!("optimizer: {optimizer}, {rest}"), "");
            if verdict.outcome != Outcome::Pass {
                wrong.push(format!("{optimizer}, {rest}: {verdict:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn planted_steps_are_off_their_formula() {
    let _alone = crate::device::alone();
    for (fault, said) in [
        ("scale_step: {layer: hidden, factor: 1.01}", "1.01 times"),
        ("freeze_layer: hidden", "does not move"),
        ("skip_clipping: hidden", "times what the formula gives"),
    ] {
        let recipe = "optimizer: {sgd: {learning_rate: 0.1}}, clipping: {norm: 0.01}";
        let found = judged("optimizer_as_declared", recipe, &format!("faults: [{fault}]\n"));
        assert_eq!(found.outcome, Outcome::Fail, "{fault}");
        assert!(found.findings.iter().all(|one| one.place.starts_with("hidden.")), "{found:?}");
        assert!(found.findings[0].message.contains(said), "{found:?}");
    }
}

#[test]
fn a_rate_behind_a_warm_up_that_needs_it_is_in_range() {
    let _alone = crate::device::alone();
    let at = |recipe: &str| judged("learning_rate_in_range", recipe, "");
    let length = "batch_size: 16, epochs: 30";
    let healthy = at(&format!("optimizer: {{adam: {{learning_rate: 1e-2}}}}, {length}"));
    assert_eq!(healthy.outcome, Outcome::Pass, "{healthy:?}");
    let grouped = at(&format!(
        "optimizer: {{sgd: {{learning_rate: 1e-9}}}}, {length}, \
         groups: [{{layers: [stem, hidden, head], learning_rate: 0.1}}]"
    ));
    assert_eq!(grouped.outcome, Outcome::Pass, "all rates are the groups': {grouped:?}");
    let low = at(&format!("optimizer: {{adam: {{learning_rate: 1e-8}}}}, {length}"));
    assert_eq!(low.outcome, Outcome::Fail, "{low:?}");
    assert!(low.findings[0].message.contains("too low"), "{low:?}");
    let warm = at(&format!(
        "optimizer: {{adam: {{learning_rate: 1e-2}}}}, schedule: cosine, warm_up: 20, {length}"
    ));
    assert_eq!(warm.outcome, Outcome::Pass, "{warm:?}");
}
