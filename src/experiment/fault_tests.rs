//! Planted faults, each by what it does to a measured run.

use super::*;
use crate::device::{DeviceChoice, Devices};
use crate::registry::tests::registry;
use crate::spec::{self, Source};
use crate::subject::Subject;

const DECLARED: &str = "version: 1\nname: faulty\ntask: classification\n\
    data: {blobs: {examples: 40, classes: 3, features: 2}, split: {validation: 0.25}}\n\
    model: [linear: {out: 4, name: hidden}, tanh, linear: {out: 3, name: head}]\n\
    training: {optimizer: {sgd: {learning_rate: 1e-4}}, batch_size: 30, steps: 4}\n\
    expect: [learns: {steps: 4, at_most: 4}]\n";

const RUST: &str = "version: 1\nname: faulty\ntask: classification\n\
    data: {blobs: {examples: 40, classes: 3, features: 2}, split: {validation: 0.25}}\n\
    model: {rust: net}\n\
    training: {optimizer: {sgd: {learning_rate: 1e-4}}, batch_size: 30, steps: 4}\n\
    expect: [learns: {steps: 4, at_most: 4}]\n";

const SEQUENCES: &str = "version: 1\nname: faulty\ntask: classification\n\
    data: {copy: {examples: 60, length: 4}}\n\
    model: [embedding: {vocabulary: 10, dimension: 4}, linear: {out: 8, name: hidden}, tanh, \
    linear: {out: 8, name: head}]\n";

const NONE: &str = "";

/// A laboratory with faults planted.
fn laboratory(spec: &str, faults: &str) -> Result<Laboratory, String> {
    let planted = if faults == NONE { String::new() } else { format!("faults: {faults}\n") };
    let text = format!("{spec}{planted}");
    let spec = spec::parse(Source::new("faulty.yaml", text)).map_err(|e| e.to_string())?;
    let subject = Subject::prepare_with(spec, &registry()).map_err(|e| e.to_string())?;
    let devices = Devices::open(DeviceChoice::Cpu).unwrap();
    Laboratory::new(subject, &devices).map_err(|error| error.to_string())
}

/// The evidence of an experiment with faults planted.
fn measured(spec: &str, faults: &str, experiment: Experiment) -> Evidence {
    let mut laboratory = laboratory(spec, faults).unwrap();
    laboratory.require(experiment, &mut |_, _, _, _| ()).unwrap();
    laboratory.evidence().clone()
}

fn initial(spec: &str, faults: &str) -> InitialEvidence {
    measured(spec, faults, Experiment::Initial).initial().clone()
}

fn trained(spec: &str, faults: &str) -> TrainingEvidence {
    measured(spec, faults, Experiment::Training).training().clone()
}

/// ‖ΔW‖ of a tensor in each measured step.
fn moves(evidence: &TrainingEvidence, tensor: &str) -> Vec<f64> {
    let update = evidence.updates.iter().find(|update| update.tensor == tensor).unwrap();
    update.steps.iter().map(|step| step.update_norm).collect()
}

fn gradient<'a>(evidence: &'a InitialEvidence, tensor: &str) -> &'a GradientEvidence {
    evidence.gradients.iter().find(|gradient| gradient.tensor == tensor).unwrap()
}

fn assert_close(found: f64, due: f64) {
    assert!((found - due).abs() <= 1e-6 * due.abs(), "{found} for {due}");
}

#[test]
fn the_loss_is_a_sum_or_has_the_other_sign() {
    let _alone = crate::device::alone();
    for spec in [DECLARED, RUST] {
        let right = initial(spec, NONE);
        assert_eq!(right.examples, 30);
        assert_close(initial(spec, "[sum_loss]").loss, 30.0 * right.loss);
        assert_close(initial(spec, "[negate_loss]").loss, -right.loss);
    }
}

