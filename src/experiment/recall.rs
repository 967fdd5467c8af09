//! What a model says of examples that it has learned by heart, beside what they say themselves: answer by
//! answer for classes, number by number for real targets.
//!
//! A loss is one number for all of them: what it weighs little, it may reach its floor without.

use std::collections::BTreeMap;

use serde::Serialize;

use super::accuracy::{Answer, answers};
use super::due::Due;
use super::references;
use crate::data::{Part, Targets, statistics};
use crate::device::DeviceFailure;
use crate::model::{Value, to_f64};
use crate::objective::{self, Evaluated};
use crate::spec::{Compared, LossKind, LossSpec, LossTerm};
use crate::subject::{Batch, Subject};

/// What of a target column may be left at most, of what a constant leaves of it, and how many of the
/// answers of a class may be wrong: as much as a whole model or a head may have left before it is said not
/// to learn (`overfits_batch`).
const LEFT: f64 = 0.5;

/// How many answers of a class tell whether it was learned: where one of twenty may be wrong, wherever it
/// is, three of five are so by chance once in a thousand times.
const ENOUGH: usize = 5;

/// How many answers are told one by one.
const FIRST: usize = 5;

/// What a model says of the examples that it learned by heart.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RecallEvidence {
    /// For each term of the loss that compares outputs with answers; none where no loss does.
    pub heads: Vec<HeadRecall>,
    /// Examples with the inputs of another one and another target: nobody answers both right.
    pub contradictory: usize,
    /// Share of right answers on held-out examples, and how many these are: what was learned by heart
    /// tells little of them.
    pub held_out: Option<(f64, usize)>,
}

/// What one output says.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HeadRecall {
    /// The term's name, where the loss has several.
    pub term: Option<String>,
    pub said: Said,
}

/// Answers beside their targets.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Said {
    Classes {
        /// Without those that their inputs leave open: what is answered alike has several.
        answers: usize,
        open: usize,
        wrong: usize,
        /// How many may be wrong.
        allowed: usize,
        /// The first few of them.
        first: Vec<WrongAnswer>,
        /// Classes of which the larger part is wrong.
        lost: Vec<LostClass>,
    },
    Numbers {
        examples: usize,
        /// Columns of a table, each with a unit of its own; one for numbers of one unit, as pixels.
        columns: Vec<ColumnRecall>,
        /// The largest error of an example, in units of its columns' deviations, and what one example
        /// may hold where the loss is at its bound.
        largest: ExampleError,
        bound: f64,
    },
}

/// An answer that is not the target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WrongAnswer {
    /// "line 17", with the label or the place where an example has several.
    pub example: String,
    pub due: String,
    pub given: String,
}

/// A class that was not learned, however well the others were.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LostClass {
    pub name: String,
    pub answers: usize,
    pub wrong: usize,
    /// The share of them that may be wrong.
    pub bound: f64,
}

/// One number of every target.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ColumnRecall {
    /// Its name in the file; none where all numbers are of one unit.
    pub name: Option<String>,
    /// The deviation of the targets.
    pub deviation: f64,
    /// The mean error to the power of the loss, as a share of what the best constant leaves.
    pub left: f64,
    /// What may be left of it.
    pub bound: f64,
}

/// The example that is furthest from its target.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ExampleError {
    pub example: String,
    pub error: f64,
}

impl RecallEvidence {
    /// Whether all is as it is due.
    pub fn is_complete(&self) -> bool {
        self.excess() <= 1.0
    }

    /// How far the worst answer is from what is due: at most 1 where nothing is wrong.
    pub fn excess(&self) -> f64 {
        let of_head = |head: &HeadRecall| match &head.said {
            Said::Classes { answers, wrong, allowed, lost, .. } => {
                let share = *wrong as f64 / (*answers).max(1) as f64;
                let unlearned = lost.len() + usize::from(wrong > allowed);
                unlearned as f64 + share
            }
            Said::Numbers { columns, largest, bound, .. } => {
                let columns = columns.iter().map(|column| column.left / column.bound);
                columns.fold(largest.error / bound, larger)
            }
        };
        self.heads.iter().map(of_head).fold(0.0, larger)
    }
}

/// The larger of two, of which no number is the largest.
fn larger(one: f64, two: f64) -> f64 {
    if one.is_nan() || two.is_nan() { f64::INFINITY } else { one.max(two) }
}

