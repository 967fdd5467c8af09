//! `precision_robust`: with numbers of 16 bits the model computes what it computes with more.

use serde_yaml::{Mapping, Value};

use super::text::{few, mapping, percent, short};
use super::{Finding, Meta, OptionKind, OptionMeta, OptionValue, Options, Property, Verdict};
use crate::experiment::{
    Evidence, Experiment, HalfPass, HalfPrecisionEvidence, HalfPrecisionPlan, RoundedGradient,
    RoundedLayer,
};
use crate::model::HalfFormat;
use crate::spec::Severity;

pub static PROPERTY: Property = Property {
    meta: Meta {
        name: "precision_robust",
        summary: "With numbers of 16 bits the model gives the same loss and the same gradients.",
        checks: "With the initial weights, on up to 128 training examples and with random layers off: outputs of all layers, the loss and the gradients of all trainable tensors in bf16 and in f16 beside those in 64 bits. The formats are played on the reference device, so that the verdict is the same whether a machine has them or not: weights, inputs, what layers hand on (inside attention also projections, scores and weights) and gradients on their way back are rounded; sums inside a layer, the loss and the weights that are kept are not, as in mixed precision. In f16 once with the loss as it is and once with the power of two as a factor that suits its gradients. A Rust model runs in numbers of 16 bits of the reference device; not applicable where it does not, and where it makes its own batches. It costs four to five passes.",
        why: "f16 ends at 65504: a loud layer becomes infinite, and gradients below 3e-8 become 0. bf16 has the range of f32 and two or three decimal digits: what differs less than that from its neighbours is gone, as before a normalization of numbers that are nearly alike. Training then diverges, or stands still in some layers, on the large machine alone.",
        condition: "Nothing is infinite; the first layer with ‖rounded − exact‖ > `outputs` · ‖exact‖ fails, then |Δ loss| > `loss` · |loss|, then every tensor with ‖Δ gradient‖ > `gradients` · ‖gradient‖ + 4 ε · c, where ε is 2⁻⁷ in bf16 and 2⁻¹⁰ in f16 and c is the larger of (the largest number of any gradient) · √n and the largest norm of the gradient of an output: what rounding leaves where large numbers cancel. Where numbers vanish in f16, a gradient that is right in bf16 is to be so in f16 without that allowance. Of two samples the better one counts, since a number beside a kink is no error. Gradients that f16 keeps only behind a factor on the loss are a warning that says which, and a failure where `loss_scale` says that there is none such. An `epsilon` of a normalization or of the optimizer that f16 rounds to 0 is a warning.",
        mend: "Too large: normalize, or draw smaller weights. Vanishing gradients: multiply the loss by the factor that is named and divide the gradients by it, or train in bf16. Coarse outputs: subtract what the numbers have in common before the layer that is named, or keep it in f32.",
        source: "Micikevicius et al. 2018, \"Mixed precision training\"; Kalamkar et al. 2019, \"A study of bfloat16 for deep learning training\"; IEEE 754-2019. Measured on the shipped specs and healthy twins with 20 seeds each: outputs are off by at most 0.013 in bf16 and 0.002 in f16, losses by 1.5e-3, gradients by 0.19, and by 0.36 where a unit of a ReLU was rounded to the other side in the first of two samples; behind a normalization of two numbers, which leaves signs alone, by 0.31.",
        severity: Severity::Error,
        recommended: false,
        options: &[
            OptionMeta {
                name: "bf16",
                kind: OptionKind::Flag,
                default: OptionValue::Flag(true),
                doc: "whether bf16 is judged",
            },
            OptionMeta {
                name: "f16",
                kind: OptionKind::Flag,
                default: OptionValue::Flag(true),
                doc: "whether f16 is judged, the only such format of most wgpu adapters",
            },
            OptionMeta {
                name: "loss_scale",
                kind: OptionKind::Count,
                default: OptionValue::Derived,
                doc: "the factor by which the training in f16 multiplies its loss; without it the best one is sought, and told where it is needed",
            },
            OptionMeta {
                name: "outputs",
                kind: OptionKind::Number,
                default: OptionValue::Number(0.1),
                doc: "largest relative error of a layer's output",
            },
            OptionMeta {
                name: "loss",
                kind: OptionKind::Number,
                default: OptionValue::Number(0.02),
                doc: "largest relative error of the loss",
            },
            OptionMeta {
                name: "gradients",
                kind: OptionKind::Number,
                default: OptionValue::Number(0.5),
                doc: "largest relative error of a tensor's gradient",
            },
        ],
    },
    needs: &[Experiment::HalfPrecision],
    trains_further: None,
    judge,
    record,
};

