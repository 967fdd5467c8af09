//! `widened`: a model beside itself with all hidden sizes doubled.

use serde::Serialize;

use super::super::bench::Bench;
use super::super::evidence::LossBounds;
use super::super::overfit::LEARNED_SHARE;
use super::super::{Progress, references};
use super::widening::widen;
use super::{Terms, sample, side};
use crate::device::DeviceFailure;
use crate::spec::Regularization;

/// Seeds that decide together: two of three.
const SEEDS: u64 = 3;

/// Steps of each training.
const STEPS: usize = 100;

/// A model and a wider one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WidenedEvidence {
    /// Numbers of the model, and of the wider one.
    pub parameters: [usize; 2],
    pub examples: usize,
    pub bounds: LossBounds,
    pub runs: Vec<CapacityRun>,
}

/// The lowest losses on the sample of training examples, for one seed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CapacityRun {
    pub seed: u64,
    pub model: f64,
    pub wider: f64,
}

impl CapacityRun {
    /// Whether the wider model fits worse: it has more left of the way down from the constant predictor,
    /// by more than counts as learned, and has not learned itself.
    pub fn is_worse(&self, bounds: &LossBounds) -> bool {
        let (model, wider) = (bounds.share_left(self.model), bounds.share_left(self.wider));
        wider > LEARNED_SHARE && wider > model + LEARNED_SHARE
    }
}

/// Runs the experiment.
///
/// # Errors
///
/// When a device fails.
pub fn run(
    bench: &Bench,
    progress: Progress<'_>,
) -> Result<Result<WidenedEvidence, String>, DeviceFailure> {
    let subject = &bench.subject;
    let Some(model) = subject.spec.declared_model() else {
        return Ok(Err("the sizes of a Rust model are its own".to_owned()));
    };
    let sample = sample(bench);
    let mut loss = references::to_learn(&subject.spec.loss);
    loss.regularization = Regularization::default();
    let Some(bounds) = references::bounds(subject, &loss, &sample).filter(|it| !it.are_one())
    else {
        return Ok(Err("nothing is known that the loss could be held against".to_owned()));
    };
    let Some(wider) = widen(model, |model| subject.admits(model)) else {
        return Ok(Err("no hidden size can be doubled".to_owned()));
    };
    // Both are drawn, even where the spec starts from a file.
    let faults = || subject.spec.faults.clone();
    let both = (subject.with_model(model.clone(), faults()), subject.with_model(wider, faults()));
    let (Ok(model), Ok(wider)) = both else {
        return Ok(Err("the wider model does not line up with data and loss".to_owned()));
    };
    let (model, wider) = (bench.beside(model)?, bench.beside(wider)?);
    let parameters = |bench: &Bench| bench.subject.declared().map_or(0, |plan| plan.parameters());
    let mut evidence = WidenedEvidence {
        parameters: [parameters(&model), parameters(&wider)],
        examples: sample.size(),
        bounds,
        runs: Vec::new(),
    };
    for seed in (0..SEEDS).map(|offset| subject.spec.training.seed.wrapping_add(offset)) {
        let terms = |what| Terms { seed, steps: STEPS, sample: &sample, judged: &[], what };
        let narrow = side(&model, &terms("training the model"), &mut *progress)?.sample_loss;
        let wide = side(&wider, &terms("training a wider one"), &mut *progress)?.sample_loss;
        evidence.runs.push(CapacityRun { seed, model: narrow, wider: wide });
        let worse = evidence.runs.iter().filter(|run| run.is_worse(&bounds)).count();
        // Two seeds that agree decide.
        if worse >= 2 || evidence.runs.len() - worse >= 2 {
            break;
        }
    }
    Ok(Ok(evidence))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wider_model_is_worse_when_it_has_clearly_more_left() {
        let bounds = LossBounds { floor: 0.0, constant: 2.0 };
        let is_worse = |model, wider| CapacityRun { seed: 0, model, wider }.is_worse(&bounds);
        assert!(!is_worse(0.5, 0.4) && !is_worse(0.5, 0.59));
        assert!(is_worse(0.5, 0.61));
        assert!(!is_worse(0.0, 0.09), "both are at the floor");
        assert!(is_worse(0.5, f64::INFINITY));
    }
}
