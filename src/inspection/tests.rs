//! Whole specs, looked at as `check` does.

use std::fs;

use super::*;
use crate::data::Part;
use crate::spec::{self, Source};
use crate::subject::{ModelPlan, Source as Data, Subject};

fn inspected(text: &str) -> Inspection {
    let subject = prepared(Source::new("test.yaml", format!("version: 1\n{text}")));
    let Subject { spec, data: Data::Dataset(data), plan: ModelPlan::Declared(plan), .. } = subject
    else {
        panic!("a declared model on data of the spec");
    };
    inspect(&spec, Some(&data), Some(&plan), None)
}

fn prepared(source: Source) -> Subject {
    let subject = spec::parse(source).and_then(Subject::prepare);
    subject.unwrap_or_else(|errors| panic!("{}", errors.render(false)))
}

/// The reach of a model of three classes with these last layers.
fn reach(layers: &str) -> Reach {
    let text = format!(
        "task: classification\ndata: {{blobs: {{examples: 60, classes: 3}}}}\n\
         model: {{layers: [{{linear: {{out: 3, name: head}}}}{layers}]}}\n"
    );
    planned(&inspected(&text))
}

fn planned(inspection: &Inspection) -> Reach {
    match &inspection.heads[0].outputs {
        Outputs::Planned(reach) => reach.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_linear_head_gives_any_number() {
    let reach = reach("");
    assert_eq!((reach.range, reach.exact, reach.rows), (Range::ALL, true, Rows::Any));
    assert_eq!(reach.place, "head");
}

#[test]
fn an_activation_decides_the_range_and_what_only_passes_on_does_not() {
    let found = reach(", {tanh: {name: last}}, {dropout: 0.5}, {scale: 2}");
    assert_eq!((found.place.as_str(), found.range), ("last", Range::new(-2.0, 2.0)));
    assert!(found.exact && !found.can_die);
    let found = reach(", {softmax: {name: last}}, {dropout: 0.5}");
    assert_eq!((found.place.as_str(), found.rows), ("last", Rows::SumToOne));
    let found = reach(", {softmax: {name: last}}, {scale: 2}");
    assert_eq!((found.range, found.rows), (Range::new(0.0, 2.0), Rows::Unknown));
    let found = reach(", {relu: {name: last}}");
    assert_eq!(found.range, Range::new(0.0, f64::INFINITY));
    assert!(found.can_die);
    assert!(!reach(", sigmoid, relu").can_die, "what is never negative is never clipped");
    assert_eq!(reach(", tanh, linear: 3").range, Range::ALL);
}

#[test]
fn every_activation_stays_in_the_range_that_is_claimed_for_it() {
    use crate::device::Devices;
    use crate::model::{Network, Pass, Value};
    use burn::tensor::Tensor;

    let _alone = crate::device::alone();
    let devices = Devices::open(crate::device::DeviceChoice::Cpu).unwrap();
    let device = &devices.reference.device;
    let names = [
        "identity",
        "relu",
        "relu6",
        "leaky_relu",
        "gelu",
        "gelu_approximate",
        "silu",
        "mish",
        "selu",
        "elu",
        "celu",
        "sigmoid",
        "log_sigmoid",
        "hard_sigmoid",
        "hard_swish",
        "tanh",
        "hard_tanh",
        "tanhshrink",
        "softplus",
        "softsign",
        "soft_shrink",
        "hard_shrink",
        "shrink",
        "threshold",
        "thresholded_relu",
        "softmax",
        "log_softmax",
    ];
    // Close to 0 every tenth, and far from it, so that each comes near its ends.
    let near = (0..300).map(|step| f64::from(step - 150) / 10.0);
    let inputs: Vec<f64> = near.chain((0..99).map(|step| f64::from(step - 49) * 10.0)).collect();
    for name in names {
        let options = if name == "threshold" { ", threshold: 0.1, value: 0" } else { "" };
        let spec = format!(
            "version: 1\ntask: regression\ndata: {{linear_regression: {{features: 3}}}}\n\
             model: {{layers: [{{linear: 3}}, {{{name}: {{name: last{options}}}}}, {{linear: 1}}]}}\n"
        );
        let subject = prepared(Source::new("test.yaml", spec));
        let plan = subject.declared().unwrap();
        let claim = reach::reach(plan, "last");

        let mut alone = plan.clone();
        alone.layers = vec![plan.layers[1].clone()];
        alone.outputs[0].path = "last".to_owned();
        let network = Network::build(&alone, device);
        let tensor = Tensor::<1>::from_floats(inputs.as_slice(), device).reshape([133, 3]);
        let outputs = network.forward(vec![Value::Float2(tensor)], &mut Pass::plain());
        let outputs = crate::objective::head(outputs[0].value.clone(), 133);
        let outputs = crate::model::to_f64(outputs.into_data());
        let found = Range::of(outputs.iter().copied());
        let rounding = 1e-4;
        let room = Range::new(claim.range.low - rounding, claim.range.high + rounding);
        assert!(found.is_within(room), "{name}: {found:?} leaves {:?}", claim.range);
        // A claim that is far too wide would be worth nothing.
        let low = if claim.range.low.is_finite() { claim.range.low } else { found.low };
        let high = if claim.range.high.is_finite() { claim.range.high } else { found.high };
        assert!(found.low - low < 0.01 && high - found.high < 0.01, "{name}: {found:?}");
    }
}

#[test]
fn containers_and_joins_are_followed() {
    let found = reach(", {sequential: {layers: [linear: 3, {sigmoid: {name: gate}}]}}");
    assert_eq!((found.place.as_str(), found.range), ("sequential1.gate", Range::UNIT));
    let found = reach(", sigmoid, {residual: {name: sum, layers: [linear: 3, sigmoid]}}");
    assert_eq!((found.place.as_str(), found.range), ("sum", Range::new(0.0, 2.0)));
    let found = reach(", {residual: [linear: 3]}");
    assert!(found.range == Range::ALL && found.exact);
    let found = reach(
        ", {parallel: {merge: multiply, branches: [[tanh], [linear: 3, {scale: 0}, relu6]]}}",
    );
    assert_eq!(found.range, Range::new(0.0, 0.0));
}

#[test]
fn rows_are_kept_where_the_last_axis_is() {
    let text = "task: classification\ndata: {waves: {examples: 60, classes: 3, length: 8}}\nmodel: \
                {layers: [{linear: 3}, {softmax: {name: last}}, {mean: {axis: 0}}]}\n\
                loss: {cross_entropy: {logits: false}}\n";
    let reach = planned(&inspected(text));
    assert_eq!((reach.place.as_str(), reach.rows), ("last", Rows::SumToOne));
}

#[test]
fn many_layers_that_pass_on_what_they_get_do_not_take_the_stack() {
    let found = reach(&", relu".repeat(3000));
    assert_eq!(found.range.low, 0.0);
    assert!(!found.exact, "the end was not looked for");
}

#[test]
fn a_softmax_over_one_number_is_found_inside_as_well() {
    let inspection = inspected(
        "task: regression\ndata: linear_regression\nmodel: {layers: [linear: 4, relu, \
         {sequential: {layers: [linear: 1, {softmax: {name: gate}}]}}, linear: 1]}\n",
    );
    assert_eq!(inspection.softmax_of_one.len(), 1, "{inspection:?}");
    assert!(inspection.softmax_of_one[0].ends_with("gate"));
}

#[test]
fn what_comes_first_is_followed_through_shapes_and_factors() {
    let first = |layers: &str| {
        let text = format!(
            "task: classification\ndata: {{bars: {{examples: 64, size: 8}}}}\nmodel: {{layers: [{layers}]}}\n"
        );
        inspected(&text).first_layer.unwrap()
    };
    let scaled = first("{scale: 0.5}, flatten, {scale: 0.5}, {linear: 2}");
    assert_eq!((scaled.factor, scaled.normalized_by), (0.25, None));
    let normalized = first("{batch_norm: {name: norm}}, flatten, {linear: 2}");
    assert_eq!(normalized.normalized_by.as_deref(), Some("norm"));
    let late = first("flatten, {linear: 4}, batch_norm, {linear: 2}");
    assert_eq!(late.normalized_by, None);
}

/// A table in a folder of its own, and a spec of it.
fn of_table(table: &str, target: &str, task: &str, split: &str) -> Inspection {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("table.csv"), table).unwrap();
    let text = format!(
        "version: 1\ntask: {task}\ndata: {{csv: table.csv, target: {target}, split: {split}}}\n\
         model: {{layers: [linear: 4, relu, linear: 1]}}\ntraining: {{batch_size: 1}}\n"
    );
    let path = folder.path().join("test.yaml");
    let subject = prepared(Source::new(path, text));
    inspect(&subject.spec, subject.dataset(), subject.declared(), None)
}

#[test]
fn columns_have_their_names_and_copies_their_lines() {
    let table = "width,height,answer\n1,10,0\n2,20,1\n3,30,0\n1,10,1\n5,50,1\n7,70,0\n";
    let split = "{validation: 0.5, shuffle: false}";
    let data = of_table(table, "answer", "binary_classification", split).data.unwrap();
    let names: Vec<&str> = data.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["width", "height"]);
    assert_eq!(data.columns[1].range, Range::new(10.0, 30.0));
    assert_eq!(data.copies.examples, 1);
    let copy = &data.copies.first[0];
    assert_eq!((copy.held_out.part, copy.held_out.place.as_str()), (Part::Validation, "line 5"));
    assert_eq!(copy.training.place, "line 2");
    assert_eq!(data.contradictions.unwrap().examples, 0, "the other answer is held out");
}

