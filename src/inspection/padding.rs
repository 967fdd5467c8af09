//! How much of the tokens is padding.

use super::PaddingFacts;
use crate::data::{Dataset, InputKind, Part};
use crate::model::Plan;
use crate::property::{OptionKind, OptionMeta};
use crate::spec::{DataSource, Generator, Spec};

/// The name of the option with which properties are told of a token.
const OPTION: &str = "padding";

/// None for inputs that are no tokens, and where nothing says which token is padding.
pub(super) fn padding(spec: &Spec, data: &Dataset, plan: Option<&Plan>) -> Option<PaddingFacts> {
    if !matches!(data.input, InputKind::Tokens { .. }) {
        return None;
    }
    let token = token(spec, plan)?;
    let length = data.example_len().max(1);
    let rows = || data.train.inputs.chunks(length);
    let count = |row: &[f64]| row.iter().filter(|number| **number == token as f64).count();
    let padding: usize = rows().map(count).sum();
    let empty = |row: &[f64]| count(row) == row.len();
    Some(PaddingFacts {
        token,
        tokens: data.train.inputs.len(),
        length,
        share: padding as f64 / data.train.inputs.len().max(1) as f64,
        empty: rows().filter(|row| empty(row)).count(),
        first_empty: rows().position(empty).map(|row| data.origin.place(Part::Training, row)),
    })
}

/// What a property is told, else what a layer masks, else what the generator fills up with.
fn token(spec: &Spec, plan: Option<&Plan>) -> Option<usize> {
    let is_token = |option: &OptionMeta| option.name == OPTION && option.kind == OptionKind::Index;
    let told = spec.expectations.iter().find_map(|expected| {
        let mut options = expected.property.meta.options.iter();
        options.any(is_token).then(|| expected.options.count(OPTION)).flatten()
    });
    let filled = || match &spec.data.source {
        DataSource::Generated(generator) => {
            matches!(generator.value, Generator::PaddedTokens { .. }).then_some(0)
        }
        _ => None,
    };
    told.or_else(|| plan?.padding_token()).or_else(filled)
}
