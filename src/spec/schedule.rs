//! `training: {schedule: …, warm_up: …}`: how the learning rate changes with the steps.

use super::optimizer::OptimizerSpec;
use super::options::OptionReader;
use super::parameter_group::ParameterGroup;
use super::reader::Choice;
use super::vocabulary::{TermKind, TermMeta};
use super::{Code, Diagnostic, Spanned};

#[derive(Debug, Clone)]
pub struct ScheduleSpec {
    pub kind: Spanned<Schedule>,
    /// Steps before the schedule begins.
    pub warm_up: Spanned<usize>,
}

/// Schedules start from the optimizer's learning rate. Where Burn has one, it is Burn's, with Burn's
/// options.
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
    /// One after the other; each begins with its own step 0 and at the learning rate.
    Sequential {
        schedules: Vec<Schedule>,
        /// Where the next one takes over: one less than there are schedules, rising.
        milestones: Vec<usize>,
    },
    Plateau(Plateau),
    Cyclic(Cyclic),
    OneCycle(OneCycle),
}

/// Lowers the rate when the loss of the epochs no longer falls.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plateau {
    pub factor: f64,
    /// Epochs without a better loss that are waited for.
    pub patience: usize,
    /// The share of the best loss by which a better one is lower.
    pub threshold: f64,
    /// Epochs after a fall of the rate that do not count.
    pub cooldown: usize,
    pub min_lr: f64,
}

/// Rises and falls between two rates, again and again.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cyclic {
    pub max_lr: f64,
    /// Steps of half a cycle.
    pub step_size: usize,
    pub mode: CyclicMode,
    pub gamma: f64,
}

/// How the height of a cycle changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CyclicMode {
    Triangular,
    /// Halved with each cycle.
    Triangular2,
    /// Times gamma in each step.
    ExpRange,
}

