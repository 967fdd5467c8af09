//! The plan of a network: every layer named, every shape inferred, every size counted. No device.

use super::multiply_adds::multiply_adds;
use super::network::join;
use super::parameters::{inner_activations, parameter_count};
use super::shape::{self, Signal};
use crate::spec::{Code, Diagnostic, LayerKind, LayerNames, LayerSpec, Span};

/// A network that lines up.
#[derive(Debug, Clone)]
pub struct Plan {
    pub layers: Vec<PlannedLayer>,
    pub input: Signal,
    pub output: Signal,
}

/// One layer with its name and shapes.
#[derive(Debug, Clone)]
pub struct PlannedLayer {
    /// Its own name, unique among its neighbours: the spec's, or kind and number.
    pub name: String,
    /// The names of its containers and its own, joined with dots.
    pub path: String,
    pub kind: LayerKind,
    pub span: Span,
    pub input: Signal,
    pub output: Signal,
    /// Numbers it owns, running statistics included.
    pub parameters: usize,
    /// The layers inside a container.
    pub inner: Vec<PlannedLayer>,
}

impl Plan {
    /// Names the layers and lines up their shapes.
    ///
    /// # Errors
    ///
    /// The first layer that cannot take its input, in each list of layers: what follows it has
    /// no known shape.
    pub fn new(layers: &[LayerSpec], input: Signal) -> Result<Self, Vec<Diagnostic>> {
        let (layers, output) = plan_layers(layers, input.clone(), "").map_err(|e| vec![*e])?;
        Ok(Self { layers, input, output })
    }

    /// All layers, containers before their contents, in forward order.
    pub fn flat(&self) -> Vec<&PlannedLayer> {
        fn collect<'a>(layers: &'a [PlannedLayer], all: &mut Vec<&'a PlannedLayer>) {
            for layer in layers {
                all.push(layer);
                collect(&layer.inner, all);
            }
        }
        let mut all = Vec::new();
        collect(&self.layers, &mut all);
        all
    }

    /// Numbers that the network owns.
    pub fn parameters(&self) -> usize {
        self.layers.iter().fold(0, |sum, layer| sum.saturating_add(layer.parameters))
    }

    /// Multiply-adds of a forward pass over one example.
    pub fn multiply_adds(&self) -> usize {
        self.layers.iter().map(PlannedLayer::multiply_adds).fold(0, usize::saturating_add)
    }

    /// Memory that training takes at most, in bytes: parameters, gradients and optimizer state on
    /// the test device in f32 and on the reference device in f64, and the activations that the
    /// backward pass keeps for `batch` examples (each layer's output, and the scores inside
    /// attention, four times over).
    pub fn memory_estimate(&self, batch: usize) -> u128 {
        let parameters = self.parameters() as u128;
        let kept = |layer: &PlannedLayer| {
            let inside = inner_activations(&layer.kind, &layer.input, &layer.output) as u128;
            (layer.output.elements() as u128 + inside) * batch as u128
        };
        let activations: u128 = self.flat().into_iter().map(kept).sum();
        (parameters * 5 + activations * 4) * (4 + 8)
    }
}

impl PlannedLayer {
    /// Multiply-adds of a forward pass over one example; a container's are those of its contents.
    pub fn multiply_adds(&self) -> usize {
        match self.inner.as_slice() {
            [] => multiply_adds(&self.kind, &self.input, &self.output),
            inner => inner.iter().map(Self::multiply_adds).fold(0, usize::saturating_add),
        }
    }
}

fn plan_layers(
    layers: &[LayerSpec],
    input: Signal,
    container: &str,
) -> Result<(Vec<PlannedLayer>, Signal), Box<Diagnostic>> {
    let mut names = LayerNames::new(layers);
    let mut planned = Vec::with_capacity(layers.len());
    let mut signal = input;
    for layer in layers {
        let name = names.next(layer);
        let path = join(container, &name);
        let (inner, output) = match &layer.kind {
            LayerKind::Residual { layers } => plan_residual(layers, &signal, &path, layer.span)?,
            kind => {
                let output = shape::output(kind, &signal).map_err(|error| {
                    let message = format!("`{path}` {}", error.problem);
                    let label = format!("gets {signal}");
                    Box::new(
                        Diagnostic::new(error.code, message, layer.span, label).help(error.mend),
                    )
                })?;
                (Vec::new(), output)
            }
        };
        let parameters = match &layer.kind {
            LayerKind::Residual { .. } => {
                inner.iter().fold(0usize, |sum, layer| sum.saturating_add(layer.parameters))
            }
            kind => parameter_count(kind, &signal),
        };
        planned.push(PlannedLayer {
            name,
            path,
            kind: layer.kind.clone(),
            span: layer.span,
            input: std::mem::replace(&mut signal, output.clone()),
            output,
            parameters,
            inner,
        });
    }
    Ok((planned, signal))
}