/// Compares what a pass over a batch gave with its targets.
///
/// # Errors
///
/// When the device fails.
pub fn of(
    subject: &Subject,
    found: &Evaluated,
    loss: &LossSpec,
    batch: &Batch,
    due: Due,
) -> Result<RecallEvidence, DeviceFailure> {
    let is_open = contradictory(batch, loss);
    let mut heads = Vec::new();
    for term in &loss.terms {
        let (Some(output), Some(targets)) = (found.output(term), batch.targets(&term.compared))
        else {
            continue;
        };
        let asked = Asked { subject, term, batch, is_open: &is_open, due };
        if let Some(said) = asked.said(output.clone(), targets)? {
            let name = term.name.as_ref().map(|name| name.value.clone());
            heads.push(HeadRecall { term: name, said });
        }
    }
    let contradictory = is_open.iter().filter(|open| **open).count();
    Ok(RecallEvidence { heads, contradictory, held_out: None })
}

/// Which examples have the inputs of another one, and another target.
fn contradictory(batch: &Batch, loss: &LossSpec) -> Vec<bool> {
    let Some(examples) = &batch.examples else { return vec![false; batch.size()] };
    let length = examples.inputs.len() / batch.size().max(1);
    let inputs = |index: usize| &examples.inputs[index * length..(index + 1) * length];
    let targets: Vec<&Targets> =
        loss.terms.iter().filter_map(|term| batch.targets(&term.compared)).collect();
    let differ = |one: usize, two: usize| {
        targets.iter().any(|targets| targets.select(&[one]) != targets.select(&[two]))
    };
    let is_open = |one: usize| {
        (0..batch.size()).any(|two| two != one && inputs(one) == inputs(two) && differ(one, two))
    };
    (0..batch.size()).map(is_open).collect()
}

/// What is asked of one output.
struct Asked<'a> {
    subject: &'a Subject,
    term: &'a LossTerm,
    batch: &'a Batch,
    is_open: &'a [bool],
    due: Due,
}

