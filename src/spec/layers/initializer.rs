//! Reads initializers.

use super::ascending;
use crate::spec::Initializer;
use crate::spec::options::OptionReader;
use crate::spec::reader::{Choice, Reader};
use crate::spec::vocabulary::TermMeta;

/// The initializer that an option names, if the spec gives one.
pub(super) fn initializer(
    options: &mut OptionReader<'_, '_, '_>,
    name: &str,
) -> Option<Initializer> {
    let (term, choice) = options.choice(name)?;
    Some(read_initializer(options.reader, term, &choice))
}

fn read_initializer(
    reader: &mut Reader<'_>,
    term: &'static TermMeta,
    choice: &Choice<'_>,
) -> Initializer {
    let options = &mut OptionReader::of_choice(reader, term, choice);
    match term.name {
        "constant" => Initializer::Constant(options.number("value")),
        "ones" => Initializer::Ones,
        "zeros" => Initializer::Zeros,
        "uniform" => {
            let (min, max) = ascending(options, "min", "max");
            Initializer::Uniform { min, max }
        }
        "normal" => {
            Initializer::Normal { mean: options.number("mean"), std: options.number("std") }
        }
        "kaiming_uniform" => Initializer::KaimingUniform {
            gain: options.number("gain"),
            fan_out_only: options.flag("fan_out_only"),
        },
        "kaiming_normal" => Initializer::KaimingNormal {
            gain: options.number("gain"),
            fan_out_only: options.flag("fan_out_only"),
        },
        "xavier_uniform" => Initializer::XavierUniform { gain: options.number("gain") },
        "xavier_normal" => Initializer::XavierNormal { gain: options.number("gain") },
        "orthogonal" => Initializer::Orthogonal { gain: options.number("gain") },
        other => unreachable!("a test reads every initializer of the vocabulary, `{other}` too"),
    }
}
