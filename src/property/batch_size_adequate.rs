//! `batch_size_adequate`: the batch is of the size that its gradient's noise asks for.

use serde_yaml::{Mapping, Value};

use super::text::{mapping, short};
use super::{Finding, Meta, OptionKind, OptionMeta, OptionValue, Options, Property, Verdict};
use crate::experiment::{Evidence, Experiment, GradientNoiseEvidence, NoiseScale};
use crate::spec::Severity;

pub static PROPERTY: Property = Property {
    meta: Meta {
        name: "batch_size_adequate",
        summary: "The batch is neither lost in the noise of its gradient nor far larger than the noise asks for.",
        checks: "The gradient noise scale tr Σ / |G|², from the gradients of 16 disjoint parts of up to 4096 training examples (the estimators of two batch sizes, dropout off), at the start and after up to 20 steps of the recipe; beside it the largest eigenvalue of the Hessian at the start (power iteration over central differences of gradients, in 64 bits, with at most 200000 weights).",
        why: "With a batch far below the noise scale steps go where the last examples pull, and only a rate that is as small averages that out; far above it the batch costs as many times more examples for nearly the same step.",
        condition: "tr Σ / |G|² ≤ `noise` · batch, where |G|² is the measured one with its noise, so that the scale is told too low and never too high; and batch ≤ `waste` · tr Σ / |G|². Either is told only where it holds at the start and after the steps. A batch of all examples wastes none.",
        mend: "Raise the batch (`batch_size`, or `accumulate` where memory is short), or lower it, towards the scale that the message names, and the rate with it.",
        source: "McCandlish et al. 2018, an empirical model of large-batch training (arXiv 1812.06162): a step makes 1 / (1 + scale / batch) of the progress that it could. In 357 runs of the shipped specs (21 seeds) none is accused, and no batch is more than 15 noise scales at both stages.",
        severity: Severity::Warn,
        recommended: false,
        options: &[
            OptionMeta {
                name: "noise",
                kind: OptionKind::Number,
                default: OptionValue::Number(100.0),
                doc: "largest noise scale, in batches",
            },
            OptionMeta {
                name: "waste",
                kind: OptionKind::Number,
                default: OptionValue::Number(1000.0),
                doc: "largest batch, in noise scales",
            },
        ],
    },
    needs: &[Experiment::GradientNoise],
    trains_further: None,
    judge,
    record,
};

const BATCH: &str = "training.batch_size";

fn judge(evidence: &Evidence, options: &Options) -> Verdict {
    let noise = options.number("noise").expect("it has a default");
    let waste = options.number("waste").expect("it has a default");
    let found = match evidence.gradient_noise() {
        Ok(found) => found,
        Err(reason) => return Verdict::not_applicable(*reason),
    };
    let batch = found.batch as f64;
    let stages = [&found.start, &found.trained];
    let summary = summary(found);
    if stages.iter().any(|stage| !stage.noise.is_finite() || !stage.mean_square.is_finite()) {
        return Verdict::not_applicable("gradients are not finite; see `finite_everywhere`");
    }
    let is_lost = |stage: &&NoiseScale| stage.at_least() > noise * batch;
    // Noise of 0 is that of examples that are all alike, or of no gradient at all.
    let is_wasted = |stage: &&NoiseScale| stage.noise > 0.0 && batch > waste * stage.scale();
    if stages.iter().all(is_lost) {
        let least = stages.iter().map(|stage| stage.at_least()).fold(f64::INFINITY, f64::min);
        let times = least / batch;
        let message = format!(
            "a batch of {} has {} times as much noise as signal, or more",
            found.batch,
            short(times)
        );
        let mend = format!("raise the batch towards {}, or divide the learning rate", short(least));
        let bound = format!("≤ {}", short(noise));
        return Verdict::fail(summary, vec![finding(message, times, bound, mend)]);
    }
    if found.batch < found.training_examples && stages.iter().all(is_wasted) {
        let scale = stages.iter().map(|stage| stage.scale()).fold(0.0, f64::max);
        let times = batch / scale;
        let message = format!(
            "a batch of {} is {} times the gradient noise scale: fewer examples give the same step",
            found.batch,
            short(times)
        );
        let mend = format!(
            "lower the batch; from about {} on more examples gain little",
            short((10.0 * scale).max(1.0))
        );
        let bound = format!("≤ {}", short(waste));
        return Verdict::fail(summary, vec![finding(message, times, bound, mend)]);
    }
    Verdict::pass(summary)
}

