//! What becomes of a table's columns: which are encoded, and what is done where a value is missing.

use super::super::options::OptionReader;
use super::super::reader::Choice;
use super::super::vocabulary::{TermKind, TermMeta};
use super::super::yaml::Value;
use super::super::{Code, Diagnostic, Spanned};

/// What becomes of a table's columns.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnRules {
    /// Columns of text, and how each becomes numbers.
    pub encode: Vec<(Spanned<String>, Encoding)>,
    /// What is done where a value is missing, in all columns that `missing` does not name.
    pub missing_elsewhere: Spanned<Missing>,
    /// The same for single columns; the target may be one.
    pub missing: Vec<(Spanned<String>, Spanned<Missing>)>,
    /// Cells that stand for a missing value.
    pub na: Vec<String>,
}

impl Default for ColumnRules {
    fn default() -> Self {
        Self {
            encode: Vec::new(),
            missing_elsewhere: Spanned::new(Missing::Error, super::Span::default()),
            missing: Vec::new(),
            na: vec![String::new()],
        }
    }
}

/// How a column of text becomes numbers. Categories are those of the training part.
#[derive(Debug, Clone, PartialEq)]
pub enum Encoding {
    /// A column for each category, 1 where it is the row's and else 0.
    OneHot {
        /// Whether a category that the training part does not have is all zeros, not an error.
        unknown_is_zeros: bool,
    },
    /// The category's place, from 0, in this order; without one, in that of the sorted names.
    Ordinal { order: Option<Vec<String>> },
}

/// What is done where a value is missing. Statistics come from the training part alone.
#[derive(Debug, Clone, PartialEq)]
pub enum Missing {
    Error,
    /// The row is left out.
    Drop,
    /// The column's mean stands there.
    Mean {
        indicator: bool,
    },
    /// The column's median stands there.
    Median {
        indicator: bool,
    },
    /// This number or category stands there.
    Constant {
        value: Spanned<String>,
        indicator: bool,
    },
}

/// Reads `encode`, `missing` and `na`.
pub(super) fn read(options: &mut OptionReader<'_, '_, '_>, targets: &[String]) -> ColumnRules {
    let rules = ColumnRules { encode: encodings(options), na: na(options), ..missing(options) };
    check_target(options, &rules, targets);
    check_encoded(options, &rules, targets);
    rules
}

fn encodings(options: &mut OptionReader<'_, '_, '_>) -> Vec<(Spanned<String>, Encoding)> {
    let chosen = options.choices_by_column("encode");
    let read = |(column, term, choice): (_, &'static TermMeta, Choice<'_>)| {
        let mut options = OptionReader::of_choice(options.reader, term, &choice);
        let encoding = match term.name {
            "one_hot" => Encoding::OneHot { unknown_is_zeros: options.word("unknown") == "zeros" },
            "ordinal" => Encoding::Ordinal { order: order(&mut options) },
            other => unreachable!("a test reads every encoding of the vocabulary, `{other}` too"),
        };
        (column, encoding)
    };
    chosen.into_iter().map(read).collect()
}

/// Categories in their order, each once.
fn order(options: &mut OptionReader<'_, '_, '_>) -> Option<Vec<String>> {
    let node = options.given("order")?;
    let items = options.reader.sequence("`order` of `ordinal`", node);
    let mut order: Vec<Spanned<String>> = Vec::new();
    for item in items {
        let category = options.reader.text("each of `order` of `ordinal`", item);
        if let Some(first) = order.iter().find(|other| other.value == category.value) {
            options.reader.report(
                Diagnostic::new(
                    Code::CONTRADICTION,
                    format!("the category `{}` has two places", category.value),
                    category.span,
                    "listed again",
                )
                .also(first.span, "listed here before"),
            );
        }
        order.push(category);
    }
    Some(order.into_iter().map(|category| category.value).collect())
}

/// `missing: WAY` for all columns, or `missing: {COLUMN: WAY}`.
fn missing(options: &mut OptionReader<'_, '_, '_>) -> ColumnRules {
    let mut rules = ColumnRules::default();
    let Some(node) = options.given("missing") else { return rules };
    if let Value::String(name) = &node.value {
        let choice = Choice { name, span: node.span, body: None };
        if let Some(term) = options.reader.term(&[TermKind::Missing], &choice) {
            rules.missing_elsewhere = Spanned::new(way(options, term, &choice), node.span);
        }
        return rules;
    }
    for (column, term, choice) in options.choices_by_column("missing") {
        let way = Spanned::new(way(options, term, &choice), choice.span);
        rules.missing.push((column, way));
    }
    rules
}

fn way(
    options: &mut OptionReader<'_, '_, '_>,
    term: &'static TermMeta,
    choice: &Choice<'_>,
) -> Missing {
    let mut options = OptionReader::of_choice(options.reader, term, choice);
    match term.name {
        "error" => Missing::Error,
        "drop" => Missing::Drop,
        "mean" => Missing::Mean { indicator: options.flag("indicator") },
        "median" => Missing::Median { indicator: options.flag("indicator") },
        "constant" => {
            Missing::Constant { value: options.text("value"), indicator: options.flag("indicator") }
        }
        other => unreachable!("a test reads every way of the vocabulary, `{other}` too"),
    }
}

fn na(options: &mut OptionReader<'_, '_, '_>) -> Vec<String> {
    let Some(node) = options.given("na") else { return ColumnRules::default().na };
    let items = options.reader.sequence("`na` of `data`", node);
    items.iter().map(|item| options.reader.text("each of `na` of `data`", item).value).collect()
}

/// A target that is made up teaches what was made up.
fn check_target(options: &mut OptionReader<'_, '_, '_>, rules: &ColumnRules, targets: &[String]) {
    let filled = rules.missing.iter().filter(|(column, way)| {
        targets.contains(&column.value) && !matches!(way.value, Missing::Error | Missing::Drop)
    });
    for (column, way) in filled {
        options.reader.report(
            Diagnostic::new(
                Code::CONTRADICTION,
                format!("`{}` is the target: it cannot be made up", column.value),
                way.span,
                "teaches what is made up",
            )
            .help("write `drop`, or fill the cells"),
        );
    }
    if let Some((column, _)) =
        rules.encode.iter().find(|(column, _)| targets.contains(&column.value))
    {
        options.reader.report(
            Diagnostic::new(
                Code::CONTRADICTION,
                format!("`{}` is the target: `encode` is for inputs", column.value),
                column.span,
                "the task says what a target is",
            )
            .help("leave it out: classes may be text"),
        );
    }
}

/// Categories have no mean, and a category for what is missing is its own indicator.
fn check_encoded(options: &mut OptionReader<'_, '_, '_>, rules: &ColumnRules, targets: &[String]) {
    let inputs = rules.missing.iter().filter(|(column, _)| !targets.contains(&column.value));
    for (column, way) in inputs {
        let is_encoded = rules.encode.iter().any(|(name, _)| name.value == column.value);
        let complaint = match &way.value {
            Missing::Mean { .. } | Missing::Median { .. } => "categories have neither",
            Missing::Constant { indicator: true, .. } => "the category itself tells it",
            Missing::Constant { .. } | Missing::Error | Missing::Drop => continue,
        };
        if is_encoded {
            options.reader.report(
                Diagnostic::new(
                    Code::CONTRADICTION,
                    format!("`{}` is encoded: it cannot be filled so", column.value),
                    way.span,
                    complaint,
                )
                .help("write `constant: NAME`, which is a category then, or `drop`"),
            );
        }
    }
}
