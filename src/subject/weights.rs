//! The files that a spec names beside its data: weights to start from, and golden files.

use std::path::Path;

use super::Subject;
use crate::device;
use crate::model::{NamedTensor, slots};
use crate::property::Property;
use crate::spec::{Code, Diagnostic, Span, Spec};
use crate::weights::{FileError, Golden, Problem, Slot, WeightFile, line_up};

/// How many problems of a file are told.
const SHOWN: usize = 6;

/// What the files hold.
#[derive(Debug, Default)]
pub struct Files {
    /// The weights to start from.
    pub weights: Option<WeightFile>,
    /// In the order of the spec.
    pub golden: Vec<Golden>,
}

impl Files {
    /// Reads all files that the spec names.
    pub(super) fn read(spec: &Spec) -> Result<Self, Vec<Diagnostic>> {
        let mut files = Self::default();
        let mut errors = Vec::new();
        if let Some(weights) = &spec.weights {
            match WeightFile::read(
                &spec.folder(weights.span()),
                &weights.file,
                weights.key.as_deref(),
            ) {
                Ok(file) => files.weights = Some(file),
                Err(error) => errors.push(unreadable(&error, weights.span())),
            }
        }
        for (written, span) in golden_files(spec) {
            match Golden::read(&spec.folder(span), Path::new(&written)) {
                Ok(golden) => files.golden.push(golden),
                Err(error) => errors.push(unreadable(&error, span)),
            }
        }
        if errors.is_empty() { Ok(files) } else { Err(errors) }
    }
}

/// The golden files that expectations name, each with the place of its expectation.
fn golden_files(spec: &Spec) -> Vec<(String, Span)> {
    let mut files = Vec::new();
    for expectation in &spec.expectations {
        let Property { meta, .. } = expectation.property;
        for option in meta.options.iter().filter(|option| option.is_files()) {
            let span = expectation.span.unwrap_or_default();
            let named = expectation.options.files(option.name);
            files.extend(named.into_iter().map(|file| (file, span)));
        }
    }
    files
}

fn unreadable(error: &FileError, span: Span) -> Diagnostic {
    Diagnostic::new(Code::WEIGHTS_UNREADABLE, error.to_string(), span, "named here")
        .help(error.help())
}

impl Subject {
    /// What the file of the spec gives to a model of these tensors, under the model's own names;
    /// nothing where the spec names no file.
    ///
    /// # Errors
    ///
    /// All that does not fit, as one error.
    pub fn start(&self, slots: &[Slot]) -> Result<Vec<NamedTensor>, Box<Diagnostic>> {
        let (Some(file), Some(weights)) = (&self.files.weights, &self.spec.weights) else {
            return Ok(Vec::new());
        };
        let found = line_up(slots, file, weights);
        match found.problems.as_slice() {
            [] => Ok(found.tensors),
            problems => Err(Box::new(misfit(file, problems, weights.span()))),
        }
    }

    /// What a declared model's file does wrong: its structure is known before anything is drawn.
    pub(super) fn misfit_of_declared(&self) -> Option<Diagnostic> {
        self.files.weights.as_ref()?;
        self.declared()?;
        self.start(&slots(&self.build(&device::reference().device))).err().map(|error| *error)
    }
}

fn misfit(file: &WeightFile, problems: &[Problem], span: Span) -> Diagnostic {
    let name = file.written.display();
    let count = match problems.len() {
        1 => "one tensor".to_owned(),
        count => format!("{count} tensors"),
    };
    let message = format!("`{name}` does not fit the model: {count} without a match");
    let mut error = Diagnostic::new(Code::WEIGHTS_MISMATCH, message, span, "these weights");
    for problem in problems.iter().take(SHOWN) {
        error = error.note(problem.message());
    }
    if problems.len() > SHOWN {
        error = error.note(format!("and {} more", problems.len() - SHOWN));
    }
    // What can be renamed is mended first: other problems may follow from it.
    let renamed = |problem: &&Problem| matches!(problem, Problem::Missing { nearest: Some(_), .. });
    error.help(problems.iter().find(renamed).unwrap_or(&problems[0]).mend())
}
