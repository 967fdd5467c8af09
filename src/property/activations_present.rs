//! `activations_present`: a model of several layers is more than one linear map.

use serde_yaml::Mapping;

use super::suspect::{AFFINE, LINEAR};
use super::{Finding, Meta, Options, Property, Verdict};
use crate::experiment::{Evidence, Experiment, LayerFacts, SubjectFacts};
use crate::spec::Severity;

pub static PROPERTY: Property = Property {
    meta: Meta {
        name: "activations_present",
        summary: "Somewhere between its layers the model has an activation.",
        checks: "The kinds of the layers. Nothing is run. Of a Rust model, whose functions are not \
                 seen, its outputs as it is used with the initial weights: for inputs a hundred times \
                 as large as the examples, for others, and for those in the middle between both. Not \
                 applicable with fewer than two layers that own weights, and to Rust models that read \
                 tokens or compute their own loss.",
        why: "Layers without an activation between them are one linear map: as many parameters and as \
              slow as a network, and no more able than a single layer.",
        condition: "With two and more linear layers or convolutions, at least one layer between the \
                    first and the last of them is not linear in its input (an activation, a recurrent \
                    layer, an attention, a maximum, a product of outputs). Where maxima over \
                    neighbours (`max_pool1d`, `max_pool2d`) are all there is, three linear layers \
                    are too many. Of a Rust model: some output in the middle is more than \
                    10⁵ · u · max |output| away from the middle of both outputs, with the unit \
                    roundoff u of the device.",
        mend: "Put an activation such as `relu` between the layers; if a linear model is meant, one \
               layer will do.",
        source: "TheDeepChecker and NeuraLint (missing activation); fault class 1.",
        severity: Severity::Warn,
        recommended: true,
        options: &[],
    },
    needs: &[Experiment::Inspection],
    trains_further: None,
    judge,
    record: |_, _| Mapping::new(),
};

/// Not linear, and no activation: they take the largest of neighbours.
const POOLS: [&str; 2] = ["max_pool1d", "max_pool2d"];

/// With so many linear layers maxima are too little: with two, one stands between them, as in a maxout
/// network.
const SEVERAL: usize = 3;

/// Burn's modules that are linear maps.
const MATRICES: [&str; 7] = [
    "Linear",
    "Conv1d",
    "Conv2d",
    "Conv3d",
    "ConvTranspose1d",
    "ConvTranspose2d",
    "ConvTranspose3d",
];

fn judge(evidence: &Evidence, _options: &Options) -> Verdict {
    let facts = &evidence.subject;
    if facts.rust {
        return of_rust(facts);
    }
    let is_linear = |layer: &&LayerFacts| LINEAR.contains(&layer.kind.as_str());
    let owners: Vec<&LayerFacts> = facts.layers.iter().filter(is_linear).collect();
    let [first, .., last] = owners.as_slice() else {
        return Verdict::not_applicable("there is one layer alone that owns weights, or none");
    };
    // A residual block adds its input: what is in it decides.
    let affine =
        |kind: &str| LINEAR.contains(&kind) || AFFINE.contains(&kind) || kind == "residual";
    let mut beyond = facts.layers.iter().filter(|layer| !affine(&layer.kind)).peekable();
    let pools = beyond.peek().is_some();
    let mut others = beyond.clone().filter(|layer| !POOLS.contains(&layer.kind.as_str()));
    let active = match owners.len() < SEVERAL {
        true => beyond.next(),
        false => others.next(),
    };
    if let Some(layer) = active {
        return Verdict::pass(format!("`{}` ({}) is not linear", layer.path, layer.kind));
    }
    let consequence = match pools {
        true => "the maxima of the pools are all that is not linear",
        false => "the whole model is one linear map",
    };
    let finding = Finding {
        place: first.path.clone(),
        message: format!(
            "no activation stands between `{}` and `{}`: {consequence}",
            first.path, last.path
        ),
        measured: Some(0.0),
        bound: Some("at least one activation".to_owned()),
        mend: format!("put an activation such as `relu` after `{}`", first.path),
    };
    Verdict::fail(format!("{} linear layers, no activation", owners.len()), vec![finding])
}

