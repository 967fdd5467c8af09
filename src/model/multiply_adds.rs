//! How much a layer computes, counted without running it.

use super::Signal;
use crate::spec::{Activation, Convolution, LayerKind, TransposedConvolution};

/// Multiply-adds with a layer's numbers in a forward pass over one example, for a layer that is no
/// container. A normalization's scale and shift count as one per element. What has no numbers of its
/// own to multiply with (activations, pools, sums, looking up a token) counts nothing; but attention
/// counts its scores, which are products of two of its own outputs.
pub fn multiply_adds(kind: &LayerKind, input: &Signal, output: &Signal) -> usize {
    let dims = input.dims();
    let last = *dims.last().expect("a signal has at least one axis");
    let each = output.elements();
    match kind {
        LayerKind::Linear { .. } => each.saturating_mul(last),
        LayerKind::Conv(Convolution { kernel, groups, .. }) => {
            windows(each.saturating_mul(dims[0] / groups), kernel)
        }
        // Every input is spread over the kernels of its group.
        LayerKind::ConvTranspose(TransposedConvolution { out, kernel, groups, .. }) => {
            windows(input.elements().saturating_mul(out / groups), kernel)
        }
        // The convolutions that say where it looks count as well.
        LayerKind::DeformConv2d(conv) => {
            let places = each / conv.out;
            let looks = conv.offsets().saturating_add(conv.masks()).saturating_mul(dims[0]);
            let sums = (dims[0] / conv.weight_groups).saturating_mul(conv.out);
            windows(places.saturating_mul(sums.saturating_add(looks)), &conv.kernel)
        }
        LayerKind::BatchNorm { .. }
        | LayerKind::LayerNorm { .. }
        | LayerKind::RmsNorm { .. }
        | LayerKind::GroupNorm { affine: true, .. }
        | LayerKind::InstanceNorm { affine: true, .. }
        | LayerKind::Activation(Activation::Prelu { .. }) => each,
        LayerKind::Recurrent(recurrent) => {
            gates(recurrent.gates(), dims[0], last, recurrent.hidden)
        }
        LayerKind::MultiHeadAttention(_) => attention(dims[0], last),
        LayerKind::TransformerEncoder(encoder) => {
            let network = each.saturating_mul(encoder.feed_forward).saturating_mul(2);
            let norms = each.saturating_mul(2);
            attention(dims[0], last)
                .saturating_add(network)
                .saturating_add(norms)
                .saturating_mul(encoder.blocks)
        }
        // Two linear transforms.
        LayerKind::Activation(Activation::SwiGlu { .. }) => {
            each.saturating_mul(last).saturating_mul(2)
        }
        _ => 0,
    }
}

/// So many sums over a window each.
fn windows(sums: usize, kernel: &[usize]) -> usize {
    kernel.iter().fold(sums, |count, size| count.saturating_mul(*size))
}

/// The same of a layer that attends to a context: keys and values are of that one.
pub fn attended(kind: &LayerKind, input: &Signal, context: &Signal) -> usize {
    let dims = input.dims();
    let (length, features) = (dims[0], *dims.last().expect("a signal has at least one axis"));
    let memory = context.dims()[0];
    let transforms = length
        .saturating_add(memory)
        .saturating_mul(features)
        .saturating_mul(features)
        .saturating_mul(2);
    let scores = length.saturating_mul(memory).saturating_mul(features).saturating_mul(2);
    let across = transforms.saturating_add(scores);
    match kind {
        LayerKind::TransformerDecoder(decoder) => {
            let each = input.elements();
            let network = each.saturating_mul(decoder.blocks.feed_forward).saturating_mul(2);
            attention(length, features)
                .saturating_add(across)
                .saturating_add(network)
                .saturating_add(each.saturating_mul(3))
                .saturating_mul(decoder.blocks.blocks)
        }
        _ => across,
    }
}

/// Four linear transforms at each of `length` places; then scores of every place with every other one,
/// and the sums that they weigh.
fn attention(length: usize, features: usize) -> usize {
    let transforms = length.saturating_mul(features).saturating_mul(features).saturating_mul(4);
    let scores = length.saturating_mul(length).saturating_mul(features).saturating_mul(2);
    transforms.saturating_add(scores)
}

/// Gates at each step of a sequence: an input and a hidden transform each.
fn gates(count: usize, length: usize, input: usize, hidden: usize) -> usize {
    input.saturating_add(hidden).saturating_mul(hidden).saturating_mul(count).saturating_mul(length)
}

#[cfg(test)]
mod tests {
    use crate::model::{Plan, Signal};
    use crate::spec::vocabulary::{TermMeta, terms};
    use crate::spec::{Source, Spec, parse};

    fn spec(layers: &str) -> Spec {
        let head = "version: 1\ntask: regression\ndata: linear_regression\n";
        let text = format!("{head}model:\n  layers:\n    - {layers}\n");
        parse(Source::new("a.yaml", text)).unwrap()
    }

    fn counted(layers: &str, input: &[usize]) -> usize {
        Plan::new(spec(layers).layers(), Signal::Float(input.to_vec())).unwrap().multiply_adds()
    }

    #[test]
    fn weights_are_counted_once_for_each_place_where_they_are_used() {
        assert_eq!(counted("linear: 3", &[4]), 4 * 3);
        assert_eq!(counted("linear: 3", &[7, 4]), 7 * 4 * 3);
        assert_eq!(counted("conv1d: {out: 6, kernel: 3}", &[2, 10]), 8 * 6 * 2 * 3);
        assert_eq!(
            counted("conv2d: {out: 6, kernel: [3, 2], groups: 2}", &[4, 8, 8]),
            (6 * 7) * 6 * 2 * (3 * 2)
        );
        assert_eq!(counted("batch_norm", &[4, 8, 8]), 4 * 8 * 8);
        assert_eq!(counted("group_norm: {groups: 2, affine: false}", &[4, 8]), 0);
        assert_eq!(counted("swiglu: {out: 5}", &[4]), 2 * 4 * 5);
        assert_eq!(counted("prelu", &[4]), 4);
    }

