//! Which faults can be planted into a spec's own subject.

use crate::data::Dataset;
use crate::faults;
use crate::model::{Plan, PlannedLayer};
use crate::spec::{Fault, LayerKind, Mode, Spanned, Spec, Task};

/// The faults of a subject, those of the data first, in an order that depends on the spec alone. `data`
/// is missing where the model brings its own, `plan` where the model is Rust code: its layers are not
/// known without a run, and so it gets no faults of single layers.
pub fn faults(spec: &Spec, data: Option<&Dataset>, plan: Option<&Plan>) -> Vec<Fault> {
    let mut all = of_data();
    all.extend([100.0, 0.01].map(|factor| Fault::ScaleWeights { layer: None, factor }));
    all.extend(plan.into_iter().flat_map(of_layers));
    all.extend(of_outputs(*spec.task));
    all.extend(of_steps());
    all.retain(|fault| has_effect(spec, fault, data, plan));
    all
}

fn of_data() -> Vec<Fault> {
    vec![
        Fault::ShiftLabels { by: 1, share: 1.0 },
        Fault::PermuteLabels(0.5),
        Fault::ShuffleLabels,
        Fault::ScaleInputs(255.0),
        Fault::ShiftInputs(100.0),
        Fault::LeakValidation(0.5),
        Fault::ReshapeBatch,
    ]
}

fn of_outputs(task: Task) -> Vec<Fault> {
    let activation = match task {
        Task::Classification => Some(Fault::SoftmaxOutputs),
        Task::BinaryClassification | Task::MultiLabelClassification | Task::Regression => {
            Some(Fault::SigmoidOutputs)
        }
        Task::Objective => None,
    };
    let rest = [Fault::MixBatch(0.5), Fault::FutureLeak, Fault::SumLoss, Fault::NegateLoss];
    activation.into_iter().chain(rest).collect()
}

fn of_steps() -> Vec<Fault> {
    vec![
        Fault::NegateGradient,
        Fault::KeepGradients,
        Fault::DiscardUpdates,
        Fault::ScaleRate(1000.0),
        Fault::ScaleRate(0.001),
        Fault::WrongMode(Mode::Training),
        Fault::WrongMode(Mode::Evaluation),
    ]
}

/// Faults of single layers, layer by layer. Of what is repeated the first time stands for all.
fn of_layers(plan: &Plan) -> Vec<Fault> {
    let layers = plan.flat();
    let singles = layers.iter().filter(|layer| layer.inner.is_empty() && is_first(layer, plan));
    let is_output = |layer: &PlannedLayer| plan.outputs.iter().any(|out| out.path == layer.path);
    singles.flat_map(|layer| of_layer(layer, is_output(layer))).collect()
}

fn of_layer(layer: &PlannedLayer, is_output: bool) -> Vec<Fault> {
    let path = || layer.path.clone();
    let mut faults = Vec::new();
    if can_be_left_out(layer) {
        faults.push(Fault::DropLayer(path()));
    }
    if layer.parameters == 0 || layer.frozen {
        return faults;
    }
    if owns_matrix(&layer.kind) && !is_output {
        faults.push(Fault::ConstantWeights { layer: path(), value: 0.01 });
    }
    if has_bias(&layer.kind) {
        faults.push(Fault::DropBias(path()));
    }
    faults.push(Fault::FreezeLayer(path()));
    faults.push(Fault::WrongGradient { layer: path(), factor: 0.5 });
    if !is_output {
        faults.push(Fault::Detach(path()));
    }
    faults.push(Fault::ScaleStep { layer: path(), factor: 0.5 });
    faults.push(Fault::SkipClipping(path()));
    faults
}

/// Whether what follows takes the output before it as well.
fn can_be_left_out(layer: &PlannedLayer) -> bool {
    let forgettable = matches!(
        layer.kind,
        LayerKind::Activation(_)
            | LayerKind::BatchNorm { .. }
            | LayerKind::LayerNorm { .. }
            | LayerKind::GroupNorm { .. }
            | LayerKind::InstanceNorm { .. }
            | LayerKind::RmsNorm { .. }
            | LayerKind::LocalResponseNorm { .. }
            | LayerKind::Dropout { .. }
            | LayerKind::GaussianNoise { .. }
            | LayerKind::PositionalEncoding { .. }
    );
    forgettable && layer.input == layer.output
}

