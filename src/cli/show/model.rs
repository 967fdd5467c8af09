//! What `show` knows of a model: plain data.

use serde::Serialize;

use crate::model::{Plan, PlannedLayer};
use crate::spec::LayerKind;

/// Bytes of a number in f32, as devices compute.
const NUMBER: usize = 4;

/// A spec's model. Multiply-adds and activations are those of a forward pass over one example.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(in crate::cli) struct ShownModel {
    pub(in crate::cli) name: String,
    pub(in crate::cli) task: String,
    /// What the model gets, without the batch axis; `None` where a Rust model brings its own.
    pub(in crate::cli) input: Option<String>,
    pub(in crate::cli) model: ShownKind,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::cli) enum ShownKind {
    Layers {
        /// Names and shapes of several inputs; empty where there is one.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        inputs: Vec<ShownInput>,
        /// Paths of the layers that give several outputs; empty where the last layer does alone.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        outputs: Vec<String>,
        layers: Vec<ShownLayer>,
        parameters: usize,
        multiply_adds: usize,
        activation_bytes: usize,
    },
    /// The name that it is registered under. The rest is known only where that is.
    Rust { name: String },
}

/// One of several inputs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(in crate::cli) struct ShownInput {
    pub(in crate::cli) name: String,
    pub(in crate::cli) shape: String,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(in crate::cli) struct ShownLayer {
    /// With the names of its containers.
    pub(in crate::cli) path: String,
    pub(in crate::cli) kind: String,
    /// Shape of the output, without the batch axis.
    pub(in crate::cli) output: String,
    /// Numbers that it owns; a container counts those of its contents.
    pub(in crate::cli) parameters: usize,
    pub(in crate::cli) multiply_adds: usize,
    /// Bytes of its own output.
    pub(in crate::cli) activation_bytes: usize,
    /// Paths of the outputs that the spec lets it read in place of the one before it, or beside it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(in crate::cli) from: Vec<String>,
    /// The path of the layer whose weights it uses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::cli) weights_of: Option<String>,
    /// Whether its weights stay as they are.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(in crate::cli) frozen: bool,
    /// The layers inside a container.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(in crate::cli) layers: Vec<ShownLayer>,
    /// Paths of all outputs that it reads.
    #[serde(skip)]
    pub(super) reads: Vec<String>,
    /// How the outputs of its branches become one.
    #[serde(skip)]
    pub(super) merge: Option<&'static str>,
}

impl ShownKind {
    pub(in crate::cli) fn of_plan(plan: &Plan) -> Self {
        let bytes = plan.flat().into_iter().map(activation_bytes);
        let inputs = plan
            .inputs
            .iter()
            .map(|input| ShownInput { name: input.name.clone(), shape: input.signal.to_string() });
        let last = plan.layers.last().map(|layer| &layer.path);
        let outputs = plan.outputs.iter().map(|output| &output.path);
        Self::Layers {
            inputs: if plan.inputs.len() > 1 { inputs.collect() } else { Vec::new() },
            outputs: match plan.outputs.as_slice() {
                [only] if Some(&only.path) == last => Vec::new(),
                _ => outputs.cloned().collect(),
            },
            layers: plan.layers.iter().map(ShownLayer::of_planned).collect(),
            parameters: plan.parameters(),
            multiply_adds: plan.multiply_adds(),
            activation_bytes: bytes.fold(0, usize::saturating_add),
        }
    }
}

impl ShownLayer {
    fn of_planned(layer: &PlannedLayer) -> Self {
        Self {
            path: layer.path.clone(),
            kind: layer.kind.term().to_owned(),
            output: layer.output.to_string(),
            parameters: layer.parameters,
            multiply_adds: layer.multiply_adds(),
            activation_bytes: activation_bytes(layer),
            from: layer.sources.looked_up().cloned().collect(),
            weights_of: layer.sources.weights.clone(),
            frozen: layer.frozen && layer.parameters > 0,
            layers: layer.inner.iter().map(Self::of_planned).collect(),
            reads: layer.sources.all().cloned().collect(),
            merge: match &layer.kind {
                LayerKind::Parallel { merge, .. } => Some(merge.term()),
                _ => None,
            },
        }
    }

    /// Its own name.
    pub(super) fn name(&self) -> &str {
        self.path.rsplit('.').next().unwrap_or(&self.path)
    }
}

fn activation_bytes(layer: &PlannedLayer) -> usize {
    layer.output.elements().saturating_mul(NUMBER)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::model::{PlannedInput, Signal};
    use crate::spec::{Source, parse};

    /// A model of these layers, in one line of YAML.
    pub(in crate::cli::show) fn declared(layers: &str, input: &[usize]) -> ShownModel {
        let head = "version: 1\ntask: regression\ndata: linear_regression\n";
        let spec = parse(Source::new("net.yaml", format!("{head}model: {layers}\n"))).unwrap();
        let model = spec.declared_model().unwrap();
        let signal = |name: &str, shape: &[usize]| PlannedInput {
            name: name.to_owned(),
            signal: Signal::Float(shape.to_vec()),
        };
        let inputs = match &model.inputs {
            Some(named) => named.iter().map(|own| signal(&own.name, &own.shape)).collect(),
            None => vec![signal("input", input)],
        };
        let plan = Plan::wired(model, inputs).unwrap();
        ShownModel {
            name: "net".to_owned(),
            task: "regression".to_owned(),
            input: Some(plan.input.to_string()),
            model: ShownKind::of_plan(&plan),
        }
    }

    pub(in crate::cli::show) fn rust() -> ShownModel {
        let model = ShownKind::Rust { name: "a \"b\"".to_owned() };
        ShownModel { name: "net".to_owned(), task: "objective".to_owned(), input: None, model }
    }

    #[test]
    fn a_container_has_an_output_of_its_own_beside_those_of_its_contents() {
        let shown = declared("[residual: [linear: 4, relu]]", &[4]);
        let ShownKind::Layers { layers, parameters, multiply_adds, activation_bytes, .. } =
            shown.model
        else {
            panic!("layers")
        };
        assert_eq!((parameters, multiply_adds), (20, 16));
        assert_eq!(activation_bytes, 3 * 4 * NUMBER);
        assert_eq!(layers[0].activation_bytes, 4 * NUMBER);
        assert_eq!(
            (layers[0].layers[1].path.as_str(), layers[0].layers[1].name()),
            ("residual1.relu1", "relu1")
        );
    }

    #[test]
    fn what_programs_read_names_everything() {
        let text =
            serde_json::to_string(&declared("[linear: {out: 1, name: head}]", &[4])).unwrap();
        assert_eq!(
            text,
            "{\"name\":\"net\",\"task\":\"regression\",\"input\":\"[4]\",\"model\":{\"layers\":\
             {\"layers\":[{\"path\":\"head\",\"kind\":\"linear\",\"output\":\"[1]\",\
             \"parameters\":5,\"multiply_adds\":4,\"activation_bytes\":4}],\"parameters\":5,\
             \"multiply_adds\":4,\"activation_bytes\":4}}}"
        );
    }
}
