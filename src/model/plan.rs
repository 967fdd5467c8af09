//! The plan of a network: every layer named, every shape inferred, every size counted, and every name
//! that a layer reads found. No device.

mod containers;
mod planner;
mod readers;
mod scope;

pub use scope::{Sources, moved};

use super::multiply_adds::{attended, multiply_adds};
use super::parameters::{inner_activations, inner_attended};
use super::shape::Signal;
use crate::spec::{DeclaredModel, Diagnostic, LayerKind, LayerSpec, Regularization, Span};

/// What a single input is called.
pub const INPUT: &str = "input";

/// A network that lines up.
#[derive(Debug, Clone)]
pub struct Plan {
    pub layers: Vec<PlannedLayer>,
    /// What the network gets, in the order of an example's numbers; one at least.
    pub inputs: Vec<PlannedInput>,
    /// What it gives, in the spec's order; one at least.
    pub outputs: Vec<PlannedOutput>,
    /// The first input, and the first output.
    pub input: Signal,
    pub output: Signal,
}

/// One input by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedInput {
    pub name: String,
    pub signal: Signal,
}

/// One output: that of a layer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedOutput {
    /// As the spec names it; without a name, the layer's own.
    pub name: String,
    /// The layer's path.
    pub path: String,
    pub signal: Signal,
    /// The place of its name in the spec, or of the layer.
    pub span: Span,
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
    /// The first of what it reads.
    pub input: Signal,
    pub output: Signal,
    /// What attention looks at beside its input.
    pub context: Option<Signal>,
    /// Where it reads all of this.
    pub sources: Sources,
    /// Numbers it owns, running statistics included. A layer that uses another's weights owns none.
    pub parameters: usize,
    /// Whether its weights stay as they are.
    pub frozen: bool,
    /// The penalty on its weights in place of the spec's own.
    pub regularization: Option<Regularization>,
    /// The layers inside a container. Of a layer that uses another's weights: that one once more.
    pub inner: Vec<PlannedLayer>,
}

impl Plan {
    /// Names the layers and lines up their shapes, for one input.
    ///
    /// # Errors
    ///
    /// The first layer that cannot take its input, in each list of layers: what follows it has
    /// no known shape.
    pub fn new(layers: &[LayerSpec], input: Signal) -> Result<Self, Vec<Diagnostic>> {
        let inputs = vec![PlannedInput { name: INPUT.to_owned(), signal: input }];
        planner::plan(layers, &[], inputs)
    }

    /// The same for a model with the inputs that it names.
    ///
    /// # Errors
    ///
    /// As [`Plan::new`], and when a name is not that of an output that is there.
    pub fn wired(
        model: &DeclaredModel,
        inputs: Vec<PlannedInput>,
    ) -> Result<Self, Vec<Diagnostic>> {
        planner::plan(&model.layers, &model.outputs, inputs)
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

    /// The token that attention is told to take for padding, if it is told of one.
    pub fn padding_token(&self) -> Option<usize> {
        let masks = |kind: &LayerKind| {
            let (own, other) = match kind {
                LayerKind::MultiHeadAttention(attention)
                | LayerKind::CrossAttention { attention, .. } => (attention.padding.clone(), None),
                LayerKind::TransformerEncoder(encoder) => (encoder.padding.clone(), None),
                LayerKind::TransformerDecoder(decoder) => {
                    (decoder.blocks.padding.clone(), decoder.memory_padding.clone())
                }
                _ => (None, None),
            };
            own.or(other).map(|mask| mask.token)
        };
        self.flat().into_iter().find_map(|layer| masks(&layer.kind))
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
            let inside = match &layer.context {
                Some(context) => inner_attended(&layer.kind, &layer.input, context),
                None => inner_activations(&layer.kind, &layer.input, &layer.output),
            };
            (layer.output.elements() as u128 + inside as u128) * batch as u128
        };
        let activations: u128 = self.flat().into_iter().map(kept).sum();
        (parameters * 5 + activations * 4) * (4 + 8)
    }
}

impl PlannedLayer {
    /// Multiply-adds of a forward pass over one example; a container's are those of its contents.
    pub fn multiply_adds(&self) -> usize {
        match (self.inner.as_slice(), &self.context) {
            ([], Some(context)) => attended(&self.kind, &self.input, context),
            ([], None) => multiply_adds(&self.kind, &self.input, &self.output),
            (inner, _) => inner.iter().map(Self::multiply_adds).fold(0, usize::saturating_add),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{Attributes, Spanned};

    fn linear(out: usize, name: Option<&str>) -> LayerSpec {
        LayerSpec {
            name: name.map(|name| Spanned::new(name.to_owned(), Span::default())),
            kind: LayerKind::Linear { out, bias: true, initializer: None, bias_initializer: None },
            span: Span { start: 3, end: 9 },
            attributes: Attributes::default(),
        }
    }

    fn plain(kind: LayerKind) -> LayerSpec {
        let attributes = Attributes::default();
        LayerSpec { name: None, kind, span: Span::default(), attributes }
    }

    fn residual(layers: Vec<LayerSpec>) -> LayerSpec {
        plain(LayerKind::Residual { layers })
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
        let layers = |kind| [plain(kind)];
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
            padding: None,
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
