//! Tries what is suggested against the likely causes of a spec's failures: the changed spec is run on the
//! same devices with the same seed, and its verdicts are held against those of the spec as it is.
//!
//! Where a mend makes some of it hold and breaks nothing, the next cause's is made on top of it: two faults
//! need two mends. What comes of it is an event and changes no result: a panic costs the mend, and a worker that is lost
//! costs no test case, since all of them have ended by now.

use std::sync::Arc;
use std::time::Instant;

use super::TestCase;
use super::case::property;
use super::session::Session;
use crate::device::AdapterRequired;
use crate::diagnosis::{Case, Diagnosis, Judged, Known, Mend, Remedy, Trial, TrialOutcome, remedy};
use crate::panics;
use crate::report::event::{Event, MendTrial, Sink, SpecDiagnosis, Status};
use crate::snapshot::Store;
use crate::spec::Spec;

/// Against so many causes of a spec something is tried: the second where nothing helps against the first.
const CAUSES: usize = 2;
/// So many changes are tried against one cause.
const MENDS: usize = 2;

/// The spec whose failures were explained.
pub(super) struct Failed<'a> {
    pub(super) spec: &'a Arc<Spec>,
    /// Its cases, by property.
    pub(super) cases: &'a [&'a TestCase],
    /// What was concluded of each of them.
    pub(super) judged: &'a [Judged],
    pub(super) diagnosis: &'a SpecDiagnosis,
}

/// Tries mends until one helps, and tells of each. Says whether something crashed.
///
/// # Errors
///
/// When a wgpu adapter is required and there is none.
pub(super) fn try_mends(
    session: &mut Session,
    failed: &Failed<'_>,
    store: &Store,
    events: &mut dyn Sink,
) -> Result<bool, AdapterRequired> {
    let mut crashed = false;
    let mut known = session.known();
    let mut swept = false;
    // What made some of it hold and broke nothing: a second mend is made on top of it.
    let mut base: Option<(Diagnosis, Mend)> = None;
    session.compare_snapshots(false);
    for cause in failed.diagnosis.causes.iter().take(CAUSES) {
        started(failed, cause, events);
        let begin = Instant::now();
        let remedy = remedy(&cause.cause);
        if let (Remedy::Rates(..), false) = (remedy, swept) {
            let rates = panics::caught(|| session.stable_rates(&mut alive(failed, events)));
            crashed |= rates.is_err();
            known.stable_rates = rates.ok().flatten();
            swept = true;
        }
        let case = Case { spec: failed.spec, judged: failed.judged, known: &known };
        let mends = remedy.mends(&case);
        let (cause, mends) = match &base {
            Some((first, before)) => (
                cause.clone().together_with(first),
                mends.iter().map(|mend| mend.on_top_of(before)).collect(),
            ),
            None => (cause.clone(), mends),
        };
        let cause = &cause;
        if mends.is_empty() {
            let trial = cause.ended(TrialOutcome::NotTried, why_none(remedy, &known), Vec::new());
            tell(failed, trial, begin, events);
        }
        for (number, mend) in mends.iter().take(MENDS).enumerate() {
            if number > 0 {
                started(failed, cause, events);
            }
            let begin = Instant::now();
            let trial = tried(session, failed, cause, mend, store, events)?;
            let outcome = trial.outcome;
            if base.is_none() && trial.is_half_a_mend() {
                base = Some((cause.clone(), mend.clone()));
            }
            tell(failed, trial, begin, events);
            crashed |= outcome == TrialOutcome::Crashed;
            if outcome == TrialOutcome::Helped {
                return Ok(crashed);
            }
        }
    }
    Ok(crashed)
}

fn started(failed: &Failed<'_>, cause: &Diagnosis, events: &mut dyn Sink) {
    let SpecDiagnosis { spec, file, .. } = failed.diagnosis;
    let (spec, file, cause) = (spec.clone(), file.clone(), cause.cause.clone());
    events.emit(&Event::MendStarted { spec, file, cause });
}

