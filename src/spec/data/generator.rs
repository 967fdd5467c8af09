//! Data made from the spec's seed: which generators there are, and how their options are read.

use super::super::options::OptionReader;
use super::super::vocabulary::{TermKind, find_kind};
use super::super::{Code, Diagnostic, Span, Spanned, Task};
use super::DataSource;

/// Data made from the spec's seed. Formulas and sources stand in `data/generate`.
#[derive(Debug, Clone, PartialEq)]
pub enum Generator {
    /// Gaussian clusters, one per class. Inputs `[features]`, classes.
    Blobs { examples: usize, classes: usize, features: usize, spread: f64 },
    /// Two interleaved half circles. Inputs `[2]`, two classes.
    Moons { examples: usize, noise: f64 },
    /// A circle in a circle. Inputs `[2]`, two classes.
    Circles { examples: usize, factor: f64, noise: f64 },
    /// Arms that wind around each other, one per class. Inputs `[2]`, classes.
    Spirals { examples: usize, classes: usize, turns: f64, noise: f64 },
    /// Quadrants of a square; the class is whether the signs differ. Inputs `[2]`, two classes.
    Xor { examples: usize, noise: f64 },
    /// y = w·x + b + noise. Inputs `[features]`, one real target.
    LinearRegression { examples: usize, features: usize, noise: f64 },
    /// Friedman's first problem. Inputs `[5]`, one real target.
    NonlinearRegression { examples: usize, noise: f64 },
    /// y = sin(2π · periods · x) + noise. Inputs `[1]`, one real target.
    SineRegression { examples: usize, periods: f64, noise: f64 },
    /// Noisy sine waves whose frequency is the class. Inputs `[length, 1]`, classes.
    Waves { examples: usize, classes: usize, length: usize, noise: f64 },
    /// Images of one bar that lies or stands. Inputs `[1, size, size]`, two classes.
    Bars { examples: usize, size: usize, noise: f64 },
    /// Images of a square, a disc or a cross. Inputs `[1, size, size]`, three classes.
    Shapes { examples: usize, size: usize, noise: f64 },
    /// The sum of two marked numbers of a sequence. Inputs `[length, 2]`, one real target.
    Adding { examples: usize, length: usize },
    /// Signs; the class is whether the number of positive ones is odd. Inputs `[length, 1]`, two
    /// classes.
    Parity { examples: usize, length: usize },
    /// Token sequences; the class is the most frequent of the first `classes` tokens.
    /// Integer inputs `[length]` in `0..vocabulary`.
    MajorityToken { examples: usize, classes: usize, vocabulary: usize, length: usize },
    /// Token sequences of several lengths, filled up with token 0; the class is the most frequent
    /// of the `classes` tokens from 1. Integer inputs `[length]` in `0..vocabulary`.
    PaddedTokens {
        examples: usize,
        classes: usize,
        vocabulary: usize,
        length: usize,
        shortest: usize,
    },
    /// Token sequences in which each token mostly has the same successor; the class is the next
    /// token. Integer inputs `[length]` in `0..vocabulary`, `vocabulary` classes.
    MarkovChain { examples: usize, vocabulary: usize, length: usize, certainty: f64 },
}

impl Generator {
    /// The number of examples that it makes.
    pub fn examples(&self) -> usize {
        match *self {
            Self::Blobs { examples, .. }
            | Self::Moons { examples, .. }
            | Self::Circles { examples, .. }
            | Self::Spirals { examples, .. }
            | Self::Xor { examples, .. }
            | Self::LinearRegression { examples, .. }
            | Self::NonlinearRegression { examples, .. }
            | Self::SineRegression { examples, .. }
            | Self::Waves { examples, .. }
            | Self::Bars { examples, .. }
            | Self::Shapes { examples, .. }
            | Self::Adding { examples, .. }
            | Self::Parity { examples, .. }
            | Self::MajorityToken { examples, .. }
            | Self::PaddedTokens { examples, .. }
            | Self::MarkovChain { examples, .. } => examples,
        }
    }

    /// The number of classes; `None` where the targets are real numbers.
    pub fn classes(&self) -> Option<usize> {
        match *self {
            Self::Blobs { classes, .. }
            | Self::Spirals { classes, .. }
            | Self::Waves { classes, .. }
            | Self::MajorityToken { classes, .. }
            | Self::PaddedTokens { classes, .. } => Some(classes),
            Self::MarkovChain { vocabulary, .. } => Some(vocabulary),
            Self::Moons { .. }
            | Self::Circles { .. }
            | Self::Xor { .. }
            | Self::Bars { .. }
            | Self::Parity { .. } => Some(2),
            Self::Shapes { .. } => Some(3),
            Self::LinearRegression { .. }
            | Self::NonlinearRegression { .. }
            | Self::SineRegression { .. }
            | Self::Adding { .. } => None,
        }
    }
}

/// Reads the generator whose key stands at `span`.
pub(super) fn source(
    options: &mut OptionReader<'_, '_, '_>,
    name: &'static str,
    span: Span,
    task: Option<&Spanned<Task>>,
) -> DataSource {
    let body = options.given(name);
    let term = find_kind(TermKind::Data, name);
    let options = &mut OptionReader::open(options.reader, term, span, body);
    let before = options.reader.errors.len();
    let generator = generator(options, task.map(|task| task.value));
    if options.reader.errors.len() == before {
        check_task(options, &generator, task);
        check_numbers(options, &generator);
    }
    DataSource::Generated(Spanned::new(generator, span))
}

