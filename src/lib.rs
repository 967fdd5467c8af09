//! Why does a neural network not learn? `nn-test` turns the field's debugging checklist into test
//! cases.

#![forbid(unsafe_code)]

// What users' crates write is compiled here, too.
#[cfg(test)]
extern crate self as nn_test;

#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod cli;
#[doc(hidden)]
pub mod config;
pub mod data;
pub mod device;
pub mod diagnosis;
mod diff;
pub mod exit_code;
pub mod experiment;
pub mod explain;
mod faults;
#[cfg(feature = "cli")]
mod filter;
pub mod harness;
mod hash;
pub mod inspection;
mod model;
#[cfg(feature = "cli")]
mod mutants;
mod objective;
mod panics;
mod pictures;
mod probe;
pub mod property;
#[doc(hidden)]
pub mod protocol;
pub mod random;
pub mod registry;
pub mod report;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod runner;
pub mod schema;
#[doc(hidden)]
pub mod severities;
#[doc(hidden)]
pub mod size;
pub mod snapshot;
pub mod spec;
pub mod subject;
mod suggestion;
mod toml;
mod training;
mod weights;
mod whole_file;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod workspace;

pub use probe::probe;
#[cfg(feature = "train")]
pub use registry::train_step;
pub use registry::{batches, model, model_with_config, objective, objective_with_config};

/// The whole of a test target that runs the package's specs under `cargo test` and
/// `cargo nextest run`.
///
/// ```toml
/// # Cargo.toml
/// [[test]]
/// name = "specs"
/// harness = false
/// ```
///
/// ```
/// // tests/specs.rs
/// # mod specs {
/// nn_test::main!();
/// # }
/// # fn main() {}
/// ```
///
/// Specs lie in the package's `specs` folder; `nn_test::main!(specs = "nets")` names another. The
/// device, the severities and whether warnings fail are those of the workspace's `nn-test.toml` (in the
/// profile that `NN_TEST_PROFILE` names), as under `cargo nn-test`; the environment variables
/// `NN_TEST_DEVICE` (`auto`, `wgpu`, `cpu`), `NN_TEST_SEVERITY`
/// (`update_ratio=error,no_dead_units=off`) and `NN_TEST_WARNINGS` (`deny`) count more. Limits of time
/// and memory are those of libtest or nextest.
///
/// Models of the crate's own are registered under the names that specs use (`model: {rust: net}`);
/// see [`model`] and [`objective`]:
///
/// ```
/// # use burn::module::Module;
/// # use burn::nn::{Linear, LinearConfig};
/// # use burn::tensor::{Device, Tensor};
/// # #[derive(Module, Debug)]
/// # struct Net { head: Linear }
/// # impl Net {
/// #     fn new(device: &Device) -> Self { Self { head: LinearConfig::new(4, 3).init(device) } }
/// #     fn forward(&self, x: Tensor<2>) -> Tensor<2> { self.head.forward(x) }
/// # }
/// # mod target {
/// # use super::Net;
/// nn_test::main! {
///     "net" => nn_test::model(Net::new, Net::forward),
/// }
/// # }
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! main {
    () => {
        $crate::main!(specs = "specs");
    };
    (specs = $specs:expr) => {
        $crate::main!(specs = $specs,);
    };
    ($($name:literal => $model:expr),+ $(,)?) => {
        $crate::main!(specs = "specs", $($name => $model),+);
    };
    (specs = $specs:expr, $($name:literal => $model:expr),* $(,)?) => {
        fn main() -> ::std::process::ExitCode {
            $crate::harness::main($crate::harness::Site {
                manifest_dir: ::std::env!("CARGO_MANIFEST_DIR"),
                package: ::std::env!("CARGO_PKG_NAME"),
                specs: $specs,
                models: $crate::registry::Registry::new()$(.with($name, $model))*,
            })
        }
    };
}