#[test]
fn one_more_activation_behind_the_outputs_bounds_the_loss() {
    let _alone = crate::device::alone();
    // Of logits between 0 and 1 that sum to 1, the loss is between ln(1 + 2/e) and ln(2 + e).
    let bounds = [(1.0 + 2.0 * (-1.0f64).exp()).ln(), (2.0 + 1.0f64.exp()).ln()];
    for spec in [DECLARED, RUST] {
        let wild = initial(spec, "[scale_weights: 1000]").loss;
        assert!(wild > 2.0 * bounds[1], "{wild}");
        for fault in ["softmax_outputs", "sigmoid_outputs"] {
            let loss = initial(spec, &format!("[scale_weights: 1000, {fault}]")).loss;
            assert!((bounds[0]..=bounds[1]).contains(&loss), "{fault}: {loss}");
        }
    }
}

#[test]
fn a_scaled_gradient_is_seen_by_measurements_and_by_the_optimizer() {
    let _alone = crate::device::alone();
    for spec in [DECLARED, RUST] {
        let fault = "[scale_gradient: {tensor: head.weight, factor: -3}]";
        let (right, wrong) = (initial(spec, NONE), initial(spec, fault));
        assert_eq!(wrong.loss, right.loss);
        let norms = |evidence: &InitialEvidence| {
            ["head.weight", "head.bias"].map(|tensor| gradient(evidence, tensor).norm)
        };
        let ([weight, bias], [wrong_weight, wrong_bias]) = (norms(&right), norms(&wrong));
        assert_close(wrong_weight, 3.0 * weight);
        assert_eq!(wrong_bias, bias);
        let (right, wrong) = (trained(spec, NONE), trained(spec, fault));
        assert_close(moves(&wrong, "head.weight")[0], 3.0 * moves(&right, "head.weight")[0]);
        assert_eq!(moves(&wrong, "head.bias")[0], moves(&right, "head.bias")[0]);
    }
}

#[test]
fn steps_go_wrong_as_the_faults_say() {
    let _alone = crate::device::alone();
    for spec in [DECLARED, RUST] {
        let first = |faults: &str| moves(&trained(spec, faults), "head.weight");
        let right = first(NONE);
        assert_close(first("[scale_rate: 10]")[0], 10.0 * right[0]);
        assert_eq!(trained(spec, "[scale_rate: 10]").outcome.rates, [1e-3; 4]);
        // So small are the steps that all batches have the same gradient.
        let kept = first("[keep_gradients]");
        assert!((kept[1] / kept[0] - 2.0).abs() < 0.01, "{kept:?}");
        let discarded = trained(spec, "[discard_updates]");
        assert_eq!(moves(&discarded, "head.weight"), [0.0, 0.0]);
        assert_eq!(discarded.sample_losses.last().unwrap().loss, discarded.sample_losses[0].loss);
    }
}

#[test]
fn the_rate_that_the_tool_chooses_is_not_scaled() {
    let _alone = crate::device::alone();
    let learned = |faults: &str| {
        let evidence = measured(DECLARED, faults, Experiment::Overfit);
        evidence.overfit().attempts[0].final_loss
    };
    assert_eq!(learned("[scale_rate: 1000]"), learned(NONE));
}

#[test]
fn a_detached_layer_and_what_is_before_it_get_no_gradient() {
    let _alone = crate::device::alone();
    let evidence = initial(DECLARED, "[detach: hidden]");
    let present: Vec<_> = evidence.gradients.iter().map(|gradient| gradient.present).collect();
    assert_eq!(present, [false, false, true, true]);
    assert_eq!(evidence.loss, initial(DECLARED, NONE).loss);
}

#[test]
fn a_model_in_the_wrong_mode_keeps_its_statistics_or_its_noise() {
    let _alone = crate::device::alone();
    let spec = DECLARED.replace("tanh,", "batch_norm: {name: norm}, tanh, dropout: 0.5,");
    let statistics_move = |faults: &str| {
        let tensors = trained(&spec, faults).outcome.untrained;
        assert!(!tensors.is_empty());
        tensors.iter().all(|tensor| tensor.moved)
    };
    assert!(statistics_move(NONE));
    assert!(!statistics_move("[wrong_mode: training]"));
    assert!(statistics_move("[wrong_mode: evaluation]"));
    let (right, wrong) = (trained(&spec, NONE), trained(&spec, "[wrong_mode: evaluation]"));
    assert_eq!(right.losses, wrong.losses);
    assert_ne!(right.outcome.evaluation_loss, wrong.outcome.evaluation_loss);
    assert_ne!(right.outcome.validation, wrong.outcome.validation);
}

