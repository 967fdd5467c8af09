//! The command line as a whole.

use std::ffi::OsString;
use std::io;

use anstream::AutoStream;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use super::arguments::normalized;
use super::check::CheckOptions;
use super::completions::CompletionsOptions;
use super::doctor::DoctorOptions;
use super::explain::ExplainOptions;
use super::init::InitOptions;
use super::list::ListOptions;
use super::mutants::{MutantsOptions, NAME as MUTANTS};
use super::new::NewOptions;
use super::pictures::PicturesOptions;
use super::report::ReportCommand;
use super::run::RunOptions;
use super::show::ShowOptions;
use super::show_config::ShowConfigOptions;
use super::{Error, color, schema, worker};

const EXAMPLES: &str = "\
Examples:
  cargo nn-test                          run all specs of this package
  cargo nn-test digits --device cpu      run what has `digits` in its name, on the CPU
  cargo nn-test specs/digits_cnn.yaml    run one spec file
  cargo nn-test --workspace --max-fail 1 run the specs of all packages until one fails
  cargo nn-test explain gradients_match  what a property checks, and why

Exit codes:
  0    all selected test cases passed (warnings allowed, unless denied)
  2    the command line is wrong
  4    no test case was selected
  96   a spec or the configuration is wrong, and nothing else failed
  100  a test case failed, or a snapshot waits for review
  101  the run is incomplete
  102  `cargo metadata` failed
  105  a wgpu adapter was required and none was found
  130  interrupted";

/// Test neural networks as you test code
///
/// Reads YAML specs that describe a network, its data, its training recipe and the properties it
/// must have; runs each property as a test case; keeps the measured diagnostics as snapshots.
/// Without a command, the selected test cases are run.
#[derive(Debug, Parser)]
#[command(
    name = "cargo-nn-test",
    bin_name = "cargo nn-test",
    version,
    after_help = EXAMPLES,
    args_conflicts_with_subcommands = true,
    disable_help_subcommand = true,
    max_term_width = 100
)]
pub(super) struct App {
    #[command(subcommand)]
    command: Option<Command>,

    #[command(flatten)]
    run: RunOptions,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the selected test cases (the default)
    Run(Box<RunOptions>),
    /// List the selected test cases; opens no device
    List(ListOptions),
    /// Check specs, their data and their shapes; runs nothing, opens no device
    Check(CheckOptions),
    /// Show models: layers, shapes, parameters, multiply-adds; runs nothing, opens no device
    Show(ShowOptions),
    /// Draw what was measured: data, filters, activations, gradients, curves, answers
    Pictures(PicturesOptions),
    /// Plant faults into the subjects of specs and tell which ones no expectation catches
    Mutants(Box<MutantsOptions>),
    /// Explain a property, a layer, a loss, an optimizer or an error code
    Explain(ExplainOptions),
    /// Print the JSON Schema of specs, for editors that complete and check YAML
    Schema,
    /// Print a complete spec for a task, with comments
    New(NewOptions),
    /// Write a first spec; for a package with Burn also the test target for its models
    Init(InitOptions),
    /// Show what nn-test finds here: toolchain, specs, adapter, snapshots
    Doctor(DoctorOptions),
    /// Show the settings that count and where each comes from
    ShowConfig(ShowConfigOptions),
    /// Put reports of several runs together
    Report(ReportCommand),
    /// Print a completion script for a shell
    Completions(CompletionsOptions),
    /// Follow the orders on standard input and report events on standard output
    #[command(hide = true)]
    Worker,
    /// Open a device, run a short computation on it and report both as JSON
    #[command(hide = true)]
    Smoke(worker::SmokeOptions),
}