fn generator(options: &mut OptionReader<'_, '_, '_>, task: Option<Task>) -> Generator {
    let examples = options.count("examples");
    let default_classes = if task == Some(Task::BinaryClassification) { 2 } else { 3 };
    match options.term().name {
        "blobs" => Generator::Blobs {
            examples,
            classes: classes(options, default_classes),
            features: options.count("features"),
            spread: options.number("spread"),
        },
        "moons" => Generator::Moons { examples, noise: options.number("noise") },
        "circles" => Generator::Circles {
            examples,
            factor: options.number("factor"),
            noise: options.number("noise"),
        },
        "spirals" => Generator::Spirals {
            examples,
            classes: classes(options, default_classes),
            turns: options.number("turns"),
            noise: options.number("noise"),
        },
        "xor" => Generator::Xor { examples, noise: options.number("noise") },
        "linear_regression" => Generator::LinearRegression {
            examples,
            features: options.count("features"),
            noise: options.number("noise"),
        },
        "nonlinear_regression" => {
            Generator::NonlinearRegression { examples, noise: options.number("noise") }
        }
        "sine_regression" => Generator::SineRegression {
            examples,
            periods: options.number("periods"),
            noise: options.number("noise"),
        },
        "waves" => Generator::Waves {
            examples,
            classes: classes(options, default_classes),
            length: options.count("length"),
            noise: options.number("noise"),
        },
        "bars" => Generator::Bars {
            examples,
            size: options.count("size"),
            noise: options.number("noise"),
        },
        "shapes" => Generator::Shapes {
            examples,
            size: options.count("size"),
            noise: options.number("noise"),
        },
        "adding" => Generator::Adding { examples, length: options.count("length") },
        "parity" => Generator::Parity { examples, length: options.count("length") },
        "majority_token" => Generator::MajorityToken {
            examples,
            classes: classes(options, default_classes),
            vocabulary: options.count("vocabulary"),
            length: options.count("length"),
        },
        "padded_tokens" => Generator::PaddedTokens {
            examples,
            classes: classes(options, default_classes),
            vocabulary: options.count("vocabulary"),
            length: options.count("length"),
            shortest: options.count("shortest"),
        },
        "markov_chain" => Generator::MarkovChain {
            examples,
            vocabulary: options.count("vocabulary"),
            length: options.count("length"),
            certainty: options.number("certainty"),
        },
        other => unreachable!("a test reads every generator of the vocabulary, `{other}` too"),
    }
}

fn classes(options: &mut OptionReader<'_, '_, '_>, default: usize) -> usize {
    options.optional_count("classes").map_or(default, |classes| classes.value)
}

/// What a generator gives must fit the task.
fn check_task(
    options: &mut OptionReader<'_, '_, '_>,
    generator: &Generator,
    task: Option<&Spanned<Task>>,
) {
    let Some(task) = task else { return };
    let complaint = match (task.value, generator.classes()) {
        (Task::Regression, Some(_)) => "gives classes, no real targets",
        (Task::Classification | Task::BinaryClassification, None) => {
            "gives real targets, no classes"
        }
        (Task::BinaryClassification, Some(3..)) => "gives more than two classes",
        _ => return,
    };
    let name = options.term().name;
    options.reader.report(
        Diagnostic::new(
            Code::TASK_MISMATCH,
            format!("`{name}` does not fit the task"),
            options.place(),
            complaint,
        )
        .also(task.span, "the task"),
    );
}

/// A generator's numbers must fit each other.
fn check_numbers(options: &mut OptionReader<'_, '_, '_>, generator: &Generator) {
    let (name, examples) = (options.term().name, generator.examples());
    if let Some(classes) = generator.classes()
        && classes > examples
    {
        let span = options.place();
        options.reader.report(Diagnostic::new(
            Code::CONTRADICTION,
            format!("`{name}` has more classes than examples"),
            span,
            format!("{classes} classes, {examples} examples"),
        ));
    }
    match *generator {
        Generator::MajorityToken { classes, vocabulary, .. } if vocabulary < classes => {
            contradiction(
                options,
                "vocabulary",
                "`vocabulary` must be at least `classes`",
                format!("{vocabulary} tokens for {classes} classes"),
            );
        }
        Generator::PaddedTokens { classes, vocabulary, .. } if vocabulary <= classes => {
            contradiction(
                options,
                "vocabulary",
                "`vocabulary` must be above `classes`: token 0 is the padding",
                format!("{vocabulary} tokens for {classes} classes and the padding"),
            );
        }
        Generator::PaddedTokens { length, shortest, .. } if shortest > length => {
            contradiction(
                options,
                "shortest",
                "`shortest` must be at most `length`",
                format!("{shortest} is above {length}"),
            );
        }
        _ => {}
    }
}

/// Reports an option that does not fit another one, at its value.
fn contradiction(
    options: &mut OptionReader<'_, '_, '_>,
    option: &str,
    message: &str,
    label: String,
) {
    let span = options.given(option).map_or(options.place(), |node| node.span);
    options.reader.report(Diagnostic::new(Code::CONTRADICTION, message, span, label));
}
