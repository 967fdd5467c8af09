//! A batch on the host.

use super::{ModelPlan, RustPlan, Source, Subject};
use crate::data::{self, Augmenter, InputKind, Targets};
use crate::device::Place;
use crate::model::{Plan, PlannedInput, Signal, Value};
use crate::random::Random;
use crate::spec::Compared;

/// Some training examples.
#[derive(Debug, Clone)]
pub struct Batch {
    /// Which ones.
    pub indices: Vec<usize>,
    /// Their numbers; none where the model brings its own examples.
    pub examples: Option<Examples>,
}

/// Numbers of some examples.
#[derive(Debug, Clone)]
pub struct Examples {
    /// Row-major.
    pub inputs: Vec<f64>,
    /// With the batch axis.
    pub shape: Vec<usize>,
    pub kind: InputKind,
    pub targets: Targets,
    /// Further targets, by their names.
    others: Vec<(String, Targets)>,
    /// Kinds and shapes of several inputs, without the batch axis, among which an example's
    /// numbers are divided.
    division: Option<Vec<(bool, Vec<usize>)>>,
}

/// A part of the data.
#[derive(Debug, Clone, Copy)]
enum Part {
    Train,
    Validation,
}

impl Batch {
    pub(super) fn of(subject: &Subject, indices: &[usize]) -> Self {
        Self::from_part(subject, indices, Part::Train)
    }

    pub(super) fn of_validation(subject: &Subject, indices: &[usize]) -> Self {
        Self::from_part(subject, indices, Part::Validation)
    }

    fn from_part(subject: &Subject, indices: &[usize], part: Part) -> Self {
        let examples = match &subject.data {
            Source::Dataset(data) => {
                let division = match &subject.plan {
                    ModelPlan::Declared(plan) => division(plan, &data.shape),
                    ModelPlan::Rust(plan) => Some(plan.division()),
                };
                Some(Examples::of(data, part, indices, division))
            }
            Source::Model { .. } => None,
        };
        Self { indices: indices.to_vec(), examples }
    }

    /// Examples that are none of the data's: the numbers of each in a row. `shape` is the shape of all
    /// of them, with the batch axis.
    pub fn foreign(
        subject: &Subject,
        inputs: Vec<f64>,
        shape: Vec<usize>,
        targets: Targets,
    ) -> Self {
        let Source::Dataset(data) = &subject.data else {
            unreachable!("a model that brings its own examples is given no others");
        };
        let indices = (0..shape[0]).collect();
        let division = subject.rust().map(RustPlan::division);
        let others = Vec::new();
        let examples = Examples { inputs, shape, kind: data.input, targets, others, division };
        Self { indices, examples: Some(examples) }
    }

    /// The same examples, of whose only input, of tokens, the last `places` are cut off. `None` for
    /// other inputs.
    pub fn shortened(&self, places: usize) -> Option<Self> {
        let examples = self.examples.as_ref()?;
        let parts = examples.parts();
        let [(true, shape)] = parts.as_slice() else { return None };
        let [length] = shape.as_slice() else { return None };
        let rest = length.checked_sub(places).filter(|rest| *rest > 0)?;
        let rows = examples.inputs.chunks(*length).flat_map(|row| &row[..rest]);
        let examples = Examples {
            inputs: rows.copied().collect(),
            shape: with_batch(self.size(), &[rest]),
            division: examples.division.as_ref().map(|_| vec![(true, vec![rest])]),
            ..examples.clone()
        };
        Some(Self { indices: self.indices.clone(), examples: Some(examples) })
    }

    /// Number of examples.
    pub fn size(&self) -> usize {
        self.indices.len()
    }

    /// What a term of the loss compares outputs with, where the data says it; none where the model
    /// brings its own examples.
    pub fn targets(&self, compared: &Compared) -> Option<&Targets> {
        let examples = self.examples.as_ref()?;
        match compared {
            Compared::Target => Some(&examples.targets),
            Compared::Named(name) => {
                let other = examples.others.iter().find(|(other, _)| *other == name.value);
                other.map(|(_, targets)| targets)
            }
            Compared::Constant(_) | Compared::Nothing => None,
        }
    }

    /// Puts the targets in another order against their inputs.
    pub fn permute_targets(&mut self, random: &mut Random) {
        if let Some(examples) = &mut self.examples {
            let mut order: Vec<usize> = (0..examples.targets.len()).collect();
            random.shuffle(&mut order);
            examples.targets = examples.targets.select(&order);
            for (_, targets) in &mut examples.others {
                *targets = targets.select(&order);
            }
        }
    }

