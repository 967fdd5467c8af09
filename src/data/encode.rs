//! Columns of a table into numbers, by what the training part knows: categories are encoded, and
//! missing numbers are filled in.
//!
//! First all cells become numbers that say what stands there ([`read`]). Once the training part is
//! known, [`finish`] learns from it alone, and makes the inputs of all examples.

use super::DataError;
use super::columns::numbers_but;
use super::error::Cells;
use super::missing::{is_missing, way};
use super::read::table::Table;
use super::statistics::quantile;
use crate::spec::{ColumnRules, Encoding, Missing};

/// What is to become of an input column.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Column {
    name: String,
    kind: Kind,
}

#[derive(Debug, Clone, PartialEq)]
enum Kind {
    /// Numbers; NaN where one is missing.
    Numbers { fill: Fill, indicator: bool },
    /// Places among these categories, which are sorted or in the spec's order.
    Categories { categories: Vec<String>, encoding: Encoding },
}

/// What stands for a missing number.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fill {
    /// None is missing.
    Nothing,
    Mean,
    Median,
    Constant(f64),
}

/// The inputs of all examples.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Finished {
    /// Row-major.
    pub(super) inputs: Vec<f64>,
    /// What each column is called.
    pub(super) names: Vec<String>,
    /// Of each column, whether it tells a category or an indicator: such are not scaled.
    pub(super) encoded: Vec<bool>,
}

/// The cells of these columns as numbers, row by row, and what is to become of them; no columns
/// where the numbers are finished.
///
/// # Errors
///
/// As [`numbers`](super::columns::numbers), categories that the spec's order does not have, empty
/// cells among categories, and constants that are no number in a column of numbers.
pub(super) fn read(
    table: &Table,
    features: &[usize],
    rules: &ColumnRules,
) -> Result<(Vec<f64>, Vec<Column>), Vec<DataError>> {
    let mut errors = Vec::new();
    let columns: Vec<Column> = features
        .iter()
        .map(|&feature| {
            plan(table, feature, rules).unwrap_or_else(|error| {
                errors.push(error);
                Column { name: String::new(), kind: Kind::SKIPPED }
            })
        })
        .collect();
    let numbers = numbers_but(table, features, |place, cell| {
        let name = &table.header[features[place]];
        match &columns[place].kind {
            Kind::Numbers { fill: Fill::Nothing, .. } => None,
            Kind::Numbers { .. } => is_missing(rules, cell).then_some(f64::NAN),
            Kind::Categories { categories, .. } => {
                let category = category(rules, name, cell);
                Some(categories.iter().position(|other| other == category).unwrap_or(0) as f64)
            }
        }
    });
    match numbers {
        Ok(numbers) if errors.is_empty() => {
            let finished = columns.iter().all(|column| column.kind == Kind::FINISHED);
            Ok((numbers, if finished { Vec::new() } else { columns }))
        }
        Ok(_) => Err(errors),
        Err(more) => {
            errors.extend(more);
            Err(errors)
        }
    }
}

impl Kind {
    const FINISHED: Self = Self::Numbers { fill: Fill::Nothing, indicator: false };
    /// What is already known to be wrong, and is not to be reported again.
    const SKIPPED: Self =
        Self::Categories { categories: Vec::new(), encoding: Encoding::Ordinal { order: None } };
}

/// The category of a cell: its text, or what stands for a missing one.
fn category<'a>(rules: &'a ColumnRules, column: &str, cell: &'a str) -> &'a str {
    match way(rules, column) {
        Missing::Constant { value, .. } if is_missing(rules, cell) => value,
        _ => cell,
    }
}

fn plan(table: &Table, feature: usize, rules: &ColumnRules) -> Result<Column, DataError> {
    let name = &table.header[feature];
    let encoding = rules.encode.iter().find(|(column, _)| column.value == *name);
    let kind = match encoding {
        Some((_, encoding)) => Kind::Categories {
            categories: categories(table, feature, rules, encoding)?,
            encoding: encoding.clone(),
        },
        None => numbers_kind(name, rules)?,
    };
    Ok(Column { name: name.clone(), kind })
}