fn plan_residual(
    layers: &[LayerSpec],
    input: &Signal,
    path: &str,
    span: Span,
) -> Result<(Vec<PlannedLayer>, Signal), Box<Diagnostic>> {
    let (inner, output) = plan_layers(layers, input.clone(), path)?;
    if output == *input && matches!(output, Signal::Float(_)) {
        return Ok((inner, output));
    }
    let message = format!("`{path}` adds its input to its output, but {input} is not {output}");
    let mut diagnostic =
        Diagnostic::new(Code::SHAPE_MISMATCH, message, span, format!("its input is {input}"))
            .help("let the last inner layer give the shape that the residual gets");
    if let Some(last) = inner.last() {
        diagnostic = diagnostic.also(last.span, format!("gives {output}"));
    }
    Err(Box::new(diagnostic))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Spanned;

    fn linear(out: usize, name: Option<&str>) -> LayerSpec {
        LayerSpec {
            name: name.map(|name| Spanned::new(name.to_owned(), Span::default())),
            kind: LayerKind::Linear { out, bias: true, initializer: None, bias_initializer: None },
            span: Span { start: 3, end: 9 },
        }
    }

    fn residual(layers: Vec<LayerSpec>) -> LayerSpec {
        LayerSpec { name: None, kind: LayerKind::Residual { layers }, span: Span::default() }
    }

    #[test]
    fn layers_are_numbered_by_kind_and_keep_given_names() {
        let layers = [linear(4, None), linear(5, Some("head")), linear(6, None)];
        let plan = Plan::new(&layers, Signal::Float(vec![2])).unwrap();
        let names: Vec<_> = plan.layers.iter().map(|layer| layer.path.as_str()).collect();
        assert_eq!(names, ["linear1", "head", "linear2"]);
    }

    #[test]
    fn sizes_flow_and_parameters_are_counted() {
        let plan = Plan::new(&[linear(4, None), linear(3, None)], Signal::Float(vec![2])).unwrap();
        assert_eq!(plan.output, Signal::Float(vec![3]));
        assert_eq!(plan.parameters(), (2 * 4 + 4) + (4 * 3 + 3));
    }

    #[test]
    fn inner_layers_carry_their_container_in_the_path() {
        let plan = Plan::new(&[residual(vec![linear(2, None)])], Signal::Float(vec![2])).unwrap();
        let paths: Vec<_> = plan.flat().iter().map(|layer| layer.path.clone()).collect();
        assert_eq!(paths, ["residual1", "residual1.linear1"]);
    }

    #[test]
    fn a_residual_that_changes_the_shape_is_refused_with_both_shapes() {
        let errors =
            Plan::new(&[residual(vec![linear(3, None)])], Signal::Float(vec![2])).unwrap_err();
        assert!(errors[0].message.contains("[2] is not [3]"), "{}", errors[0].message);
    }

    #[test]
    fn the_scores_of_attention_count_with_the_square_of_the_length() {
        let layers = |kind| [LayerSpec { name: None, kind, span: Span::default() }];
        let attention = LayerKind::MultiHeadAttention(crate::spec::Attention {
            heads: 2,
            dropout: 0.0,
            causal: false,
            quiet_softmax: false,
            min_float: -1e4,
            query_bias: true,
            key_bias: true,
            value_bias: true,
            output_bias: true,
            initializer: None,
        });
        let input = Signal::Float(vec![100_000, 2]);
        let plan = Plan::new(&layers(attention), input).unwrap();
        assert!(plan.memory_estimate(1) > 2 * 100_000 * 100_000 * 4);
    }

    #[test]
    fn a_huge_layer_is_estimated_without_overflow() {
        let plan = Plan::new(&[linear(usize::MAX / 8, None)], Signal::Float(vec![9])).unwrap();
        assert!(plan.memory_estimate(32) > 1 << 60);
    }
}
