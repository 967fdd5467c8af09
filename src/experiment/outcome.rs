//! What training left behind: the model as it is used, on examples that it knows and on others, what
//! must not have moved, and how the recipe went.

use burn::module::Module;
use burn::tensor::Tensor;
use serde::Serialize;

use super::bench::{Bench, evaluate_quietly, scalars};
use super::epochs::validation_loss;
use super::initial::EXAMPLES;
use super::measure;
use crate::device::DeviceFailure;
use crate::model::Weights;
use crate::spec::Clipping;
use crate::subject::{Batch, Subject};
use crate::training::{Clipper, Sizes, Trainer, planned_rates};

/// Steps whose rates are planned at most.
const LONGEST: usize = 100_000;

/// The trained model and the recipe's own traces.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OutcomeEvidence {
    /// Loss on the sample of training examples, as the model is used: random layers off, running
    /// statistics. Not known where a training step of the model's own computes the loss.
    pub evaluation_loss: Option<f64>,
    /// The same where each example has the inputs of the next one: what the model reaches without
    /// looking. Not known where the model brings its own examples.
    pub blind_loss: Option<f64>,
    /// Loss on held-out examples, before training and after it.
    pub validation: Option<ValidationLoss>,
    /// Tensors that the optimizer must leave alone: frozen ones and running statistics.
    pub untrained: Vec<UntrainedEvidence>,
    /// The learning rate of each step, but for those of parameter groups.
    pub rates: Vec<f64>,
    /// What the schedule makes of all steps that the recipe declares, up to 100 000; none where it
    /// follows losses.
    pub planned_rates: Vec<f64>,
    pub clipping: Option<ClippingEvidence>,
}

/// Loss on held-out examples.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ValidationLoss {
    pub examples: usize,
    pub start: f64,
    pub end: f64,
}

/// A tensor that is not trained.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct UntrainedEvidence {
    pub tensor: String,
    /// Whether it is a running statistic, which moves by itself.
    pub is_statistic: bool,
    pub moved: bool,
    /// NaN and infinite numbers, and variances below 0.
    pub wrong: usize,
}

/// What the recipe's clipping looked at.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClippingEvidence {
    /// The clipping's name in the spec language.
    pub kind: &'static str,
    pub bound: f64,
    /// The size of the gradient before clipping, for each step.
    pub sizes: Vec<f64>,
    /// The same after clipping.
    pub clipped: Vec<f64>,
    /// The tensor whose gradient clipping has shrunk least where all are shrunk by one factor, else the one
    /// with the largest gradient after it; for each step.
    pub least_clipped: Vec<String>,
}

impl ClippingEvidence {
    /// The share of steps in which it clipped.
    pub fn share(&self) -> f64 {
        let clipped = self.sizes.iter().filter(|size| **size > self.bound).count();
        clipped as f64 / self.sizes.len().max(1) as f64
    }
}

/// Held-out loss before training.
///
/// # Errors
///
/// When the device fails.
pub fn held_out(bench: &Bench, model: &crate::model::Model) -> Result<Option<f64>, DeviceFailure> {
    let subject = &bench.subject;
    let examples = subject.validation_examples().min(EXAMPLES);
    if examples == 0 {
        return Ok(None);
    }
    validation_loss(subject, model, &bench.test, examples).map(Some)
}

/// Looks at a trained model. `held_out_before` is the loss that [`held_out`] gave before training.
///
/// # Errors
///
/// When the device fails.
pub fn look(
    bench: &Bench,
    trainer: &Trainer<'_>,
    sample: &Batch,
    held_out_before: Option<f64>,
) -> Result<OutcomeEvidence, DeviceFailure> {
    let (subject, place) = (&bench.subject, &bench.test);
    let used = subject.in_use(trainer.model());
    let own_step = subject.rust().is_some_and(|plan| plan.steps());
    let loss = |batch: &Batch| evaluate_quietly(subject, &used, batch, place);
    let validation = match (held_out_before, held_out(bench, trainer.model())?) {
        (Some(start), Some(end)) => {
            let examples = subject.validation_examples().min(EXAMPLES);
            Some(ValidationLoss { examples, start, end })
        }
        _ => None,
    };
    let clipping = trainer.updates().clipper().map(clipping_evidence).transpose()?;
    Ok(OutcomeEvidence {
        evaluation_loss: (!own_step).then(|| loss(sample)).transpose()?,
        blind_loss: exchanged(subject, sample).as_ref().map(loss).transpose()?,
        validation,
        // Both as the device holds them: in single precision no weight is what it was on the host.
        untrained: untrained(
            &Weights::read(&bench.model(place).valid())?,
            &Weights::read(&used)?,
            &bench.weights,
        ),
        rates: trainer.updates().rates().to_vec(),
        planned_rates: planned_rates(&subject.spec, subject.declared_steps(), LONGEST),
        clipping,
    })
}