fn numbers_kind(name: &str, rules: &ColumnRules) -> Result<Kind, DataError> {
    let (fill, indicator) = match way(rules, name) {
        Missing::Error | Missing::Drop => (Fill::Nothing, false),
        Missing::Mean { indicator } => (Fill::Mean, *indicator),
        Missing::Median { indicator } => (Fill::Median, *indicator),
        Missing::Constant { value, indicator } => match value.parse() {
            Ok(number) if f64::is_finite(number) => (Fill::Constant(number), *indicator),
            _ => {
                let (column, value) = (name.to_owned(), value.value.clone());
                return Err(DataError::FillNotANumber { column, value });
            }
        },
    };
    Ok(Kind::Numbers { fill, indicator })
}

/// All categories of a column: those of the spec's order, or those that stand in it, sorted.
fn categories(
    table: &Table,
    feature: usize,
    rules: &ColumnRules,
    encoding: &Encoding,
) -> Result<Vec<String>, DataError> {
    let name = &table.header[feature];
    let cells = table.rows.iter().map(|row| (row, category(rules, name, row.cell(feature))));
    if let Encoding::Ordinal { order: Some(order) } = encoding {
        let mut unknown = Cells::default();
        for (row, category) in cells {
            if !order.iter().any(|other| other == category) {
                unknown.push(row.line, name, category);
            }
        }
        return match unknown.total {
            0 => Ok(order.clone()),
            _ => Err(DataError::UnknownCategories(unknown)),
        };
    }
    let mut empty = Cells::default();
    let mut categories = Vec::new();
    for (row, category) in cells {
        if category.is_empty() && is_missing(rules, "") {
            empty.push(row.line, name, "");
        }
        categories.push(category);
    }
    if empty.total > 0 {
        return Err(DataError::EmptyCells(empty));
    }
    categories.sort_unstable();
    categories.dedup();
    Ok(categories.into_iter().map(str::to_owned).collect())
}

/// What a column has learned from the training part.
enum Learned {
    Number {
        fill: f64,
        indicator: bool,
    },
    /// The place of each category among those of the training part, and how many those are.
    OneHot {
        places: Vec<Option<usize>>,
        width: usize,
    },
    Ordinal {
        places: Vec<Option<usize>>,
    },
}

