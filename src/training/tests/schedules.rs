//! Learning rates of every schedule against its formula.

use std::f64::consts::PI;

use super::*;
use crate::spec::vocabulary::{TermKind, terms};
use crate::training::schedule::Rates;

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
    // Each has its own share of the steps.
    ("{sequential: {schedules: [{linear: 0.1}, cosine, constant], milestones: [10, 25]}}", |t| {
        match t {
            t if t < 10.0 => RATE - 0.4 * t / 10.0,
            t if t < 25.0 => 0.5 * RATE * (1.0 + (PI * (t - 10.0) / 15.0).cos()),
            _ => RATE,
        }
    }),
    // Without an epoch's loss it stays.
    ("plateau", |_| RATE),
    ("{cyclic: {max_lr: 0.9, step_size: 5}}", |t| RATE + 0.4 * triangle(t, 5.0)),
    ("{cyclic: {max_lr: 0.9, step_size: 4, mode: triangular2}}", |t| {
        RATE + 0.4 * triangle(t, 4.0) * 0.5f64.powf((t / 8.0).floor())
    }),
    ("{cyclic: {max_lr: 0.9, step_size: 4, mode: exp_range, gamma: 0.9}}", |t| {
        RATE + 0.4 * triangle(t, 4.0) * 0.9f64.powf(t)
    }),
    ("{composed: [constant, {cyclic: {max_lr: 3, step_size: 5}}]}", |t| {
        RATE * (1.0 + 2.0 * triangle(t, 5.0))
    }),
    // 40 steps: the top is in step 11, the end in step 39.
    ("one_cycle", |t| match t {
        t if t <= 11.0 => RATE / 25.0 + 0.5 * (RATE - RATE / 25.0) * (1.0 - (PI * t / 11.0).cos()),
        t => {
            let last = RATE / 25e4;
            last + 0.5 * (RATE - last) * (1.0 + (PI * (t - 11.0) / 28.0).cos())
        }
    }),
    (
        "{one_cycle: {pct_start: 0.55, div_factor: 4, final_div_factor: 2, anneal_strategy: linear, \
         num_iters: 20}}",
        |t| match t {
            t if t <= 10.0 => RATE / 4.0 + (RATE - RATE / 4.0) * t / 10.0,
            t => RATE - (RATE - RATE / 8.0) * ((t - 10.0) / 9.0).min(1.0),
        },
    ),
];

/// From 0 up to 1 in so many steps, down again, and so on.
fn triangle(t: f64, half: f64) -> f64 {
    let phase = t % (2.0 * half);
    if phase <= half { phase / half } else { 2.0 - phase / half }
}

