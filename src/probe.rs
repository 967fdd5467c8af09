//! Probes: what a Rust model's forward pass lets nn-test see of its insides.

use std::cell::RefCell;

use burn::tensor::Tensor;

use crate::model::Recorded;

thread_local! {
    /// What the pass that is running has recorded; `None` outside a recorded pass.
    static RECORDER: RefCell<Option<Vec<Recorded>>> = const { RefCell::new(None) };
}

/// Records an activation under a name while nn-test measures a pass, and gives the tensor back as it
/// is. Outside such a pass it does nothing: nothing is kept and nothing is computed.
///
/// `tensor` has its batch axis first; channels stand on axis 1 of images (rank 4 and 5), features on
/// the last axis of everything else. A name that holds `relu` is taken at its word: units of this
/// activation are dead when they are 0 on every example (`no_dead_units`). When a pass probes
/// under one name several times, later ones are numbered: `relu`, `relu.2`.
///
/// ```
/// # use burn::nn::Linear;
/// # use burn::tensor::{Tensor, activation::relu};
/// # struct Net { hidden: Linear, head: Linear }
/// impl Net {
///     fn forward(&self, x: Tensor<2>) -> Tensor<2> {
///         let x = nn_test::probe("relu1", relu(self.hidden.forward(x)));
///         self.head.forward(x)
///     }
/// }
/// ```
pub fn probe<const D: usize>(name: &str, tensor: Tensor<D>) -> Tensor<D> {
    RECORDER.with_borrow_mut(|recorder| {
        if let Some(recorded) = recorder {
            let name = unused_name(name, recorded);
            recorded.push(Recorded::of(&name, &tensor));
        }
    });
    tensor
}

fn unused_name(name: &str, recorded: &[Recorded]) -> String {
    let used = |name: &str| recorded.iter().any(|known| known.path == name);
    if !used(name) {
        return name.to_owned();
    }
    let mut numbered = (2..).map(|number| format!("{name}.{number}"));
    numbered.find(|name| !used(name)).expect("there are more numbers than probes")
}

/// Runs a pass and gives what its probes saw, in their order. A panic of the pass leaves nothing
/// behind.
pub(crate) fn recorded<T>(pass: impl FnOnce() -> T) -> (T, Vec<Recorded>) {
    struct Reset;
    impl Drop for Reset {
        fn drop(&mut self) {
            RECORDER.set(None);
        }
    }
    RECORDER.set(Some(Vec::new()));
    let reset = Reset;
    let result = pass();
    let recorded = RECORDER.take().unwrap_or_default();
    drop(reset);
    (result, recorded)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::{DeviceChoice, Devices};

    fn tensor() -> Tensor<2> {
        let device = Devices::open(DeviceChoice::Cpu).unwrap().reference.device;
        Tensor::from_data([[1.0, 2.0], [3.0, 4.0]], &device)
    }

    #[test]
    fn a_recorded_pass_keeps_every_probe_in_order_under_a_name_of_its_own() {
        let _alone = crate::device::alone();
        let (sum, recorded) = recorded(|| {
            let x = probe("relu", tensor());
            let x = probe("relu", x + 1.0);
            probe("out", x).sum().into_scalar::<f64>()
        });
        assert_eq!(sum, 14.0);
        let seen: Vec<_> = recorded.iter().map(|r| (r.path.as_str(), r.shape.clone())).collect();
        assert_eq!(seen, [("relu", vec![2, 2]), ("relu.2", vec![2, 2]), ("out", vec![2, 2])]);
        let numbers: Vec<f64> = recorded[1].numbers.to_data().iter().collect();
        assert_eq!(numbers, [2.0, 3.0, 4.0, 5.0]);
    }

    #[test]
    fn outside_a_recorded_pass_nothing_is_kept() {
        let _alone = crate::device::alone();
        probe("relu", tensor());
        assert!(recorded(|| ()).1.is_empty());
    }

    #[test]
    fn a_pass_that_panics_leaves_no_recorder_behind() {
        let _alone = crate::device::alone();
        let panicked = std::panic::catch_unwind(|| recorded(|| panic!("forward")));
        assert!(panicked.is_err());
        assert!(RECORDER.with_borrow(Option::is_none));
    }
}