/// Units that start alike are copies of each other; heads of one output may.
fn owns_matrix(kind: &LayerKind) -> bool {
    matches!(
        kind,
        LayerKind::Linear { .. }
            | LayerKind::Conv(_)
            | LayerKind::ConvTranspose(_)
            | LayerKind::Recurrent(_)
            | LayerKind::Embedding { .. }
    )
}

fn has_bias(kind: &LayerKind) -> bool {
    match kind {
        LayerKind::Linear { bias, .. } => *bias,
        LayerKind::Conv(convolution) => convolution.bias,
        _ => false,
    }
}

/// Whether no repetition before this one has the same layer.
fn is_first(layer: &PlannedLayer, plan: &Plan) -> bool {
    let repeats =
        plan.flat().into_iter().filter(|other| matches!(other.kind, LayerKind::Repeat { .. }));
    let mut numbers = repeats.filter_map(|repeat| {
        let inside = layer.path.strip_prefix(repeat.path.as_str())?.strip_prefix('.')?;
        inside.split('.').next()
    });
    numbers.all(|number| number == "1")
}

/// Whether the subject has what the fault acts on.
fn has_effect(spec: &Spec, fault: &Fault, data: Option<&Dataset>, plan: Option<&Plan>) -> bool {
    let place = spec.name.span;
    let planted = Spec { faults: vec![Spanned::new(fault.clone(), place)], ..Spec::clone(spec) };
    let refused = planted.rust_model().is_some_and(|model| {
        let own = *planted.task == Task::Objective;
        !faults::errors_of_rust(&planted, model, own, false).is_empty()
    });
    // A run of a Rust model shows whether its output has an axis of time.
    let unknown = plan.is_none() && *fault == Fault::FutureLeak;
    let idle = data.is_some_and(|data| !faults::errors(&planted, data, plan).is_empty());
    !refused && !unknown && !idle
}

#[cfg(test)]
mod tests {
    use super::super::title;
    use super::*;
    use crate::spec::{Source, parse};
    use crate::subject::Subject;

    fn titles(text: &str) -> Vec<String> {
        let spec = parse(Source::new("net.yaml", text)).unwrap();
        let subject = Subject::prepare(spec).unwrap();
        let found = faults(&subject.spec, subject.dataset(), subject.declared());
        found.iter().map(title).collect()
    }

    #[test]
    fn a_small_net_has_faults_of_all_its_parts() {
        let found = titles(
            "version: 1\nname: net\ntask: classification\ndata: {blobs: {classes: 3}}\n\
             model: [linear: {out: 4, name: hidden}, relu, linear: {out: 3, name: head}]\n",
        );
        let due = [
            "shift_labels=1",
            "permute_labels=0.5",
            "shuffle_labels",
            "scale_inputs=255",
            "shift_inputs=100",
            "leak_validation=0.5",
            "reshape_batch",
            "scale_weights=100",
            "scale_weights=0.01",
            "constant_weights=hidden:0.01",
            "drop_bias=hidden",
            "freeze_layer=hidden",
            "wrong_gradient=hidden:0.5",
            "detach=hidden",
            "scale_step=hidden:0.5",
            "drop_layer=relu1",
            "drop_bias=head",
            "freeze_layer=head",
            "wrong_gradient=head:0.5",
            "scale_step=head:0.5",
            "softmax_outputs",
            "mix_batch",
            "sum_loss",
            "negate_loss",
            "negate_gradient",
            "keep_gradients",
            "discard_updates",
            "scale_rate=1000",
            "scale_rate=0.001",
        ];
        assert_eq!(found, due);
    }

    #[test]
    fn what_a_subject_does_not_have_is_not_planted() {
        let found = titles(
            "version: 1\nname: net\ntask: classification\ndata: copy\n\
             model: [embedding: {vocabulary: 10, dimension: 4}, repeat: {times: 2, layers: \
             [linear: 4, dropout: 0.1]}, linear: 8]\n",
        );
        let has = |title: &str| found.iter().any(|other| other == title);
        assert!(!has("scale_inputs=255") && !has("detach=linear1"), "{found:?}");
        assert!(has("future_leak") && has("wrong_mode=training"), "{found:?}");
        assert!(has("freeze_layer=repeat1.1.linear1"), "{found:?}");
        assert!(!has("freeze_layer=repeat1.2.linear1"), "{found:?}");
    }
}
