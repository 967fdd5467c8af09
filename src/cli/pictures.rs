//! `cargo nn-test pictures`: runs specs and draws what was measured, a page for each.
//!
//! The work is the supervisor's, as in a run: a spec whose process dies over it costs its own page alone.

use std::collections::{HashMap, HashSet};
use std::io::Write;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::mpsc::channel;

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Error;
use super::build::BuildOptions;
use super::limits::{Machine, limits};
use super::options::{ColorOption, DeviceArgument, SelectionOptions};
use super::output_file;
use super::paths::relative;
use super::settings::{self, ProfileOption};
use super::work::{Chosen, Place, work};
use crate::config::{CommandLine, Key, Value};
use crate::protocol::Drawing;
use crate::report::event::{Event, Sink, Status, TestResult};
use crate::report::{Mark, marked};
use crate::runner::{Job, Limits, ProcessLauncher, Timings, Work, forward_interrupts, supervise};

/// Below the target folder.
const OUTPUT: &str = "nn-test/pictures";

/// What stands in the place of a property in the name of the drawing. No property is called so.
const DRAWING: &str = "pictures";

/// Options of `pictures`.
#[derive(Debug, Clone, Args)]
pub(super) struct PicturesOptions {
    #[command(flatten)]
    selection: SelectionOptions,

    /// Steps of the recipe that are taken at most [default: 400, or those that the recipe declares]
    #[arg(long, value_name = "NUMBER", help_heading = "Pictures")]
    steps: Option<NonZeroUsize>,

    /// Write the pages into this folder [default: `nn-test/pictures` in cargo's target folder]
    #[arg(long, short, value_name = "FOLDER", help_heading = "Pictures")]
    output: Option<PathBuf>,

    #[command(flatten)]
    profile: ProfileOption,

    /// Device that the specs run on [default: auto]
    #[arg(long, value_name = "DEVICE", value_enum, help_heading = "Run options")]
    device: Option<DeviceArgument>,

    /// Use this seed instead of each spec's `training.seed`
    #[arg(long, value_name = "NUMBER", help_heading = "Run options")]
    seed: Option<u64>,

    /// Specs that run at once, each in a process of its own [default: as `run`]
    #[arg(long, short, value_name = "NUMBER", help_heading = "Run options")]
    jobs: Option<NonZeroUsize>,

    #[command(flatten)]
    build: BuildOptions,

    #[command(flatten)]
    pub(super) color: ColorOption,
}

impl PicturesOptions {
    pub(super) fn execute(self, output: &mut impl Write) -> Result<(), Error> {
        let chosen = Chosen::of(&self.selection, self.command_line())?;
        let registry = chosen.registry(&self.selection, &self.build, self.color.color)?;
        let Chosen { choice, resolver, settings } = chosen;
        let place = Place::here()?;
        let current = place.called_from.clone();
        let folder = self.output.clone().unwrap_or_else(|| choice.target_folder.join(OUTPUT));
        let folder = current.join(folder);
        let mut work = work(choice.groups, &registry, &resolver, self.seed, &place);
        let foregone = std::mem::take(&mut work.foregone);
        let pages = self.assign(&mut work, &folder);
        // A folder that takes no file is told before the work is done.
        pages.first().map_or(Ok(()), |page| output_file::probe(&page.path))?;

        let (sender, receiver) = channel();
        forward_interrupts(sender.clone())?;
        let limits = Limits { max_fail: None, ..limits(&settings, Machine::here(), &work) };
        let mut collector = Collector::new(&pages);
        if !work.jobs.is_empty() {
            supervise(
                work,
                &limits,
                &mut Timings::default(),
                &mut ProcessLauncher,
                (&sender, &receiver),
                &mut collector,
            )?;
        }
        let drawn = collector.into_results();
        let told = Told { pages: &pages, foregone: &foregone, drawn: &drawn, current: &current };
        told.write(output)
    }

    fn command_line(&self) -> CommandLine {
        let line = self.build.say(self.profile.command_line());
        let jobs = self.jobs.map(|jobs| Value::Number(jobs.get() as u64));
        line.with(Key::Device, self.device.map(settings::word)).with(Key::Jobs, jobs)
    }

    /// Has a page drawn behind the test cases of each spec; gives the pages in the order of the work.
    fn assign(&self, work: &mut Work, folder: &Path) -> Vec<PlannedPage> {
        let mut taken = HashSet::new();
        let steps = self.steps.map(NonZeroUsize::get);
        let page = |job: &mut Job| {
            let first = job.assignment.tests.first().map_or("", String::as_str);
            let spec = first.rsplit_once("::").map_or(first, |(spec, _)| spec).to_owned();
            let test = format!("{spec}::{DRAWING}");
            let page = folder.join(unused(&spec, &mut taken));
            job.assignment.tests.push(test.clone());
            job.assignment.pictures =
                Some(Drawing { test: test.clone(), page: page.clone(), steps });
            // What it takes to draw says nothing about a run.
            job.whole = false;
            let file = job.assignment.file.display().to_string();
            PlannedPage { spec, key: (test, file), path: page }
        };
        work.jobs.iter_mut().map(page).collect()
    }
}

/// A page that is to be drawn.
#[derive(Debug)]
struct PlannedPage {
    spec: String,
    /// The test case that stands for it, and its file: names are unique inside a package alone.
    key: (String, String),
    path: PathBuf,
}

