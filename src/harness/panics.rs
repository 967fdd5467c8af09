//! Panics as values: caught, silent, with message and place.

use std::any::Any;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::cell::{Cell, RefCell};
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, Once, PoisonError};
use std::thread;

thread_local! {
    /// Whether a panic of this thread is being caught.
    static CATCHING: Cell<bool> = const { Cell::new(false) };
    /// The last caught panic of this thread, as text.
    static CAUGHT: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Whether panics of other threads are kept instead of printed.
static KEEPING: AtomicBool = AtomicBool::new(false);
/// Panics of other threads since they were last taken.
static KEPT: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Runs `work` and gives a panic as text: message, place, and backtrace where `RUST_BACKTRACE` asks
/// for one. Nothing is printed. Values that `work` was changing may be half changed after a panic.
pub(super) fn caught<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    install_hook();
    let outer = CATCHING.replace(true);
    let result = panic::catch_unwind(AssertUnwindSafe(work));
    CATCHING.set(outer);
    result.map_err(|payload| {
        let recorded = CAUGHT.take();
        recorded.unwrap_or_else(|| payload_text(payload.as_ref()).to_owned())
    })
}

/// From now on panics of other threads (a device's tasks) are kept for [`take_kept`] and no longer
/// printed. For processes whose only business is a session.
pub(super) fn keep_those_of_other_threads() {
    install_hook();
    KEEPING.store(true, Ordering::Relaxed);
}

/// The panics of other threads since the last call.
pub(super) fn take_kept() -> Vec<String> {
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

fn describe(info: &PanicHookInfo<'_>) -> String {
    let message = payload_text(info.payload());
    let place = info.location().map(|place| format!("\nat {place}")).unwrap_or_default();
    let trace = Backtrace::capture();
    match trace.status() {
        BacktraceStatus::Captured => format!("{message}{place}\n{trace}"),
        _ => format!("{message}{place}"),
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
