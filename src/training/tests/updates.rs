//! What happens to gradients before the optimizer sees them.

use super::*;
use crate::training::Updates;
use crate::training::updates::Accumulated;

/// How far a step of size 1 against the gradient moves weight and bias, and the gradient.
fn moved(clipping: &str) -> ([Vec<f64>; 2], [Vec<f64>; 2]) {
    let training = format!("optimizer: {{sgd: {{learning_rate: 1}}}}, clipping: {clipping}");
    let Step { moves, gradients, .. } = Step::of(&training);
    (moves, gradients)
}

fn norm(values: &[f64]) -> f64 {
    values.iter().map(|value| value * value).sum::<f64>().sqrt()
}

fn times(values: &[f64], factor: f64) -> Vec<f64> {
    values.iter().map(|value| value * factor).collect()
}

#[test]
fn the_global_norm_shrinks_all_gradients_by_one_factor() {
    let _alone = crate::device::alone();
    let (moves, measured) = moved("{global_norm: 0.25}");
    let whole = norm(&measured.concat());
    assert!(whole > 0.25, "{whole}");
    assert!((norm(&moves.concat()) - 0.25).abs() < 1e-12);
    for (found, gradient) in moves.iter().zip(&measured) {
        assert!(relative_error(found, &times(gradient, 0.25 / whole)) < 1e-12);
    }
}

#[test]
fn a_global_norm_below_the_bound_changes_nothing() {
    let _alone = crate::device::alone();
    let (moves, measured) = moved("{global_norm: 1e6}");
    assert!(relative_error(&moves.concat(), &measured.concat()) < 1e-12);
}

#[test]
fn the_norm_of_burn_shrinks_each_tensor_by_itself() {
    let _alone = crate::device::alone();
    let (moves, measured) = moved("{norm: 0.25}");
    for (found, gradient) in moves.iter().zip(&measured) {
        let due = times(gradient, (0.25 / norm(gradient)).min(1.0));
        assert!(relative_error(found, &due) < 1e-6);
    }
    assert!(norm(&moves.concat()) > 0.3);
}

#[test]
fn the_value_bounds_every_element() {
    let _alone = crate::device::alone();
    let (moves, measured) = moved("{value: 0.25}");
    let due: Vec<f64> = measured.concat().iter().map(|value| value.clamp(-0.25, 0.25)).collect();
    assert!(relative_error(&moves.concat(), &due) < 1e-6);
    assert_ne!(due, measured.concat());
}

#[test]
fn clipping_reaches_the_matrices_of_muon() {
    let _alone = crate::device::alone();
    // Newton-Schulz forgets the size of a gradient, but not which of its elements were cut.
    let after = |clipping: &str| {
        let recipe = recipe(&format!("optimizer: muon{clipping}"));
        let net = Net::new(&device());
        let gradients = net.gradients(1.0);
        Updates::of_recipe(&recipe, 1, &net).step(net, gradients).values()
    };
    let [weight, bias] = after("");
    let [clipped_weight, _] = after(", clipping: {value: 0.05}");
    assert!(relative_error(&clipped_weight, &weight) > 1e-4);
    assert_eq!(bias.len(), COLUMNS);
}

#[test]
fn gradients_add_up_by_their_shares() {
    let _alone = crate::device::alone();
    let net = Net::new(&device());
    let mut accumulated = Accumulated::default();
    accumulated.add(&net, net.gradients(1.0), 0.75);
    accumulated.add(&net, net.gradients(-3.0), 0.25);
    let measured = net.gradient_values(&net.gradients(1.0));
    let sum = net.gradient_values(&accumulated.gradients());
    // 0.75 · 1 + 0.25 · −3 = 0.
    assert!(norm(&sum.concat()) < 1e-12 * norm(&measured.concat()));

    let mut single = Accumulated::default();
    single.add(&net, net.gradients(1.0), 1.0);
    assert_eq!(net.gradient_values(&single.gradients()), measured);
}
