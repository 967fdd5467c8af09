//! A whole spec file: its types, and how it is read.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::node::{Node, Value};
use super::options::OptionReader;
use super::reader::{Choice, Reader};
use super::reuse::{self, Document};
use super::vocabulary::{TermKind, find_kind};
use super::{
    Code, Conditions, DataSpec, DeclaredModel, Diagnostic, Diagnostics, Expectation, Fault,
    LayerSpec, LossSpec, ModelSpec, RustModelSpec, Source, Span, Spanned, TrainingSpec,
    WeightsSpec, condition, data, expectation, fault, loss, model, name, training, weights, yaml,
};
use crate::property::{Property, REGISTRY};

/// What a model is trained for. It decides the default loss, the data's target type and the
/// expected initial loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// One of k classes, for each example or at each place of it; the model gives k logits for each
    /// answer.
    Classification,
    /// One of two classes; the model gives one logit per example.
    BinaryClassification,
    /// Several answers of 0 or 1 that do not exclude each other; the model gives one logit for each.
    MultiLabelClassification,
    /// One or more real numbers per example.
    Regression,
    /// Whatever a Rust model's own loss asks for, over batches that the model brings itself.
    Objective,
}

/// One spec file, read and checked as far as the text alone allows.
#[derive(Debug, Clone)]
pub struct Spec {
    pub name: Spanned<String>,
    /// The document's `extends`, for what comes from the files that it builds on.
    pub extends: Option<Span>,
    pub source: Source,
    pub task: Spanned<Task>,
    pub data: DataSpec,
    pub model: ModelSpec,
    /// The file that the weights start from; without it the initializers draw them.
    pub weights: Option<WeightsSpec>,
    pub loss: LossSpec,
    pub training: TrainingSpec,
    /// The properties to judge, in the order of the registry, each at most once. When the file
    /// has no `expect`, this is the recommended set for the task.
    pub expectations: Vec<Expectation>,
    /// Faults planted on purpose, to test the specs themselves.
    pub faults: Vec<Spanned<Fault>>,
    /// Names to choose specs by; each once.
    pub tags: Vec<Spanned<String>>,
    /// Where it is judged at all.
    pub conditions: Conditions,
    /// How many seeds each property is judged for, from the recipe's own on.
    pub seeds: usize,
    /// Seconds that all test cases of the spec may take together; `None` leaves the limit to whoever
    /// runs it.
    pub timeout: Option<u64>,
}

impl Spec {
    /// The file's name as the user gave it, for messages.
    pub fn path(&self) -> &Path {
        &self.source.path
    }

    /// The layers of a declared model; none for a Rust model.
    pub fn layers(&self) -> &[LayerSpec] {
        match &self.model {
            ModelSpec::Declared(model) => &model.layers,
            ModelSpec::Rust(_) => &[],
        }
    }

    /// Expects every property beside those that it expects already, but for those that need options.
    pub fn expect_all(&mut self) {
        expectation::complete(&mut self.expectations, REGISTRY);
    }

    /// The model of layers, if it is one.
    pub fn declared_model(&self) -> Option<&DeclaredModel> {
        match &self.model {
            ModelSpec::Declared(model) => Some(model),
            ModelSpec::Rust(_) => None,
        }
    }

    /// The Rust model that the spec names, if it names one.
    pub fn rust_model(&self) -> Option<&RustModelSpec> {
        match &self.model {
            ModelSpec::Declared(_) => None,
            ModelSpec::Rust(model) => Some(model),
        }
    }

    /// The folder that relative paths written at a place of the spec start from: that of the file
    /// that the place is in.
    pub fn folder(&self, place: Span) -> PathBuf {
        self.source.folder(place)
    }

    /// The files that it is made of and reads: its own and those that it extends, its data, and its
    /// weights.
    pub fn files(&self) -> Vec<PathBuf> {
        let data = self.data.source.path().map(|path| self.folder(path.span).join(&path.value));
        let weights = self.weights.as_ref().map(|weights| &weights.file);
        let weights = weights.map(|file| self.folder(file.span).join(&file.value));
        let own = self.source.paths().map(Path::to_owned);
        own.chain(data).chain(weights).collect()
    }

    /// Line and column in the spec's own file: of the place itself, or of the `extends` that brings
    /// it.
    pub fn position(&self, place: Span) -> (usize, usize) {
        let shown = if self.source.is_own(place) { Some(place) } else { self.extends };
        self.source.position(shown.unwrap_or_default().start)
    }
}

/// The words that `task` takes.
pub(super) const TASKS: &[&str] = &[
    "classification",
    "binary_classification",
    "multi_label_classification",
    "regression",
    "objective",
];

impl Task {
    /// The task's name in the language.
    pub fn term(self) -> &'static str {
        match self {
            Self::Classification => "classification",
            Self::BinaryClassification => "binary_classification",
            Self::MultiLabelClassification => "multi_label_classification",
            Self::Regression => "regression",
            Self::Objective => "objective",
        }
    }

    /// The task of one of the words that `task` takes.
    pub(super) fn of_word(word: &str) -> Self {
        match word {
            "classification" => Self::Classification,
            "binary_classification" => Self::BinaryClassification,
            "multi_label_classification" => Self::MultiLabelClassification,
            "objective" => Self::Objective,
            _ => Self::Regression,
        }
    }
}

