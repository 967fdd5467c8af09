//! What is seen of a subject without running it: how far its outputs can reach, what its loss takes
//! of them, and what its data is like.
//!
//! Pure functions of a spec, its dataset and the plan of its model make [`Inspection`], plain numbers
//! that properties judge. Nothing here knows a device or a tensor, and nothing here judges.

mod columns;
mod copies;
mod cost;
mod dot;
mod facts;
mod first_layer;
mod labels;
mod loss;
mod neighbours;
mod offset;
mod outputs;
mod padding;
mod range;
mod reach;
mod steps;
mod telling;
#[cfg(test)]
mod tests;

use crate::data::{Dataset, InputKind, Targets};
use crate::model::Plan;
use crate::spec::{Compared, LossTerm, OfInput, Spec, Task};
use crate::subject::read_by;

pub use cost::{Cost, Counted};
pub use facts::{
    AxisFacts, ClassCount, ColumnFacts, Contradictions, Copies, Copy, DataFacts, Example,
    FirstLayer, Head, Inspection, LabelCount, LossFacts, Moved, NeighbourFacts, Outputs,
    PaddingFacts, Reach, Reading, Rows, Seen, StepFacts, Takes, TargetFacts, Telling, Unreachable,
};
pub use outputs::seen;
pub use range::Range;

/// Looks at a subject as far as it is known: a Rust model has no plan, but `seen` outputs where it has
/// been run once, and one with batches of its own has no dataset.
pub fn inspect(
    spec: &Spec,
    data: Option<&Dataset>,
    plan: Option<&Plan>,
    seen: Option<Seen>,
) -> Inspection {
    let terms = &spec.loss.terms;
    let main = terms.iter().find(|term| term.compared == Compared::Target).or(terms.first());
    let main = main.expect("a loss has at least one term");
    Inspection {
        heads: terms.iter().map(|term| head(term, data, plan, seen.as_ref())).collect(),
        loss: loss::facts(&main.kind.value),
        class_weights: loss::class_weights(&main.kind.value).to_vec(),
        softmax_of_one: plan.map_or_else(Vec::new, outputs::softmax_of_one),
        first_layer: plan.map(first_layer::first_layer),
        adds_nothing: plan.is_some_and(offset::adds_nothing),
        data: data.map(|data| facts(spec, data, plan)),
        cost: cost::cost(spec, plan),
    }
}

fn head(term: &LossTerm, data: Option<&Dataset>, plan: Option<&Plan>, seen: Option<&Seen>) -> Head {
    let kind = &term.kind.value;
    let outputs = match (plan, seen) {
        (Some(plan), _) => match read_by(term, plan) {
            Some(output) => Outputs::Planned(reach::reach(plan, &output.path)),
            None => Outputs::Unknown,
        },
        (None, Some(seen)) => Outputs::Seen(seen.clone()),
        (None, None) => Outputs::Unknown,
    };
    let reach = match &outputs {
        Outputs::Planned(reach) => Some(reach),
        _ => None,
    };
    let answers = data.and_then(|data| data.answers(&term.compared));
    let both = reach.zip(answers);
    Head {
        task: term.task,
        loss: loss::facts(kind),
        least_loss: both.and_then(|(reach, answers)| {
            loss::least(kind, term.task, reach.range, answers.train, answers.classes.len())
        }),
        unreachable: both.and_then(|(reach, answers)| outputs::unreachable(reach, answers.train)),
        classes_last: !answers.is_some_and(
            |answers| matches!(answers.train, Targets::Places { shape, .. } if shape.len() == 2),
        ),
        targets: answers.map(|answers| {
            labels::targets(answers.train, &[answers.validation], answers.classes, &[])
        }),
        outputs,
    }
}

fn facts(spec: &Spec, data: &Dataset, plan: Option<&Plan>) -> DataFacts {
    let tokens = matches!(data.input, InputKind::Tokens { .. });
    let reconstructs = spec.data.of_input.as_ref().is_some_and(|own| own.value == OfInput::Input);
    let columns = if tokens { Vec::new() } else { columns::inputs(data) };
    let names: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
    DataFacts {
        training_examples: data.train.len(),
        held_out_examples: data.validation.len() + data.test.len(),
        answers: data.train.len() * data.train.targets.width(),
        tokens,
        columns,
        targets: labels::targets(
            &data.train.targets,
            &[&data.validation.targets, &data.test.targets],
            &data.classes,
            &data.origin.targets,
        ),
        reconstructs,
        telling: match tokens || reconstructs {
            true => None,
            false => telling::telling(data, &names),
        },
        contradictions: match *spec.task {
            Task::Regression | Task::Objective => None,
            // What follows a text is open.
            _ if tokens => None,
            _ => copies::contradictions(data),
        },
        copies: copies::copies(data),
        steps: match reconstructs {
            true => Err("the inputs are what is to be given back"),
            false => steps::steps(data),
        },
        padding: padding::padding(spec, data, plan),
        neighbours: neighbours::neighbours(data),
    }
}
