//! Every layer, activation and loss, against the numbers that PyTorch computed and against differences
//! of the loss. The files are written by `fixtures/golden/make.py` with the shipped script.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::super::Laboratory;
use crate::device::{DeviceChoice, Devices};
use crate::property::{Outcome, Verdict};
use crate::spec::vocabulary::{TermKind, terms};
use crate::spec::{self, Expectation, Source, Spec};
use crate::subject::Subject;
use crate::weights::WeightFile;

const FOLDER: &str = "fixtures/golden";

/// The CPU in 64 bits, where nothing but the mathematics can differ, and an adapter as well where
/// there is one and none is declined.
fn devices() -> Devices {
    let choice = match std::env::var("NN_TEST_DEVICE").as_deref() {
        Ok("cpu") => DeviceChoice::Cpu,
        _ => DeviceChoice::Auto,
    };
    Devices::open(choice).unwrap()
}

/// The names of all golden files in a folder, without their extension.
fn cases(folder: &str) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(Path::new(FOLDER).join(folder))
        .unwrap()
        .filter_map(|entry| entry.unwrap().file_name().into_string().ok())
        .filter_map(|file| file.strip_suffix(".safetensors").map(str::to_owned))
        .collect();
    names.sort();
    assert!(!names.is_empty(), "{folder}");
    names
}

/// What a golden file says about itself.
fn said(folder: &str, case: &str) -> impl Fn(&str) -> String {
    let name = format!("{case}.safetensors");
    let file = WeightFile::read(&Path::new(FOLDER).join(folder), Path::new(&name), None).unwrap();
    move |key: &str| file.metadata.get(key).cloned().unwrap_or_default()
}

/// The word of the language that an entry of a list begins with.
fn word(entry: &str) -> &str {
    entry.split(':').next().unwrap().trim()
}

/// Entries of a list that stand on a line each, as those of a spec's `layers`.
fn entries(lines: &str) -> String {
    lines.lines().map(|entry| format!("    - {entry}\n")).collect()
}

/// An option that stands behind others, where the file has it.
fn beside(said: &impl Fn(&str) -> String, key: &str) -> String {
    match said(key) {
        value if value.is_empty() => value,
        value => format!(", {key}: {value}"),
    }
}

fn layer_spec(folder: &str, case: &str) -> String {
    let said = said(folder, case);
    let layer = said("layer");
    let map = match said("map") {
        map if map.is_empty() => format!("layer: {}1", word(&layer)),
        map => map,
    };
    format!(
        "version: 1\nname: golden\ntask: classification\ndata: {{{}{}}}\nmodel:\n  layers:\n{}    - \
         flatten\n    - linear: {{out: 2, name: head}}\nexpect:\n  - matches_golden: {{file: \
         {case}.safetensors, map: {{{map}}}{}}}\n  - gradients_match\n  - matches_reference_device\n",
        said("data"),
        beside(&said, "shape"),
        entries(&format!("{}\n{layer}", said("before"))).replace("    - \n", ""),
        beside(&said, "tolerance"),
    )
}

fn loss_spec(folder: &str, case: &str) -> String {
    let said = said(folder, case);
    let loss = said("loss");
    let loss = if loss.contains(':') { format!("{{{loss}}}") } else { loss };
    format!(
        "version: 1\nname: golden\ntask: {}\ndata: {{{}}}\nmodel:\n  layers:\n    - linear: {{out: {}, \
         name: head}}\n{}loss: {loss}\nexpect:\n  - matches_golden: {{file: {case}.safetensors{}}}\n  - \
         gradients_match\n  - matches_reference_device\n",
        said("task"),
        said("data"),
        said("outputs"),
        entries(&said("tail")),
        beside(&said, "tolerance"),
    )
}

fn parsed(folder: &str, text: &str) -> Spec {
    let source = Source::new(format!("{FOLDER}/{folder}/golden.yaml"), text);
    spec::parse(source).unwrap_or_else(|errors| panic!("{}", errors.render(false)))
}

/// The verdicts of all expectations of a spec.
fn verdicts(spec: Spec, devices: &Devices) -> Result<Vec<Verdict>, String> {
    let expectations = spec.expectations.clone();
    let subject = Subject::prepare(spec).map_err(|errors| errors.render(false))?;
    let mut laboratory = Laboratory::new(subject, devices).map_err(|error| error.to_string())?;
    let judge = |expectation: &Expectation| {
        let judgement = laboratory.judge(expectation, &mut |_, _, _, _| ());
        Ok(judgement.map_err(|error| error.to_string())?.verdict)
    };
    expectations.iter().map(judge).collect()
}

