//! Examples with padding, and which of their numbers are of places of padding.

use super::super::causality::change;
use super::PaddingPlan;
use crate::data::Dataset;
use crate::model::INPUT;
use crate::subject::{Batch, Subject};

/// How many examples are looked at.
const EXAMPLES: usize = 8;

/// Examples with padding.
pub(super) struct Padded {
    pub batch: Batch,
    /// How many places at the end are padding in all examples, where these are one sequence of tokens.
    pub cut: Option<usize>,
    /// The lengths of inputs that have padding.
    pub lengths: Vec<usize>,
    /// The data's own examples with padding, and the same with other contents there.
    pub own: Option<(Batch, Batch)>,
    /// Of each number of the batch whether it stands at a place of padding and is to be changed there.
    changes: Vec<bool>,
    /// Of each number of the batch whether it says that a place is padding, or is of such a place.
    padding: Vec<bool>,
    token: Option<usize>,
    parts: Vec<Part>,
}

/// An input among the numbers of an example.
#[derive(Debug, Clone)]
struct Part {
    name: Option<String>,
    tokens: bool,
    shape: Vec<usize>,
    start: usize,
}

impl Part {
    fn length(&self) -> usize {
        self.shape.first().copied().unwrap_or(1)
    }

    /// Numbers of one place.
    fn width(&self) -> usize {
        self.shape.iter().skip(1).product()
    }
}

/// What says that a place is padding.
enum Rule<'a> {
    /// Inputs of tokens, wherever they hold this one.
    Token(usize),
    /// This input, wherever it holds zeros alone.
    Mask(&'a Part),
}

impl Padded {
    pub fn of(subject: &Subject, plan: &PaddingPlan) -> Result<Self, String> {
        let data = subject.dataset().ok_or("the model brings its own examples")?;
        let parts = parts(subject);
        let rule = rule(subject, plan, &parts)?;
        let length = data.example_len();
        let row = |index: usize| data.train.input(index, length);
        let has = |index: &usize| {
            let marks = marks(&parts, &rule, row(*index));
            marks.iter().any(|padding| *padding) && !marks.iter().all(|padding| *padding)
        };
        let own: Vec<usize> = (0..data.train.len()).filter(has).take(EXAMPLES).collect();
        let token = match rule {
            Rule::Token(token) => Some(token),
            Rule::Mask(_) => None,
        };
        let leads = token.is_some_and(|token| leads(own.iter().map(|index| row(*index)), token));
        let (indices, cut) = match (parts.as_slice(), token) {
            ([only], Some(token)) if only.tokens && only.length() > 1 && !leads => {
                let cut = (only.length() / 4).max(1);
                // Where nothing is left but padding, there is nothing to look at.
                let rest = |index: &usize| &row(*index)[..length - cut];
                let is_left = |index: &usize| rest(index).iter().any(|n| *n != token as f64);
                let indices = some(&own, data).filter(is_left).take(EXAMPLES);
                (indices.collect(), Some(cut))
            }
            _ => (own.clone(), None),
        };
        if indices.is_empty() {
            return Err("no example has padding".to_owned());
        }
        let mut batch = subject.batch(&indices);
        if let (Some(cut), Some(token)) = (cut, token) {
            let examples = batch.examples.as_mut().expect("it has examples");
            for row in examples.inputs.chunks_mut(length) {
                row[length - cut..].fill(token as f64);
            }
        }
        let own = (!own.is_empty()).then(|| {
            let own = subject.batch(&own);
            let filled = Self::marked(own.clone(), None, &parts, &rule, token).filled();
            (own, filled)
        });
        let mut padded = Self::marked(batch, cut, &parts, &rule, token);
        padded.own = own;
        match padded.changes.iter().any(|changes| *changes) {
            true => Ok(padded),
            false => Err("no other input has the places of the mask".to_owned()),
        }
    }

    fn marked(
        batch: Batch,
        cut: Option<usize>,
        parts: &[Part],
        rule: &Rule<'_>,
        token: Option<usize>,
    ) -> Self {
        let inputs = &batch.examples.as_ref().expect("it has examples").inputs;
        let length: usize = parts.iter().map(|part| part.length() * part.width()).sum();
        let rows = || inputs.chunks(length.max(1));
        let padding: Vec<bool> = rows().flat_map(|row| marks(parts, rule, row)).collect();
        let mask = match rule {
            Rule::Mask(mask) => mask.start..mask.start + mask.length() * mask.width(),
            Rule::Token(_) => 0..0,
        };
        let changes = padding.iter().enumerate();
        let changes = changes.map(|(index, padding)| *padding && !mask.contains(&(index % length)));
        let changes = changes.collect();
        let lengths = parts.iter().map(Part::length).collect();
        let parts = parts.to_vec();
        Self { cut, lengths, own: None, changes, padding, token, parts, batch }
    }

