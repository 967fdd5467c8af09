//! `cargo nn-test completions SHELL`.

use std::io::Write;

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::Error;
use super::app::App;

/// Options of `completions`.
#[derive(Debug, Clone, Args)]
pub(super) struct CompletionsOptions {
    /// Shell to write the script for; it completes `cargo-nn-test`
    #[arg(value_enum)]
    shell: Shell,
}

impl CompletionsOptions {
    pub(super) fn execute(self, output: &mut impl Write) -> Result<(), Error> {
        // clap_complete panics when it cannot write; a vector always can.
        let mut script = Vec::new();
        let mut command = App::command().bin_name("cargo-nn-test");
        clap_complete::generate(self.shell, &mut command, "cargo-nn-test", &mut script);
        output.write_all(&script)?;
        Ok(())
    }
}