fn summary(found: &GradientNoiseEvidence) -> String {
    let told = |stage: &NoiseScale| match stage.scale().is_finite() {
        true => short(stage.scale()),
        false => format!("{} or more", short(stage.at_least())),
    };
    let sharpness = match found.sharpness {
        Some(sharpness) if sharpness > 0.0 => format!(
            "; sharpness {}: plain SGD is stable below a rate of {}",
            short(sharpness),
            short(2.0 / sharpness)
        ),
        Some(sharpness) => format!("; sharpness {}", short(sharpness)),
        None => String::new(),
    };
    format!(
        "gradient noise scale {} at the start, {} after {} steps, beside a batch of {}{sharpness}",
        told(&found.start),
        told(&found.trained),
        found.steps,
        found.batch
    )
}

fn finding(message: String, measured: f64, bound: String, mend: String) -> Finding {
    Finding { place: BATCH.to_owned(), message, measured: Some(measured), bound: Some(bound), mend }
}

/// The sharpness comes from the reference device; the noise scales are each device's own.
fn record(evidence: &Evidence, _options: &Options) -> Mapping {
    let found = evidence.gradient_noise().as_ref().ok();
    mapping([
        ("batch", found.map_or(Value::Null, |found| Value::from(found.batch))),
        ("sharpness", super::text::optional(found.and_then(|found| found.sharpness))),
    ])
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::property::Outcome;

    /// Of stages with a squared mean of 1 over 4096 examples, with this much noise in each.
    fn noisy(batch: usize, start: f64, trained: f64) -> Verdict {
        testing::verdict(&PROPERTY, |evidence| {
            let found = evidence.gradient_noise.as_mut().unwrap().as_mut().unwrap();
            let stage = |noise| NoiseScale { examples: 4096, mean_square: 1.0, noise };
            found.batch = batch;
            found.training_examples = 5000;
            (found.start, found.trained) = (stage(start), stage(trained));
        })
    }

    #[test]
    fn a_batch_near_the_noise_scale_passes_and_tells_it() {
        let good = testing::verdict(&PROPERTY, |_| ());
        assert_eq!(good.outcome, Outcome::Pass);
        assert!(good.summary.contains("beside a batch of 32"), "{}", good.summary);
        assert_eq!(noisy(8, 800.0, 3000.0).outcome, Outcome::Pass, "at the start it is enough");
    }

    #[test]
    fn a_batch_that_is_lost_in_noise_at_both_stages_fails() {
        let lost = noisy(8, 801.0, 3000.0);
        assert_eq!((lost.outcome, lost.findings[0].place.as_str()), (Outcome::Fail, BATCH));
        assert!(lost.findings[0].message.contains("100 times as much noise"), "{lost:?}");
    }

    #[test]
    fn a_batch_far_beyond_the_scale_fails_unless_it_is_all_there_is() {
        let wasted = noisy(2048, 1.0, 2.0);
        assert_eq!((wasted.outcome, wasted.findings[0].place.as_str()), (Outcome::Fail, BATCH));
        assert_eq!(noisy(2048, 1.0, 2.1).outcome, Outcome::Pass);
        assert_eq!(noisy(5000, 1.0, 1.0).outcome, Outcome::Pass);
        assert_eq!(noisy(2048, 0.0, 0.0).outcome, Outcome::Pass);
    }

    #[test]
    fn what_cannot_be_told_is_not_judged() {
        assert_eq!(noisy(32, f64::NAN, 1.0).outcome, Outcome::NotApplicable);
        let few = testing::verdict(&PROPERTY, |evidence| {
            evidence.gradient_noise = Some(Err("there are too few examples"));
        });
        assert_eq!(few.outcome, Outcome::NotApplicable);
    }
}
