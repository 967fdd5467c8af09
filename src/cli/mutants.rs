//! `cargo nn-test mutants`: plants faults into the subjects of specs, one at a time, and tells which ones
//! the specs' expectations do not catch.
//!
//! First every spec runs as it is, then each mutant until its first failure, and at last those that were
//! missed once more against all properties, to say which of them would have caught it.

mod collector;
mod fates;
mod options;
mod phases;
mod written;

use std::env;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub(super) use options::{MutantsOptions, NAME};

use self::phases::{Phases, Target};
use super::Error;
use super::cases::{Choice, ChosenSpec};
use super::paths::cleaned;
use super::seams::{self, Planted};
use super::work::{Chosen, Place, work};
use crate::mutants::{Outcome, Report, Touched};

/// Below the target folder.
const OUTPUT: &str = "nn-test";

impl MutantsOptions {
    pub(super) fn execute(self, output: &mut impl Write) -> Result<(), Error> {
        let mut chosen = Chosen::of(&self.selection, self.command_line())?;
        if let Some(diff) = &self.in_diff {
            chosen.choice = self.touched(chosen.choice, diff)?;
        }
        let mut count = 0;
        let mut targets = self.targets(&chosen.choice, &mut count);
        if self.list {
            return written::list(output, &targets, self.json);
        }
        let folder =
            self.output.clone().unwrap_or_else(|| chosen.choice.target_folder.join(OUTPUT));
        let registry = chosen.registry(&self.selection, &self.build, self.color.color)?;
        let Chosen { choice, resolver, settings } = chosen;
        let specs: Vec<ChosenSpec> = choice.specs().cloned().collect();
        let place = Place::here()?;
        let base = work(choice.groups, &registry, &resolver, self.seed, &place);
        let mut phases = Phases::new(base, settings, self.limit(), !self.json)?;
        let baseline = phases.baseline(&targets)?;
        // The layers of a Rust model are known now that it was run.
        for ((target, spec), original) in targets.iter_mut().zip(&specs).zip(&baseline) {
            let planted = seams::mutants_of_tensors(spec, &original.tensors);
            target.planted.extend(self.held(planted, &mut count));
        }
        let mut outcomes = phases.mutants(&targets, &baseline)?;
        if !self.no_advice {
            phases.advise(&targets, &mut outcomes)?;
        }
        self.conclude(output, outcomes, &folder)
    }

    fn conclude(
        &self,
        output: &mut impl Write,
        outcomes: Vec<Outcome>,
        folder: &Path,
    ) -> Result<(), Error> {
        let report = Report::of(outcomes);
        let files = written::save(&report, folder)?;
        match self.json {
            true => output.write_all(report.json().as_bytes())?,
            false => written::summary(output, &report, &files)?,
        }
        match (report.timeout, report.missed) {
            (0, 0) => Ok(()),
            (0, _) => Err(Error::MutantsMissed),
            _ => Err(Error::MutantsTimedOut),
        }
    }

    /// Those that are asked for and in the shard; `count` is of all in a run.
    fn held(&self, planted: Vec<Planted>, count: &mut usize) -> Vec<Planted> {
        let mut held = planted;
        held.retain(|planted| self.wants(&planted.title));
        held.retain(|_| {
            *count += 1;
            self.shard.is_none_or(|shard| shard.holds(*count - 1))
        });
        held
    }

    /// The mutants of each chosen spec that are known without a run, after filters and shards.
    fn targets(&self, choice: &Choice, count: &mut usize) -> Vec<Target> {
        let mut targets = Vec::new();
        for spec in choice.specs() {
            // What is wrong with a broken spec is told by its baseline.
            let planted = seams::mutants(spec).unwrap_or_default();
            targets.push(Target {
                spec: spec.name.clone(),
                path: spec.path.clone(),
                file: spec.file.clone(),
                planted: self.held(planted, count),
                properties: seams::every_property(spec),
            });
        }
        targets
    }

    /// Whether a mutant of this title is asked for.
    fn wants(&self, title: &str) -> bool {
        let kind = title.split('=').next().unwrap_or(title);
        self.faults.is_empty() || self.faults.iter().any(|fault| fault == kind || fault == title)
    }

    /// The specs that a diff touches: their files, their data, or the sources of a Rust model.
    fn touched(&self, choice: Choice, diff: &Path) -> Result<Choice, Error> {
        let text = fs::read_to_string(diff)
            .map_err(|error| Error::Read { path: diff.to_owned(), error })?;
        let touched = Touched::read(&text)
            .map_err(|error| Error::BadDiff { path: diff.to_owned(), error })?;
        let current = env::current_dir()?;
        let root = root_of_diff(&current);
        Ok(choice.keeping(|package, spec| {
            let mut files = seams::files(spec).into_iter();
            files.any(|file| touched.touches(&cleaned(&current.join(file)), &root))
                || touched.touches(&spec.path, &root)
                || spec.rust.is_some() && touched.touches_sources(package, &root)
        }))
    }

    /// How long a mutant may run, whose spec took so long as it is.
    fn limit(&self) -> impl Fn(f64) -> Duration + use<> {
        /// As many times as long as the original, as `run` allows a spec that it knows. To fail takes
        /// longer than to hold: what learns ends early, what does not tries other rates and seeds.
        const PATIENCE: f64 = 20.0;
        let (fixed, least) = (self.timeout, self.minimum_test_timeout);
        move |seconds| match fixed {
            Some(fixed) => Duration::from_secs(fixed),
            None => Duration::from_secs_f64((PATIENCE * seconds).max(least as f64)),
        }
    }
}

/// Git's paths start in the folder that holds the repository; without one, in this folder.
fn root_of_diff(current: &Path) -> PathBuf {
    let repository = current.ancestors().find(|folder| folder.join(".git").exists());
    repository.unwrap_or(current).to_owned()
}
