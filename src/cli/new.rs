//! `cargo nn-test new TASK`: prints a complete, commented spec. It is written nowhere: whoever wants it
//! says where.

mod columns;
mod text;

use std::fs::File;
use std::io::Write;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Error;
use columns::Columns;
use text::{Data, Model, Task, spec};

/// Options of `new`.
#[derive(Debug, Clone, Args)]
pub(super) struct NewOptions {
    /// What the network is for
    task: NewTask,
    /// A registered Rust model, in place of layers
    #[arg(long, value_name = "NAME", required_if_eq("task", "objective"))]
    rust: Option<String>,
    /// A CSV file with a header: its columns are looked at, and target and shape proposed
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
}

/// The tasks, as the command line names them: like the language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
enum NewTask {
    /// One of several classes
    Classification,
    /// Yes or no
    BinaryClassification,
    /// A number
    Regression,
    /// A Rust model with a loss of its own
    Objective,
}

impl NewOptions {
    pub(super) fn execute(self, output: &mut impl Write) -> Result<(), Error> {
        let task = match self.task {
            NewTask::Classification => Task::Classification,
            NewTask::BinaryClassification => Task::BinaryClassification,
            NewTask::Regression => Task::Regression,
            NewTask::Objective => Task::Objective,
        };
        let model = self.rust.map_or(Model::Layers, Model::Rust);
        let data = match self.csv {
            None => Data::MadeUp,
            Some(file) if task == Task::Objective => {
                let reason = "a model with a loss of its own brings its own data".to_owned();
                return Err(Error::UnusableTable { file, reason });
            }
            Some(file) => {
                let unusable = |reason: String| Error::UnusableTable { file: file.clone(), reason };
                let read = File::open(&file).map_err(|error| unusable(error.to_string()))?;
                let columns = Columns::read(read).map_err(unusable)?;
                Data::of_table(&file, &columns, task).map_err(unusable)?
            }
        };
        output.write_all(spec(task, &data, &model).as_bytes())?;
        Ok(())
    }
}
