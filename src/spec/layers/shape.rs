//! Reads the nodes that only give their input another shape.

use crate::spec::options::OptionReader;
use crate::spec::yaml::Value;
use crate::spec::{Code, Diagnostic, LayerKind};

/// The shape node that the options belong to, if it is one.
pub(super) fn read(options: &mut OptionReader<'_, '_, '_>) -> Option<LayerKind> {
    Some(match options.term().name {
        "flatten" => LayerKind::Flatten,
        "reshape" => LayerKind::Reshape { shape: reshape_shape(options) },
        _ => return None,
    })
}

fn reshape_shape(options: &mut OptionReader<'_, '_, '_>) -> Vec<i64> {
    let Some(node) = options.node("shape") else { return Vec::new() };
    let what = options.what("shape");
    let reader = &mut *options.reader;
    let items = reader.sequence(&what, node);
    let mut shape = Vec::new();
    for item in items {
        let size = match item.value {
            Value::Integer(-1) => -1,
            _ => {
                i64::try_from(reader.count(&format!("each of {what}"), item, 1)).unwrap_or(i64::MAX)
            }
        };
        if size == -1 && shape.contains(&-1) {
            reader.report(Diagnostic::new(
                Code::CONTRADICTION,
                format!("only one of {what} may be -1"),
                item.span,
                "the second -1",
            ));
        }
        shape.push(size);
    }
    shape
}