/// Reads a file of specs.
///
/// # Errors
///
/// When the file cannot be read, and with all that [`parse_all`] finds.
pub fn load_all(path: &Path) -> Result<Vec<Spec>, Diagnostics> {
    parse_all(read_source(path)?)
}

/// Reads the specs of a text: one for each document and each combination of its matrix, none for
/// templates. Files that they extend are read, too.
///
/// # Errors
///
/// All errors of the file at once, as far as the text alone allows.
pub fn parse_all(source: Source) -> Result<Vec<Spec>, Diagnostics> {
    parse_with(source, REGISTRY)
}

/// Reads a file of one spec.
///
/// # Errors
///
/// As [`load_all`], and when the file holds none or several.
pub fn load(path: &Path) -> Result<Spec, Diagnostics> {
    parse(read_source(path)?)
}

/// Reads a text of one spec.
///
/// # Errors
///
/// As [`parse_all`], and when the text holds none or several.
pub fn parse(source: Source) -> Result<Spec, Diagnostics> {
    let file = source.clone();
    let mut specs = parse_all(source)?;
    match (specs.pop(), specs.len()) {
        (Some(spec), 0) => Ok(spec),
        (spec, others) => {
            let place = spec.map_or(Span::default(), |spec| spec.name.span);
            let count = if place == Span::default() { 0 } else { others + 1 };
            let error = Diagnostic::new(
                Code::BAD_NAME,
                "one spec is due here",
                place,
                format!("the file holds {count}"),
            );
            Err(Diagnostics::one(file, error))
        }
    }
}

