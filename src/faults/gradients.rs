//! Planted faults of single tensors' gradients.

use crate::model::NamedGradient;
use crate::spec::{Fault, Spec};

/// The tensors whose gradients are multiplied, and by what.
pub fn scaled(spec: &Spec) -> Vec<(String, f64)> {
    let scaled = spec.faults.iter().filter_map(|fault| match &fault.value {
        Fault::ScaleGradient { tensor, factor } => Some((tensor.clone(), *factor)),
        _ => None,
    });
    scaled.collect()
}

/// Multiplies them on the host.
pub fn scale(spec: &Spec, gradients: &mut [NamedGradient]) {
    for (tensor, factor) in scaled(spec) {
        let of_tensor = gradients.iter_mut().filter(|gradient| gradient.path == tensor);
        for values in of_tensor.filter_map(|gradient| gradient.values.as_mut()) {
            values.iter_mut().for_each(|number| *number *= factor);
        }
    }
}
