//! `cargo nn-test show`: what a spec's model looks like, without a device and without a run.

mod mermaid;
mod model;
mod table;

use std::io::Write;

use clap::{Args, ValueEnum};

pub(super) use self::model::{ShownKind, ShownModel};
use super::cases::choose;
use super::error::{Error, warn_plain};
use super::options::{ColorOption, NoTests, SelectionOptions};
use super::seams;
use crate::report::rustc_colors;

/// Options of `show`.
#[derive(Debug, Clone, Args)]
pub(super) struct ShowOptions {
    #[command(flatten)]
    selection: SelectionOptions,

    /// How the model is shown
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    #[arg(help_heading = "Output options")]
    format: ShowFormat,

    #[command(flatten)]
    pub(super) color: ColorOption,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum ShowFormat {
    /// Layers with shapes, parameters, multiply-adds and memory
    #[default]
    Table,
    /// A Mermaid flowchart, which GitHub shows as a picture
    Mermaid,
    /// One line of JSON per spec
    Json,
}

impl ShowOptions {
    pub(super) fn execute(self, output: &mut impl Write) -> Result<(), Error> {
        let choice = choose(&self.selection)?;
        choice.unless_empty(NoTests::Fail)?;
        let mut broken = false;
        let mut first = true;
        for spec in choice.specs() {
            match seams::show(spec) {
                Ok(model) => {
                    let text = shown(&model, self.format);
                    let gap = if first || self.format == ShowFormat::Json { "" } else { "\n" };
                    output.write_all(format!("{gap}{text}").as_bytes())?;
                    first = false;
                }
                // Whoever reads a chart or JSON shall find nothing else in it.
                Err(rejected) => {
                    warn_plain(&rustc_colors(rejected.rendered.trim_end()));
                    broken = true;
                }
            }
        }
        if broken { Err(Error::SpecErrors) } else { Ok(()) }
    }
}

fn shown(model: &ShownModel, format: ShowFormat) -> String {
    match format {
        ShowFormat::Table => table::table(model),
        ShowFormat::Mermaid => mermaid::chart(model),
        ShowFormat::Json => {
            let text = serde_json::to_string(model).expect("a model has only string keys");
            format!("{text}\n")
        }
    }
}
