//! Five steps of each optimizer against PyTorch's, at equal options. The files are written by
//! `fixtures/golden/make.py`; the net and its loss are those of `Net` here.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::*;
use crate::spec::vocabulary::{TermKind, terms};
use crate::training::Updates;
use crate::weights::WeightFile;

const FOLDER: &str = "fixtures/golden/optimizers";

/// As in `optimizers.py`.
const SCALES: [f64; 5] = [1.0, 0.1, -0.02, 0.5, 1.0];

/// Burn computes its factors in single precision: see the formulas of the optimizers. Five steps add
/// up what one step leaves.
const TOLERANCE: f64 = 1e-4;

/// Optimizers that PyTorch does not have.
const WITHOUT: [&str; 3] = ["adan", "lamb", "lion"];

fn files() -> Vec<WeightFile> {
    let mut names: Vec<_> =
        fs::read_dir(FOLDER).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    let read = |name| WeightFile::read(Path::new(FOLDER), Path::new(name), None).unwrap();
    names.iter().map(read).collect()
}

fn moved(after: &[f64], before: &[f64]) -> Vec<f64> {
    after.iter().zip(before).map(|(after, before)| after - before).collect()
}

#[test]
fn five_steps_end_where_pytorchs_do() {
    let _alone = crate::device::alone();
    let mut wrong = Vec::new();
    for file in files() {
        let written = &file.metadata["optimizer"];
        let mut net = Net::new(&device());
        let before = net.values();
        let recipe = recipe(&format!("optimizer: {{{written}}}"));
        let mut updates = Updates::of_recipe(&recipe, SCALES.len(), &net);
        for scale in SCALES {
            let gradients = net.gradients(scale);
            net = updates.step(net, gradients);
        }
        for (at, name) in ["weight", "bias"].into_iter().enumerate() {
            let due = file.tensors.iter().find(|tensor| tensor.name == name).unwrap();
            let found = moved(&net.values()[at], &before[at]);
            let error = relative_error(&found, &moved(&due.values, &before[at]));
            if error.is_nan() || error > TOLERANCE {
                wrong.push(format!("{}: {name}: {error:e}", file.written.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_optimizer_is_compared_or_none_of_pytorchs() {
    let first = |file: &WeightFile| {
        let written = &file.metadata["optimizer"];
        written.split(':').next().unwrap_or_default().to_owned()
    };
    let compared: BTreeSet<String> = files().iter().map(first).collect();
    let known: BTreeSet<String> =
        compared.iter().cloned().chain(WITHOUT.map(str::to_owned)).collect();
    let words = terms().filter(|term| term.kind == TermKind::Optimizer);
    let words: BTreeSet<String> = words.map(|term| term.name.to_owned()).collect();
    assert_eq!(known, words);
}
