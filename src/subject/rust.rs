//! Rust models lined up with what a spec says about them.

use std::fmt;
use std::rc::Rc;

use burn::tensor::{Device, Tensor};

use super::terms;
use crate::data::{Dataset, InputKind};
use crate::faults;
use crate::model::{AnyModule, Value};
use crate::registry::{
    Compute, Computed, Feed, Init, InputType, ModelKind, Registration, Registry,
};
use crate::spec::{Code, Diagnostic, RustModelSpec, Span, Spec, Task, suggest};

/// A Rust model that lines up with its spec.
pub struct RustPlan {
    kind: ModelKind,
    init: Init,
    compute: Compute,
    /// Shapes of the inputs, without the batch axis; none for models that bring their own batches.
    inputs: Vec<Vec<usize>>,
    /// The place of the model's name in the spec.
    span: Span,
}

impl RustPlan {
    /// Makes the module on a device. Its parameters are drawn when they are first used.
    pub fn init(&self, device: &Device) -> AnyModule {
        (self.init)(device)
    }

    /// Runs the module on inputs.
    pub(crate) fn forward(&self, module: &AnyModule, inputs: Vec<Value>) -> Computed {
        (self.compute)(module, Feed::Inputs(inputs))
    }

    /// Runs the module on examples of its own.
    pub(crate) fn compute(
        &self,
        module: &AnyModule,
        examples: &[usize],
        device: &Device,
    ) -> Computed {
        (self.compute)(module, Feed::Examples(examples, device))
    }

    /// The loss of a batch of its own examples, of the same batch once more, and of one that is made anew;
    /// nothing where it does not bring both batches and loss.
    pub(crate) fn remade(
        &self,
        module: &AnyModule,
        examples: &[usize],
        device: &Device,
    ) -> Option<[Tensor<1>; 3]> {
        if !matches!(self.kind, ModelKind::Objective { .. }) {
            return None;
        }
        let Computed::Terms(terms) = (self.compute)(module, Feed::Remade(examples, device)) else {
            return None;
        };
        terms.into_iter().map(|term| term.value).collect::<Vec<_>>().try_into().ok()
    }

    /// Examples that the model brings itself.
    pub(super) fn examples(&self) -> usize {
        match self.kind {
            ModelKind::Forward { .. } => 0,
            ModelKind::Objective { examples } | ModelKind::TrainStep { examples } => examples,
        }
    }

    /// Whether it brings its own batches and loss.
    pub fn is_objective(&self) -> bool {
        !matches!(self.kind, ModelKind::Forward { .. })
    }

    /// Whether the inputs are to be whole numbers, and their shapes, without the batch axis.
    pub(super) fn division(&self) -> Vec<(bool, Vec<usize>)> {
        let ModelKind::Forward { inputs } = &self.kind else { return Vec::new() };
        // One number per example makes a batch of rank 1 where the model takes that.
        let shape = |input: &InputType, shape: &Vec<usize>| match input.rank {
            1 => Vec::new(),
            _ => shape.clone(),
        };
        let pairs = inputs.iter().zip(&self.inputs);
        pairs.map(|(input, own)| (input.ints, shape(input, own))).collect()
    }

    /// Whether its loss comes with gradients, from a training step of its own.
    pub fn steps(&self) -> bool {
        matches!(self.kind, ModelKind::TrainStep { .. })
    }

    /// The place of the model's name in the spec.
    pub fn span(&self) -> Span {
        self.span
    }
}

impl fmt::Debug for RustPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, inputs, .. } = self;
        f.debug_struct("RustPlan")
            .field("kind", kind)
            .field("inputs", inputs)
            .finish_non_exhaustive()
    }
}

/// The registration that a spec names, if it does what the spec's task asks for.
pub(super) fn find(
    spec: &Spec,
    model: &RustModelSpec,
    registry: &Registry,
) -> Result<Registration, Vec<Diagnostic>> {
    let registration = match registry.find(&model.name)[..] {
        [registration] => registration.clone(),
        [] => return Err(vec![unknown(model, &registry.names().collect::<Vec<_>>())]),
        _ => return Err(vec![twice(model)]),
    };
    let own = !matches!(registration.kind, ModelKind::Forward { .. });
    let wanted = *spec.task == Task::Objective;
    if own == wanted { Ok(registration) } else { Err(vec![other_kind(spec, model, own)]) }
}

