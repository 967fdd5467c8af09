//! Every layer of the language with numbers of 16 bits: the way back from cut to cut gives the gradient
//! that Burn's own way back gives, but for rounding.

mod layer_rows;

use std::sync::Mutex;

use nn_test::device::{DeviceChoice, Devices};
use nn_test::experiment::{Experiment, Laboratory};
use nn_test::property::{self, Options, Outcome};
use nn_test::spec::{self, Source};
use nn_test::subject::Subject;

use layer_rows::{
    activations, attending, initializers, on_features, on_images, on_sequences, on_several_inputs,
    on_tokens, wired,
};

/// One device, one thread.
static DEVICE: Mutex<()> = Mutex::new(());

/// What is wrong with a network in half precision.
fn check(text: &str) -> Option<String> {
    let _alone = DEVICE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let devices = Devices::open(DeviceChoice::Cpu).expect("there is a CPU");
    let subject = spec::parse(Source::new("layers.yaml", text)).and_then(Subject::prepare);
    let subject = subject.unwrap_or_else(|diagnostics| panic!("{}", diagnostics.render(false)));
    let mut laboratory = Laboratory::new(subject, &devices).expect("the spec is sound");
    if let Err(error) = laboratory.require(Experiment::HalfPrecision, &mut |_, _, _, _| ()) {
        return Some(error.to_string());
    }
    let property = property::find("precision_robust").expect("it is registered");
    let options = Options::defaults(&property.meta);
    let verdict = (property.judge)(laboratory.evidence(), &options);
    let is_fine = matches!(verdict.outcome, Outcome::Pass | Outcome::Warn);
    (!is_fine).then(|| format!("{:?}: {} {:?}", verdict.outcome, verdict.summary, verdict.findings))
}

fn check_all(specs: impl IntoIterator<Item = String>) {
    let told: Vec<String> =
        specs.into_iter().filter_map(|text| Some(format!("{text}\n{}", check(&text)?))).collect();
    assert!(told.is_empty(), "{}", told.join("\n----\n"));
}

#[test]
fn layers_on_features_keep_their_gradients() {
    check_all(on_features());
    check_all(activations());
    check_all(initializers());
}

#[test]
fn layers_on_images_keep_their_gradients() {
    check_all(on_images());
}

#[test]
fn layers_on_sequences_keep_their_gradients() {
    check_all(on_sequences());
    check_all(on_tokens());
}

#[test]
fn layers_with_several_inputs_keep_their_gradients() {
    check_all(on_several_inputs());
    check_all(attending());
    check_all(wired());
}
