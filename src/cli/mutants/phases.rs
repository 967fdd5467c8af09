//! The three runs of `mutants`: specs as they are, their mutants, and what was missed against all
//! properties.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use super::super::Error;
use super::super::limits::{Machine, limits};
use super::super::seams::Planted;
use super::collector::{Collector, Gathered, owner};
use super::fates::{LIMIT, fate, would_have_caught};
use super::written;
use crate::config::Settings;
use crate::experiment::Experiment;
use crate::mutants::{Fate, Outcome};
use crate::property;
use crate::protocol::{Assignment, Mutation};
use crate::report::event::{SeenTensor, TestResult};
use crate::runner::{
    Job, Notice, ProcessLauncher, Timeout, Timings, Work, forward_interrupts, supervise,
};
use crate::spec::Fault;

/// A spec and its mutants.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) spec: String,
    /// Absolute.
    pub(super) path: PathBuf,
    /// As it is shown.
    pub(super) file: PathBuf,
    pub(super) planted: Vec<Planted>,
    /// The names of all properties that it expects or could expect.
    pub(super) properties: Vec<&'static str>,
}

impl Target {
    /// `spec/fault`.
    pub(super) fn name(&self, planted: &Planted) -> String {
        format!("{}/{}", self.spec, planted.title)
    }
}

/// What a spec is like without a fault.
#[derive(Debug, Clone)]
pub(super) struct Original {
    /// The tensors of its model.
    pub(super) tensors: Vec<SeenTensor>,
    seconds: f64,
    /// Whether its recipe clips, and no gradient ever exceeded the bound.
    nothing_clipped: bool,
}

/// Seconds for all properties of a missed mutant.
const ADVICE: Duration = Duration::from_secs(600);

/// The supervisor, for one run after the other.
pub(super) struct Phases<L> {
    base: Work,
    settings: Settings,
    limit: L,
    shows: bool,
    sender: Sender<Notice>,
    receiver: Receiver<Notice>,
}

impl<L: Fn(f64) -> Duration> Phases<L> {
    /// `base` is the work of the specs as they are; `limit` says how long a mutant may run whose spec
    /// took so many seconds.
    pub(super) fn new(
        base: Work,
        settings: Settings,
        limit: L,
        shows: bool,
    ) -> Result<Self, Error> {
        let (sender, receiver) = channel();
        forward_interrupts(sender.clone())?;
        Ok(Self { base, settings, limit, shows, sender, receiver })
    }

    /// Runs the specs as they are. Gives what each is like.
    ///
    /// # Errors
    ///
    /// When a test case fails.
    pub(super) fn baseline(&mut self, targets: &[Target]) -> Result<Vec<Original>, Error> {
        let broken = self.base.foregone.iter().filter(|result| result.status.is_failure());
        let broken: Vec<TestResult> = broken.cloned().collect();
        let jobs = targets.iter().filter_map(|target| {
            let job = self.job(target)?;
            let tests = job.assignment.tests.clone();
            let mut job = self.of_target(target, None, tests, false, job.timeout.clone())?;
            job.assignment.mutation.as_mut()?.tells_tensors = true;
            Some(job)
        });
        let jobs: Vec<Job> = jobs.collect();
        let Gathered { results, mut tensors } =
            self.run(jobs, "without faults", false, &mut |_, _| {})?;
        let all = results.values().flatten().chain(&broken);
        let mut failed: Vec<&TestResult> = all.filter(|one| one.status.is_failure()).collect();
        failed.sort_by(|one, two| one.test.cmp(&two.test));
        if !failed.is_empty() {
            let told: Vec<String> = failed.iter().map(|result| told(result)).collect();
            let tests = format!("these test cases fail:\n{}", told.join("\n"));
            return Err(Error::BaselineFailed { tests });
        }
        let original = |target: &Target| {
            let results = results.get(&target.spec).map(Vec::as_slice).unwrap_or_default();
            Original {
                tensors: tensors.remove(&target.spec).unwrap_or_default(),
                seconds: results.iter().map(|result| result.seconds).sum(),
                nothing_clipped: results.iter().any(clips_nothing),
            }
        };
        Ok(targets.iter().map(original).collect())
    }

