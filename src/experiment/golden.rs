//! `golden`: the model with another framework's weights on that framework's inputs, compared with
//! what came out there. On the reference device, in 64 bits, this judges the model; on the test
//! device also its kernels.

use burn::module::Module;

use super::backward::{INPUT, of_tape};
use super::bench::{Bench, scalar};
use super::evidence::{GoldenCheck, GoldenEvidence, GoldenObstacle, GoldenPart, GoldenPass};
use super::rounding::{Rounding, Sizes};
use super::{Progress, measure};
use crate::data::{InputKind, Targets};
use crate::device::{DeviceFailure, Place};
use crate::model::{NamedGradient, NamedTensor, Pass, Value, Weights, on_float, slots, to_f64};
use crate::objective::evaluate;
use crate::spec::{Compared, Convention, Task};
use crate::subject::{Batch, Subject};
use crate::weights::{Golden, Mode, Renaming, Slot, Stored, convert};

/// What the names in golden files are here.
#[derive(Debug, Clone, Default)]
pub struct GoldenPlan {
    pub map: Vec<(String, String)>,
}

/// Runs the experiment, once for each golden file of the spec.
///
/// # Errors
///
/// When a device fails.
pub fn run(
    bench: &Bench,
    plan: &GoldenPlan,
    progress: Progress<'_>,
) -> Result<Vec<GoldenEvidence>, DeviceFailure> {
    // A file has one output and one target.
    let loss = bench.subject.spec.loss.single();
    if loss.is_none_or(|term| term.compared != Compared::Target || term.weight.value != 1.0) {
        return Ok(Vec::new());
    }
    let files = &bench.subject.files.golden;
    let mut evidence = Vec::with_capacity(files.len());
    for (index, golden) in files.iter().enumerate() {
        progress("comparing with a golden file", index, files.len(), None);
        evidence.push(compare(bench, golden, &Renaming::new(&plan.map))?);
    }
    Ok(evidence)
}

fn compare(
    bench: &Bench,
    golden: &Golden,
    renaming: &Renaming,
) -> Result<GoldenEvidence, DeviceFailure> {
    let mut found = GoldenEvidence {
        file: golden.written.display().to_string(),
        framework: golden.framework.clone(),
        mode: golden.mode,
        digest: format!("{:016x}", golden.digest),
        obstacles: Vec::new(),
        passes: Vec::new(),
    };
    let slots = slots(&bench.subject.build(&bench.home().device));
    let convention = Convention::Pytorch;
    let named = |tensors: &[Stored], slots: &[Slot], partial: bool| {
        convert(slots, &tensors.iter().collect::<Vec<_>>(), renaming, convention, partial)
    };
    let weights = named(&golden.weights, &slots, false);
    let trainable: Vec<Slot> = slots.iter().filter(|slot| slot.trainable).cloned().collect();
    let gradients = named(&golden.gradients, &trainable, true).tensors;
    let after = named(&golden.after, &slots, true).tensors;
    found.obstacles.extend(weights.problems.iter().map(|problem| GoldenObstacle {
        place: problem.place().to_owned(),
        message: problem.message(),
        mend: problem.mend(),
    }));
    let (inputs, shape) = match inputs(&bench.subject, golden) {
        Ok(found) => found,
        Err(obstacle) => {
            found.obstacles.push(obstacle);
            return Ok(found);
        }
    };
    let targets = match targets(&bench.subject, golden) {
        Ok(targets) => targets,
        Err(obstacle) => {
            found.obstacles.push(obstacle);
            return Ok(found);
        }
    };
    if !found.obstacles.is_empty() {
        return Ok(found);
    }
    let theirs = Theirs {
        golden,
        weights: bench.weights.clone().with(&weights.tensors),
        gradients,
        after,
        batch: Batch::foreign(&bench.subject, inputs, shape, targets),
    };
    let mut places = vec![bench.home()];
    if *bench.home() != bench.test {
        places.push(&bench.test);
    }
    for place in places {
        match pass(bench, &theirs, place)? {
            Ok(pass) => found.passes.push(pass),
            Err(obstacle) => {
                found.obstacles.push(obstacle);
                break;
            }
        }
    }
    Ok(found)
}