/// Runs the command that the arguments (with the program's own name first) ask for.
///
/// # Errors
///
/// Every failure that a user can cause or must know of. What the report has said already is an
/// error, too: it decides the exit code.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Result<(), Error> {
    let app = parse(arguments)?;
    let command = app.command.unwrap_or_else(|| Command::Run(Box::new(app.run)));
    color::set(command.color());
    let mut output = AutoStream::auto(io::stdout());
    match command {
        Command::Run(options) => options.execute(),
        Command::List(options) => options.execute(&mut output),
        Command::Pictures(options) => options.execute(&mut output),
        Command::Mutants(options) => {
            options.execute(&mut output).map_err(|error| Error::Mutants(Box::new(error)))
        }
        Command::Check(options) => options.execute(&mut output),
        Command::Show(options) => options.execute(&mut output),
        Command::Explain(options) => options.execute(&mut output),
        Command::Schema => schema::execute(&mut output),
        Command::New(options) => options.execute(&mut output),
        Command::Init(options) => options.execute(&mut output),
        Command::Doctor(options) => options.execute(&mut output),
        Command::ShowConfig(options) => options.execute(&mut output),
        Command::Report(command) => command.execute(),
        Command::Completions(options) => options.execute(&mut output),
        Command::Worker => worker::execute(),
        Command::Smoke(options) => options.execute(&mut output),
    }
}

impl Command {
    fn color(&self) -> Option<clap::ColorChoice> {
        match self {
            Self::Run(options) => options.color.color,
            Self::List(options) => options.color.color,
            Self::Pictures(options) => options.color.color,
            Self::Mutants(options) => options.color.color,
            Self::Check(options) => options.color.color,
            Self::Show(options) => options.color.color,
            Self::Explain(options) => options.color.color,
            Self::Init(options) => options.color.color,
            Self::Doctor(options) => options.color.color,
            Self::ShowConfig(options) => options.color.color,
            Self::Report(command) => command.color(),
            Self::Schema | Self::New(_) | Self::Completions(_) | Self::Worker | Self::Smoke(_) => {
                None
            }
        }
    }
}

fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<App, Error> {
    let command = App::command();
    let arguments = normalized(arguments, is_subcommand);
    let is_mutants = arguments.get(1).is_some_and(|word| word == MUTANTS);
    let matches = command.try_get_matches_from(arguments);
    let app = matches.and_then(|matches| App::from_arg_matches(&matches)).map_err(Error::from);
    match is_mutants {
        true => app.map_err(|error| Error::Mutants(Box::new(error))),
        false => app,
    }
}

/// Whether a word is a subcommand's name.
pub(super) fn is_subcommand(word: &str) -> bool {
    App::command().get_subcommands().any(|command| command.get_name() == word)
}

#[cfg(test)]
mod tests {
    use super::super::options::DeviceArgument;
    use super::*;

    fn parsed(line: &str) -> App {
        let words = ["cargo-nn-test"].into_iter().chain(line.split_whitespace());
        parse(words.map(OsString::from)).unwrap()
    }

    fn run_options(line: &str) -> RunOptions {
        let app = parsed(line);
        match app.command {
            None => app.run,
            Some(Command::Run(options)) => *options,
            Some(other) => panic!("`{line}` is no run but {other:?}"),
        }
    }

    #[test]
    fn the_definition_of_the_command_line_is_sound() {
        App::command().debug_assert();
    }

    #[test]
    fn without_a_subcommand_the_tests_are_run() {
        for line in
            ["digits --device cpu", "nn-test digits --device cpu", "run --device cpu digits"]
        {
            let options = run_options(line);
            assert_eq!(options.selection.filters, ["digits"], "{line}");
            assert_eq!(options.execution.device, Some(DeviceArgument::Cpu), "{line}");
        }
    }

    #[test]
    fn filters_may_be_several_and_mixed_with_options() {
        let options = run_options("digits --skip learns iris --exact");
        assert_eq!(options.selection.filters, ["digits", "iris"]);
        assert_eq!(options.selection.skip, ["learns"]);
        assert!(options.selection.exact);
    }

    #[test]
    fn a_subcommand_behind_common_options_is_one() {
        let app = parsed("--color never list digits");
        assert!(matches!(app.command, Some(Command::List(_))), "{app:?}");
    }

    #[test]
    fn usage_errors_have_exit_code_two_and_help_has_zero() {
        let exit_code = |line: &str| {
            let words = ["x"].into_iter().chain(line.split_whitespace());
            parse(words.map(OsString::from)).unwrap_err().exit_code()
        };
        assert_eq!(exit_code("--device gpu"), 2);
        assert_eq!(exit_code("--max-fail 0"), 2);
        assert_eq!(exit_code("list --seed 3"), 2);
        assert_eq!(exit_code("mutants --shard 3/2"), 1);
        assert_eq!(exit_code("mutants --help"), 0);
        assert_eq!(exit_code("--help"), 0);
        assert_eq!(exit_code("--version"), 0);
    }
}
