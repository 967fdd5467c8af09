use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::*;
use crate::harness::fixtures::{
    ALWAYS, Answer, FakeLaboratory, HINT, NEVER, Recorder, expectation, finding, judged, passing,
    spec,
};
use crate::property::{Outcome, Verdict};
use crate::spec::{Conditions, DeviceKind, Only, Skip, Span, Spanned};

/// A session over a fake laboratory, in a package of its own.
struct Stage {
    session: Session,
    laboratory: FakeLaboratory,
    package: TempDir,
    store: Store,
    sink: Recorder,
}

impl Stage {
    fn new(answer: Answer) -> Self {
        Self::with(FakeLaboratory::new(answer), None)
    }

    fn with(laboratory: FakeLaboratory, seed: Option<u64>) -> Self {
        let package = tempfile::tempdir().unwrap();
        let store = Store::new(package.path(), "specs").with_variables(|_| None);
        let session = Session::new(Box::new(laboratory.clone()), seed, None);
        Self { session, laboratory, package, store, sink: Recorder::default() }
    }

    fn run(&mut self, case: &TestCase) -> TestResult {
        self.session.run(case, &self.store, &mut self.sink).unwrap()
    }

    /// Accepts a snapshot for the spec `mlp`.
    fn accept(&self, property: &str, body: &str) {
        let path = self.store.path("mlp", property);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, format!("---\nsource: mlp.yaml\n---\n{body}\n")).unwrap();
    }

    fn log(&self) -> Vec<String> {
        self.laboratory.log.borrow().clone()
    }

    fn has_snapshot_files(&self) -> bool {
        self.package.path().join("specs").exists()
    }
}

fn cases(name: &str, expectations: Vec<Expectation>) -> Vec<TestCase> {
    let file = format!("{name}.yaml");
    TestCase::of_spec(&Arc::new(spec(name, expectations)), Path::new(&file))
}

fn mlp() -> Vec<TestCase> {
    cases("mlp", vec![expectation(&ALWAYS), expectation(&NEVER), expectation(&HINT)])
}

#[test]
fn a_property_that_is_off_is_skipped_with_the_reason_and_nothing_is_opened_for_it() {
    let mut stage = Stage::new(|_| Ok(judged(Verdict::pass("holds"))));
    let off = Severities::default().with("always", Severity::Off, "command line".into(), true);
    stage.session.severities = off;
    let result = stage.run(&mlp()[0]);
    assert_eq!(result.status, Status::Skipped);
    assert_eq!(result.verdict.unwrap().summary, "severity off (command line)");
    assert!(stage.log().is_empty(), "{:?}", stage.log());
}

#[test]
fn where_warnings_are_denied_a_hint_fails_and_says_by_whom() {
    let mut stage = Stage::new(|_| Ok(judged(Verdict::fail("no", vec![finding("head")]))));
    stage.session.severities = Severities::default().denying_warnings(Some("x.toml:1:1".into()));
    let result = stage.run(&mlp()[2]);
    assert_eq!(result.status, Status::Failed);
    assert_eq!(result.details.as_deref(), Some("warnings denied (x.toml:1:1)"));
}

#[test]
fn the_cases_of_a_spec_share_one_laboratory_that_goes_before_the_next_comes() {
    let mut stage = Stage::new(|_| Ok(judged(Verdict::not_applicable("no reason"))));
    for case in mlp().iter().take(2).chain(&cases("other", vec![expectation(&ALWAYS)])) {
        stage.run(case);
    }
    drop(stage.session);
    assert_eq!(
        *stage.laboratory.log.borrow(),
        [
            "open mlp with seed 42",
            "judge always",
            "judge never",
            "close mlp",
            "open other with seed 42",
            "judge always",
            "close other"
        ]
    );
}

#[test]
fn a_holding_property_with_its_accepted_snapshot_passes() {
    let mut stage = Stage::new(|_| Ok(passing()));
    stage.accept("always", "loss: 2.304");
    let result = stage.run(&mlp()[0]);
    assert_eq!((result.status, result.details), (Status::Passed, None));
    assert_eq!(result.verdict, Some(Verdict::pass("loss 2.303")));
}

#[test]
fn a_holding_property_with_another_snapshot_is_pending_and_shows_the_difference() {
    let mut stage = Stage::new(|_| Ok(passing()));
    stage.accept("always", "loss: 1.0");
    let result = stage.run(&mlp()[0]);
    assert_eq!(result.status, Status::SnapshotPending);
    let details = result.details.unwrap();
    assert!(details.contains("-loss: 1.0\n+loss: 2.303\n"), "{details}");
    assert_eq!(result.verdict, Some(Verdict::pass("loss 2.303")));
}

#[test]
fn a_snapshot_that_cannot_be_compared_is_a_failure_that_says_why() {
    let mut stage = Stage::new(|_| Ok(passing()));
    stage.accept("always", "<<<<<<< HEAD");
    let result = stage.run(&mlp()[0]);
    assert!(result.status.is_failure());
    assert!(result.details.unwrap().contains("conflict markers"));
}

