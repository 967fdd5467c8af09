//! Planted faults of initial weights, and what is wrong with the names that faults of tensors give.

use crate::model::{NamedTensor, Weights};
use crate::spec::{Code, Diagnostic, Fault, Spanned, Spec, suggest};

/// A longer list of tensors would hide the error.
const SHOWN: usize = 15;

/// Changes what was drawn.
pub fn plant(spec: &Spec, mut weights: Weights) -> Weights {
    for fault in &spec.faults {
        let tensors = weights.tensors.iter_mut();
        for tensor in tensors.filter(|tensor| starts_wrong(&fault.value, tensor)) {
            match &fault.value {
                Fault::ConstantWeights { value, .. } => tensor.values.fill(*value),
                Fault::ScaleWeights { factor, .. } => {
                    tensor.values.iter_mut().for_each(|number| *number *= factor);
                }
                Fault::DropBias(_) => {
                    tensor.values.fill(0.0);
                    tensor.trainable = false;
                }
                _ => tensor.values.fill(0.0),
            }
        }
    }
    weights
}

/// Whether the fault gives this tensor other numbers to start from.
fn starts_wrong(fault: &Fault, tensor: &NamedTensor) -> bool {
    let is_weight = tensor.trainable && tensor.shape.len() > 1;
    match fault {
        Fault::ZeroTensor(path) => tensor.path == *path,
        Fault::ConstantWeights { layer, .. } => is_weight && tensor.belongs_to(layer),
        Fault::ScaleWeights { layer, .. } => {
            is_weight && layer.as_ref().is_none_or(|layer| tensor.belongs_to(layer))
        }
        Fault::DropBias(layer) => is_bias(tensor) && tensor.belongs_to(layer),
        _ => false,
    }
}

/// Burn calls the biases of normalizations `beta`.
fn is_bias(tensor: &NamedTensor) -> bool {
    let name = tensor.path.rsplit('.').next().unwrap_or_default();
    ["bias", "beta"].contains(&name)
}

/// Names that mean no tensor which the fault could act on.
pub fn errors(spec: &Spec, weights: &Weights) -> Vec<Diagnostic> {
    let idle = spec.faults.iter().filter_map(|fault| Some((fault, wanted(&fault.value)?)));
    let idle = idle
        .filter(|(fault, _)| !weights.tensors.iter().any(|tensor| acts_on(&fault.value, tensor)));
    idle.map(|(fault, wanted)| unknown(fault, wanted, weights)).collect()
}

/// The name in a fault that acts on tensors, and what it is to be the name of.
fn wanted(fault: &Fault) -> Option<(&str, &'static str)> {
    Some(match fault {
        Fault::FreezeLayer(layer) | Fault::DecayFrozen(layer) => (layer, "layer with tensors"),
        Fault::ZeroTensor(tensor) => (tensor, "tensor"),
        Fault::ScaleGradient { tensor, .. } => (tensor, "tensor that is trained"),
        Fault::ConstantWeights { layer, .. } | Fault::ScaleWeights { layer: Some(layer), .. } => {
            (layer, "layer with weights of two axes or more")
        }
        Fault::DropBias(layer) => (layer, "layer with a bias"),
        _ => return None,
    })
}

fn acts_on(fault: &Fault, tensor: &NamedTensor) -> bool {
    match fault {
        Fault::FreezeLayer(layer) | Fault::DecayFrozen(layer) => tensor.belongs_to(layer),
        Fault::ScaleGradient { tensor: path, .. } => tensor.path == *path && tensor.trainable,
        fault => starts_wrong(fault, tensor),
    }
}