    /// Runs each mutant until an expectation fails.
    pub(super) fn mutants(
        &mut self,
        targets: &[Target],
        baseline: &[Original],
    ) -> Result<Vec<Outcome>, Error> {
        let mut jobs = Vec::new();
        let mut theory = HashMap::new();
        for (target, original) in targets.iter().zip(baseline) {
            let Some(base) = self.job(target) else { continue };
            let mut tests = base.assignment.tests.clone();
            tests.sort_by_key(|test| is_costly(test));
            for planted in &target.planted {
                let limit =
                    Timeout { duration: (self.limit)(original.seconds), source: LIMIT.to_owned() };
                let tests = tests.clone();
                jobs.extend(self.of_target(target, Some(planted), tests, false, Some(limit)));
                theory
                    .insert(target.name(planted), planted.equivalence.or(original.hides(planted)));
            }
        }
        if self.shows {
            println(&written::announced(jobs.len(), targets.len()));
        }
        let (shows, theory_of) = (self.shows, &theory);
        let fate = |name: &str, results: &[TestResult]| {
            fate(results, theory_of.get(name).copied().flatten())
        };
        let mut through = |name: &str, results: &[TestResult]| {
            let line = written::line(name, &fate(name, results));
            if let Some(line) = line.filter(|_| shows) {
                println(&line);
            }
        };
        let Gathered { results, .. } = self.run(jobs, "mutants", true, &mut through)?;
        let outcomes = targets.iter().flat_map(|target| {
            target.planted.iter().filter_map(|planted| {
                let mutant = target.name(planted);
                let results = results.get(&mutant)?;
                Some(Outcome {
                    spec: target.spec.clone(),
                    file: target.file.display().to_string(),
                    fault: planted.title.clone(),
                    seconds: results.iter().map(|result| result.seconds).sum(),
                    fate: fate(&mutant, results),
                    mutant,
                })
            })
        });
        Ok(outcomes.collect())
    }

    /// Runs what was missed against all properties, and says which of them fail there and not on the
    /// spec as it is.
    pub(super) fn advise(
        &mut self,
        targets: &[Target],
        outcomes: &mut [Outcome],
    ) -> Result<(), Error> {
        let missed = |name: &str| {
            let mut all = outcomes.iter();
            all.any(|one| one.mutant == name && matches!(one.fate, Fate::Missed { .. }))
        };
        let mut jobs = Vec::new();
        for target in targets {
            let planted = target.planted.iter().filter(|planted| missed(&target.name(planted)));
            let planted: Vec<&Planted> = planted.collect();
            let original = (!planted.is_empty()).then_some(None);
            for planted in original.into_iter().chain(planted.into_iter().map(Some)) {
                let tests = target.properties.iter();
                let tests = tests.map(|name| format!("{}::{name}", target.spec)).collect();
                let limit = Timeout { duration: ADVICE, source: LIMIT.to_owned() };
                jobs.extend(self.of_target(target, planted, tests, true, Some(limit)));
            }
        }
        if jobs.is_empty() {
            return Ok(());
        }
        let Gathered { results, .. } =
            self.run(jobs, "missed ones, all properties", false, &mut |_, _| {})?;
        for outcome in outcomes {
            if let Fate::Missed { would_catch } = &mut outcome.fate {
                let of = |name: &String| results.get(name).map(Vec::as_slice).unwrap_or_default();
                *would_catch = Some(would_have_caught(of(&outcome.mutant), of(&outcome.spec)));
            }
        }
        Ok(())
    }

    /// The work of a spec as it is; none where it is broken.
    fn job(&self, target: &Target) -> Option<&Job> {
        let is_own = |job: &&Job| job.spec == target.spec && job.assignment.path == target.path;
        self.base.jobs.iter().find(is_own)
    }

    /// The work of a spec with a fault, or as it is. `tests` are named after the spec.
    fn of_target(
        &self,
        target: &Target,
        planted: Option<&Planted>,
        tests: Vec<String>,
        expects_all: bool,
        timeout: Option<Timeout>,
    ) -> Option<Job> {
        let job = self.job(target)?;
        let spec = owner(job.assignment.tests.first()?).to_owned();
        let name = planted.map_or_else(|| target.spec.clone(), |planted| target.name(planted));
        let renamed = tests.iter().filter_map(|test| {
            let (_, property) = test.rsplit_once("::")?;
            Some(format!("{name}::{property}"))
        });
        let mutation = Mutation {
            spec,
            name: name.clone(),
            fault: planted.map(|planted| planted.fault.clone()),
            expects_all,
            ends_with_failure: planted.is_some() && !expects_all,
            tells_tensors: false,
        };
        Some(Job {
            spec: name.clone(),
            assignment: Assignment {
                tests: renamed.collect(),
                mutation: Some(mutation),
                ..job.assignment.clone()
            },
            places: HashMap::new(),
            timeout,
            whole: false,
            role: job.role,
        })
    }

