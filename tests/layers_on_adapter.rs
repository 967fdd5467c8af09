//! Every layer and activation of the language on a wgpu adapter: its gradient, for parameters and
//! inputs, is the reference device's. Without an adapter these cases are ignored, with the reason.

mod layer_rows;

use std::process::ExitCode;
use std::sync::OnceLock;

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use nn_test::device::{DeviceChoice, Devices};
use nn_test::experiment::{Experiment, Laboratory};
use nn_test::property::{self, Options, Outcome};
use nn_test::spec::{self, LayerSpec, Source, vocabulary};
use nn_test::subject::Subject;

/// What Burn computes inexactly on wgpu, and what is wrong. The vocabulary says so too, and
/// `matches_reference_device` warns where it accuses others (`KNOWN_DEVIATIONS`). The day one of them agrees with
/// the reference, its test fails, and the entry can go.
const INEXACT: &[(&str, &str)] = &[
    ("gelu", "its backward pass is that of the tanh approximation, `gelu_approximate`"),
    ("deform_conv2d", "the gradients of offsets, masks and input are off by their own size"),
];

fn main() -> ExitCode {
    type Networks = fn() -> Vec<String>;
    let mut arguments = Arguments::from_args();
    // One device, one thread.
    arguments.test_threads = Some(1);
    let families: [(&str, Networks); 9] = [
        ("layers_on_features", layer_rows::on_features),
        ("layers_on_signals_and_images", layer_rows::on_images),
        ("layers_on_sequences", layer_rows::on_sequences),
        ("wired_layers", layer_rows::wired),
        ("layers_that_attend_to_another_sequence", layer_rows::attending),
        ("layers_on_tokens", layer_rows::on_tokens),
        ("layers_on_several_inputs", layer_rows::on_several_inputs),
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

/// What `matches_reference_device` says against a network, where it should say nothing, or that it says
/// nothing where it should; and what `gradients_match` says of its mathematics, in any case.
fn disagreement(text: &str, devices: &Devices) -> Result<(), String> {
    let source = Source::new("layers.yaml", text);
    let spec = spec::parse(source).map_err(|errors| errors.render(false))?;
    let sound = !is_inexact(spec.layers());
    let subject = Subject::prepare(spec).map_err(|errors| errors.render(false))?;
    let mut laboratory = Laboratory::new(subject, devices).map_err(|error| error.to_string())?;
    for experiment in [Experiment::GradientCheck, Experiment::Devices] {
        laboratory.require(experiment, &mut |_, _, _, _| ()).map_err(|error| error.to_string())?;
    }
    let evidence = laboratory.evidence();
    for (name, agrees) in [("gradients_match", true), ("matches_reference_device", sound)] {
        let property = property::find(name).ok_or("it is registered")?;
        let verdict = (property.judge)(evidence, &Options::defaults(&property.meta));
        let as_expected = match agrees {
            true => verdict.outcome == Outcome::Pass,
            false => matches!(verdict.outcome, Outcome::Warn | Outcome::Fail),
        };
        if !as_expected {
            let (outcome, findings) = (verdict.outcome, &verdict.findings);
            return Err(format!("{name}: {outcome:?}: {} {findings:?}", verdict.summary));
        }
    }
    Ok(())
}

fn is_inexact(layers: &[LayerSpec]) -> bool {
    layers.iter().any(|layer| {
        let names = [Some(layer.kind.term()), layer.kind.activation()];
        names.iter().flatten().any(|name| INEXACT.iter().any(|(term, _)| term == name))
            || layer.contents().into_iter().any(is_inexact)
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
