//! `gradients_match`: the analytic gradient is the derivative of the loss.

mod report;

use serde_yaml::{Mapping, Value};

use self::report::{numeric_findings, slow_path, summarize};
use super::text::mapping;
use super::{Finding, Meta, OptionKind, OptionMeta, OptionValue, Options, Property, Verdict};
use crate::experiment::{
    CheckPath, DirectionCheck, Evidence, Experiment, GradientCheckEvidence, TensorCheck,
};
use crate::spec::Severity;

/// Relative error that is allowed between analytic and numerical gradient in f64. Correct
/// gradients agree to 4e-12…5e-8.
const NUMERIC_TOLERANCE: f64 = 1e-6;

/// The same for models that do not run in f64: differences in f32 are this good. At 1e-2 a planted
/// error of 5 % is found in every of 20 networks, and no correct one is accused.
const SINGLE_TOLERANCE: f64 = 1e-2;

pub static PROPERTY: Property = Property {
    meta: Meta {
        name: "gradients_match",
        summary: "Analytic and numerical gradients agree, tensor by tensor.",
        checks: "On four training examples (moved by a thousandth, off ties) and with the initial weights, for every trainable \
                 tensor and the input: the analytic gradient in f64 on the reference device is \
                 compared with central differences along the gradient's own direction, two random \
                 signed directions, the two largest elements and a random one. Whether the test \
                 device computes the same gradient asks `matches_reference_device`.",
        why: "An optimizer believes the gradient. A factor or a sign that is wrong in one backward \
              does not stop training; it only makes it slower and worse, and is found in no other \
              way.",
        condition: "For each direction d: |⟨g,d⟩ − D| ≤ tolerance · max(|⟨g,d⟩|, |D|, ‖g‖/√n) plus \
                    the rounding of D, where D = (f(x+hd) − f(x−hd))/2h. Tolerance 1e-6 by \
                    default. A Rust \
                    model that does not run in f64 on the CPU is checked in f32 where it runs, with \
                    measured rounding, steps in powers of two, Richardson extrapolation and the order \
                    of the Taylor remainder as second witness; tolerance 1e-2 by default. The summary \
                    tells which it was and the smallest error that would have shown. \
                    Directions across a kink are left out; with fewer than `checked_share` of the \
                    directions left, the verdict is inconclusive. Tensors whose gradient is zero \
                    by structure pass when the numerical one is zero too.",
        mend: "A backward is wrong where the list of wrong tensors begins, seen from the head: the \
               layer named, or what stands right behind it. A ratio of −1 on all tensors is a \
               turned sign.",
        source: "Higham 2002; PyTorch gradcheck, JAX check_grads, Chainer's kink detection; \
                 tolerances measured on correct networks (agreement 4e-12…5e-8 in f64).",
        severity: Severity::Error,
        recommended: true,
        options: &[
            OptionMeta {
                name: "tolerance",
                kind: OptionKind::Number,
                default: OptionValue::Derived,
                doc: "largest relative error; without it 1e-6 in 64 bits, and 1e-2 in 32",
            },
            OptionMeta {
                name: "checked_share",
                kind: OptionKind::Number,
                default: OptionValue::Number(0.8),
                doc: "smallest share of directions that must be judged for a verdict",
            },
        ],
    },
    needs: &[Experiment::GradientCheck],
    trains_further: None,
    judge,
    record,
};

/// The spec's own tolerance, or the one of the arithmetic in which differences were taken.
fn tolerance(check: &GradientCheckEvidence, options: &Options) -> f64 {
    options.number("tolerance").unwrap_or(match check.path {
        CheckPath::Reference => NUMERIC_TOLERANCE,
        CheckPath::SinglePrecision { .. } => SINGLE_TOLERANCE,
    })
}

/// A direction can be judged when it crosses no kink and rounding leaves the tolerance visible.
fn judged(direction: &DirectionCheck, tolerance: f64) -> bool {
    let wrong_beyond_doubt = direction.relative_error > 0.01 + 10.0 * direction.noise;
    !direction.kink && (direction.noise <= tolerance || wrong_beyond_doubt)
}

fn holds(direction: &DirectionCheck, tolerance: f64) -> bool {
    direction.relative_error <= tolerance + direction.noise
}

fn worst(tensor: &TensorCheck, tolerance: f64) -> Option<DirectionCheck> {
    tensor
        .directions
        .iter()
        .filter(|direction| judged(direction, tolerance))
        .copied()
        .max_by(|a, b| a.relative_error.total_cmp(&b.relative_error))
}