/// What the other framework ran and found, in our names and layouts.
struct Theirs<'a> {
    golden: &'a Golden,
    weights: Weights,
    gradients: Vec<NamedTensor>,
    after: Vec<NamedTensor>,
    batch: Batch,
}

/// What a pass of ours gives.
struct Ours {
    output: (Vec<usize>, Vec<f64>),
    loss: f64,
    gradients: Vec<NamedGradient>,
    after: Weights,
}

fn pass(
    bench: &Bench,
    theirs: &Theirs<'_>,
    place: &Place,
) -> Result<Result<GoldenPass, GoldenObstacle>, DeviceFailure> {
    let golden = theirs.golden;
    let ours = forward_backward(bench, theirs, place, golden.mode)?;
    let (shape, numbers) = &ours.output;
    if numbers.len() != golden.output.values.len() {
        return Ok(Err(GoldenObstacle {
            place: "output".to_owned(),
            message: format!(
                "the model gives {shape:?}, and `output` of the file is {:?}",
                golden.output.shape
            ),
            mend: "let both models give the same: logits or probabilities, and as many of them"
                .to_owned(),
        }));
    }
    let epsilon = 2.0 * place.unit_roundoff().max(golden.roundoff);
    let examples = theirs.batch.size();
    let rounding = Rounding::new(&bench.subject, &theirs.weights, examples, epsilon);
    let bound = rounding.bound;
    let check = |part, tensor: &str, ours: &[f64], theirs: &[f64], floor| {
        compared(part, tensor, None, ours, theirs, floor, bound)
    };
    let mut checks = vec![check(GoldenPart::Output, "output", numbers, &golden.output.values, 0.0)];
    if let Some(loss) = golden.loss {
        checks.push(check(GoldenPart::Loss, "loss", &[ours.loss], &[loss], 0.0));
    }
    for statistic in &theirs.after {
        let mine = ours.after.tensors.iter().find(|tensor| tensor.path == statistic.path);
        let mine = mine.map_or(&[][..], |tensor| &tensor.values);
        let expected = match statistic.path.ends_with("running_var") {
            true if mine.len() == statistic.values.len() => {
                unbiased(mine, &statistic.values, examples)
            }
            _ => statistic.values.clone(),
        };
        checks.push(check(GoldenPart::Statistic, &statistic.path, mine, &expected, 0.0));
    }
    let sizes = Sizes::of(&ours.gradients);
    let row_by_row = by_rows(&golden.input_gradients);
    for gradient in &ours.gradients {
        let expected = match gradient.path == INPUT {
            true => row_by_row.as_deref(),
            false => theirs
                .gradients
                .iter()
                .find(|tensor| tensor.path == gradient.path)
                .map(|tensor| tensor.values.as_slice()),
        };
        let Some(expected) = expected else { continue };
        let zeros = vec![0.0; expected.len()];
        let mine = gradient.values.as_ref().unwrap_or(&zeros);
        let part = match gradient.path == INPUT {
            true => GoldenPart::InputGradient,
            false => GoldenPart::Gradient,
        };
        let shape = Some(gradient.shape.as_slice());
        let norm = measure::norm(expected);
        let floor = rounding.measured_against(norm, expected.len(), &sizes);
        checks.push(compared(part, &gradient.path, shape, mine, expected, floor, bound));
    }
    let other_mode_fits = match checks[0].agrees() {
        true => false,
        false => {
            let other = forward_backward(bench, theirs, place, golden.mode.other())?;
            let numbers = &other.output.1;
            let expected = &golden.output.values;
            compared(GoldenPart::Output, "output", None, numbers, expected, 0.0, bound).agrees()
        }
    };
    let reference = *place == bench.exact;
    Ok(Ok(GoldenPass { reference, checks, other_mode_fits }))
}

