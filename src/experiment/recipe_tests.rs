//! Recipes as specs declare them, run by the experiment that trains.

use super::*;
use crate::device::{DeviceChoice, Devices};
use crate::property::{self, Options, Outcome};
use crate::spec::{self, Source};
use crate::subject::Subject;

/// The laboratory of a spec, after its training.
fn laboratory(text: &str) -> Result<Laboratory, SetUpError> {
    let spec = spec::parse(Source::new("specs/recipe.yaml", text)).unwrap();
    let subject = Subject::prepare(spec).unwrap();
    let mut laboratory = Laboratory::new(subject, &Devices::open(DeviceChoice::Cpu).unwrap())?;
    laboratory.require(Experiment::Training, &mut |_, _, _, _| ()).unwrap();
    Ok(laboratory)
}

/// A healthy network on 96 examples, trained by this recipe for as long as `expect` says.
fn trained(training: &str, steps: usize) -> Laboratory {
    let text = format!(
        "version: 1\nname: recipe\ntask: classification\ndata: {{moons: {{examples: 120}}}}\n\
         model: [linear: 16, tanh, linear: 2]\ntraining: {{{training}}}\n\
         expect: [learns: {{steps: {steps}, at_most: {steps}}}]\n"
    );
    laboratory(&text).unwrap()
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
        "schedule: {sequential: {schedules: [constant, cosine], milestones: [20]}}",
        "schedule: {plateau: {patience: 1}}",
        "schedule: {cyclic: {max_lr: 0.1, step_size: 10}}",
        "schedule: one_cycle",
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

#[test]
fn a_plateau_sees_the_loss_of_each_epoch() {
    let _alone = crate::device::alone();
    let sgd = "optimizer: {sgd: {learning_rate: 0.5}}, batch_size: 48, steps: 40";
    // No loss is a hundred times lower: every epoch but the first one lowers the rate.
    let plateau =
        format!("{sgd}, schedule: {{plateau: {{patience: 0, threshold: 0.99, factor: 0.1}}}}");
    let (constant, falling) = (moves(&trained(sgd, 10)), moves(&trained(&plateau, 10)));
    // Steps 1, 2 and 10: the last one is in epoch 5, after three falls.
    assert_close(falling[0], constant[0]);
    assert_close(falling[1], constant[1]);
    let fall = falling[2] / constant[2];
    assert!((0.5e-3..5e-3).contains(&fall), "{fall}");
}

#[test]
fn a_recipe_stops_early_where_its_loss_no_longer_falls() {
    let _alone = crate::device::alone();
    for (metric, split) in [("training_loss", "0"), ("validation_loss", "0.2")] {
        let text = format!(
            "version: 1\ntask: classification\n\
             data: {{moons: {{examples: 120}}, split: {{validation: {split}}}}}\n\
             model: [linear: 16, tanh, linear: 2]\ntraining: {{epochs: 50, batch_size: 48, \
             early_stopping: {{metric: {metric}, patience: 3, threshold: 100}}}}\n\
             expect: [learns: {{steps: 100, at_most: 100}}]\n"
        );
        let laboratory = laboratory(&text).unwrap();
        let found = training(&laboratory);
        let stop = found.stopped_early.unwrap();
        let length = if split == "0" { 3 } else { 2 };
        // The first epoch is the best one, three more are waited for.
        assert_eq!((stop.epoch, stop.step, found.steps), (4, 4 * length, 4 * length), "{metric}");
        assert_eq!(stop.metric, metric);
        assert!(stop.best.is_finite() && stop.loss.is_finite());
        let learns = property::find("learns").unwrap();
        let verdict = (learns.judge)(laboratory.evidence(), &Options::defaults(&learns.meta));
        assert!(verdict.summary.contains("stopped early after epoch 4"), "{}", verdict.summary);
    }
    let falling = trained("epochs: 4, early_stopping: {patience: 1}", 12);
    assert_eq!(training(&falling).stopped_early, None);
}

#[test]
fn what_is_frozen_by_intent_stays_and_is_not_accused() {
    let _alone = crate::device::alone();
    let spec = |rest: &str| {
        format!(
            "version: 1\ntask: classification\ndata: {{moons: {{examples: 120}}}}\n\
             model: [linear: {{out: 16, name: hidden}}, tanh, linear: {{out: 2, name: head}}]\n\
             training: {{optimizer: {{adam: {{learning_rate: 0.01}}}}, steps: 60, \
             groups: [{{layers: [hidden], frozen: true}}]}}\n{rest}"
        )
    };
    let judged = |text: &str, name: &'static str| {
        let mut laboratory = laboratory(text).unwrap();
        let property = property::find(name).unwrap();
        property.needs.iter().for_each(|needed| {
            laboratory.require(*needed, &mut |_, _, _, _| ()).unwrap();
        });
        (property.judge)(laboratory.evidence(), &Options::defaults(&property.meta))
    };
    for name in [
        "every_parameter_gets_gradient",
        "gradients_match",
        "weights_update",
        "update_ratio",
        "learns",
        "finite_everywhere",
    ] {
        let verdict = judged(&spec(""), name);
        assert_eq!(verdict.outcome, Outcome::Pass, "{name}: {}", verdict.summary);
    }
    let trained = laboratory(&spec("")).unwrap();
    let tensors: Vec<_> = training(&trained).updates.iter().map(|tensor| &tensor.tensor).collect();
    assert_eq!(tensors, ["head.weight", "head.bias"]);
    // What the optimizer never gets by mistake is still named.
    let verdict = judged(&spec("faults: [freeze_layer: head]\n"), "weights_update");
    assert_eq!(verdict.outcome, Outcome::Fail);
    assert_eq!(verdict.findings[0].place, "head.weight");
}

