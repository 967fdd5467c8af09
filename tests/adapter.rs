//! What can only be seen on a wgpu adapter. Without one these cases are ignored, with the reason.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::OnceLock;

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use nn_test::device::{DeviceChoice, Devices};
use nn_test::experiment::{Evidence, Experiment, Laboratory};
use nn_test::property::{self, Options, Outcome};
use nn_test::spec::{self, Source, Spec};
use nn_test::subject::Subject;

type Case = fn(&Devices) -> Result<(), Failed>;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // One device, one thread.
    arguments.test_threads = Some(1);
    let cases: [(&str, Case); 4] = [
        ("gradients_agree_with_the_reference_device_to_a_hundred_thousandth", gradients_agree),
        ("loss_curves_agree_with_the_reference_device_to_a_thousandth", curves_agree),
        ("a_coarse_layer_is_seen_on_the_device_alone_and_its_twin_is_not", coarse_layer_fails),
        ("an_inexact_kernel_of_the_device_is_a_warning_and_no_failure", gelu_warns),
    ];
    let trials = cases.map(|(name, case)| {
        Trial::ignorable_test(name, move || match devices() {
            Ok(devices) => case(devices).map(|()| Completion::Completed),
            Err(reason) => Ok(Completion::ignored_with(reason.clone())),
        })
    });
    libtest_mimic::run(&arguments, trials.into()).exit_code()
}

/// Opened by the first case that runs, so that listing touches no device.
fn devices() -> &'static Result<Devices, String> {
    static DEVICES: OnceLock<Result<Devices, String>> = OnceLock::new();
    DEVICES.get_or_init(|| Devices::open(DeviceChoice::Wgpu).map_err(|error| error.to_string()))
}

fn shipped() -> Result<Vec<Spec>, Failed> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("specs");
    let files = nn_test::harness::spec_files(&folder)?;
    files.iter().map(|file| spec::load(file).map_err(|e| Failed::from(e.render(false)))).collect()
}

fn measure(spec: &Spec, devices: &Devices, experiment: Experiment) -> Result<Evidence, Failed> {
    let subject = Subject::prepare(spec.clone()).map_err(|e| e.render(false))?;
    let mut laboratory = Laboratory::new(subject, devices)?;
    laboratory.require(experiment, &mut |_, _, _, _| ())?;
    Ok(laboratory.evidence().clone())
}

fn gradients_agree(devices: &Devices) -> Result<(), Failed> {
    for spec in shipped()? {
        let evidence = measure(&spec, devices, Experiment::Devices)?;
        for tensor in &evidence.devices()?.gradients {
            // What is no number is no agreement.
            if tensor.error.is_nan() || tensor.error > 1e-5 {
                return Err(format!("{} {}: {:e}", *spec.name, tensor.tensor, tensor.error).into());
            }
        }
    }
    Ok(())
}

fn curves_agree(devices: &Devices) -> Result<(), Failed> {
    let cpu = Devices { test: devices.reference.clone(), ..devices.clone() };
    for spec in shipped()? {
        let losses = |devices: &Devices| -> Result<Vec<f64>, Failed> {
            let evidence = measure(&spec, devices, Experiment::Training)?;
            Ok(evidence.training.ok_or("it was measured")?.losses)
        };
        let (adapter, reference) = (losses(devices)?, losses(&cpu)?);
        let close = |(a, b): (&f64, &f64)| (a - b).abs() <= 1e-3 * b.abs();
        if adapter.len() != reference.len() || !adapter.iter().zip(&reference).all(close) {
            return Err(format!("{}: {adapter:?} is not {reference:?}", *spec.name).into());
        }
    }
    Ok(())
}

/// Burn's wgpu backend differentiates the tanh approximation of `gelu` in place of `gelu` itself.
/// The day this fails because the verdict is a pass, the exception can go.
fn gelu_warns(devices: &Devices) -> Result<(), Failed> {
    let text = "version: 1\nname: gelu\ntask: classification\n\
                data: {blobs: {examples: 64, classes: 2, features: 4}}\n\
                model: {layers: [{linear: 8}, gelu, {linear: 2}]}\n";
    let source = Source::new("gelu.yaml", text);
    let spec = spec::parse(source).map_err(|e| e.render(false))?;
    let evidence = measure(&spec, devices, Experiment::Devices)?;
    let property = property::find("matches_reference_device").ok_or("it is registered")?;
    let verdict = (property.judge)(&evidence, &Options::defaults(&property.meta));
    match verdict.outcome {
        Outcome::Warn => Ok(()),
        other => Err(format!("{other:?}: {}", verdict.summary).into()),
    }
}

/// The planted fault of the test device, which the CPU cannot have, and the same spec without it.
fn coarse_layer_fails(devices: &Devices) -> Result<(), Failed> {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/faulty/coarse_layer.yaml");
    let faulty = spec::load(&file).map_err(|e| e.render(false))?;
    let mut twin = faulty.clone();
    twin.faults.clear();
    let property = property::find("matches_reference_device").ok_or("it is registered")?;
    let options = Options::defaults(&property.meta);
    let judged = |spec: &Spec| -> Result<_, Failed> {
        Ok((property.judge)(&measure(spec, devices, Experiment::Devices)?, &options))
    };
    let (caught, healthy) = (judged(&faulty)?, judged(&twin)?);
    let place = caught.findings.first().map(|finding| finding.place.as_str());
    match (caught.outcome, place, healthy.outcome) {
        (Outcome::Fail, Some("hidden"), Outcome::Pass) => Ok(()),
        _ => Err(format!("{}; the twin: {}", caught.summary, healthy.summary).into()),
    }
}