fn forward_backward(
    bench: &Bench,
    theirs: &Theirs<'_>,
    place: &Place,
    mode: Mode,
) -> Result<Ours, DeviceFailure> {
    let subject = &bench.subject;
    let model = theirs.weights.load(subject.build(&place.device), place);
    let model = match mode {
        Mode::Train => model.quiet(),
        Mode::Eval => model.evaluating(),
    };
    let batch = &theirs.batch;
    let inputs: Vec<Value> = batch.inputs(place).into_iter().map(Value::require_grad).collect();
    let (asked, pass) = (&subject.spec.loss, &mut Pass::plain());
    let evaluated = evaluate(subject, asked, &model, batch, inputs.clone(), place, pass);
    let output = evaluated.outputs.into_iter().next();
    let output = output.expect("a model without a loss of its own gives outputs").value;
    let loss = scalar(evaluated.loss.clone().detach())?;
    // Of the loss alone: a golden file knows no penalty.
    let gradients = of_tape(evaluated.loss, &model, batch, &inputs)?;
    // Running statistics are brought up to date on the way.
    let synced = model.valid();
    let numbers = on_float!(output.clone(), tensor => {
        to_f64(tensor.detach().try_into_data().map_err(DeviceFailure::from_error)?)
    }, ints _tokens => Vec::new());
    Ok(Ours { output: (output.shape(), numbers), loss, gradients, after: Weights::read(&synced)? })
}

/// Another framework's running variance as near to ours as its definition allows.
///
/// Burn keeps the variance σ² of the batch, PyTorch σ²·n/(n − 1), n being the numbers of a channel,
/// at least the examples. The running variance has a share of that: PyTorch's is at least ours and
/// at most n/(n − 1) times ours. How much of a new batch counts is compared by the running mean.
fn unbiased(ours: &[f64], theirs: &[f64], examples: usize) -> Vec<f64> {
    let most = examples as f64 / (examples.saturating_sub(1)) as f64;
    let pairs = ours.iter().zip(theirs);
    pairs
        .map(|(ours, theirs)| {
            let allowed = *theirs >= *ours && *theirs <= most * ours;
            if allowed { *ours } else { *theirs }
        })
        .collect()
}

/// Two tensors, number by number. `floor` is the least norm that an error is measured against.
fn compared(
    part: GoldenPart,
    tensor: &str,
    shape: Option<&[usize]>,
    ours: &[f64],
    theirs: &[f64],
    floor: f64,
    bound: f64,
) -> GoldenCheck {
    let scale = measure::norm(theirs).max(floor).max(f64::MIN_POSITIVE);
    let error = |ours: &[f64]| match ours.len() == theirs.len() {
        true => {
            let difference: Vec<f64> = ours.iter().zip(theirs).map(|(a, b)| a - b).collect();
            measure::norm(&difference) / scale
        }
        false => f64::INFINITY,
    };
    let pairs = ours.iter().zip(theirs);
    let largest = pairs.clone().map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    // The factor that brings the two nearest to each other.
    let ratio = pairs.map(|(a, b)| a * b).sum::<f64>() / theirs.iter().map(|b| b * b).sum::<f64>();
    let scaled: Vec<f64> = ours.iter().map(|number| number / ratio).collect();
    let error_now = error(ours);
    let differs = error_now.is_nan() || error_now > bound;
    let transposed = match shape {
        Some([rows, columns]) if differs && ours.len() == rows * columns => {
            let turned: Vec<f64> = (0..ours.len())
                .map(|index| ours[(index % rows) * columns + index / rows])
                .collect();
            error(&turned) <= bound
        }
        _ => false,
    };
    GoldenCheck {
        part,
        tensor: tensor.to_owned(),
        expected: measure::norm(theirs),
        largest,
        error: error_now,
        bound,
        ratio: (differs && error(&scaled) <= bound).then_some(ratio),
        transposed,
    }
}