/// What is wrong with a model's name where only `names` are registered.
pub(super) fn unknown(model: &RustModelSpec, names: &[&str]) -> Diagnostic {
    let error = Diagnostic::new(
        Code::UNKNOWN_RUST_MODEL,
        format!("no Rust model is registered as `{}`", *model.name),
        model.name.span,
        "not registered",
    );
    match (suggest(&model.name, names), names) {
        (Some(near), _) => error.help(format!("did you mean `{near}`?")),
        (None, []) => error.help(format!(
            "register it in a test target: `nn_test::main! {{ \"{}\" => nn_test::model(…, …) }}`; \
             `cargo nn-test init` writes one",
            *model.name
        )),
        (None, names) => error.note(format!("registered here: {}", names.join(", "))),
    }
}

fn twice(model: &RustModelSpec) -> Diagnostic {
    Diagnostic::new(
        Code::UNKNOWN_RUST_MODEL,
        format!("two Rust models are registered as `{}`", *model.name),
        model.name.span,
        "which of them?",
    )
    .help("give one of them another name in `nn_test::main!`")
}

fn other_kind(spec: &Spec, model: &RustModelSpec, own: bool) -> Diagnostic {
    let (message, help) = match own {
        true => (
            format!("`{}` brings its own batches and loss", *model.name),
            "write `task: objective`, and neither `data` nor `loss`",
        ),
        false => (
            format!("`{}` has no loss of its own", *model.name),
            "name its task and `data`, or register it with `nn_test::objective`",
        ),
    };
    Diagnostic::new(Code::MODEL_KIND_MISMATCH, message, model.name.span, "this model")
        .also(spec.task.span, "another task")
        .help(help)
}

/// Lines up a Rust model with its data and its configuration.
pub(super) fn plan(
    spec: &Spec,
    model: &RustModelSpec,
    registration: &Registration,
    data: Option<&Dataset>,
) -> Result<RustPlan, Vec<Diagnostic>> {
    let mut errors = impossible(spec, model, registration);
    let init = configured(model, registration, &mut errors);
    let inputs = match (&registration.kind, data) {
        (ModelKind::Forward { inputs }, Some(data)) => {
            errors.extend(terms::check(spec, data, None));
            errors.extend(faults::errors(spec, data, None));
            let shapes = shapes(model, data);
            match check_inputs(model, inputs, &shapes, data) {
                Some(error) => errors.push(error),
                None => errors.extend(check_kinds(model, inputs, &shapes, data)),
            }
            shapes
        }
        _ => Vec::new(),
    };
    let Registration { kind, compute, .. } = registration;
    let (kind, compute) = (kind.clone(), Rc::clone(compute));
    match errors.is_empty() {
        true => Ok(RustPlan { kind, init, compute, inputs, span: model.name.span }),
        false => Err(errors),
    }
}

/// What the spec asks for and a Rust model, or one of this kind, cannot give.
fn impossible(spec: &Spec, model: &RustModelSpec, registration: &Registration) -> Vec<Diagnostic> {
    let refuse = |message: String, span: Span, help: &str| {
        Diagnostic::new(Code::NOT_FOR_THIS_MODEL, message, span, "not possible here")
            .also(model.name.span, "a Rust model")
            .help(help)
    };
    let own = !matches!(registration.kind, ModelKind::Forward { .. });
    let stepped = matches!(registration.kind, ModelKind::TrainStep { .. });
    let mut errors = faults::errors_of_rust(spec, model, own, stepped);
    let regularization = spec.loss.regularization;
    if stepped && (regularization.l1 != 0.0 || regularization.l2 != 0.0) {
        errors.push(refuse(
            "a penalty cannot be added to the model's own training step".to_owned(),
            model.name.span,
            "remove `regularization` and put it into the model's own loss",
        ));
    }
    for output in spec.loss.terms.iter().filter_map(|term| term.output.as_ref()) {
        errors.push(refuse(
            format!("the output of a Rust model has no name, and so it is not `{}`", output.value),
            output.span,
            "remove `output`: every term reads the one output that the forward function gives",
        ));
    }
    if own && let Some(inputs) = &model.inputs {
        errors.push(refuse(
            "the model brings its own batches, so that there is nothing to divide".to_owned(),
            inputs.span,
            "remove `inputs`",
        ));
    }
    errors
}

/// The way to make the module, with the values that the spec sets.
fn configured(
    model: &RustModelSpec,
    registration: &Registration,
    errors: &mut Vec<Diagnostic>,
) -> Init {
    let plain = Rc::clone(&registration.init);
    let Some(config) = &model.config else { return plain };
    let refuse = |message: String, label: &str| {
        Diagnostic::new(Code::BAD_MODEL_CONFIG, message, config.span(), label.to_owned())
    };
    let Some(known) = &registration.configuration else {
        let error = refuse(
            format!("`{}` is registered without a configuration", *model.name),
            "nothing takes these values",
        );
        errors.push(error.help("register it with `nn_test::model_with_config`"));
        return plain;
    };
    match config.over(&known.defaults) {
        Ok(values) => match (known.configure)(values) {
            Ok(init) => return init,
            Err(reason) => errors.push(
                refuse(format!("`{}` refuses this configuration", *model.name), "refused")
                    .note(reason),
            ),
        },
        Err(unknown) => errors.extend(unknown),
    }
    plain
}

