//! `half_precision`: the initial pass with numbers of 16 bits beside the same pass in 64: what layers
//! give, the loss, and gradients, with and without a factor on the loss that keeps small ones.
//!
//! Whether a machine has such numbers decides nothing. Of declared models they are played on the
//! reference device, as mixed precision has them (Micikevicius et al. 2018): weights, inputs and every
//! number that layers hand on are rounded, and so are gradients on their way back; sums inside a layer,
//! the loss and the weights that are kept are not. A Rust model's layers are out of reach; it runs in
//! numbers of 16 bits of the reference device itself.

use burn::optim::GradientsParams;
use burn::tensor::FloatDType;
use serde::Serialize;

use super::backward::norm_of;
use super::bench::{Bench, recorded_kind, scalar};
use super::evidence::DeviceRandom;
use super::initial::EXAMPLES;
use super::measure::{self, Seen, moments};
use super::relations::difference;
use crate::device::{DeviceFailure, Place};
use crate::model::{
    HalfFormat, Losses, NamedGradient, Pass, Plan, Value, WayBack, Weights, map_float,
    named_gradients, rounded_weights,
};
use crate::objective;
use crate::panics;
use crate::registry::Computed;
use crate::spec::LayerKind;
use crate::subject::{Batch, Subject};

/// The best factor on the loss leaves this much between the largest gradient and the largest number:
/// gradients grow during training.
const HEADROOM: f64 = 16.0;

/// What a spec asks for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HalfPrecisionPlan {
    /// The factor on the loss that training in f16 uses, if one is declared.
    pub loss_scale: Option<f64>,
}

/// The same pass in formats of 16 bits.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HalfPrecisionEvidence {
    pub examples: usize,
    /// Without regularization, in 64 bits.
    pub loss: f64,
    /// The factor on the loss that suits the gradients in f16.
    pub best_scale: f64,
    /// Normalizations whose epsilon is 0 in f16.
    pub epsilons: Vec<(String, f64)>,
    /// In bf16, then in f16 with a factor of 1 or the declared one, then, if none is declared, in f16
    /// with the best factor, where that is another one.
    pub passes: Vec<HalfPass>,
}

/// A pass with rounded numbers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HalfPass {
    pub format: HalfFormat,
    /// The factor on the loss, which gradients are divided by in the end.
    pub scale: f64,
    pub loss: f64,
    /// Tensors with a number that the format does not hold, each with its largest one.
    pub weights: Vec<(String, f64)>,
    /// Outputs in forward order; first the inputs.
    pub layers: Vec<RoundedLayer>,
    /// Of trainable tensors in the model's order; none where the loss is no number.
    pub gradients: Vec<RoundedGradient>,
    /// Numbers of gradients on their way, and how many of them became 0 or infinite.
    pub numbers: usize,
    pub vanished: usize,
    pub overflowed: usize,
}

/// The output of a layer with and without rounding.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RoundedLayer {
    pub path: String,
    /// As in [`crate::experiment::LayerFacts`].
    pub kind: String,
    /// ‖rounded − exact‖ / ‖exact‖.
    pub error: f64,
    /// Numbers that are infinite or none, while they are finite in 64 bits.
    pub overflowed: usize,
    /// The largest number, in 64 bits.
    pub largest: f64,
    /// |mean| / deviation over all numbers, in 64 bits: what it costs to tell them from each other.
    pub offset: f64,
}

/// The gradient of a tensor with and without rounding.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RoundedGradient {
    pub tensor: String,
    /// ‖exact‖.
    pub norm: f64,
    /// ‖rounded − exact‖.
    pub distance: f64,
    /// Norm of numbers as large as the largest of any gradient, and no more than the largest norm of
    /// any, or the largest norm of the gradient of an output: what may cancel in this one.
    pub cancelled: f64,
}

/// A gradient that is further off is looked at on other examples as well: rounding may put a number on
/// the other side of a kink, which changes the gradient of one example wholly and those of others not.
const DOUBTFUL: f64 = 0.1;

impl HalfPass {
    fn is_doubtful(&self) -> bool {
        let is_off = |gradient: &RoundedGradient| {
            gradient.distance > DOUBTFUL * (gradient.norm + gradient.cancelled)
        };
        self.gradients.iter().any(is_off)
    }

