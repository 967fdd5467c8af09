//! The first run of a Rust model: where it can run at all, what it looks like, and whether it
//! suits its spec. What a declared model's plan tells without a device is seen here.

use burn::tensor::FloatDType;

use super::affine::is_affine;
use super::bench::{PROBE, SetUpError, check_names, draw, run as run_untracked, scalar};
use super::evidence::{DeviceRandom, LayerFacts};
use super::rebuilt::rebuilt;
use crate::device::{DeviceFailure, Devices, Place};
use crate::faults;
use crate::inspection::{Seen, seen as seen_outputs};
use crate::model::{Model, Pass, Value, Weights, module_facts, slots, to_f64};
use crate::objective::{self, Evaluated};
use crate::panics;
use crate::registry::Computed;
use crate::spec::{Code, Diagnostic, Diagnostics, LossTerm};
use crate::subject::{Subject, wanted_outputs};
use crate::training;

/// Examples in a trial: few, as in the gradient check.
const EXAMPLES: usize = 4;

/// What a Rust model showed when it was run once.
#[derive(Debug, Clone)]
pub struct Trial {
    /// Modules that own tensors, then probes and the output.
    pub layers: Vec<LayerFacts>,
    pub random: DeviceRandom,
    /// Paths of Burn's `Dropout` modules.
    pub dropouts: Vec<String>,
    /// What its outputs are like, where the loss is not its own.
    pub outputs: Option<Seen>,
    /// Whether it is one linear map, where that can be asked.
    pub affine: Option<bool>,
    /// Matrices that the model itself keeps from training, and the recipe does not.
    pub held: Vec<String>,
    /// How far another model with the same parameters is from this one, if it is.
    pub rebuilt: Option<f64>,
}

/// The place where the model runs, what keeps it from the reference device, and what was drawn and
/// seen there.
type Found = (Place, Option<String>, Weights, Trial);

/// Tries the reference device in 64 bits, then the test device; where both are one, in 32 bits.
///
/// # Errors
///
/// When the model runs nowhere: then it is the model that panics, and the first panic is told. Also
/// when it does not suit its spec.
pub fn run(subject: &Subject, devices: &Devices) -> Result<Found, SetUpError> {
    let Devices { test, reference, .. } = devices;
    let obstacle = match attempt(subject, reference) {
        Ok((weights, trial)) => return Ok((reference.clone(), None, weights, trial)),
        Err(Obstacle::Spec(diagnostics)) => return Err(SetUpError::Spec(diagnostics)),
        Err(Obstacle::Broke(reason)) => reason,
    };
    let other = match devices.test_is_reference() {
        true => Place { float: FloatDType::F32, ..reference.clone() },
        false => test.clone(),
    };
    match attempt(subject, &other) {
        Ok((weights, trial)) => Ok((other, Some(obstacle), weights, trial)),
        Err(Obstacle::Spec(diagnostics)) => Err(SetUpError::Spec(diagnostics)),
        Err(Obstacle::Broke(_)) => Err(SetUpError::Failed(format!("panic: {obstacle}"))),
    }
}

enum Obstacle {
    Spec(Diagnostics),
    /// Message and place of a panic, or what the device said.
    Broke(String),
}

impl From<SetUpError> for Obstacle {
    fn from(error: SetUpError) -> Self {
        match error {
            SetUpError::Spec(diagnostics) => Self::Spec(diagnostics),
            SetUpError::Failed(reason) => Self::Broke(reason),
        }
    }
}

impl From<DeviceFailure> for Obstacle {
    fn from(failure: DeviceFailure) -> Self {
        Self::Broke(failure.to_string())
    }
}

fn attempt(subject: &Subject, place: &Place) -> Result<(Weights, Trial), Obstacle> {
    panics::caught(|| observe(subject, place)).unwrap_or_else(|panic| Err(Obstacle::Broke(panic)))
}

