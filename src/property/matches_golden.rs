//! `matches_golden`: the model computes what the same model of another framework does.

use serde_yaml::{Mapping, Value};

use super::matches_reference_device::known_deviation;
use super::text::{count, mapping, short};
use super::{Finding, Meta, OptionKind, OptionMeta, OptionValue, Options, Property, Verdict};
use crate::experiment::{
    Evidence, Experiment, GoldenCheck, GoldenEvidence, GoldenPart, GoldenPass, GoldenPlan,
};
use crate::spec::Severity;

pub static PROPERTY: Property = Property {
    meta: Meta {
        name: "matches_golden",
        summary: "The model computes what the same model of another framework does.",
        checks: "A golden file holds inputs and weights of a model of another framework, and what it \
                 made of them: output, loss, gradients of weights and inputs, running statistics. \
                 The weights are loaded, the inputs are run in the mode of the file (train, with \
                 dropout off, or eval), and each tensor is compared: on the reference device in 64 \
                 bits, and on the test device. Regularization is left out. `tools/golden.py` \
                 writes such a file from PyTorch.",
        why: "A port that is nearly right trains nearly as well, and nobody finds the epsilon, the \
              momentum, the order of gates or the transposed weight that is wrong.",
        condition: "For each tensor: ‖ours − theirs‖ / ‖theirs‖ ≤ tolerance; by default ε·√n for the \
                    longest sum n, and 84·ε at the least, with the ε of the coarser of the two \
                    formats (2.2e-16 in 64 bits, 1.2e-7 in 32). To a gradient of m \
                    numbers 4 · ε · √m times the largest number of any gradient is added, and at \
                    most 4 · ε times the largest norm: what rounding leaves where such numbers \
                    cancel. \
                    PyTorch's running variances may be up to n/(n − 1) times Burn's, n being the \
                    examples: Burn keeps the biased variance.",
        mend: "The finding names the first tensor that differs: an output that differs is mended \
               before a loss, and that before a gradient.",
        source: "Rounding of sums: Higham, Accuracy and Stability of Numerical Algorithms, section \
                 2.6, as in `gradients_match`.",
        severity: Severity::Error,
        recommended: false,
        options: &[
            OptionMeta {
                name: "file",
                kind: OptionKind::Files,
                default: OptionValue::Required,
                doc: "the golden files, relative to the spec file's folder; required",
            },
            OptionMeta {
                name: "map",
                kind: OptionKind::Names,
                default: OptionValue::Derived,
                doc: "names in the file and names here, as in `weights`",
            },
            OptionMeta {
                name: "tolerance",
                kind: OptionKind::Number,
                default: OptionValue::Derived,
                doc: "relative error that is allowed where rounding is less",
            },
        ],
    },
    needs: &[Experiment::Golden],
    trains_further: None,
    judge,
    record,
};

/// What the experiment is to do.
pub(crate) fn plan(options: &Options) -> GoldenPlan {
    GoldenPlan { map: options.names("map") }
}

fn judge(evidence: &Evidence, options: &Options) -> Verdict {
    if evidence.golden().is_empty() {
        return Verdict::not_applicable(
            "a golden file has one output and one target, and the loss of this spec looks at others",
        );
    }
    let tolerance = options.number("tolerance");
    let mut obstacles = Vec::new();
    let mut findings = Vec::new();
    // Those that only the test device has, while the reference device agrees.
    let mut of_device = Vec::new();
    let mut compared = 0;
    let mut worst: Option<&GoldenCheck> = None;
    for golden in evidence.golden() {
        obstacles.extend(golden.obstacles.iter().map(|obstacle| Finding {
            place: obstacle.place.clone(),
            message: format!("{}: {}", golden.file, obstacle.message),
            measured: None,
            bound: None,
            mend: obstacle.mend.clone(),
        }));
        let reference = golden.passes.iter().find(|pass| pass.reference);
        let sound = |name: &str| {
            reference.is_some_and(|pass| {
                pass.checks.iter().any(|check| check.tensor == name && agrees(check, tolerance))
            })
        };
        for pass in &golden.passes {
            for check in &pass.checks {
                compared += 1;
                if worst.is_none_or(|worst| check.error > worst.error) {
                    worst = Some(check);
                }
                if agrees(check, tolerance) {
                    continue;
                }
                match !pass.reference && sound(&check.tensor) {
                    true => of_device.push(difference(golden, pass, check, tolerance, true)),
                    false => findings.push(difference(golden, pass, check, tolerance, false)),
                }
            }
        }
    }
    if !obstacles.is_empty() {
        let summary = format!("{} cannot be compared", count(obstacles.len(), "tensor"));
        obstacles.extend(findings);
        return Verdict::fail(summary, obstacles);
    }
    let summary = summary(evidence.golden(), compared, worst);
    match (findings.is_empty(), of_device.is_empty()) {
        (true, true) => Verdict::pass(summary),
        (true, false) => match known_deviation(evidence, &of_device) {
            Some(reason) => {
                of_device.truncate(1);
                of_device[0].mend = reason.to_owned();
                Verdict::warn(summary, of_device)
            }
            None => Verdict::fail(summary, of_device),
        },
        (false, _) => Verdict::fail(summary, findings),
    }
}

