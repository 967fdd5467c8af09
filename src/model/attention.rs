//! Forward passes of attention and of the transformer's encoder.
//!
//! They are Burn's own, step by step, over Burn's modules; only what is dropped is drawn on the
//! host, so that it is the same on every device.

use burn::nn::Linear;
use burn::nn::attention::{MultiHeadAttention, generate_autoregressive_mask};
use burn::nn::transformer::{PositionWiseFeedForward, TransformerEncoder, TransformerEncoderLayer};
use burn::tensor::Tensor;
use burn::tensor::activation::{quiet_softmax, softmax};

use super::noise::drop_elements;
use super::pass::Pass;

/// Attention of `x` `[batch, length, features]` to itself; the shape stays. Where it is causal, a
/// place sees itself and what is before it alone.
pub fn attend(
    attention: &MultiHeadAttention,
    causal: bool,
    x: Tensor<3>,
    pass: &mut Pass,
) -> Tensor<3> {
    let [batch, length, features] = x.dims();
    let heads = |linear: &Linear| {
        let all = linear.forward(x.clone());
        all.reshape([batch, length, attention.n_heads, attention.d_k]).swap_dims(1, 2)
    };
    let (query, key) = (heads(&attention.query), heads(&attention.key));
    let scores = query.matmul(key.transpose()).div_scalar((attention.d_k as f64).sqrt());
    let scores = if causal {
        let later = generate_autoregressive_mask(batch, length, &x.device());
        scores.mask_fill(later.reshape([batch, 1, length, length]), attention.min_float)
    } else {
        scores
    };
    let weights =
        if attention.quiet_softmax { quiet_softmax(scores, 3) } else { softmax(scores, 3) };
    let weights = drop_elements(attention.dropout.prob, weights, pass);
    let context = weights.matmul(heads(&attention.value)).swap_dims(1, 2);
    attention.output.forward(context.reshape([batch, length, features]))
}

/// The blocks of an encoder, one after the other; the shape stays.
pub fn encode(
    encoder: &TransformerEncoder,
    causal: bool,
    x: Tensor<3>,
    pass: &mut Pass,
) -> Tensor<3> {
    encoder.layers.iter().fold(x, |x, block| encode_block(block, causal, x, pass))
}

fn encode_block(
    block: &TransformerEncoderLayer,
    causal: bool,
    x: Tensor<3>,
    pass: &mut Pass,
) -> Tensor<3> {
    let rate = block.dropout.prob;
    // Which of the two normalizations stands where depends on `norm_first`, in Burn too.
    if block.norm_first {
        let attended = attend(&block.mha, causal, block.norm_2.forward(x.clone()), pass);
        let x = x + drop_elements(rate, attended, pass);
        let fed = feed_forward(&block.pwff, block.norm_1.forward(x.clone()), pass);
        x + drop_elements(rate, fed, pass)
    } else {
        let attended = attend(&block.mha, causal, x.clone(), pass);
        let x = block.norm_1.forward(x + drop_elements(rate, attended, pass));
        let fed = feed_forward(&block.pwff, x.clone(), pass);
        block.norm_2.forward(x + drop_elements(rate, fed, pass))
    }
}

fn feed_forward(network: &PositionWiseFeedForward, x: Tensor<3>, pass: &mut Pass) -> Tensor<3> {
    let hidden = network.activation.forward(network.linear_inner.forward(x));
    network.linear_outer.forward(drop_elements(network.dropout.prob, hidden, pass))
}

#[cfg(test)]
mod tests {
    use burn::nn::attention::{MhaInput, MultiHeadAttentionConfig};
    use burn::nn::transformer::{TransformerEncoderConfig, TransformerEncoderInput};
    use burn::tensor::{Device, TensorData};

    use super::*;
    use crate::random::Random;

    /// `[2, 5, 8]` numbers that do not repeat.
    fn sequence() -> Tensor<3> {
        let numbers: Vec<f64> = (0..80).map(|i| (f64::from(i) * 0.7).sin()).collect();
        Tensor::from_data(TensorData::new(numbers, [2, 5, 8]), &Device::flex())
    }

    fn attention(quiet_softmax: bool) -> MultiHeadAttention {
        let config = MultiHeadAttentionConfig::new(8, 2).with_quiet_softmax(quiet_softmax);
        config.init(&Device::flex())
    }

    fn encoder(norm_first: bool) -> TransformerEncoder {
        let config = TransformerEncoderConfig::new(8, 12, 2, 2).with_norm_first(norm_first);
        config.init(&Device::flex())
    }

    fn largest_difference(a: Tensor<3>, b: Tensor<3>) -> f64 {
        let difference = (a - b).abs().max();
        difference.try_into_vec_as::<f64>().unwrap()[0]
    }

    fn later(length: usize) -> burn::tensor::Tensor<3, burn::tensor::Bool> {
        generate_autoregressive_mask(2, length, &Device::flex())
    }

    #[test]
    fn without_dropout_attention_is_burns_own() {
        let _alone = crate::device::alone();
        for quiet in [false, true] {
            let attention = attention(quiet);
            let all = MhaInput::self_attn(sequence());
            let past = all.clone().mask_attn(later(5));
            for (input, causal) in [(all, false), (past, true)] {
                let burns = attention.forward(input).context;
                let ours = attend(&attention, causal, sequence(), &mut Pass::plain());
                assert!(largest_difference(ours, burns) < 1e-6, "{quiet} {causal}");
            }
        }
    }

    #[test]
    fn without_dropout_an_encoder_is_burns_own() {
        let _alone = crate::device::alone();
        for norm_first in [false, true] {
            let encoder = encoder(norm_first);
            let all = TransformerEncoderInput::new(sequence());
            let past = TransformerEncoderInput::new(sequence()).mask_attn(later(5));
            for (input, causal) in [(all, false), (past, true)] {
                let burns = encoder.forward(input);
                let ours = encode(&encoder, causal, sequence(), &mut Pass::plain());
                assert!(largest_difference(ours, burns) < 1e-5, "{norm_first} {causal}");
            }
        }
    }

    #[test]
    fn a_causal_place_sees_nothing_that_comes_later() {
        let _alone = crate::device::alone();
        let encoder = encoder(false);
        let before = |causal: bool, x: Tensor<3>| {
            encode(&encoder, causal, x, &mut Pass::plain()).narrow(1, 0, 4)
        };
        let changed = sequence().slice_assign([0..2, 4..5, 0..8], sequence().narrow(1, 4, 1) * 3.0);
        let change = |causal| {
            largest_difference(before(causal, sequence()), before(causal, changed.clone()))
        };
        assert_eq!(change(true), 0.0);
        assert!(change(false) > 1e-4);
    }

    #[test]
    fn dropout_follows_the_seed_of_the_pass_alone() {
        let _alone = crate::device::alone();
        let encoder = encoder(true);
        let run = |seed: u64| {
            let mut pass = Pass::with_dropout(Random::new(seed, "dropout"));
            encode(&encoder, false, sequence(), &mut pass)
        };
        let plain = encode(&encoder, false, sequence(), &mut Pass::plain());
        assert_eq!(largest_difference(run(1), run(1)), 0.0);
        assert!(largest_difference(run(1), run(2)) > 1e-3);
        assert!(largest_difference(run(1), plain) > 1e-3);
    }
}