fn clipping_evidence(clipper: &Clipper) -> Result<ClippingEvidence, DeviceFailure> {
    let (kind, bound) = match clipper.clipping() {
        Clipping::Norm(bound) => ("norm", bound),
        Clipping::Value(bound) => ("value", bound),
        Clipping::GlobalNorm(bound) => ("global_norm", bound),
    };
    let Sizes { paths, before, after } = clipper.sizes();
    // One row of sizes for each step.
    let rows = |tensors: &[Tensor<1>]| {
        let mut numbers = scalars(tensors.to_vec())?.into_iter();
        let rows = paths.iter().map(|paths| numbers.by_ref().take(paths.len()).collect());
        Ok::<Vec<Vec<f64>>, DeviceFailure>(rows.collect())
    };
    let (before, after) = (rows(before)?, rows(after)?);
    let together = matches!(clipper.clipping(), Clipping::GlobalNorm(_));
    let size = |row: &Vec<f64>| if together { measure::norm(row) } else { row[largest(row)] };
    let least_clipped = |before: &[f64], after: &[f64]| match together {
        true => least_shrunk(before, after),
        false => largest(after),
    };
    Ok(ClippingEvidence {
        kind,
        bound,
        sizes: before.iter().map(size).collect(),
        clipped: after.iter().map(size).collect(),
        least_clipped: before
            .iter()
            .zip(&after)
            .zip(paths)
            .map(|((before, after), paths)| paths[least_clipped(before, after)].clone())
            .collect(),
    })
}

/// Where the largest of those gradients is that kept most of their size, to a hundredth.
fn least_shrunk(before: &[f64], after: &[f64]) -> usize {
    let pairs = || before.iter().zip(after);
    // What has no gradient is not clipped.
    let kept = |before: f64, after: f64| if before == 0.0 { 0.0 } else { after / before };
    let most = pairs().map(|(before, after)| kept(*before, *after)).fold(0.0, f64::max);
    let sizes = pairs().map(|(before, after)| match kept(*before, *after) >= 0.99 * most {
        true => *after,
        false => 0.0,
    });
    largest(&sizes.collect::<Vec<_>>())
}

/// Where the largest number of a row is; one that is no number counts as the largest.
fn largest(row: &[f64]) -> usize {
    let places = 0..row.len();
    places.max_by(|one, two| row[*one].abs().total_cmp(&row[*two].abs())).unwrap_or(0)
}

/// The sample with the inputs of the next example for each; `None` where the model brings its own.
fn exchanged(subject: &Subject, sample: &Batch) -> Option<Batch> {
    subject.dataset()?;
    let mut indices = sample.indices.clone();
    indices.rotate_left(1);
    let others = subject.batch(&indices).examples?;
    let mut blind = sample.clone();
    blind.examples.as_mut()?.inputs = others.inputs;
    Some(blind)
}

/// `declared` tells what is trained: a model in use has no gradients at all.
fn untrained(before: &Weights, after: &Weights, declared: &Weights) -> Vec<UntrainedEvidence> {
    let both = before.tensors.iter().zip(&after.tensors).zip(&declared.tensors);
    let kept = both.filter(|(_, declared)| !declared.trainable);
    let evidence = kept.map(|((start, end), _)| {
        let is_variance = start.path.ends_with("running_var");
        let is_wrong = |value: &&f64| !value.is_finite() || is_variance && **value < 0.0;
        UntrainedEvidence {
            tensor: start.path.clone(),
            is_statistic: start.path.contains("running_"),
            moved: start.values.iter().zip(&end.values).any(|(start, end)| start != end),
            wrong: end.values.iter().filter(is_wrong).count(),
        }
    });
    evidence.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::NamedTensor;

    fn weights(values: &[(&str, bool, f64)]) -> Weights {
        let tensor = |(path, trainable, value): &(&str, bool, f64)| NamedTensor {
            path: (*path).to_owned(),
            shape: vec![1],
            trainable: *trainable,
            values: vec![*value],
        };
        Weights { tensors: values.iter().map(tensor).collect() }
    }

    #[test]
    fn only_what_is_not_trained_is_looked_at() {
        let before = weights(&[
            ("a.weight", true, 1.0),
            ("b.weight", false, 1.0),
            ("n.running_mean", false, 0.0),
            ("n.running_var", false, 1.0),
        ]);
        let after = weights(&[
            ("a.weight", true, 2.0),
            ("b.weight", false, 1.0),
            ("n.running_mean", false, 0.3),
            ("n.running_var", false, -1.0),
        ]);
        let found = untrained(&before, &after, &before);
        let seen: Vec<_> = found
            .iter()
            .map(|each| (each.tensor.as_str(), each.is_statistic, each.moved, each.wrong))
            .collect();
        let due = [
            ("b.weight", false, false, 0),
            ("n.running_mean", true, true, 0),
            ("n.running_var", true, true, 1),
        ];
        assert_eq!(seen, due);
    }

    #[test]
    fn what_clipping_left_out_is_the_largest_of_those_that_it_shrank_least() {
        assert_eq!(least_shrunk(&[8.0, 2.0, 1.0, 0.0], &[4.0, 2.0, 0.999, 0.0]), 1);
        assert_eq!(least_shrunk(&[8.0, 2.0], &[2.0, 0.5]), 0);
        assert_eq!(largest(&[1.0, f64::NAN, 3.0]), 1);
    }

    #[test]
    fn a_step_is_clipped_when_its_gradient_is_larger_than_the_bound() {
        let sizes = vec![0.5, 1.0, 1.5, 4.0];
        let clipping = ClippingEvidence {
            kind: "norm",
            bound: 1.0,
            sizes,
            clipped: Vec::new(),
            least_clipped: Vec::new(),
        };
        assert_eq!(clipping.share(), 0.5);
    }
}
