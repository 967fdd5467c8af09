//! `training: {schedule: …, warm_up: …}`: how the learning rate changes with the steps.

use super::optimizer::OptimizerSpec;
use super::options::OptionReader;
use super::reader::Choice;
use super::vocabulary::{TermKind, TermMeta};
use super::{Code, Diagnostic, Spanned};

#[derive(Debug, Clone)]
pub struct ScheduleSpec {
    pub kind: Spanned<Schedule>,
    /// Steps before the schedule begins.
    pub warm_up: Spanned<usize>,
}

/// Burn's schedules with Burn's options; they start from the optimizer's learning rate.
#[derive(Debug, Clone, PartialEq)]
pub enum Schedule {
    Constant,
    Linear {
        final_lr: f64,
        /// All steps after the warm-up where it is not given.
        num_iters: Option<usize>,
    },
    Cosine {
        min_lr: f64,
        /// All steps after the warm-up where it is not given.
        num_iters: Option<usize>,
    },
    Exponential {
        gamma: f64,
    },
    Step {
        step_size: usize,
        gamma: f64,
    },
    Noam {
        warmup_steps: usize,
        model_size: usize,
    },
    Composed {
        schedules: Vec<Schedule>,
        reduction: Reduction,
    },
}

/// How the rates of composed schedules become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reduction {
    /// Multiplied: the first starts at the learning rate, the others at 1.
    Prod,
    /// Their mean.
    Avg,
    /// Their sum.
    Sum,
}

impl Schedule {
    /// The schedule's name in the language: "cosine".
    pub fn term(&self) -> &'static str {
        match self {
            Self::Constant => "constant",
            Self::Linear { .. } => "linear",
            Self::Cosine { .. } => "cosine",
            Self::Exponential { .. } => "exponential",
            Self::Step { .. } => "step",
            Self::Noam { .. } => "noam",
            Self::Composed { .. } => "composed",
        }
    }

    /// The schedules that make it up; itself, unless it is composed.
    fn parts(&self) -> Vec<&Self> {
        match self {
            Self::Composed { schedules, .. } => schedules.iter().flat_map(Self::parts).collect(),
            single => vec![single],
        }
    }
}

impl Reduction {
    /// Where the schedule at this position starts.
    pub fn start(self, position: usize, learning_rate: f64) -> f64 {
        if self == Self::Prod && position > 0 { 1.0 } else { learning_rate }
    }
}

impl ScheduleSpec {
    /// What is wrong where the warm-up leaves nothing of a run of so many steps.
    pub(crate) fn longer_than(&self, steps: usize) -> Option<Diagnostic> {
        if *self.warm_up < steps {
            return None;
        }
        let message =
            format!("the warm-up takes {} steps, but the whole run has {steps}", *self.warm_up);
        let label = match steps {
            1 => "a run of one step has no warm-up".to_owned(),
            steps => format!("at most {}", steps - 1),
        };
        let error = Diagnostic::new(Code::CONTRADICTION, message, self.warm_up.span, label);
        Some(error.help("warm up for a tenth of the run, or train longer"))
    }
}

/// Reads `schedule` and `warm_up` of `training`, and checks them against the optimizer's rates.
pub(super) fn read(
    options: &mut OptionReader<'_, '_, '_>,
    optimizer: &OptimizerSpec,
) -> ScheduleSpec {
    let given = options.given("schedule").and_then(|_| options.choice("schedule"));
    let (term, choice) =
        given.unwrap_or_else(|| options.default_choice("schedule", TermKind::Schedule));
    let (place, errors) = (choice.span, options.reader.errors.len());
    let kind = Spanned::new(schedule(options, term, &choice), place);
    let spec = ScheduleSpec { kind, warm_up: options.spanned_count("warm_up") };
    // One mistake gives one error.
    if options.reader.errors.len() == errors {
        let rates = std::iter::successors(Some(optimizer), |spec| spec.others.as_deref());
        for rate in rates.map(|spec| spec.learning_rate.clone()) {
            let error = rate_error(&spec, &rate);
            error.into_iter().for_each(|error| options.reader.report(error));
        }
        let error = double_warm_up(&spec);
        error.into_iter().for_each(|error| options.reader.report(error));
    }
    spec
}