/// `digits_cnn.html`, and `digits_cnn_2.html` for a second spec of the name.
fn unused(spec: &str, taken: &mut HashSet<String>) -> String {
    let is_safe = |letter: char| letter.is_alphanumeric() || "._-".contains(letter);
    let safe: String =
        spec.chars().map(|letter| if is_safe(letter) { letter } else { '_' }).collect();
    let mut name = format!("{safe}.html");
    let mut count = 2;
    while !taken.insert(name.to_lowercase()) {
        name = format!("{safe}_{count}.html");
        count += 1;
    }
    name
}

/// Gathers how drawing ended.
struct Collector<'a> {
    pages: &'a [PlannedPage],
    drawn: HashMap<(String, String), TestResult>,
    bar: ProgressBar,
}

impl<'a> Collector<'a> {
    fn new(pages: &'a [PlannedPage]) -> Self {
        let count = u64::try_from(pages.len()).unwrap_or(u64::MAX);
        let bar = ProgressBar::with_draw_target(Some(count), ProgressDrawTarget::stderr());
        let template = "{elapsed:>12} [{bar:24}] {pos}/{len} {wide_msg}";
        let style = ProgressStyle::with_template(template).expect("the template is well-formed");
        bar.set_style(style.progress_chars("=> "));
        Self { pages, drawn: HashMap::new(), bar }
    }

    fn into_results(self) -> HashMap<(String, String), TestResult> {
        self.bar.finish_and_clear();
        self.drawn
    }
}

impl Sink for Collector<'_> {
    fn emit(&mut self, event: &Event) {
        match event {
            Event::TestStarted { test } => self.bar.set_message(test.clone()),
            Event::Progress { test, activity, step, steps, .. } => {
                self.bar.set_message(format!("{test}: {activity} {step}/{steps}"));
            }
            Event::TestFinished(result) => {
                let key = (result.test.clone(), result.file.clone());
                if self.pages.iter().any(|page| page.key == key) {
                    self.drawn.insert(key, result.clone());
                    self.bar.inc(1);
                }
            }
            _ => {}
        }
    }
}

/// What there is to say in the end.
struct Told<'a> {
    pages: &'a [PlannedPage],
    foregone: &'a [TestResult],
    drawn: &'a HashMap<(String, String), TestResult>,
    current: &'a Path,
}

impl Told<'_> {
    fn write(&self, output: &mut impl Write) -> Result<(), Error> {
        let (mut wrong, mut lost) = (false, false);
        for result in self.foregone {
            wrong = true;
            write_failure(output, &result.test, result)?;
        }
        for page in self.pages {
            match self.drawn.get(&page.key) {
                Some(result) if result.status == Status::Passed => {
                    let path = relative(&page.path, self.current);
                    let text = format!("{} in {}", page.spec, path.display());
                    writeln!(output, "{}", marked(Mark::Good, "Drawn", &text))?;
                }
                Some(result) => {
                    match result.status {
                        Status::SpecError => wrong = true,
                        _ => lost = true,
                    }
                    write_failure(output, &page.spec, result)?;
                }
                None => lost = true,
            }
        }
        match (lost, wrong) {
            (true, _) => Err(Error::PicturesMissing),
            (false, true) => Err(Error::SpecErrors),
            (false, false) => Ok(()),
        }
    }
}

fn write_failure(output: &mut impl Write, name: &str, result: &TestResult) -> Result<(), Error> {
    writeln!(output, "{}", marked(Mark::Bad, "Failed", name))?;
    for line in result.details.iter().flat_map(|details| details.lines()) {
        writeln!(output, "  {line}")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::property;

    #[test]
    fn pages_have_names_of_their_own_that_every_system_takes() {
        let mut taken = HashSet::new();
        let names = ["mlp", "mlp[width=4]", "MLP", "a/b"].map(|spec| unused(spec, &mut taken));
        assert_eq!(names, ["mlp.html", "mlp_width_4_.html", "MLP_2.html", "a_b.html"]);
    }

    #[test]
    fn no_property_is_called_as_the_drawing() {
        assert!(property::find(DRAWING).is_none());
    }

    #[test]
    fn a_page_that_is_missing_is_an_error_and_its_reason_is_told() {
        let page = |spec: &str| PlannedPage {
            spec: spec.to_owned(),
            key: (format!("{spec}::{DRAWING}"), format!("{spec}.yaml")),
            path: format!("/out/{spec}.html").into(),
        };
        let result = |spec: &str, status, details: Option<&str>| TestResult {
            test: format!("{spec}::{DRAWING}"),
            file: format!("{spec}.yaml"),
            line: 0,
            column: 0,
            status,
            verdict: None,
            details: details.map(str::to_owned),
            seconds: 0.0,
        };
        let pages = [page("a"), page("b")];
        let said = |results: Vec<TestResult>| {
            let drawn = results.into_iter().map(|one| ((one.test.clone(), one.file.clone()), one));
            let drawn = drawn.collect();
            let told =
                Told { pages: &pages, foregone: &[], drawn: &drawn, current: Path::new("/out") };
            let mut text = Vec::new();
            let outcome = told.write(&mut text);
            (String::from_utf8(text).unwrap(), outcome.map_err(|error| error.exit_code()))
        };
        let good = || result("a", Status::Passed, None);
        let (text, outcome) = said(vec![good(), result("b", Status::Passed, None)]);
        assert!(text.contains("a in a.html") && text.contains("b in b.html"), "{text}");
        assert_eq!(outcome, Ok(()));
        let (text, outcome) = said(vec![good(), result("b", Status::Crashed, Some("aborted"))]);
        assert!(text.contains("  aborted"), "{text}");
        assert_eq!(outcome, Err(101));
        let (_, outcome) = said(vec![good(), result("b", Status::SpecError, Some("wrong"))]);
        assert_eq!(outcome, Err(96));
        assert_eq!(said(vec![good()]).1, Err(101));
    }
}
