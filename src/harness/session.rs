//! Runs test cases one after the other on one device, and says what became of each.
//!
//! The cases of a spec share one judge, which is made for the first of them and dropped before the
//! next spec's. Whatever a case does, the following ones run.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_yaml::Mapping;

use super::TestCase;
use super::case::property;
use super::judge::{Judge, Obstacle, Prepare};
use super::name;
use super::seeds::together;
use super::site::shown;
use super::status::{Settled, has_snapshot, settled};
use crate::device::AdapterRequired;
use crate::diagnosis::Known;
use crate::experiment::{ExperimentError, GalleryPlan, Judgement};
use crate::panics;
use crate::pictures::{Found, Page, page};
use crate::property::Verdict;
use crate::protocol::Drawing;
use crate::report::event::{Event, NEW_SNAPSHOT, SeenTensor, Sink, Status, TestResult};
use crate::severities::Severities;
use crate::snapshot::{Assertion, SnapshotError, SnapshotOutcome, Store, Tolerances};
use crate::spec::{Expectation, Severity, Spec};

/// The least time between two events of one test's progress.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(200);

/// Runs test cases.
pub(super) struct Session {
    prepare: Box<dyn Prepare>,
    seed: Option<u64>,
    /// Whether what is recorded is held against what was accepted.
    compares: bool,
    severities: Severities,
    /// Paths are shown as seen from there.
    called_from: Option<PathBuf>,
    bench: Option<Bench>,
}

/// The spec whose cases are being run.
struct Bench {
    spec: Arc<Spec>,
    /// The case it was set up for.
    first: String,
    /// The seed of `judge`.
    seed: u64,
    judge: Result<Box<dyn Judge>, Obstacle>,
    /// One more for each further seed that the spec asks for, made when the first case is judged.
    others: Vec<(u64, Box<dyn Judge>)>,
}

impl Session {
    /// `seed` overrides the specs' own; snapshots are then not compared, since they were accepted
    /// for the specs' own seeds.
    pub(super) fn new(
        prepare: Box<dyn Prepare>,
        seed: Option<u64>,
        called_from: Option<PathBuf>,
    ) -> Self {
        let severities = Severities::default();
        Self { prepare, seed, compares: true, severities, called_from, bench: None }
    }

    /// Lets failures count as it is said outside of the specs.
    pub(super) fn with_severities(self, severities: Severities) -> Self {
        Self { severities, ..self }
    }

    /// Says whether records are held against accepted snapshots; else the verdicts alone count.
    pub(super) fn compare_snapshots(&mut self, compares: bool) {
        self.compares = compares;
    }

    /// Gives up what the last spec needed, before it is known which one is next.
    pub(super) fn clear(&mut self) {
        self.bench = None;
    }

    /// What was measured of the last spec, as far as a diagnosis can use it.
    pub(super) fn known(&self) -> Known {
        let judge = self.bench.as_ref().and_then(|bench| bench.judge.as_ref().ok());
        judge.map_or_else(Known::default, |judge| judge.known())
    }

    /// The tensors of the last spec's model.
    pub(super) fn tensors(&self) -> Vec<SeenTensor> {
        let judge = self.bench.as_ref().and_then(|bench| bench.judge.as_ref().ok());
        judge.map_or_else(Vec::new, |judge| judge.tensors())
    }

    /// The lowest and the highest of the rates at which the loss of the last spec falls.
    pub(super) fn stable_rates(&mut self, sink: &mut dyn Sink) -> Option<(f64, f64)> {
        let bench = self.bench.as_mut()?;
        let judge = bench.judge.as_mut().ok()?;
        judge.stable_rates(&mut throttled(&bench.first, sink))
    }

    /// Draws the pictures of the spec that `case` belongs to, with what was found of it: the text of a
    /// page, or how it could not be made.
    ///
    /// # Errors
    ///
    /// When a wgpu adapter is required and there is none.
    pub(super) fn drawn(
        &mut self,
        case: &TestCase,
        drawing: &Drawing,
        found: &Found,
        sink: &mut dyn Sink,
    ) -> Result<Result<String, (Status, String)>, AdapterRequired> {
        let (spec, _) = case.expectation().expect("a case that was run has a spec");
        let device = match self.prepare.device(sink) {
            Ok(device) => device.term(),
            Err(obstacle) => return obstructed(obstacle),
        };
        let bench = self.bench_for(spec, case, sink);
        let judge = match &bench.judge {
            Ok(judge) => judge,
            Err(obstacle) => return obstructed(obstacle.clone()),
        };
        let plan = GalleryPlan { steps: drawing.steps };
        Ok(match judge.gallery(plan, &mut throttled(&drawing.test, sink)) {
            Some(Ok((evidence, gallery))) => Ok(page(&Page {
                spec: &spec.name,
                file: &case.file.display().to_string(),
                seed: bench.seed,
                device,
                evidence,
                gallery: &gallery,
                found,
            })),
            Some(Err(error)) => Err((Status::Crashed, error.to_string())),
            None => Err((Status::Crashed, "there is nothing to draw from".to_owned())),
        })
    }

