//! A whole spec file: its types, and how it is read.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::options::OptionReader;
use super::reader::{Choice, Reader};
use super::vocabulary::{TermKind, find_kind};
use super::yaml::{self, Node, Value};
use super::{
    Code, DataSpec, Diagnostic, Diagnostics, Expectation, Fault, LayerSpec, LossSpec, ModelSpec,
    RustModelSpec, Source, Span, Spanned, TrainingSpec, data, expectation, fault, loss, model,
    training,
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
    pub source: Source,
    pub task: Spanned<Task>,
    pub data: DataSpec,
    pub model: ModelSpec,
    pub loss: LossSpec,
    pub training: TrainingSpec,
    /// The properties to judge, in the order of the registry, each at most once. When the file
    /// has no `expect`, this is the recommended set for the task.
    pub expectations: Vec<Expectation>,
    /// Faults planted on purpose, to test the specs themselves.
    pub faults: Vec<Spanned<Fault>>,
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
            ModelSpec::Declared(layers) => layers,
            ModelSpec::Rust(_) => &[],
        }
    }

    /// The Rust model that the spec names, if it names one.
    pub fn rust_model(&self) -> Option<&RustModelSpec> {
        match &self.model {
            ModelSpec::Declared(_) => None,
            ModelSpec::Rust(model) => Some(model),
        }
    }

    /// The folder that relative paths in the spec start from.
    pub fn folder(&self) -> PathBuf {
        self.source.path.parent().map(Path::to_path_buf).unwrap_or_default()
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
}

/// Reads a spec file.
///
/// # Errors
///
/// When the file cannot be read, and with all that [`parse`] finds.
pub fn load(path: &Path) -> Result<Spec, Diagnostics> {
    parse(read_source(path)?)
}

/// Reads a spec's text.
///
/// # Errors
///
/// All errors of the file at once, as far as the text alone allows.
pub fn parse(source: Source) -> Result<Spec, Diagnostics> {
    parse_with(source, REGISTRY)
}

/// Reads a spec's text against a list of properties.
pub(super) fn parse_with(
    source: Source,
    registry: &[&'static Property],
) -> Result<Spec, Diagnostics> {
    let source = match source.text.strip_prefix('\u{feff}') {
        Some(text) => Source::new(source.path, text),
        None => source,
    };
    let mut errors = Vec::new();
    let root = yaml::read(&source.text, &mut errors);
    let mut reader = Reader::new(&source.text, registry, errors);
    let spec = root.and_then(|root| read(&mut reader, &root, &source));
    let errors = without_repeats(reader.errors);
    match spec {
        Some(spec) if errors.is_empty() => Ok(spec),
        _ => Err(Diagnostics { source, errors }),
    }
}

/// What is wrong behind an anchor is found again behind each of its aliases.
fn without_repeats(errors: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut kept: Vec<Diagnostic> = Vec::new();
    let mut seen = HashSet::new();
    for error in errors {
        let (span, _) = error.label;
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

/// Reads the tree. `None` when a part that everything hangs on is wrong; then errors say why.
fn read(reader: &mut Reader<'_>, root: &Node, source: &Source) -> Option<Spec> {
    let Value::Mapping(entries) = &root.value else {
        reader.wrong_type("a spec", "a mapping of its sections", root);
        return None;
    };
    let place = entries.first().map_or(root.span, |(key, _)| key.span);
    if let Some((_, version)) = entries.iter().find(|(key, _)| key.value == "version")
        && version.value != Value::Integer(1)
    {
        reader.report(unsupported_version(version.span));
        return None;
    }
    let term = find_kind(TermKind::Section, "spec");
    let spec = &mut OptionReader::open(reader, term, place, Some(root));
    spec.count("version");
    let name = name(spec, source);
    let task = task(spec);
    let data = data_section(spec, task.as_ref());
    let before = spec.reader.errors.len();
    let model = model_section(spec, task.as_ref());
    let known_layers = match &model {
        Some(ModelSpec::Declared(layers)) if spec.reader.errors.len() == before => {
            Some(layers.as_slice())
        }
        _ => None,
    };
    let loss = task.as_ref().and_then(|task| loss::read(spec, task));
    let regularization = loss::read_regularization(spec);
    let loss = loss.map(|loss| LossSpec { regularization, ..loss });
    let training = training::read(spec, spec.key_span("data").unwrap_or(place));
    let expectations = expectation::read(spec);
    let faults = fault::read(spec, known_layers);
    let timeout = spec.optional_count("timeout").map(|timeout| timeout.value as u64);
    Some(Spec {
        name,
        source: source.clone(),
        task: task?,
        data: data?,
        model: model?,
        loss: loss?,
        training,
        expectations,
        faults,
        timeout,
    })
}

/// Other versions may have other keys: nothing else is read, since its errors would mislead.
fn unsupported_version(span: Span) -> Diagnostic {
    Diagnostic::new(
        Code::UNSUPPORTED_VERSION,
        "this version of the spec language is not known",
        span,
        "not 1",
    )
    .note("`version` is the version of the spec language; this nn-test reads version 1")
}

fn name(spec: &mut OptionReader<'_, '_, '_>, source: &Source) -> Spanned<String> {
    let (name, from_file) = match spec.given("name") {
        Some(_) => (spec.text("name"), false),
        None => {
            let stem = source.path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            (Spanned::new(stem, spec.place()), true)
        }
    };
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let proposal = proposed_name(&name);
    if from_file && (name.is_empty() || !name.chars().all(fits)) {
        let error = Diagnostic::new(
            Code::BAD_NAME,
            format!("the file's name `{}` cannot be the spec's name", name.value),
            name.span,
            "this spec has no `name` of its own",
        );
        spec.reader.report(
            error
                .note("a spec's name has lower-case letters, digits and `_` alone")
                .help(format!("add `name: {proposal}`")),
        );
    } else if !name.chars().all(fits) {
        let error = Diagnostic::new(
            Code::BAD_NAME,
            "a spec's name has lower-case letters, digits and `_` alone",
            name.span,
            "has other characters",
        );
        spec.reader.report(error.help(format!("for example `name: {proposal}`")));
    }
    name
}

/// The nearest name that fits.
fn proposed_name(name: &str) -> String {
    let fitting = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    let proposal: String = name.chars().take(40).map(fitting).collect();
    let words: Vec<_> = proposal.split('_').filter(|word| !word.is_empty()).collect();
    if words.is_empty() { "my_spec".to_owned() } else { words.join("_") }
}

fn task(spec: &mut OptionReader<'_, '_, '_>) -> Option<Spanned<Task>> {
    let node = spec.node("task")?;
    let words = TASKS;
    let task = match spec.reader.word("`task`", node, words)? {
        "classification" => Task::Classification,
        "binary_classification" => Task::BinaryClassification,
        "multi_label_classification" => Task::MultiLabelClassification,
        "objective" => Task::Objective,
        _ => Task::Regression,
    };
    Some(Spanned::new(task, node.span))
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
) -> Option<ModelSpec> {
    let node = spec.node("model")?;
    let term = find_kind(TermKind::Section, "model");
    let span = spec.key_span("model").unwrap_or(node.span);
    let before = spec.reader.errors.len();
    let model = model::read(&mut OptionReader::open(spec.reader, term, span, Some(node)))?;
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
    Some(model)
}
