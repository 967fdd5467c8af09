//! What other frameworks call a tensor of ours, and how they lay it out.
//!
//! PyTorch keeps `[out, in]` where Burn's linear layers keep `[in, out]`, calls a normalization's
//! scale and shift `weight` and `bias`, stacks the gates of a recurrent layer (LSTM: input, forget,
//! cell, output; GRU: reset, update, new) and the three projections of an attention in one tensor
//! each. The same rules turn a gradient, since each is linear.

use super::line_up::Slot;

/// Where a tensor of ours stands in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub name: String,
    /// Which of how many equal parts of the first axis.
    pub part: Option<(usize, usize)>,
    /// Whether rows and columns are exchanged.
    pub transposed: bool,
}

impl Place {
    /// The shape that the file's tensor must have for ours to have this one.
    pub fn stored_shape(&self, ours: &[usize]) -> Vec<usize> {
        let mut shape = ours.to_vec();
        if self.transposed {
            shape.reverse();
        }
        if let (Some((_, parts)), Some(first)) = (self.part, shape.first_mut()) {
            *first = first.saturating_mul(parts);
        }
        shape
    }

    /// Our numbers, out of the file's. The shapes have been compared.
    pub fn convert(&self, stored: &[f64], ours: &[usize]) -> Vec<f64> {
        let length: usize = ours.iter().product();
        let numbers = match self.part {
            Some((index, _)) => &stored[index * length..(index + 1) * length],
            None => stored,
        };
        match (self.transposed, ours) {
            (true, [rows, columns]) => (0..length)
                .map(|index| numbers[(index % columns) * rows + index / columns])
                .collect(),
            _ => numbers.to_vec(),
        }
    }
}

/// Where Burn keeps it: under our own name, as it is.
pub(super) fn burn(slot: &Slot) -> Vec<Place> {
    vec![Place { name: slot.path(), part: None, transposed: false }]
}

/// Where PyTorch keeps it: stacked as its own modules do, or in modules of the same names as ours.
pub(super) fn pytorch(slot: &Slot) -> Vec<Place> {
    let stacked = walk(slot, true);
    let apart = walk(slot, false);
    if stacked == apart { vec![stacked] } else { vec![stacked, apart] }
}

