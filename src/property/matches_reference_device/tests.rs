use super::super::testing;
use super::*;
use crate::property::Outcome;

fn verdict(change: impl FnOnce(&mut Evidence)) -> Verdict {
    testing::verdict(&PROPERTY, change)
}

fn devices(evidence: &mut Evidence) -> &mut DevicesEvidence {
    evidence.devices.as_mut().unwrap().as_mut().unwrap()
}

/// How the verdict ends and where its first finding points.
fn ends(change: impl FnOnce(&mut DevicesEvidence)) -> (Outcome, String) {
    let verdict = verdict(|evidence| change(devices(evidence)));
    let place = verdict.findings.first().map_or_else(String::new, |finding| finding.place.clone());
    (verdict.outcome, place)
}

fn failed_at(place: &str) -> (Outcome, String) {
    (Outcome::Fail, place.to_owned())
}

#[test]
fn devices_that_agree_within_rounding_pass_and_the_summary_has_the_worst_number() {
    let verdict = verdict(|evidence| devices(evidence).gradients[2].error = 9e-7);
    assert_eq!(verdict.outcome, Outcome::Pass);
    for part in ["9e-7", "gradient of head.weight", "bound 1e-5"] {
        assert!(verdict.summary.contains(part), "{part} in {}", verdict.summary);
    }
}

#[test]
fn the_first_layer_that_leaves_the_band_is_named_and_nothing_that_follows_it() {
    let found = verdict(|evidence| {
        let devices = devices(evidence);
        devices.layers[1..].iter_mut().for_each(|layer| layer.error = 1e-3);
        devices.gradients.iter_mut().for_each(|tensor| tensor.error = 1e-3);
        devices.loss = 1e-3;
    });
    assert_eq!((found.outcome, found.findings.len()), (Outcome::Fail, 1));
    assert_eq!(found.findings[0].place, "hidden");
    assert!(found.findings[0].message.contains("`linear`"), "{}", found.findings[0].message);
}

#[test]
fn the_bound_itself_is_kept_and_what_is_no_number_keeps_none() {
    assert_eq!(ends(|devices| devices.layers[2].error = 1e-5).0, Outcome::Pass);
    assert_eq!(ends(|devices| devices.layers[2].error = 1.01e-5), failed_at("relu1"));
    assert_eq!(ends(|devices| devices.layers[3].error = f64::NAN), failed_at("head"));
}

#[test]
fn a_backward_alone_is_named_from_the_head() {
    let all = |devices: &mut DevicesEvidence| {
        devices.gradients.iter_mut().for_each(|tensor| tensor.error = 1e-2);
    };
    assert_eq!(ends(all), failed_at("head.bias"));
    assert_eq!(ends(|devices| devices.gradients[0].error = 1e-2), failed_at("hidden.weight"));
}

#[test]
fn loss_and_updates_are_compared_too() {
    assert_eq!(ends(|devices| devices.loss = 1e-3), failed_at("loss"));
    let of_update = ends(|devices| devices.updates[1].error = 1e-3);
    assert_eq!(of_update, failed_at("hidden.bias"));
}

#[test]
fn a_kernel_that_is_known_to_be_inexact_only_warns_and_only_within_its_bound() {
    let outcome = |kind: &str, activation, error: f64| {
        verdict(|evidence| {
            evidence.subject.layers[1].kind = kind.to_owned();
            evidence.subject.layers[1].activation = activation;
            devices(evidence).gradients[0].error = error;
        })
        .outcome
    };
    assert_eq!(outcome("gelu", None, 7e-4), Outcome::Warn);
    assert_eq!(outcome("gelu", None, 7e-2), Outcome::Fail);
    assert_eq!(outcome("relu", None, 7e-4), Outcome::Fail);
    assert_eq!(outcome("transformer_encoder", Some("gelu"), 7e-4), Outcome::Warn);
    assert_eq!(outcome("transformer_encoder", Some("relu"), 7e-4), Outcome::Fail);
}

#[test]
fn on_the_reference_device_itself_there_is_nothing_to_judge() {
    let none = verdict(|evidence| evidence.devices = Some(Err("it is one device")));
    assert_eq!(none.outcome, Outcome::NotApplicable);
}

#[test]
fn a_tolerance_is_kept_to_the_letter() {
    let mut evidence = testing::evidence();
    devices(&mut evidence).layers[1].error = 1e-4;
    let mut options = Options::defaults(&PROPERTY.meta);
    options.set("tolerance", OptionValue::Number(1e-3));
    assert_eq!(judge(&evidence, &options).outcome, Outcome::Pass);
    options.set("tolerance", OptionValue::Number(1e-5));
    assert_eq!(judge(&evidence, &options).outcome, Outcome::Fail);
}