    /// Runs a case, telling `sink` when it starts, where it is and how it ended.
    ///
    /// # Errors
    ///
    /// When a wgpu adapter is required and there is none; the case is then not reported as finished,
    /// and no other of this process can be judged either.
    pub(super) fn run(
        &mut self,
        case: &TestCase,
        store: &Store,
        sink: &mut dyn Sink,
    ) -> Result<TestResult, AdapterRequired> {
        sink.emit(&Event::TestStarted { test: case.name.clone() });
        let begin = Instant::now();
        let result = panics::caught(|| self.result(case, store, sink));
        let mut result = match result {
            Ok(result) => result?,
            Err(panic) => {
                // A judge that was interrupted anywhere may be wrong from now on.
                self.bench = None;
                case.result(Status::Crashed, Some(format!("panicked: {panic}")))
            }
        };
        result.seconds = begin.elapsed().as_secs_f64();
        for panic in panics::take_kept() {
            let message = format!("a panic in the background of {}: {panic}", case.name);
            sink.emit(&Event::Note { message });
        }
        sink.emit(&Event::TestFinished(result.clone()));
        Ok(result)
    }

    fn result(
        &mut self,
        case: &TestCase,
        store: &Store,
        sink: &mut dyn Sink,
    ) -> Result<TestResult, AdapterRequired> {
        if let Some(result) = case.foregone() {
            return Ok(result);
        }
        let (spec, expectation) = case.expectation().expect("a case is foregone or can be run");
        match self.reason_to_skip(spec, expectation, sink) {
            Ok(None) => {}
            Ok(Some(reason)) => {
                let verdict = Some(Verdict::not_applicable(reason));
                return Ok(TestResult { verdict, ..case.result(Status::Skipped, None) });
            }
            Err(Obstacle::Adapter(reason)) => return Err(AdapterRequired { reason }),
            Err(Obstacle::Laboratory(reason) | Obstacle::Spec(reason)) => {
                return Ok(case.result(Status::Crashed, Some(reason)));
            }
        }
        let bench = self.bench_for(spec, case, sink);
        let judge = match &mut bench.judge {
            Ok(judge) => judge,
            Err(Obstacle::Adapter(reason)) => {
                return Err(AdapterRequired { reason: reason.clone() });
            }
            Err(Obstacle::Laboratory(reason)) => {
                return Ok(case.result(Status::Crashed, Some(reason.clone())));
            }
            Err(Obstacle::Spec(errors)) => {
                let details = match bench.first == case.name {
                    true => errors.clone(),
                    false => format!("the spec has errors, shown at {}", bench.first),
                };
                return Ok(case.result(Status::SpecError, Some(details)));
            }
        };
        let judged = judge.judge(expectation, &mut throttled(&case.name, sink));
        let judged = match judged {
            Ok(first) if !bench.others.is_empty() => {
                let mut verdicts = vec![(bench.seed, first.verdict.clone())];
                let others = bench.others.iter_mut().map(|(seed, judge)| {
                    let judged = judge.judge(expectation, &mut throttled(&case.name, sink))?;
                    Ok((*seed, judged.verdict))
                });
                let others = others.collect::<Result<Vec<_>, ExperimentError>>();
                others.map(|others| {
                    verdicts.extend(others);
                    Judgement { verdict: together(verdicts), record: first.record }
                })
            }
            judged => judged,
        };
        let store = (self.seed.is_none() && self.compares).then_some(store);
        let outside = Outside { severities: &self.severities, called_from: &self.called_from };
        Ok(conclude(case, spec, expectation, judged, store, outside))
    }

    /// Why the case is left out here. A device is opened only where it decides.
    fn reason_to_skip(
        &mut self,
        spec: &Spec,
        expectation: &Expectation,
        sink: &mut dyn Sink,
    ) -> Result<Option<String>, Obstacle> {
        let counted = self.severities.of(expectation);
        if let (Severity::Off, Some(origin)) = (counted.severity, counted.origin) {
            return Ok(Some(format!("severity off ({origin})")));
        }
        let both = [&spec.conditions, &expectation.conditions];
        if let Some(reason) = both.iter().find_map(|each| each.skipped_everywhere()) {
            return Ok(Some(reason));
        }
        if !both.iter().any(|each| each.ask_for_the_device()) {
            return Ok(None);
        }
        let device = self.prepare.device(sink)?;
        Ok(both.iter().find_map(|each| each.skipped_on(device)))
    }