/// Learns from the training part, and makes the inputs of all examples. `inputs` are as [`read`]
/// gives them, `lines` where each example stands.
///
/// # Errors
///
/// Columns without a number to learn from, and categories that the training part does not have,
/// unless they are to be zeros.
pub(super) fn finish(
    columns: &[Column],
    inputs: &[f64],
    lines: &[usize],
    train: &[usize],
) -> Result<Finished, Vec<DataError>> {
    let mut errors = Vec::new();
    let mut learned = Vec::new();
    for (place, column) in columns.iter().enumerate() {
        let of_training = train.iter().map(|&example| inputs[example * columns.len() + place]);
        match column.learn(of_training.collect()) {
            Ok(column) => learned.push(column),
            Err(error) => errors.push(error),
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let mut unknown = vec![Cells::default(); columns.len()];
    let mut finished = Vec::new();
    for (row, &line) in inputs.chunks(columns.len()).zip(lines) {
        for (place, learned) in learned.iter().enumerate() {
            if !learned.push(row[place], &mut finished) {
                columns[place].accuse(row[place], line, &mut unknown[place]);
            }
        }
    }
    let errors: Vec<DataError> = unknown
        .into_iter()
        .filter(|cells| cells.total > 0)
        .map(DataError::UnknownCategories)
        .collect();
    match errors.is_empty() {
        true => {
            let encoded = learned.iter().flat_map(Learned::encoded).collect();
            let names = columns.iter().zip(&learned).flat_map(|(column, by)| column.names(by));
            Ok(Finished { inputs: finished, names: names.collect(), encoded })
        }
        false => Err(errors),
    }
}

impl Column {
    fn learn(&self, train: Vec<f64>) -> Result<Learned, DataError> {
        match &self.kind {
            Kind::Numbers { fill, indicator } => {
                Ok(Learned::Number { fill: self.learn_fill(*fill, train)?, indicator: *indicator })
            }
            Kind::Categories { encoding: Encoding::Ordinal { order: Some(order) }, .. } => {
                Ok(Learned::Ordinal { places: (0..order.len()).map(Some).collect() })
            }
            Kind::Categories { categories, encoding } => {
                let mut seen = vec![false; categories.len()];
                train.iter().for_each(|&category| seen[category as usize] = true);
                let mut width = 0;
                let place = |seen: bool| {
                    let place = seen.then_some(width);
                    width += usize::from(seen);
                    place
                };
                let places = seen.into_iter().map(place).collect();
                Ok(match encoding {
                    Encoding::OneHot { .. } => Learned::OneHot { places, width },
                    Encoding::Ordinal { .. } => Learned::Ordinal { places },
                })
            }
        }
    }

    /// What its columns are called once they are finished.
    fn names(&self, learned: &Learned) -> Vec<String> {
        let name = self.name.clone();
        match (learned, &self.kind) {
            (Learned::Number { indicator: true, .. }, _) => {
                vec![name, format!("{} is missing", self.name)]
            }
            (Learned::OneHot { places, .. }, Kind::Categories { categories, .. }) => {
                let known = categories.iter().zip(places).filter(|(_, place)| place.is_some());
                known.map(|(category, _)| format!("{} = {category}", self.name)).collect()
            }
            _ => vec![name],
        }
    }

    /// The number that stands for a missing one.
    fn learn_fill(&self, fill: Fill, train: Vec<f64>) -> Result<f64, DataError> {
        let mut known: Vec<f64> = train.into_iter().filter(|number| !number.is_nan()).collect();
        let nothing = known.is_empty();
        match fill {
            Fill::Nothing => Ok(0.0),
            Fill::Constant(number) => Ok(number),
            Fill::Mean | Fill::Median if nothing => {
                Err(DataError::NothingToFill { column: self.name.clone() })
            }
            Fill::Mean => Ok(known.iter().sum::<f64>() / known.len() as f64),
            Fill::Median => {
                known.sort_by(f64::total_cmp);
                Ok(quantile(&known, 0.5))
            }
        }
    }

    /// Records a category that the training part does not have, unless it is to be zeros.
    fn accuse(&self, number: f64, line: usize, cells: &mut Cells) {
        if let Kind::Categories { categories, encoding } = &self.kind
            && *encoding != (Encoding::OneHot { unknown_is_zeros: true })
        {
            cells.push(line, &self.name, &categories[number as usize]);
        }
    }
}

impl Learned {
    /// Adds the columns of a number; `false` for a category that the training part does not have.
    fn push(&self, number: f64, finished: &mut Vec<f64>) -> bool {
        match self {
            Self::Number { fill, indicator } => {
                finished.push(if number.is_nan() { *fill } else { number });
                if *indicator {
                    finished.push(f64::from(u8::from(number.is_nan())));
                }
                true
            }
            Self::OneHot { places, width } => {
                let place = places[number as usize];
                finished
                    .extend((0..*width).map(|column| f64::from(u8::from(Some(column) == place))));
                place.is_some()
            }
            Self::Ordinal { places } => {
                let place = places[number as usize];
                finished.push(place.unwrap_or(0) as f64);
                place.is_some()
            }
        }
    }

    /// Of each of its columns, whether it tells a category or an indicator.
    fn encoded(&self) -> Vec<bool> {
        match self {
            Self::Number { indicator: false, .. } => vec![false],
            Self::Number { indicator: true, .. } => vec![false, true],
            Self::OneHot { width, .. } => vec![true; *width],
            Self::Ordinal { .. } => vec![true],
        }
    }
}
