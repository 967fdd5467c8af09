//! Panics as values: caught, silent, with message and place.

use std::any::Any;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::cell::{Cell, RefCell};
use std::fmt;
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, Once, PoisonError};
use std::thread;

thread_local! {
    /// Whether a panic of this thread is being caught.
    static CATCHING: Cell<bool> = const { Cell::new(false) };
    /// The last panic of this thread while one is being caught.
    static CAUGHT: RefCell<Option<Report>> = const { RefCell::new(None) };
}

/// What a panic said of itself.
#[derive(Debug)]
struct Report {
    message: String,
    /// `at file:line:column`, and the backtrace where `RUST_BACKTRACE` asks for one.
    place: String,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}", self.message, self.place)
    }
}

/// Whether panics of other threads are kept instead of printed.
static KEEPING: AtomicBool = AtomicBool::new(false);
/// Panics of other threads since they were last taken.
static KEPT: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Runs `work` and gives a panic as text: message, place, and backtrace where `RUST_BACKTRACE` asks
/// for one. Nothing is printed. Values that `work` was changing may be half changed after a panic.
pub(crate) fn caught<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    install_hook();
    CAUGHT.set(None);
    let outer = CATCHING.replace(true);
    let result = panic::catch_unwind(AssertUnwindSafe(work));
    CATCHING.set(outer);
    result.map_err(|payload| match CAUGHT.take() {
        Some(report) => report.to_string(),
        None => payload_text(payload.as_ref()).to_owned(),
    })
}

/// From now on panics of other threads (a device's tasks) are kept for [`take_kept`] and no longer
/// printed. For processes whose only business is a session.
pub(crate) fn keep_those_of_other_threads() {
    install_hook();
    KEEPING.store(true, Ordering::Relaxed);
}

/// The panics of other threads since the last call.
pub(crate) fn take_kept() -> Vec<String> {
    std::mem::take(&mut *KEPT.lock().unwrap_or_else(PoisonError::into_inner))
}

fn install_hook() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if CATCHING.get() {
                CAUGHT.set(Some(describe(info)));
            } else if KEEPING.load(Ordering::Relaxed) {
                let thread = thread::current();
                let name = thread.name().unwrap_or("without a name");
                let text = format!("thread {name}: {}", describe(info));
                KEPT.lock().unwrap_or_else(PoisonError::into_inner).push(text);
            } else {
                previous(info);
            }
        }));
    });
}

fn describe(info: &PanicHookInfo<'_>) -> Report {
    let message = payload_text(info.payload()).to_owned();
    let place = info.location().map_or("at an unknown place".to_owned(), |at| format!("at {at}"));
    let trace = Backtrace::capture();
    match trace.status() {
        BacktraceStatus::Captured => Report { message, place: format!("{place}\n{trace}") },
        _ => Report { message, place },
    }
}

fn payload_text(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    text.or(payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("a panic without text")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_that_ends_well_gives_its_value() {
        assert_eq!(caught(|| 3), Ok(3));
    }

    #[test]
    fn a_panic_is_told_with_its_message_and_place() {
        let text = caught(|| panic!("shape {}", 3)).unwrap_err();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "shape 3");
        assert!(lines[1].starts_with("at ") && lines[1].contains("panics.rs:"), "{text}");
    }

    #[test]
    fn a_panic_within_a_caught_panic_belongs_to_the_inner_one() {
        let inner = caught(|| {
            let inner = caught(|| panic!("inner")).unwrap_err();
            assert!(inner.starts_with("inner"));
            panic!("outer")
        });
        assert!(inner.unwrap_err().starts_with("outer"));
    }

    #[test]
    fn a_panic_with_a_value_of_its_own_is_told_too() {
        let text = caught(|| panic::panic_any(5)).unwrap_err();
        assert!(text.starts_with("a panic without text\nat "), "{text}");
    }
}
