//! Options that several subcommands share.

use std::num::NonZeroUsize;

use clap::{Args, ValueEnum};

use crate::device::DeviceChoice;
use crate::runner::Selection;
use crate::workspace::PackageSelection;

/// Which test cases are meant.
#[derive(Debug, Clone, Args)]
pub(super) struct SelectionOptions {
    /// Test cases whose name contains FILTER, or the specs at PATH
    ///
    /// Names are `spec::property`; several filters select what any of them matches. An existing
    /// spec file (`.yaml`, `.yml`) selects itself, a folder all specs in it; specs selected by path
    /// need not be in a package's spec folder.
    #[arg(value_name = "FILTER|PATH")]
    pub(super) filters: Vec<String>,

    /// Match filters against whole names
    #[arg(long, help_heading = "Test selection")]
    pub(super) exact: bool,

    /// Leave out test cases whose name contains FILTER
    #[arg(long, value_name = "FILTER", help_heading = "Test selection")]
    pub(super) skip: Vec<String>,

    #[command(flatten, next_help_heading = "Package selection")]
    packages: clap_cargo::Workspace,

    #[command(flatten, next_help_heading = "Package selection")]
    pub(super) manifest: clap_cargo::Manifest,
}

impl SelectionOptions {
    pub(super) fn packages(&self) -> PackageSelection {
        PackageSelection {
            packages: self.packages.package.clone(),
            all: self.packages.workspace || self.packages.all,
            exclude: self.packages.exclude.clone(),
        }
    }

    /// The selection by name, with the filters that are no paths.
    pub(super) fn selection(&self, filters: Vec<String>) -> Selection {
        Selection { filters, skip: self.skip.clone(), exact: self.exact }
    }
}

/// What to do when no test case is selected.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum NoTests {
    /// End with exit code 4
    #[default]
    Fail,
    /// Say so and end with exit code 0
    Warn,
    /// End with exit code 0
    Pass,
}

/// `--no-tests`.
#[derive(Debug, Clone, Args)]
pub(super) struct NoTestsOption {
    /// What to do when no test case is selected
    #[arg(
        long,
        value_name = "ACTION",
        value_enum,
        default_value_t,
        help_heading = "Test selection"
    )]
    #[arg(hide_possible_values = false)]
    pub(super) no_tests: NoTests,
}

/// `--device` as the command line spells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum DeviceArgument {
    /// A wgpu adapter if there is one, else the CPU
    Auto,
    /// A wgpu adapter; its absence is an error (exit code 105)
    Wgpu,
    /// The CPU, in f64
    Cpu,
}

impl From<DeviceArgument> for DeviceChoice {
    fn from(argument: DeviceArgument) -> Self {
        match argument {
            DeviceArgument::Auto => Self::Auto,
            DeviceArgument::Wgpu => Self::Wgpu,
            DeviceArgument::Cpu => Self::Cpu,
        }
    }
}

/// How test cases are run.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Run options")]
pub(super) struct ExecutionOptions {
    /// Device that the tests run on [default: the package's `metadata.nn-test.device`, else auto]
    #[arg(long, value_name = "DEVICE", value_enum, env = "NN_TEST_DEVICE", hide_env_values = true)]
    pub(super) device: Option<DeviceArgument>,

    /// Use this seed instead of each spec's `training.seed`; snapshots are then not compared
    #[arg(long, value_name = "NUMBER")]
    pub(super) seed: Option<u64>,

    /// End the run after this many failures
    #[arg(long, value_name = "NUMBER", overrides_with_all = ["fail_fast", "no_fail_fast"])]
    max_fail: Option<NonZeroUsize>,

    /// End the run after the first failure
    #[arg(long, overrides_with_all = ["max_fail", "no_fail_fast"])]
    fail_fast: bool,

    /// Run all test cases, whatever fails; the default
    #[arg(long, overrides_with_all = ["max_fail", "fail_fast"])]
    no_fail_fast: bool,