fn judge(evidence: &Evidence, options: &Options) -> Verdict {
    let check = evidence.gradient_check();
    let tolerance = tolerance(check, options);
    let minimum_share = options.number("checked_share").expect("it has a default");

    let wrong: Vec<&TensorCheck> =
        check.tensors.iter().filter(|tensor| is_wrong(tensor, tolerance)).collect();
    let share = checked_share(check, tolerance);
    let summary = summarize(check, tolerance, share);
    if !wrong.is_empty() {
        return Verdict::fail(summary, numeric_findings(check, &wrong, tolerance));
    }
    let unseen: Vec<Finding> = check
        .tensors
        .iter()
        .filter(|tensor| !tensor.structurally_zero && worst(tensor, tolerance).is_none())
        .map(unseen)
        .collect();
    if share < minimum_share || !unseen.is_empty() {
        let reason = match &check.path {
            CheckPath::SinglePrecision { reason } => Some(slow_path(reason)),
            CheckPath::Reference => None,
        };
        return Verdict::inconclusive(summary, reason.into_iter().chain(unseen).collect());
    }
    Verdict::pass(summary)
}

/// A tensor none of whose directions tells anything about its gradient.
fn unseen(tensor: &TensorCheck) -> Finding {
    let all = tensor.directions.len();
    let kinks = tensor.directions.iter().filter(|direction| direction.kink).count();
    let bends = "the loss has a bend there (a ReLU or a maximum changes sides), so that it has no \
                 derivative to compare with";
    let faint = "the loss moves by less than the rounding of its own numbers";
    let (reason, mend) = match kinks {
        0 => (
            faint.to_owned(),
            "a gradient this small hardly trains: see `gradients_flow` and `activations_in_scale`",
        ),
        kinks if kinks == all => {
            (bends.to_owned(), "judge with another seed, or with a smooth activation")
        }
        kinks => (
            format!("in {kinks} of them {bends}, and in the others {faint}"),
            "judge with another seed, and see whether `gradients_flow` holds",
        ),
    };
    let tried = match all {
        0 => "its gradient could not be checked: no direction was tried".to_owned(),
        1 => format!("its gradient could not be checked in the one direction tried: {reason}"),
        all => format!("its gradient could not be checked in any of {all} directions: {reason}"),
    };
    Finding {
        place: tensor.tensor.clone(),
        message: tried,
        measured: None,
        bound: None,
        mend: mend.to_owned(),
    }
}

fn is_wrong(tensor: &TensorCheck, tolerance: f64) -> bool {
    if tensor.structurally_zero {
        return false;
    }
    let not_finite = |d: &DirectionCheck| !d.analytic.is_finite() || !d.numeric.is_finite();
    tensor.directions.iter().any(|direction| {
        not_finite(direction) || judged(direction, tolerance) && !holds(direction, tolerance)
    })
}

fn checked_share(check: &GradientCheckEvidence, tolerance: f64) -> f64 {
    let all = || {
        check.tensors.iter().filter(|t| !t.structurally_zero).flat_map(|tensor| &tensor.directions)
    };
    match all().count() {
        0 => 1.0,
        total => all().filter(|d| judged(d, tolerance)).count() as f64 / total as f64,
    }
}

