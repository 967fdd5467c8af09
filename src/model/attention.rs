//! Forward passes of attention and of the transformer's encoder and decoder.
//!
//! They are Burn's own, step by step, over Burn's modules; only what is dropped is drawn on the
//! host, so that it is the same on every device.

use burn::nn::Linear;
use burn::nn::attention::MultiHeadAttention;
use burn::nn::transformer::{
    PositionWiseFeedForward, TransformerDecoder, TransformerDecoderLayer, TransformerEncoder,
    TransformerEncoderLayer,
};
use burn::tensor::activation::{quiet_softmax, softmax};
use burn::tensor::{Bool, Tensor};

use super::noise::drop_elements;
use super::pass::Pass;

/// Places that attention does not look at.
#[derive(Debug, Clone)]
pub struct Masks {
    /// Whether place t sees what it attends to up to its place t alone.
    pub causal: bool,
    /// Places of what is attended to that are padding: `[batch, length]`.
    pub padding: Option<Tensor<2, Bool>>,
}

impl Masks {
    /// Nothing is padding.
    pub fn causal(causal: bool) -> Self {
        Self { causal, padding: None }
    }
}

/// Attention of `x` `[batch, length, features]` to a context of as many features, or to itself; the
/// shape stays.
pub fn attend(
    attention: &MultiHeadAttention,
    x: Tensor<3>,
    context: Tensor<3>,
    masks: &Masks,
    pass: &mut Pass,
) -> Tensor<3> {
    let ([batch, length, features], [_, places, _]) = (x.dims(), context.dims());
    let heads = |linear: &Linear, of: &Tensor<3>, length: usize, pass: &mut Pass| {
        let all = pass.kept(linear.forward(of.clone()));
        all.reshape([batch, length, attention.n_heads, attention.d_k]).swap_dims(1, 2)
    };
    let query = heads(&attention.query, &x, length, pass);
    let key = heads(&attention.key, &context, places, pass);
    let scores = query.matmul(key.transpose()).div_scalar((attention.d_k as f64).sqrt());
    let scores = match &masks.padding {
        Some(padding) => {
            let padding = padding.clone().reshape([batch, 1, 1, places]);
            scores.mask_fill(padding, attention.min_float)
        }
        None => scores,
    };
    let scores = if masks.causal {
        let later = Tensor::<2, Bool>::tril_mask([length, places], 0, &x.device());
        scores.mask_fill(later.reshape([1, 1, length, places]), attention.min_float)
    } else {
        scores
    };
    let scores = pass.kept(scores);
    let weights =
        if attention.quiet_softmax { quiet_softmax(scores, 3) } else { softmax(scores, 3) };
    let weights = drop_elements(attention.dropout.prob, weights, pass);
    let weights = pass.kept(weights);
    let values = heads(&attention.value, &context, places, pass);
    let seen = pass.kept(weights.matmul(values)).swap_dims(1, 2);
    pass.kept(attention.output.forward(seen.reshape([batch, length, features])))
}

/// The blocks of an encoder, one after the other; the shape stays.
pub fn encode(
    encoder: &TransformerEncoder,
    x: Tensor<3>,
    masks: &Masks,
    pass: &mut Pass,
) -> Tensor<3> {
    encoder.layers.iter().fold(x, |x, block| encode_block(block, x, masks, pass))
}

fn encode_block(
    block: &TransformerEncoderLayer,
    x: Tensor<3>,
    masks: &Masks,
    pass: &mut Pass,
) -> Tensor<3> {
    let rate = block.dropout.prob;
    // Which of the two normalizations stands where depends on `norm_first`, in Burn too.
    if block.norm_first {
        let normed = pass.kept(block.norm_2.forward(x.clone()));
        let attended = attend(&block.mha, normed.clone(), normed, masks, pass);
        let x = sum(rate, x, attended, pass);
        let normed = pass.kept(block.norm_1.forward(x.clone()));
        let fed = feed_forward(&block.pwff, normed, pass);
        sum(rate, x, fed, pass)
    } else {
        let attended = attend(&block.mha, x.clone(), x.clone(), masks, pass);
        let x = block.norm_1.forward(sum(rate, x, attended, pass));
        let x = pass.kept(x);
        let fed = feed_forward(&block.pwff, x.clone(), pass);
        let x = block.norm_2.forward(sum(rate, x, fed, pass));
        pass.kept(x)
    }
}

/// The blocks of a decoder, one after the other, which all attend to the memory; the shape stays.
/// `own` masks the attention of `x` to itself, `masks` the one to the memory.
pub fn decode(
    decoder: &TransformerDecoder,
    x: Tensor<3>,
    own: &Masks,
    memory: &Tensor<3>,
    masks: &Masks,
    pass: &mut Pass,
) -> Tensor<3> {
    decoder.layers.iter().fold(x, |x, block| decode_block(block, x, own, memory, masks, pass))
}

fn decode_block(
    block: &TransformerDecoderLayer,
    x: Tensor<3>,
    own: &Masks,
    memory: &Tensor<3>,
    masks: &Masks,
    pass: &mut Pass,
) -> Tensor<3> {
    let rate = block.dropout.prob;
    let memory = memory.clone();
    // As in an encoder: Burn's third normalization is the first one where `norm_first` is.
    if block.norm_first {
        let normed = pass.kept(block.norm_3.forward(x.clone()));
        let attended = attend(&block.self_attn, normed.clone(), normed, own, pass);
        let x = sum(rate, x, attended, pass);
        let normed = pass.kept(block.norm_1.forward(x.clone()));
        let attended = attend(&block.cross_attn, normed, memory, masks, pass);
        let x = sum(rate, x, attended, pass);
        let normed = pass.kept(block.norm_2.forward(x.clone()));
        let fed = feed_forward(&block.pwff, normed, pass);
        sum(rate, x, fed, pass)
    } else {
        let attended = attend(&block.self_attn, x.clone(), x.clone(), own, pass);
        let x = block.norm_1.forward(sum(rate, x, attended, pass));
        let x = pass.kept(x);
        let attended = attend(&block.cross_attn, x.clone(), memory, masks, pass);
        let x = block.norm_2.forward(sum(rate, x, attended, pass));
        let x = pass.kept(x);
        let fed = feed_forward(&block.pwff, x.clone(), pass);
        let x = block.norm_3.forward(sum(rate, x, fed, pass));
        pass.kept(x)
    }
}

