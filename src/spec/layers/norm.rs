//! Reads normalizations.

use crate::spec::LayerKind;
use crate::spec::options::OptionReader;

/// The normalization that the options belong to, if it is one.
pub(super) fn read(options: &mut OptionReader<'_, '_, '_>) -> Option<LayerKind> {
    Some(match options.term().name {
        "batch_norm" => LayerKind::BatchNorm {
            epsilon: options.number("epsilon"),
            momentum: options.number("momentum"),
        },
        "layer_norm" => {
            LayerKind::LayerNorm { epsilon: options.number("epsilon"), bias: options.flag("bias") }
        }
        "group_norm" => LayerKind::GroupNorm {
            groups: options.count("groups"),
            epsilon: options.number("epsilon"),
            affine: options.flag("affine"),
        },
        "instance_norm" => LayerKind::InstanceNorm {
            epsilon: options.number("epsilon"),
            affine: options.flag("affine"),
        },
        "rms_norm" => LayerKind::RmsNorm { epsilon: options.number("epsilon") },
        "local_response_norm" => LayerKind::LocalResponseNorm {
            size: options.count("size"),
            alpha: options.number("alpha"),
            beta: options.number("beta"),
            k: options.number("k"),
        },
        _ => return None,
    })
}