fn agrees(check: &GoldenCheck, tolerance: Option<f64>) -> bool {
    check.error <= bound(check, tolerance)
}

/// What is allowed: rounding in any case.
fn bound(check: &GoldenCheck, tolerance: Option<f64>) -> f64 {
    tolerance.map_or(check.bound, |tolerance| tolerance.max(check.bound))
}

fn summary(files: &[GoldenEvidence], compared: usize, worst: Option<&GoldenCheck>) -> String {
    let by = files.first().map_or("another framework", |golden| golden.framework.as_str());
    match worst {
        Some(worst) => format!(
            "{} compared with {by}; the largest relative error is {} in {}",
            count(compared, "tensor"),
            short(worst.error),
            worst.tensor
        ),
        None => "nothing to compare".to_owned(),
    }
}

fn difference(
    golden: &GoldenEvidence,
    pass: &GoldenPass,
    check: &GoldenCheck,
    tolerance: Option<f64>,
    device_alone: bool,
) -> Finding {
    let device = if pass.reference { "in 64 bits" } else { "on the test device" };
    let what = match check.part {
        GoldenPart::Output | GoldenPart::Loss => String::new(),
        GoldenPart::Statistic => " after the pass".to_owned(),
        GoldenPart::InputGradient | GoldenPart::Gradient => ": its gradient".to_owned(),
    };
    let ratio = check
        .ratio
        .map_or_else(String::new, |ratio| format!("; ours is {} times theirs", short(ratio)));
    let bound = bound(check, tolerance);
    Finding {
        place: check.tensor.clone(),
        message: format!(
            "{}{what} differs {device} from {}, which {} made: largest difference {}, relative \
             error {}{ratio}",
            check.tensor,
            golden.file,
            golden.framework,
            short(check.largest),
            short(check.error),
        ),
        measured: Some(check.error),
        bound: Some(format!("≤ {}", short(bound))),
        mend: match device_alone {
            true => "the reference device agrees: the device's kernel is inexact; report it, or \
                     give a `tolerance`"
                .to_owned(),
            false => mend(golden, pass, check),
        },
    }
}

/// Whether a factor or its inverse is a whole number, as the number of what is summed or averaged is.
fn is_whole(ratio: f64) -> bool {
    let factor = ratio.abs().max(1.0 / ratio.abs());
    factor > 1.5 && (factor - factor.round()).abs() < 1e-6 * factor
}