/// Roundings of the largest number that a gradient may be off in which such numbers cancel, as between
/// devices.
const CANCELLED: f64 = 4.0;

/// From where on what numbers have in common is worth a word: bf16 leaves them five of eight digits.
const COMMON: f64 = 8.0;

/// What the experiment is to measure.
pub fn plan(options: &Options) -> HalfPrecisionPlan {
    HalfPrecisionPlan { loss_scale: options.count("loss_scale").map(|scale| scale as f64) }
}

/// The bounds that a spec sets.
struct Bounds {
    outputs: f64,
    loss: f64,
    gradients: f64,
}

fn judge(evidence: &Evidence, options: &Options) -> Verdict {
    let half = match evidence.half_precision() {
        Ok(half) => half,
        Err(reason) => return Verdict::not_applicable(reason.clone()),
    };
    let number = |name| options.number(name).expect("it has a default");
    let bounds =
        Bounds { outputs: number("outputs"), loss: number("loss"), gradients: number("gradients") };
    let is_asked = |format: HalfFormat| options.value(format.term()) == OptionValue::Flag(true);
    let (mut failures, mut warnings, mut summaries) = (Vec::new(), Vec::new(), Vec::new());
    for format in [HalfFormat::Bf16, HalfFormat::F16].into_iter().filter(|it| is_asked(*it)) {
        let passes: Vec<&HalfPass> =
            half.passes.iter().filter(|pass| pass.format == format).collect();
        let (Some(first), Some(last)) = (passes.first(), passes.last()) else { continue };
        summaries.push(summary(half, last, &bounds));
        let forward = forward(half, first, &bounds);
        if !forward.is_empty() {
            failures.extend(forward);
            continue;
        }
        let (plain, scaled) = (backward(half, first, &bounds), backward(half, last, &bounds));
        match (scaled.is_empty(), passes.len()) {
            (false, _) => failures.extend(scaled),
            (true, 2..) => warnings.extend(plain.into_iter().take(1)),
            (true, _) => {}
        }
        if format == HalfFormat::F16 {
            warnings.extend(half.epsilons.iter().map(vanishing_epsilon));
        }
    }
    if summaries.is_empty() {
        return Verdict::not_applicable("neither format is asked for");
    }
    let summary = summaries.join("; ");
    match (failures.is_empty(), warnings.is_empty()) {
        (false, _) => Verdict::fail(summary, few(failures)),
        (true, false) => Verdict::warn(summary, few(warnings)),
        (true, true) => Verdict::pass(summary),
    }
}

fn summary(half: &HalfPrecisionEvidence, pass: &HalfPass, bounds: &Bounds) -> String {
    let worst = pass
        .gradients
        .iter()
        .map(|gradient| (error(gradient, pass.format, bounds), gradient.tensor.as_str()))
        .max_by(|one, two| one.0.total_cmp(&two.0));
    let gradients = worst.map_or_else(String::new, |(error, tensor)| {
        format!(", gradients by up to {} ({tensor})", short(error))
    });
    let scale = match pass.scale {
        1.0 => String::new(),
        scale => format!(" with a loss scale of {}", power(scale)),
    };
    let loss = short(loss_error(half, pass));
    format!("{}{scale}: the loss is off by {loss}{gradients}", pass.format.term())
}

