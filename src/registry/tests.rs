use burn::config::Config;
use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::tensor::{Device, Int, Tensor};
use serde_json::json;

use super::*;
use crate::device::{DeviceChoice, Devices, Place};

#[derive(Module, Debug)]
struct Net {
    head: Linear,
}

#[derive(Config, Debug)]
struct NetConfig {
    #[config(default = 3)]
    out: usize,
}

impl Net {
    fn new(device: &Device) -> Self {
        NetConfig::new().init(device)
    }

    fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        self.head.forward(x)
    }

    fn two(&self, (x, tokens): (Tensor<2>, Tensor<2, Int>)) -> Tensor<3> {
        (self.head.forward(x) + tokens.float().sum_dim(1)).unsqueeze_dim(2)
    }

    fn three(&self, x: Tensor<2>, y: Tensor<3>, z: Tensor<1, Int>) -> Tensor<1> {
        x.sum() + y.sum() + z.float().sum() + self.head.weight.val().sum()
    }
}

impl NetConfig {
    fn init(&self, device: &Device) -> Net {
        Net { head: LinearConfig::new(2, self.out).init(device) }
    }
}

/// What the tests of other modules register.
pub(crate) fn registry() -> Registry {
    let rows = |indices: &[usize], device: &Device| Tensor::<2>::ones([indices.len(), 2], device);
    let loss = |net: &Net, batch: &Tensor<2>| net.forward(batch.clone()).powi_scalar(2).mean();
    let own = objective(Net::new, batches(40, rows), loss);
    // Of burn-train, which these tests are built without: its kind alone is asked for here.
    let stepped = Registration { kind: ModelKind::TrainStep { examples: 40 }, ..own.clone() };
    Registry::new()
        .with("net", model(Net::new, Net::forward))
        .with("two", model(Net::new, Net::two))
        .with(
            "configured",
            model_with_config(NetConfig::new(), |config, device| config.init(device), Net::forward),
        )
        .with("own", own)
        .with("stepped", stepped)
        .with("twin", model(Net::new, Net::forward))
        .with("twin", model(Net::new, Net::forward))
}

fn reference() -> Place {
    Devices::open(DeviceChoice::Cpu).unwrap().reference
}

fn kinds(registration: &Registration) -> Vec<(bool, usize)> {
    let ModelKind::Forward { inputs } = &registration.kind else { panic!("a forward function") };
    inputs.iter().map(|input| (input.ints, input.rank)).collect()
}

#[test]
fn a_function_is_accepted_by_its_own_types() {
    let _alone = crate::device::alone();
    assert_eq!(kinds(&model(Net::new, Net::forward)), [(false, 2)]);
    assert_eq!(kinds(&model(Net::new, Net::two)), [(false, 2), (true, 2)]);
    assert_eq!(kinds(&model(Net::new, Net::three)), [(false, 2), (false, 3), (true, 1)]);
    let closure = |net: &Net, x: Tensor<4>| net.head.forward(x);
    assert_eq!(kinds(&model(|device| NetConfig::new().init(device), closure)), [(false, 4)]);
}

#[test]
fn a_registered_model_gives_its_outputs() {
    let _alone = crate::device::alone();
    let place = reference();
    let registration = model(Net::new, Net::two);
    let module = (registration.init)(&place.device);
    let inputs = vec![
        Value::float(&[0.0, 0.0, 0.0, 0.0], &[2, 2], &place),
        Value::ints(&[1.0, 2.0, 3.0, 4.0], &[2, 2], &place.device),
    ];
    let Computed::Output(Value::Float3(output)) =
        (registration.compute)(&module, Feed::Inputs(inputs))
    else {
        panic!("an output of rank 3");
    };
    assert_eq!(output.dims(), [2, 3, 1]);
    let bias = module.downcast::<Net>().unwrap().head.bias.as_ref().unwrap().val();
    let numbers: Vec<f64> = (output.sum() - bias.sum() * 2.0).to_data().iter().collect();
    assert!((numbers[0] - 30.0).abs() < 1e-9, "3 · (1 + 2) + 3 · (3 + 4), not {numbers:?}");
}