#[test]
fn a_failing_verdict_touches_no_snapshot_whatever_its_severity() {
    let mut stage = Stage::new(|_| Ok(judged(Verdict::fail("no", vec![finding("head")]))));
    let cases = mlp();
    assert_eq!(stage.run(&cases[0]).status, Status::Failed);
    assert_eq!(stage.run(&cases[2]).status, Status::Warned);
    assert!(!stage.has_snapshot_files());
}

#[test]
fn an_inconclusive_verdict_fails_and_an_inapplicable_one_is_skipped() {
    let mut stage = Stage::new(|name| {
        Ok(judged(match name {
            "always" => Verdict::inconclusive("noise", vec![]),
            _ => Verdict::not_applicable("no layers"),
        }))
    });
    let cases = mlp();
    assert_eq!(stage.run(&cases[0]).status, Status::Failed);
    assert_eq!(stage.run(&cases[1]).status, Status::Skipped);
    assert!(!stage.has_snapshot_files());
}

#[test]
fn the_specs_severity_counts_before_the_propertys() {
    let mut stage = Stage::new(|_| Ok(judged(Verdict::fail("no", vec![]))));
    let mut lenient = expectation(&ALWAYS);
    lenient.severity = Some(crate::spec::Severity::Warn);
    assert_eq!(stage.run(&cases("mlp", vec![lenient])[0]).status, Status::Warned);
}

#[test]
fn a_property_with_nothing_on_record_has_no_snapshot() {
    let mut stage = Stage::new(|_| Ok(Judgement { record: Mapping::new(), ..passing() }));
    assert_eq!(stage.run(&mlp()[0]).status, Status::Passed);
    assert!(!stage.has_snapshot_files());
}

#[test]
fn another_seed_reaches_the_laboratory_and_compares_no_snapshot() {
    let mut stage = Stage::with(FakeLaboratory::new(|_| Ok(passing())), Some(7));
    stage.accept("always", "loss: 1.0");
    assert_eq!(stage.run(&mlp()[0]).status, Status::Passed);
    assert_eq!(stage.log()[0], "open mlp with seed 7");
}

#[test]
fn an_experiment_that_fails_crashes_its_case_alone() {
    let mut stage = Stage::new(|name| match name {
        "always" => Err(ExperimentError { experiment: "training", reason: "lost".to_owned() }),
        _ => Ok(judged(Verdict::not_applicable("-"))),
    });
    let cases = mlp();
    let crashed = stage.run(&cases[0]);
    assert_eq!(crashed.status, Status::Crashed);
    assert_eq!(
        crashed.details.as_deref(),
        Some("the experiment `training` could not be completed: lost")
    );
    assert_eq!(stage.run(&cases[1]).status, Status::Skipped);
    assert_eq!(stage.log().iter().filter(|entry| entry.starts_with("open")).count(), 1);
}

#[test]
fn a_panic_crashes_its_case_and_the_next_gets_a_laboratory_of_its_own() {
    let mut stage = Stage::new(|name| match name {
        "always" => panic!("index out of bounds"),
        _ => Ok(judged(Verdict::not_applicable("-"))),
    });
    let cases = mlp();
    let crashed = stage.run(&cases[0]);
    assert_eq!(crashed.status, Status::Crashed);
    let details = crashed.details.unwrap();
    assert!(details.starts_with("panicked: index out of bounds\nat "), "{details}");
    assert!(details.contains("session/tests.rs"), "{details}");
    assert_eq!(stage.run(&cases[1]).status, Status::Skipped);
    assert_eq!(stage.log().iter().filter(|entry| entry.starts_with("open")).count(), 2);
}

#[test]
fn wrong_data_fails_every_case_of_its_spec_and_is_shown_once() {
    let obstacle = Obstacle::Spec("error[NN0301]: no column `digit`".to_owned());
    let mut stage = Stage::with(FakeLaboratory::behind(obstacle), None);
    let cases = mlp();
    let first = stage.run(&cases[0]);
    assert_eq!(first.status, Status::SpecError);
    assert_eq!(first.details.as_deref(), Some("error[NN0301]: no column `digit`"));
    let second = stage.run(&cases[1]);
    assert_eq!(second.status, Status::SpecError);
    assert_eq!(second.details.as_deref(), Some("the spec has errors, shown at mlp::always"));
    assert_eq!(stage.log(), ["open mlp with seed 42"]);
}

#[test]
fn a_missing_adapter_ends_the_session_without_a_result() {
    let obstacle = Obstacle::Adapter("no Vulkan loader".to_owned());
    let mut stage = Stage::with(FakeLaboratory::behind(obstacle), None);
    let error = stage.session.run(&mlp()[0], &stage.store, &mut stage.sink).unwrap_err();
    assert_eq!(error.reason, "no Vulkan loader");
    let finished = |event: &Event| matches!(event, Event::TestFinished(_));
    assert!(!stage.sink.events.iter().any(finished));
}

