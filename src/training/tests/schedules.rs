//! Learning rates of every schedule against its formula.

use std::f64::consts::PI;

use super::*;
use crate::spec::vocabulary::{TermKind, terms};
use crate::training::schedule::scheduler;

/// Steps of the run.
const STEPS: usize = 40;

/// The rate of every optimizer below.
const RATE: f64 = 0.5;

/// A recipe's schedule as it is written, and its rate in a step that is counted from 0.
type Row = (&'static str, fn(f64) -> f64);

const ROWS: &[Row] = &[
    ("constant", |_| RATE),
    ("{linear: {final_lr: 0.1}}", |t| RATE + (0.1 - RATE) * t / 40.0),
    ("{linear: {final_lr: 0.9, num_iters: 10}}", |t| RATE + 0.4 * (t / 10.0).min(1.0)),
    ("cosine", |t| 0.5 * RATE * (1.0 + (PI * t / 40.0).cos())),
    ("{cosine: {min_lr: 0.2, num_iters: 30}}", |t| {
        0.2 + 0.5 * (RATE - 0.2) * (1.0 + (PI * t / 30.0).cos())
    }),
    ("{exponential: 0.9}", |t| RATE * 0.9f64.powf(t)),
    ("{step: 7}", |t| RATE * 0.1f64.powf((t / 7.0).floor())),
    ("{step: {step_size: 10, gamma: 0.5}}", |t| RATE * 0.5f64.powf((t / 10.0).floor())),
    ("noam", |t| RATE * 512f64.powf(-0.5) * (t + 1.0) * 4000f64.powf(-1.5)),
    ("{noam: {warmup_steps: 12, model_size: 16}}", |t| {
        let t = t + 1.0;
        RATE * 16f64.powf(-0.5) * t.powf(-0.5).min(t * 12f64.powf(-1.5))
    }),
    ("{composed: [cosine, {step: {step_size: 10, gamma: 0.5}}, {exponential: 0.9}]}", |t| {
        0.5 * RATE
            * (1.0 + (PI * t / 40.0).cos())
            * 0.5f64.powf((t / 10.0).floor())
            * 0.9f64.powf(t)
    }),
    ("{composed: {schedules: [constant, {linear: 0}], reduction: avg}}", |t| {
        0.5 * (RATE + RATE * (1.0 - t / 40.0))
    }),
    ("{composed: {schedules: [constant, {exponential: 0.9}], reduction: sum}}", |t| {
        RATE + RATE * 0.9f64.powf(t)
    }),
];

/// The rates of a recipe, step by step.
fn rates(training: &str) -> Vec<f64> {
    let recipe = recipe(&format!("optimizer: {{sgd: {{learning_rate: {RATE}}}}}, {training}"));
    let net = Net::new(&device());
    let mut scheduler = scheduler(&recipe.schedule, &recipe.optimizer, STEPS, &net);
    (0..STEPS).map(|_| scheduler.step().base()).collect()
}

fn assert_rates(found: &[f64], due: impl Fn(f64) -> f64, written: &str) {
    for (step, found) in found.iter().enumerate() {
        let due = due(step as f64);
        assert!((found - due).abs() < 1e-12, "{written}, step {step}: {found} for {due}");
    }
}

#[test]
fn every_schedule_follows_its_formula() {
    let _alone = crate::device::alone();
    for (written, due) in ROWS {
        assert_rates(&rates(&format!("schedule: {written}")), due, written);
    }
    for term in terms().filter(|term| term.kind == TermKind::Schedule) {
        let mut written = ROWS.iter().map(|(written, _)| written.trim_start_matches('{'));
        let found = written.any(|written| written.starts_with(term.name));
        assert!(found, "`{}` has no formula", term.name);
    }
}

#[test]
fn a_warm_up_rises_evenly_to_the_start_of_the_schedule() {
    let _alone = crate::device::alone();
    let found = rates("warm_up: 4, schedule: {linear: 0}");
    assert_rates(&found[..4], |t| RATE * (t + 1.0) / 5.0, "warm-up");
    // The schedule has the 36 steps that are left.
    assert_rates(&found[4..], |t| RATE * (1.0 - t / 36.0), "linear");
    assert_rates(&rates("warm_up: 1")[1..], |_| RATE, "constant");
}

#[test]
fn what_muon_leaves_to_others_has_its_own_rate_on_the_same_schedule() {
    let _alone = crate::device::alone();
    let recipe = recipe(
        "optimizer: {muon: {learning_rate: 0.4, others: {sgd: {learning_rate: 0.1}}}}, \
         schedule: {exponential: 0.5}",
    );
    let net = Net::new(&device());
    let mut scheduler = scheduler(&recipe.schedule, &recipe.optimizer, STEPS, &net);
    for step in 0..3 {
        let rates = scheduler.step();
        let found = [net.weight.id, net.bias.id].map(|id| rates.lr_from_param(id, None));
        let due = [0.4, 0.1].map(|rate: f64| rate * 0.5f64.powi(step));
        assert!(relative_error(&found, &due) < 1e-12, "{found:?} for {due:?}");
    }
}

#[test]
fn extreme_options_give_finite_rates() {
    let _alone = crate::device::alone();
    let most = usize::MAX;
    for written in [
        format!("schedule: {{linear: {{final_lr: 0, num_iters: {most}}}}}"),
        format!("schedule: {{cosine: {{num_iters: {most}}}}}"),
        format!("schedule: {{noam: {{warmup_steps: {most}, model_size: {most}}}}}"),
        format!("schedule: {{step: {most}}}"),
        format!("warm_up: {most}, schedule: {{linear: 0}}"),
        "schedule: {exponential: 5e-324}".to_owned(),
    ] {
        assert!(rates(&written).iter().all(|rate| rate.is_finite()), "{written}");
    }
}