/// What is wrong on the way to the loss; the first layer alone.
fn forward(half: &HalfPrecisionEvidence, pass: &HalfPass, bounds: &Bounds) -> Vec<Finding> {
    let format = pass.format.term();
    if let Some((tensor, largest)) = pass.weights.first() {
        return vec![Finding {
            place: tensor.clone(),
            message: format!("a weight is larger than the largest number of {format}"),
            measured: Some(*largest),
            bound: Some(format!("≤ {}", short(pass.format.largest()))),
            mend: "draw smaller weights".to_owned(),
        }];
    }
    if let Some(layer) = pass.layers.iter().find(|layer| layer.overflowed > 0) {
        return vec![overflow(pass.format, layer)];
    }
    let coarse = pass.layers.iter().position(|layer| !(layer.error <= bounds.outputs));
    if let Some(index) = coarse {
        let before = index.checked_sub(1).map(|before| &pass.layers[before]);
        return vec![coarse_output(pass, &pass.layers[index], before, bounds.outputs)];
    }
    let off = loss_error(half, pass);
    if off <= bounds.loss {
        return Vec::new();
    }
    vec![Finding {
        place: "loss".to_owned(),
        message: format!(
            "the loss in {format} is {}, and {} in 64 bits",
            short(pass.loss),
            short(half.loss)
        ),
        measured: Some(off),
        bound: Some(format!("≤ {}", short(bounds.loss))),
        mend: "keep the outputs that the loss reads small, or in f32".to_owned(),
    }]
}

fn loss_error(half: &HalfPrecisionEvidence, pass: &HalfPass) -> f64 {
    match pass.loss.is_finite() {
        true => (pass.loss - half.loss).abs() / half.loss.abs().max(f64::MIN_POSITIVE),
        false => f64::INFINITY,
    }
}

fn overflow(format: HalfFormat, layer: &RoundedLayer) -> Finding {
    let largest = format.largest();
    let (what, measured) = match layer.largest > largest {
        true => (format!("reaches {}", short(layer.largest)), Some(layer.largest)),
        false => ("is no number: inside the layer numbers are too large".to_owned(), None),
    };
    Finding {
        place: layer.path.clone(),
        message: format!(
            "the output of this `{}` {what}, where {} ends at {}",
            layer.kind,
            format.term(),
            short(largest)
        ),
        measured,
        bound: Some(format!("≤ {}", short(largest))),
        mend: match format {
            HalfFormat::F16 => {
                "normalize or scale what comes in, draw smaller weights, or use bf16"
            }
            HalfFormat::Bf16 => "normalize or scale what comes in, or draw smaller weights",
        }
        .to_owned(),
    }
}

fn coarse_output(
    pass: &HalfPass,
    layer: &RoundedLayer,
    before: Option<&RoundedLayer>,
    bound: f64,
) -> Finding {
    let format = pass.format.term();
    let common = before.filter(|before| before.offset >= COMMON);
    let (reason, mend) = match common {
        Some(before) => (
            format!(
                ": the mean of what `{}` gives is {} times its deviation, and little is left to tell \
                 its numbers apart",
                before.path,
                short(before.offset)
            ),
            "subtract what the numbers have in common before they are rounded (scale the data, drop \
             the bias), or keep the layer before in f32"
                .to_owned(),
        ),
        None => (
            String::new(),
            format!(
                "keep this layer and the one before in f32, or make its numbers smaller: {format} has \
                 about {}",
                match pass.format {
                    HalfFormat::F16 => "three decimal digits",
                    HalfFormat::Bf16 => "two decimal digits",
                }
            ),
        ),
    };
    Finding {
        place: layer.path.clone(),
        message: format!(
            "the output of this `{}` in {format} differs by {}{reason}",
            layer.kind,
            percent(layer.error)
        ),
        measured: Some(layer.error),
        bound: Some(format!("≤ {}", short(bound))),
        mend,
    }
}

