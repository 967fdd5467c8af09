//! `matches_reference_device`: the test device computes what the reference device does in 64 bits.

use serde_yaml::Mapping;

use super::text::{count, few, short};
use super::{Finding, Meta, OptionKind, OptionMeta, OptionValue, Options, Property, Verdict};
use crate::experiment::{DevicesEvidence, Evidence, Experiment, INPUT, TensorDeviation};
use crate::spec::Severity;

/// Layers whose kernel is known to be inexact on wgpu devices in this version of Burn, how far it
/// is off, and why. They warn, because no change of the model mends them.
///
/// `gelu` computes the error function and differentiates the tanh approximation in its place
/// (burn-backend 0.22.1, `ActivationOps::gelu_backward`); flex has a backward of its own.
const KNOWN_DEVIATIONS: &[(&str, f64, &str)] = &[(
    "gelu",
    5e-3,
    "Burn's wgpu backend differentiates the tanh approximation of `gelu`, not `gelu` itself; \
     `gelu_approximate` has no such gap",
)];

/// A Rust model does not show which kernels it uses, and `gelu` is the default of Burn's transformers.
const UNSEEN_DEVIATION: (f64, &str) = (
    5e-3,
    "if the model uses `gelu`: Burn's wgpu backend differentiates its tanh approximation; else the \
     device's kernel for this layer is inexact: report it, or run on another device",
);

/// Why the devices differ, if the model has a layer that is known for it and all differences are
/// within what it is known for.
pub(super) fn known_deviation(evidence: &Evidence, findings: &[Finding]) -> Option<&'static str> {
    let largest = findings.iter().filter_map(|finding| finding.measured).fold(0.0, f64::max);
    let layers = &evidence.subject.layers;
    let has =
        |kind| layers.iter().any(|layer| layer.kind == kind || layer.activation == Some(kind));
    let (unseen, reason) = UNSEEN_DEVIATION;
    if evidence.subject.rust && largest <= unseen {
        return Some(reason);
    }
    let known = KNOWN_DEVIATIONS.iter().find(|(kind, bound, _)| has(kind) && largest <= *bound);
    known.map(|(_, _, reason)| *reason)
}

pub static PROPERTY: Property = Property {
    meta: Meta {
        name: "matches_reference_device",
        summary: "Outputs, gradients and updates on the test device are the reference device's.",
        checks: "With the initial weights and on up to 128 examples, with random layers off: the output of \
                 every layer, the loss, the gradient of every trainable tensor and of the input on the test \
                 device, and one step of the recipe's optimizer from the same gradients, each beside the \
                 reference device's in 64 bits. Not judged where the tests run on the reference device \
                 itself, and of models that do not run in 64 bits or draw from the device's own random \
                 stream. Of a Rust model the outputs that probes show.",
        why: "A kernel of a device can be wrong or too inexact, and a training that starts from its numbers \
              goes its own way: on this machine alone.",
        condition: "‖test − reference‖ / ‖reference‖ ≤ max(1e-5, 2⁻²³·√n) for the longest sum n. To what a \
                    gradient of m numbers is measured against, 4 · 2⁻²³ · (largest number of any gradient) \
                    · √m over that bound is added, and never more than with the largest norm in place of \
                    number · √m: what rounding leaves where large numbers cancel. Where that is not kept, \
                    the conditioning is measured: three times all weights, inputs and outputs of layers \
                    (of a Rust model weights and inputs) are moved on the reference device by a random \
                    2⁻²³ of their size, and eight times the way that a tensor moved is allowed as well; \
                    and of two samples the better one counts, since a number beside a kink is no error. A \
                    model with a layer whose kernel is known to be inexact on the device (`gelu` on wgpu: \
                    gradients up to 5e-3) gets a warning in place of a failure.",
        mend: "The first layer whose output leaves the band is named; where all outputs agree, the gradient \
               nearest to the head that does not. The device's kernel for that layer is wrong or too \
               inexact: report it, or run on another device.",
        source: "Higham 2002, sections 2.6 and 3.1; Parker 1997 (Monte Carlo arithmetic) and Vignes 1993 for \
                 the measured conditioning; agreement of correct networks between f32 and f64: 1e-7…8e-7.",
        severity: Severity::Error,
        recommended: true,
        options: &[OptionMeta {
            name: "tolerance",
            kind: OptionKind::Number,
            default: OptionValue::Derived,
            doc: "largest relative error; without it the bound of f32 rounding",
        }],
    },
    needs: &[Experiment::Devices],
    trains_further: None,
    judge,
    record,
};