fn feed_forward(network: &PositionWiseFeedForward, x: Tensor<3>, pass: &mut Pass) -> Tensor<3> {
    let hidden = pass.kept(network.linear_inner.forward(x));
    let hidden = pass.kept(network.activation.forward(hidden));
    let fed = network.linear_outer.forward(drop_elements(network.dropout.prob, hidden, pass));
    pass.kept(fed)
}

/// A number and what a block adds to it, some of which is dropped.
fn sum(rate: f64, x: Tensor<3>, more: Tensor<3>, pass: &mut Pass) -> Tensor<3> {
    let sum = x + drop_elements(rate, more, pass);
    pass.kept(sum)
}

#[cfg(test)]
mod tests {
    use burn::nn::attention::{MhaInput, MultiHeadAttentionConfig, generate_autoregressive_mask};
    use burn::nn::transformer::{
        TransformerDecoderConfig, TransformerDecoderInput, TransformerEncoderConfig,
        TransformerEncoderInput,
    };
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
                let masks = Masks::causal(causal);
                let ours = attend(&attention, sequence(), sequence(), &masks, &mut Pass::plain());
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
                let masks = Masks::causal(causal);
                let ours = encode(&encoder, sequence(), &masks, &mut Pass::plain());
                assert!(largest_difference(ours, burns) < 1e-5, "{norm_first} {causal}");
            }
        }
    }

    /// `[2, 3, 8]` other numbers.
    fn memory() -> Tensor<3> {
        sequence().narrow(1, 1, 3).mul_scalar(0.5).add_scalar(0.1)
    }

    /// The last place of the first example's memory, and the last two of the second's.
    fn padding() -> Tensor<2, Bool> {
        let flags = TensorData::new(vec![false, false, true, false, true, true], [2, 3]);
        Tensor::from_data(flags, &Device::flex())
    }

    #[test]
    fn attention_to_a_masked_context_is_burns_own() {
        let _alone = crate::device::alone();
        let attention = attention(false);
        let input = MhaInput::new(sequence(), memory(), memory()).mask_pad(padding());
        let burns = attention.forward(input).context;
        let masks = Masks { causal: false, padding: Some(padding()) };
        let ours = attend(&attention, sequence(), memory(), &masks, &mut Pass::plain());
        assert!(largest_difference(ours, burns) < 1e-6);
    }

    #[test]
    fn without_dropout_a_decoder_is_burns_own() {
        let _alone = crate::device::alone();
        for norm_first in [false, true] {
            let config = TransformerDecoderConfig::new(8, 12, 2, 2).with_norm_first(norm_first);
            let decoder = config.init(&Device::flex());
            let input = TransformerDecoderInput::new(sequence(), memory())
                .target_mask_attn(later(5))
                .memory_mask_pad(padding());
            let burns = decoder.forward(input);
            let masks = Masks { causal: false, padding: Some(padding()) };
            let own = Masks::causal(true);
            let pass = &mut Pass::plain();
            let ours = decode(&decoder, sequence(), &own, &memory(), &masks, pass);
            assert!(largest_difference(ours, burns) < 1e-5, "{norm_first}");
        }
    }

    #[test]
    fn no_gradient_reaches_what_is_masked() {
        let _alone = crate::device::alone();
        let device = Device::flex().autodiff();
        let attention: MultiHeadAttention = MultiHeadAttentionConfig::new(8, 2).init(&device);
        let x = Tensor::<3>::from_data(sequence().into_data(), &device);
        let context = Tensor::<3>::from_data(memory().into_data(), &device).require_grad();
        let padding = Tensor::<2, Bool>::from_data(padding().into_data(), &device);
        let masks = Masks { causal: false, padding: Some(padding) };
        let seen = attend(&attention, x, context.clone(), &masks, &mut Pass::plain());
        let tape = seen.clone().mul(seen).sum().backward();
        let gradient = context.grad(&tape).unwrap().abs().sum_dim(2);
        let sizes: Vec<f64> = gradient.try_into_vec_as::<f64>().unwrap();
        let reached: Vec<bool> = sizes.iter().map(|size| *size > 0.0).collect();
        assert_eq!(reached, [true, true, false, true, false, false], "{sizes:?}");
    }

    #[test]
    fn a_causal_place_sees_nothing_that_comes_later() {
        let _alone = crate::device::alone();
        let encoder = encoder(false);
        let before = |causal: bool, x: Tensor<3>| {
            encode(&encoder, x, &Masks::causal(causal), &mut Pass::plain()).narrow(1, 0, 4)
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
            encode(&encoder, sequence(), &Masks::causal(false), &mut pass)
        };
        let masks = Masks::causal(false);
        let plain = encode(&encoder, sequence(), &masks, &mut Pass::plain());
        assert_eq!(largest_difference(run(1), run(1)), 0.0);
        assert!(largest_difference(run(1), run(2)) > 1e-3);
        assert!(largest_difference(run(1), plain) > 1e-3);
    }
}