fn schedule(
    options: &mut OptionReader<'_, '_, '_>,
    term: &'static TermMeta,
    choice: &Choice<'_>,
) -> Schedule {
    let options = &mut OptionReader::of_choice(options.reader, term, choice);
    let iterations = |options: &mut OptionReader<'_, '_, '_>| {
        options.optional_count("num_iters").map(|iterations| iterations.value)
    };
    match term.name {
        "constant" => Schedule::Constant,
        "linear" => Schedule::Linear {
            final_lr: options.number("final_lr"),
            num_iters: iterations(options),
        },
        "cosine" => {
            Schedule::Cosine { min_lr: options.number("min_lr"), num_iters: iterations(options) }
        }
        "exponential" => Schedule::Exponential { gamma: options.number("gamma") },
        "step" => {
            Schedule::Step { step_size: options.count("step_size"), gamma: options.number("gamma") }
        }
        "noam" => Schedule::Noam {
            warmup_steps: options.count("warmup_steps"),
            model_size: options.count("model_size"),
        },
        "composed" => Schedule::Composed {
            schedules: schedules(options),
            reduction: match options.word("reduction") {
                "avg" => Reduction::Avg,
                "sum" => Reduction::Sum,
                _ => Reduction::Prod,
            },
        },
        other => unreachable!("a test reads every schedule of the vocabulary, `{other}` too"),
    }
}

fn schedules(options: &mut OptionReader<'_, '_, '_>) -> Vec<Schedule> {
    let Some(node) = options.node("schedules") else { return Vec::new() };
    let what = options.what("schedules");
    let mut read = Vec::new();
    for item in options.reader.sequence(&what, node) {
        let kind = TermKind::Schedule;
        let Some(choice) = options.reader.choice(kind.with_article(), item) else { continue };
        let Some(term) = options.reader.term(&[kind], &choice) else { continue };
        read.push(schedule(options, term, &choice));
    }
    read
}

/// Burn takes rates in (0, 1] alone, but for constant ones, steps and Noam, whose rate is a factor.
fn rate_error(spec: &ScheduleSpec, rate: &Spanned<f64>) -> Option<Diagnostic> {
    let too_high = starts_too_high(&spec.kind, **rate).then(|| (spec.kind.term(), spec.kind.span));
    let warm_up = (*spec.warm_up > 0 && **rate > 1.0).then_some(("warm_up", spec.warm_up.span));
    if let Some((name, place)) = too_high.or(warm_up) {
        let message =
            format!("under `{name}` a learning rate must be greater than 0 and at most 1");
        let label = format!("is {}", **rate);
        let error = Diagnostic::new(Code::CONTRADICTION, message, rate.span, label);
        let error = error.also(place, "takes rates up to 1");
        return Some(error.help("write a `learning_rate` of at most 1"));
    }
    let lowest = lowest_above(&spec.kind, **rate)?;
    let message = format!("`min_lr` of `cosine` is {lowest}, above the learning rate {}", **rate);
    let label = format!("starts at {}", **rate);
    let error = Diagnostic::new(Code::CONTRADICTION, message, spec.kind.span, label);
    Some(error.help("a cosine schedule falls: write a lower `min_lr`"))
}

/// Whether a schedule whose rates Burn wants in (0, 1] starts above 1.
fn starts_too_high(schedule: &Schedule, rate: f64) -> bool {
    match schedule {
        Schedule::Linear { .. } | Schedule::Cosine { .. } | Schedule::Exponential { .. } => {
            rate > 1.0
        }
        Schedule::Constant | Schedule::Step { .. } | Schedule::Noam { .. } => false,
        Schedule::Composed { schedules, reduction } => {
            let mut parts = schedules.iter().enumerate();
            parts.any(|(position, part)| starts_too_high(part, reduction.start(position, rate)))
        }
    }
}

/// The lowest rate of a cosine that starts below it.
fn lowest_above(schedule: &Schedule, rate: f64) -> Option<f64> {
    match schedule {
        Schedule::Cosine { min_lr, .. } => (rate > 0.0 && *min_lr > rate).then_some(*min_lr),
        Schedule::Composed { schedules, reduction } => {
            let mut parts = schedules.iter().enumerate();
            parts.find_map(|(position, part)| lowest_above(part, reduction.start(position, rate)))
        }
        _ => None,
    }
}

fn double_warm_up(spec: &ScheduleSpec) -> Option<Diagnostic> {
    let noam = spec.kind.parts().into_iter().any(|part| matches!(part, Schedule::Noam { .. }));
    let error = Diagnostic::new(
        Code::CONTRADICTION,
        "`noam` has a warm-up of its own",
        spec.warm_up.span,
        "a second warm-up",
    );
    let error = error.also(spec.kind.span, "warms up for `warmup_steps`");
    (noam && *spec.warm_up > 0)
        .then(|| error.help("remove `warm_up`, or set `warmup_steps` of `noam`"))
}
