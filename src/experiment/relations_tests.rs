//! What healthy models leave of a relation, and what others do, seen by the experiment on the CPU.

use burn::module::Module;
use burn::nn::{Embedding, EmbeddingConfig, Linear, LinearConfig};
use burn::tensor::{Device, Int, Tensor};

use super::*;
use crate::device::{DeviceChoice, Devices};
use crate::property::{Outcome, Verdict};
use crate::registry::{Registry, model};
use crate::spec::{self, Source};
use crate::subject::Subject;

/// Means over the tokens of a sequence.
#[derive(Module, Debug)]
struct Bag {
    words: Embedding,
    head: Linear,
}

impl Bag {
    fn new(device: &Device) -> Self {
        Self {
            words: EmbeddingConfig::new(8, 6).init(device),
            head: LinearConfig::new(6, 3).init(device),
        }
    }

    fn over_all(&self, tokens: Tensor<2, Int>) -> Tensor<2> {
        self.head.forward(self.words.forward(tokens).mean_dim(1).squeeze_dim(1))
    }

    fn over_words(&self, tokens: Tensor<2, Int>) -> Tensor<2> {
        let words = self.words.forward(tokens.clone());
        let counts = tokens.not_equal_elem(0).float();
        let weighed = words * counts.clone().unsqueeze_dim(2);
        let sum: Tensor<2> = weighed.sum_dim(1).squeeze_dim(1);
        self.head.forward(sum / counts.sum_dim(1))
    }

    fn of_one_length(&self, tokens: Tensor<2, Int>) -> Tensor<2> {
        assert_eq!(tokens.dims()[1], 12, "twelve tokens");
        self.over_all(tokens)
    }
}

/// A laboratory, and the verdicts on what the spec expects.
fn judged(text: &str) -> (Laboratory, Vec<Verdict>) {
    let text = format!("version: 1\nname: relations\n{text}");
    let spec = spec::parse(Source::new("specs/relations.yaml", text)).unwrap();
    let expected = spec.expectations.clone();
    let registry = Registry::new()
        .with("over_all", model(Bag::new, Bag::over_all))
        .with("over_words", model(Bag::new, Bag::over_words))
        .with("of_one_length", model(Bag::new, Bag::of_one_length));
    let subject = Subject::prepare_with(spec, &registry).unwrap();
    let devices = Devices::open(DeviceChoice::Cpu).unwrap();
    let mut laboratory = Laboratory::new(subject, &devices).unwrap();
    let judged = expected
        .iter()
        .map(|expected| laboratory.judge(expected, &mut |_, _, _, _| ()).unwrap().verdict);
    let verdicts = judged.collect();
    (laboratory, verdicts)
}

const TOKENS: &str = "task: classification\n\
                      data: {padded_tokens: {examples: 60, classes: 3, vocabulary: 8, length: 24}}\n";

/// Sums over fewer places are made in another order: what that leaves is far below the bound.
#[test]
fn healthy_models_leave_few_roundings_of_padding() {
    let _alone = crate::device::alone();
    let mut most: f64 = 0.0;
    for layers in [
        "multi_head_attention: {heads: 4, mask_padding: input}",
        "transformer_encoder: {blocks: 4, heads: 4, feed_forward: 64, mask_padding: input}",
        "transformer_encoder: {blocks: 4, heads: 2, feed_forward: 64, norm_first: true, \
         activation: relu, mask_padding: input}",
        "transformer_encoder: {blocks: 2, heads: 2, feed_forward: 64, causal: true, \
         quiet_softmax: true, mask_padding: input}",
    ] {
        let (laboratory, verdicts) = judged(&format!(
            "{TOKENS}model: [{{embedding: {{vocabulary: 8, dimension: 16}}}}, positional_encoding, \
             {{{layers}}}, {{slice: {{axis: 0, end: 1}}}}, flatten, {{linear: 3}}]\n\
             expect: [respects_padding]\n"
        ));
        assert_eq!(verdicts[0].outcome, Outcome::Pass, "{layers}: {:?}", verdicts[0]);
        let relations = laboratory.evidence().relations();
        let padding = relations.padding.as_ref().unwrap();
        assert_eq!(padding.content, Ok(None), "{layers}");
        if let Some(shift) = padding.shorter.as_ref().unwrap() {
            most = most.max(shift.difference / shift.scale / relations.roundoff);
        }
    }
    eprintln!("{most:.1} roundings");
    assert!(most < 64.0, "{most}");
}

