//! What the supervisor needs of workers; processes are one kind, scripts of tests another.

use std::io;
use std::sync::mpsc::Sender;

use super::ending::Ending;
use super::work::Role;
use crate::protocol::Order;

/// What reaches the supervisor while workers live.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// From the worker of that number.
    From(usize, Word),
    /// The user or the system wants the run to end.
    Interrupt,
}

/// What comes from a worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Word {
    /// A line of its standard output: a message or a stray print.
    Stdout(String),
    /// A line of its standard error.
    Stderr(String),
    /// One of the two streams has ended.
    Closed,
}

/// Starts workers. Each sends its lines to `notices` under its number, and [`Word::Closed`] once per
/// stream.
pub trait Launcher {
    /// # Errors
    ///
    /// When the process cannot be started.
    fn launch(
        &mut self,
        role: &Role,
        number: usize,
        notices: &Sender<Notice>,
    ) -> io::Result<Box<dyn Worker>>;
}

/// A running worker.
pub trait Worker {
    /// Tells it what to do next. One that is dead already does not listen, which is no error: its
    /// streams tell.
    ///
    /// # Errors
    ///
    /// When the order cannot be put into words.
    fn tell(&mut self, order: &Order) -> io::Result<()>;
    /// Ends it at once.
    fn kill(&mut self);
    /// How it ended, once it has.
    fn ending(&mut self) -> Option<Ending>;
    /// Bytes of memory that it occupies, where the system says.
    fn memory(&mut self) -> Option<u64>;
}