/// The likeliest reason.
fn mend(golden: &GoldenEvidence, pass: &GoldenPass, check: &GoldenCheck) -> String {
    let output_agrees =
        pass.checks.iter().all(|check| check.part != GoldenPart::Output || check.agrees());
    let loss_agrees =
        pass.checks.iter().all(|check| check.part != GoldenPart::Loss || check.agrees());
    if pass.other_mode_fits && check.part == GoldenPart::Output {
        let other = golden.mode.other().term();
        return format!(
            "the output is the one of mode `{other}`, and the file says `{}`: call `model.{other}()` \
             before it is written, or write it with `mode=\"{other}\"`",
            golden.mode.term()
        );
    }
    if check.transposed {
        return "it is transposed: PyTorch keeps linear weights as [out, in], Burn as [in, out]; \
                a module of your own must turn them"
            .to_owned();
    }
    match (check.part, check.ratio) {
        (GoldenPart::Output, _) if check.error < 1e-2 => {
            "nearly the same: compare the epsilon of normalizations, the kind of GELU (exact or \
             tanh), and the number format of the file"
                .to_owned()
        }
        (GoldenPart::Output, _) => {
            "compare the layers one by one: padding, strides, order of gates and of axes, the place \
             of activations, and names that `map` gives to the wrong layer"
                .to_owned()
        }
        // One number is always some multiple of another.
        (GoldenPart::Loss, Some(ratio)) if output_agrees && is_whole(ratio) => {
            "a factor: the loss is a sum there and a mean here, or over other axes".to_owned()
        }
        (GoldenPart::Loss, _) if output_agrees => {
            "the outputs agree: compare the options of the loss (logits or probabilities, class \
             weights, smoothing, delta)"
                .to_owned()
        }
        (GoldenPart::Statistic, _) => {
            "compare the momentum (Burn and PyTorch: the share of the new batch), and whether the \
             variance is the one of n or of n − 1"
                .to_owned()
        }
        (GoldenPart::Gradient | GoldenPart::InputGradient, Some(_)) if loss_agrees => {
            "a factor in the backward pass: a gradient that is scaled, summed twice, or stopped on \
             one of several ways"
                .to_owned()
        }
        (GoldenPart::Gradient | GoldenPart::InputGradient, _) if loss_agrees => {
            "output and loss agree: a detached branch, or a backward of your own that is wrong; \
             `gradients_match` tells which"
                .to_owned()
        }
        _ => "mend the output first".to_owned(),
    }
}

