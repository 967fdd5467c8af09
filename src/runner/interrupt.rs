//! Ctrl-C and the termination signal.

use std::process;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;

use super::worker::Notice;
use crate::exit_code;

/// Sends the first interrupt to the supervisor, which ends its workers and reports what ran. A
/// second one ends this process at once; the workers see their standard input close and follow.
///
/// # Errors
///
/// When the system refuses the handler, or one was installed before.
pub fn forward_interrupts(supervisor: Sender<Notice>) -> Result<(), ctrlc::Error> {
    let interrupted = AtomicBool::new(false);
    ctrlc::set_handler(move || {
        let again = interrupted.swap(true, Ordering::SeqCst);
        if again || supervisor.send(Notice::Interrupt).is_err() {
            process::exit(exit_code::INTERRUPTED.into());
        }
    })
}