/// What the comparison with the golden file says; expectations stand in the order of the registry, where
/// others may come before it.
fn judged(mut spec: Spec, devices: &Devices) -> Result<Verdict, String> {
    spec.expectations.retain(|each| each.property.meta.name == "matches_golden");
    Ok(verdicts(spec, devices)?.swap_remove(0))
}

/// Layers whose gradients Burn computes wrongly on wgpu, as their descriptions say.
const WRONG_ON_ADAPTERS: [&str; 1] = ["deform_conv2d"];

/// What does not agree, of all files of a folder: with PyTorch's numbers, with differences of the loss,
/// for parameters and inputs, or between the devices.
fn disagreements(folder: &str, text: fn(&str, &str) -> String) -> Vec<String> {
    let _alone = crate::device::alone();
    let devices = devices();
    let adapter = devices.test != devices.reference;
    let complaint = |case: &str| {
        let verdicts = match verdicts(parsed(folder, &text(folder, case)), &devices) {
            Ok(verdicts) => verdicts,
            Err(error) => return Some(error),
        };
        let wrong_there = WRONG_ON_ADAPTERS.iter().any(|word| case.starts_with(word));
        if adapter && wrong_there {
            // The day Burn has mended it, the word can go.
            let blames = |verdict: &Verdict| {
                let findings = &verdict.findings;
                verdict.outcome == Outcome::Fail
                    && findings.iter().all(|finding| finding.message.contains("test device"))
            };
            let [golden, mathematics, device] = verdicts.as_slice() else {
                return Some("three properties are expected".to_owned());
            };
            let blamed = blames(golden) && mathematics.outcome == Outcome::Pass && blames(device);
            return (!blamed).then(|| format!("the device is not to blame: {verdicts:?}"));
        }
        let wrong = verdicts.into_iter().find(|verdict| {
            // A warning: the test device is known to compute this activation inexactly.
            let without_adapter = !adapter && verdict.outcome == Outcome::NotApplicable;
            !matches!(verdict.outcome, Outcome::Pass | Outcome::Warn) && !without_adapter
        })?;
        let findings = wrong.findings.iter().map(|finding| finding.message.as_str());
        let findings = findings.collect::<Vec<_>>().join("\n    ");
        Some(format!("{:?}: {}\n    {findings}", wrong.outcome, wrong.summary))
    };
    let cases = cases(folder);
    cases.iter().filter_map(|case| Some(format!("{case}: {}", complaint(case)?))).collect()
}

