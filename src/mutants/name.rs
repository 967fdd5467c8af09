//! What a mutant is called: its fault and what sets it apart from others of the kind.

use crate::spec::{Fault, Mode};

/// `scale_rate=1000`, `wrong_gradient=hidden:0.5`, `sum_loss`.
pub fn title(fault: &Fault) -> String {
    let with = |name: &str, value: &dyn std::fmt::Display| format!("{name}={value}");
    let both = |name: &str, place: &str, value: f64| format!("{name}={place}:{value}");
    match fault {
        Fault::FreezeLayer(layer) => with("freeze_layer", layer),
        Fault::WrongGradient { layer, factor } => both("wrong_gradient", layer, *factor),
        Fault::ShuffleLabels => "shuffle_labels".to_owned(),
        Fault::NegateGradient => "negate_gradient".to_owned(),
        Fault::DecayFrozen(layer) => with("decay_frozen", layer),
        Fault::MixBatch(share) => match *share == 0.5 {
            true => "mix_batch".to_owned(),
            false => with("mix_batch", share),
        },
        Fault::ZeroTensor(tensor) => with("zero_tensor", tensor),
        Fault::ConstantWeights { layer, value } => both("constant_weights", layer, *value),
        Fault::ScaleWeights { layer: Some(layer), factor } => both("scale_weights", layer, *factor),
        Fault::ScaleWeights { layer: None, factor } => with("scale_weights", factor),
        Fault::DropBias(layer) => with("drop_bias", layer),
        Fault::DropLayer(layer) => with("drop_layer", layer),
        Fault::Detach(layer) => with("detach", layer),
        Fault::ScaleGradient { tensor, factor } => both("scale_gradient", tensor, *factor),
        Fault::ScaleStep { layer, factor } => both("scale_step", layer, *factor),
        Fault::SkipClipping(layer) => with("skip_clipping", layer),
        Fault::CoarseLayer { layer, parts } => both("coarse_layer", layer, *parts as f64),
        Fault::KeepGradients => "keep_gradients".to_owned(),
        Fault::DiscardUpdates => "discard_updates".to_owned(),
        Fault::ScaleRate(factor) => with("scale_rate", factor),
        Fault::WrongMode(Mode::Training) => with("wrong_mode", &"training"),
        Fault::WrongMode(Mode::Evaluation) => with("wrong_mode", &"evaluation"),
        Fault::SumLoss => "sum_loss".to_owned(),
        Fault::NegateLoss => "negate_loss".to_owned(),
        Fault::SoftmaxOutputs => "softmax_outputs".to_owned(),
        Fault::SigmoidOutputs => "sigmoid_outputs".to_owned(),
        Fault::ReshapeBatch => "reshape_batch".to_owned(),
        Fault::FutureLeak => "future_leak".to_owned(),
        Fault::ShiftLabels { by, share } => match *share == 1.0 {
            true => with("shift_labels", by),
            false => both("shift_labels", &by.to_string(), *share),
        },
        Fault::PermuteLabels(share) => with("permute_labels", share),
        Fault::ScaleInputs(factor) => with("scale_inputs", factor),
        Fault::ShiftInputs(by) => with("shift_inputs", by),
        Fault::LeakValidation(share) => with("leak_validation", share),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_has_the_fault_its_place_and_its_strength() {
        assert_eq!(title(&Fault::SumLoss), "sum_loss");
        assert_eq!(title(&Fault::ScaleRate(0.001)), "scale_rate=0.001");
        let fault = Fault::WrongGradient { layer: "a.b".to_owned(), factor: -1.0 };
        assert_eq!(title(&fault), "wrong_gradient=a.b:-1");
        assert_eq!(
            [0.5, 0.1].map(|share| title(&Fault::MixBatch(share))),
            ["mix_batch", "mix_batch=0.1"]
        );
        let shifted = |share| title(&Fault::ShiftLabels { by: 2, share });
        assert_eq!([1.0, 0.5].map(shifted), ["shift_labels=2", "shift_labels=2:0.5"]);
    }
}
