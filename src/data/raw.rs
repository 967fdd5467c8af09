//! Examples as a source gives them, before they are shaped, split and scaled.

use super::encode::Column;
use super::error::Unit;
use super::read::table::Table;
use super::{InputKind, Targets};

/// All examples of a source, in the source's order.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Raw {
    /// Row-major: example by example.
    pub(super) inputs: Vec<f64>,
    pub(super) targets: Targets,
    /// Class names in the order of their indices; empty for regression.
    pub(super) classes: Vec<String>,
    /// What the inputs are.
    pub(super) input: InputKind,
    /// The shape of one input unless the spec says another.
    pub(super) shape: Vec<usize>,
    /// What the rows of a table say beside that.
    pub(super) rows: Rows,
}

/// What the rows of a table say about examples beside their numbers; nothing for other sources.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Rows {
    /// The line of the file that each example stands in.
    pub(super) lines: Vec<usize>,
    /// What these lines are.
    pub(super) unit: Unit,
    /// The names of the input columns.
    pub(super) names: Vec<String>,
    /// Those of the target columns.
    pub(super) targets: Vec<String>,
    /// What becomes of each input column once the training part is known; none where all of them
    /// are finished numbers.
    pub(super) columns: Vec<Column>,
    /// The group of each example, counted from 0, where the split goes by groups.
    pub(super) groups: Vec<usize>,
    /// All examples in their order, where the split goes by one.
    pub(super) order: Vec<usize>,
}

impl Rows {
    pub(super) fn of(table: &Table) -> Self {
        let lines = table.rows.iter().map(|row| row.line).collect();
        Self { lines, unit: table.unit, ..Self::default() }
    }
}
