//! A batch on the host.

use super::{ModelPlan, Source, Subject};
use crate::data::{self, InputKind, Targets};
use crate::device::Place;
use crate::model::Value;
use crate::random::Random;

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
    /// Kinds and shapes of a Rust model's inputs, without the batch axis, among which an example's
    /// numbers are divided.
    division: Option<Vec<(bool, Vec<usize>)>>,
}

impl Batch {
    pub(super) fn of(subject: &Subject, indices: &[usize]) -> Self {
        Self::from_part(subject, indices, |data| &data.train)
    }

    pub(super) fn of_validation(subject: &Subject, indices: &[usize]) -> Self {
        Self::from_part(subject, indices, |data| &data.validation)
    }

    fn from_part(
        subject: &Subject,
        indices: &[usize],
        part: fn(&data::Dataset) -> &data::Examples,
    ) -> Self {
        let examples = match &subject.data {
            Source::Dataset(data) => {
                let division = match &subject.plan {
                    ModelPlan::Declared(_) => None,
                    ModelPlan::Rust(plan) => Some(plan.division()),
                };
                Some(Examples::of(data, part(data), indices, division))
            }
            Source::Model { .. } => None,
        };
        Self { indices: indices.to_vec(), examples }
    }

    /// Number of examples.
    pub fn size(&self) -> usize {
        self.indices.len()
    }

    /// What the examples are to answer; none where the model brings its own.
    pub fn targets(&self) -> Option<&Targets> {
        self.examples.as_ref().map(|examples| &examples.targets)
    }

    /// Puts the targets in another order against their inputs.
    pub fn permute_targets(&mut self, random: &mut Random) {
        if let Some(examples) = &mut self.examples {
            examples.targets = examples.targets.shuffled(random);
        }
    }

    /// The model's inputs at a place: one for a declared model, none where it brings its own.
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

impl Examples {
    fn of(
        data: &data::Dataset,
        part: &data::Examples,
        indices: &[usize],
        division: Option<Vec<(bool, Vec<usize>)>>,
    ) -> Self {
        let length = data.shape.iter().product();
        let selected = part.select(indices, length);
        let shape = match data.input {
            InputKind::Float => with_batch(indices.len(), &data.shape),
            InputKind::Tokens { .. } => vec![indices.len(), length],
        };
        let data::Examples { inputs, targets } = selected;
        Self { inputs, shape, kind: data.input, targets, division }
    }

    /// The same numbers without their shape.
    pub fn plain(&self) -> data::Examples {
        data::Examples { inputs: self.inputs.clone(), targets: self.targets.clone() }
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