#[test]
fn an_input_that_is_a_mask_says_what_is_padding() {
    let _alone = crate::device::alone();
    // Pixels at the left border are mostly 0, those beside them are not.
    let data = "task: classification\ndata: {csv: ../fixtures/digits.csv, target: digit, \
                features: [p02, p12, p22, p32, p06, p16, p26, p36], shape: [8]}\n";
    let of = |layers: &str| {
        let model = "inputs: {values: [4], mask: [4]}";
        judged(&format!(
            "{data}model:\n  {model}\n  layers:\n{layers}\n    - linear: 10\n\
             expect: [respects_padding: {{mask: mask}}]\n"
        ))
    };
    let (laboratory, verdicts) = of("    - multiply: {from: [values, mask]}");
    assert_eq!(verdicts[0].outcome, Outcome::Pass, "{:?}", verdicts[0]);
    assert!(laboratory.evidence().relations().padding.as_ref().unwrap().places > 8);
    let (_, verdicts) = of("    - add: {from: [values, mask], name: sum}");
    assert_eq!(verdicts[0].outcome, Outcome::Fail, "{:?}", verdicts[0]);
    // A sum at places of padding is of padding still: the next layer reads it.
    assert_eq!(verdicts[0].findings[0].place, "linear1");
    let (_, verdicts) = judged(&format!(
        "{data}model: [linear: 10]\nexpect: [respects_padding: {{mask: nothing}}]\n"
    ));
    assert_eq!(verdicts[0].outcome, Outcome::NotApplicable, "{:?}", verdicts[0]);
}

#[test]
fn of_a_rust_model_sequences_with_less_padding_are_compared() {
    let _alone = crate::device::alone();
    let of = |name: &str| {
        let data = TOKENS.replace("24", "12");
        judged(&format!(
            "{data}model: {{rust: {name}}}\nexpect: [respects_padding: {{padding: 0}}]"
        ))
    };
    let (_, verdicts) = of("over_words");
    assert_eq!(verdicts[0].outcome, Outcome::Pass, "{:?}", verdicts[0]);
    let (_, verdicts) = of("over_all");
    assert_eq!(verdicts[0].outcome, Outcome::Fail, "{:?}", verdicts[0]);
    assert!(verdicts[0].findings[0].message.contains("is shorter"), "{:?}", verdicts[0]);
    let (_, verdicts) = of("of_one_length");
    assert_eq!(verdicts[0].outcome, Outcome::NotApplicable);
    assert!(verdicts[0].summary.contains("twelve tokens"), "{}", verdicts[0].summary);
}

