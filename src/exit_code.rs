//! Exit codes of `cargo nn-test`, in nextest's conventions.

/// All test cases passed (warnings allowed, unless denied).
pub const SUCCESS: u8 = 0;
/// The command line is wrong.
pub const USAGE: u8 = 2;
/// No test case was selected.
pub const NO_TESTS_RUN: u8 = 4;
/// An error inside nn-test itself.
pub const INTERNAL_ERROR: u8 = 70;
/// A spec or the configuration is wrong.
pub const SPEC_ERROR: u8 = 96;
/// A test case failed, or a snapshot waits for review.
pub const TEST_FAILED: u8 = 100;
/// The run is incomplete (a build failed, a worker died before it began).
pub const RUN_INCOMPLETE: u8 = 101;
/// `cargo metadata` failed.
pub const CARGO_METADATA_FAILED: u8 = 102;
/// A wgpu adapter was required and none was found.
pub const ADAPTER_REQUIRED: u8 = 105;
/// Interrupted (128 + SIGINT).
pub const INTERRUPTED: u8 = 130;

/// Of `cargo nn-test mutants`, in the conventions of cargo-mutants.
pub mod mutants {
    /// The command line is wrong.
    pub const USAGE: u8 = 1;
    /// Some mutants were not caught.
    pub const MISSED: u8 = 2;
    /// Some mutants ran too long.
    pub const TIMEOUT: u8 = 3;
    /// A spec fails without any fault planted.
    pub const BASELINE_FAILED: u8 = 4;
    /// The text given to `--in-diff` is no diff.
    pub const BAD_DIFF: u8 = 6;
}