/// A Rust model is seen from outside.
fn of_rust(facts: &SubjectFacts) -> Verdict {
    let owners = facts.layers.iter().filter(|layer| MATRICES.contains(&layer.kind.as_str()));
    let (Some(affine), owners) = (facts.affine, owners.count()) else {
        return Verdict::not_applicable("the functions of a Rust model are not seen");
    };
    if owners < 2 {
        return Verdict::not_applicable("there is one layer alone that owns weights, or none");
    }
    if !affine {
        return Verdict::pass("the outputs are no linear map of the inputs".to_owned());
    }
    let finding = Finding {
        place: "output".to_owned(),
        message: "the outputs of inputs in the middle are in the middle of the outputs: the whole model is \
                  one linear map, and no activation acts"
            .to_owned(),
        measured: Some(0.0),
        bound: Some("> 0".to_owned()),
        mend: "call an activation such as `relu` between the layers of the forward function".to_owned(),
    };
    Verdict::fail(format!("{owners} layers with weights, no activation"), vec![finding])
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::property::Outcome;

    fn verdict(kinds: &[&str]) -> Verdict {
        testing::verdict(&PROPERTY, |evidence| {
            let layer = evidence.subject.layers[0].clone();
            let of_kind = |kind: &&str| LayerFacts {
                path: format!("the_{kind}"),
                kind: (*kind).to_owned(),
                ..layer.clone()
            };
            evidence.subject.layers = kinds.iter().map(of_kind).collect();
        })
    }

    #[test]
    fn one_activation_is_enough() {
        assert_eq!(verdict(&["linear", "relu", "linear", "linear"]).outcome, Outcome::Pass);
        assert_eq!(verdict(&["conv2d", "max_pool2d", "linear"]).outcome, Outcome::Pass);
        assert_eq!(testing::verdict(&PROPERTY, |_| ()).outcome, Outcome::Pass);
        let pooled = ["conv2d", "max_pool2d", "conv2d", "relu", "linear"];
        assert_eq!(verdict(&pooled).outcome, Outcome::Pass);
    }

    #[test]
    fn three_linear_layers_with_nothing_but_pools_between_them_fail() {
        let pools = verdict(&["conv2d", "max_pool2d", "conv2d", "max_pool2d", "linear"]);
        assert_eq!(pools.outcome, Outcome::Fail);
        assert!(pools.findings[0].message.contains("maxima of the pools"), "{pools:?}");
    }

    #[test]
    fn a_model_of_linear_layers_alone_fails_at_its_first() {
        let linear =
            verdict(&["conv2d", "batch_norm", "identity", "residual", "flatten", "linear"]);
        assert_eq!(
            (linear.outcome, linear.findings[0].place.as_str()),
            (Outcome::Fail, "the_conv2d")
        );
    }

    #[test]
    fn a_rust_model_is_judged_by_its_outputs() {
        let rust = |affine: Option<bool>, layers: usize| {
            testing::verdict(&PROPERTY, |evidence| {
                let facts = &mut evidence.subject;
                (facts.rust, facts.affine) = (true, affine);
                let layer = LayerFacts { kind: "Linear".to_owned(), ..facts.layers[0].clone() };
                facts.layers = vec![layer; layers];
            })
            .outcome
        };
        assert_eq!(rust(Some(true), 2), Outcome::Fail);
        assert_eq!(rust(Some(false), 2), Outcome::Pass);
        assert_eq!(rust(Some(true), 1), Outcome::NotApplicable);
        assert_eq!(rust(None, 2), Outcome::NotApplicable);
    }

    #[test]
    fn a_single_layer_may_be_linear() {
        assert_eq!(verdict(&["flatten", "linear"]).outcome, Outcome::NotApplicable);
        let rust = testing::verdict(&PROPERTY, |evidence| evidence.subject.rust = true);
        assert_eq!(rust.outcome, Outcome::NotApplicable);
    }
}
