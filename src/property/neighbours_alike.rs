//! `neighbours_alike`: the numbers of images stand in the shape that is said.

use serde_yaml::Mapping;

use super::text::short;
use super::{Finding, Meta, Options, Property, Verdict};
use crate::experiment::{Evidence, Experiment};
use crate::inspection::{NeighbourFacts, Reading};
use crate::spec::Severity;

pub static PROPERTY: Property = Property {
    meta: Meta {
        name: "neighbours_alike",
        summary: "The numbers of an image stand next to those that they belong to.",
        checks: "Inputs of three axes, `[channels, height, width]`: how far numbers of up to 200 training \
                 examples correlate that stand next to each other along height and width, and those \
                 two to four places apart, each without its mean over the examples. Where the latter are \
                 more alike, other shapes of as many numbers are tried, also with the channels last. \
                 Nothing is run. Not applicable to fewer than 32 examples.",
        why: "A convolution looks at neighbours. Numbers that were written with their channels last, or \
              row by row in another width, fit into many shapes: nothing complains, and the model learns \
              from pictures that are cut into strips, only worse.",
        condition: "Not both: (a) along height or width numbers two to four places apart correlate with \
                    0.2 and more, and three times as much as neighbours; (b) another shape, with no more \
                    channels, in which neighbours correlate along both axes with 0.2 and more, and three \
                    times as much as in the given one along the axis where they do so less.",
        mend: "Write the shape in which the numbers were written: `shape: [channels, height, width]`; \
               where the channels of a pixel stand together, `shape: [height, width, channels]` and \
               `permute: [2, 0, 1]` as the first layer.",
        source: "Handwritten digits: neighbours correlate with 0.27 and 0.49, and numbers further apart \
                 with 0.05 at most; read as `[4, 4, 4]` neighbours along the height with 0.03 and every \
                 second one with 0.49. Fault class 38.",
        severity: Severity::Warn,
        recommended: true,
        options: &[],
    },
    needs: &[Experiment::Inspection],
    trains_further: None,
    judge,
    record: |_, _| Mapping::new(),
};

fn judge(evidence: &Evidence, _options: &Options) -> Verdict {
    let Some(data) = &evidence.inspection().data else {
        return Verdict::not_applicable("the model brings batches of its own");
    };
    let Some(neighbours) = &data.neighbours else {
        return Verdict::not_applicable("the inputs are no images, or too few");
    };
    let [height, width] = neighbours.axes.map(|axis| short(axis.next));
    let summary =
        format!("neighbours correlate with {height} along the height, {width} along the width");
    match neighbours.mistaken_for() {
        None => Verdict::pass(summary),
        Some((better, alike)) => Verdict::fail(summary, vec![finding(neighbours, better, alike)]),
    }
}

fn finding(neighbours: &NeighbourFacts, better: Reading, alike: f64) -> Finding {
    let [channels, height, width] = better.shape;
    let [given, tall, wide] = neighbours.given.shape;
    let axes = neighbours.axes.iter().zip(["height", "width"]);
    let (axis, name) = axes
        .max_by(|(one, _), (other, _)| {
            (one.further - one.next).total_cmp(&(other.further - other.next))
        })
        .expect("an image has two axes");
    let shape = match better.channels_last {
        true => format!("[{height}, {width}, {channels}], with the channels last,"),
        false => format!("[{channels}, {height}, {width}]"),
    };
    Finding {
        place: "data.shape".to_owned(),
        message: format!(
            "read as [{given}, {tall}, {wide}], numbers next to each other along the {name} correlate with {}, \
             and those {} apart with {}; read as {shape} neighbours correlate with {} and more",
            short(axis.next),
            axis.apart,
            short(axis.further),
            short(alike)
        ),
        measured: Some(neighbours.least()),
        bound: Some(format!("≥ a third of {}", short(alike))),
        mend: match better.channels_last {
            true => format!(
                "write `shape: [{height}, {width}, {channels}]` below `data`, and `permute: [2, 0, 1]` as \
                 the first layer"
            ),
            false => format!("write `shape: [{channels}, {height}, {width}]` below `data`"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::inspection::AxisFacts;
    use crate::property::Outcome;

    fn verdict(next: [f64; 2], further: [f64; 2], better: Option<f64>) -> Verdict {
        let mut evidence = testing::evidence();
        let axis = |axis: usize| AxisFacts { next: next[axis], apart: 2, further: further[axis] };
        testing::data(&mut evidence).neighbours = Some(NeighbourFacts {
            given: Reading { shape: [4, 4, 4], channels_last: false },
            axes: [axis(0), axis(1)],
            better: better.map(|least| (Reading { shape: [1, 8, 8], channels_last: false }, least)),
        });
        judge(&evidence, &Options::defaults(&PROPERTY.meta))
    }

    #[test]
    fn neighbours_that_are_most_alike_pass() {
        assert_eq!(verdict([0.49, 0.27], [0.05, -0.13], None).outcome, Outcome::Pass);
        // Stripes: no other shape is better.
        assert_eq!(verdict([0.0, 0.9], [0.9, 0.9], Some(0.1)).outcome, Outcome::Pass);
        assert_eq!(
            verdict([0.3, 0.3], [0.8, 0.3], Some(0.8)).outcome,
            Outcome::Pass,
            "not so far off"
        );
    }

    #[test]
    fn another_shape_in_which_they_are_is_named() {
        let failed = verdict([0.03, 0.27], [0.49, -0.07], Some(0.27));
        assert_eq!(
            (failed.outcome, failed.findings[0].place.as_str()),
            (Outcome::Fail, "data.shape")
        );
        let finding = &failed.findings[0];
        assert!(finding.message.contains("along the height correlate with 0.03"), "{finding:?}");
        assert!(finding.mend.contains("shape: [1, 8, 8]"), "{finding:?}");
    }

    #[test]
    fn what_is_no_image_is_left_alone() {
        let found = judge(&testing::evidence(), &Options::defaults(&PROPERTY.meta));
        assert_eq!(found.outcome, Outcome::NotApplicable);
    }
}