    /// Specs that run at once, each in a process of its own
    ///
    /// [default: 1 where tests run on a GPU, which does one thing at a time and whose memory all
    /// share; else the number of cores]
    #[arg(long, short, value_name = "NUMBER")]
    pub(super) jobs: Option<NonZeroUsize>,

    /// Kill a spec that runs for this long; 0 sets no limit
    ///
    /// [default: the spec's own `timeout`; else, for a spec that ran completely on this machine
    /// before, 20 times as long as then, and at least 60]
    #[arg(long, value_name = "SECONDS", env = "NN_TEST_TIMEOUT", hide_env_values = true)]
    pub(super) timeout: Option<u64>,

    /// Kill a spec that reports nothing for this long; 0 waits for ever [default: 600]
    #[arg(long, value_name = "SECONDS")]
    pub(super) silence: Option<u64>,

    /// Kill a spec whose process occupies more memory: 8GiB, 500MB, bytes; 0 sets no limit
    ///
    /// [default: 75 % of the machine's memory, divided by the number of specs that run at once]
    #[arg(long, value_name = "SIZE", value_parser = read_size)]
    pub(super) memory_limit: Option<u64>,
}

impl ExecutionOptions {
    /// Failures after which nothing more is run.
    pub(super) fn max_fail(&self) -> Option<NonZeroUsize> {
        if self.fail_fast { Some(NonZeroUsize::MIN) } else { self.max_fail }
    }
}

/// Bytes, from a number with or without a unit.
pub(super) fn read_size(text: &str) -> Result<u64, String> {
    const UNITS: [(&str, u64); 10] = [
        ("kib", 1 << 10),
        ("mib", 1 << 20),
        ("gib", 1 << 30),
        ("tib", 1 << 40),
        ("kb", 1_000),
        ("mb", 1_000_000),
        ("gb", 1_000_000_000),
        ("tb", 1_000_000_000_000),
        ("b", 1),
        ("", 1),
    ];
    let lower = text.trim().to_ascii_lowercase();
    let digits = lower.trim_end_matches(|letter: char| letter.is_ascii_alphabetic()).len();
    let (number, unit) = (lower[..digits].trim(), &lower[digits..]);
    let size = UNITS.iter().find(|(known, _)| *known == unit).map(|(_, size)| *size);
    let bytes = size.and_then(|size| {
        let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
        let tenths = format!("{whole}{}", fraction.get(..1)?).parse::<u64>().ok()?;
        let digits = fraction.len() == 1 && !whole.is_empty();
        digits.then(|| tenths.checked_mul(size)).flatten().map(|size| size / 10)
    });
    bytes.ok_or_else(|| "a size is a number with a unit, such as `8GiB` or `500MB`".to_owned())
}

/// Whom the output is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum MessageFormat {
    #[default]
    Human,
    Json,
}

/// `--message-format`.
#[derive(Debug, Clone, Args)]
pub(super) struct FormatOption {
    /// Whom the output is for
    #[arg(
        long,
        value_name = "FORMAT",
        value_enum,
        default_value_t,
        help_heading = "Output options"
    )]
    pub(super) message_format: MessageFormat,
}

/// `--color`.
#[derive(Debug, Clone, Args)]
pub(super) struct ColorOption {
    /// When to use colours: auto, always, never [default: CARGO_TERM_COLOR, else auto]
    #[arg(long, value_name = "WHEN", value_enum, hide_possible_values = true)]
    #[arg(help_heading = "Output options")]
    pub(super) color: Option<clap::ColorChoice>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_has_a_unit_or_is_bytes() {
        assert_eq!(read_size("8GiB"), Ok(8 << 30));
        assert_eq!(read_size("1.5 gib"), Ok(3 << 29));
        assert_eq!(read_size("500MB"), Ok(500_000_000));
        assert_eq!(read_size("4096"), Ok(4096));
        assert_eq!(read_size("0"), Ok(0));
        for wrong in ["", "GiB", "8 G", "-1", "8GiBs", "1.25GiB", "1e3", "99999999999TiB", "8.GiB"]
        {
            assert!(read_size(wrong).is_err(), "{wrong}");
        }
    }
}