/// Follows a tensor's path from module to module. `stacked` is PyTorch's own way with gates and
/// projections; otherwise each stands for itself, under the name it has here.
fn walk(slot: &Slot, stacked: bool) -> Place {
    let mut names: Vec<&str> = Vec::new();
    let mut part = None;
    let mut transposed = false;
    // `weight_ih_l0_reverse` is put together from three modules.
    let mut stack: Option<&str> = None;
    let mut direction = "";
    for (field, owner) in &slot.parts {
        match (owner.as_str(), field.as_str()) {
            ("BiLstm" | "BiGru" | "BiRnn", "forward") if stacked => {}
            ("BiLstm" | "BiGru" | "BiRnn", "reverse") if stacked => direction = "_reverse",
            ("Lstm", gate) if stacked => {
                let order = ["input_gate", "forget_gate", "cell_gate", "output_gate"];
                part = order.iter().position(|known| *known == gate).map(|index| (index, 4));
            }
            ("Gru", gate) if stacked => {
                let order = ["reset_gate", "update_gate", "new_gate"];
                part = order.iter().position(|known| *known == gate).map(|index| (index, 3));
            }
            ("Rnn", "gate") if stacked => {}
            ("GateController", "input_transform") if stacked => stack = Some("ih_l0"),
            ("GateController", "hidden_transform") if stacked => stack = Some("hh_l0"),
            ("MultiHeadAttention", "output") if stacked => names.push("out_proj"),
            ("MultiHeadAttention", projection) if stacked => {
                let order = ["query", "key", "value"];
                part = order.iter().position(|known| *known == projection).map(|at| (at, 3));
                stack = Some("in_proj");
            }
            ("TransformerEncoderLayer", "mha") => names.push("self_attn"),
            ("TransformerDecoderLayer", "cross_attn") => names.push("multihead_attn"),
            ("TransformerEncoderLayer" | "TransformerDecoderLayer", "norm_1") => {
                names.push("norm1");
            }
            ("TransformerEncoderLayer" | "TransformerDecoderLayer", "norm_2") => {
                names.push("norm2");
            }
            ("TransformerDecoderLayer", "norm_3") => names.push("norm3"),
            ("TransformerEncoderLayer" | "TransformerDecoderLayer", "pwff") => {}
            ("PositionWiseFeedForward", "linear_inner") => names.push("linear1"),
            ("PositionWiseFeedForward", "linear_outer") => names.push("linear2"),
            ("BatchNorm" | "LayerNorm" | "GroupNorm" | "InstanceNorm" | "RmsNorm", "gamma")
            | ("PRelu", "alpha") => names.push("weight"),
            ("BatchNorm" | "LayerNorm" | "GroupNorm" | "InstanceNorm", "beta") => {
                names.push("bias");
            }
            ("Linear", field) => {
                transposed = field == "weight";
                match stack {
                    // The last name is put together below.
                    Some(_) => {}
                    None => names.push(field),
                }
            }
            (_, field) => names.push(field),
        }
    }
    let field = slot.parts.last().map_or("", |(field, _)| field.as_str());
    let last = stack.map(|stack| match stack {
        "in_proj" => format!("in_proj_{field}"),
        gate => format!("{field}_{gate}{direction}"),
    });
    let names: Vec<String> = names.into_iter().map(str::to_owned).chain(last).collect();
    Place { name: names.join("."), part, transposed }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slot(parts: &[(&str, &str)], shape: &[usize]) -> Slot {
        let parts = parts.iter().map(|(field, owner)| ((*field).to_owned(), (*owner).to_owned()));
        Slot { parts: parts.collect(), shape: shape.to_vec(), trainable: true }
    }

    #[test]
    fn a_linear_weight_is_turned_and_its_bias_is_not() {
        let weight = slot(&[("head", "Network"), ("weight", "Linear")], &[2, 3]);
        let places = pytorch(&weight);
        assert_eq!(places.len(), 1);
        assert_eq!((places[0].name.as_str(), places[0].transposed), ("head.weight", true));
        assert_eq!(places[0].stored_shape(&[2, 3]), [3, 2]);
        // [out, in] of PyTorch: rows are outputs.
        let turned = places[0].convert(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], &[2, 3]);
        assert_eq!(turned, [1.0, 3.0, 5.0, 2.0, 4.0, 6.0]);
        let bias = slot(&[("head", "Network"), ("bias", "Linear")], &[3]);
        assert!(!pytorch(&bias)[0].transposed);
    }

    #[test]
    fn gates_are_cut_out_of_the_stack_in_pytorchs_order() {
        let gate = |gate| {
            [("bi_lstm1", "Network"), ("reverse", "BiLstm"), (gate, "Lstm")]
                .into_iter()
                .chain([("hidden_transform", "GateController"), ("weight", "Linear")])
                .collect::<Vec<_>>()
        };
        let cell = &pytorch(&slot(&gate("cell_gate"), &[2, 2]))[0];
        assert_eq!(cell.name, "bi_lstm1.weight_hh_l0_reverse");
        assert_eq!((cell.part, cell.transposed), (Some((2, 4)), true));
        assert_eq!(cell.stored_shape(&[2, 2]), [8, 2]);
        let stacked: Vec<f64> = (0..16).map(f64::from).collect();
        assert_eq!(cell.convert(&stacked, &[2, 2]), [8.0, 10.0, 9.0, 11.0]);
        let gru =
            [("gru1", "Network"), ("update_gate", "Gru"), ("input_transform", "GateController")];
        let update = [&gru[..], &[("bias", "Linear")]].concat();
        let update = &pytorch(&slot(&update, &[2]))[0];
        assert_eq!((update.name.as_str(), update.part), ("gru1.bias_ih_l0", Some((1, 3))));
    }

    #[test]
    fn projections_stand_in_one_tensor_or_each_for_itself() {
        let key = [("attention", "Network"), ("key", "MultiHeadAttention"), ("weight", "Linear")];
        let places = pytorch(&slot(&key, &[4, 4]));
        assert_eq!(places[0].name, "attention.in_proj_weight");
        assert_eq!((places[0].part, places[0].transposed), (Some((1, 3)), true));
        assert_eq!(places[1].name, "attention.key.weight");
        assert_eq!((places[1].part, places[1].transposed), (None, true));
    }

    #[test]
    fn a_transformer_has_pytorchs_names() {
        let inside = |parts: &[(&str, &str)]| {
            let around = [("encoder", "Network"), ("layers", "TransformerEncoder"), ("0", "Vec")];
            pytorch(&slot(&[&around[..], parts].concat(), &[4]))[0].name.clone()
        };
        let layer = "TransformerEncoderLayer";
        assert_eq!(
            inside(&[("norm_1", layer), ("gamma", "LayerNorm")]),
            "encoder.layers.0.norm1.weight"
        );
        assert_eq!(
            inside(&[
                ("pwff", layer),
                ("linear_outer", "PositionWiseFeedForward"),
                ("bias", "Linear")
            ]),
            "encoder.layers.0.linear2.bias"
        );
        assert_eq!(
            inside(&[("mha", layer), ("output", "MultiHeadAttention"), ("bias", "Linear")]),
            "encoder.layers.0.self_attn.out_proj.bias"
        );
    }

    #[test]
    fn burn_keeps_our_own_names() {
        let gamma = slot(&[("norm", "Network"), ("gamma", "BatchNorm")], &[3]);
        assert_eq!(burn(&gamma)[0].name, "norm.gamma");
        assert_eq!(pytorch(&gamma)[0].name, "norm.weight");
    }
}