    /// Changes the inputs, where the model does not bring its own.
    pub fn augment(&mut self, augmenter: &mut Augmenter) {
        if let Some(examples) = &mut self.examples {
            augmenter.change(&mut examples.inputs);
        }
    }

    /// The model's inputs at a place; none where it brings its own.
    pub fn inputs(&self, place: &Place) -> Vec<Value> {
        self.examples.as_ref().map_or_else(Vec::new, |examples| examples.inputs(place))
    }

    /// Numeric inputs, which a small move changes: none where the inputs are tokens or the model
    /// brings its own.
    pub fn numeric(&self) -> Option<&[f64]> {
        let examples = self.examples.as_ref()?;
        examples.is_numeric().then_some(&examples.inputs)
    }

    /// The same, to be changed.
    pub fn numeric_mut(&mut self) -> Option<&mut Vec<f64>> {
        let examples = self.examples.as_mut()?;
        examples.is_numeric().then_some(&mut examples.inputs)
    }
}

/// Kinds and shapes of a declared model's inputs; none where the example is the one input.
fn division(plan: &Plan, example: &[usize]) -> Option<Vec<(bool, Vec<usize>)>> {
    let kind = |input: &PlannedInput| {
        (matches!(input.signal, Signal::Tokens(_)), input.signal.dims().to_vec())
    };
    let whole = match plan.inputs.as_slice() {
        [input] => matches!(input.signal, Signal::Tokens(_)) || input.signal.dims() == example,
        _ => false,
    };
    (!whole).then(|| plan.inputs.iter().map(kind).collect())
}

impl Examples {
    fn of(
        data: &data::Dataset,
        part: Part,
        indices: &[usize],
        division: Option<Vec<(bool, Vec<usize>)>>,
    ) -> Self {
        let length = data.shape.iter().product();
        let selected = match part {
            Part::Train => data.train.select(indices, length),
            Part::Validation => data.validation.select(indices, length),
        };
        let of_part = |other: &data::OtherTargets| {
            let targets = match part {
                Part::Train => &other.train,
                Part::Validation => &other.validation,
            };
            (other.name.clone(), targets.select(indices))
        };
        let others = data.others.iter().map(of_part).collect();
        let shape = match data.input {
            InputKind::Float => with_batch(indices.len(), &data.shape),
            InputKind::Tokens { .. } => vec![indices.len(), length],
        };
        let data::Examples { inputs, targets } = selected;
        Self { inputs, shape, kind: data.input, targets, others, division }
    }

    /// The inputs without their shape, with these targets.
    pub fn with_targets(&self, targets: &Targets) -> data::Examples {
        data::Examples { inputs: self.inputs.clone(), targets: targets.clone() }
    }

    /// Of each input whether it is of whole numbers, and its shape, without the batch axis: in this
    /// order an example's numbers are divided among them.
    pub fn parts(&self) -> Vec<(bool, Vec<usize>)> {
        let whole = || vec![(self.kind != InputKind::Float, self.shape[1..].to_vec())];
        self.division.clone().unwrap_or_else(whole)
    }

    /// Whether all numbers are floats to the model.
    fn is_numeric(&self) -> bool {
        match &self.division {
            None => self.kind == InputKind::Float,
            Some(division) => division.iter().all(|(ints, _)| !ints),
        }
    }

    fn inputs(&self, place: &Place) -> Vec<Value> {
        let Some(division) = &self.division else {
            return vec![match self.kind {
                InputKind::Float => Value::float(&self.inputs, &self.shape, place),
                InputKind::Tokens { .. } => Value::ints(&self.inputs, &self.shape, &place.device),
            }];
        };
        let rows = self.shape[0];
        let length = self.inputs.len() / rows.max(1);
        let mut start = 0;
        let inputs = division.iter().map(|(ints, shape)| {
            let width: usize = shape.iter().product();
            let part = self.inputs.chunks(length.max(1)).flat_map(|row| &row[start..start + width]);
            let part: Vec<f64> = part.copied().collect();
            start += width;
            let shape = with_batch(rows, shape);
            match ints {
                true => Value::ints(&part, &shape, &place.device),
                false => Value::float(&part, &shape, place),
            }
        });
        inputs.collect()
    }
}

fn with_batch(rows: usize, shape: &[usize]) -> Vec<usize> {
    std::iter::once(rows).chain(shape.iter().copied()).collect()
}