    /// Runs jobs to their ends.
    fn run(
        &mut self,
        jobs: Vec<Job>,
        what: &str,
        ends_with_failure: bool,
        through: &mut dyn FnMut(&str, &[TestResult]),
    ) -> Result<Gathered, Error> {
        let expected =
            jobs.iter().map(|job| (job.spec.clone(), job.assignment.tests.len())).collect();
        let work = Work { foregone: Vec::new(), roles: self.base.roles.clone(), jobs };
        let limits = limits(&self.settings, Machine::here(), &work);
        let limits = crate::runner::Limits { max_fail: None, ..limits };
        let shown = self.shows.then_some(what);
        let mut collector = Collector::new(expected, ends_with_failure, shown, through);
        // What workers of the run before still had to say is of no interest.
        while self.receiver.try_recv().is_ok() {}
        supervise(
            work,
            &limits,
            &mut Timings::default(),
            &mut ProcessLauncher,
            (&self.sender, &self.receiver),
            &mut collector,
        )?;
        Ok(collector.into_gathered())
    }
}

impl Original {
    /// Why a mutant is as good as the original, by what was measured of the latter.
    fn hides(&self, planted: &Planted) -> Option<&'static str> {
        let skips = matches!(planted.fault, Fault::SkipClipping(_));
        (skips && self.nothing_clipped).then_some("no gradient exceeds the bound of the clipping")
    }
}

fn clips_nothing(result: &TestResult) -> bool {
    let verdict = result.verdict.as_ref();
    owns(result, &property::clipping_effective::PROPERTY)
        && verdict.is_some_and(|verdict| {
            verdict.summary.ends_with(property::clipping_effective::NOTHING_CLIPPED)
        })
}

fn owns(result: &TestResult, property: &property::Property) -> bool {
    result.test.rsplit_once("::").is_some_and(|(_, name)| name == property.meta.name)
}

/// Whether the test case of a faulty model may take long: a model that cannot learn a few examples tries
/// rates and seeds before that is certain. What else there is to see is looked at first.
fn is_costly(test: &str) -> bool {
    let property = test.rsplit_once("::").and_then(|(_, name)| property::find(name));
    property.is_some_and(|property| property.needs.contains(&Experiment::Overfit))
}

/// `iris::learns: the loss did not fall`.
fn told(result: &TestResult) -> String {
    let reason = result.verdict.as_ref().map(|verdict| verdict.summary.clone());
    let reason = reason.or_else(|| result.details.clone()).unwrap_or_default();
    format!("  {}: {}", result.test, reason.lines().next().unwrap_or_default())
}

/// Between the frames of the progress bar.
fn println(line: &str) {
    anstream::println!("{line}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::property::Verdict as Judged;
    use crate::report::examples;

    #[test]
    fn clipping_that_has_nothing_to_do_hides_that_it_is_skipped() {
        let skips = Planted {
            title: "skip_clipping=a".to_owned(),
            fault: Fault::SkipClipping("a".to_owned()),
            equivalence: None,
        };
        let original = |summary: &str| {
            let result = TestResult {
                test: "net::clipping_effective".to_owned(),
                verdict: Some(Judged::pass(summary)),
                ..examples::passed()
            };
            Original { seconds: 1.0, nothing_clipped: clips_nothing(&result), tensors: Vec::new() }
        };
        let idle = format!("0.3{}", property::clipping_effective::NOTHING_CLIPPED);
        assert!(original(&idle).hides(&skips).is_some());
        assert!(original("gradients of up to 1").hides(&skips).is_none());
        let sums = Planted { fault: Fault::SumLoss, ..skips };
        assert!(original(&idle).hides(&sums).is_none());
    }

    #[test]
    fn what_may_take_long_comes_last() {
        let mut tests = ["net::overfits_batch", "net::learns", "net::shapes"];
        tests.sort_by_key(|test| is_costly(test));
        assert_eq!(tests, ["net::learns", "net::shapes", "net::overfits_batch"]);
    }
}
