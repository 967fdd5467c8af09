//! Hand-made results that the reporters' tests share.

use super::event::{
    Event, MendTrial, RunEnd, RunSummary, SCHEMA_VERSION, SelectedTest, SpecDiagnosis, Status,
    TestResult,
};
use crate::diagnosis::{Change, Diagnosis, Suggestion, Trial, TrialOutcome};
use crate::property::{Finding, Verdict};

fn result(test: &str, status: Status, verdict: Option<Verdict>) -> TestResult {
    TestResult {
        test: test.to_owned(),
        file: "specs/digits.yaml".to_owned(),
        line: 34,
        column: 5,
        status,
        verdict,
        details: None,
        seconds: 0.0123,
    }
}

pub(crate) fn passed() -> TestResult {
    let verdict = Verdict::pass("loss 2.31, expected 2.303");
    result("digits::initial_loss", Status::Passed, Some(verdict))
}

pub(super) fn warned() -> TestResult {
    let finding = Finding {
        place: "fc1.weight".to_owned(),
        message: "moves by too little".to_owned(),
        measured: Some(1e-6),
        bound: Some("in [1e-5, 0.5]".to_owned()),
        mend: "raise the learning rate".to_owned(),
    };
    let verdict = Verdict::warn("median 1e-6", vec![finding]);
    result("digits::update_ratio", Status::Warned, Some(verdict))
}

pub(super) fn skipped() -> TestResult {
    let verdict = Verdict::not_applicable("the model has no activations");
    result("digits::no_dead_units", Status::Skipped, Some(verdict))
}

pub(crate) fn failed() -> TestResult {
    let finding = Finding {
        place: "conv1.weight".to_owned(),
        message: "analytic and numeric gradients differ".to_owned(),
        measured: Some(0.5),
        bound: Some("≤ 1e-6".to_owned()),
        mend: "check the layer's backward pass".to_owned(),
    };
    let verdict = Verdict::fail("worst relative error 0.5", vec![finding]);
    TestResult {
        line: 35,
        seconds: 61.5,
        ..result("digits::gradients_match", Status::Failed, Some(verdict))
    }
}

pub(super) fn pending() -> TestResult {
    let verdict = Verdict::pass("loss 2.45, expected 2.303");
    TestResult {
        details: Some("-loss: 2.31\n+loss: 2.45\n".to_owned()),
        ..result("digits::shapes", Status::SnapshotPending, Some(verdict))
    }
}

pub(super) fn spec_error() -> TestResult {
    let rendered = "error[NN0104]: unknown layer `dense`\n --> specs/broken.yaml:7:7\n";
    TestResult {
        file: "specs/broken.yaml".to_owned(),
        line: 0,
        column: 0,
        details: Some(rendered.to_owned()),
        ..result("broken::spec", Status::SpecError, None)
    }
}

pub(super) fn crashed() -> TestResult {
    TestResult {
        details: Some("the worker was ended by signal 11 (SIGSEGV)".to_owned()),
        ..result("digits::learns", Status::Crashed, None)
    }
}

fn suggestion() -> Suggestion {
    Suggestion {
        reason: "the learning rate 10 is about 3000 times too high".to_owned(),
        lines: vec!["training.optimizer.adam.learning_rate: 3e-3".to_owned()],
    }
}

pub(super) fn trial() -> MendTrial {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let Suggestion { reason, lines } = suggestion();
    let trial = Trial {
        cause: "learning_rate_too_high".to_owned(),
        outcome: TrialOutcome::Helped,
        reason,
        lines,
        holds: owned(&["learns", "outputs_vary", "no_dead_units"]),
        fails: Vec::new(),
        breaks: Vec::new(),
        changes: vec![Change {
            property: "learns".to_owned(),
            before: "loss 2.31 → NaN in 40 steps".to_owned(),
            after: "loss 2.31 → 0.12 in 40 steps".to_owned(),
        }],
        seconds: 1.5,
    };
    MendTrial { spec: "digits".to_owned(), file: "specs/digits.yaml".to_owned(), trial }
}

pub(super) fn diagnosis() -> SpecDiagnosis {
    let cause = |cause: &str, title: &str, place: &str, because: &[&str], explains: &[&str]| {
        let evidence = because.iter().filter_map(|clue| clue.split('`').nth(1));
        let evidence = evidence.map(str::to_owned).collect();
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Diagnosis {
            cause: cause.to_owned(),
            title: title.to_owned(),
            text: "Steps overshoot.".to_owned(),
            place: place.to_owned(),
            because: owned(because),
            evidence,
            mend: "Divide the learning rate by 10 until the loss falls.".to_owned(),
            explains: owned(explains),
            suggestion: (cause == "learning_rate_too_high").then(suggestion),
        }
    };
    SpecDiagnosis {
        spec: "digits".to_owned(),
        file: "specs/digits.yaml".to_owned(),
        causes: vec![
            cause(
                "learning_rate_too_high",
                "the learning rate is too high",
                "training.optimizer.learning_rate",
                &["the loss rises (`learns`)"],
                &["outputs_vary", "no_dead_units"],
            ),
            cause("gradient_turned", "the sign of the loss is turned", "loss", &[], &[]),
        ],
    }
}

/// The results above, all of one run that `--max-fail` has ended.
pub(super) fn whole_run() -> Vec<Event> {
    let results = [passed(), warned(), skipped(), failed(), pending(), crashed(), spec_error()];
    let selected = |result: &TestResult| SelectedTest {
        test: result.test.clone(),
        package: Some("nets".to_owned()),
        file: result.file.clone(),
    };
    let not_run = SelectedTest { test: "broken::learns".to_owned(), ..selected(&spec_error()) };
    let mut events = vec![
        Event::RunStarted { schema_version: SCHEMA_VERSION, tests: 8, specs: 2 },
        Event::TestsSelected {
            partition: Some("hash:1/3".to_owned()),
            tests: results.iter().map(selected).chain([not_run]).collect(),
        },
        Event::DeviceSelected {
            device: "CPU (flex, f32)".into(),
            note: Some("no wgpu adapter: the tests run on the CPU".into()),
        },
    ];
    let mut summary =
        RunSummary { not_run: 1, end: RunEnd::MaxFail, seconds: 63.25, ..RunSummary::default() };
    for result in results {
        summary.count(result.status);
        events.push(Event::TestStarted { test: result.test.clone() });
        events.push(Event::Output {
            test: Some(result.test.clone()),
            text: format!("a print of {}\n", result.test),
        });
        events.push(Event::TestFinished(result));
    }
    events.push(Event::Diagnosed(diagnosis()));
    let (spec, file, cause) =
        ("digits".to_owned(), "specs/digits.yaml".to_owned(), "learning_rate_too_high".to_owned());
    events.push(Event::MendStarted { spec, file, cause });
    events.push(Event::MendTried(trial()));
    let (spec, file) = ("digits".to_owned(), "specs/digits.yaml".to_owned());
    events.push(Event::SpecFinished { spec, file, tensors: Vec::new() });
    events.push(Event::RunFinished(summary));
    events
}