    #[test]
    fn a_recurrent_layer_works_at_every_step_whatever_it_hands_on() {
        for output in ["last", "sequence"] {
            let lstm = format!("lstm: {{hidden: 5, output: {output}}}");
            assert_eq!(counted(&lstm, &[7, 2]), 7 * 4 * (2 + 5) * 5);
            let gru = format!("gru: {{hidden: 5, output: {output}}}");
            assert_eq!(counted(&gru, &[7, 2]), 7 * 3 * (2 + 5) * 5);
        }
    }

    #[test]
    fn transposed_and_deep_convolutions_are_counted_by_what_they_read() {
        assert_eq!(counted("conv_transpose1d: {out: 6, kernel: 3}", &[2, 10]), 2 * 10 * 6 * 3);
        assert_eq!(
            counted("conv_transpose2d: {out: 6, kernel: [3, 2], groups: 2}", &[4, 5, 5]),
            4 * 25 * 3 * (3 * 2)
        );
        assert_eq!(counted("conv3d: {out: 6, kernel: 2}", &[3, 4, 4, 4]), 27 * 6 * 3 * 8);
    }

    #[test]
    fn a_deformable_convolution_counts_the_convolutions_that_say_where_it_looks() {
        let plain = 9 * (6 * 4 + 2 * 4 * 4) * 4;
        assert_eq!(counted("deform_conv2d: {out: 6, kernel: 2}", &[4, 4, 4]), plain);
        let modulated = "deform_conv2d: {out: 6, kernel: 2, modulated: true, weight_groups: 2}";
        assert_eq!(counted(modulated, &[4, 4, 4]), 9 * (6 * 2 + 3 * 4 * 4) * 4);
    }

    #[test]
    fn attention_counts_its_transforms_and_its_scores() {
        let one = 7 * 4 * 8 * 8 + 2 * 7 * 7 * 8;
        assert_eq!(counted("multi_head_attention: 2", &[7, 8]), one);
        let block = one + 2 * 7 * 8 * 16 + 2 * 7 * 8;
        let encoder = "transformer_encoder: {blocks: 3, heads: 2, feed_forward: 16}";
        assert_eq!(counted(encoder, &[7, 8]), 3 * block);
    }

    #[test]
    fn attention_to_a_context_counts_the_lengths_of_both() {
        let context = "slice: {axis: 0, end: 3, name: memory}\n    - linear: {out: 8, from: input}";
        let transforms = 2 * 7 * 8 * 8 + 2 * 3 * 8 * 8;
        let across = transforms + 2 * 7 * 3 * 8;
        let before = 7 * 8 * 8;
        let attention = format!("{context}\n    - cross_attention: {{heads: 2, context: memory}}");
        assert_eq!(counted(&attention, &[7, 8]), before + across);
        let own = 4 * 7 * 8 * 8 + 2 * 7 * 7 * 8;
        let block = own + across + 2 * 7 * 8 * 16 + 3 * 7 * 8;
        let decoder = format!(
            "{context}\n    - transformer_decoder: \
             {{blocks: 2, heads: 2, feed_forward: 16, memory: memory}}"
        );
        assert_eq!(counted(&decoder, &[7, 8]), before + 2 * block);
    }

    #[test]
    fn weights_that_are_used_twice_are_counted_twice_but_owned_once() {
        let layers = "linear: {out: 4, name: a}\n    - shared: a\n    - repeat: {times: 3, layers: [linear: 4]}";
        assert_eq!(counted(layers, &[4]), 5 * 16);
        let plan = Plan::new(spec(layers).layers(), Signal::Float(vec![4])).unwrap();
        assert_eq!(plan.parameters(), 4 * 20);
    }

    #[test]
    fn a_container_counts_what_is_in_it() {
        assert_eq!(counted("residual: [linear: 4, relu, linear: 4]", &[4]), 2 * 4 * 4);
    }

    #[test]
    fn what_cannot_be_counted_is_as_much_as_can_be() {
        assert_eq!(counted("linear: 9000000000000000000", &[4]), usize::MAX);
    }

    /// The layer of a term's example, over the first input that it takes.
    fn planned(term: &TermMeta) -> Plan {
        // What uses another layer's weights needs one before it.
        let before = if term.name == "shared" { "relu: {name: encoder}\n    - " } else { "" };
        let spec = spec(&format!("{before}{}", term.example.replace('\n', "\n      ")));
        let inputs = [
            Signal::Float(vec![8, 8, 8]),
            Signal::Float(vec![8, 8, 8, 8]),
            Signal::Float(vec![8, 8]),
            Signal::Float(vec![16]),
            Signal::Float(vec![1, 8]),
            Signal::Float(vec![8, 1]),
            Signal::Tokens(8),
        ];
        let mut plans = inputs.into_iter().filter_map(|input| Plan::new(spec.layers(), input).ok());
        plans.next().unwrap_or_else(|| panic!("{} takes none of the inputs", term.name))
    }

    #[test]
    fn every_layer_that_owns_numbers_multiplies_by_them() {
        for term in terms().filter(|term| term.is_layer()) {
            let plan = planned(term);
            // Rows of an embedding are picked, and nothing is multiplied.
            let multiplies = plan.parameters() > 0 && term.name != "embedding";
            assert_eq!(plan.multiply_adds() > 0, multiplies, "{}", term.name);
        }
    }
}
