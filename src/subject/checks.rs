//! What the parts of a subject ask of each other.

use crate::model::{Plan, PlannedLayer};
use crate::spec::{Code, Diagnostic, Spec, StoppingMetric, TrainingSpec};
use crate::training;

/// Something must be left to train.
pub(super) fn trainable(plan: &Plan) -> Option<Diagnostic> {
    let owners = || plan.flat().into_iter().filter(|layer| layer.parameters > 0);
    let last = owners().next_back()?;
    if owners().any(|layer| layer.inner.is_empty() && !layer.frozen) {
        return None;
    }
    let error = Diagnostic::new(
        Code::NOTHING_TO_TRAIN,
        "every layer that owns weights is frozen",
        last.span,
        "frozen, as all others",
    );
    Some(error.help("leave at least one layer unfrozen"))
}

/// Batches that make one step: no more than the data has.
pub(super) fn accumulation(training: &TrainingSpec, examples: usize) -> Option<Diagnostic> {
    let needed = training.examples_per_step();
    if *training.accumulate == 1 || needed <= examples {
        return None;
    }
    let batch = *training.batch_size;
    let message = format!(
        "a step of {} batches of {batch} takes {needed} examples, but {examples} are trained on",
        *training.accumulate
    );
    let most = (examples / batch.max(1)).max(1);
    let label = format!("at most {most}");
    let error = Diagnostic::new(Code::BATCH_TOO_LARGE, message, training.accumulate.span, label);
    Some(error.help(format!("write `accumulate: {most}` or less, or a smaller `batch_size`")))
}

/// Names of groups that no layer has.
pub(super) fn groups(spec: &Spec, plan: &Plan) -> Vec<Diagnostic> {
    let layers = plan.flat().into_iter().filter(|layer| layer.parameters > 0);
    let paths: Vec<&str> = layers.map(|layer| layer.path.as_str()).collect();
    training::unknown_layers(&spec.training.groups, &paths)
}

/// A loss over the validation part needs one.
pub(super) fn early_stopping(training: &TrainingSpec, held_out: usize) -> Option<Diagnostic> {
    let metric = &training.early_stopping.as_ref()?.metric;
    if **metric != StoppingMetric::Validation || held_out > 0 {
        return None;
    }
    let message = "`validation_loss` needs a validation part, and the data has none";
    let error = Diagnostic::new(Code::CONTRADICTION, message, metric.span, "no examples");
    Some(error.help("write `split: {validation: 0.2}` below `data`, or watch `training_loss`"))
}

/// Refuses models that cannot fit before anything is allocated.
pub(super) fn memory(spec: &Spec, plan: &Plan) -> Option<Diagnostic> {
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
pub(super) fn physical_memory() -> u64 {
    let mut system = sysinfo::System::new();
    system.refresh_memory();
    match system.total_memory() {
        0 => 4 << 30,
        bytes => bytes,
    }
}

pub(super) fn memory_text(bytes: u128) -> String {
    let gibibytes = bytes as f64 / f64::from(1u32 << 30);
    if gibibytes < 1e4 { format!("{gibibytes:.1} GiB") } else { format!("{gibibytes:.1e} GiB") }
}

/// All digits of small counts, the size of large ones.
fn count_text(count: usize) -> String {
    if count < 1_000_000 { count.to_string() } else { format!("{:.1e}", count as f64) }
}
