//! Builds layers of sequences.

use burn::nn;
use burn::tensor::Device;

use super::{drawn_by_burn, orthogonalized};
use crate::model::layer::Layer;
use crate::spec::LayerKind;

/// A layer of sequences with so many features.
pub(super) fn build(kind: &LayerKind, last: usize, device: &Device) -> Layer {
    match kind {
        LayerKind::Embedding { vocabulary, dimension, initializer } => {
            let mut config = nn::EmbeddingConfig::new(*vocabulary, *dimension);
            if let Some(initializer) = drawn_by_burn(*initializer) {
                config = config.with_initializer(initializer);
            }
            Layer::Embedding(orthogonalized(config.init(device), *initializer))
        }
        LayerKind::Lstm { hidden, bias, output, initializer } => {
            let mut config = nn::LstmConfig::new(last, *hidden, *bias);
            if let Some(initializer) = drawn_by_burn(*initializer) {
                config = config.with_initializer(initializer);
            }
            Layer::Lstm(orthogonalized(config.init(device), *initializer), *output)
        }
        LayerKind::Gru { hidden, bias, reset_after, output, initializer } => {
            let mut config =
                nn::gru::GruConfig::new(last, *hidden, *bias).with_reset_after(*reset_after);
            if let Some(initializer) = drawn_by_burn(*initializer) {
                config = config.with_initializer(initializer);
            }
            Layer::Gru(orthogonalized(config.init(device), *initializer), *output)
        }
        LayerKind::Rnn { hidden, bias, output, initializer } => {
            let mut config = nn::RnnConfig::new(last, *hidden, *bias);
            if let Some(initializer) = drawn_by_burn(*initializer) {
                config = config.with_initializer(initializer);
            }
            Layer::Rnn(orthogonalized(config.init(device), *initializer), *output)
        }
        LayerKind::BiRnn { hidden, bias, output, initializer } => {
            let mut config = nn::BiRnnConfig::new(last, *hidden, *bias);
            if let Some(initializer) = drawn_by_burn(*initializer) {
                config = config.with_initializer(initializer);
            }
            Layer::BiRnn(orthogonalized(config.init(device), *initializer), *output)
        }
        LayerKind::BiLstm { hidden, bias, output, initializer } => {
            let mut config = nn::BiLstmConfig::new(last, *hidden, *bias);
            if let Some(initializer) = drawn_by_burn(*initializer) {
                config = config.with_initializer(initializer);
            }
            Layer::BiLstm(orthogonalized(config.init(device), *initializer), *output)
        }
        LayerKind::BiGru { hidden, bias, reset_after, output, initializer } => {
            let mut config =
                nn::gru::BiGruConfig::new(last, *hidden, *bias).with_reset_after(*reset_after);
            if let Some(initializer) = drawn_by_burn(*initializer) {
                config = config.with_initializer(initializer);
            }
            Layer::BiGru(orthogonalized(config.init(device), *initializer), *output)
        }
        LayerKind::PositionalEncoding { max_timescale } => {
            Layer::PositionalEncoding { max_timescale: *max_timescale }
        }
        _ => unreachable!("the caller sends each kind to its own file"),
    }
}