#[test]
fn a_broken_spec_is_reported_without_a_laboratory() {
    let mut stage = Stage::new(|_| Ok(passing()));
    let case = TestCase::broken("a::spec".to_owned(), Path::new("a.yaml"), "why".to_owned());
    assert_eq!(stage.run(&case).status, Status::SpecError);
    assert!(stage.log().is_empty());
}

#[test]
fn a_case_is_told_from_start_to_end_with_a_few_steps_between() {
    let mut stage = Stage::new(|_| Ok(judged(Verdict::not_applicable("-"))));
    let result = stage.run(&mlp()[0]);
    let test = "mlp::always".to_owned();
    let progress = Event::Progress {
        test: test.clone(),
        activity: "training".to_owned(),
        step: 1,
        steps: 3,
        loss: Some(0.5),
    };
    assert_eq!(
        stage.sink.events,
        [Event::TestStarted { test }, progress, Event::TestFinished(result)]
    );
}

#[test]
fn a_case_is_skipped_where_the_spec_says_so_and_the_device_is_asked_for_only_then() {
    let condition = |only, skip| Conditions { only, skip };
    let on_wgpu = Only { device: DeviceKind::Wgpu, reason: None };
    let everywhere = Skip { device: None, reason: "too slow".to_owned() };
    let mut expectations = vec![expectation(&ALWAYS), expectation(&NEVER), expectation(&HINT)];
    expectations[0].conditions = condition(None, Some(everywhere));
    expectations[1].conditions = condition(Some(on_wgpu), None);
    let mut stage = Stage::new(|_| Ok(judged(Verdict::not_applicable("-"))));
    let skipped: Vec<_> = cases("mlp", expectations)
        .iter()
        .map(|case| {
            let result = stage.run(case);
            (result.status, result.verdict.unwrap().summary, stage.log().len())
        })
        .collect();
    let due = |reason: &str, calls| (Status::Skipped, reason.to_owned(), calls);
    assert_eq!(skipped[..2], [due("too slow", 0), due("only on wgpu, and this is cpu", 1)]);
    assert_eq!(stage.log(), ["which device", "open mlp with seed 42", "judge hint"]);
}

#[test]
fn a_failure_that_is_allowed_passes_and_a_waiver_that_is_not_needed_warns() {
    let mut expectations = vec![expectation(&ALWAYS), expectation(&NEVER)];
    for each in &mut expectations {
        each.allowed = Some(Spanned::new("issue 3".to_owned(), Span::default()));
    }
    let mut stage = Stage::new(|name| match name {
        "always" => Ok(judged(Verdict::pass("yes"))),
        _ => Ok(judged(Verdict::fail("no", vec![finding("head")]))),
    });
    let results: Vec<_> = cases("mlp", expectations).iter().map(|case| stage.run(case)).collect();
    let [holds, fails] = results.as_slice() else { panic!("{results:?}") };
    // What holds has its snapshot as ever; what does not hold has none.
    assert_eq!((holds.status, fails.status), (Status::SnapshotPending, Status::Passed));
    assert_eq!(holds.verdict.as_ref().unwrap().outcome, Outcome::Warn);
    assert!(fails.verdict.as_ref().unwrap().summary.starts_with("allowed (issue 3)"));
}

#[test]
fn a_spec_of_several_seeds_is_judged_for_each() {
    let mut several = spec("mlp", vec![expectation(&ALWAYS)]);
    several.seeds = 3;
    let mut stage = Stage::new(|_| Ok(judged(Verdict::pass("yes"))));
    let cases = TestCase::of_spec(&Arc::new(several), Path::new("specs/mlp.yaml"));
    let result = stage.run(&cases[0]);
    let summary = result.verdict.unwrap().summary;
    assert!(summary.starts_with("yes; 3 of 3 seeds hold"), "{summary}");
    let opened: Vec<String> =
        stage.log().into_iter().filter(|line| line.starts_with("open")).collect();
    assert_eq!(opened, [42, 43, 44].map(|seed| format!("open mlp with seed {seed}")));
}

#[test]
fn an_expected_failure_passes_and_has_no_snapshot_whatever_comes() {
    let mut expectations = vec![expectation(&ALWAYS), expectation(&NEVER)];
    for each in &mut expectations {
        each.fails = Some(Spanned::new("issue 3".to_owned(), Span::default()));
    }
    let mut stage = Stage::new(|name| match name {
        "always" => Ok(passing()),
        _ => Ok(judged(Verdict::fail("no", vec![finding("head")]))),
    });
    let statuses: Vec<_> =
        cases("mlp", expectations).iter().map(|case| stage.run(case).status).collect();
    assert_eq!(statuses, [Status::Failed, Status::Passed]);
    assert!(!stage.has_snapshot_files());
}