/// What sums in another order leave of symmetries that hold is far below the bound.
#[test]
fn healthy_models_leave_few_roundings_of_their_symmetries() {
    let _alone = crate::device::alone();
    let blobs = "task: classification\ndata: {blobs: {examples: 60, classes: 3, features: 192}, \
                 shape: SHAPE}\n";
    let image = "data: {csv: ../fixtures/digits.csv, target: input, features: PIXELS, \
                 shape: [1, 8, 8]}\n";
    let pixels: Vec<String> = (0..64).map(|pixel| format!("p{}{}", pixel / 8, pixel % 8)).collect();
    let image = image.replace("PIXELS", &format!("[{}]", pixels.join(", ")));
    let set = blobs.replace("SHAPE", "[24, 8]");
    let mut most: f64 = 0.0;
    for (data, layers, expected) in [
        (
            &set,
            "linear: 64, relu, linear: 32, mean: 0, linear: 3",
            "invariant_to: {permutation: 1}",
        ),
        (
            &set,
            "linear: 16, transformer_encoder: {blocks: 3, heads: 2, feed_forward: 64}, max: 0, \
             linear: 3",
            "invariant_to: {permutation: 1}",
        ),
        (
            &format!("task: regression\n{image}"),
            "conv2d: {out: 8, kernel: 3, padding: same}, relu, conv2d: {out: 1, kernel: 3, \
             padding: same}",
            "equivariant_to: {shift: [2, 3], margin: 2}",
        ),
        (
            &format!("task: regression\n{image}"),
            "conv2d: {out: 16, kernel: 1}, gelu, conv2d: {out: 1, kernel: 1}",
            "equivariant_to: {rotation: true, flip: [2, 3], permutation: [2, 3], shift: [2, 3]}",
        ),
        (
            &set,
            "flatten, linear: {out: 64, bias: false}, relu, linear: {out: 3, bias: false}",
            "equivariant_to: {scale: [0.3, 7]}",
        ),
    ] {
        let (laboratory, verdicts) =
            judged(&format!("{data}model: [{layers}]\nexpect: [{expected}]\n"));
        assert_eq!(verdicts[0].outcome, Outcome::Pass, "{layers}: {:?}", verdicts[0]);
        let relations = laboratory.evidence().relations();
        for found in &relations.symmetries {
            assert!(found.compared.as_ref().is_ok_and(|passes| *passes > 0), "{found:?}");
            if let Some(broken) = &found.broken {
                most = most.max(broken.difference / broken.scale / relations.roundoff);
            }
        }
    }
    eprintln!("{most:.1} roundings");
    assert!(most < 512.0, "{most}");
}

#[test]
fn what_inputs_or_outputs_cannot_do_is_told() {
    let _alone = crate::device::alone();
    let of = |expected: &str| {
        let data = "task: classification\ndata: {blobs: {examples: 40, classes: 2, features: 12}, \
                    shape: [3, 4]}\n";
        let (_, verdicts) =
            judged(&format!("{data}model: [linear: 2, mean: 0]\nexpect: [{expected}]\n"));
        (verdicts[0].outcome, verdicts[0].summary.clone())
    };
    for (expected, reason) in [
        ("invariant_to: {permutation: 3}", "no axis 3"),
        ("invariant_to: {rotation: true}", "no square image"),
        ("invariant_to: {shift: 1, by: 6}", "moves nothing"),
        ("invariant_to: {rotation: false}", "no transformation is declared"),
        ("equivariant_to: {permutation: 1}", "cannot follow"),
    ] {
        let (outcome, summary) = of(expected);
        assert_eq!(outcome, Outcome::NotApplicable, "{expected}: {summary}");
        assert!(summary.contains(reason), "{expected}: {summary}");
    }
    assert_eq!(of("invariant_to: {permutation: 1}").0, Outcome::Pass);
    assert_eq!(of("invariant_to: {permutation: 2}").0, Outcome::Fail);
}

#[test]
fn a_symmetry_without_a_transformation_is_a_mistake_of_the_spec() {
    let of = |expected: &str| {
        let text = format!(
            "version: 1\ntask: classification\ndata: moons\nmodel: [linear: 2]\n\
             expect: [{expected}]\n"
        );
        spec::parse(Source::new("specs/symmetry.yaml", text)).map(|_| ())
    };
    let nothing = of("invariant_to").unwrap_err().render(false);
    let needed = "`invariant_to` needs one of `permutation`, `shift`, `flip`, `rotation`, `scale`";
    assert!(nothing.contains(needed), "{nothing}");
    assert!(of("equivariant_to: {margin: 2}").is_err());
    assert!(of("invariant_to: {permutation: 0}").is_err(), "the batch is no axis");
    assert!(of("equivariant_to: {scale: [2, 0]}").is_err());
    assert!(of("respects_padding: {padding: -1}").is_err());
    assert!(of("invariant_to: {permutation: 1, scale: 2}").is_ok());
    assert!(of("respects_padding: {padding: 0}").is_ok());
}
