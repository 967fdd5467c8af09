//! Where in the spec an error about data is shown, and how it is mended.

use super::error::{Cells, ColumnKey, SHOWN, count, list};
use super::{DataError, ScaleError};
use crate::spec::{DataSource, Diagnostic, Encoding, Span, Spec, SplitBy, TableFormat};

/// An error as the reader of the spec sees it.
pub(super) fn diagnostic(error: &DataError, spec: &Spec) -> Diagnostic {
    if let DataError::OfTarget { index, error } = error {
        return of_target(*index, error, spec);
    }
    let (span, label) = place(error, spec);
    let mut diagnostic = Diagnostic::new(error.code(), message(error, spec), span, label);
    diagnostic.notes = notes(error);
    diagnostic.help = help(error, spec);
    if let DataError::FeatureTwice { first, .. } = error {
        diagnostic = diagnostic.also(feature(spec, *first), "listed here before");
    }
    diagnostic
}

/// An error about one of the further targets: as one about the first, at another place.
fn of_target(index: usize, error: &DataError, spec: &Spec) -> Diagnostic {
    let mut diagnostic = diagnostic(error, spec);
    let in_features = matches!(error, DataError::TargetAmongFeatures { .. });
    if let Some(other) = spec.data.targets.get(index).filter(|_| !in_features) {
        let columns = || other.target.columns();
        let named = match error {
            DataError::ColumnMissing { name, .. } => columns().find(|column| column.value == *name),
            _ => None,
        };
        diagnostic.label.0 = named.unwrap_or(&other.target.column).span;
    }
    diagnostic
}

/// Errors inside the data file name it first; the others speak of the spec alone.
fn message(error: &DataError, spec: &Spec) -> String {
    let path = spec.data.source.path().map(|path| path.value.as_path());
    match (path, error) {
        (path, DataError::Malformed { file, .. }) => match file.as_deref().or(path) {
            Some(path) => format!("{}: {error}", path.display()),
            None => error.to_string(),
        },
        (
            Some(path),
            DataError::NotUtf8 { .. }
            | DataError::HeaderMissing
            | DataError::DuplicateColumn { .. }
            | DataError::UnnamedColumn { .. }
            | DataError::RaggedRows { .. }
            | DataError::NoRows { .. }
            | DataError::NoFeatures
            | DataError::ColumnMissing { .. }
            | DataError::ArrayMissing { .. }
            | DataError::InputsUnnamed { .. }
            | DataError::ArrayOfOthers { .. }
            | DataError::ArrayLengths { .. }
            | DataError::ArrayShape { .. }
            | DataError::TooMuch { .. }
            | DataError::TextTooShort { .. }
            | DataError::EmptyCells(_)
            | DataError::MissingCells(_)
            | DataError::AllDropped
            | DataError::NothingToFill { .. }
            | DataError::UnknownCategories(_)
            | DataError::NotNumbers(_)
            | DataError::NotFinite(_)
            | DataError::FractionalLabels(_)
            | DataError::NotTokens { .. }
            | DataError::NotZeroOrOne(_)
            | DataError::AllIgnored { .. }
            | DataError::OneClass { .. }
            | DataError::NotTwoClasses { .. }
            | DataError::PositiveMissing { .. },
        ) => format!("{}: {error}", path.display()),
        _ => error.to_string(),
    }
}