    /// How many places of padding there are.
    pub fn places(&self) -> usize {
        self.changes.iter().filter(|changes| **changes).count()
    }

    /// The examples with other contents at places of padding.
    pub fn filled(&self) -> Batch {
        let mut filled = self.batch.clone();
        let examples = filled.examples.as_mut().expect("it has examples");
        let vocabulary = match examples.kind {
            crate::data::InputKind::Tokens { vocabulary } => vocabulary,
            crate::data::InputKind::Float => 0,
        };
        for (index, changes) in self.changes.iter().enumerate() {
            let number = &mut examples.inputs[index];
            match self.token {
                _ if !changes => {}
                // Never the same: it moves by 1 to vocabulary − 1 places in the circle.
                Some(token) if vocabulary > 1 => {
                    *number = ((token + 1 + index % (vocabulary - 1)) % vocabulary) as f64;
                }
                _ if vocabulary > 1 => {
                    let own = *number as usize;
                    *number = ((own + 1 + index % (vocabulary - 1)) % vocabulary) as f64;
                }
                _ => *number += 1.0 + 0.25 * (index % 5) as f64,
            }
        }
        filled
    }

    /// The examples with other contents at all places that are no padding.
    pub fn elsewhere(&self) -> Batch {
        let mut changed = self.batch.clone();
        let own = self.batch.examples.as_ref().expect("it has examples");
        let numbers = changed.examples.as_mut().expect("it has examples");
        change(numbers, own, |index| !self.padding[index]);
        changed
    }

    /// Whether a place of an example is padding, in any input of this length.
    pub fn is_padding(&self, row: usize, length: usize, place: usize) -> bool {
        let example: usize = self.parts.iter().map(|part| part.length() * part.width()).sum();
        self.parts.iter().filter(|part| part.length() == length).any(|part| {
            let first = row * example + part.start + place * part.width();
            self.padding[first..first + part.width()].iter().all(|padding| *padding)
        })
    }
}

/// The inputs of a model, with their names where they have some.
fn parts(subject: &Subject) -> Vec<Part> {
    let batch = subject.sample(1);
    let divided = batch.examples.as_ref().map_or_else(Vec::new, |examples| examples.parts());
    let named = subject.declared().map_or(&[][..], |plan| &plan.inputs);
    let mut start = 0;
    let part = |(index, (tokens, shape)): (usize, (bool, Vec<usize>))| {
        let name = named.get(index).map(|input| input.name.clone());
        let part = Part { name, tokens, shape, start };
        start += part.length() * part.width();
        part
    };
    divided.into_iter().enumerate().map(part).collect()
}

fn rule<'a>(subject: &Subject, plan: &PaddingPlan, parts: &'a [Part]) -> Result<Rule<'a>, String> {
    if let Some(name) = &plan.mask {
        let named = parts.iter().find(|part| part.name.as_ref() == Some(name));
        let known = parts.iter().filter_map(|part| part.name.as_deref()).collect::<Vec<_>>();
        return named.map(Rule::Mask).ok_or_else(|| match known.as_slice() {
            [] | [INPUT] => format!("the model has no input of the name `{name}`"),
            known => format!("no input is called `{name}`: there are {}", known.join(", ")),
        });
    }
    let declared = || subject.declared().and_then(|plan| plan.padding_token());
    if !parts.iter().any(|part| part.tokens) {
        return Err("no input is of tokens, and `mask` names none that says what is padding".into());
    }
    plan.token
        .or_else(declared)
        .map(Rule::Token)
        .ok_or_else(|| "no layer masks padding, and `padding` says no token".to_owned())
}

/// Of each number of an example whether it is of a place of padding.
fn marks(parts: &[Part], rule: &Rule<'_>, row: &[f64]) -> Vec<bool> {
    let mut marks = vec![false; row.len()];
    let place = |part: &Part, place: usize| {
        let first = part.start + place * part.width();
        first..first + part.width()
    };
    for part in parts {
        for index in 0..part.length() {
            let own = place(part, index);
            let is_padding = match rule {
                Rule::Token(token) => part.tokens && row[own.start] == *token as f64,
                Rule::Mask(mask) => {
                    mask.length() == part.length()
                        && row[place(mask, index)].iter().all(|number| *number == 0.0)
                }
            };
            marks[own].fill(is_padding);
        }
    }
    marks
}

/// Whether the padding stands at the beginning.
fn leads<'a>(mut rows: impl Iterator<Item = &'a [f64]>, token: usize) -> bool {
    let token = token as f64;
    rows.any(|row| row.first() == Some(&token) && row.last() != Some(&token))
}

/// These examples first, then all others.
fn some(first: &[usize], data: &Dataset) -> impl Iterator<Item = usize> {
    let others = (0..data.train.len()).filter(|index| !first.contains(index));
    first.iter().copied().chain(others)
}
