//! Why does a neural network not learn? `nn-test` turns the field's debugging checklist into test
//! cases.

#![forbid(unsafe_code)]

#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod cli;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod config;
pub mod data;
pub mod device;
mod diff;
pub mod exit_code;
pub mod experiment;
pub mod explain;
pub mod harness;
mod hash;
mod model;
mod objective;
pub mod property;
pub mod random;
pub mod report;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod runner;
pub mod snapshot;
pub mod spec;
pub mod subject;
#[cfg(feature = "cli")]
mod suggestion;
#[cfg(feature = "cli")]
mod toml;
mod training;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod workspace;

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
/// environment variable `NN_TEST_DEVICE` (`auto`, `wgpu`, `cpu`) chooses the device.
#[macro_export]
macro_rules! main {
    () => {
        $crate::main!(specs = "specs");
    };
    (specs = $specs:expr) => {
        fn main() -> ::std::process::ExitCode {
            $crate::harness::main($crate::harness::Site {
                manifest_dir: ::std::env!("CARGO_MANIFEST_DIR"),
                package: ::std::env!("CARGO_PKG_NAME"),
                specs: $specs,
            })
        }
    };
}
