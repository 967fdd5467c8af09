//! The whole way from a spec to its dataset.

use super::answers;
use super::columns::check_tokens;
use super::generate::{self, generate};
use super::others::{self, RawTargets};
use super::place::diagnostic;
use super::raw::{Raw, Rows};
use super::read::kept::{Keep, MOST};
use super::read::table::Table;
use super::scale::{Scaler, units};
use super::split::{Parts, Rule, Shares, split};
use super::{
    DataError, Dataset, Examples, InputKind, Origin, ScaleError, Targets, augment, encode, faults,
    missing, next, shape, sources, split_by,
};
use crate::spec::{
    DataSource, Diagnostics, Generator, LayerKind, LayerSpec, OfInput, Scaling, Spanned, Spec,
    SplitBy, Task,
};

/// Reads or generates the data of a spec.
///
/// # Errors
///
/// Everything that is wrong with the data, pointing at the spec's `data` section and naming file,
/// row and column of the data file.
pub fn load(spec: &Spec) -> Result<Dataset, Diagnostics> {
    read(spec).map_err(|errors| Diagnostics {
        source: spec.source.clone(),
        errors: errors.iter().map(|error| diagnostic(error, spec)).collect(),
    })
}

fn read(spec: &Spec) -> Result<Dataset, Vec<DataError>> {
    let (mut raw, others) = match &spec.data.source {
        DataSource::Generated(generator) => (from_generator(generator, spec)?, Vec::new()),
        DataSource::Model => unreachable!("a Rust model's own batches are not loaded"),
        DataSource::Text(_) => {
            let (mut raw, others) = sources::read(spec, keep(spec), None)?;
            raw.input = check_tokens_of("text", &raw, spec).map_err(|error| vec![error])?;
            (raw, others)
        }
        _ => sources::read(spec, keep(spec), vocabulary(spec))?,
    };
    // A text is cut so that a token stands behind each one already.
    let is_text = matches!(spec.data.source, DataSource::Text(_));
    if of_input(spec) == Some(OfInput::Next) && !is_text {
        raw = next::told(raw).map_err(|error| vec![error])?;
    }
    assemble(raw, others, spec)
}

fn of_input(spec: &Spec) -> Option<OfInput> {
    spec.data.of_input.as_ref().map(|of_input| of_input.value)
}

fn keep(spec: &Spec) -> Keep {
    let sample = spec.data.sample.as_ref().map(|sample| sample.value);
    Keep { sample, seed: spec.training.seed, bytes: MOST }
}

/// The number of tokens that the model's first layer takes. In a model with wires of its own that is
/// the first layer anywhere that takes tokens.
fn vocabulary(spec: &Spec) -> Option<usize> {
    let model = spec.declared_model()?;
    let wired =
        model.inputs.is_some() || any(&model.layers, &|layer| !layer.attributes.from.is_empty());
    if wired { first_of_all(&model.layers) } else { of_first(&model.layers) }
}

fn of_first(layers: &[LayerSpec]) -> Option<usize> {
    let first = layers.first()?;
    tokens_of(first).or_else(|| first.contents().first().and_then(|inner| of_first(inner)))
}

fn first_of_all(layers: &[LayerSpec]) -> Option<usize> {
    layers.iter().find_map(|layer| {
        tokens_of(layer).or_else(|| layer.contents().into_iter().find_map(first_of_all))
    })
}

fn tokens_of(layer: &LayerSpec) -> Option<usize> {
    match layer.kind {
        LayerKind::Embedding { vocabulary, .. } => Some(vocabulary),
        LayerKind::OneHot { classes } => Some(classes),
        _ => None,
    }
}

fn any(layers: &[LayerSpec], holds: &dyn Fn(&LayerSpec) -> bool) -> bool {
    layers
        .iter()
        .any(|layer| holds(layer) || layer.contents().into_iter().any(|inner| any(inner, holds)))
}

