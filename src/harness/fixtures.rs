//! Specs, properties and judges made by hand, for the harness's own tests.

use std::cell::RefCell;
use std::rc::Rc;

use serde_yaml::Mapping;

use super::judge::{Judge, Obstacle, Prepare};
use crate::experiment::{Evidence, ExperimentError, Judgement, Progress};
use crate::property::{Finding, Meta, Options, Property, Verdict};
use crate::report::event::{Event, Sink};
use crate::spec::{
    ColumnRules, Conditions, DataSource, DataSpec, DeviceKind, Expectation, Generator, Length,
    LossKind, LossSpec, ModelSpec, OptimizerKind, OptimizerSpec, Scaling, Schedule, ScheduleSpec,
    Severity, Source, Span, Spanned, Spec, SplitRule, Task, TrainingSpec,
};

/// A property that judges and records nothing: what a test's judge says counts.
pub(crate) static ALWAYS: Property = property("always", Severity::Error);
pub(crate) static NEVER: Property = property("never", Severity::Error);
pub(crate) static HINT: Property = property("hint", Severity::Warn);

const fn property(name: &'static str, severity: Severity) -> Property {
    fn judge(_: &Evidence, _: &Options) -> Verdict {
        Verdict::pass("holds")
    }
    fn record(_: &Evidence, _: &Options) -> Mapping {
        Mapping::new()
    }
    let meta = Meta {
        name,
        summary: "",
        checks: "",
        why: "",
        condition: "",
        mend: "",
        source: "",
        severity,
        recommended: false,
        options: &[],
    };
    Property { meta, needs: &[], trains_further: None, judge, record }
}

pub(crate) fn expectation(property: &'static Property) -> Expectation {
    let options = Options::defaults(&property.meta);
    let conditions = Conditions::default();
    Expectation {
        property,
        options,
        severity: None,
        fails: None,
        allowed: None,
        conditions,
        span: None,
    }
}

pub(crate) fn spec(name: &str, expectations: Vec<Expectation>) -> Spec {
    let moons = Generator::Moons { examples: 8, noise: 0.0 };
    Spec {
        name: at_start(name.to_owned()),
        extends: None,
        source: Source::new(format!("{name}.yaml"), ""),
        task: at_start(Task::Classification),
        data: DataSpec {
            source: DataSource::Generated(at_start(moons)),
            shape: None,
            scale: at_start(Scaling::None),
            scale_target: at_start(Scaling::None),
            targets: Vec::new(),
            of_input: None,
            validation: at_start(0.0),
            augment: None,
            sample: None,
            split: SplitRule::default(),
            columns: ColumnRules::default(),
            span: Span::default(),
        },
        model: ModelSpec::Declared(Vec::new().into()),
        weights: None,
        loss: LossSpec::plain(at_start(LossKind::Mse), Task::Regression),
        training: TrainingSpec {
            optimizer: OptimizerSpec {
                kind: OptimizerKind::Sgd {
                    momentum: 0.0,
                    dampening: 0.0,
                    nesterov: false,
                    weight_decay: 0.0,
                },
                learning_rate: at_start(0.1),
                others: None,
            },
            schedule: ScheduleSpec { kind: at_start(Schedule::Constant), warm_up: at_start(0) },
            clipping: None,
            groups: Vec::new(),
            early_stopping: None,
            batch_size: at_start(4),
            accumulate: at_start(1),
            length: Length::Epochs(1),
            seed: 42,
        },
        expectations,
        faults: Vec::new(),
        tags: Vec::new(),
        conditions: Conditions::default(),
        seeds: 1,
        timeout: None,
    }
}

fn at_start<T>(value: T) -> Spanned<T> {
    Spanned::new(value, Span::default())
}

pub(crate) fn finding(place: &str) -> Finding {
    Finding {
        place: place.to_owned(),
        message: "the gradient is zero".to_owned(),
        measured: Some(0.0),
        bound: Some("> 0".to_owned()),
        mend: "connect it".to_owned(),
    }
}

/// Keeps all events.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    pub(crate) events: Vec<Event>,
}

impl Sink for Recorder {
    fn emit(&mut self, event: &Event) {
        self.events.push(event.clone());
    }
}

/// What a fake judge answers, by property name.
pub(crate) type Answer = fn(&str) -> Result<Judgement, ExperimentError>;

/// A laboratory that is none: answers by property name and writes down what was asked of it.
#[derive(Clone)]
pub(crate) struct FakeLaboratory {
    answer: Answer,
    pub(crate) log: Rc<RefCell<Vec<String>>>,
    pub(super) obstacle: Option<Obstacle>,
}

impl FakeLaboratory {
    pub(crate) fn new(answer: Answer) -> Self {
        Self { answer, log: Rc::default(), obstacle: None }
    }

    pub(super) fn behind(obstacle: Obstacle) -> Self {
        let unreachable: Answer = |name| panic!("{name} is judged in spite of an obstacle");
        Self { obstacle: Some(obstacle), ..Self::new(unreachable) }
    }
}

impl Prepare for FakeLaboratory {
    fn device(&mut self, _: &mut dyn Sink) -> Result<DeviceKind, Obstacle> {
        self.log.borrow_mut().push("which device".to_owned());
        self.obstacle.clone().map_or(Ok(DeviceKind::Cpu), Err)
    }

    fn prepare(&mut self, spec: Spec, _: &mut dyn Sink) -> Result<Box<dyn Judge>, Obstacle> {
        let entry = format!("open {} with seed {}", *spec.name, spec.training.seed);
        self.log.borrow_mut().push(entry);
        if let Some(obstacle) = &self.obstacle {
            return Err(obstacle.clone());
        }
        Ok(Box::new(FakeJudge { spec: spec.name.value, laboratory: self.clone() }))
    }
}

struct FakeJudge {
    spec: String,
    laboratory: FakeLaboratory,
}

impl Judge for FakeJudge {
    fn judge(
        &mut self,
        expectation: &Expectation,
        progress: Progress<'_>,
    ) -> Result<Judgement, ExperimentError> {
        let name = expectation.property.meta.name;
        self.laboratory.log.borrow_mut().push(format!("judge {name}"));
        for step in 1..=3 {
            progress("training", step, 3, Some(0.5));
        }
        (self.laboratory.answer)(name)
    }
}

impl Drop for FakeJudge {
    fn drop(&mut self) {
        self.laboratory.log.borrow_mut().push(format!("close {}", self.spec));
    }
}

/// A passing judgement with one number on record.
pub(crate) fn passing() -> Judgement {
    let record = serde_yaml::from_str("loss: 2.302585").expect("it is a mapping");
    Judgement { verdict: Verdict::pass("loss 2.303"), record }
}

/// A judgement with that verdict and one number on record.
pub(crate) fn judged(verdict: Verdict) -> Judgement {
    Judgement { verdict, ..passing() }
}