fn record(evidence: &Evidence, options: &Options) -> Mapping {
    let check = evidence.gradient_check();
    let tolerance = tolerance(check, options);
    let tensors: Mapping = check
        .tensors
        .iter()
        .map(|tensor| {
            let norm = match tensor.structurally_zero {
                true => Value::from("zero by structure"),
                false => Value::from(tensor.norm),
            };
            (Value::from(tensor.tensor.as_str()), norm)
        })
        .collect();
    mapping([
        ("loss", check.loss.into()),
        ("tolerance", tolerance.into()),
        ("checked_share", checked_share(check, tolerance).into()),
        ("gradient_norms", Value::Mapping(tensors)),
    ])
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::property::Outcome;

    fn direction(analytic: f64, numeric: f64) -> DirectionCheck {
        let size = f64::max(analytic.abs(), numeric.abs()).max(1e-300);
        DirectionCheck {
            analytic,
            numeric,
            relative_error: (analytic - numeric).abs() / size,
            noise: 1e-9,
            kink: false,
        }
    }

    fn tensor(name: &str, directions: Vec<DirectionCheck>) -> TensorCheck {
        TensorCheck { tensor: name.to_owned(), norm: 1.0, directions, structurally_zero: false }
    }

    fn verdict(tensors: Vec<TensorCheck>) -> Verdict {
        let mut evidence = testing::evidence();
        evidence.gradient_check.as_mut().unwrap().tensors = tensors;
        judge(&evidence, &Options::defaults(&PROPERTY.meta))
    }

    #[test]
    fn agreement_passes_and_the_summary_has_the_five_numbers() {
        let verdict = verdict(vec![tensor("fc.weight", vec![direction(0.5, 0.5 + 1e-8)])]);
        assert_eq!(verdict.outcome, Outcome::Pass);
        for part in ["analytic 0.5", "numeric 0.5", "2e-8", "tolerance 1e-6", "100 %"] {
            assert!(verdict.summary.contains(part), "{part} in {}", verdict.summary);
        }
    }

    #[test]
    fn an_error_of_a_hundred_thousandth_fails() {
        let verdict = verdict(vec![tensor("fc.weight", vec![direction(0.5, 0.5 * (1.0 + 1e-5))])]);
        assert_eq!(verdict.outcome, Outcome::Fail);
    }

    #[test]
    fn the_wrong_tensor_nearest_to_the_head_comes_first() {
        let verdict = verdict(vec![
            tensor("hidden1.weight", vec![direction(0.5, 1.0)]),
            tensor("hidden2.weight", vec![direction(0.5, 1.0)]),
            tensor("head.weight", vec![direction(1.0, 1.0)]),
            tensor("input", vec![direction(0.5, 1.0)]),
        ]);
        assert_eq!(verdict.outcome, Outcome::Fail);
        assert_eq!(verdict.findings[0].place, "hidden2.weight");
        assert_eq!(verdict.findings.len(), 3);
    }

    #[test]
    fn a_sign_turned_everywhere_is_said_once() {
        let verdict = verdict(vec![
            tensor("a.weight", vec![direction(-0.5, 0.5)]),
            tensor("b.weight", vec![direction(-2.0, 2.0)]),
        ]);
        assert_eq!((verdict.findings.len(), verdict.findings[0].place.as_str()), (1, "loss"));
    }

    #[test]
    fn kinks_are_no_errors_but_too_many_leave_no_verdict() {
        let kink = DirectionCheck { kink: true, ..direction(0.5, 0.9) };
        let good = direction(0.5, 0.5);
        let few = verdict(vec![tensor("a.weight", vec![good, good, good, good, good, kink])]);
        assert_eq!(few.outcome, Outcome::Pass);
        let many = verdict(vec![tensor("a.weight", vec![good, kink, kink])]);
        assert_eq!(many.outcome, Outcome::Inconclusive);
    }

    #[test]
    fn in_single_precision_the_tolerance_is_wider_and_noise_leaves_no_verdict() {
        let verdict = |direction: DirectionCheck| {
            let mut evidence = testing::evidence();
            let check = evidence.gradient_check.as_mut().unwrap();
            check.tensors = vec![tensor("a.weight", vec![direction])];
            check.path = CheckPath::SinglePrecision { reason: "dtype mismatch".to_owned() };
            judge(&evidence, &Options::defaults(&PROPERTY.meta))
        };
        let noisy = |noise| DirectionCheck { noise, ..direction(1.0, 1.005) };
        let passed = verdict(noisy(1e-3));
        assert_eq!(passed.outcome, Outcome::Pass);
        assert!(passed.summary.contains("in f32"), "{}", passed.summary);
        assert!(passed.summary.contains("an error of 0.011 would show"), "{}", passed.summary);
        let hidden = verdict(noisy(0.1));
        assert_eq!(hidden.outcome, Outcome::Inconclusive);
        assert!(hidden.findings[0].message.contains("dtype mismatch"), "{:?}", hidden.findings);
        let wrong = DirectionCheck { noise: 1e-3, ..direction(1.0, 1.05) };
        assert_eq!(verdict(wrong).outcome, Outcome::Fail);
    }

    #[test]
    fn not_a_number_fails() {
        let verdict = verdict(vec![tensor("a.weight", vec![direction(f64::NAN, 0.5)])]);
        assert_eq!(verdict.outcome, Outcome::Fail);
    }

    #[test]
    fn a_structural_zero_passes() {
        let mut zero = tensor("conv.bias", vec![direction(1e-17, 3e-13)]);
        zero.structurally_zero = true;
        assert_eq!(
            verdict(vec![zero, tensor("w", vec![direction(1.0, 1.0)])]).outcome,
            Outcome::Pass
        );
    }

    #[test]
    fn a_tolerance_is_kept_to_the_letter() {
        let mut evidence = testing::evidence();
        evidence.gradient_check.as_mut().unwrap().tensors =
            vec![tensor("a.weight", vec![direction(1.0, 1.0 + 1e-4)])];
        let mut options = Options::defaults(&PROPERTY.meta);
        options.set("tolerance", OptionValue::Number(1e-3));
        assert_eq!(judge(&evidence, &options).outcome, Outcome::Pass);
    }
}
