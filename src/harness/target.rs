//! The ways in which a test target is started: by `cargo test`, or as a worker of `cargo nn-test`.

use std::io;
use std::process::ExitCode;

use super::site::Site;
use super::{WorkerError, trials, worker};
use crate::exit_code;
use crate::protocol::{self, EventWriter, MODELS_ARGUMENT, Models, WORKER_ARGUMENT};

/// How this process was started.
#[derive(Debug, PartialEq, Eq)]
enum Start {
    /// With libtest's arguments, or none.
    Tests,
    /// To run what a supervisor orders.
    Worker,
    /// To say which models are registered.
    Models,
}

impl Start {
    /// Takes the arguments with the program's own name first.
    fn of(mut arguments: impl Iterator<Item = std::ffi::OsString>) -> Self {
        match arguments.nth(1) {
            Some(first) if first == WORKER_ARGUMENT => Self::Worker,
            Some(first) if first == MODELS_ARGUMENT => Self::Models,
            _ => Self::Tests,
        }
    }
}

/// The whole of a test target. [`main!`](crate::main) calls it.
pub fn main(site: Site) -> ExitCode {
    match Start::of(std::env::args_os()) {
        Start::Tests => trials::run(site),
        Start::Models => {
            let names = site.models.names().map(str::to_owned).collect();
            EventWriter::new(io::stdout()).models(Models::new(names));
            ExitCode::SUCCESS
        }
        Start::Worker => {
            let mut events = EventWriter::new(io::stdout());
            match worker(site.models, protocol::from_supervisor(), &mut events) {
                Ok(()) => ExitCode::SUCCESS,
                Err(error) => {
                    eprintln!("{error}");
                    ExitCode::from(exit_code_of(&error))
                }
            }
        }
    }
}

fn exit_code_of(error: &WorkerError) -> u8 {
    match error {
        WorkerError::AdapterRequired(_) => exit_code::ADAPTER_REQUIRED,
        WorkerError::Unreadable(_) | WorkerError::NoSetUp => exit_code::INTERNAL_ERROR,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start(line: &str) -> Start {
        Start::of(line.split(' ').map(Into::into))
    }

    #[test]
    fn only_the_first_argument_makes_a_worker() {
        assert_eq!(start("specs --nn-test-worker"), Start::Worker);
        assert_eq!(start("specs --nn-test-models"), Start::Models);
        for line in ["specs", "specs --list", "specs --exact --nn-test-worker"] {
            assert_eq!(start(line), Start::Tests);
        }
    }
}