#[test]
fn a_configuration_changes_the_module_and_wrong_values_are_refused() {
    let _alone = crate::device::alone();
    let registration =
        model_with_config(NetConfig::new(), |config, device| config.init(device), Net::forward);
    let configuration = registration.configuration.as_ref().unwrap();
    assert_eq!(configuration.defaults, json!({"out": 3}));
    let init = (configuration.configure)(json!({"out": 7})).unwrap();
    let module = init(&reference().device);
    assert_eq!(module.downcast::<Net>().unwrap().head.weight.dims(), [2, 7]);
    assert!((configuration.configure)(json!({"out": "seven"})).is_err());
}

#[test]
fn an_objective_gives_its_terms_over_the_examples_asked_for() {
    let _alone = crate::device::alone();
    let rows = |indices: &[usize], device: &Device| {
        let numbers: Vec<f64> = indices.iter().map(|index| *index as f64).collect();
        Tensor::<1>::from_data(numbers.as_slice(), device)
    };
    let registration = objective(Net::new, batches(10, rows), |_: &Net, batch: &Tensor<1>| {
        [("sum", batch.clone().sum()), ("mean", batch.clone().mean())]
    });
    assert_eq!(registration.kind, ModelKind::Objective { examples: 10 });
    let place = reference();
    let module = (registration.init)(&place.device);
    let feed = Feed::Examples(&[2, 4], &place.device);
    let Computed::Terms(terms) = (registration.compute)(&module, feed) else { panic!("terms") };
    let found: Vec<(String, f64)> =
        terms.into_iter().map(|term| (term.name, term.value.into_scalar::<f64>())).collect();
    assert_eq!(found, [("sum".to_owned(), 6.0), ("mean".to_owned(), 3.0)]);
}

#[test]
fn a_batch_can_be_made_again() {
    let _alone = crate::device::alone();
    let made = std::cell::Cell::new(0.0);
    let rows = move |indices: &[usize], device: &Device| {
        made.set(made.get() + 1.0);
        Tensor::<1>::full([indices.len()], made.get(), device)
    };
    let registration =
        objective(Net::new, batches(10, rows), |_: &Net, batch: &Tensor<1>| batch.clone().sum());
    let place = reference();
    let module = (registration.init)(&place.device);
    let feed = Feed::Remade(&[2, 4], &place.device);
    let Computed::Terms(terms) = (registration.compute)(&module, feed) else { panic!("terms") };
    let losses: Vec<f64> = terms.into_iter().map(|term| term.value.into_scalar::<f64>()).collect();
    // The same batch twice, then the next one.
    assert_eq!(losses, [2.0, 2.0, 4.0]);
}

#[test]
#[should_panic(expected = "the loss term `loss` has 2 numbers")]
fn a_loss_that_is_no_single_number_is_refused() {
    let _alone = crate::device::alone();
    let rows = |_: &[usize], device: &Device| Tensor::<1>::ones([2], device);
    let registration =
        objective(Net::new, batches(2, rows), |_: &Net, batch: &Tensor<1>| batch.clone());
    let device = reference().device;
    let module = (registration.init)(&device);
    (registration.compute)(&module, Feed::Examples(&[0], &device));
}

#[test]
fn names_are_kept_in_order_and_found_however_often_they_come() {
    let _alone = crate::device::alone();
    let net = || model(Net::new, Net::forward);
    let registry = Registry::new().with("b", net()).with("a", net()).with("b", net());
    assert_eq!(registry.names().collect::<Vec<_>>(), ["b", "a", "b"]);
    assert_eq!((registry.find("b").len(), registry.find("c").len()), (2, 0));
}
