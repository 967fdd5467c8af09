//! Test targets: a session behind libtest's protocol. The only module that names libtest-mimic.

use std::cell::RefCell;
use std::path::PathBuf;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Completion, Failed, Trial};

use super::command_line::CommandLine;
use super::configuration::Configuration;
use super::equipment::Equipment;
use super::name::{BROKEN, case_name, sanitised};
use super::session::Session;
use super::site::{self, Site};
use super::{TestCase, collect, describe, spec_files};
use crate::panics;
use crate::report::event::{Event, Sink, Status};
use crate::severities::Severities;
use crate::snapshot::Store;

/// Exit code of libtest when a test failed, and when the harness itself did.
const FAILED: u8 = 101;

thread_local! {
    /// What the trials of this run work with. libtest-mimic asks trials to be `Send`, although with
    /// one thread it runs them on this one; a session lives on one thread. So trials hold an index.
    static RUN: RefCell<Option<Run>> = const { RefCell::new(None) };
}

struct Run {
    session: Session,
    store: Store,
    cases: Vec<TestCase>,
    notes: Notes,
}

/// Lists and runs the package's specs as libtest would its tests, with libtest's options and exit
/// codes.
pub(super) fn run(site: Site) -> ExitCode {
    let line = CommandLine::parse(std::env::args_os().map(|argument| lossy(&argument)));
    let mut arguments = Arguments::from_iter(&line.rest);
    panics::keep_those_of_other_threads();
    let cases = collect_site(&site, line.selection.only());

    // One process uses one device from one thread, whatever is asked for.
    arguments.test_threads = Some(1);
    // The selection is made here; as exact skips libtest-mimic still counts what it leaves out.
    arguments.exact = true;
    let unselected = cases.iter().filter(|case| !line.selection.selects(&case.name));
    arguments.skip = unselected.map(|case| case.name.clone()).collect();

    let trials = cases.iter().enumerate().map(|(index, case)| {
        Trial::ignorable_test(case.name.clone(), move || {
            RUN.with_borrow_mut(|run| {
                run.as_mut().expect("the run is set up before its trials start").trial(index)
            })
        })
    });
    let trials = trials.collect();
    let folder = site.package_root(variable);
    let configuration =
        Configuration::read(site.package, &folder, site::workspace_root(variable), variable);
    let (choice, severities) = match configuration {
        Ok(Configuration { device, severities }) => (Ok(device), severities),
        // It stands in the way of every spec; the list of them does not need it.
        Err(error) => (Err(error.to_string()), Severities::default()),
    };
    let equipment = Equipment::new(choice, site.models.clone());
    let session = Session::new(Box::new(equipment), None, std::env::current_dir().ok())
        .with_severities(severities);
    RUN.set(Some(Run { session, store: store(&site), cases, notes: Notes::default() }));

    // libtest-mimic panics when its reader goes away (`… --list | head`).
    let conclusion = panics::caught(|| libtest_mimic::run(&arguments, trials));
    for note in RUN.take().into_iter().flat_map(|run| run.notes.0) {
        eprintln!("{note}");
    }
    match conclusion {
        Ok(conclusion) => conclusion.exit_code(),
        Err(panic) => {
            if !panic.contains("Broken pipe") {
                eprintln!("{panic}");
            }
            ExitCode::from(FAILED)
        }
    }
}

impl Run {
    fn trial(&mut self, index: usize) -> Result<Completion, Failed> {
        let case = &self.cases[index];
        let result = self.session.run(case, &self.store, &mut self.notes)?;
        let text = describe(&result);
        match result.status {
            Status::Skipped => {
                let verdict = result.verdict.map(|verdict| verdict.summary);
                let reason = verdict.or(result.details).unwrap_or_default();
                Ok(Completion::ignored_with(reason.replace('\n', " ")))
            }
            status if status.is_failure() => Err(text.into()),
            status => {
                if status == Status::Warned || result.details.is_some() {
                    self.notes.0.push(format!("warning: {}\n{text}\n", result.test));
                }
                Ok(Completion::Completed)
            }
        }
    }
}

/// What no failure tells: the device that stands in for another, warnings, panics in the background.
/// Told on standard error when the run is over: standard output belongs to the protocol, and while a
/// test runs libtest-mimic is in the middle of a line.
#[derive(Default)]
struct Notes(Vec<String>);

impl Sink for Notes {
    fn emit(&mut self, event: &Event) {
        match event {
            Event::DeviceSelected { note: Some(note), .. } => {
                self.0.push(format!("note: {note}\n"));
            }
            Event::Note { message } => self.0.push(format!("note: {message}\n")),
            _ => {}
        }
    }
}

/// The test cases of a package: of one name where only that is asked for. A folder without specs is
/// a failing case, so that a target that tests nothing is noticed.
fn collect_site(site: &Site, only: Option<&str>) -> Vec<TestCase> {
    let folder = site.package_root(variable).join(site.specs);
    let current = std::env::current_dir().ok();
    let files: Result<Vec<PathBuf>, _> = spec_files(&folder);
    let reason = match files {
        Ok(files) if !files.is_empty() => {
            let files: Vec<PathBuf> =
                files.iter().map(|file| site::shown(file, current.as_deref())).collect();
            return match only {
                Some(name) => collect::collect_exact(&files, name),
                None => collect(&files),
            };
        }
        Ok(_) => format!("{} holds no spec", folder.display()),
        Err(error) => format!("cannot read the specs in {}: {error}", folder.display()),
    };
    let mend = "write a first one with `cargo nn-test init`";
    let name = case_name(&sanitised(site.specs), BROKEN);
    vec![TestCase::broken(name, &folder, format!("{reason}\n{mend}"))]
}

fn store(site: &Site) -> Store {
    let store = Store::new(site.package_root(variable), site.specs);
    match site::workspace_root(variable) {
        Some(workspace) => store.with_workspace(workspace),
        None => store,
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn lossy(argument: &std::ffi::OsStr) -> String {
    argument.to_string_lossy().into_owned()
}