    /// Takes each gradient from the sample on which it is nearer.
    fn least(&mut self, other: &Self) {
        let error = |gradient: &RoundedGradient| match gradient.norm > 0.0 {
            true => gradient.distance / gradient.norm,
            false => f64::INFINITY,
        };
        for (gradient, other) in self.gradients.iter_mut().zip(&other.gradients) {
            if error(other) < error(gradient) {
                gradient.clone_from(other);
            }
        }
    }
}

/// Runs the experiment, or says why there is nothing to measure.
///
/// # Errors
///
/// When the reference device fails.
pub fn run(
    bench: &Bench,
    plan: HalfPrecisionPlan,
) -> Result<Result<HalfPrecisionEvidence, String>, DeviceFailure> {
    let place = match obstacle(bench) {
        Ok(place) => place,
        Err(reason) => return Ok(Err(reason.to_owned())),
    };
    let subject = &bench.subject;
    let sample = subject.sample(EXAMPLES);
    let mut found = match on(bench, place, &sample, plan)? {
        Ok(found) => found,
        Err(reason) => return Ok(Err(reason)),
    };
    let examples = sample.size();
    let others: Vec<usize> = match subject.training_examples() > examples {
        true => (examples..subject.training_examples()).take(EXAMPLES).collect(),
        false => (examples / 2..examples).collect(),
    };
    if found.passes.iter().any(HalfPass::is_doubtful)
        && let Ok(second) = on(bench, place, &subject.batch(&others), plan)?
    {
        found.passes.iter_mut().zip(&second.passes).for_each(|(pass, other)| pass.least(other));
    }
    Ok(Ok(found))
}

/// The passes over a batch.
fn on(
    bench: &Bench,
    place: &Place,
    batch: &Batch,
    plan: HalfPrecisionPlan,
) -> Result<Result<HalfPrecisionEvidence, String>, DeviceFailure> {
    let exact = exact(bench, place, batch)?;
    if !exact.loss.is_finite() {
        return Ok(Err("the loss is no finite number in 64 bits either".to_owned()));
    }
    let mut passes = Vec::new();
    let wide = match attempt(bench, place, batch, HalfFormat::Bf16, 1.0)? {
        Ok(pass) => pass,
        Err(reason) => return Ok(Err(reason)),
    };
    let best = best_scale(wide.losses.largest);
    let narrow = plan.loss_scale.unwrap_or(1.0);
    passes.push(beside(bench, &exact, wide, HalfFormat::Bf16, 1.0));
    let scales = match plan.loss_scale.is_none() && best != narrow {
        true => vec![narrow, best],
        false => vec![narrow],
    };
    for scale in scales {
        match attempt(bench, place, batch, HalfFormat::F16, scale)? {
            Ok(pass) => passes.push(beside(bench, &exact, pass, HalfFormat::F16, scale)),
            Err(reason) => return Ok(Err(reason)),
        }
    }
    Ok(Ok(HalfPrecisionEvidence {
        examples: batch.size(),
        loss: exact.loss,
        best_scale: best,
        epsilons: bench.subject.declared().map_or_else(Vec::new, vanishing_epsilons),
        passes,
    }))
}

/// Normalizations whose epsilon is too small for f16.
fn vanishing_epsilons(plan: &Plan) -> Vec<(String, f64)> {
    let found = plan.flat().into_iter().filter_map(|layer| {
        let epsilon = match &layer.kind {
            LayerKind::BatchNorm { epsilon, .. }
            | LayerKind::LayerNorm { epsilon, .. }
            | LayerKind::GroupNorm { epsilon, .. }
            | LayerKind::InstanceNorm { epsilon, .. }
            | LayerKind::RmsNorm { epsilon } => *epsilon,
            LayerKind::TransformerEncoder(encoder) => encoder.epsilon,
            LayerKind::TransformerDecoder(decoder) => decoder.blocks.epsilon,
            _ => return None,
        };
        (HalfFormat::F16.nearest(epsilon) == 0.0).then(|| (layer.path.clone(), epsilon))
    });
    found.collect()
}

