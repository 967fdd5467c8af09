//! Reporters: each renders the one stream of events.

pub mod event;
