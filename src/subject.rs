//! The subject of the tests: model, data, loss and recipe, lined up and still on the host.

use burn::tensor::Device;

use crate::data::{self, Dataset, Examples, InputKind, Targets};
use crate::model::{Network, Plan, PlannedLayer, Signal, Value};
use crate::random::Random;
use crate::spec::{Code, Diagnostic, Diagnostics, Fault, LossKind, Spec, Task};

/// What a spec describes, checked as far as it can be without a device.
#[derive(Debug)]
pub struct Subject {
    pub spec: Spec,
    pub data: Dataset,
    pub plan: Plan,
}

impl Subject {
    /// Loads the data, infers all shapes and checks that they line up.
    ///
    /// # Errors
    ///
    /// All errors of data and model that can be found in one go.
    pub fn prepare(spec: Spec) -> Result<Self, Diagnostics> {
        let data = data::load(&spec)?;
        let input = match data.input {
            InputKind::Float => Signal::Float(data.shape.clone()),
            InputKind::Tokens { .. } => Signal::Tokens(data.shape.iter().product()),
        };
        let errors = match Plan::new(&spec.layers, input) {
            Ok(plan) => {
                let mut errors = Vec::new();
                errors.extend(check_head(&spec, &data, &plan));
                errors.extend(check_weights(&spec, &data));
                errors.extend(check_memory(&spec, &plan));
                if errors.is_empty() {
                    return Ok(Self { spec, data, plan });
                }
                errors
            }
            Err(errors) => errors,
        };
        Err(Diagnostics { source: spec.source, errors })
    }

    /// Builds the model on a device, with the faults that live in it. Its weights are not yet the
    /// subject's: load them.
    pub fn build(&self, device: &Device) -> Network {
        let faults: Vec<Fault> = self.spec.faults.iter().map(|fault| fault.value.clone()).collect();
        Network::build(&self.plan.layers, device).plant(&faults)
    }

    /// Some training examples as a batch.
    pub fn batch(&self, indices: &[usize]) -> Batch {
        Batch::of(&self.data, &self.data.train, indices)
    }

    /// Training examples that measurements look at: the first ones, `at_most` of them. The
    /// training part is already in a seeded random order.
    pub fn sample(&self, at_most: usize) -> Batch {
        let indices: Vec<usize> = (0..self.data.train.len().min(at_most)).collect();
        self.batch(&indices)
    }

    /// Optimizer steps in one epoch; the last batch may be smaller.
    pub fn steps_per_epoch(&self) -> usize {
        self.data.train.len().div_ceil(*self.spec.training.batch_size)
    }

    /// Whether this fault was planted.
    pub fn has_fault(&self, wanted: &Fault) -> bool {
        self.spec.faults.iter().any(|fault| fault.value == *wanted)
    }

    /// Number of classes; 0 for regression.
    pub fn classes(&self) -> usize {
        self.data.classes.len()
    }
}

/// A batch on the host.
#[derive(Debug, Clone)]
pub struct Batch {
    pub inputs: Vec<f64>,
    /// With the batch axis.
    pub shape: Vec<usize>,
    pub kind: InputKind,
    pub targets: Targets,
}

impl Batch {
    fn of(data: &Dataset, examples: &Examples, indices: &[usize]) -> Self {
        let length = data.shape.iter().product();
        let selected = examples.select(indices, length);
        let shape = match data.input {
            InputKind::Float => {
                std::iter::once(indices.len()).chain(data.shape.iter().copied()).collect()
            }
            InputKind::Tokens { .. } => vec![indices.len(), length],
        };
        Self { inputs: selected.inputs, shape, kind: data.input, targets: selected.targets }
    }

    /// The same numbers without their shape.
    pub fn examples(&self) -> Examples {
        Examples { inputs: self.inputs.clone(), targets: self.targets.clone() }
    }

    /// Number of examples.
    pub fn size(&self) -> usize {
        self.shape[0]
    }

    /// Puts the targets in another order against their inputs.
    pub fn permute_targets(&mut self, random: &mut Random) {
        match &mut self.targets {
            Targets::Classes(classes) => random.shuffle(classes),
            Targets::Values(values) => random.shuffle(values),
        }
    }