fn place(error: &DataError, spec: &Spec) -> (Span, String) {
    let data = &spec.data;
    match error {
        DataError::FileMissing { resolved, .. } | DataError::FileUnreadable { resolved, .. } => {
            (source(spec), format!("this is {}", resolved.display()))
        }
        DataError::NotUtf8 { .. }
        | DataError::HeaderMissing
        | DataError::DuplicateColumn { .. }
        | DataError::UnnamedColumn { .. }
        | DataError::RaggedRows { .. } => (source(spec), "not a table that can be read".into()),
        DataError::Malformed { file: Some(_), .. } if spec.data.source.target().is_some() => {
            (target(spec), "cannot be read".into())
        }
        DataError::Malformed { .. } => (source(spec), "cannot be read".into()),
        DataError::FeatureMissing { feature, .. } => {
            (source(spec), format!("needs the feature `{feature}`"))
        }
        DataError::TooMuch { .. } => match &spec.data.sample {
            Some(sample) => (sample.span, "rows are drawn".into()),
            None => (source(spec), "more than is kept".into()),
        },
        DataError::ArrayMissing { target: true, .. } => (target(spec), "no such array".into()),
        DataError::ArrayMissing { .. } => (inputs(spec), "no such array".into()),
        DataError::InputsUnnamed { .. } => (source(spec), "which one has the inputs?".into()),
        DataError::ArrayOfOthers { .. } => (source(spec), "read as numbers".into()),
        DataError::ArrayLengths { .. } => (target(spec), "one row per example".into()),
        DataError::ArrayShape { target: true, .. } => (target(spec), "read as targets".into()),
        DataError::ArrayShape { .. } => (inputs(spec), "read as inputs".into()),
        DataError::ImageSizes { .. } => (source(spec), "inputs of one size are due".into()),
        DataError::TextTooShort { .. } => (source(spec), "too short for an example".into()),
        DataError::NoRows { .. } => (source(spec), "there is nothing to learn from".into()),
        DataError::NoFeatures => (source(spec), "only the target is left".into()),
        DataError::AllDropped => (source(spec), "there is nothing to learn from".into()),
        DataError::MissingCells(cells) => (column(cells, spec), "every cell needs a value".into()),
        DataError::UnknownCategories(cells) => (encoded(cells, spec), "encoded".into()),
        DataError::NothingToFill { column } => {
            (missing(column, spec), "learned from the training part".into())
        }
        DataError::FillNotANumber { column, .. } => {
            (missing(column, spec), "a column of numbers".into())
        }
        DataError::RuleColumnMissing { key, index, .. } => {
            (rule_column(*key, *index, spec), "no such column".into())
        }
        DataError::ColumnMissing { feature: None, .. } => (target(spec), "no such column".into()),
        DataError::ColumnMissing { feature: Some(index), .. } => {
            (feature(spec, *index), "no such column".into())
        }
        DataError::FeatureTwice { second, .. } => (feature(spec, *second), "listed again".into()),
        DataError::TargetAmongFeatures { feature: index, .. } => {
            (feature(spec, *index), "the answer, handed to the model".into())
        }
        DataError::EmptyCells(cells) => (column(cells, spec), "every cell needs a value".into()),
        DataError::NotNumbers(cells) => (column(cells, spec), "read as numbers".into()),
        DataError::NotFinite(cells) => (column(cells, spec), "no NaN and no infinity".into()),
        DataError::NotTokens { cells, .. } => {
            (column(cells, spec), "read as tokens, for the embedding".into())
        }
        DataError::FractionalLabels(_) => (target(spec), "read as class labels".into()),
        DataError::NotZeroOrOne(cells) => (column(cells, spec), "answers of 0 and 1".into()),
        DataError::AllIgnored { .. } => (target(spec), "no place is left to be answered".into()),
        DataError::OneClass { .. } => (target(spec), "there is nothing to tell apart".into()),
        DataError::NotTwoClasses { .. } => (target(spec), "not two classes".into()),
        DataError::PositiveMissing { .. } | DataError::PositiveWithoutBinary => {
            (positive(spec), "the class that counts as 1".into())
        }
        DataError::LonelyClasses { .. }
        | DataError::TooFewForParts { .. }
        | DataError::Share { .. } => (data.validation.span, "the share that is held out".into()),
        DataError::TooFewGroups { .. } => {
            (rule_column(ColumnKey::Group, 0, spec), "a group stays together".into())
        }
        DataError::Shape { numbers, .. } => {
            let span = data.shape.as_ref().map_or(data.span, |shape| shape.span);
            (span, format!("must hold {}", count(*numbers, "number")))
        }
        DataError::EmbeddingOfNumbers { .. }
        | DataError::VocabularyTooSmall { .. }
        | DataError::EncodedTokens => {
            let span = spec.layers().first().map_or(data.span, |layer| layer.span);
            (span, "the first layer".into())
        }
        DataError::ScaledTokens | DataError::InputScale(_) => {
            (data.scale.span, "of the inputs".into())
        }
        DataError::TargetScale(_) => (data.scale_target.span, "of the targets".into()),
        DataError::BatchTooLarge { examples, .. } => {
            (spec.training.batch_size.span, format!("at most {examples}"))
        }
        DataError::TokensWithoutEmbedding { .. } => (source(spec), "makes tokens".into()),
        DataError::GeneratorTask { makes, .. } => (source(spec), format!("makes {makes}")),
        DataError::GeneratorOption { option, .. } => (source(spec), format!("`{option}`")),
        DataError::OfTarget { error, .. } => place(error, spec),
    }
}