/// The reference device, or why nothing is measured there.
fn obstacle(bench: &Bench) -> Result<&Place, &'static str> {
    let Ok(reference) = &bench.reference else {
        return Err("the model does not run in 64 bits, so that there is nothing to compare with");
    };
    if bench.subject.rust().is_some_and(|plan| plan.is_objective()) {
        return Err("the model makes its own batches, in numbers of its own");
    }
    match bench.device_random() {
        DeviceRandom::Always => Err("no two runs of the model are alike"),
        DeviceRandom::Never | DeviceRandom::InTraining => Ok(reference),
    }
}

/// The largest power of two that keeps a margin above the largest gradient.
fn best_scale(largest: f64) -> f64 {
    let room = HalfFormat::F16.largest() / (HEADROOM * largest);
    match room.is_finite() && room > 0.0 {
        true => room.log2().floor().exp2(),
        false => 1.0,
    }
}

/// What a pass gave, on the host.
struct Given {
    loss: f64,
    outputs: Vec<Seen>,
    gradients: Vec<NamedGradient>,
    losses: Losses,
    /// The largest norm of the gradient of an output, where outputs are in reach.
    flow: f64,
}

fn exact(bench: &Bench, place: &Place, batch: &Batch) -> Result<Given, DeviceFailure> {
    let model = bench.model(place).quiet();
    let mut pass = Pass::recording();
    let (subject, inputs) = (&bench.subject, batch.inputs(place));
    let loss = &subject.spec.loss;
    let found = objective::evaluate(subject, loss, &model, batch, inputs, place, &mut pass);
    let gradients = GradientsParams::from_grads(found.loss.clone().backward(), &model);
    Ok(Given {
        loss: scalar(found.loss.detach())?,
        outputs: measure::seen(pass.into_recorded())?,
        gradients: named_gradients(&model, &gradients)?,
        losses: Losses::default(),
        flow: 0.0,
    })
}

/// The pass in a format; a Rust model may not run in it, and then says why.
fn attempt(
    bench: &Bench,
    place: &Place,
    batch: &Batch,
    format: HalfFormat,
    scale: f64,
) -> Result<Result<Given, String>, DeviceFailure> {
    let weights = rounded_weights(&bench.weights, format);
    if bench.subject.declared().is_some() {
        return played(&bench.subject, &weights, place, batch, format, scale).map(Ok);
    }
    let float = match format {
        HalfFormat::F16 => FloatDType::F16,
        HalfFormat::Bf16 => FloatDType::BF16,
    };
    let half = Place { float, ..place.clone() };
    let real = || real(&bench.subject, &weights, &half, batch, scale);
    match panics::caught(real) {
        Ok(given) => given.map(Ok),
        Err(panic) => {
            let reason = panic.lines().next().unwrap_or_default();
            Ok(Err(format!("the model does not run in {}: {reason}", format.term())))
        }
    }
}

/// A declared model with rounded numbers.
fn played(
    subject: &Subject,
    weights: &Weights,
    place: &Place,
    batch: &Batch,
    format: HalfFormat,
    scale: f64,
) -> Result<Given, DeviceFailure> {
    let model = weights.load(subject.build(&place.device), place).quiet();
    let mut pass = Pass::recording().in_half(format);
    let (loss, inputs) = (&subject.spec.loss, batch.inputs(place));
    let found = objective::evaluate(subject, loss, &model, batch, inputs, place, &mut pass);
    let loss = scalar(found.loss.clone().detach())?;
    let cuts = pass.take_cuts().expect("the pass was cut");
    let back = match loss.is_finite() {
        true => cuts.backward(found.loss, &model, scale)?,
        // There is no way back from what is no number.
        false => WayBack::default(),
    };
    let outputs = measure::seen(pass.into_recorded())?;
    let WayBack { gradients, losses, largest_norm } = back;
    Ok(Given { loss, outputs, gradients, losses, flow: largest_norm })
}

