//! The ways in which a Rust model is registered.

use std::rc::Rc;

use burn::config::Config;
use burn::module::Module;
use burn::tensor::{Device, Tensor};

use super::terms::terms;
use super::{
    Batches, Compute, Computed, Configuration, Feed, Forward, Init, Inputs, LossTerms, ModelKind,
    Output, Registration, Term,
};
use crate::model::AnyModule;

/// Registers a module with the function that gives its outputs. The spec says task, data and loss.
///
/// `init` makes the module on a device; `forward` is accepted by its own types, see [`Forward`].
///
/// ```
/// use burn::module::Module;
/// use burn::nn::{Linear, LinearConfig};
/// use burn::tensor::{Device, Tensor, activation::relu};
///
/// #[derive(Module, Debug)]
/// struct Net {
///     hidden: Linear,
///     head: Linear,
/// }
///
/// impl Net {
///     fn new(device: &Device) -> Self {
///         Self {
///             hidden: LinearConfig::new(4, 16).init(device),
///             head: LinearConfig::new(16, 3).init(device),
///         }
///     }
///
///     fn forward(&self, x: Tensor<2>) -> Tensor<2> {
///         self.head.forward(relu(self.hidden.forward(x)))
///     }
/// }
///
/// let registration = nn_test::model(Net::new, Net::forward);
/// # let _ = registration;
/// ```
pub fn model<M, I, F, Signature>(init: I, forward: F) -> Registration
where
    M: Module + 'static,
    I: Fn(&Device) -> M + 'static,
    F: Forward<M, Signature>,
    F::Arguments: Inputs,
    F::Result: Output,
    Signature: 'static,
{
    Registration {
        kind: ModelKind::Forward { inputs: F::Arguments::input_types() },
        init: Rc::new(move |device| AnyModule::new(init(device))),
        configuration: None,
        compute: compute_output(forward),
    }
}

/// Registers a module that is made from a configuration (`#[derive(Config)]`), with the function
/// that gives its outputs.
///
/// `config` holds the defaults; a spec changes single values, and unknown keys are errors there:
/// `model: {rust: {name: cnn, config: {hidden: 64}}}`.
pub fn model_with_config<C, M, I, F, Signature>(config: C, init: I, forward: F) -> Registration
where
    C: Config + 'static,
    M: Module + 'static,
    I: Fn(&C, &Device) -> M + 'static,
    F: Forward<M, Signature>,
    F::Arguments: Inputs,
    F::Result: Output,
    Signature: 'static,
{
    let (init, configuration) = configurable(config, init);
    Registration {
        kind: ModelKind::Forward { inputs: F::Arguments::input_types() },
        init,
        configuration: Some(configuration),
        compute: compute_output(forward),
    }
}

/// Registers a module that computes its own loss, with the batches that the loss is taken over. The
/// spec says `task: objective` and neither data nor loss.
///
/// The loss is one number or several named terms, see [`LossTerms`].
///
/// ```
/// # use burn::module::Module;
/// # use burn::nn::{Linear, LinearConfig, loss::{MseLoss, Reduction}};
/// # use burn::tensor::{Device, Tensor};
/// # #[derive(Module, Debug)]
/// # struct Autoencoder { code: Linear, image: Linear }
/// # impl Autoencoder {
/// #     fn new(device: &Device) -> Self {
/// #         let linear = |i, o| LinearConfig::new(i, o).init(device);
/// #         Self { code: linear(8, 2), image: linear(2, 8) }
/// #     }
/// # }
/// # fn images(indices: &[usize], device: &Device) -> Tensor<2> {
/// #     Tensor::ones([indices.len(), 8], device)
/// # }
/// let registration = nn_test::objective(
///     Autoencoder::new,
///     nn_test::batches(500, images),
///     |model: &Autoencoder, batch: &Tensor<2>| {
///         let code = model.code.forward(batch.clone());
///         let image = model.image.forward(code.clone());
///         let sparsity = code.abs().mean().mul_scalar(1e-3);
///         [
///             ("reconstruction", MseLoss::new().forward(image, batch.clone(), Reduction::Mean)),
///             ("sparsity", sparsity),
///         ]
///     },
/// );
/// # let _ = registration;
/// ```
pub fn objective<M, B, I, S, L, T>(init: I, batches: Batches<S>, loss: L) -> Registration
where
    M: Module + 'static,
    B: 'static,
    I: Fn(&Device) -> M + 'static,
    S: Fn(&[usize], &Device) -> B + 'static,
    L: Fn(&M, &B) -> T + 'static,
    T: LossTerms,
{
    Registration {
        kind: ModelKind::Objective { examples: batches.examples },
        init: Rc::new(move |device| AnyModule::new(init(device))),
        configuration: None,
        compute: compute_terms(batches, loss),
    }
}