/// Reads the specs of a text against a list of properties.
pub(super) fn parse_with(
    source: Source,
    registry: &[&'static Property],
) -> Result<Vec<Spec>, Diagnostics> {
    let source = match source.text.strip_prefix('\u{feff}') {
        Some(text) => Source::new(source.path, text),
        None => source,
    };
    let mut errors = Vec::new();
    let (documents, source) = reuse::expand(source, &mut errors);
    let mut reader = Reader::new(&source, registry, errors);
    let specs = documents.iter().map(|document| read_document(&mut reader, document, &source));
    let specs: Vec<Option<Spec>> = specs.collect();
    name::report_repeated(&mut reader, specs.iter().flatten());
    let errors = without_repeats(reader.errors);
    match specs.into_iter().collect::<Option<Vec<_>>>() {
        Some(specs) if errors.is_empty() => Ok(specs),
        _ => Err(Diagnostics { source, errors }),
    }
}

/// What is wrong behind an anchor is found again behind each of its aliases, what is wrong in a base
/// by each spec that extends it, and most of a matrix by each of its combinations. Where a variable has
/// no value, nothing else is wrong with what stands for it.
pub(super) fn without_repeats(errors: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut kept: Vec<Diagnostic> = Vec::new();
    let mut seen = HashSet::new();
    let place = |error: &Diagnostic| (error.label.0.start, error.label.0.end);
    let without_value = errors.iter().filter(|error| error.code == Code::UNKNOWN_VARIABLE);
    let without_value: HashSet<_> = without_value.map(place).collect();
    for error in errors {
        let (span, _) = error.label;
        if error.code != Code::UNKNOWN_VARIABLE && without_value.contains(&place(&error)) {
            continue;
        }
        if seen.insert((error.code.0, span.start, span.end, error.message.clone())) {
            kept.push(error);
        }
    }
    kept
}

/// A file's text as it is. Its errors point at nothing: they have no text.
pub(super) fn read_source(path: &Path) -> Result<Source, Diagnostics> {
    let unreadable = |reason: String| {
        let error = Diagnostic::new(
            Code::FILE_UNREADABLE,
            format!("cannot read the spec `{}`", path.display()),
            Span::default(),
            reason,
        );
        Diagnostics::one(Source::new(path, ""), error)
    };
    let metadata = fs::metadata(path).map_err(|error| unreadable(error.to_string()))?;
    if metadata.is_dir() {
        return Err(unreadable("it is a folder".to_owned()));
    }
    if !metadata.is_file() {
        return Err(unreadable("it is not a regular file".to_owned()));
    }
    if metadata.len() > yaml::SIZE_LIMIT as u64 {
        let bytes = usize::try_from(metadata.len()).unwrap_or(usize::MAX);
        return Err(Diagnostics::one(Source::new(path, ""), yaml::too_large(bytes)));
    }
    let bytes = fs::read(path).map_err(|error| unreadable(error.to_string()))?;
    decode(path, bytes)
}

fn decode(path: &Path, bytes: Vec<u8>) -> Result<Source, Diagnostics> {
    String::from_utf8(bytes).map(|text| Source::new(path, text)).map_err(|error| {
        let start = error.utf8_error().valid_up_to();
        let byte = error.as_bytes()[start];
        // What comes before the bad byte is as long here as it is in the file.
        let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
        let span = Span { start, end: start + char::REPLACEMENT_CHARACTER.len_utf8() };
        let error = Diagnostic::new(
            Code::NOT_UTF8,
            "the spec is not UTF-8 text",
            span,
            format!("byte {start} of the file is 0x{byte:02X}"),
        );
        Diagnostics::one(Source::new(path, text), error.help("save the file as UTF-8"))
    })
}

/// Reads a document. `None` when a part that everything hangs on is wrong; then errors say why.
pub(super) fn read_document(
    reader: &mut Reader<'_>,
    document: &Document,
    source: &Source,
) -> Option<Spec> {
    let term = find_kind(TermKind::Section, "spec");
    let place = document.place;
    let spec = &mut OptionReader::open(reader, term, place, Some(&document.root));
    spec.count("version");
    let name = name::read(spec, source, document);
    let task = task(spec);
    let data = data_section(spec, task.as_ref());
    let before = spec.reader.errors.len();
    let (model, weights) = model_section(spec, task.as_ref()).unzip();
    let known_layers = match &model {
        Some(ModelSpec::Declared(model)) if spec.reader.errors.len() == before => {
            Some(model.layers.as_slice())
        }
        _ => None,
    };
    let loss = task.as_ref().and_then(|task| loss::read(spec, data.as_ref(), task));
    let regularization = loss::read_regularization(spec);
    let loss = loss.map(|loss| LossSpec { regularization, ..loss });
    let training = training::read(spec, spec.key_span("data").unwrap_or(place));
    let expectations = expectation::read(spec);
    let faults = fault::read(spec, known_layers);
    let tags = condition::tags(spec);
    let conditions = condition::read(spec);
    let seeds = spec.count("seeds");
    let timeout = spec.optional_count("timeout").map(|timeout| timeout.value as u64);
    Some(Spec {
        name,
        extends: document.extends,
        source: source.clone(),
        task: task?,
        data: data?,
        model: model?,
        weights: weights.flatten(),
        loss: loss?,
        training,
        expectations,
        faults,
        tags,
        conditions,
        seeds,
        timeout,
    })
}

fn task(spec: &mut OptionReader<'_, '_, '_>) -> Option<Spanned<Task>> {
    let node = spec.node("task")?;
    let words = TASKS;
    let word = spec.reader.word("`task`", node, words)?;
    Some(Spanned::new(Task::of_word(word), node.span))
}

fn data_section(
    spec: &mut OptionReader<'_, '_, '_>,
    task: Option<&Spanned<Task>>,
) -> Option<DataSpec> {
    if let Some(task) = task.filter(|task| task.value == Task::Objective) {
        if let Some(span) = spec.key_span("data") {
            spec.reader.report(own_objective("data", span, task.span));
        }
        return Some(DataSpec::of_model(task.span));
    }
    let Some(node) = spec.given("data") else {
        spec.report_missing("data");
        return None;
    };
    let term = find_kind(TermKind::Section, "data");
    let span = spec.key_span("data").unwrap_or(node.span);
    // `data: moons` stands for `data: {moons: {}}`.
    if let Value::String(name) = &node.value {
        let choice = Choice { name, span: node.span, body: None };
        spec.reader.term(&[TermKind::Data], &choice)?;
        let key = Spanned::new(name.clone(), node.span);
        let body = Node { value: Value::Null, span: node.span };
        let node = Node { value: Value::Mapping(vec![(key, body)]), span: node.span };
        return data::read(&mut OptionReader::open(spec.reader, term, span, Some(&node)), task);
    }
    data::read(&mut OptionReader::open(spec.reader, term, span, Some(node)), task)
}

/// A section that a spec with `task: objective` cannot have.
pub(super) fn own_objective(section: &str, span: Span, task: Span) -> Diagnostic {
    Diagnostic::new(
        Code::CONTRADICTION,
        format!("`task: objective` takes no `{section}`"),
        span,
        "the Rust model brings its own",
    )
    .also(task, "data and loss are the model's own")
    .help(format!("remove `{section}`, or name the task that it belongs to"))
}

fn model_section(
    spec: &mut OptionReader<'_, '_, '_>,
    task: Option<&Spanned<Task>>,
) -> Option<(ModelSpec, Option<WeightsSpec>)> {
    let node = spec.node("model")?;
    let term = find_kind(TermKind::Section, "model");
    let span = spec.key_span("model").unwrap_or(node.span);
    let before = spec.reader.errors.len();
    let options = &mut OptionReader::open(spec.reader, term, span, Some(node));
    let weights = weights::read(options);
    let model = model::read(options)?;
    let declared = matches!(model, ModelSpec::Declared(_));
    if let Some(task) = task.filter(|task| task.value == Task::Objective)
        && declared
        && spec.reader.errors.len() == before
    {
        spec.reader.report(
            Diagnostic::new(
                Code::TASK_MISMATCH,
                "`task: objective` needs a Rust model",
                task.span,
                "a model of layers has no loss of its own",
            )
            .also(span, "the layers")
            .help("name the task and its `data`, or a registered objective: `model: {rust: NAME}`"),
        );
    }
    Some((model, weights))
}
