//! What the property says: the numbers that convince, and the findings that name a culprit.

use super::super::Finding;
use super::super::text::{percent, short};
use super::{judged, worst};
use crate::experiment::{CheckPath, DirectionCheck, GradientCheckEvidence, INPUT, TensorCheck};

/// The smallest relative error that every checked tensor would have shown: tolerance and uncertainty of
/// the sharpest direction, of the tensor that is seen worst. `None` where no tensor was seen.
fn visible_error(check: &GradientCheckEvidence, tolerance: f64) -> Option<f64> {
    let sharpest = |tensor: &TensorCheck| {
        let judged = tensor.directions.iter().filter(|direction| judged(direction, tolerance));
        judged.map(|direction| tolerance + direction.noise).min_by(f64::total_cmp)
    };
    let tensors = check.tensors.iter().filter(|tensor| !tensor.structurally_zero);
    tensors.filter_map(sharpest).max_by(f64::total_cmp)
}

/// The five numbers that convince, of the tensor that agrees least: analytic, numeric, relative
/// error, tolerance, checked share.
pub fn summarize(check: &GradientCheckEvidence, tolerance: f64, share: f64) -> String {
    let least = check
        .tensors
        .iter()
        .filter(|tensor| !tensor.structurally_zero)
        .filter_map(|tensor| Some((tensor, worst(tensor, tolerance)?)))
        .max_by(|a, b| a.1.relative_error.total_cmp(&b.1.relative_error));
    let directions: usize = check.tensors.iter().map(|tensor| tensor.directions.len()).sum();
    let numbers = match least {
        Some((tensor, direction)) => format!(
            "{}: analytic {}, numeric {}, relative error {} (tolerance {})",
            tensor.tensor,
            short(direction.analytic),
            short(direction.numeric),
            short(direction.relative_error),
            short(tolerance),
        ),
        None => "no direction could be judged".to_owned(),
    };
    let arithmetic = match &check.path {
        CheckPath::Reference => "in f64 on the CPU",
        CheckPath::SinglePrecision { .. } => "in f32, since the model does not run in f64",
    };
    let visible = visible_error(check, tolerance).map_or_else(String::new, |error| {
        format!(", where an error of {} would show", short(error))
    });
    format!(
        "{numbers}; {} of {directions} directions checked {arithmetic}{visible}",
        percent(share)
    )
}

/// One finding per wrong tensor, the likely culprit first: errors travel from the head to the
/// input, so the wrong tensor nearest to the head is where the wrong backward is.
pub fn numeric_findings(
    check: &GradientCheckEvidence,
    wrong: &[&TensorCheck],
    tolerance: f64,
) -> Vec<Finding> {
    let relevant = check.tensors.iter().filter(|tensor| !tensor.structurally_zero).count();
    let all_turned = wrong.len() == relevant
        && wrong.iter().all(|tensor| {
            worst(tensor, tolerance).is_some_and(|d| (d.analytic / d.numeric + 1.0).abs() < 1e-3)
        });
    if all_turned {
        return vec![Finding {
            place: "loss".to_owned(),
            message: "every analytic gradient is the negative of the numerical one".to_owned(),
            measured: Some(-1.0),
            bound: Some("analytic / numeric = 1".to_owned()),
            mend: "the sign of the loss is turned before the backward pass: the optimizer climbs"
                .to_owned(),
        }];
    }
    // From the head to the first layer; the input, whose gradient passes everything, last.
    let (input, tensors): (Vec<&TensorCheck>, Vec<&TensorCheck>) =
        wrong.iter().rev().partition(|tensor| tensor.tensor == INPUT);
    let ordered = tensors.into_iter().chain(input);
    ordered
        .map(|tensor| {
            let direction = worst(tensor, tolerance).or(tensor.directions.first().copied());
            numeric_finding(tensor, direction, tolerance)
        })
        .collect()
}

fn numeric_finding(
    tensor: &TensorCheck,
    direction: Option<DirectionCheck>,
    tolerance: f64,
) -> Finding {
    let (message, measured) = match direction {
        Some(d) => (
            format!(
                "analytic {}, numeric {} (ratio {}): relative error {}",
                short(d.analytic),
                short(d.numeric),
                short(d.analytic / d.numeric),
                short(d.relative_error)
            ),
            Some(d.relative_error),
        ),
        None => ("the gradient cannot be compared".to_owned(), None),
    };
    let layer = tensor.tensor.rsplit_once('.').map_or(tensor.tensor.as_str(), |(layer, _)| layer);
    Finding {
        place: tensor.tensor.clone(),
        message,
        measured,
        bound: Some(format!("≤ {}", short(tolerance))),
        mend: match layer {
            INPUT => "it follows from the wrong backward of a layer".to_owned(),
            _ => format!("check the backward of `{layer}`, what follows it, and detached branches"),
        },
    }
}

/// Why the check had to be done in f32: part of an inconclusive verdict, since a mend is there.
pub fn slow_path(reason: &str) -> Finding {
    Finding {
        place: "model".to_owned(),
        message: format!(
            "it does not run in f64 on the CPU: {}",
            reason.lines().next().unwrap_or_default()
        ),
        measured: None,
        bound: None,
        mend:
            "make tensors in the device's own float type (no explicit f32), and give operations of \
               your own a CPU backend: then gradients are checked in f64"
                .to_owned(),
    }
}
