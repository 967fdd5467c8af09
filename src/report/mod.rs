//! Reporters: each renders the one stream of events.
//!
//! A reporter knows [`event`]s and a writer. It measures nothing, judges nothing and knows neither
//! specs nor devices.

pub mod event;
mod failure;
mod human;
mod json;
mod output;
mod paint;
#[cfg(feature = "cli")]
mod progress;
mod text;

pub use failure::describe;
pub use human::HumanReporter;
pub use json::JsonReporter;
#[cfg(feature = "cli")]
pub use progress::{PlainProgress, TerminalProgress};

#[cfg(feature = "cli")]
pub(crate) use {
    paint::{Mark, diagnostic as rustc_colors, diff as diff_colors, heading, marked},
    text::{counted, indented, wrapped},
};

#[cfg(test)]
mod examples;
