//! Planted faults of the loss.

use burn::tensor::Tensor;

use crate::objective::Evaluated;
use crate::registry::Term;
use crate::spec::{Fault, Spec};

/// The loss of so many examples with the faults that live in it.
pub fn plant(spec: &Spec, mut found: Evaluated, examples: usize) -> Evaluated {
    let factor = factor(spec, examples);
    if factor == 1.0 {
        return found;
    }
    let scaled = |value: Tensor<1>| value.mul_scalar(factor);
    found.loss = scaled(found.loss);
    let terms = found.terms.into_iter();
    found.terms = terms.map(|Term { name, value }| Term { name, value: scaled(value) }).collect();
    found
}

/// What the right loss is multiplied by.
fn factor(spec: &Spec, examples: usize) -> f64 {
    let factors = spec.faults.iter().map(|fault| match fault.value {
        Fault::SumLoss => examples as f64,
        Fault::NegateLoss => -1.0,
        _ => 1.0,
    });
    factors.product()
}