#[test]
fn examples_and_places_see_what_they_must_not() {
    let _alone = crate::device::alone();
    let relations =
        |spec: &str, faults: &str| measured(spec, faults, Experiment::Relations).relations.unwrap();
    for spec in [DECLARED, RUST] {
        for (faults, mixes) in [(NONE, false), ("[reshape_batch]", true), ("[mix_batch]", true)] {
            let found = relations(spec, faults);
            let seen: Vec<_> = found.mixing.iter().map(|mode| mode.influence.is_some()).collect();
            assert_eq!(seen, [mixes; 2], "{faults}");
        }
    }
    let leak = |faults: &str| relations(SEQUENCES, faults).causality.unwrap().leak;
    assert_eq!(leak(NONE), None);
    let leak = leak("[future_leak]").unwrap();
    assert_eq!(leak.changed_from, leak.seen_at + 1);
}

#[test]
fn weights_are_wrong_whatever_the_seed() {
    let _alone = crate::device::alone();
    let deviation = |faults: &str| initial(DECLARED, faults).weights[0].deviation;
    assert!(deviation(NONE) > 0.0);
    assert_eq!(deviation("[constant_weights: {layer: hidden, value: 0.25}]"), 0.0);
    assert_eq!(deviation("[zero_tensor: hidden.weight]"), 0.0);
    assert_close(deviation("[scale_weights: {layer: hidden, factor: 7}]"), 7.0 * deviation(NONE));
    let dropped = initial(DECLARED, "[drop_bias: hidden]");
    let tensors: Vec<_> = dropped.gradients.iter().map(|each| each.tensor.as_str()).collect();
    assert_eq!(tensors, ["hidden.weight", "head.weight", "head.bias"]);
}

#[test]
fn a_layer_is_dropped_where_the_others_fit_together_without_it() {
    let _alone = crate::device::alone();
    let laboratory = laboratory(DECLARED, "[drop_layer: tanh1]").unwrap();
    let layers: Vec<_> = laboratory.evidence().subject.layers.iter().map(|l| &l.path).collect();
    assert_eq!(layers, ["hidden", "head"]);
    let error = super::fault_tests::laboratory(DECLARED, "[drop_layer: head]").err().unwrap();
    assert!(error.contains("NN0304"), "{error}");
    assert!(super::fault_tests::laboratory(DECLARED, "[drop_layer: hidden]").is_ok());
}

#[test]
fn what_cannot_be_planted_is_refused_with_its_reason() {
    let _alone = crate::device::alone();
    for (spec, fault, code) in [
        (RUST, "detach: head", "NN0313"),
        (RUST, "drop_layer: head", "NN0313"),
        (RUST, "future_leak", "NN0321"),
        (RUST, "drop_bias: tail", "NN0122"),
        (DECLARED, "future_leak", "NN0321"),
        (DECLARED, "wrong_mode: training", "NN0321"),
        (DECLARED, "zero_tensor: hidden.weights", "NN0122"),
        (DECLARED, "drop_bias: tanh1", "NN0122"),
        (SEQUENCES, "scale_inputs: 2", "NN0321"),
    ] {
        let error = laboratory(spec, &format!("[{fault}]")).err().unwrap_or_default();
        assert!(error.contains(code), "{fault}: {error}");
    }
}

#[test]
fn targets_that_no_term_reads_cannot_be_shuffled() {
    let _alone = crate::device::alone();
    let shuffled = |term: &str| {
        let spec = format!(
            "version: 1\nname: faulty\ntask: regression\ndata: linear_regression\nmodel: [linear: 1]\n\
             loss: {{terms: [{{name: only, loss: mse, {term}}}]}}\n"
        );
        laboratory(&spec, "[shuffle_labels]").err()
    };
    let refused = shuffled("constant: 1").unwrap_or_default();
    assert!(refused.contains("NN0321"), "{refused}");
    assert_eq!(shuffled("target: target"), None);
}