/// A Rust model in numbers of 16 bits, with its loss in 64.
fn real(
    subject: &Subject,
    weights: &Weights,
    half: &Place,
    batch: &Batch,
    scale: f64,
) -> Result<Given, DeviceFailure> {
    let model = weights.load(subject.build(&half.device), half).quiet();
    let mut pass = Pass::recording();
    let inputs = batch.inputs(half);
    let computed = objective::compute(subject, &model, batch, inputs, half, &mut pass);
    let computed = match computed {
        Computed::Output(value) => Computed::Output(widened(value)),
        other => other,
    };
    let found = objective::of_planted(subject, &subject.spec.loss, computed, batch);
    let loss = scalar(found.loss.clone().detach())?;
    let outputs = measure::seen(pass.into_recorded())?;
    if !loss.is_finite() {
        let (gradients, losses) = (Vec::new(), Losses::default());
        return Ok(Given { loss, outputs, gradients, losses, flow: 0.0 });
    }
    let tape = found.loss.mul_scalar(scale).backward();
    let mut gradients = named_gradients(&model, &GradientsParams::from_grads(tape, &model))?;
    let mut losses = Losses::default();
    for values in gradients.iter_mut().filter_map(|gradient| gradient.values.as_mut()) {
        losses.count(values);
        values.iter_mut().for_each(|value| *value /= scale);
    }
    Ok(Given { loss, outputs, gradients, losses, flow: 0.0 })
}

fn widened(value: Value) -> Value {
    map_float!(value, tensor => tensor.cast(FloatDType::F64))
}

/// What rounding changed.
fn beside(
    bench: &Bench,
    exact: &Given,
    rounded: Given,
    format: HalfFormat,
    scale: f64,
) -> HalfPass {
    let kind = recorded_kind(&bench.subject);
    let layer = |(exact, rounded): (&Seen, &Seen)| {
        let (mean, deviation) = moments(&exact.numbers);
        let pairs = || exact.numbers.iter().zip(&rounded.numbers);
        RoundedLayer {
            path: exact.path.clone(),
            kind: kind(&exact.path).kind,
            error: distance(&exact.numbers, &rounded.numbers)
                / measure::norm(&exact.numbers).max(f64::MIN_POSITIVE),
            overflowed: pairs().filter(|(one, two)| one.is_finite() && !two.is_finite()).count(),
            largest: largest(&exact.numbers),
            offset: mean.abs() / deviation.max(f64::MIN_POSITIVE),
        }
    };
    let number = exact.gradients.iter().filter_map(|gradient| gradient.values.as_deref());
    let number = number.map(largest).fold(0.0, f64::max);
    let most = exact.gradients.iter().map(norm_of).fold(0.0, f64::max);
    let rounded_flow = rounded.flow;
    let gradient = |(exact, rounded): (&NamedGradient, &NamedGradient)| {
        let values = exact.values.as_deref().unwrap_or_default();
        RoundedGradient {
            tensor: exact.path.clone(),
            norm: norm_of(exact),
            distance: match &rounded.values {
                Some(rounded) => distance(values, rounded),
                None => norm_of(exact),
            },
            cancelled: (number * (values.len() as f64).sqrt()).min(most).max(rounded_flow),
        }
    };
    HalfPass {
        format,
        scale,
        loss: rounded.loss,
        weights: too_large(&bench.weights, format),
        layers: exact.outputs.iter().zip(&rounded.outputs).map(layer).collect(),
        gradients: exact.gradients.iter().zip(&rounded.gradients).map(gradient).collect(),
        numbers: rounded.losses.numbers,
        vanished: rounded.losses.vanished,
        overflowed: rounded.losses.overflowed,
    }
}

fn too_large(weights: &Weights, format: HalfFormat) -> Vec<(String, f64)> {
    let tensors = weights.tensors.iter().map(|tensor| (tensor, largest(&tensor.values)));
    let too_large = tensors.filter(|(_, largest)| !format.nearest(*largest).is_finite());
    too_large.map(|(tensor, largest)| (tensor.path.clone(), largest)).collect()
}

fn largest(numbers: &[f64]) -> f64 {
    numbers.iter().fold(0.0, |largest, number| largest.max(number.abs()))
}

fn distance(one: &[f64], two: &[f64]) -> f64 {
    let pairs = one.iter().zip(two);
    measure::norm(&pairs.map(|(one, two)| difference(*one, *two)).collect::<Vec<_>>())
}