#[test]
fn every_layer_computes_what_pytorchs_does_and_differentiates_it() {
    let wrong = disagreements("layers", layer_spec);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_loss_computes_what_pytorchs_does_and_differentiates_it() {
    let wrong = disagreements("losses", loss_spec);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_nets_that_ship_compute_what_pytorch_did() {
    let _alone = crate::device::alone();
    let devices = devices();
    for net in ["mlp", "cnn", "transformer"] {
        let spec = spec::load(&Path::new(FOLDER).join(format!("{net}.yaml"))).unwrap();
        let verdict = judged(spec, &devices).unwrap();
        assert!(matches!(verdict.outcome, Outcome::Pass | Outcome::Warn), "{net}: {verdict:?}");
    }
}

#[test]
fn a_wrong_gradient_of_burn_is_found() {
    let _alone = crate::device::alone();
    let devices = devices();
    let folder = "disagreements";
    let text = layer_spec(folder, "conv1d_of_groups_with_a_remainder");
    let verdict = judged(parsed(folder, &text), &devices).unwrap();
    assert_eq!(verdict.outcome, Outcome::Fail, "Burn has mended it: move the row to `layers`");
    assert_eq!(verdict.findings[0].place, "conv1d1.weight");
    assert!(verdict.findings.iter().all(|finding| finding.place == "conv1d1.weight"));
}

/// The golden MLP, changed.
fn changed(from: &str, to: &str) -> Verdict {
    let _alone = crate::device::alone();
    let text = fs::read_to_string(Path::new(FOLDER).join("mlp.yaml")).unwrap();
    assert!(text.contains(from), "{text}");
    let source = Source::new(format!("{FOLDER}/mlp.yaml"), text.replace(from, to));
    let spec = spec::parse(source).unwrap_or_else(|errors| panic!("{}", errors.render(false)));
    judged(spec, &devices()).unwrap()
}

#[test]
fn a_planted_backward_is_told_with_its_factor() {
    let verdict =
        changed("expect:", "faults: [wrong_gradient: {layer: hidden, factor: 0.5}]\nexpect:");
    assert_eq!(verdict.outcome, Outcome::Fail);
    assert_eq!(verdict.findings[0].place, "hidden.weight");
    assert!(verdict.findings[0].message.contains("ours is 0.5 times theirs"), "{verdict:?}");
}

#[test]
fn names_that_no_rule_maps_are_told_with_both_sides() {
    let verdict = changed("\"0\": hidden, ", "");
    assert_eq!(verdict.outcome, Outcome::Fail);
    assert_eq!(verdict.findings[0].place, "hidden.weight");
    assert_eq!(verdict.findings[0].mend, "if `0.weight` is meant: `map: {\"0\": hidden}`");
}

#[test]
fn another_activation_and_another_size_are_found() {
    let verdict = changed("- tanh", "- sigmoid");
    assert_eq!(verdict.findings[0].place, "output");
    let verdict = changed("out: 16", "out: 15");
    assert_eq!(verdict.findings[0].place, "hidden.weight");
    assert!(
        verdict.findings[0].message.contains("[4, 15] needs [15, 4] in the file"),
        "{verdict:?}"
    );
}

#[test]
fn a_golden_file_must_be_named() {
    let text = "version: 1\ntask: classification\ndata: moons\nmodel: {layers: [linear: 2]}\n\
                expect: [matches_golden: {tolerance: 1e-6}]\n";
    let errors = spec::parse(Source::new("a.yaml", text)).unwrap_err().render(false);
    assert!(errors.contains("error[NN0111]: `matches_golden` needs `file`"), "{errors}");
}

#[test]
fn a_running_variance_may_be_the_one_of_n_minus_one_and_no_more() {
    // Of 5 examples: up to 5/4 of ours.
    assert_eq!(super::unbiased(&[1.0, 2.0], &[1.2, 2.5], 5), [1.0, 2.0]);
    assert_eq!(super::unbiased(&[1.0, 2.0], &[1.3, 1.9], 5), [1.3, 1.9]);
}

/// Words that PyTorch has nothing for, with the reason.
fn without() -> BTreeSet<String> {
    let text = fs::read_to_string(Path::new(FOLDER).join("without_pytorch.txt")).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let (word, reason) = line.split_once(": ").expect("a word, and why");
            assert!(reason.len() > 10, "{line}");
            word.to_owned()
        })
        .collect()
}

#[test]
fn every_word_is_compared_or_has_a_reason_why_not() {
    let layers =
        cases("layers").into_iter().map(|case| word(&said("layers", &case)("layer")).to_owned());
    let losses =
        cases("losses").into_iter().map(|case| word(&said("losses", &case)("loss")).to_owned());
    let compared: BTreeSet<String> = layers.chain(losses).collect();
    let excused = without();
    assert!(excused.is_disjoint(&compared), "excused and compared: {excused:?}");
    let text = fs::read_to_string(Path::new(FOLDER).join("not_compared_yet.txt")).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let due: BTreeSet<String> = lines.map(str::to_owned).collect();
    assert!(due.is_disjoint(&compared), "no longer due: {due:?}");
    let kinds = [TermKind::Layer, TermKind::Activation, TermKind::Loss];
    let words = terms().filter(|term| kinds.contains(&term.kind)).map(|term| term.name.to_owned());
    let words: BTreeSet<String> = words.collect();
    let known: BTreeSet<String> = compared.union(&excused).cloned().collect();
    let missing: Vec<_> = words.difference(&known).filter(|word| !due.contains(*word)).collect();
    let stray: Vec<_> = known.difference(&words).collect();
    assert!(
        missing.is_empty() && stray.is_empty(),
        "without a row in the tables of fixtures/golden or a line in without_pytorch.txt: {missing:?}; no \
         words: {stray:?}"
    );
}

#[test]
fn every_golden_file_is_the_one_of_its_row() {
    // Python is not run here: what a file says about itself must stand in the table.
    let tables = ["cases.py", "wiring.py", "losses.py"];
    let tables = tables.map(|table| fs::read_to_string(Path::new(FOLDER).join(table)).unwrap());
    let table = tables.concat();
    // Long texts are written in two pieces there.
    let lines: Vec<&str> = table.lines().map(str::trim_start).collect();
    let table = lines.join(" ").replace("\" \"", "");
    for (folder, key) in [("layers", "layer"), ("losses", "loss")] {
        for case in cases(folder) {
            let said = said(folder, &case);
            assert_eq!(said("format"), "nn-test golden 1", "{case}");
            assert!(said("framework").starts_with("PyTorch 2."), "{case}");
            assert!(table.contains(&format!("(\"{case}\", ")), "{case} has no row");
            assert!(table.contains(&format!("\"{}\"", said(key))), "{case}: {}", said(key));
        }
    }
}