#[test]
fn equal_inputs_with_different_answers_are_counted_beyond_the_most_frequent_one() {
    let table = "x,answer\n1,0\n1,0\n1,1\n2,1\n2,1\n3,0\n-0.0,1\n0.0,0\n";
    let data = of_table(table, "answer", "binary_classification", "{validation: 0}").data.unwrap();
    let found = data.contradictions.unwrap();
    assert_eq!(found.examples, 2, "one of three, and one of two zeros");
    assert!(found.first.is_some());
    assert_eq!(data.held_out_examples, 0);
}

#[test]
fn chance_alone_makes_copies_where_there_are_few_different_inputs() {
    let rows: String =
        (0..64).map(|row| format!("{},{},{}\n", row % 2, row / 2 % 2, row % 3)).collect();
    let data = of_table(&format!("a,b,y\n{rows}"), "y", "regression", "{validation: 0.25}");
    let copies = data.data.unwrap().copies;
    assert_eq!(copies.examples, 16);
    assert!(copies.by_chance > 0.99, "{}", copies.by_chance);
}

#[test]
fn numbered_classes_are_told_from_measurements() {
    let steps = |table: &str| {
        let data = of_table(table, "y", "regression", "{validation: 0}").data.unwrap();
        match data.targets {
            TargetFacts::Values { steps, .. } => steps,
            other => panic!("{other:?}"),
        }
    };
    let classes: String = (0..60).map(|row| format!("{row},{}\n", row % 3)).collect();
    assert_eq!(steps(&format!("x,y\n{classes}")), Some(3));
    let numbers: String = (0..60).map(|row| format!("{row},{}\n", row * row)).collect();
    assert_eq!(steps(&format!("x,y\n{numbers}")), None);
}

