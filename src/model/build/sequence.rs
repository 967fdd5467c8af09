//! Builds layers of sequences.

use burn::nn;
use burn::nn::activation::ActivationConfig;
use burn::nn::gru::{BiGruConfig, GruConfig};
use burn::tensor::Device;

use super::{drawn_by_burn, orthogonalized, replace_weight};
use crate::model::layer::Layer;
use crate::spec::{Cell, GateActivation, LayerKind, Recurrent};

/// What all of Burn's recurrent layers have.
macro_rules! initialized {
    ($config:expr, $spec:expr, $device:expr) => {{
        let mut config = $config
            .with_clip($spec.clip)
            .with_hidden_activation(burn_activation($spec.hidden_activation));
        if let Some(initializer) = drawn_by_burn($spec.initializer) {
            config = config.with_initializer(initializer);
        }
        orthogonalized(config.init($device), $spec.initializer)
    }};
}

/// What both of Burn's LSTMs have.
macro_rules! with_gates_of_lstm {
    ($config:expr, $input_forget:expr, $gate:expr, $cell:expr) => {
        $config
            .with_input_forget($input_forget)
            .with_gate_activation(burn_activation($gate))
            .with_cell_activation(burn_activation($cell))
    };
}

/// A layer of sequences with so many features.
pub(super) fn build(kind: &LayerKind, last: usize, device: &Device) -> Layer {
    match kind {
        LayerKind::Embedding { vocabulary, dimension, initializer } => {
            let mut embedding = nn::EmbeddingConfig::new(*vocabulary, *dimension).init(device);
            let fans = [*vocabulary, *dimension];
            replace_weight(&mut embedding.weight, *initializer, fans, device);
            Layer::Embedding(orthogonalized(embedding, *initializer))
        }
        LayerKind::Recurrent(recurrent) => built(recurrent, last, device),
        LayerKind::PositionalEncoding { max_timescale } => {
            Layer::PositionalEncoding { max_timescale: *max_timescale }
        }
        LayerKind::RotaryEncoding { theta } => Layer::RotaryEncoding { theta: *theta },
        _ => unreachable!("the caller sends each kind to its own file"),
    }
}

fn built(spec: &Recurrent, features: usize, device: &Device) -> Layer {
    let Recurrent { cell, both_ways, hidden, bias, output, reverse, .. } = *spec;
    match (cell, both_ways) {
        (Cell::Rnn, false) => {
            let config = nn::RnnConfig::new(features, hidden, bias).with_reverse(reverse);
            Layer::Rnn(initialized!(config, spec, device), output)
        }
        (Cell::Rnn, true) => {
            let config = nn::BiRnnConfig::new(features, hidden, bias);
            Layer::BiRnn(initialized!(config, spec, device), output)
        }
        (Cell::Gru { reset_after, gate_activation }, false) => {
            let config = GruConfig::new(features, hidden, bias)
                .with_reset_after(reset_after)
                .with_gate_activation(burn_activation(gate_activation));
            Layer::Gru(initialized!(config, spec, device), output)
        }
        (Cell::Gru { reset_after, gate_activation }, true) => {
            let config = BiGruConfig::new(features, hidden, bias)
                .with_reset_after(reset_after)
                .with_gate_activation(burn_activation(gate_activation));
            Layer::BiGru(initialized!(config, spec, device), output)
        }
        (Cell::Lstm { input_forget, gate_activation, cell_activation }, false) => {
            let config = nn::LstmConfig::new(features, hidden, bias).with_reverse(reverse);
            let config =
                with_gates_of_lstm!(config, input_forget, gate_activation, cell_activation);
            Layer::Lstm(initialized!(config, spec, device), output)
        }
        (Cell::Lstm { input_forget, gate_activation, cell_activation }, true) => {
            let config = nn::BiLstmConfig::new(features, hidden, bias);
            let config =
                with_gates_of_lstm!(config, input_forget, gate_activation, cell_activation);
            Layer::BiLstm(initialized!(config, spec, device), output)
        }
    }
}

fn burn_activation(activation: GateActivation) -> ActivationConfig {
    match activation {
        GateActivation::Sigmoid => ActivationConfig::Sigmoid,
        GateActivation::Tanh => ActivationConfig::Tanh,
        GateActivation::Relu => ActivationConfig::Relu,
        GateActivation::Softsign => ActivationConfig::Softsign,
        GateActivation::Selu => ActivationConfig::Selu,
        GateActivation::Identity => ActivationConfig::Identity,
    }
}
