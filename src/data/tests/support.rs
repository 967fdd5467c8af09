//! Specs made by hand, tables in temporary folders, and errors as text.

use std::path::{Path, PathBuf};

use crate::data::{Dataset, Examples, Targets, load};
use crate::spec::{
    Attributes, ColumnRules, Conditions, DataSource, DataSpec, Diagnostic, Generator, LayerKind,
    LayerSpec, Length, LossKind, LossSpec, ModelSpec, OptimizerKind, OptimizerSpec, Scaling,
    Schedule, ScheduleSpec, Source, Span, Spanned, Spec, SplitRule, TableFormat, Target, Task,
    TrainingSpec,
};

pub(super) const MOONS: Generator = Generator::Moons { examples: 40, noise: 0.1 };
pub(super) const TOKENS: Generator =
    Generator::MajorityToken { examples: 40, classes: 2, vocabulary: 8, length: 5 };

/// What the spans of [`spec`] point into.
pub(super) const TEXT: &str = "\
data:
  csv: table.csv
  target: {column: label, positive: good}
  features: [first, second]
  shape: [sizes]
  scale: scaling
  scale_target: target scaling
  split: {validation: share}
model: {layers: [embedding]}
training: {batch_size: size}
";

pub(super) fn at<T>(value: T, text: &str) -> Spanned<T> {
    let start = TEXT.find(text).expect("the text holds the place");
    Spanned::new(value, Span { start, end: start + text.len() })
}

pub(super) fn spec(folder: &Path, task: Task, source: DataSource) -> Spec {
    Spec {
        name: Spanned::new("test".into(), Span::default()),
        extends: None,
        source: Source::new(folder.join("test.yaml"), TEXT),
        task: Spanned::new(task, Span::default()),
        data: DataSpec {
            source,
            shape: None,
            scale: at(Scaling::None, "scaling"),
            scale_target: at(Scaling::None, "target scaling"),
            targets: Vec::new(),
            of_input: None,
            validation: at(0.25, "share"),
            augment: None,
            sample: None,
            split: SplitRule::default(),
            columns: ColumnRules::default(),
            span: at((), TEXT).span,
        },
        model: ModelSpec::Declared(Vec::new().into()),
        weights: None,
        loss: LossSpec::plain(Spanned::new(LossKind::Mse, Span::default()), task),
        training: TrainingSpec {
            optimizer: OptimizerSpec {
                kind: OptimizerKind::Sgd {
                    momentum: 0.0,
                    dampening: 0.0,
                    nesterov: false,
                    weight_decay: 0.0,
                },
                learning_rate: Spanned::new(0.1, Span::default()),
                others: None,
            },
            schedule: ScheduleSpec {
                kind: Spanned::new(Schedule::Constant, Span::default()),
                warm_up: Spanned::new(0, Span::default()),
            },
            clipping: None,
            groups: Vec::new(),
            early_stopping: None,
            batch_size: at(1, "size"),
            accumulate: Spanned::new(1, Span::default()),
            length: Length::Epochs(1),
            seed: 42,
        },
        expectations: Vec::new(),
        faults: Vec::new(),
        tags: Vec::new(),
        conditions: Conditions::default(),
        seeds: 1,
        timeout: None,
    }
}

pub(super) fn csv(path: &str, target: &str) -> DataSource {
    DataSource::Table {
        format: TableFormat::Csv,
        path: at(PathBuf::from(path), "table.csv"),
        target: Target::of_column(at(target.into(), "label"), None),
        features: None,
    }
}

pub(super) fn embedding(vocabulary: usize) -> LayerSpec {
    LayerSpec {
        name: None,
        kind: LayerKind::Embedding { vocabulary, dimension: 4, initializer: None },
        span: at((), "embedding").span,
        attributes: Attributes::default(),
    }
}

/// Loads a spec on a table of its own, changed as the test wants.
pub(super) fn load_table(
    table: &str,
    task: Task,
    change: impl FnOnce(&mut Spec),
) -> Result<Dataset, Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("table.csv"), table).unwrap();
    let mut spec = spec(folder.path(), task, csv("table.csv", "label"));
    change(&mut spec);
    told(&spec)
}

pub(super) fn load_generated(
    generator: Generator,
    task: Task,
    change: impl FnOnce(&mut Spec),
) -> Result<Dataset, Vec<String>> {
    let source = DataSource::Generated(at(generator, "table.csv"));
    let mut spec = spec(Path::new(""), task, source);
    change(&mut spec);
    told(&spec)
}

/// The dataset, or each error as one text: code, message, place, label, notes and help.
pub(super) fn told(spec: &Spec) -> Result<Dataset, Vec<String>> {
    load(spec).map_err(|diagnostics| {
        let tell = |error: &Diagnostic| {
            let (span, label) = &error.label;
            let mut lines = vec![
                format!("{}: {}", error.code.0, error.message),
                format!("at `{}`: {label}", &TEXT[span.start..span.end]),
            ];
            lines.extend(error.secondary.iter().map(|(span, label)| {
                format!("also at `{}`: {label}", &TEXT[span.start..span.end])
            }));
            lines.extend(error.notes.iter().map(|note| format!("note: {note}")));
            lines.extend(error.help.iter().map(|help| format!("help: {help}")));
            lines.join("\n")
        };
        diagnostics.errors.iter().map(tell).collect()
    })
}

#[track_caller]
pub(super) fn assert_told(result: Result<Dataset, Vec<String>>, expected: &[&str]) {
    let errors = result.expect_err("the data has errors");
    assert_eq!(errors, expected, "\n{}", errors.join("\n\n"));
}

pub(super) fn set_features(spec: &mut Spec, names: &[(&str, &str)]) {
    let DataSource::Table { features, .. } = &mut spec.data.source else { panic!("no table") };
    *features = Some(names.iter().map(|(name, place)| at((*name).to_owned(), place)).collect());
}

pub(super) fn set_positive(spec: &mut Spec, label: &str) {
    let DataSource::Table { target, .. } = &mut spec.data.source else { panic!("no table") };
    target.positive = Some(at(label.to_owned(), "good"));
}

pub(super) fn labels(examples: &Examples) -> &[usize] {
    match &examples.targets {
        Targets::Classes(labels) => labels,
        _ => panic!("the targets are values"),
    }
}

pub(super) fn values(examples: &Examples) -> &[f64] {
    match &examples.targets {
        Targets::Values(values) => values,
        _ => panic!("the targets are classes"),
    }
}
