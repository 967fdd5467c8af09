//! Steps of every optimizer against its formula, from gradients that are measured.

use super::*;
use crate::spec::OptimizerKind;
use crate::spec::vocabulary::{TermKind, terms};
use crate::training::Updates;
use crate::training::formulas::{self, Before, Formula, Memory, single};

/// Burn computes its factors (1 − βᵗ and the like) in single precision, where β = 0.999 leaves
/// 2⁻²⁴ / 0.003 = 2e-5 of relative error.
const TOLERANCE: f64 = 1e-4;

/// An optimizer as it is written, its learning rate, and the formulas of weight and bias.
struct Row(&'static str, f64, Formula, Formula);

fn row(written: &'static str, rate: f64, formula: impl Fn() -> Formula) -> Row {
    Row(written, rate, formula(), formula())
}

const ADAMW: [f64; 2] = [0.9, 0.999];

/// Each optimizer with its defaults, and with every option changed.
fn rows() -> Vec<Row> {
    let betas = [single(0.9), single(0.999)];
    let adamw = || formulas::adamw(ADAMW.map(single), single(1e-5), false, false, single(1e-4));
    let adafactor = |options: fn() -> formulas::Adafactor| move || formulas::adafactor(options());
    let muon =
        |momentum: f64, dampening: f64, nesterov, coefficients: [f64; 3], steps, decay, ratio| {
            formulas::muon(formulas::Muon {
                momentum: single(momentum),
                dampening,
                nesterov,
                coefficients: coefficients.map(single),
                epsilon: single(1e-7),
                steps,
                weight_decay: single(decay),
                ratio,
            })
        };
    let (rows, columns) = (ROWS as f64, COLUMNS as f64);
    vec![
        row("sgd", 1e-2, || formulas::sgd(0.0, 0.0, false, 0.0)),
        row(
            "{sgd: {learning_rate: 0.05, momentum: 0.9, nesterov: true, weight_decay: 0.1}}",
            0.05,
            || formulas::sgd(single(0.9), 0.1, true, single(0.1)),
        ),
        row("adam", 1e-3, || formulas::adam(betas, single(1e-5), false, 0.0)),
        row(
            "{adam: {beta_1: 0.8, beta_2: 0.9, epsilon: 1e-2, amsgrad: true, weight_decay: 0.1}}",
            1e-3,
            || formulas::adam([single(0.8), single(0.9)], single(1e-2), true, single(0.1)),
        ),
        row("adamw", 1e-3, adamw),
        row(
            "{adamw: {learning_rate: 0.1, amsgrad: true, cautious_weight_decay: true, \
             weight_decay: 0.5}}",
            0.1,
            || formulas::adamw(betas, single(1e-5), true, true, 0.5),
        ),
        row("rmsprop", 1e-3, || {
            formulas::rmsprop(single(0.99), single(0.9), single(1e-5), false, 0.0)
        }),
        row(
            "{rmsprop: {alpha: 0.5, momentum: 0, epsilon: 1e-2, centered: true, weight_decay: 0.1}}",
            1e-3,
            || formulas::rmsprop(0.5, 0.0, single(1e-2), true, single(0.1)),
        ),
        row("adagrad", 1e-2, || formulas::adagrad(0.0, single(1e-5), 0.0)),
        row(
            "{adagrad: {learning_rate: 0.5, lr_decay: 0.3, epsilon: 1e-2, weight_decay: 0.1}}",
            0.5,
            || formulas::adagrad(0.3, single(1e-2), single(0.1)),
        ),
        row("adan", 1e-3, || {
            formulas::adan([0.98, 0.92, 0.99].map(single), single(1e-8), 0.0, false)
        }),
        row(
            "{adan: {learning_rate: 0.1, beta_1: 0.8, beta_2: 0.7, beta_3: 0.6, epsilon: 1e-2, \
             weight_decay: 0.5}}",
            0.1,
            || formulas::adan([0.8, 0.7, 0.6].map(single), single(1e-2), 0.5, false),
        ),
        row("{adan: {learning_rate: 0.1, weight_decay: 0.5, no_prox: true}}", 0.1, || {
            formulas::adan([0.98, 0.92, 0.99].map(single), single(1e-8), 0.5, true)
        }),
        row(
            "adafactor",
            1e-2,
            adafactor(|| formulas::Adafactor {
                epsilons: [single(1e-30), single(1e-3)],
                clip_threshold: 1.0,
                decay_rate: -0.8,
                relative_step: true,
                scale_parameter: true,
                weight_decay: 0.0,
            }),
        ),
        row(
            "{adafactor: {learning_rate: 0.8, epsilon_1: 0.1, epsilon_2: 10, clip_threshold: 0.5, \
             decay_rate: -0.5, weight_decay: 0.1}}",
            0.8,
            adafactor(|| formulas::Adafactor {
                epsilons: [single(0.1), 10.0],
                clip_threshold: 0.5,
                decay_rate: -0.5,
                relative_step: true,
                scale_parameter: true,
                weight_decay: single(0.1),
            }),
        ),
        row(
            "{adafactor: {learning_rate: 0.9, relative_step: false, scale_parameter: false}}",
            0.9,
            adafactor(|| formulas::Adafactor {
                epsilons: [single(1e-30), single(1e-3)],
                clip_threshold: 1.0,
                decay_rate: -0.8,
                relative_step: false,
                scale_parameter: false,
                weight_decay: 0.0,
            }),
        ),
        row("lamb", 1e-3, || formulas::lamb(betas, single(1e-6), 0.0, true)),
        row(
            "{lamb: {beta_1: 0.8, beta_2: 0.9, epsilon: 1e-2, weight_decay: 0.1, \
             use_trust_ratio: false}}",
            1e-3,
            || formulas::lamb([single(0.8), single(0.9)], single(1e-2), single(0.1), false),
        ),
        row("lion", 1e-4, || formulas::lion([single(0.9), single(0.99)], 0.0)),
        row(
            "{lion: {learning_rate: 0.01, beta_1: 0.5, beta_2: 0.6, weight_decay: 1}}",
            0.01,
            || formulas::lion([0.5, single(0.6)], 1.0),
        ),
        Row(
            "muon",
            2e-2,
            muon(0.95, 0.0, true, [3.4445, -4.775, 2.0315], 5, 0.0, (rows / columns).sqrt()),
            adamw(),
        ),
        Row(
            "{muon: {learning_rate: 0.1, momentum: 0.5, dampening: 0.2, nesterov: false, \
             ns_coefficients: [2, -1.5, 0.5], ns_steps: 3, adjust_lr_fn: match_rms_adamw, \
             weight_decay: 0.1, others: {sgd: {learning_rate: 0.3}}}}",
            0.1,
            muon(0.5, 0.2, false, [2.0, -1.5, 0.5], 3, 0.1, 0.2 * rows.sqrt()),
            formulas::sgd(0.0, 0.0, false, 0.0),
        ),
    ]
}

#[test]
fn steps_of_every_optimizer_follow_its_formula() {
    let _alone = crate::device::alone();
    for Row(written, rate, weight, bias) in rows() {
        let recipe = recipe(&format!("optimizer: {written}"));
        assert_eq!(*recipe.optimizer.learning_rate, rate, "{written}");
        let other_rate =
            recipe.optimizer.others.as_ref().map_or(rate, |others| *others.learning_rate);
        let mut net = Net::new(&device());
        let mut updates = Updates::of_recipe(&recipe, 3, &net);
        let mut memories = [Memory::default(), Memory::default()];
        // Gradients that shrink tell a largest moment from a present one.
        for scale in [1.0, 0.1, -0.02] {
            let gradients = net.gradients(scale);
            let measured = net.gradient_values(&gradients);
            let before = net.values();
            net = updates.step(net, gradients);
            let after = net.values();
            let tensors = [(&weight, Some([ROWS, COLUMNS]), rate), (&bias, None, other_rate)];
            for (at, (formula, matrix, rate)) in tensors.into_iter().enumerate() {
                memories[at].step += 1;
                let state = Before { weights: &before[at], gradient: &measured[at], matrix, rate };
                let due = formula(&mut memories[at], &state);
                let change = |after: &[f64]| -> Vec<f64> {
                    after.iter().zip(&before[at]).map(|(after, before)| after - before).collect()
                };
                let (found, due) = (change(&after[at]), change(&due));
                let error = relative_error(&found, &due);
                let step = memories[at].step;
                assert!(
                    error < TOLERANCE,
                    "{written}, tensor {at}, step {step}: {error}\n{found:?}\n{due:?}"
                );
            }
        }
    }
}

#[test]
fn a_recipes_formula_is_that_of_its_optimizer_with_its_options() {
    let _alone = crate::device::alone();
    for Row(written, rate, weight, bias) in rows() {
        let spec = recipe(&format!("optimizer: {written}")).optimizer;
        let others = spec.others.as_ref().map_or(&spec.kind, |others| &others.kind);
        let shapes: [(&Formula, &OptimizerKind, &[usize]); 2] =
            [(&weight, &spec.kind, &[ROWS, COLUMNS]), (&bias, others, &[COLUMNS])];
        for (formula, kind, shape) in shapes {
            let (mut memory, mut of_spec) = (Memory::default(), Memory::default());
            let count: usize = shape.iter().product();
            let matrix = (shape.len() == 2).then_some([ROWS, COLUMNS]);
            for step in 1..=3 {
                let numbers = |phase: f64| -> Vec<f64> {
                    (0..count).map(|at| (phase * (at + step) as f64 + 0.4).sin()).collect()
                };
                let (weights, gradient) = (numbers(0.7), numbers(1.9));
                let before = Before { weights: &weights, gradient: &gradient, matrix, rate };
                (memory.step, of_spec.step) = (step as i32, step as i32);
                let due = formula(&mut memory, &before);
                let found = formulas::of(kind, shape)(&mut of_spec, &before);
                assert!(relative_error(&found, &due) < 1e-7, "{written}, {shape:?}, step {step}");
            }
        }
    }
}

#[test]
fn every_optimizer_of_the_language_has_a_formula() {
    let _alone = crate::device::alone();
    let rows = rows();
    for term in terms().filter(|term| term.kind == TermKind::Optimizer) {
        let of_term = |row: &&Row| {
            recipe(&format!("optimizer: {}", row.0)).optimizer.kind.term() == term.name
        };
        let found = rows.iter().filter(of_term).count();
        assert!(found >= 2, "`{}` has {found}", term.name);
    }
}

#[test]
fn options_beyond_single_precision_do_not_panic() {
    let _alone = crate::device::alone();
    for optimizer in [
        "{adafactor: {epsilon_1: 1e-300, epsilon_2: 1e-300, clip_threshold: 1e300, weight_decay: 1e300}}",
        "{muon: {epsilon: 1e-300, weight_decay: 1e300}}",
        "{adagrad: {epsilon: 1e-300, weight_decay: 1e300}}",
    ] {
        let net = Net::new(&device());
        let mut updates = Updates::of_recipe(&recipe(&format!("optimizer: {optimizer}")), 1, &net);
        let gradients = net.gradients(1.0);
        let before = net.values();
        assert_ne!(updates.step(net, gradients).values(), before, "{optimizer}");
    }
}
