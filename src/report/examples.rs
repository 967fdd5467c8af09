//! Hand-made results that the reporters' tests share.

use super::event::{Status, TestResult};
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

pub(super) fn passed() -> TestResult {
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

pub(super) fn failed() -> TestResult {
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
        ..result("digits::initial_loss", Status::SnapshotPending, Some(verdict))
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