/// The relative error of a gradient, without what rounding leaves where large numbers cancel.
fn error(gradient: &RoundedGradient, format: HalfFormat, bounds: &Bounds) -> f64 {
    let cancelled = CANCELLED * format.epsilon() / bounds.gradients * gradient.cancelled;
    gradient.distance / (gradient.norm + cancelled).max(f64::MIN_POSITIVE)
}

/// Whether a gradient is wrong that bf16, with its fewer digits, has right: then the range is too short,
/// however small the gradient is beside others.
fn is_out_of_range(
    half: &HalfPrecisionEvidence,
    pass: &HalfPass,
    gradient: &RoundedGradient,
    bounds: &Bounds,
) -> bool {
    let is_right = |gradient: &RoundedGradient| {
        gradient.distance <= bounds.gradients * gradient.norm.max(f64::MIN_POSITIVE)
    };
    let wide = half.passes.iter().find(|pass| pass.format == HalfFormat::Bf16);
    let mut wide = wide.into_iter().flat_map(|pass| &pass.gradients);
    let in_wide = wide.find(|other| other.tensor == gradient.tensor);
    let vanishes = pass.format == HalfFormat::F16 && pass.vanished > 0;
    vanishes && !is_right(gradient) && in_wide.is_some_and(is_right)
}

/// Tensors whose gradient is another one; the one nearest to the loss first.
fn backward(half: &HalfPrecisionEvidence, pass: &HalfPass, bounds: &Bounds) -> Vec<Finding> {
    let format = pass.format.term();
    let vanished = pass.vanished as f64 / pass.numbers.max(1) as f64;
    let (reason, mend) = match (pass.format, pass.overflowed > 0) {
        (HalfFormat::F16, true) => (
            ": on the way back numbers are infinite".to_owned(),
            format!(
                "multiply the loss by {} and divide the gradients by it",
                power(half.best_scale)
            ),
        ),
        (HalfFormat::F16, false) => (
            format!(": {} of all numbers on the way back become 0", percent(vanished)),
            format!(
                "multiply the loss by {} and divide the gradients by it, or train in bf16",
                power(half.best_scale)
            ),
        ),
        (HalfFormat::Bf16, _) => (
            String::new(),
            "what cancels in it needs more digits: keep its layer in f32".to_owned(),
        ),
    };
    let findings = pass.gradients.iter().rev().filter_map(|gradient| {
        let error = match is_out_of_range(half, pass, gradient, bounds) {
            true => gradient.distance / gradient.norm,
            false => error(gradient, pass.format, bounds),
        };
        (!(error <= bounds.gradients)).then(|| Finding {
            place: gradient.tensor.clone(),
            message: format!("its gradient in {format} differs by {}{reason}", percent(error)),
            measured: Some(error),
            bound: Some(format!("≤ {}", short(bounds.gradients))),
            mend: mend.clone(),
        })
    });
    findings.collect()
}

fn vanishing_epsilon((place, epsilon): &(String, f64)) -> Finding {
    Finding {
        place: place.clone(),
        message: "its epsilon is 0 in f16, and no longer keeps it from dividing by 0".to_owned(),
        measured: Some(*epsilon),
        bound: Some(format!("≥ {}", short(HalfFormat::F16.smallest()))),
        mend: "choose one of 1e-5, or keep what it is added to in f32".to_owned(),
    }
}

/// `2^10`.
fn power(scale: f64) -> String {
    match scale.log2() {
        exponent if exponent == exponent.round() => format!("2^{exponent}"),
        _ => short(scale),
    }
}

/// How many examples were seen: the errors are those of single roundings.
fn record(evidence: &Evidence, _options: &Options) -> Mapping {
    let examples = evidence.half_precision().as_ref().map_or(0, |half| half.examples);
    mapping([("examples", Value::from(examples))])
}

#[cfg(test)]
mod tests;