pub(super) fn from_table(
    mut table: Table,
    answers: &answers::Wanted<'_>,
    features: Option<&[Spanned<String>]>,
    spec: &Spec,
) -> Result<(Raw, Vec<RawTargets>), Vec<DataError>> {
    let one = |error| vec![error];
    let (rules, by) = (&spec.data.columns, &spec.data.split.by);
    let names: Option<Vec<&str>> =
        features.map(|features| features.iter().map(|feature| feature.as_str()).collect());
    let columns = answers.select(&table.header, names.as_deref(), split_by::column(by));
    let further = others::select(&table.header, names.as_deref(), spec);
    let (columns, further) = both(columns, further)?;
    let answered = [&columns.targets[..], &further.concat()].concat();
    let all = [&columns.features[..], &answered].concat();
    missing::check_names(&table.header, &columns.features, &answered, rules)?;
    missing::drop_rows(&mut table, &all, rules).map_err(one)?;

    let mut rows = Rows::of(&table);
    let names = |columns: &[usize]| {
        columns.iter().map(|&column| table.header[column].clone()).collect::<Vec<_>>()
    };
    (rows.names, rows.targets) = (names(&columns.features), names(&columns.targets));
    // A value that is missing is no number either: to say so once is enough.
    let refused = missing::refuse(&table, &all, rules).map_err(one);
    let split = split_by::read(&table, by, &mut rows).map_err(one);
    let ((), ()) = both(refused, split)?;
    let inputs = encode::read(&table, &columns.features, rules);
    let targets = answers.read(&table, &columns.targets);
    let others = others::of_table(&table, &further, spec);
    let ((inputs, unfinished), ((targets, classes), others)) = both(inputs, both(targets, others))?;
    rows.columns = unfinished;
    let input = tokens(&table, &columns.features, &inputs, &rows, spec).map_err(one)?;
    let shape = vec![columns.features.len()];
    Ok((Raw { inputs, targets, classes, input, shape, rows }, others))
}

/// What a table's inputs are: tokens where the model starts with an embedding.
fn tokens(
    table: &Table,
    features: &[usize],
    inputs: &[f64],
    rows: &Rows,
    spec: &Spec,
) -> Result<InputKind, DataError> {
    let Some(vocabulary) = vocabulary(spec) else { return Ok(InputKind::Float) };
    if !rows.columns.is_empty() {
        return Err(DataError::EncodedTokens);
    }
    check_tokens(table, features, inputs, vocabulary)?;
    Ok(InputKind::Tokens { vocabulary })
}

fn from_generator(generator: &Generator, spec: &Spec) -> Result<Raw, Vec<DataError>> {
    let mut raw = generate(generator, spec.training.seed)?;
    let mut errors = Vec::new();
    if spec.data.of_input.is_some() {
        raw.targets = Targets::Values(vec![0.0; raw.targets.len()]);
        raw.classes.clear();
    } else {
        errors.extend(check_task(generator, &raw, *spec.task).err());
    }
    match check_tokens_of(generate::name(generator), &raw, spec) {
        Ok(input) => raw.input = input,
        Err(error) => errors.push(error),
    }
    if errors.is_empty() { Ok(raw) } else { Err(errors) }
}

fn check_task(generator: &Generator, raw: &Raw, task: Task) -> Result<(), DataError> {
    let generator = generate::name(generator);
    match (&raw.targets, task) {
        (Targets::Classes(_), Task::BinaryClassification) if raw.classes.len() != 2 => {
            Err(DataError::NotTwoClasses { classes: raw.classes.clone() })
        }
        (Targets::Classes(_), Task::Classification | Task::BinaryClassification)
        | (Targets::Places { .. }, Task::Classification)
        | (Targets::Labels { .. }, Task::MultiLabelClassification)
        | (Targets::Values(_) | Targets::Arrays { .. }, Task::Regression) => Ok(()),
        (_, Task::Objective) => unreachable!("a Rust model's own batches are not loaded"),
        (targets, task) => {
            Err(DataError::GeneratorTask { generator, makes: made(targets), task: task.term() })
        }
    }
}

