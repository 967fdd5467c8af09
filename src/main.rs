//! `cargo nn-test`: calls the command line and turns its error into text and exit code.

#![forbid(unsafe_code)]

use std::process::ExitCode;

use nn_test::{cli, exit_code};

fn main() -> ExitCode {
    // The panic itself has been printed by then, with its place.
    let outcome = std::panic::catch_unwind(|| cli::run(std::env::args_os()));
    match outcome {
        Ok(Ok(())) => ExitCode::from(exit_code::SUCCESS),
        Ok(Err(error)) => {
            error.print();
            ExitCode::from(error.exit_code())
        }
        Err(_) => ExitCode::from(exit_code::INTERNAL_ERROR),
    }
}
