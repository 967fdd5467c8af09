//! Options that several subcommands share.

use std::num::NonZeroUsize;

use clap::{Args, ValueEnum};

use super::Error;
use crate::device::DeviceChoice;
use crate::filter::Filter;
use crate::report::StatusLevel;
use crate::runner::{Partition, Selection};
use crate::severities::{Named, parse_one};
use crate::size::read_size;
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

    /// Only test cases that the expression selects: `tag(slow) and not property(gradients_match)`
    ///
    /// Predicates are test, spec, property, tag, kind (layers or rust), package, all() and none();
    /// operators are and, or, not, - (and not) and brackets, as in cargo-nextest. A name is a glob,
    /// `=name` is exact, `~name` is contained. Of several expressions one must fit.
    #[arg(long, short = 'E', visible_alias = "filter-expr", value_name = "EXPRESSION")]
    #[arg(help_heading = "Test selection")]
    filterset: Vec<String>,

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

    /// The filter expressions.
    ///
    /// # Errors
    ///
    /// When one is not understood.
    pub(super) fn filtersets(&self) -> Result<Vec<Filterset>, Error> {
        let read = |text: &String| Filterset::parse(text, "--filterset");
        self.filterset.iter().map(read).collect()
    }

    /// The selection by name, with the filters that are no paths.
    pub(super) fn selection(&self, filters: Vec<String>) -> Selection {
        Selection { filters, skip: self.skip.clone(), exact: self.exact }
    }
}

/// A filter expression and its text.
#[derive(Debug)]
pub(super) struct Filterset {
    pub(super) filter: Filter,
    pub(super) text: String,
}

impl Filterset {
    /// # Errors
    ///
    /// When it is not understood; `origin` is where it was said.
    pub(super) fn parse(text: &str, origin: &str) -> Result<Self, Error> {
        let filter = Filter::parse(text, origin).map_err(Box::new).map_err(Error::Filter)?;
        Ok(Self { filter, text: text.to_owned() })
    }
}

/// `--partition`.
#[derive(Debug, Clone, Args)]
pub(super) struct PartitionOption {
    /// Take only one shard of the selected test cases, as nextest cuts them: `slice:1/3`, `hash:1/3`
    ///
    /// `slice:M/N` takes every N-th test case, which gives shards of one size. `hash:M/N` goes by
    /// the names: a test case stays in its shard when others come and go.
    #[arg(long, value_name = "PARTITION", help_heading = "Test selection")]
    pub(super) partition: Option<Partition>,
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
    /// What to do when no test case is selected [default: fail]
    #[arg(long, value_name = "ACTION", value_enum, help_heading = "Test selection")]
    #[arg(hide_possible_values = false)]
    pub(super) no_tests: Option<NoTests>,
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
    /// Device that the tests run on [default: auto]
    #[arg(long, value_name = "DEVICE", value_enum)]
    pub(super) device: Option<DeviceArgument>,

    /// Use this seed instead of each spec's `training.seed`; snapshots are then not compared
    #[arg(long, value_name = "NUMBER")]
    pub(super) seed: Option<u64>,

    /// End the run after this many failures
    #[arg(long, value_name = "NUMBER", overrides_with_all = ["fail_fast", "no_fail_fast"])]
    pub(super) max_fail: Option<NonZeroUsize>,

    /// End the run after the first failure
    #[arg(long, overrides_with_all = ["max_fail", "no_fail_fast"])]
    pub(super) fail_fast: bool,

    /// Run all test cases, whatever fails; the default
    #[arg(long, overrides_with_all = ["max_fail", "fail_fast"])]
    pub(super) no_fail_fast: bool,

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
    #[arg(long, value_name = "SECONDS")]
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

/// How failures count.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Severity options")]
pub(super) struct SeverityOptions {
    /// How failures of a property count, whatever the specs say: `update_ratio=error`
    ///
    /// `error` fails the test case, `warn` shows a warning, `off` does not run it. `all` stands for
    /// all properties that are not named. What a spec itself leaves out stays out.
    #[arg(long, value_name = "PROPERTY=LEVEL", value_delimiter = ',', value_parser = parse_one)]
    pub(super) severity: Vec<Named>,

    /// What a warning does: its test case passes (warn) or fails (deny) [default: warn]
    #[arg(long, value_name = "ACTION", value_enum, overrides_with = "deny")]
    pub(super) warnings: Option<Warnings>,

    /// `-D warnings` is `--warnings deny`
    #[arg(long, short = 'D', value_name = "WHAT", value_enum, overrides_with = "warnings")]
    pub(super) deny: Option<Denied>,
}

/// What a warning does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Warnings {
    /// Its test case passes
    Warn,
    /// Its test case fails
    Deny,
}

/// What can be denied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Denied {
    Warnings,
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
    /// Whom the output is for [default: human]
    #[arg(long, value_name = "FORMAT", value_enum, help_heading = "Output options")]
    pub(super) message_format: Option<MessageFormat>,
}

impl FormatOption {
    /// The format of a command that no profile speaks about.
    pub(super) fn message_format(&self) -> MessageFormat {
        self.message_format.unwrap_or_default()
    }
}

/// How much of what holds is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum StatusLevelArgument {
    /// Only what is wrong
    Fail,
    /// A line for each spec
    Pass,
    /// Every test case
    All,
}

impl From<StatusLevelArgument> for StatusLevel {
    fn from(argument: StatusLevelArgument) -> Self {
        match argument {
            StatusLevelArgument::Fail => Self::Fail,
            StatusLevelArgument::Pass => Self::Pass,
            StatusLevelArgument::All => Self::All,
        }
    }
}

/// `--status-level` and `--verbose`.
#[derive(Debug, Clone, Args)]
pub(super) struct ViewOptions {
    /// What is shown of test cases that hold; a run of few lists them [default: pass]
    #[arg(long, value_name = "LEVEL", value_enum, help_heading = "Output options")]
    #[arg(hide_possible_values = false)]
    pub(super) status_level: Option<StatusLevelArgument>,

    /// List every test case, with all that it has to say and what it prints
    #[arg(long, short, help_heading = "Output options")]
    pub(super) verbose: bool,
}

/// `--color`.
#[derive(Debug, Clone, Args)]
pub(super) struct ColorOption {
    /// When to use colours: auto, always, never [default: CARGO_TERM_COLOR, else auto]
    #[arg(long, value_name = "WHEN", value_enum, hide_possible_values = true)]
    #[arg(help_heading = "Output options")]
    pub(super) color: Option<clap::ColorChoice>,
}
