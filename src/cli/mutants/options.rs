//! The options of `mutants`, named as cargo-mutants names its own.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;

use super::super::build::BuildOptions;
use super::super::options::{ColorOption, DeviceArgument, SelectionOptions};
use super::super::settings::{self, ProfileOption};
use crate::config::{CommandLine, Key, Value};
use crate::mutants::Shard;

/// The subcommand.
pub(in super::super) const NAME: &str = "mutants";

const EXIT_CODES: &str = "\
Exit codes, as cargo-mutants has them:
  0    all mutants were caught, or can be seen by no test
  1    the command line is wrong, or selects nothing
  2    some mutants were missed
  3    some mutants ran too long
  4    a spec fails without a fault
  6    the text given to `--in-diff` is no diff
  101  the run is incomplete
  102  `cargo metadata` failed
  105  a wgpu adapter was required and none was found
  130  interrupted";

/// Options of `mutants`.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXIT_CODES)]
pub(in super::super) struct MutantsOptions {
    #[command(flatten)]
    pub(super) selection: SelectionOptions,

    /// Plant this fault alone: its name, `sum_loss`, or the whole of it, `scale_rate=1000`
    #[arg(long = "fault", value_name = "FAULT", help_heading = "Mutants")]
    pub(super) faults: Vec<String>,

    /// Take every N-th mutant, from the K-th on, counted from 0: `0/4`
    #[arg(long, value_name = "K/N", help_heading = "Mutants")]
    pub(super) shard: Option<Shard>,

    /// Only specs whose file, data, weights or Rust sources this unified diff touches
    #[arg(long, value_name = "FILE", help_heading = "Mutants")]
    pub(super) in_diff: Option<PathBuf>,

    /// List the mutants and run none
    #[arg(long, help_heading = "Mutants")]
    pub(super) list: bool,

    /// Do not look for properties that would have caught what was missed, which may take longer than all
    /// else
    #[arg(long, help_heading = "Mutants")]
    pub(super) no_advice: bool,

    #[command(flatten)]
    profile: ProfileOption,

    /// Device that the tests run on [default: auto]
    #[arg(long, value_name = "DEVICE", value_enum, help_heading = "Run options")]
    device: Option<DeviceArgument>,

    /// Use this seed instead of each spec's `training.seed`
    #[arg(long, value_name = "NUMBER", help_heading = "Run options")]
    pub(super) seed: Option<u64>,

    /// Mutants that run at once, each in a process of its own [default: as `run`]
    #[arg(long, short, value_name = "NUMBER", help_heading = "Run options")]
    jobs: Option<NonZeroUsize>,

    /// Kill a mutant that runs for this long [default: 20 times as long as the spec without a fault]
    #[arg(long, value_name = "SECONDS", help_heading = "Run options")]
    pub(super) timeout: Option<u64>,

    /// The least limit that is derived from the run without a fault
    #[arg(long, value_name = "SECONDS", default_value_t = 120, help_heading = "Run options")]
    pub(super) minimum_test_timeout: u64,

    #[command(flatten)]
    pub(super) build: BuildOptions,

    /// Print one JSON document
    #[arg(long, help_heading = "Output options")]
    pub(super) json: bool,

    /// Write `mutants.out` into this folder [default: `nn-test` in cargo's target folder]
    #[arg(long, short, value_name = "FOLDER", help_heading = "Output options")]
    pub(super) output: Option<PathBuf>,

    #[command(flatten)]
    pub(in super::super) color: ColorOption,
}

impl MutantsOptions {
    /// What the options say that a profile can say, too.
    pub(super) fn command_line(&self) -> CommandLine {
        let line = self.build.say(self.profile.command_line());
        let jobs = self.jobs.map(|jobs| Value::Number(jobs.get() as u64));
        line.with(Key::Device, self.device.map(settings::word)).with(Key::Jobs, jobs)
    }
}