    /// The inputs on a device.
    pub fn input(&self, device: &Device) -> Value {
        match self.kind {
            InputKind::Float => Value::float(&self.inputs, &self.shape, device),
            InputKind::Tokens { .. } => Value::tokens(&self.inputs, &self.shape, device),
        }
    }
}

/// What the head must give: k logits, one logit, or one number.
fn check_head(spec: &Spec, data: &Dataset, plan: &Plan) -> Option<Diagnostic> {
    let (wanted, why) = match *spec.task {
        Task::Classification => {
            (data.classes.len(), format!("the data has {} classes", data.classes.len()))
        }
        Task::BinaryClassification => (1, "binary classification takes one logit".to_owned()),
        Task::Regression => (1, "the data has one target".to_owned()),
    };
    if plan.output == Signal::Float(vec![wanted]) {
        return None;
    }
    let last = plan.layers.last()?;
    let message = format!(
        "the model gives {} per example, but the task takes [{wanted}]: {why}",
        plan.output
    );
    let help = match plan.output.dims() {
        [_] => format!("end the model with `linear: {wanted}`"),
        _ => format!("end the model with `flatten` and `linear: {wanted}`"),
    };
    Some(
        Diagnostic::new(Code::HEAD_MISMATCH, message, last.span, format!("gives {}", plan.output))
            .also(spec.task.span, format!("takes [{wanted}]"))
            .help(help),
    )
}

/// Class weights: one per class.
fn check_weights(spec: &Spec, data: &Dataset) -> Option<Diagnostic> {
    let LossKind::CrossEntropy { weights: Some(weights), .. } = &spec.loss.kind.value else {
        return None;
    };
    let classes = data.classes.len();
    if weights.len() == classes {
        return None;
    }
    let message = format!("{} class weights for {classes} classes", weights.len());
    Some(
        Diagnostic::new(
            Code::LOSS_WEIGHTS_MISMATCH,
            message,
            spec.loss.kind.span,
            format!("needs {classes} weights"),
        )
        .help(format!("give one weight per class, in this order: {}", data.classes.join(", "))),
    )
}

/// Refuses models that cannot fit before anything is allocated.
fn check_memory(spec: &Spec, plan: &Plan) -> Option<Diagnostic> {
    let batch = *spec.training.batch_size;
    let estimate = plan.memory_estimate(batch);
    let available = physical_memory();
    if estimate <= u128::from(available) {
        return None;
    }
    let numbers = |layer: &PlannedLayer| {
        layer.parameters.saturating_add(layer.output.elements().saturating_mul(batch))
    };
    let layers = plan.flat().into_iter().filter(|layer| layer.inner.is_empty());
    let largest = layers.max_by_key(|layer| numbers(layer))?;
    let message = format!(
        "the model needs about {} to train, but this machine has {}",
        memory_text(estimate),
        memory_text(u128::from(available))
    );
    Some(
        Diagnostic::new(
            Code::MODEL_TOO_LARGE,
            message,
            largest.span,
            format!(
                "`{}` owns {} numbers and gives {} for each of {batch} examples",
                largest.path,
                count_text(largest.parameters),
                count_text(largest.output.elements())
            ),
        )
        .help("make the layer smaller: a spec tests a small copy of the network that you train"),
    )
}

/// Bytes of physical memory; unknown counts as 4 GiB.
fn physical_memory() -> u64 {
    let mut system = sysinfo::System::new();
    system.refresh_memory();
    match system.total_memory() {
        0 => 4 << 30,
        bytes => bytes,
    }
}

fn memory_text(bytes: u128) -> String {
    let gibibytes = bytes as f64 / f64::from(1u32 << 30);
    if gibibytes < 1e4 { format!("{gibibytes:.1} GiB") } else { format!("{gibibytes:.1e} GiB") }
}

/// All digits of small counts, the size of large ones.
fn count_text(count: usize) -> String {
    if count < 1_000_000 { count.to_string() } else { format!("{:.1e}", count as f64) }
}

#[cfg(test)]
mod tests;