/// One rise to the learning rate and one fall to almost nothing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OneCycle {
    pub pct_start: f64,
    pub div_factor: f64,
    pub final_div_factor: f64,
    /// A straight line in place of half a cosine.
    pub linear: bool,
    /// All steps after the warm-up where it is not given.
    pub num_iters: Option<usize>,
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
            Self::Sequential { .. } => "sequential",
            Self::Plateau(_) => "plateau",
            Self::Cyclic(_) => "cyclic",
            Self::OneCycle(_) => "one_cycle",
        }
    }

    /// Whether it looks at the losses of the epochs.
    pub fn watches_loss(&self) -> bool {
        self.parts().into_iter().any(|part| matches!(part, Self::Plateau(_)))
    }

    /// The schedules that make it up; itself, unless it is composed.
    fn parts(&self) -> Vec<&Self> {
        match self {
            Self::Composed { schedules, .. } | Self::Sequential { schedules, .. } => {
                schedules.iter().flat_map(Self::parts).collect()
            }
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
    /// What is wrong where warm-up and milestones leave nothing of a run of so many steps.
    pub(crate) fn longer_than(&self, steps: usize) -> Option<Diagnostic> {
        if *self.warm_up < steps {
            return self.milestone_beyond(steps - *self.warm_up);
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

    /// What is wrong where the last of sequential schedules never begins.
    fn milestone_beyond(&self, rest: usize) -> Option<Diagnostic> {
        let Schedule::Sequential { milestones, .. } = &*self.kind else { return None };
        let last = *milestones.last().filter(|last| **last >= rest)?;
        let message = format!("the schedule at milestone {last} never begins");
        let label = format!("{rest} steps are left for the schedule");
        let error = Diagnostic::new(Code::CONTRADICTION, message, self.kind.span, label);
        Some(error.help("lower the milestones, or train longer"))
    }
}

/// Reads `schedule` and `warm_up` of `training`, and checks them against the rates of optimizer and groups.
pub(super) fn read(
    options: &mut OptionReader<'_, '_, '_>,
    optimizer: &OptimizerSpec,
    groups: &[ParameterGroup],
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
        let rates = rates.map(|spec| spec.learning_rate.clone());
        for rate in rates.chain(groups.iter().filter_map(ParameterGroup::own_rate)) {
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
        "sequential" => sequential(options),
        "plateau" => Schedule::Plateau(Plateau {
            factor: options.number("factor"),
            patience: options.count("patience"),
            threshold: options.number("threshold"),
            cooldown: options.count("cooldown"),
            min_lr: options.number("min_lr"),
        }),
        "cyclic" => Schedule::Cyclic(Cyclic {
            max_lr: options.number("max_lr"),
            step_size: options.count("step_size"),
            mode: match options.word("mode") {
                "triangular2" => CyclicMode::Triangular2,
                "exp_range" => CyclicMode::ExpRange,
                _ => CyclicMode::Triangular,
            },
            gamma: options.number("gamma"),
        }),
        "one_cycle" => Schedule::OneCycle(OneCycle {
            pct_start: options.number("pct_start"),
            div_factor: options.number("div_factor"),
            final_div_factor: options.number("final_div_factor"),
            linear: options.word("anneal_strategy") == "linear",
            num_iters: iterations(options),
        }),
        other => unreachable!("a test reads every schedule of the vocabulary, `{other}` too"),
    }
}

fn sequential(options: &mut OptionReader<'_, '_, '_>) -> Schedule {
    let before = options.reader.errors.len();
    let schedules = schedules(options);
    let Some(node) = options.node("milestones") else {
        return Schedule::Sequential { schedules, milestones: Vec::new() };
    };
    let what = options.what("milestones");
    let milestones = options.reader.shape(&what, node);
    if options.reader.errors.len() == before {
        let due = schedules.len() - 1;
        let error = |message: String, label: &str| {
            Diagnostic::new(Code::CONTRADICTION, message, node.span, label)
        };
        if milestones.len() != due {
            let (steps, count) = (milestones.len(), schedules.len());
            let message =
                format!("`milestones` has {steps} steps, but {count} schedules take {due}");
            let error = error(message, "one less than there are schedules");
            options.reader.report(error.help("name the step at which each next schedule begins"));
        } else if milestones.windows(2).any(|pair| pair[0] >= pair[1]) {
            let error = error("milestones must rise".to_owned(), "each above the one before it");
            options.reader.report(error.help("for example `milestones: [100, 200]`"));
        }
    }
    Schedule::Sequential { schedules, milestones }
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
    let (message, help) = wrong_end(&spec.kind, **rate)?;
    let label = format!("starts at {}", **rate);
    let error = Diagnostic::new(Code::CONTRADICTION, message, spec.kind.span, label);
    Some(error.help(help))
}

/// Whether a schedule whose rates Burn wants in (0, 1] starts above 1.
fn starts_too_high(schedule: &Schedule, rate: f64) -> bool {
    match schedule {
        Schedule::Linear { .. } | Schedule::Cosine { .. } | Schedule::Exponential { .. } => {
            rate > 1.0
        }
        Schedule::Constant
        | Schedule::Step { .. }
        | Schedule::Noam { .. }
        | Schedule::Plateau(_)
        | Schedule::Cyclic(_)
        | Schedule::OneCycle(_) => false,
        Schedule::Sequential { schedules, .. } => {
            schedules.iter().any(|part| starts_too_high(part, rate))
        }
        Schedule::Composed { schedules, reduction } => {
            let mut parts = schedules.iter().enumerate();
            parts.any(|(position, part)| starts_too_high(part, reduction.start(position, rate)))
        }
    }
}

/// What is wrong with the other end of a schedule that starts at this rate, and the mend.
fn wrong_end(schedule: &Schedule, rate: f64) -> Option<(String, &'static str)> {
    if rate <= 0.0 {
        return None;
    }
    match schedule {
        Schedule::Cosine { min_lr, .. } | Schedule::Plateau(Plateau { min_lr, .. })
            if *min_lr > rate =>
        {
            let name = schedule.term();
            let message =
                format!("`min_lr` of `{name}` is {min_lr}, above the learning rate {rate}");
            Some((message, "the rate of this schedule falls: write a lower `min_lr`"))
        }
        Schedule::Cyclic(Cyclic { max_lr, .. }) if *max_lr < rate => {
            let message =
                format!("`max_lr` of `cyclic` is {max_lr}, below the learning rate {rate}");
            Some((message, "a cycle rises from the learning rate: write a higher `max_lr`"))
        }
        Schedule::Composed { schedules, reduction } => {
            let mut parts = schedules.iter().enumerate();
            parts.find_map(|(position, part)| wrong_end(part, reduction.start(position, rate)))
        }
        Schedule::Sequential { schedules, .. } => {
            schedules.iter().find_map(|part| wrong_end(part, rate))
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