fn observe(subject: &Subject, place: &Place) -> Result<(Weights, Trial), Obstacle> {
    let seed = subject.spec.training.seed;
    let weights = draw(subject, place, seed)?;
    check_names(subject, &weights)?;
    let model = || weights.load(subject.build(&place.device), place);
    let batch = subject.sample(EXAMPLES);

    let inputs: Vec<Value> = batch.inputs(place).into_iter().map(Value::require_grad).collect();
    let mut pass = Pass::recording();
    let quiet = model().quiet();
    let computed = objective::compute(subject, &quiet, &batch, inputs, place, &mut pass);
    let mut outputs = None;
    let output = match &computed {
        Computed::Output(output) => {
            let shape = output.shape();
            check_output(subject, &shape, batch.size())?;
            if let Some(error) = faults::errors_of_output(&subject.spec, &shape) {
                let source = subject.spec.source.clone();
                return Err(Obstacle::Spec(Diagnostics::one(source, error)));
            }
            // `[batch]` and `[batch, 1]` have one number in a row.
            let width = if shape.len() > 1 { shape[shape.len() - 1] } else { 1 };
            let numbers = objective::head(output.clone(), batch.size()).detach();
            let numbers = numbers.try_into_data().map_err(DeviceFailure::from_error)?;
            outputs = Some(seen_outputs(&to_f64(numbers), batch.size(), width));
            Some(shape)
        }
        // Declared models alone have outputs by name, and their plan knows the shapes.
        Computed::Outputs(_) | Computed::Terms(_) | Computed::Stepped { .. } => None,
    };
    let asked = &subject.spec.loss;
    let Evaluated { loss, gradients, .. } = objective::of_computed(asked, computed, &batch);
    scalar(loss.clone().detach())?;
    if gradients.is_none() && loss.is_tracked() {
        // Some operations panic on the way back alone.
        loss.backward();
    }

    let (modules, flagged) = module_facts(&quiet);
    let modules = modules.into_iter().map(|module| LayerFacts {
        path: if module.path.is_empty() { "model".to_owned() } else { module.path },
        kind: module.kind,
        activation: None,
        frozen: false,
        output: Vec::new(),
        parameters: module.parameters,
    });
    let seen = |path: String, kind: &str, shape: &[usize]| LayerFacts {
        path,
        kind: kind.to_owned(),
        activation: None,
        frozen: false,
        output: shape.get(1..).unwrap_or_default().to_vec(),
        parameters: 0,
    };
    let output_is_known = output.is_some();
    let probes = pass.into_recorded();
    let probes = probes.into_iter().map(|probe| seen(probe.path, PROBE, &probe.shape));
    let output = output.map(|shape| seen("output".to_owned(), "output", &shape));
    let layers = modules.chain(probes).chain(output).collect();

    let at_seed = |seed: u64| {
        let pass = &mut Pass::plain().seeded(seed);
        scalar(run_untracked(subject, &subject.spec.loss, &quiet, &batch, place, pass).loss)
    };
    let always = at_seed(1)?.to_bits() != at_seed(2)?.to_bits();
    let random = match (always, flagged.iter().any(|(_, kind)| kind != "BatchNorm")) {
        (true, _) => DeviceRandom::Always,
        (false, true) => DeviceRandom::InTraining,
        (false, false) => DeviceRandom::Never,
    };
    let dropouts = flagged.into_iter().filter(|(_, kind)| kind == "Dropout");
    let dropouts = dropouts.map(|(path, _)| path).collect();
    let affine = match output_is_known {
        true => is_affine(subject, &quiet, place, &batch)?,
        false => None,
    };
    let held = held(subject, &subject.build(&place.device), &weights);
    let rebuilt = match random {
        DeviceRandom::Always => None,
        _ => rebuilt(subject, &weights, place, &batch)?,
    };
    Ok((weights, Trial { layers, random, dropouts, outputs, affine, held, rebuilt }))
}

/// Matrices that ask for no gradient though the recipe does not freeze them. What has one axis may be a
/// running statistic.
fn held(subject: &Subject, fresh: &Model, weights: &Weights) -> Vec<String> {
    let mut declared = weights.clone();
    declared.tensors.iter_mut().for_each(|tensor| tensor.trainable = true);
    training::freeze(&subject.spec.training.groups, &mut declared);
    let both = slots(fresh).into_iter().zip(declared.tensors);
    let held =
        both.filter(|(own, tensor)| !own.trainable && tensor.trainable && tensor.shape.len() >= 2);
    held.map(|(_, tensor)| tensor.path).collect()
}

/// What the head must give: k logits, one logit, a number for each target, …
fn check_output(subject: &Subject, shape: &[usize], examples: usize) -> Result<(), Obstacle> {
    let terms = &subject.spec.loss.terms;
    terms.iter().try_for_each(|term| check_term(subject, term, shape, examples))
}

fn check_term(
    subject: &Subject,
    term: &LossTerm,
    shape: &[usize],
    examples: usize,
) -> Result<(), Obstacle> {
    let spec = &subject.spec;
    let Some(wanted) = subject.dataset().and_then(|data| wanted_outputs(term, data)) else {
        return Ok(());
    };
    let numbers: usize = shape.iter().product();
    let matrix = shape.len() <= 2 || shape[2..].iter().all(|size| *size == 1);
    let fits = match (wanted.axes.as_slice(), shape) {
        // `[batch]`, `[batch, 1, 1]` and the like are one row per example, too.
        ([Some(size)], _) => matrix && numbers == examples * size,
        (_, [_, axes @ ..]) => wanted.admits(axes),
        _ => false,
    };
    if fits && shape.first() == Some(&examples) {
        return Ok(());
    }
    let span = subject.rust().map_or(spec.task.span, |plan| plan.span());
    let message = format!(
        "the model gives {shape:?} for {examples} examples, but the task takes {}",
        wanted.why
    );
    let error = Diagnostic::new(Code::HEAD_MISMATCH, message, span, format!("gives {shape:?}"))
        .also(spec.task.span, format!("takes [{examples}, {}", &wanted.to_string()[1..]))
        .help("let the forward function give one row per example: the batch is the first axis");
    Err(Obstacle::Spec(Diagnostics::one(spec.source.clone(), error)))
}
