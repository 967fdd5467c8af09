//! A model of layers with its hidden sizes doubled. It knows no device and no data.

use crate::spec::{Activation, DeclaredModel, Decoder, LayerKind, LayerSpec};

/// How many sizes may have to be doubled together, because what they make is added up.
const TOGETHER: usize = 12;

/// The model with as many hidden sizes doubled as `is_sound` admits: all but the last one where that lines
/// up, else those that can be, one after the other or several neighbours together. `None` where it admits
/// none.
pub fn widen(
    model: &DeclaredModel,
    is_sound: impl Fn(&DeclaredModel) -> bool,
) -> Option<DeclaredModel> {
    let sizes = count(&model.layers);
    let with = |doubled: &[bool]| DeclaredModel {
        layers: double(&model.layers, &mut doubled.iter().copied()),
        ..model.clone()
    };
    let mut doubled = vec![true; sizes];
    *doubled.last_mut()? = false;
    if doubled.contains(&true) && is_sound(&with(&doubled)) {
        return Some(with(&doubled));
    }
    doubled.fill(false);
    for first in 0..sizes {
        if doubled[first] {
            continue;
        }
        for last in first..sizes.min(first + TOGETHER) {
            let mut tried = doubled.clone();
            tried[first..=last].fill(true);
            if is_sound(&with(&tried)) {
                doubled = tried;
                break;
            }
        }
    }
    doubled.contains(&true).then(|| with(&doubled))
}

/// How many layers have a size that can be doubled.
fn count(layers: &[LayerSpec]) -> usize {
    let of = |layer: &LayerSpec| {
        let inside: usize = layer.contents().into_iter().map(count).sum();
        inside + usize::from(size(&mut layer.kind.clone()).is_some())
    };
    layers.iter().map(of).sum()
}

/// The layers, with sizes doubled where the next flag says so.
fn double(layers: &[LayerSpec], doubled: &mut impl Iterator<Item = bool>) -> Vec<LayerSpec> {
    let one = |layer: &LayerSpec| {
        let mut layer = layer.clone();
        if let Some(size) = size(&mut layer.kind)
            && doubled.next() == Some(true)
        {
            *size = size.saturating_mul(2);
        }
        match &mut layer.kind {
            LayerKind::Residual { layers }
            | LayerKind::Sequential { layers }
            | LayerKind::Repeat { layers, .. } => *layers = double(layers, doubled),
            LayerKind::Parallel { branches, .. } => {
                for branch in branches {
                    *branch = double(branch, doubled);
                }
            }
            _ => {}
        }
        layer
    };
    layers.iter().map(one).collect()
}

/// The size that a layer chooses itself.
fn size(kind: &mut LayerKind) -> Option<&mut usize> {
    match kind {
        LayerKind::Linear { out, .. } | LayerKind::Activation(Activation::SwiGlu { out, .. }) => {
            Some(out)
        }
        LayerKind::Conv(convolution) => Some(&mut convolution.out),
        LayerKind::ConvTranspose(convolution) => Some(&mut convolution.out),
        LayerKind::DeformConv2d(convolution) => Some(&mut convolution.out),
        LayerKind::Embedding { dimension, .. } => Some(dimension),
        LayerKind::Recurrent(recurrent) => Some(&mut recurrent.hidden),
        LayerKind::TransformerEncoder(blocks)
        | LayerKind::TransformerDecoder(Decoder { blocks, .. }) => Some(&mut blocks.feed_forward),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Plan, Signal};
    use crate::spec::{Source, parse};

    /// The outputs' shapes of all layers of the wider model.
    fn widened(layers: &str, input: Vec<usize>, output: Vec<usize>) -> Option<Vec<Vec<usize>>> {
        let head = "version: 1\ntask: regression\ndata: linear_regression\n";
        let spec = parse(Source::new("a.yaml", format!("{head}model: {{layers: {layers}}}\n")));
        let spec = spec.unwrap();
        let plan = |model: &DeclaredModel| Plan::new(&model.layers, Signal::Float(input.clone()));
        let is_sound = |model: &DeclaredModel| {
            plan(model).is_ok_and(|plan| plan.output == Signal::Float(output.clone()))
        };
        let wider = widen(spec.declared_model().unwrap(), is_sound)?;
        let shapes = plan(&wider).unwrap();
        Some(shapes.flat().iter().map(|layer| layer.output.dims().to_vec()).collect())
    }

    #[test]
    fn hidden_sizes_are_doubled_and_the_head_is_kept() {
        let shapes = widened("[linear: 8, relu, linear: 4, tanh, linear: 1]", vec![3], vec![1]);
        let due: Vec<Vec<usize>> = vec![vec![16], vec![16], vec![8], vec![8], vec![1]];
        assert_eq!(shapes, Some(due));
    }

    #[test]
    fn what_is_added_to_a_doubled_output_is_doubled_with_it() {
        let layers = "[linear: 4, residual: [linear: 8, relu, linear: 4], linear: 1]";
        let shapes = widened(layers, vec![3], vec![1]).unwrap();
        let due: Vec<Vec<usize>> = vec![vec![8], vec![8], vec![16], vec![16], vec![8], vec![1]];
        assert_eq!(shapes, due);
    }

    #[test]
    fn what_is_added_to_the_inputs_keeps_its_size() {
        let layers = "[residual: [linear: 8, relu, linear: 3], linear: 1]";
        let shapes = widened(layers, vec![3], vec![1]).unwrap();
        let due: Vec<Vec<usize>> = vec![vec![3], vec![16], vec![16], vec![3], vec![1]];
        assert_eq!(shapes, due);
    }

    #[test]
    fn a_model_of_a_head_alone_cannot_be_widened() {
        assert_eq!(widened("[linear: 1]", vec![3], vec![1]), None);
        assert_eq!(widened("[relu]", vec![3], vec![3]), None);
    }
}