fn made(targets: &Targets) -> &'static str {
    match targets {
        Targets::Classes(_) => "classes",
        Targets::Values(_) | Targets::Arrays { .. } => "real numbers",
        Targets::Labels { .. } => "several labels of 0 and 1",
        Targets::Places { .. } => "a class at each place",
    }
}

/// What the inputs are, once the generator and the model's first layer agree about it. A spec
/// without layers leaves it to the generator.
fn check_tokens_of(
    generator: &'static str,
    raw: &Raw,
    spec: &Spec,
) -> Result<InputKind, DataError> {
    match (raw.input, vocabulary(spec)) {
        (InputKind::Tokens { vocabulary: tokens }, Some(vocabulary)) if tokens > vocabulary => {
            Err(DataError::VocabularyTooSmall { tokens, vocabulary })
        }
        (InputKind::Tokens { .. }, Some(vocabulary)) => Ok(InputKind::Tokens { vocabulary }),
        (InputKind::Tokens { .. }, None) if !spec.layers().is_empty() => {
            Err(DataError::TokensWithoutEmbedding { generator })
        }
        (InputKind::Float, Some(_)) => Err(DataError::EmbeddingOfNumbers { generator }),
        (input, None) => Ok(input),
    }
}

/// Splits, finishes, shapes and scales.
fn assemble(
    mut raw: Raw,
    mut others: Vec<RawTargets>,
    spec: &Spec,
) -> Result<Dataset, Vec<DataError>> {
    let one = |error| vec![error];
    faults::plant_in_targets(&mut raw.targets, raw.classes.len(), spec);
    for other in &mut others {
        let (targets, classes) = other.targets_mut();
        faults::plant_in_targets(targets, classes, spec);
    }
    let parts = split_parts(&raw, spec).map_err(one).and_then(|parts| {
        check_batch(*spec.training.batch_size, parts.train.len()).map_err(one)?;
        Ok(parts)
    });
    let mut encoded = Vec::new();
    if !raw.rows.columns.is_empty() {
        // Without parts there is nothing to learn from, and so no shape.
        let parts = parts.as_ref().map_err(Clone::clone)?;
        let rows = &raw.rows;
        let finished = encode::finish(&rows.columns, &raw.inputs, &rows.lines, &parts.train)
            .map_err(|errors| sources::counted(errors, rows.unit))?;
        raw.shape = vec![finished.encoded.len()];
        (raw.inputs, encoded) = (finished.inputs, finished.encoded);
        raw.rows.names = finished.names;
    }
    let wanted = spec.data.shape.as_ref().map(|shape| shape.as_slice());
    let shape = shape::resolve(wanted, &raw.shape).map_err(one);
    let tokens = check_scaling(raw.input, *spec.data.scale).map_err(one);
    let ((shape, parts), ()) = both(both(shape, parts), tokens)?;
    if let Some(augment) = &spec.data.augment {
        let places = of_input(spec) == Some(OfInput::Input)
            || raw.targets.shape().len() > 1
            || others::answer_places(spec, &others);
        augment::check(augment, raw.input, &shape, places).map_err(one)?;
    }

    let columns = raw.shape.iter().product();
    let mut others = others::divided(others, &parts.train, &parts.validation);
    let all = Examples { inputs: raw.inputs, targets: raw.targets };
    let [mut train, mut validation, mut test] =
        [&parts.train, &parts.validation, &parts.test].map(|part| all.select(part, columns));
    let origin = Origin::of(&raw.rows, &parts, &train.inputs, columns);
    let units = units(*spec.data.scale, &shape, &encoded);
    let all = [&mut train, &mut validation, &mut test];
    let inputs = scale_inputs(*spec.data.scale, all, &units);
    let of_target = [&mut train.targets, &mut validation.targets, &mut test.targets];
    let mut targets = scale_targets(*spec.data.scale_target, of_target);
    for other in &mut others {
        let parts = [&mut other.train, &mut other.validation];
        targets = targets.and(scale_targets(*spec.data.scale_target, parts));
    }
    both(
        inputs.map_err(|error| vec![DataError::InputScale(error)]),
        targets.map_err(|error| vec![DataError::TargetScale(error)]),
    )?;
    for part in [&mut train, &mut validation, &mut test] {
        faults::plant_in_inputs(&mut part.inputs, raw.input, spec);
    }
    if of_input(spec) == Some(OfInput::Input) {
        for part in [&mut train, &mut validation, &mut test] {
            part.targets = Targets::Arrays { values: part.inputs.clone(), shape: shape.clone() };
        }
    }
    others.extend(others::inputs(spec, &shape, &train, &validation));
    let (input, classes) = (raw.input, raw.classes);
    let mut data = Dataset { train, validation, test, input, shape, classes, origin, others };
    faults::plant_in_parts(&mut data, spec);
    Ok(data)
}