const MEND: &str = "the device's kernel for this layer is wrong or too inexact: report it, or run on \
                    another device";

fn judge(evidence: &Evidence, options: &Options) -> Verdict {
    let devices = match evidence.devices() {
        Ok(devices) => devices,
        Err(reason) => return Verdict::not_applicable(reason),
    };
    let bound = options.number("tolerance").unwrap_or(devices.bound);
    let summary = summary(devices, bound);
    let finding = |place: &str, what: &str, error: f64, mend: &str| Finding {
        place: place.to_owned(),
        message: format!(
            "the test device's {what} differs from the f64 reference by {}",
            short(error)
        ),
        measured: Some(error),
        bound: Some(format!("≤ {}", short(bound))),
        mend: mend.to_owned(),
    };
    // What the first one does wrong, all that follow do with it.
    if let Some(layer) = devices.layers.iter().find(|layer| !(layer.error <= bound)) {
        let what = match layer.path == INPUT {
            true => "input".to_owned(),
            false => format!("output of this `{}`", layer.kind),
        };
        return Verdict::fail(summary, vec![finding(&layer.path, &what, layer.error, MEND)]);
    }
    let off = |tensor: &&TensorDeviation| !(tensor.error <= bound);
    // From the head to the first layer; the input, whose gradient passes everything, last.
    let (input, mut wrong): (Vec<_>, Vec<_>) =
        devices.gradients.iter().rev().filter(off).partition(|tensor| tensor.tensor == INPUT);
    wrong.extend(input);
    if !wrong.is_empty() {
        let findings =
            wrong.iter().map(|tensor| finding(&tensor.tensor, "gradient", tensor.error, MEND));
        let findings: Vec<Finding> = findings.collect();
        return match known_deviation(evidence, &findings) {
            Some(reason) => Verdict::warn(summary, blame(findings, reason)),
            None => Verdict::fail(summary, few(findings)),
        };
    }
    if !(devices.loss <= bound) {
        let mend = "the device's kernels for the loss are wrong or too inexact: report it, or run on \
                    another device";
        return Verdict::fail(summary, vec![finding("loss", "loss", devices.loss, mend)]);
    }
    let updates: Vec<Finding> = devices
        .updates
        .iter()
        .filter(off)
        .map(|tensor| {
            let mend = "the optimizer's step is wrong or too inexact on this device: report it, or train \
                        on another device";
            finding(&tensor.tensor, "update from the same gradient", tensor.error, mend)
        })
        .collect();
    match updates.is_empty() {
        true => Verdict::pass(summary),
        false => Verdict::fail(summary, few(updates)),
    }
}

fn summary(devices: &DevicesEvidence, bound: f64) -> String {
    let tensors = [("gradient", &devices.gradients), ("update", &devices.updates)];
    let of_tensors = tensors.iter().flat_map(|(what, tensors)| {
        tensors.iter().map(move |tensor| (format!("{what} of {}", tensor.tensor), tensor.error))
    });
    let of_layers =
        devices.layers.iter().map(|layer| (format!("output of {}", layer.path), layer.error));
    let worst = of_layers
        .chain(of_tensors)
        .chain([("loss".to_owned(), devices.loss)])
        .max_by(|one, other| one.1.total_cmp(&other.1));
    let (name, error) = worst.expect("there is a loss");
    format!(
        "{} and {} of {} examples in f32 against f64: the largest relative error is {} ({name}; bound \
         {})",
        count(devices.layers.len(), "output"),
        count(devices.gradients.len(), "gradient"),
        devices.examples,
        short(error),
        short(bound),
    )
}

/// One finding for all tensors that a known deviation explains: the worst of them.
fn blame(findings: Vec<Finding>, reason: &str) -> Vec<Finding> {
    let worst = findings
        .into_iter()
        .max_by(|a, b| a.measured.unwrap_or_default().total_cmp(&b.measured.unwrap_or_default()));
    worst.map(|finding| Finding { mend: reason.to_owned(), ..finding }).into_iter().collect()
}

/// Nothing: what is measured differs from device to device.
fn record(_evidence: &Evidence, _options: &Options) -> Mapping {
    Mapping::new()
}

#[cfg(test)]
mod tests;
