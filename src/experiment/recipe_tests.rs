//! Recipes as specs declare them, run by the experiment that trains.

use super::*;
use crate::device::{DeviceChoice, Devices};
use crate::property::{self, Options, Outcome};
use crate::spec::{self, Source};
use crate::subject::Subject;

/// A healthy network on 96 examples, trained by this recipe for as long as `expect` says.
fn trained(training: &str, steps: usize) -> Laboratory {
    let text = format!(
        "version: 1\nname: recipe\ntask: classification\ndata: {{moons: {{examples: 120}}}}\n\
         model: [linear: 16, tanh, linear: 2]\ntraining: {{{training}}}\n\
         expect: [learns: {{steps: {steps}, at_most: {steps}}}]\n"
    );
    let spec = spec::parse(Source::new("specs/recipe.yaml", text)).unwrap();
    let subject = Subject::prepare(spec).unwrap();
    let mut laboratory =
        Laboratory::new(subject, &Devices::open(DeviceChoice::Cpu).unwrap()).unwrap();
    laboratory.require(Experiment::Training, &mut |_, _, _, _| ()).unwrap();
    laboratory
}

fn training(laboratory: &Laboratory) -> &TrainingEvidence {
    laboratory.evidence().training()
}

/// ‖ΔW‖ of the first tensor in each measured step.
fn moves(laboratory: &Laboratory) -> Vec<f64> {
    training(laboratory).updates[0].steps.iter().map(|step| step.update_norm).collect()
}

fn assert_close(found: f64, due: f64) {
    assert!((found - due).abs() <= 1e-9 * due.abs(), "{found} for {due}");
}

#[test]
fn a_recipe_learns_under_every_schedule() {
    let _alone = crate::device::alone();
    let learns = property::find("learns").unwrap();
    for schedule in [
        "schedule: constant",
        "schedule: {linear: {final_lr: 0}}",
        "schedule: {cosine: {min_lr: 1e-3}}",
        "schedule: {exponential: 0.98}",
        "schedule: {step: {step_size: 20, gamma: 0.5}}",
        "schedule: {composed: [cosine, {exponential: 0.99}]}",
        "schedule: cosine, warm_up: 6",
        "schedule: {noam: {warmup_steps: 20, model_size: 16}}",
    ] {
        let recipe = format!("optimizer: {{adam: {{learning_rate: 0.05}}}}, steps: 60, {schedule}");
        let laboratory = trained(&recipe, 60);
        assert_eq!(training(&laboratory).steps, 60, "{schedule}");
        let verdict = (learns.judge)(laboratory.evidence(), &Options::defaults(&learns.meta));
        assert_eq!(verdict.outcome, Outcome::Pass, "{schedule}: {}", verdict.summary);
    }
}

#[test]
fn a_recipe_learns_with_every_optimizer() {
    let _alone = crate::device::alone();
    let learns = property::find("learns").unwrap();
    for optimizer in [
        "{adagrad: {learning_rate: 0.1}}",
        "{adan: {learning_rate: 0.02}}",
        "{adafactor: {learning_rate: 0.1}}",
        "{lamb: {learning_rate: 0.05}}",
        "{lion: {learning_rate: 0.01}}",
        "{muon: {learning_rate: 0.05, others: {adamw: {learning_rate: 0.02}}}}",
    ] {
        let laboratory = trained(&format!("optimizer: {optimizer}, steps: 60"), 60);
        let verdict = (learns.judge)(laboratory.evidence(), &Options::defaults(&learns.meta));
        assert_eq!(verdict.outcome, Outcome::Pass, "{optimizer}: {}", verdict.summary);
    }
}

#[test]
fn the_schedule_sets_the_size_of_the_steps() {
    let _alone = crate::device::alone();
    let sgd = "optimizer: {sgd: {learning_rate: 0.5}}, batch_size: 96, steps: 40";
    let constant = moves(&trained(sgd, 10));
    let warm = moves(&trained(&format!("{sgd}, warm_up: 4"), 10));
    let noam = format!("{sgd}, schedule: {{noam: {{warmup_steps: 1, model_size: 4}}}}");
    // Before the first step all runs have the same weights, and so the same gradient.
    assert_close(warm[0], constant[0] / 5.0);
    assert_close(moves(&trained(&noam, 10))[0], constant[0] / 2.0);
}

#[test]
fn accumulated_batches_make_the_step_of_one_large_batch() {
    let _alone = crate::device::alone();
    let rest = "optimizer: {sgd: {learning_rate: 0.5, momentum: 0.9}}, steps: 9";
    for (large, small) in [
        ("batch_size: 48", "batch_size: 16, accumulate: 3"),
        // An epoch of 96 examples ends with a step of 16.
        ("batch_size: 40", "batch_size: 20, accumulate: 2"),
        // It ends with a step of 36: batches of 20 and 16, which weigh as much as their examples.
        ("batch_size: 60", "batch_size: 20, accumulate: 3"),
    ] {
        let large = trained(&format!("{large}, {rest}"), 9);
        let small = trained(&format!("{small}, {rest}"), 9);
        let (large, small) = (training(&large), training(&small));
        assert_eq!((large.steps, small.steps), (9, 9));
        for (large, small) in large.losses.iter().zip(&small.losses) {
            assert_close(*small, *large);
        }
        let last = |evidence: &TrainingEvidence| evidence.sample_losses.last().unwrap().loss;
        assert_close(last(small), last(large));
    }
}

#[test]
fn a_recipe_is_as_long_as_it_says() {
    let _alone = crate::device::alone();
    let of = |training: &str| trained(training, 1).evidence().training().declared_steps;
    assert_eq!(of("steps: 7"), 7);
    assert_eq!(of("epochs: 2, batch_size: 40"), 6);
    // Two batches a step: 80 and 16 examples.
    assert_eq!(of("epochs: 2, batch_size: 40, accumulate: 2"), 4);
    assert_eq!(of(&format!("epochs: {}, batch_size: 40", usize::MAX)), usize::MAX);
}