fn split_parts(raw: &Raw, spec: &Spec) -> Result<Parts, DataError> {
    let in_place: Vec<usize>;
    let rule = match spec.data.split.by {
        SplitBy::Class => Rule::Class,
        SplitBy::Example => Rule::Example,
        SplitBy::Group(_) => Rule::Group(&raw.rows.groups),
        SplitBy::Order(_) => Rule::Order(&raw.rows.order),
        SplitBy::Place => {
            in_place = (0..raw.targets.len()).collect();
            Rule::Order(&in_place)
        }
    };
    let shares = Shares { validation: *spec.data.validation, test: spec.data.split.test };
    split(&raw.targets, &raw.classes, shares, rule, spec.training.seed)
}

fn check_batch(batch_size: usize, examples: usize) -> Result<(), DataError> {
    if batch_size <= examples {
        Ok(())
    } else {
        Err(DataError::BatchTooLarge { batch_size, examples })
    }
}

fn check_scaling(input: InputKind, scaling: Scaling) -> Result<(), DataError> {
    match (input, scaling) {
        (InputKind::Float, _) | (_, Scaling::None) => Ok(()),
        (InputKind::Tokens { .. }, _) => Err(DataError::ScaledTokens),
    }
}

/// Scales the inputs of all parts by what the first one, the training part, is like.
fn scale_inputs(
    scaling: Scaling,
    parts: [&mut Examples; 3],
    units: &[Option<usize>],
) -> Result<(), ScaleError> {
    let scaler = Scaler::fit(scaling, &parts[0].inputs, units)?;
    parts.into_iter().try_for_each(|part| scaler.apply(&mut part.inputs))
}

/// The same for real targets, each number of an example as a column of its own; classes have nothing
/// to scale.
fn scale_targets<const N: usize>(
    scaling: Scaling,
    parts: [&mut Targets; N],
) -> Result<(), ScaleError> {
    let columns: Vec<Option<usize>> = (0..parts[0].width()).map(Some).collect();
    let Some(train) = parts[0].values() else { return Ok(()) };
    let scaler = Scaler::fit(scaling, train, &columns)?;
    let mut values = parts.into_iter().filter_map(Targets::values_mut);
    values.try_for_each(|values| scaler.apply(values))
}

/// Two results, or the errors of both.
pub(super) fn both<A, B>(
    a: Result<A, Vec<DataError>>,
    b: Result<B, Vec<DataError>>,
) -> Result<(A, B), Vec<DataError>> {
    match (a, b) {
        (Ok(a), Ok(b)) => Ok((a, b)),
        (Err(mut a), Err(b)) => {
            a.extend(b);
            Err(a)
        }
        (Err(errors), Ok(_)) | (Ok(_), Err(errors)) => Err(errors),
    }
}
