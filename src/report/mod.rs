//! Reporters: each renders the one stream of events.
//!
//! A reporter knows [`event`]s and a writer. It measures nothing, judges nothing and knows neither
//! specs nor devices.

mod diagnosis;
pub mod event;
mod failure;
mod folded;
mod gathered;
#[cfg(feature = "cli")]
mod github;
mod human;
mod json;
#[cfg(feature = "cli")]
mod junit;
mod line;
#[cfg(feature = "cli")]
mod markdown;
#[cfg(feature = "cli")]
mod merge;
mod output;
mod paint;
#[cfg(feature = "cli")]
mod progress;
#[cfg(feature = "cli")]
mod record;
#[cfg(feature = "cli")]
mod shard;
mod text;

pub use failure::describe;
pub use human::{HumanReporter, MOST_COLUMNS, StatusLevel, View};
pub use json::JsonReporter;
#[cfg(feature = "cli")]
pub use {
    github::annotations,
    junit::junit,
    markdown::{GITHUB_LIMIT, summary as markdown_summary},
    merge::merge,
    progress::{PlainProgress, TerminalProgress},
    record::{Device, RecordedTest, RunRecord},
    shard::{Shard, ShardError},
};

#[cfg(feature = "cli")]
pub(crate) use {
    paint::{Mark, diagnostic as rustc_colors, diff as diff_colors, heading, marked},
    text::{counted, indented, wrapped},
};

#[cfg(test)]
pub(crate) mod examples;
#[cfg(test)]
mod schema_tests;
