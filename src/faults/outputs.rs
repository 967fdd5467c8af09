//! Planted faults of what goes into a model and of what comes out of it.

use burn::tensor::{Int, Tensor, activation};

use crate::model::{NamedOutput, Value, map_float, on_float};
use crate::registry::Computed;
use crate::spec::{Fault, Spec};

/// A batch's inputs with the faults that live in them.
pub fn plant_in_inputs(spec: &Spec, inputs: Vec<Value>) -> Vec<Value> {
    match spec.faults.iter().any(|fault| fault.value == Fault::ReshapeBatch) {
        true => inputs.into_iter().map(reshaped).collect(),
        false => inputs,
    }
}

/// What a model gives with the faults that live in it. Losses of its own stay as they are.
pub fn plant_in_outputs(spec: &Spec, computed: Computed) -> Computed {
    spec.faults.iter().fold(computed, |computed, fault| match &fault.value {
        Fault::MixBatch(share) => each(computed, |value| mixed(value, *share)),
        Fault::SoftmaxOutputs => each(computed, softmax),
        Fault::SigmoidOutputs => {
            each(computed, |value| map_float!(value, tensor => activation::sigmoid(tensor)))
        }
        Fault::FutureLeak => each(computed, leaking),
        _ => computed,
    })
}

fn each(computed: Computed, change: impl Fn(Value) -> Value) -> Computed {
    match computed {
        Computed::Output(output) => Computed::Output(change(output)),
        Computed::Outputs(outputs) => {
            let changed = outputs
                .into_iter()
                .map(|NamedOutput { name, value }| NamedOutput { name, value: change(value) });
            Computed::Outputs(changed.collect())
        }
        own => own,
    }
}

/// Every output so far on the way to the mean of its batch.
fn mixed(value: Value, share: f64) -> Value {
    map_float!(value, tensor => {
        let mean = tensor.clone().mean_dim(0).mul_scalar(share);
        tensor.mul_scalar(1.0 - share) + mean
    })
}

/// Over the axis that holds the classes: of an image the first behind the batch, else the last.
fn softmax(value: Value) -> Value {
    map_float!(value, tensor => {
        let rank = tensor.dims().len();
        activation::softmax(tensor, if rank == 4 { 1 } else { rank - 1 })
    })
}

/// Along axis 1 each place halfway to the next one; the last stays.
fn leaking(value: Value) -> Value {
    let shape = value.shape();
    match *shape.as_slice() {
        [_, places, _, ..] if places > 1 => map_float!(value, tensor => {
            let later = tensor.clone().narrow(1, 1, places - 1);
            let last = tensor.clone().narrow(1, places - 1, 1);
            (tensor + Tensor::cat(vec![later, last], 1)).mul_scalar(0.5)
        }),
        _ => value,
    }
}

/// The numbers of a batch read as `[numbers, batch]` and turned.
fn reshaped(value: Value) -> Value {
    let shape = value.shape();
    let Some((batch, rest)) = shape.split_first() else { return value };
    let turned = [rest.iter().product::<usize>(), *batch];
    on_float!(value, tensor => {
        let dims = tensor.dims();
        Value::from_float(tensor.reshape(turned).transpose().reshape(dims))
    }, ints tensor => {
        let dims = tensor.dims();
        let tensor: Tensor<2, Int> = tensor.reshape(turned);
        Value::from_ints(tensor.transpose().reshape(dims))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::{DeviceChoice, Devices, Place};
    use crate::model::to_f64;

    fn place() -> Place {
        Devices::open(DeviceChoice::Cpu).unwrap().reference
    }

    fn numbers(value: Value) -> Vec<f64> {
        on_float!(value, tensor => to_f64(tensor.into_data()), ints tensor => to_f64(tensor.into_data()))
    }

    #[test]
    fn a_wrong_reshape_mixes_the_examples() {
        let _alone = crate::device::alone();
        let rows: Vec<f64> = (0..6).map(f64::from).collect();
        let place = place();
        let due = [0.0, 2.0, 4.0, 1.0, 3.0, 5.0];
        assert_eq!(numbers(reshaped(Value::float(&rows, &[2, 3], &place))), due);
        let tokens = reshaped(Value::ints(&rows, &[2, 3], &place.device));
        assert_eq!((tokens.shape(), numbers(tokens)), (vec![2, 3], due.to_vec()));
        // Of one number each, or of one example, there is nothing to mix.
        assert_eq!(numbers(reshaped(Value::float(&rows, &[6, 1], &place))), rows);
        assert_eq!(numbers(reshaped(Value::float(&rows, &[1, 2, 3], &place))), rows);
    }

    #[test]
    fn a_batch_is_mixed_as_far_as_the_share_says() {
        let _alone = crate::device::alone();
        let mixed =
            |share| numbers(mixed(Value::float(&[0.0, 4.0, 8.0], &[3, 1], &place()), share));
        assert_eq!(mixed(0.25), [1.0, 4.0, 7.0]);
        assert_eq!(mixed(1.0), [4.0; 3]);
    }

    #[test]
    fn a_leak_lets_each_place_see_the_next() {
        let _alone = crate::device::alone();
        let rows = [0.0, 10.0, 2.0, 20.0, 4.0, 40.0];
        let value = Value::float(&rows, &[1, 3, 2], &place());
        assert_eq!(numbers(leaking(value)), [1.0, 15.0, 3.0, 30.0, 4.0, 40.0]);
        let flat = Value::float(&rows, &[2, 3], &place());
        assert_eq!(numbers(leaking(flat)), rows);
    }

    #[test]
    fn a_softmax_goes_over_the_classes_of_examples_places_and_pixels() {
        let _alone = crate::device::alone();
        let place = place();
        let zeros = |shape: &[usize]| {
            let count = shape.iter().product();
            numbers(softmax(Value::float(&vec![0.0; count], shape, &place)))
        };
        assert_eq!(zeros(&[2, 4])[0], 0.25);
        assert_eq!(zeros(&[2, 5, 4])[0], 0.25);
        assert_eq!(zeros(&[2, 4, 5, 3])[0], 0.25);
    }
}
