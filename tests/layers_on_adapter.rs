//! Every layer and activation of the language on a wgpu adapter: its gradient, for parameters and
//! inputs, is the reference device's. Without an adapter these cases are ignored, with the reason.

mod layer_rows;

use std::process::ExitCode;
use std::sync::OnceLock;

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use nn_test::device::{DeviceChoice, Devices};
use nn_test::experiment::{Experiment, Laboratory};
use nn_test::property::{self, Options, Outcome};
use nn_test::spec::{self, FeedForwardActivation, LayerKind, LayerSpec, Source, vocabulary};
use nn_test::subject::Subject;

/// What Burn computes inexactly on wgpu, and what is wrong. The vocabulary says so too. The day one
/// of them agrees with the reference, its test fails, and the entry can go.
const INEXACT: &[(&str, &str)] =
    &[("gelu", "its backward pass is that of the tanh approximation, `gelu_approximate`")];

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // One device, one thread.
    arguments.test_threads = Some(1);
    let families: [(&str, fn() -> Vec<String>); 5] = [
        ("layers_on_features", layer_rows::on_features),
        ("layers_on_signals_and_images", layer_rows::on_images),
        ("layers_on_sequences", layer_rows::on_sequences),
        ("activations", layer_rows::activations),
        ("initializers", layer_rows::initializers),
    ];
    let mut trials =
        vec![Trial::test("what_is_inexact_on_wgpu_is_said_in_its_description", || {
            said_in_the_vocabulary()
        })];
    for (name, networks) in families {
        let name = format!("{name}_agree_with_the_reference_device");
        trials.push(Trial::ignorable_test(name, move || match devices() {
            Ok(devices) => agree(&networks(), devices).map(|()| Completion::Completed),
            Err(reason) => Ok(Completion::ignored_with(reason.clone())),
        }));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// Opened by the first case that runs, so that listing touches no device.
fn devices() -> &'static Result<Devices, String> {
    static DEVICES: OnceLock<Result<Devices, String>> = OnceLock::new();
    DEVICES.get_or_init(|| Devices::open(DeviceChoice::Wgpu).map_err(|error| error.to_string()))
}

fn agree(networks: &[String], devices: &Devices) -> Result<(), Failed> {
    let wrong: Vec<String> = networks
        .iter()
        .filter_map(|text| Some(format!("{text}\n{}", disagreement(text, devices).err()?)))
        .collect();
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n----\n").into()) }
}

/// What differs between the devices, where nothing should, or does not, where it is known to.
fn disagreement(text: &str, devices: &Devices) -> Result<(), String> {
    let source = Source { path: "layers.yaml".into(), text: text.into() };
    let spec = spec::parse(source).map_err(|errors| errors.render(false))?;
    let due = if is_inexact(spec.layers()) { Outcome::Warn } else { Outcome::Pass };
    let subject = Subject::prepare(spec).map_err(|errors| errors.render(false))?;
    let mut laboratory = Laboratory::new(subject, devices).map_err(|error| error.to_string())?;
    laboratory
        .require(Experiment::GradientCheck, &mut |_, _, _, _| ())
        .map_err(|error| error.to_string())?;
    let property = property::find("gradients_match").expect("it is registered");
    let verdict = (property.judge)(laboratory.evidence(), &Options::defaults(&property.meta));
    if verdict.outcome == due {
        return Ok(());
    }
    Err(format!("{:?}, not {due:?}: {} {:?}", verdict.outcome, verdict.summary, verdict.findings))
}

fn is_inexact(layers: &[LayerSpec]) -> bool {
    layers.iter().any(|layer| match &layer.kind {
        LayerKind::Residual { layers } => is_inexact(layers),
        // Its feed-forward network has a gelu unless another activation is given.
        LayerKind::TransformerEncoder(encoder) => encoder.activation == FeedForwardActivation::Gelu,
        kind => INEXACT.iter().any(|(term, _)| *term == kind.term()),
    })
}

fn said_in_the_vocabulary() -> Result<(), Failed> {
    for (name, what) in INEXACT {
        let said = vocabulary::find(name).iter().any(|term| term.summary.contains("wgpu"));
        if !said {
            return Err(format!("`{name}` does not say that on wgpu {what}").into());
        }
    }
    Ok(())
}
