//! `shapes`: the model is as large as it was when it was accepted.

use serde_yaml::{Mapping, Value};

use super::text::{count, mapping};
use super::{Meta, Options, Property, Verdict};
use crate::experiment::Evidence;
use crate::spec::Severity;

pub static PROPERTY: Property = Property {
    meta: Meta {
        name: "shapes",
        summary: "Layers, output shapes and parameter counts are as accepted.",
        checks: "The summary of the model: every layer's path, kind, output shape and number of \
                 parameters, and which layers are frozen. No device is used; but a Rust model is run once, and what is \
                 seen are its modules, its probes and its output.",
        why: "A layer that changed its size by accident shows in a pull request as one changed \
              line.",
        condition: "The snapshot is equal. Without a snapshot to compare with, the property always \
                    holds: what does not line up is a spec error already.",
        mend: "Review the snapshot's diff: accept it, or mend the layer.",
        source: "Model summaries of other frameworks.",
        severity: Severity::Error,
        recommended: true,
        options: &[],
    },
    needs: &[],
    trains_further: None,
    judge,
    record,
};

fn judge(evidence: &Evidence, _options: &Options) -> Verdict {
    let facts = &evidence.subject;
    Verdict::pass(format!(
        "{}, {}",
        count(facts.layers.len(), "layer"),
        count(facts.parameters, "parameter")
    ))
}

fn record(evidence: &Evidence, _options: &Options) -> Mapping {
    let facts = &evidence.subject;
    let sizes =
        |sizes: &[usize]| Value::Sequence(sizes.iter().map(|size| Value::from(*size)).collect());
    let layers = facts.layers.iter().map(|layer| {
        let mut row = mapping([
            ("kind", layer.kind.as_str().into()),
            ("output", sizes(&layer.output)),
            ("parameters", layer.parameters.into()),
        ]);
        if layer.frozen {
            row.insert("frozen".into(), true.into());
        }
        (Value::from(layer.path.as_str()), Value::Mapping(row))
    });
    let mut record = mapping([
        ("input", sizes(&facts.input)),
        ("parameters", facts.parameters.into()),
        ("layers", Value::Mapping(layers.collect())),
    ]);
    if let Some(digest) = &facts.weights {
        record.insert("weights".into(), digest.as_str().into());
    }
    record
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    #[test]
    fn a_layer_that_changes_its_size_changes_the_record() {
        let options = Options::defaults(&PROPERTY.meta);
        let mut evidence = testing::evidence();
        let accepted = record(&evidence, &options);
        evidence.subject.layers[0].parameters += 1;
        assert_ne!(record(&evidence, &options), accepted);
    }

    #[test]
    fn another_file_of_weights_changes_the_record() {
        let options = Options::defaults(&PROPERTY.meta);
        let mut evidence = testing::evidence();
        let accepted = record(&evidence, &options);
        evidence.subject.weights = Some("00000000000000ff".to_owned());
        assert_ne!(record(&evidence, &options), accepted);
    }
}