/// What the file is and how much was compared: errors are rounding, and no two machines round
/// alike.
fn record(evidence: &Evidence, _options: &Options) -> Mapping {
    let file = |golden: &GoldenEvidence| {
        let checks = golden.passes.first().map_or(&[][..], |pass| &pass.checks);
        let names = checks.iter().map(|check| Value::from(check.tensor.as_str()));
        let row = mapping([
            ("digest", golden.digest.as_str().into()),
            ("framework", golden.framework.as_str().into()),
            ("mode", golden.mode.term().into()),
            ("compared", Value::Sequence(names.collect())),
        ]);
        (Value::from(golden.file.as_str()), Value::Mapping(row))
    };
    evidence.golden().iter().map(file).collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::experiment::GoldenObstacle;
    use crate::property::Outcome;
    use crate::weights::Mode;

    fn check(part: GoldenPart, tensor: &str, error: f64, bound: f64) -> GoldenCheck {
        GoldenCheck {
            part,
            tensor: tensor.to_owned(),
            expected: 1.0,
            largest: error,
            error,
            bound,
            ratio: None,
            transposed: false,
        }
    }

    fn pass(reference: bool, bound: f64) -> GoldenPass {
        GoldenPass {
            reference,
            checks: vec![
                check(GoldenPart::Output, "output", 1e-16, bound),
                check(GoldenPart::Loss, "loss", 1e-16, bound),
                check(GoldenPart::Statistic, "norm.running_mean", 1e-16, bound),
                check(GoldenPart::Gradient, "head.weight", 1e-16, bound),
            ],
            other_mode_fits: false,
        }
    }

    fn verdict(change: impl FnOnce(&mut GoldenEvidence)) -> Verdict {
        let mut evidence = testing::evidence();
        let mut golden = GoldenEvidence {
            file: "mlp.safetensors".to_owned(),
            framework: "PyTorch 2".to_owned(),
            mode: Mode::Eval,
            digest: "00".to_owned(),
            obstacles: Vec::new(),
            passes: vec![pass(true, 2e-14), pass(false, 1e-5)],
        };
        change(&mut golden);
        evidence.golden = Some(vec![golden]);
        judge(&evidence, &Options::defaults(&PROPERTY.meta))
    }

    #[test]
    fn what_agrees_within_rounding_passes() {
        let verdict = verdict(|_| ());
        assert_eq!(verdict.outcome, Outcome::Pass);
        assert!(verdict.summary.contains("8 tensors compared with PyTorch 2"), "{verdict:?}");
    }

    #[test]
    fn an_error_beyond_the_bound_of_its_device_fails() {
        // What f32 may do is too much for f64.
        let failing = verdict(|golden| golden.passes[0].checks[0].error = 1e-6);
        assert_eq!(failing.outcome, Outcome::Fail);
        assert_eq!(failing.findings[0].place, "output");
        assert!(failing.findings[0].mend.contains("epsilon"), "{failing:?}");
        let passing = verdict(|golden| golden.passes[1].checks[0].error = 1e-6);
        assert_eq!(passing.outcome, Outcome::Pass);
    }

    #[test]
    fn what_only_the_device_does_is_blamed_on_it() {
        let verdict = verdict(|golden| golden.passes[1].checks[0].error = 1e-3);
        assert_eq!(verdict.outcome, Outcome::Fail);
        assert!(verdict.findings[0].mend.contains("the device's kernel"), "{verdict:?}");
    }

    #[test]
    fn a_number_that_is_none_fails() {
        let verdict = verdict(|golden| golden.passes[0].checks[1].error = f64::NAN);
        assert_eq!(verdict.outcome, Outcome::Fail);
        assert_eq!(verdict.findings[0].place, "loss");
    }

    #[test]
    fn the_mend_follows_what_else_was_seen() {
        let mend = |change: fn(&mut GoldenPass)| {
            let verdict = verdict(|golden| change(&mut golden.passes[0]));
            assert_eq!(verdict.outcome, Outcome::Fail);
            verdict.findings[0].mend.clone()
        };
        let mode = mend(|pass| {
            pass.checks[0].error = 0.3;
            pass.other_mode_fits = true;
        });
        assert!(mode.contains("mode `train`"), "{mode}");
        let factor = mend(|pass| {
            pass.checks[1].error = 3.0;
            pass.checks[1].ratio = Some(4.0);
        });
        assert!(factor.contains("a sum there and a mean here"), "{factor}");
        let other = mend(|pass| {
            pass.checks[1].error = 0.3;
            pass.checks[1].ratio = Some(1.3);
        });
        assert!(other.contains("options of the loss"), "{other}");
        assert!(mend(|pass| pass.checks[2].error = 0.1).contains("momentum"));
        let turned = mend(|pass| {
            pass.checks[3].error = 0.7;
            pass.checks[3].transposed = true;
        });
        assert!(turned.contains("transposed"), "{turned}");
        assert!(mend(|pass| pass.checks[3].error = 0.7).contains("output and loss agree"));
    }

    #[test]
    fn a_loss_of_another_output_is_no_fault_of_its_own() {
        let verdict = verdict(|golden| {
            golden.passes[0].checks[0].error = 0.3;
            golden.passes[0].checks[1].error = 3.0;
            golden.passes[0].checks[1].ratio = Some(4.0);
        });
        assert_eq!(verdict.findings[1].mend, "mend the output first");
    }

    #[test]
    fn a_file_that_does_not_fit_fails_with_both_sides() {
        let verdict = verdict(|golden| {
            golden.passes.clear();
            golden.obstacles.push(GoldenObstacle {
                place: "head.weight".to_owned(),
                message: "both sides".to_owned(),
                mend: "map".to_owned(),
            });
        });
        assert_eq!(verdict.outcome, Outcome::Fail);
        assert_eq!(verdict.findings[0].message, "mlp.safetensors: both sides");
    }

    #[test]
    fn a_given_tolerance_counts_where_it_is_wider_than_rounding() {
        let mut options = Options::defaults(&PROPERTY.meta);
        options.set("tolerance", OptionValue::Number(1e-2));
        let mut evidence = testing::evidence();
        let mut golden = pass(true, 2e-14);
        golden.checks[0].error = 1e-3;
        evidence.golden = Some(vec![GoldenEvidence {
            file: "mlp.safetensors".to_owned(),
            framework: "PyTorch 2".to_owned(),
            mode: Mode::Train,
            digest: "00".to_owned(),
            obstacles: Vec::new(),
            passes: vec![golden],
        }]);
        assert_eq!(judge(&evidence, &options).outcome, Outcome::Pass);
        options.set("tolerance", OptionValue::Number(1e-9));
        evidence.golden.as_mut().unwrap()[0].passes = vec![pass(false, 1e-5)];
        evidence.golden.as_mut().unwrap()[0].passes[0].checks[0].error = 1e-6;
        assert_eq!(judge(&evidence, &options).outcome, Outcome::Pass);
    }
}