    fn bench_for(&mut self, spec: &Arc<Spec>, case: &TestCase, sink: &mut dyn Sink) -> &mut Bench {
        if self.bench.as_ref().is_none_or(|bench| !Arc::ptr_eq(&bench.spec, spec)) {
            // First away with the old one: two specs need not fit into memory together.
            self.bench = None;
            let seed = self.seed.unwrap_or(spec.training.seed);
            let mut of_seed = |seed: u64| {
                let mut seeded = Spec::clone(spec);
                seeded.training.seed = seed;
                self.prepare.prepare(seeded, sink)
            };
            let mut judge = of_seed(seed);
            let mut others = Vec::new();
            for offset in 1..spec.seeds as u64 {
                if judge.is_err() {
                    break;
                }
                let seed = seed.wrapping_add(offset);
                match of_seed(seed) {
                    Ok(other) => others.push((seed, other)),
                    Err(obstacle) => judge = Err(obstacle),
                }
            }
            let (spec, first) = (Arc::clone(spec), case.name.clone());
            self.bench = Some(Bench { spec, first, seed, judge, others });
        }
        self.bench.as_mut().expect("it was set up above")
    }
}

/// What stands in the way of pictures.
fn obstructed<T>(obstacle: Obstacle) -> Result<Result<T, (Status, String)>, AdapterRequired> {
    match obstacle {
        Obstacle::Adapter(reason) => Err(AdapterRequired { reason }),
        Obstacle::Spec(errors) => Ok(Err((Status::SpecError, errors))),
        Obstacle::Laboratory(reason) => Ok(Err((Status::Crashed, reason))),
    }
}

/// A progress report that reaches `sink` a few times per second, and at once at first.
fn throttled(test: &str, sink: &mut dyn Sink) -> impl FnMut(&str, usize, usize, Option<f64>) {
    let mut last: Option<Instant> = None;
    move |activity, step, steps, loss| {
        if last.is_some_and(|last| last.elapsed() < PROGRESS_INTERVAL) {
            return;
        }
        last = Some(Instant::now());
        let (test, activity) = (test.to_owned(), activity.to_owned());
        sink.emit(&Event::Progress { test, activity, step, steps, loss });
    }
}

/// What is said and seen from outside of the specs.
struct Outside<'a> {
    severities: &'a Severities,
    /// Paths are shown as seen from there.
    called_from: &'a Option<PathBuf>,
}

/// From a judgement to a result: status, then snapshot.
fn conclude(
    case: &TestCase,
    spec: &Spec,
    expectation: &Expectation,
    judged: Result<Judgement, ExperimentError>,
    store: Option<&Store>,
    outside: Outside<'_>,
) -> TestResult {
    let Judgement { verdict, record } = match judged {
        Ok(judgement) => judgement,
        Err(error) => return case.result(Status::Crashed, Some(error.to_string())),
    };
    let Settled { status, verdict, note, acceptable } =
        settled(verdict, expectation, outside.severities);
    let mut result = case.result(status, note);
    let acceptable = acceptable && has_snapshot(verdict.outcome);
    if let Some(store) = store.filter(|_| acceptable && !record.is_empty()) {
        let compared = compare(case, spec, expectation, &record, store);
        let (differs, details) = snapshot_details(compared, outside.called_from.as_deref());
        let both: Vec<String> = result.details.into_iter().chain(details).collect();
        result.details = (!both.is_empty()).then(|| both.join("\n"));
        if differs {
            result.status = Status::SnapshotPending;
        }
    }
    result.verdict = Some(verdict);
    result
}

fn compare(
    case: &TestCase,
    spec: &Spec,
    expectation: &Expectation,
    record: &Mapping,
    store: &Store,
) -> Result<SnapshotOutcome, SnapshotError> {
    let assertion = Assertion {
        file: &case.file,
        line: case.line,
        spec: &name::sanitised(&spec.name),
        property: property(expectation),
    };
    store.check(assertion, record, &Tolerances::default())
}

/// Whether the comparison leaves something to do, and what to tell about it.
fn snapshot_details(
    compared: Result<SnapshotOutcome, SnapshotError>,
    called_from: Option<&Path>,
) -> (bool, Option<String>) {
    let next = |pending: Option<PathBuf>| match pending {
        Some(path) => {
            let path = shown(&path, called_from);
            format!("pending: {}\nreview with `cargo insta review`", path.display())
        }
        None => "nothing was written; run it locally and review with `cargo insta review`".into(),
    };
    match compared {
        Ok(SnapshotOutcome::Matched | SnapshotOutcome::Updated) => (false, None),
        Ok(SnapshotOutcome::New { diff, pending }) => {
            // All of it is new: the review shows it, the summary has the numbers that matter.
            let lines = diff.lines().count();
            (true, Some(format!("{NEW_SNAPSHOT} ({lines} lines)\n{}", next(pending))))
        }
        Ok(SnapshotOutcome::Changed { diff, pending }) => {
            (true, Some(format!("the accepted snapshot differs\n{diff}{}", next(pending))))
        }
        Ok(SnapshotOutcome::Deferred { diff, pending }) => {
            let text = format!("differs, let pass by INSTA_FORCE_PASS\n{diff}{}", next(pending));
            (false, Some(text))
        }
        Err(error) => {
            let diff = match &error {
                SnapshotError::Unwritable { diff, .. } => diff.as_str(),
                _ => "",
            };
            (true, Some(format!("{error}\n{diff}")))
        }
    }
}

#[cfg(test)]
mod tests;
