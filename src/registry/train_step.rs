//! Models that have a training step of their own, as `burn-train` asks for it.

use std::rc::Rc;

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use burn_train::{TrainOutput, TrainStep};

use super::register::typed;
use super::{Batches, Computed, Feed, ModelKind, Registration};
use crate::model::AnyModule;

/// Registers a module with a training step of its own ([`TrainStep`]): what Burn's learner runs is
/// what is tested. The spec says `task: objective` and neither data nor loss.
///
/// `loss` takes the loss out of a step's output, a tensor of one element: Burn keeps what
/// `LossInput` holds to itself.
///
/// ```ignore
/// nn_test::train_step(Cnn::new, batches, |output: &ClassificationOutput| output.loss.clone())
/// ```
///
/// A step comes with gradients, so that every measurement pays for a backward pass, and the
/// spec's `regularization` cannot be added.
pub fn train_step<M, I, S, L>(init: I, batches: Batches<S>, loss: L) -> Registration
where
    M: Module + TrainStep + 'static,
    I: Fn(&Device) -> M + 'static,
    S: Fn(&[usize], &Device) -> M::Input + 'static,
    L: Fn(&M::Output) -> Tensor<1> + 'static,
{
    Registration {
        kind: ModelKind::TrainStep { examples: batches.examples },
        init: Rc::new(move |device| AnyModule::new(init(device))),
        configuration: None,
        compute: Rc::new(move |module, feed| {
            let Feed::Examples(indices, device) = feed else {
                unreachable!("a model with a training step is fed with its own examples");
            };
            let batch = (batches.make)(indices, device);
            let TrainOutput { grads, item } = typed::<M>(module).step(batch);
            let loss = loss(&item);
            assert_eq!(loss.dims(), [1], "the loss of a training step is one number");
            Computed::Stepped { loss: loss.detach(), gradients: grads }
        }),
    }
}
