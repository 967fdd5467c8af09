//! What a trained model answers on examples, beside what is due, and where it is most wrong.

use super::data::{ShownAnswer, name, target};
use super::histogram::Histogram;
use crate::data::{Dataset, Part, Targets};
use crate::device::{DeviceFailure, Place};
use crate::experiment::accuracy::answers;
use crate::experiment::bench::scalars;
use crate::model::{Model, Value, on_float, to_f64};
use crate::objective::evaluate;
use crate::spec::LossTerm;
use crate::subject::{Batch, Subject};

/// Examples whose answers are looked at, and whose losses are taken one by one.
const EXAMPLES: usize = 512;
const LOSSES: usize = 128;
/// Of these, the worst.
const WORST: usize = 6;
/// Pairs of numbers that are shown.
const PAIRS: usize = 400;

/// Answers of the trained model, as it is used.
#[derive(Debug, Clone, PartialEq)]
pub struct Predictions {
    /// Whether the examples are held out; else the data holds none out.
    pub held_out: bool,
    pub examples: usize,
    /// None where the loss compares with nothing, or embeddings with each other.
    pub answers: Option<Answers>,
    /// Losses of single examples, and the worst of them.
    pub losses: Histogram,
    pub worst: Vec<GivenExample>,
}

/// All answers.
#[derive(Debug, Clone, PartialEq)]
pub enum Answers {
    Classes {
        names: Vec<String>,
        /// How often which was given, `[due][given]`.
        counts: Vec<Vec<usize>>,
    },
    /// What is due, and what was given.
    Numbers(Vec<(f64, f64)>),
}

/// An example and its answer.
#[derive(Debug, Clone, PartialEq)]
pub struct GivenExample {
    pub place: String,
    pub inputs: Vec<f64>,
    pub due: ShownAnswer,
    pub given: ShownAnswer,
    pub loss: f64,
}

/// Looks at held-out examples, or at those of the training part where none are held out. `None` where the
/// model brings its own examples.
///
/// # Errors
///
/// When the device fails.
pub fn predictions(
    subject: &Subject,
    model: &Model,
    place: &Place,
) -> Result<Option<Predictions>, DeviceFailure> {
    let Some(data) = subject.dataset() else { return Ok(None) };
    // A training step of the model's own gives no outputs.
    if subject.rust().is_some_and(|plan| plan.steps()) {
        return Ok(None);
    }
    let held_out = subject.validation_examples() > 0;
    let (all, part) = match held_out {
        true => (subject.validation_examples(), Part::Validation),
        false => (subject.training_examples(), Part::Training),
    };
    let batch_of = |indices: &[usize]| match held_out {
        true => subject.validation_batch(indices),
        false => subject.batch(indices),
    };
    let indices: Vec<usize> = (0..all.min(EXAMPLES)).collect();
    let (used, batch) = (subject.in_use(model), batch_of(&indices));
    let term = subject.spec.loss.terms.iter().find(|term| batch.targets(&term.compared).is_some());
    let found = run(subject, &used, &batch, place);
    let compared = term.and_then(|term| {
        let (output, targets) = (found.output(term)?, batch.targets(&term.compared)?);
        Some((term, output.clone(), targets))
    });
    let mut given = Given::default();
    if let Some((term, output, targets)) = compared {
        given = Given::of(subject, term, output, targets)?;
    }
    let losses = indices.iter().take(LOSSES);
    let losses = losses.map(|index| run(subject, &used, &batch_of(&[*index]), place).loss);
    let losses = scalars(losses.collect())?;
    Ok(Some(Predictions {
        held_out,
        examples: indices.len(),
        worst: worst(data, part, &losses, &given),
        losses: Histogram::of(&losses),
        answers: given.all,
    }))
}

fn run(
    subject: &Subject,
    used: &Model,
    batch: &Batch,
    place: &Place,
) -> crate::objective::Evaluated {
    let (loss, inputs) = (&subject.spec.loss, batch.inputs(place));
    evaluate(subject, loss, used, batch, inputs, place, &mut subject.pass_in_use())
}

/// What was given, all together and example by example.
#[derive(Default)]
struct Given {
    all: Option<Answers>,
    single: Vec<ShownAnswer>,
}

impl Given {
    fn of(
        subject: &Subject,
        term: &LossTerm,
        output: Value,
        targets: &Targets,
    ) -> Result<Self, DeviceFailure> {
        let numbers = on_float!(&output, tensor =>
            to_f64(tensor.clone().detach().try_into_data().map_err(DeviceFailure::from_error)?),
            ints _tokens => Vec::new());
        let width = (numbers.len() / targets.len().max(1)).max(1);
        let rows = || numbers.chunks(width).map(ShownAnswer::numbers);
        let names = subject.class_names(&term.compared);
        if let Some(answers) = answers(&term.kind, output, targets)? {
            let names = match targets {
                Targets::Labels { .. } => ["no".to_owned(), "yes".to_owned()].to_vec(),
                _ => named(names, answers.iter().map(|answer| answer.due.max(answer.given))),
            };
            let mut counts = vec![vec![0; names.len()]; names.len()];
            for answer in &answers {
                counts[answer.due][answer.given] += 1;
            }
            let single = match targets {
                Targets::Classes(_) => {
                    let given = answers.iter().map(|answer| names[answer.given].clone());
                    given.map(|name| ShownAnswer::Names(vec![name])).collect()
                }
                _ => rows().collect(),
            };
            return Ok(Self { all: Some(Answers::Classes { names, counts }), single });
        }
        let all = targets.values().filter(|due| due.len() == numbers.len()).map(|due| {
            let pairs = due.iter().copied().zip(numbers.iter().copied());
            Answers::Numbers(pairs.step_by(due.len().div_ceil(PAIRS).max(1)).collect())
        });
        Ok(Self { all, single: rows().collect() })
    }
}

/// Names of all classes that occur.
fn named(names: &[String], occurring: impl Iterator<Item = usize>) -> Vec<String> {
    let count = occurring.fold(names.len(), |count, class| count.max(class + 1));
    (0..count).map(|class| name(names, class)).collect()
}

/// The examples with the largest losses; one that is no number is the largest.
fn worst(data: &Dataset, part: Part, losses: &[f64], given: &Given) -> Vec<GivenExample> {
    let examples = match part {
        Part::Validation => &data.validation,
        _ => &data.train,
    };
    let mut order: Vec<usize> = (0..losses.len()).collect();
    let size = |index: usize| if losses[index].is_nan() { f64::INFINITY } else { losses[index] };
    order.sort_by(|one, two| size(*two).total_cmp(&size(*one)));
    let example = |index: usize| GivenExample {
        place: data.origin.place(part, index),
        inputs: examples.input(index, data.example_len()).to_vec(),
        due: target(&examples.targets, &data.classes, index),
        given: given.single.get(index).cloned().unwrap_or(ShownAnswer::Names(Vec::new())),
        loss: losses[index],
    };
    order.into_iter().take(WORST).map(example).collect()
}
