//! How much a layer computes, counted without running it.

use super::Signal;
use crate::spec::{Activation, LayerKind};

/// Multiply-adds with a layer's numbers in a forward pass over one example, for a layer that is no
/// container. A normalization's scale and shift count as one per element. What has no numbers of its
/// own to multiply with (activations, pools, sums, looking up a token) counts nothing.
pub fn multiply_adds(kind: &LayerKind, input: &Signal, output: &Signal) -> usize {
    let dims = input.dims();
    let last = *dims.last().expect("a signal has at least one axis");
    let each = output.elements();
    match kind {
        LayerKind::Linear { .. } => each.saturating_mul(last),
        LayerKind::Conv1d { kernel, groups, .. } => {
            each.saturating_mul(dims[0] / groups).saturating_mul(*kernel)
        }
        LayerKind::Conv2d { kernel, groups, .. } => each
            .saturating_mul(dims[0] / groups)
            .saturating_mul(kernel[0])
            .saturating_mul(kernel[1]),
        LayerKind::BatchNorm { .. }
        | LayerKind::LayerNorm { .. }
        | LayerKind::GroupNorm { affine: true, .. }
        | LayerKind::Activation(Activation::Prelu { .. }) => each,
        LayerKind::Lstm { hidden, .. } => gates(4, dims[0], last, *hidden),
        LayerKind::Gru { hidden, .. } => gates(3, dims[0], last, *hidden),
        // Two linear transforms.
        LayerKind::Activation(Activation::SwiGlu { .. }) => {
            each.saturating_mul(last).saturating_mul(2)
        }
        _ => 0,
    }
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
    fn a_container_counts_what_is_in_it() {
        assert_eq!(counted("residual: [linear: 4, relu, linear: 4]", &[4]), 2 * 4 * 4);
    }

    #[test]
    fn what_cannot_be_counted_is_as_much_as_can_be() {
        assert_eq!(counted("linear: 9000000000000000000", &[4]), usize::MAX);
    }

    /// The layer of a term's example, over the first input that it takes.
    fn planned(term: &TermMeta) -> Plan {
        let spec = spec(&term.example.replace('\n', "\n      "));
        let inputs = [
            Signal::Float(vec![8, 8, 8]),
            Signal::Float(vec![8, 8]),
            Signal::Float(vec![16]),
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