#[test]
fn each_term_of_a_loss_has_its_own_head() {
    let inspection = inspected(
        "task: classification\ndata: {csv: fixtures/targets.csv, target: first, features: [x1, x2], \
         targets: [{name: other, column: count, task: regression}]}\n\
         model: {outputs: [logits, number], layers: [linear: 8, {tanh: {name: trunk}}, {linear: {out: \
         3, name: logits}}, {linear: {out: 1, from: trunk}}, {sigmoid: {name: number}}]}\n\
         loss: {terms: [{name: a, loss: cross_entropy, output: logits}, {name: b, loss: mse, output: \
         number, target: other}]}\n",
    );
    let [classes, number] = inspection.heads.as_slice() else { panic!("{inspection:?}") };
    assert_eq!((classes.loss.takes, classes.least_loss), (Takes::Logits, Some(0.0)));
    assert_eq!((number.loss.takes, number.task), (Takes::Targets, Task::Regression));
    assert!(number.unreachable.unwrap().share > 0.5, "counts are above 1");
    assert_eq!(inspection.loss, classes.loss);
}

#[test]
fn a_rust_model_has_no_plan_and_its_outputs_are_what_was_seen() {
    let text = "version: 1\ntask: classification\ndata: {blobs: {examples: 60, classes: 3}}\nmodel: \
                {rust: net}\n";
    let spec = spec::parse(Source::new("test.yaml", text)).unwrap();
    let data = crate::data::load(&spec).unwrap();
    let unknown = inspect(&spec, Some(&data), None, None);
    assert_eq!(unknown.heads[0].outputs, Outputs::Unknown);
    assert!(unknown.first_layer.is_none() && unknown.heads[0].least_loss.is_none());
    let found = inspect(&spec, Some(&data), None, Some(seen(&[0.5, 0.5], 1, 2)));
    assert!(matches!(found.heads[0].outputs, Outputs::Seen(_)));
}

#[test]
fn a_model_without_biases_adds_nothing() {
    let adds_nothing = |layers: &str| {
        inspected(&format!(
            "task: regression\ndata: linear_regression\nmodel: {{layers: [{layers}]}}\n"
        ))
        .adds_nothing
    };
    assert!(adds_nothing("linear: {out: 4, bias: false}, relu, linear: {out: 1, bias: false}"));
    assert!(!adds_nothing("linear: {out: 4, bias: false}, relu, linear: 1"));
    assert!(!adds_nothing("linear: {out: 4, bias: false}, sigmoid, linear: {out: 1, bias: false}"));
    assert!(!adds_nothing("batch_norm, linear: {out: 1, bias: false}"));
}

#[test]
fn digits_that_are_read_in_another_shape_are_seen() {
    let neighbours = |shape: &str| {
        let text = format!(
            "version: 1\ntask: classification\ndata: {{csv: digits.csv, target: digit, shape: {shape}}}\n\
             model: {{layers: [flatten, linear: 10]}}\n"
        );
        let subject = prepared(Source::new("fixtures/test.yaml", text));
        let Data::Dataset(data) = &subject.data else { panic!("it has data of its own") };
        neighbours::neighbours(data).expect("these are images")
    };
    let right = neighbours("[1, 8, 8]");
    assert!(!right.is_out_of_place() && right.mistaken_for().is_none(), "{right:?}");
    let wrong = neighbours("[4, 4, 4]");
    let (better, alike) = wrong.mistaken_for().expect("strips are no images");
    assert_eq!(better, Reading { shape: [1, 8, 8], channels_last: false });
    assert!(alike > 0.2 && wrong.least() < 0.06, "{wrong:?}");
    // Wider or higher than they are: the numbers of a row stay side by side.
    assert!(neighbours("[2, 4, 8]").mistaken_for().is_none());
}