/// The rates of a recipe, step by step.
fn rates(training: &str) -> Vec<f64> {
    let recipe = recipe(&format!("optimizer: {{sgd: {{learning_rate: {RATE}}}}}, {training}"));
    let net = Net::new(&device());
    let mut scheduler = Rates::of_recipe(&recipe, STEPS, &net);
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

/// PyTorch's rule by hand: the rate after each of these losses, one epoch of one step each.
fn plateau(written: &str, losses: &[f64]) -> Vec<f64> {
    let recipe = recipe(&format!(
        "optimizer: {{sgd: {{learning_rate: {RATE}}}}}, schedule: {{plateau: {{{written}}}}}"
    ));
    let mut rates = Rates::of_recipe(&recipe, STEPS, &Net::new(&device()));
    let step = |loss: &f64| {
        rates.step();
        rates.observe(*loss);
        rates.step().base() / RATE
    };
    losses.iter().map(step).collect()
}

#[test]
fn a_plateau_lowers_the_rate_after_more_bad_epochs_than_its_patience() {
    let _alone = crate::device::alone();
    let falls = |written: &str, losses: &[f64], due: &[f64]| {
        let found = plateau(written, losses);
        assert!(relative_error(&found, due) < 1e-12, "{written}: {found:?} for {due:?}");
    };
    let losses = [1.0, 1.0, 1.0, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5];
    // One bad epoch is waited for, the second one lowers the rate.
    falls("patience: 1, factor: 0.5", &losses, &[1., 1., 0.5, 0.5, 0.5, 0.25, 0.25, 0.125, 0.125]);
    falls("patience: 0, factor: 0.5", &losses[..5], &[1., 0.5, 0.25, 0.25, 0.125]);
    // Two epochs after each fall do not count.
    let cool = "patience: 0, factor: 0.5, cooldown: 2";
    falls(cool, &[1.0; 7], &[1., 0.5, 0.5, 0.5, 0.25, 0.25, 0.25]);
    // 0.95 is not a tenth better than 1.
    falls("patience: 0, factor: 0.5, threshold: 0.1", &[1.0, 0.95, 0.85], &[1., 0.5, 0.5]);
    falls("patience: 0, factor: 0.5, min_lr: 0.2", &[1.0; 4], &[1., 0.5, 0.4, 0.4]);
    falls("patience: 0, factor: 0.5", &[f64::NAN, f64::NAN], &[0.5, 0.25]);
    falls("", &[1.0; 12], &[1., 1., 1., 1., 1., 1., 1., 1., 1., 1., 1., 0.1]);
}

#[test]
fn a_plateau_after_a_milestone_looks_only_at_its_own_epochs() {
    let _alone = crate::device::alone();
    let recipe = recipe(&format!(
        "optimizer: {{sgd: {{learning_rate: {RATE}}}}}, schedule: {{sequential: {{milestones: [2], \
         schedules: [constant, {{plateau: {{patience: 0, factor: 0.5}}}}]}}}}"
    ));
    let mut rates = Rates::of_recipe(&recipe, STEPS, &Net::new(&device()));
    let found: Vec<f64> = (0..5)
        .map(|_| {
            let rate = rates.step().base() / RATE;
            rates.observe(1.0);
            rate
        })
        .collect();
    // The third epoch is the first that it sees.
    assert_eq!(found, [1.0, 1.0, 1.0, 1.0, 0.5]);
}

#[test]
fn groups_have_rates_of_their_own_on_the_same_schedule() {
    let _alone = crate::device::alone();
    let of = |recipe: &crate::spec::TrainingSpec| {
        let net = Net::new(&device());
        let mut rates = Rates::of_recipe(recipe, STEPS, &net);
        rates.step();
        let second = rates.step();
        [net.weight.id, net.bias.id].map(|id| second.lr_from_param(id, None))
    };
    let sgd = "optimizer: {sgd: {learning_rate: 0.4}}, schedule: {linear: {final_lr: 0.2, \
               num_iters: 2}}";
    for (optimizer, groups, due) in [
        (sgd, "{layers: [bias], learning_rate: 0.1}", [0.3, 0.15]),
        (sgd, "{layers: [bias], factor: 0.1}", [0.3, 0.03]),
        (sgd, "{layers: [weight], weight_decay: 0.1}", [0.3, 0.3]),
        (sgd, "{layers: [\"*i*\"], factor: 2}, {layers: [no_such], factor: 3}", [0.6, 0.6]),
        (
            "optimizer: {muon: {learning_rate: 0.4, others: {sgd: {learning_rate: 0.1}}}}",
            "{layers: [\"*\"], factor: 0.5}",
            [0.2, 0.05],
        ),
    ] {
        let recipe = recipe(&format!("{optimizer}, groups: [{groups}]"));
        let found = of(&recipe);
        assert!(relative_error(&found, &due) < 1e-12, "{groups}: {found:?} for {due:?}");
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
    let mut scheduler = Rates::of_recipe(&recipe, STEPS, &net);
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
        format!("schedule: {{cyclic: {{max_lr: 1, step_size: {most}, mode: triangular2}}}}"),
        format!("schedule: {{one_cycle: {{num_iters: {most}}}}}"),
        "schedule: {one_cycle: {num_iters: 1}}".to_owned(),
        "schedule: {one_cycle: {pct_start: 0}}".to_owned(),
    ] {
        assert!(rates(&written).iter().all(|rate| rate.is_finite()), "{written}");
    }
}