/// Shapes of the inputs: the spec's, or the data's own for one input.
fn shapes(model: &RustModelSpec, data: &Dataset) -> Vec<Vec<usize>> {
    match &model.inputs {
        Some(inputs) => inputs.value.clone(),
        None => vec![data.shape.clone()],
    }
}

fn check_inputs(
    model: &RustModelSpec,
    inputs: &[InputType],
    shapes: &[Vec<usize>],
    data: &Dataset,
) -> Option<Diagnostic> {
    let span = model.inputs.as_ref().map_or(model.name.span, |inputs| inputs.span);
    let mismatch = |message: String, label: String| {
        Some(Diagnostic::new(Code::MODEL_INPUT_MISMATCH, message, span, label))
    };
    if inputs.len() != shapes.len() {
        let message = format!(
            "`{}` takes {} inputs, but {} {} given",
            *model.name,
            inputs.len(),
            shapes.len(),
            if shapes.len() == 1 { "shape is" } else { "shapes are" }
        );
        return mismatch(message, format!("{} needed", inputs.len())).map(|error| {
            error.help(
                "say how an example's numbers are divided: `inputs: [[4], [1, 8, 8]]` below `rust`",
            )
        });
    }
    let numbers: usize = shapes.iter().map(|shape| shape.iter().product::<usize>()).sum();
    if numbers != data.example_len() {
        let message = format!(
            "`inputs` hold {numbers} numbers, but an example of the data has {}",
            data.example_len()
        );
        return mismatch(message, format!("{numbers} numbers"));
    }
    let wrong = inputs.iter().zip(shapes).find(|(input, shape)| !fits(input, shape))?;
    let (input, shape) = wrong;
    let kind = if input.ints { ", Int" } else { "" };
    let message = format!(
        "`{}` takes a `Tensor<{}{kind}>`, but examples of shape {shape:?} make a batch of rank {}",
        *model.name,
        input.rank,
        shape.len() + 1
    );
    let axes = match input.rank {
        1 => "one number per example".to_owned(),
        2 => "a `shape` of one axis".to_owned(),
        rank => format!("a `shape` of {} axes", rank - 1),
    };
    let help = format!("give `data` {axes}, or let the model take another rank");
    mismatch(message, format!("takes rank {}", input.rank)).map(|error| error.help(help))
}

/// A batch has one axis more than an example; one number per example may also make a batch of rank 1.
fn fits(input: &InputType, shape: &[usize]) -> bool {
    input.rank == shape.len() + 1 || input.rank == 1 && shape == [1]
}

/// Whole numbers where the model takes tokens, floats where it does not.
fn check_kinds(
    model: &RustModelSpec,
    inputs: &[InputType],
    shapes: &[Vec<usize>],
    data: &Dataset,
) -> Option<Diagnostic> {
    let mismatch = |message: String, label: &str, help: &str| {
        let error =
            Diagnostic::new(Code::MODEL_INPUT_MISMATCH, message, model.name.span, label.to_owned());
        Some(error.help(help))
    };
    if matches!(data.input, InputKind::Tokens { .. }) && inputs.iter().any(|input| !input.ints) {
        return mismatch(
            format!("`{}` takes floats, but the data makes tokens", *model.name),
            "takes floats",
            "let the model take `Tensor<2, Int>` and begin with an embedding",
        );
    }
    let width = data.example_len();
    let mut start = 0;
    for (input, shape) in inputs.iter().zip(shapes) {
        let end = start + shape.iter().product::<usize>();
        if input.ints {
            let rows = data.train.inputs.chunks(width.max(1));
            let wrong = rows.flat_map(|row| &row[start..end]).find(|number| !is_token(**number));
            if let Some(number) = wrong {
                return mismatch(
                    format!("`{}` takes whole numbers, but the data holds {number}", *model.name),
                    "takes whole numbers of at least 0",
                    "leave `scale` out, and choose columns that hold whole numbers",
                );
            }
        }
        start = end;
    }
    None
}

fn is_token(number: f64) -> bool {
    number >= 0.0 && number.fract() == 0.0 && number <= f64::from(u32::MAX)
}
