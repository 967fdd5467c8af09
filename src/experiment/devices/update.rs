//! One step of the recipe's optimizer on both devices, from the same weights with the same gradients,
//! rounded to the test device's format: what is compared is the update alone.

use burn::module::Param;
use burn::optim::GradientsParams;
use burn::tensor::{Tensor, TensorData};

use super::super::bench::Bench;
use super::super::measure;
use super::super::rounding::Rounding;
use super::{TensorDeviation, distance};
use crate::device::{DeviceFailure, Place};
use crate::model::{NamedGradient, TensorVisitor, Weights, visit_tensors};
use crate::random::Random;
use crate::training::Updates;

/// How far the steps differ, for each trainable tensor.
pub(super) fn run(
    bench: &Bench,
    reference: &Place,
    gradients: &[NamedGradient],
    rounding: &Rounding,
) -> Result<Vec<TensorDeviation>, DeviceFailure> {
    let mut start = bench.weights.clone();
    let numbers = start.tensors.iter_mut().flat_map(|tensor| &mut tensor.values);
    numbers.for_each(|number| *number = f64::from(*number as f32));
    let gradients = changed(gradients, |number| f64::from(number as f32));
    let test = stepped(bench, &bench.test, &start, &gradients)?;
    let expected = stepped(bench, reference, &start, &gradients)?;
    let deviations = |moved: Option<&Weights>| -> Vec<TensorDeviation> {
        let trainable = start.tensors.iter().enumerate().filter(|(_, tensor)| tensor.trainable);
        let deviation = trainable.map(|(index, tensor)| {
            let (test, after) = (&test.tensors[index].values, &expected.tensors[index].values);
            // The new weight is rounded, too, however small the step.
            let rounded = rounding.epsilon * measure::norm(after);
            let against = distance(after, &tensor.values) + rounded / rounding.bound;
            let moved = moved.map_or(0.0, |moved| distance(&moved.tensors[index].values, after));
            let against = rounding.where_moved(against.max(f64::MIN_POSITIVE), moved);
            TensorDeviation { tensor: tensor.path.clone(), error: distance(test, after) / against }
        });
        deviation.collect()
    };
    let first = deviations(None);
    if first.iter().all(|tensor| tensor.error <= rounding.bound) {
        return Ok(first);
    }
    // An optimizer that inverts a matrix is as sensitive as that matrix.
    let mut random = Random::new(0, "update");
    let gradients =
        changed(&gradients, |number| number * (1.0 + rounding.epsilon * random.normal()));
    let moved = stepped(bench, reference, &start, &gradients)?;
    Ok(deviations(Some(&moved)))
}

fn changed(gradients: &[NamedGradient], mut change: impl FnMut(f64) -> f64) -> Vec<NamedGradient> {
    let mut gradients = gradients.to_vec();
    let values = gradients.iter_mut().filter_map(|gradient| gradient.values.as_mut()).flatten();
    values.for_each(|number| *number = change(*number));
    gradients
}

/// The weights after one step at a place.
fn stepped(
    bench: &Bench,
    place: &Place,
    start: &Weights,
    gradients: &[NamedGradient],
) -> Result<Weights, DeviceFailure> {
    let subject = &bench.subject;
    let model = start.load(subject.build(&place.device), place);
    let mut put = Put { gradients, place, found: GradientsParams::new() };
    visit_tensors(&model, &mut put);
    let gradients = put.found;
    let recipe = &subject.spec.training;
    let mut updates = Updates::of_recipe(recipe, subject.declared_steps(), &model);
    Weights::read(&updates.step(model, gradients))
}

/// Puts gradients on a device, by the names of their tensors.
struct Put<'a> {
    gradients: &'a [NamedGradient],
    place: &'a Place,
    found: GradientsParams,
}

impl TensorVisitor for Put<'_> {
    fn visit<const D: usize>(&mut self, path: &[String], param: &Param<Tensor<D>>) {
        let path = path.join(".");
        let own = self.gradients.iter().find(|gradient| gradient.path == path);
        if let Some(gradient) = own
            && let Some(values) = &gradient.values
        {
            let data = TensorData::new(values.clone(), gradient.shape.clone());
            let options = (&self.place.device.clone().inner(), self.place.float.into());
            self.found.register(param.id, Tensor::<D>::from_data(data, options));
        }
    }
}