/// The path of the data file, or the generator.
fn source(spec: &Spec) -> Span {
    match (&spec.data.source, spec.data.source.path()) {
        (_, Some(path)) => path.span,
        (DataSource::Generated(generator), None) => generator.span,
        (_, None) => spec.data.span,
    }
}

fn target(spec: &Spec) -> Span {
    spec.data.source.target().map_or(source(spec), |target| target.column.span)
}

fn positive(spec: &Spec) -> Span {
    let own = match &spec.data.source {
        DataSource::Images(images) => images.positive.as_ref(),
        _ => None,
    };
    let of_target = spec.data.source.target().and_then(|target| target.positive.as_ref());
    own.or(of_target).map_or(target(spec), |positive| positive.span)
}

/// The name of the array of inputs.
fn inputs(spec: &Spec) -> Span {
    match &spec.data.source {
        DataSource::Arrays { inputs: Some(inputs), .. } => inputs.span,
        _ => source(spec),
    }
}

fn feature(spec: &Spec, index: usize) -> Span {
    match &spec.data.source {
        DataSource::Table { features: Some(features), .. } => {
            features.get(index).map_or(spec.data.span, |feature| feature.span)
        }
        _ => spec.data.span,
    }
}

/// Where a key of the spec names a column by itself.
fn rule_column(key: ColumnKey, index: usize, spec: &Spec) -> Span {
    let rules = &spec.data.columns;
    let named = match (key, &spec.data.split.by) {
        (ColumnKey::Encode, _) => rules.encode.get(index).map(|(column, _)| column.span),
        (ColumnKey::Missing, _) => rules.missing.get(index).map(|(column, _)| column.span),
        (ColumnKey::Group | ColumnKey::Order, SplitBy::Group(column) | SplitBy::Order(column)) => {
            Some(column.span)
        }
        _ => None,
    };
    named.unwrap_or(spec.data.span)
}

/// What the spec says about missing values of a column.
fn missing(column: &str, spec: &Spec) -> Span {
    let rules = &spec.data.columns;
    let named = rules.missing.iter().find(|(name, _)| name.value == column);
    named.map_or(rules.missing_elsewhere.span, |(_, way)| way.span)
}

/// Where the column of these cells is encoded.
fn encoded(cells: &Cells, spec: &Spec) -> Span {
    let named = spec
        .data
        .columns
        .encode
        .iter()
        .find(|(name, _)| cells.common_column() == Some(name.as_str()));
    named.map_or(source(spec), |(name, _)| name.span)
}

/// The place that names the column of these cells, if there is one; else the data file.
fn column(cells: &Cells, spec: &Spec) -> Span {
    let Some(target) = spec.data.source.target() else { return source(spec) };
    let Some(column) = cells.common_column() else { return source(spec) };
    if in_target(cells, spec) {
        return target.column.span;
    }
    let DataSource::Table { features, .. } = &spec.data.source else { return inputs(spec) };
    features
        .iter()
        .flatten()
        .find(|feature| feature.as_str() == column)
        .map_or(source(spec), |feature| feature.span)
}

fn in_target(cells: &Cells, spec: &Spec) -> bool {
    let Some(target) = spec.data.source.target() else { return false };
    let is_target = |name: &str| {
        target.column.as_str() == name || target.others.iter().any(|other| other.as_str() == name)
    };
    cells.common_column().is_some_and(is_target)
}

/// The single places of an error that has several.
fn notes(error: &DataError) -> Vec<String> {
    let (mut notes, total): (Vec<String>, usize) = match error {
        DataError::EmptyCells(cells)
        | DataError::MissingCells(cells)
        | DataError::UnknownCategories(cells)
        | DataError::NotNumbers(cells)
        | DataError::NotFinite(cells)
        | DataError::FractionalLabels(cells)
        | DataError::NotZeroOrOne(cells)
        | DataError::NotTokens { cells, .. }
            if cells.total > 1 =>
        {
            (cells.first.iter().map(ToString::to_string).collect(), cells.total)
        }
        DataError::RaggedRows { lines, total, .. } if *total > 1 => {
            let row = |(line, cells): &(usize, usize)| {
                format!("line {line} has {}", count(*cells, "cell"))
            };
            (lines.iter().map(row).collect(), *total)
        }
        DataError::ColumnMissing { columns, .. } | DataError::RuleColumnMissing { columns, .. } => {
            return vec![format!("the columns are {}", list(columns))];
        }
        DataError::ArrayMissing { arrays, .. } if !arrays.is_empty() => {
            return vec![format!("the arrays are {}", list(arrays))];
        }
        _ => return Vec::new(),
    };
    if total > SHOWN {
        notes.push(format!("and {} more", total - SHOWN));
    }
    notes
}

