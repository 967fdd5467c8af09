//! `training:` — the recipe.

use super::early_stopping::{self, EarlyStopping};
use super::optimizer::{self, OptimizerSpec};
use super::options::OptionReader;
use super::parameter_group::{self, ParameterGroup};
use super::schedule::{self, ScheduleSpec};
use super::vocabulary::{TermKind, find_kind};
use super::{Code, Diagnostic, Span, Spanned};

/// The `training:` section. Everything has a default.
#[derive(Debug, Clone)]
pub struct TrainingSpec {
    pub optimizer: OptimizerSpec,
    pub schedule: ScheduleSpec,
    pub clipping: Option<Clipping>,
    /// Tensors with rates or a weight decay of their own, and frozen ones.
    pub groups: Vec<ParameterGroup>,
    pub batch_size: Spanned<usize>,
    /// Batches whose gradients make one step.
    pub accumulate: Spanned<usize>,
    pub length: Length,
    pub early_stopping: Option<EarlyStopping>,
    /// Seeds weights, splits, shuffles, dropout and generated data.
    pub seed: u64,
}

impl TrainingSpec {
    /// Whether something looks at the losses of whole epochs.
    pub fn watches_epochs(&self) -> bool {
        self.early_stopping.is_some() || self.schedule.kind.watches_loss()
    }

    /// Examples whose gradients make one step.
    pub fn examples_per_step(&self) -> usize {
        self.batch_size.saturating_mul(*self.accumulate)
    }
}

/// Steps that a recipe takes that does not say how long it trains. One pass over a small table is four
/// steps, in which nothing learns, and nobody asked for just four.
pub const LEAST_STEPS: usize = 100;

/// How long the recipe trains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// The spec says nothing: whole passes over the training data, one of them or as many as make
    /// [`LEAST_STEPS`] steps.
    Unsaid,
    /// Passes over the training data.
    Epochs(usize),
    /// Optimizer steps.
    Steps(usize),
}

/// Gradient clipping.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Clipping {
    /// Every element into `[-bound, bound]`.
    Value(f64),
    /// Every tensor's L2 norm to at most the bound, each by itself, as Burn does.
    Norm(f64),
    /// The L2 norm of all gradients together to at most the bound.
    GlobalNorm(f64),
}

/// Reads `training:`. When the spec has no such section, `place` stands for its values' places.
pub(super) fn read(spec: &mut OptionReader<'_, '_, '_>, place: Span) -> TrainingSpec {
    let term = find_kind(TermKind::Section, "training");
    let (span, body) = (spec.key_span("training"), spec.given("training"));
    let options = &mut OptionReader::open(spec.reader, term, span.unwrap_or(place), body);
    let optimizer = optimizer::read(options, "optimizer");
    let groups = parameter_group::read(options);
    let schedule = schedule::read(options, &optimizer, &groups);
    TrainingSpec {
        optimizer,
        clipping: clipping(options),
        groups,
        batch_size: options.spanned_count("batch_size"),
        accumulate: options.spanned_count("accumulate"),
        length: length(options, &schedule),
        early_stopping: early_stopping::read(options),
        schedule,
        seed: options.count("seed") as u64,
    }
}

fn clipping(options: &mut OptionReader<'_, '_, '_>) -> Option<Clipping> {
    options.given("clipping")?;
    let (term, choice) = options.choice("clipping")?;
    let bound = OptionReader::of_choice(options.reader, term, &choice).number("bound");
    Some(match term.name {
        "norm" => Clipping::Norm(bound),
        "global_norm" => Clipping::GlobalNorm(bound),
        _ => Clipping::Value(bound),
    })
}

fn length(options: &mut OptionReader<'_, '_, '_>, schedule: &ScheduleSpec) -> Length {
    let epochs = options.optional_count("epochs");
    let before = options.reader.errors.len();
    let Some(steps) = options.optional_count("steps") else {
        return epochs.map_or(Length::Unsaid, |epochs| Length::Epochs(*epochs));
    };
    if let (Some(epochs), Some(steps)) = (options.key_span("epochs"), options.key_span("steps")) {
        let message = "`training` has one length: `epochs` or `steps`";
        let (first, second) =
            if epochs.start < steps.start { (epochs, steps) } else { (steps, epochs) };
        let error = Diagnostic::new(Code::CONTRADICTION, message, second, "a second length");
        options.reader.report(error.also(first, "the first one").help("remove one of them"));
    } else if options.reader.errors.len() == before {
        let error = schedule.longer_than(*steps);
        error.into_iter().for_each(|error| options.reader.report(error));
    }
    Length::Steps(*steps)
}