fn tell(failed: &Failed<'_>, trial: Trial, begin: Instant, events: &mut dyn Sink) {
    let SpecDiagnosis { spec, file, .. } = failed.diagnosis;
    let trial = Trial { seconds: begin.elapsed().as_secs_f64(), ..trial };
    events.emit(&Event::MendTried(MendTrial { spec: spec.clone(), file: file.clone(), trial }));
}

fn why_none(remedy: Remedy, known: &Known) -> &'static str {
    match (remedy, known.stable_rates) {
        (Remedy::Inside(reason), _) => reason,
        (Remedy::Rates(..), Some(_)) => {
            "the recipe's own rate is among those at which the loss falls"
        }
        _ => {
            "the spec has nothing of the kind that could be changed: it is in the model's code or the data"
        }
    }
}

/// Runs the changed spec: first what is accused, and only where that holds all the rest.
fn tried(
    session: &mut Session,
    failed: &Failed<'_>,
    cause: &Diagnosis,
    mend: &Mend,
    store: &Store,
    events: &mut dyn Sink,
) -> Result<Trial, AdapterRequired> {
    let edited = match failed.spec.edited(&mend.edits) {
        Ok(edited) => Arc::new(edited),
        Err(errors) => {
            let first = errors.errors.first().map(|error| error.message.clone());
            let reason = first.unwrap_or_else(|| "the spec cannot be read with it".to_owned());
            return Ok(cause.ended(TrialOutcome::NotPossible, reason, mend.lines()));
        }
    };
    let path = failed.cases.first().map(|case| case.file.clone()).unwrap_or_default();
    let cases = TestCase::of_spec(&edited, &path);
    let of = |name: &str| {
        let mut cases = cases.iter();
        cases
            .find(|case| case.expectation().is_some_and(|(_, expected)| property(expected) == name))
    };
    let mut after = Vec::new();
    let (accused, others): (Vec<&Judged>, Vec<&Judged>) =
        failed.judged.iter().partition(|judged| judged.is_accused());
    for judged in accused.iter().chain(&others) {
        // What still fails needs no look at the rest.
        if after.len() == accused.len() && cause.remains(&after) {
            break;
        }
        let Some(case) = of(&judged.property) else { continue };
        let result = session.run(case, store, &mut alive(failed, events))?;
        match (result.status, result.verdict) {
            (Status::SpecError, _) => {
                let details = result.details.unwrap_or_default();
                let reason = details.lines().next().unwrap_or_default().to_owned();
                return Ok(cause.ended(TrialOutcome::NotPossible, reason, mend.lines()));
            }
            (Status::Crashed, _) => {
                let reason = result.details.unwrap_or_default();
                return Ok(cause.ended(TrialOutcome::Crashed, reason, mend.lines()));
            }
            (_, Some(verdict)) => {
                after.push(Judged { property: judged.property.clone(), verdict });
            }
            (_, None) => {}
        }
    }
    Ok(cause.tried(mend, failed.judged, &after))
}

/// Tells of a mend's run that it goes on, and nothing of what comes of its test cases.
fn alive<'a>(failed: &Failed<'_>, inner: &'a mut dyn Sink) -> Alive<'a> {
    Alive { inner, test: format!("{}::mend", failed.diagnosis.spec) }
}

struct Alive<'a> {
    inner: &'a mut dyn Sink,
    /// In place of the test case's name.
    test: String,
}

impl Sink for Alive<'_> {
    fn emit(&mut self, event: &Event) {
        match event {
            Event::Progress { activity, step, steps, loss, .. } => {
                let (test, activity) = (self.test.clone(), activity.clone());
                let (step, steps, loss) = (*step, *steps, *loss);
                self.inner.emit(&Event::Progress { test, activity, step, steps, loss });
            }
            Event::DeviceSelected { .. } | Event::Note { .. } => self.inner.emit(event),
            _ => {}
        }
    }

    fn is_closed(&self) -> bool {
        self.inner.is_closed()
    }
}
