//! The command line of `cargo nn-test`: one file per subcommand, its options beside its code.
//!
//! Everything here is an edge: it reads arguments, environment and folders, calls the parts of the
//! library that do the work, and prints. `seams` is the one place where the commands meet the spec
//! language, the test cases and the devices.

mod app;
mod arguments;
mod build;
mod cases;
mod check;
mod color;
mod completions;
mod doctor;
mod error;
mod explain;
mod init;
mod limits;
mod list;
mod models;
mod mutants;
mod new;
mod nothing;
mod options;
mod output_file;
mod paths;
mod pictures;
mod report;
mod report_options;
mod reporters;
mod run;
mod schema;
mod seams;
mod settings;
mod show;
mod show_config;
mod width;
mod work;
mod worker;

pub use app::run;
pub use error::Error;