impl Asked<'_> {
    fn said(&self, output: Value, targets: &Targets) -> Result<Option<Said>, DeviceFailure> {
        let Some(due) = targets.values() else { return self.classes(output, targets) };
        let Some(power) = power(&self.term.kind) else { return Ok(None) };
        let output = objective::head(output, targets.len());
        let given = to_f64(output.try_into_data().map_err(DeviceFailure::from_error)?);
        Ok(self.numbers(due, &given, targets.width(), power))
    }

    fn classes(&self, output: Value, targets: &Targets) -> Result<Option<Said>, DeviceFailure> {
        let Some(answers) = answers(&self.term.kind, output, targets)? else { return Ok(None) };
        let examples = self.batch.examples.as_ref().map(|found| found.with_targets(targets));
        let pad_tokens = self.term.kind.pad_tokens();
        let open = examples.as_ref().map(|found| statistics::open_answers(found, pad_tokens));
        let open = open.unwrap_or_default();
        let all = answers.len();
        let asked: Vec<Answer> =
            answers.into_iter().filter(|answer| !open.contains(&answer.index)).collect();
        let wrong: Vec<&Answer> = asked.iter().filter(|answer| !answer.is_right()).collect();
        let told = |answer: &&Answer| WrongAnswer {
            example: self.place(answer.index, targets),
            due: self.class(answer.due, targets),
            given: self.class(answer.given, targets),
        };
        let can_be_right = references::right_answers(self.subject, self.term, self.batch);
        Ok(Some(Said::Classes {
            answers: asked.len(),
            open: all - asked.len(),
            wrong: wrong.len(),
            allowed: can_be_right.map_or(0, |answers| self.due.wrong(answers)),
            first: wrong.iter().take(FIRST).map(told).collect(),
            lost: self.lost(&asked, targets),
        }))
    }

    /// Classes with enough answers to say so, of which most are wrong; of labels, each has classes of its own.
    fn lost(&self, asked: &[Answer], targets: &Targets) -> Vec<LostClass> {
        let mut counts: BTreeMap<(usize, usize), (usize, usize)> = BTreeMap::new();
        for answer in asked {
            let label = match targets {
                Targets::Labels { .. } => answer.index % targets.width(),
                _ => 0,
            };
            let (answers, wrong) = counts.entry((label, answer.due)).or_default();
            *answers += 1;
            *wrong += usize::from(!answer.is_right());
        }
        let accepted = self.due.accuracy.map_or(0.0, |accuracy| 1.0 - accuracy);
        let bound = LEFT.max(self.due.left).max(accepted);
        let counts = counts.into_iter().filter(|(_, (answers, wrong))| {
            *answers >= ENOUGH && *wrong as f64 > bound * *answers as f64
        });
        let lost = counts.map(|((label, class), (answers, wrong))| LostClass {
            name: match targets {
                Targets::Labels { .. } => format!("{} of {}", class, self.label(label)),
                _ => self.class(class, targets),
            },
            answers,
            wrong,
            bound,
        });
        lost.collect()
    }

    fn label(&self, label: usize) -> String {
        let names = self.subject.class_names(&self.term.compared);
        names.get(label).map_or_else(|| format!("label {}", label + 1), |name| format!("`{name}`"))
    }

    fn numbers(&self, due: &[f64], given: &[f64], width: usize, power: f64) -> Option<Said> {
        let asked: Vec<usize> = (0..due.len() / width).filter(|row| !self.is_open[*row]).collect();
        let mean = |of: &dyn Fn(usize) -> f64| {
            asked.iter().map(|row| of(*row)).sum::<f64>() / asked.len().max(1) as f64
        };
        let to_power = |number: f64| number.abs().powf(power);
        // What the best constant leaves of each number, and the model.
        let constant = |column: usize| {
            let middle = mean(&|row| due[row * width + column]);
            mean(&|row| to_power(due[row * width + column] - middle))
        };
        let constants: Vec<f64> = (0..width).map(constant).collect();
        let whole = constants.iter().sum::<f64>() / width as f64;
        if whole <= 0.0 {
            return None;
        }
        let error = |row: usize, column: usize| {
            to_power(given[row * width + column] - due[row * width + column])
        };
        let names = self.column_names(width);
        // A column that is constant among these examples has no size of its own.
        let is_still = |column: usize| constants[column] <= 1e-24 * whole;
        let unit = |column: usize| match names.is_empty() || is_still(column) {
            true => whole,
            false => constants[column],
        };
        let of_column = |(column, name): (usize, &String)| ColumnRecall {
            name: Some(name.clone()),
            deviation: constants[column].powf(power.recip()),
            left: mean(&|row| error(row, column)) / constants[column],
            bound: LEFT.max(self.due.left),
        };
        let columns = names.iter().enumerate().filter(|(column, _)| !is_still(*column));
        let of_row = |row: usize| {
            let errors = (0..width).map(|column| error(row, column) / unit(column));
            (errors.sum::<f64>() / width as f64).powf(power.recip())
        };
        let errors = asked.iter().map(|row| (*row, of_row(*row)));
        let (row, error) = errors.max_by(|(_, one), (_, two)| one.total_cmp(two))?;
        Some(Said::Numbers {
            examples: asked.len(),
            columns: columns.map(of_column).collect(),
            largest: ExampleError { example: self.example(row), error },
            bound: (self.due.left * self.batch.size() as f64).powf(power.recip()),
        })
    }

    /// Names of target columns with units of their own: those of a table, several of which are asked.
    fn column_names(&self, width: usize) -> &[String] {
        let names = match (&self.term.compared, self.subject.dataset()) {
            (Compared::Target, Some(data)) => data.origin.targets.as_slice(),
            _ => &[],
        };
        if width > 1 && names.len() == width { names } else { &[] }
    }

    fn example(&self, row: usize) -> String {
        let index = self.batch.indices[row];
        let data = self.subject.dataset();
        data.map_or_else(
            || format!("example {}", index + 1),
            |data| data.origin.place(Part::Training, index),
        )
    }

    fn place(&self, answer: usize, targets: &Targets) -> String {
        let (row, within) = (answer / targets.width(), answer % targets.width());
        let example = self.example(row);
        match targets {
            Targets::Labels { .. } => format!("{example}, {}", self.label(within)),
            Targets::Places { .. } => format!("{example}, place {}", within + 1),
            _ => example,
        }
    }

    fn class(&self, class: usize, targets: &Targets) -> String {
        let names = self.subject.class_names(&self.term.compared);
        match (targets, names.get(class)) {
            (Targets::Classes(_) | Targets::Places { .. }, Some(name)) => name.clone(),
            _ => class.to_string(),
        }
    }
}

/// The power of an error that a loss of numbers adds up, as far as it grows; none where outputs are not
/// the targets themselves.
fn power(kind: &LossKind) -> Option<f64> {
    match kind {
        LossKind::Mse | LossKind::Mae | LossKind::Huber { .. } | LossKind::SmoothL1 { .. } => {
            Some(2.0)
        }
        LossKind::Lp { p } => Some(p.max(2.0)),
        _ => None,
    }
}
