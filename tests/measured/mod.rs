//! Specs that are measured on the CPU, and lists of them of which all must be right.

use std::sync::Mutex;

use nn_test::device::{DeviceChoice, Devices};
use nn_test::experiment::{Evidence, Experiment, Laboratory};
use nn_test::spec::{self, Source};
use nn_test::subject::Subject;

/// One device, one thread: Burn's seeds are global.
static DEVICE: Mutex<()> = Mutex::new(());

/// The start, the gradient check and the training of a spec.
pub fn measure(source: Source) -> Result<Evidence, String> {
    let guard = DEVICE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let devices = Devices::open(DeviceChoice::Cpu).map_err(|error| error.to_string())?;
    let subject = spec::parse(source)
        .and_then(Subject::prepare)
        .map_err(|diagnostics| diagnostics.render(false))?;
    let mut laboratory = Laboratory::new(subject, &devices).map_err(|error| error.to_string())?;
    for experiment in [Experiment::Initial, Experiment::GradientCheck, Experiment::Training] {
        laboratory.require(experiment, &mut |_, _, _, _| ()).map_err(|error| error.to_string())?;
    }
    drop(guard);
    Ok(laboratory.evidence().clone())
}

/// Fails with all specs that `check` finds something wrong with.
pub fn check_each(specs: impl IntoIterator<Item = String>, check: fn(&str) -> Option<String>) {
    let wrong: Vec<String> =
        specs.into_iter().filter_map(|text| Some(format!("{text}\n{}", check(&text)?))).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n----\n"));
}