/// [`objective`] for a module that is made from a configuration, as in [`model_with_config`].
pub fn objective_with_config<C, M, B, I, S, L, T>(
    config: C,
    init: I,
    batches: Batches<S>,
    loss: L,
) -> Registration
where
    C: Config + 'static,
    M: Module + 'static,
    B: 'static,
    I: Fn(&C, &Device) -> M + 'static,
    S: Fn(&[usize], &Device) -> B + 'static,
    L: Fn(&M, &B) -> T + 'static,
    T: LossTerms,
{
    let (init, configuration) = configurable(config, init);
    Registration {
        kind: ModelKind::Objective { examples: batches.examples },
        init,
        configuration: Some(configuration),
        compute: compute_terms(batches, loss),
    }
}

/// The module with the configuration's defaults, and the way to make it with others.
fn configurable<C, M, I>(config: C, init: I) -> (Init, Configuration)
where
    C: Config + 'static,
    M: Module + 'static,
    I: Fn(&C, &Device) -> M + 'static,
{
    let init = Rc::new(init);
    let make = move |config: C| -> Init {
        let init = Rc::clone(&init);
        Rc::new(move |device| AnyModule::new(init(&config, device)))
    };
    let defaults = serde_json::to_value(&config).expect("a configuration has only string keys");
    let plain = make(config);
    let configure = move |values: serde_json::Value| {
        serde_json::from_value(values).map(&make).map_err(|error| error.to_string())
    };
    (plain, Configuration { defaults, configure: Rc::new(configure) })
}

fn compute_output<M, F, Signature>(forward: F) -> Compute
where
    M: Module + 'static,
    F: Forward<M, Signature>,
    F::Arguments: Inputs,
    F::Result: Output,
    Signature: 'static,
{
    Rc::new(move |module, feed| {
        let Feed::Inputs(inputs) = feed else {
            unreachable!("a model with a forward function is fed with inputs");
        };
        let arguments = F::Arguments::from_values(inputs);
        Computed::Output(forward.call(typed(module), arguments).into_value())
    })
}

fn compute_terms<M, B, S, L, T>(batches: Batches<S>, loss: L) -> Compute
where
    M: Module + 'static,
    B: 'static,
    S: Fn(&[usize], &Device) -> B + 'static,
    L: Fn(&M, &B) -> T + 'static,
    T: LossTerms,
{
    Rc::new(move |module, feed| {
        let of = |batch: &B| terms(loss(typed(module), batch));
        match feed {
            Feed::Inputs(_) => {
                unreachable!("a model with its own loss is fed with its own examples")
            }
            Feed::Examples(indices, device) => {
                Computed::Terms(of(&(batches.make)(indices, device)))
            }
            Feed::Remade(indices, device) => {
                let batch = (batches.make)(indices, device);
                let remade = (batches.make)(indices, device);
                let sum = |terms: Vec<Term>| Term {
                    name: String::new(),
                    value: Tensor::cat(terms.into_iter().map(|term| term.value).collect(), 0).sum(),
                };
                Computed::Terms([&batch, &batch, &remade].map(|batch| sum(of(batch))).into())
            }
        }
    })
}

/// The module behind the pointer.
pub(super) fn typed<M: Module + 'static>(module: &AnyModule) -> &M {
    module.downcast().expect("a module is run by the registration that made it")
}