/// The inputs as the model takes them, and their shape with the batch axis.
fn inputs(subject: &Subject, golden: &Golden) -> Result<(Vec<f64>, Vec<usize>), GoldenObstacle> {
    let obstacle = |message: String, mend: &str| GoldenObstacle {
        place: "input".to_owned(),
        message,
        mend: mend.to_owned(),
    };
    let Some(data) = subject.dataset() else {
        return Err(obstacle(
            "the model brings its own batches, so that it cannot be given others".to_owned(),
            "register its forward function with `nn_test::model`, too, and compare that one",
        ));
    };
    let tokens = matches!(data.input, InputKind::Tokens { .. });
    let shapes: Vec<&[usize]> = golden.inputs.iter().map(|input| &input.shape[1..]).collect();
    let fits = match golden.inputs.as_slice() {
        [_] => shapes[0] == data.shape,
        _ => {
            shapes.iter().map(|shape| shape.iter().product::<usize>()).sum::<usize>()
                == data.example_len()
        }
    };
    if !fits {
        return Err(obstacle(
            format!("an example of the spec is {:?}, and of the file {shapes:?}", data.shape),
            "give `data` the `shape` of the golden inputs; images are [channels, height, width] in \
             both, sequences [length, features]",
        ));
    }
    let whole = golden.inputs.iter().all(|input| input.whole);
    if tokens && !whole {
        return Err(obstacle(
            "the spec's inputs are tokens, and those of the file are no whole numbers".to_owned(),
            "write the tokens as int64",
        ));
    }
    let numbers = by_rows(&golden.inputs).expect("a golden file has inputs");
    if let InputKind::Tokens { vocabulary } = data.input
        && let Some(token) = numbers.iter().find(|token| !(0.0..vocabulary as f64).contains(*token))
    {
        return Err(obstacle(
            format!("token {token} of the file is none of the {vocabulary} of the spec"),
            "let both know the same vocabulary",
        ));
    }
    let shape = [&[golden.examples()], data.shape.as_slice()].concat();
    Ok((numbers, shape))
}

/// The numbers of each example in a row, of all tensors; nothing where there is no tensor.
fn by_rows(tensors: &[Stored]) -> Option<Vec<f64>> {
    let rows = tensors.first()?.shape.first().copied()?;
    let mut numbers = Vec::new();
    for row in 0..rows {
        for tensor in tensors {
            let width = tensor.values.len() / rows.max(1);
            numbers.extend(tensor.values.get(row * width..(row + 1) * width)?);
        }
    }
    Some(numbers)
}

/// The targets as the data has them: of the same kind, and of the same shape.
fn targets(subject: &Subject, golden: &Golden) -> Result<Targets, GoldenObstacle> {
    let obstacle = |message: String, mend: String| GoldenObstacle {
        place: "target".to_owned(),
        message,
        mend,
    };
    let Some(target) = &golden.target else {
        return Err(obstacle(
            "the file has no tensor `target`".to_owned(),
            "give `targets` to `write_golden`".to_owned(),
        ));
    };
    let data = subject.dataset().expect("a model that brings its own batches has been refused");
    let kind = &data.train.targets;
    let due = golden.examples() * kind.width();
    if target.values.len() != due {
        return Err(obstacle(
            format!(
                "{} targets for {} examples of {:?}",
                target.values.len(),
                golden.examples(),
                kind.shape()
            ),
            format!("write {due} of them, those of each example in a row"),
        ));
    }
    let class = |number: f64, classes: usize| match number.fract() == 0.0
        && (0.0..classes as f64).contains(&number)
    {
        true => Ok(number as usize),
        false => Err(obstacle(
            format!("target {number} of the file is none of the {classes} classes"),
            format!("write the index of the class: 0 to {}", classes.saturating_sub(1)),
        )),
    };
    let values = || target.values.iter().copied();
    let classes = match kind {
        Targets::Labels { .. } => 2,
        _ if *subject.spec.task == Task::BinaryClassification => 2,
        _ => data.classes.len(),
    };
    Ok(match kind.clone() {
        Targets::Values(_) => Targets::Values(target.values.clone()),
        Targets::Arrays { shape, .. } => Targets::Arrays { values: target.values.clone(), shape },
        Targets::Classes(_) => Targets::Classes(
            values().map(|number| class(number, classes)).collect::<Result<_, _>>()?,
        ),
        Targets::Labels { shape, .. } => {
            let labels = values().map(|number| class(number, classes)).collect::<Result<_, _>>()?;
            Targets::Labels { labels, shape }
        }
        Targets::Places { shape, .. } => {
            // PyTorch's `ignore_index` is −100; whatever is below 0 is not answered.
            let place = |number: f64| match number < 0.0 {
                true => Ok(None),
                false => class(number, classes).map(Some),
            };
            Targets::Places { classes: values().map(place).collect::<Result<_, _>>()?, shape }
        }
    })
}

#[cfg(test)]
mod obstacles;
#[cfg(test)]
mod tests;
