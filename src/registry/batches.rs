//! Where the batches of a model with its own loss come from.

use burn::tensor::Device;

/// A source of batches over a fixed number of examples. [`batches`] makes one.
pub struct Batches<F> {
    pub(super) examples: usize,
    pub(super) make: F,
}

/// A source of `examples` examples, of which `make` gives some as a batch on a device.
///
/// nn-test chooses which: fixed ones to learn by heart, others in a seeded order to train on. So
/// the batch must depend on `indices` (each below `examples`) and on nothing else: the same indices
/// give the same numbers every time and on every device. Make random data on the host from a seed,
/// and leave the float type to the device's default.
///
/// ```
/// use burn::tensor::{Device, Tensor};
///
/// let images = vec![[0.0f32; 64]; 500];
/// let source = nn_test::batches(images.len(), move |indices: &[usize], device: &Device| {
///     let rows: Vec<Tensor<2>> =
///         indices.iter().map(|&i| Tensor::<1>::from_data(images[i], device).unsqueeze()).collect();
///     Tensor::cat(rows, 0)
/// });
/// # let _ = source;
/// ```
pub fn batches<B, F>(examples: usize, make: F) -> Batches<F>
where
    F: Fn(&[usize], &Device) -> B + 'static,
{
    Batches { examples, make }
}