fn unknown(fault: &Spanned<Fault>, (name, what): (&str, &str), weights: &Weights) -> Diagnostic {
    let paths: Vec<&str> = weights.tensors.iter().map(|tensor| tensor.path.as_str()).collect();
    let error = Diagnostic::new(
        Code::UNKNOWN_LAYER_NAME,
        format!("a fault names `{name}`, which is no {what} of the model"),
        fault.span,
        format!("no {what}"),
    );
    if let Some(near) = suggest(name, &paths) {
        return error.help(format!("did you mean `{near}`?"));
    }
    let shown = paths[..paths.len().min(SHOWN)].join(", ");
    error.note(match paths.len().saturating_sub(SHOWN) {
        0 => format!("its tensors are: {shown}"),
        more => format!("its tensors are: {shown} and {more} more"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{Source, parse};

    fn spec(faults: &str) -> Spec {
        let text = format!(
            "version: 1\nname: faulty\ntask: regression\ndata: linear_regression\nmodel: {{layers: \
             [linear: {{out: 2, name: hidden}}, batch_norm, linear: {{out: 1, name: head}}]}}\n\
             {faults}\n"
        );
        parse(Source::new("faulty.yaml", text)).unwrap()
    }

    fn weights() -> Weights {
        let tensor = |path: &str, shape: &[usize], trainable| NamedTensor {
            path: path.to_owned(),
            shape: shape.to_vec(),
            trainable,
            values: (1..=shape.iter().product()).map(|number: usize| number as f64).collect(),
        };
        Weights {
            tensors: vec![
                tensor("hidden.weight", &[1, 2], true),
                tensor("hidden.bias", &[2], true),
                tensor("batch_norm1.running_mean", &[2], false),
                tensor("head.weight", &[2, 1], true),
                tensor("head.bias", &[1], true),
            ],
        }
    }

    /// Values of all tensors in a row.
    fn planted(faults: &str) -> Vec<f64> {
        let tensors = plant(&spec(faults), weights()).tensors;
        tensors.into_iter().flat_map(|tensor| tensor.values).collect()
    }

    #[test]
    fn weights_start_as_the_faults_say() {
        for (faults, due) in [
            ("", [1., 2., 1., 2., 1., 2., 1., 2., 1.]),
            ("faults: [zero_tensor: hidden.weight]", [0., 0., 1., 2., 1., 2., 1., 2., 1.]),
            (
                "faults: [constant_weights: {layer: head, value: 0.5}]",
                [1., 2., 1., 2., 1., 2., 0.5, 0.5, 1.],
            ),
            ("faults: [scale_weights: 10]", [10., 20., 1., 2., 1., 2., 10., 20., 1.]),
            (
                "faults: [scale_weights: {layer: hidden, factor: -1}]",
                [-1., -2., 1., 2., 1., 2., 1., 2., 1.],
            ),
            ("faults: [drop_bias: hidden]", [1., 2., 0., 0., 1., 2., 1., 2., 1.]),
        ] {
            assert_eq!(planted(faults), due, "{faults}");
        }
    }

    #[test]
    fn a_bias_that_is_dropped_is_not_trained() {
        let weights = plant(&spec("faults: [drop_bias: hidden]"), weights());
        let trained = weights.tensors.iter().filter(|tensor| tensor.trainable);
        let trained: Vec<_> = trained.map(|tensor| tensor.path.as_str()).collect();
        assert_eq!(trained, ["hidden.weight", "head.weight", "head.bias"]);
    }

    #[test]
    fn a_fault_that_means_no_tensor_is_an_error() {
        for (fault, due) in [
            ("zero_tensor: hidden.wight", "no tensor of the model"),
            ("scale_gradient: batch_norm1.running_mean", "no tensor that is trained of the model"),
            ("drop_bias: batch_norm1", "no layer with a bias of the model"),
            ("freeze_layer: hidden", ""),
            ("scale_gradient: head.bias", ""),
            ("scale_weights: 3", ""),
        ] {
            let found = errors(&spec(&format!("faults: [{fault}]")), &weights());
            let found: Vec<_> = found.into_iter().map(|error| error.message).collect();
            assert_eq!(found.len(), usize::from(!due.is_empty()), "{fault}: {found:?}");
            assert!(found.iter().all(|message| message.ends_with(due)), "{fault}: {found:?}");
        }
    }
}