#[test]
fn a_group_of_an_unknown_tensor_is_told_with_the_name_that_was_meant() {
    let _alone = crate::device::alone();
    let text = "version: 1\ntask: classification\ndata: moons\n\
                model: [linear: {out: 16, name: hidden}, tanh, linear: 2]\n\
                training: {groups: [{layers: [hidden.wieght], factor: 0.1}]}\n";
    let Err(error) = laboratory(text) else { panic!("no error") };
    let error = error.to_string();
    assert!(error.contains("NN0122"), "{error}");
    assert!(error.contains("did you mean `hidden.weight`?"), "{error}");
    assert!(error.contains(":5:31"), "{error}");
}

#[test]
fn augmentation_changes_what_is_trained_on_and_no_fixed_batch() {
    let _alone = crate::device::alone();
    let measured = |augment: &str| {
        let text = format!(
            "version: 1\nname: recipe\ntask: classification\n\
             data: {{bars: {{examples: 60, size: 6}}, split: {{validation: 0.2}}{augment}}}\n\
             model: [flatten, linear: 8, tanh, linear: 2]\n\
             training: {{optimizer: adam, batch_size: 12, steps: 20}}\n\
             expect: [learns: {{steps: 20, at_most: 20}}, overfits_batch: {{examples: 4}}]\n"
        );
        let mut laboratory = laboratory(&text).unwrap();
        laboratory.require(Experiment::Overfit, &mut |_, _, _, _| ()).unwrap();
        laboratory
    };
    let plain = measured("");
    for augment in ["flip: both", "crop: 1", "shift: 1", "noise: 0.1"] {
        let changed = measured(&format!(", augment: {{{augment}}}"));
        let (before, after) = (training(&plain), training(&changed));
        assert_ne!(before.losses, after.losses, "{augment}");
        assert_eq!(before.sample_losses[0], after.sample_losses[0], "{augment}");
        let fits = |laboratory: &Laboratory| laboratory.evidence().overfit().attempts.clone();
        assert_eq!(fits(&plain), fits(&changed), "{augment}");
        let again = measured(&format!(", augment: {{{augment}}}"));
        assert_eq!(after.losses, training(&again).losses, "{augment}");
    }
}

#[test]
fn a_bare_training_takes_the_steps_of_the_experiment() {
    let _alone = crate::device::alone();
    let laboratory =
        trained("optimizer: {adam: {learning_rate: 0.05}}, batch_size: 16, epochs: 3", 12);
    let bare = laboratory.train_bare(Some(12)).unwrap();
    assert_eq!(bare, training(&laboratory).losses[..12]);
}