/// The mend.
fn help(error: &DataError, spec: &Spec) -> Option<String> {
    Some(match error {
        DataError::FileMissing { suggestion: Some(path), .. } => {
            format!("did you mean `{}`?", path.display())
        }
        DataError::FileMissing { suggestion: None, .. } => {
            "paths start from the folder of the spec".into()
        }
        DataError::FileUnreadable { .. } => match &spec.data.source {
            DataSource::Table { format: TableFormat::Csv, .. } => {
                "give the path of a CSV file".into()
            }
            _ => "give the path of a file that can be read".into(),
        },
        DataError::Malformed { mend, .. } => (*mend).into(),
        DataError::FeatureMissing { feature, .. } => format!(
            "install it with `cargo install nn-test --features {feature}`; for `cargo test`, add \
             the feature to the dev-dependency"
        ),
        DataError::TooMuch { rows, bytes, most } => {
            format!("draw some of the rows: `sample: {}`", fitting(*rows, *bytes, *most))
        }
        DataError::ArrayMissing { suggestion, .. } => {
            return suggestion.as_ref().map(|name| format!("did you mean `{name}`?"));
        }
        DataError::InputsUnnamed { .. } => "name the inputs: `inputs: x`".into(),
        DataError::ArrayOfOthers { .. } => "give numbers of at most 64 bits".into(),
        DataError::ArrayLengths { .. } => "give every input its target".into(),
        DataError::ArrayShape { target: true, .. } => {
            "give one row per example; several numbers in a row are for `task: regression` or \
             `multi_label_classification`"
                .into()
        }
        DataError::ArrayShape { .. } => "give one row per example".into(),
        DataError::ImageSizes { .. } => "resize them all: `size: 32`".into(),
        DataError::TextTooShort { .. } => "lower `length`, or give more text".into(),
        DataError::NotUtf8 { .. } => "save the file as UTF-8".into(),
        DataError::HeaderMissing => "write the names of the columns into the first line".into(),
        DataError::DuplicateColumn { .. } => "give every column a name of its own".into(),
        DataError::UnnamedColumn { .. } => {
            "name it or leave it out (pandas writes its index so: use `to_csv(index=False)`)".into()
        }
        DataError::RaggedRows { .. } => {
            "put text that holds a comma in double quotes; leave no cell out".into()
        }
        DataError::NoRows { .. } => "add a line for every example".into(),
        DataError::NoFeatures => "add columns for the model to predict the target from".into(),
        DataError::ColumnMissing { columns, suggestion, .. } => {
            let meant = || suggestion.as_ref().map(|name| format!("did you mean `{name}`?"));
            return other_separator(columns).or_else(meant);
        }
        DataError::FeatureTwice { .. } => "list it once".into(),
        DataError::TargetAmongFeatures { .. } => "leave it out of `features`".into(),
        DataError::EmptyCells(cells) | DataError::MissingCells(cells) if in_target(cells, spec) => {
            "fill the cells, or leave their rows out".into()
        }
        DataError::EmptyCells(_) | DataError::MissingCells(_) => {
            "say what is to be done with `missing`, fill the cells, or leave the column out with \
             `features`"
                .into()
        }
        DataError::AllDropped => {
            "fill in what can be filled in: `missing: {COLUMN: median}`".into()
        }
        DataError::NothingToFill { .. } => {
            "leave the column out with `features`, or write `constant: NUMBER`".into()
        }
        DataError::FillNotANumber { .. } => {
            "give a number, or encode the column with `encode`".into()
        }
        DataError::UnknownCategories(cells) => match ordered(cells, spec) {
            true => "add them to the order, in their places".into(),
            false => {
                "correct the cells, hold less out, or write `one_hot: {unknown: zeros}`".into()
            }
        },
        DataError::RuleColumnMissing { suggestion, .. } => {
            return suggestion.as_ref().map(|name| format!("did you mean `{name}`?"));
        }
        DataError::EncodedTokens => {
            "start the model with another layer: an embedding reads whole numbers as they stand"
                .into()
        }
        DataError::TooFewGroups { .. } => "hold fewer parts out, or split by another column".into(),
        DataError::NotNumbers(cells) if in_target(cells, spec) => {
            "for labels, write `task: classification`".into()
        }
        DataError::NotNumbers(_) => {
            "leave the column out with `features`, or encode it: `encode: {COLUMN: one_hot}`".into()
        }
        DataError::NotFinite(_) => "fill the cells, or leave their rows out".into(),
        DataError::FractionalLabels(_) => "for real targets, write `task: regression`".into(),
        DataError::NotZeroOrOne(_) => {
            "write 1 where the label holds and 0 where not; for classes, `task: classification`"
                .into()
        }
        DataError::AllIgnored { .. } => "name another label to ignore, or none".into(),
        DataError::OneClass { .. } => "add examples of another class".into(),
        DataError::NotTwoClasses { .. } => {
            "for more than two classes, write `task: classification`".into()
        }
        DataError::PositiveMissing { suggestion: Some(label), .. } => {
            format!("did you mean `{label}`?")
        }
        DataError::PositiveMissing { classes, .. } => format!("the labels are {}", list(classes)),
        DataError::PositiveWithoutBinary => {
            "leave it out, or write `task: binary_classification`".into()
        }
        DataError::LonelyClasses { .. } => {
            "add examples, or hold nothing out: `split: {validation: 0}`; if the target is a \
             quantity, write `task: regression`"
                .into()
        }
        DataError::TooFewForParts { .. } => {
            "add examples, or write `split: {validation: 0}`".into()
        }
        DataError::Share { .. } => "write a share such as `split: {validation: 0.2}`".into(),
        DataError::Shape { .. } => {
            "the sizes multiply to the number of input columns; the batch is not among them".into()
        }
        DataError::NotTokens { .. } => {
            "tokens are whole numbers; raise the embedding's `vocabulary`, or start the model with \
             another layer"
                .into()
        }
        DataError::EmbeddingOfNumbers { .. } => {
            "start the model with another layer, or use `majority_token`".into()
        }
        DataError::TokensWithoutEmbedding { .. } => {
            "start the model with an `embedding`: the size of a token's index means nothing".into()
        }
        DataError::VocabularyTooSmall { tokens, .. } => format!("write `vocabulary: {tokens}`"),
        DataError::ScaledTokens => "leave `scale` out".into(),
        DataError::InputScale(error) | DataError::TargetScale(error) => match error {
            ScaleError::Range { .. } => "write the lower bound first: `min_max: [0, 16]`".into(),
            ScaleError::Factor { .. } => "write a number such as `multiply: 0.1`".into(),
            ScaleError::Overflow => "look at the columns' largest numbers".into(),
        },
        DataError::BatchTooLarge { examples, .. } => {
            format!("write `batch_size: {examples}` or less, or hold less out")
        }
        DataError::GeneratorTask { makes, .. } => match *makes {
            "classes" => "write `task: classification`, or use `linear_regression`".into(),
            _ => "write `task: regression`, or use `blobs`".into(),
        },
        DataError::GeneratorOption { .. } => return None,
        DataError::OfTarget { error, .. } => return help(error, spec),
    })
}

/// A round number of rows of which about half the bound is taken.
fn fitting(rows: usize, bytes: usize, most: usize) -> usize {
    let exact = (rows as f64 / bytes as f64 * most as f64 / 2.0) as usize;
    let unit = 10usize.pow(exact.checked_ilog10().unwrap_or(0));
    (exact / unit * unit).max(1)
}

/// Whether the column of these cells has categories in an order that the spec gives.
fn ordered(cells: &Cells, spec: &Spec) -> bool {
    spec.data.columns.encode.iter().any(|(name, encoding)| {
        cells.common_column() == Some(name.as_str())
            && matches!(encoding, Encoding::Ordinal { order: Some(_) })
    })
}

/// One column whose name holds the separator of another dialect.
fn other_separator(columns: &[String]) -> Option<String> {
    let [only] = columns else { return None };
    let (_, name) = [(';', "semicolons"), ('\t', "tabs"), ('|', "bars")]
        .into_iter()
        .find(|(separator, _)| only.contains(*separator))?;
    Some(format!("the columns seem to be separated by {name}: save the file with commas"))
}
