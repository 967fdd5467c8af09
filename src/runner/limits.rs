//! How far a run and each of its specs may go.

use std::num::NonZeroUsize;
use std::time::Duration;

/// What holds for the whole run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Workers that run at once.
    pub jobs: NonZeroUsize,
    /// Failed test cases after which nothing more is run.
    pub max_fail: Option<NonZeroUsize>,
    /// How long a worker may say nothing before it counts as hung.
    pub silence: Option<Duration>,
    /// What a worker may occupy.
    pub memory: Option<MemoryLimit>,
}

/// How long a spec may run, from when its worker began it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timeout {
    pub duration: Duration,
    /// Who says so; follows "set by".
    pub source: String,
}

/// How much memory a worker may occupy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemoryLimit {
    pub bytes: u64,
    /// Who says so; follows "set by".
    pub source: String,
}

impl Default for Limits {
    /// One worker, and no limit.
    fn default() -> Self {
        Self { jobs: NonZeroUsize::MIN, max_fail: None, silence: None, memory: None }
    }
}

/// A limit that a worker went beyond, so that it was killed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Exceeded {
    Silence(Duration),
    Time(Timeout),
    Memory {
        used: u64,
        allowed: MemoryLimit,
    },
    /// It had nothing left to do and did not end.
    Leave,
}

impl Exceeded {
    /// A phrase that follows "the worker process", like that of an ending.
    pub(super) fn phrase(&self) -> String {
        match self {
            Self::Silence(silence) => {
                format!("gave no sign of life for {} and was killed", seconds(*silence))
            }
            Self::Time(timeout) => {
                format!("worked on this spec for {} and was killed", seconds(timeout.duration))
            }
            Self::Memory { used, allowed } => format!(
                "occupied {} of memory, where {} are allowed, and was killed",
                bytes_at_least(*used),
                bytes(allowed.bytes)
            ),
            Self::Leave => "did not end by itself and was killed".to_owned(),
        }
    }

    /// Who set the limit, and how to raise it.
    pub(super) fn advice(&self) -> Option<String> {
        Some(match self {
            Self::Silence(_) => {
                "a spec that computes this long without a word gets more time with \
                                 `--silence SECONDS` (0 waits for ever)"
                    .to_owned()
            }
            Self::Time(timeout) => format!(
                "the limit is set by {}; raise it with `--timeout SECONDS`, `NN_TEST_TIMEOUT` or \
                 `timeout:` in the spec",
                timeout.source
            ),
            Self::Memory { allowed, .. } => format!(
                "the limit is set by {}; raise it with `--memory-limit`, or run fewer specs at \
                 once with `-j`",
                allowed.source
            ),
            Self::Leave => return None,
        })
    }
}

/// Whole seconds as such, shorter times with what they have of them.
pub(super) fn seconds(duration: Duration) -> String {
    match duration.subsec_millis() {
        0 => format!("{} s", duration.as_secs()),
        _ => format!("{:.1} s", duration.as_secs_f64()),
    }
}

const UNITS: [(&str, u64); 4] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1)];

/// `8 GiB`, `512 MiB`; one digit behind the point where it says something.
pub(crate) fn bytes(bytes: u64) -> String {
    let (unit, size) = unit(bytes);
    let (whole, tenths) = (bytes / size, bytes % size * 10 / size);
    if tenths == 0 { format!("{whole} {unit}") } else { format!("{whole}.{tenths} {unit}") }
}

/// The same, rounded up: what is beyond a limit shall look like that.
fn bytes_at_least(size: u64) -> String {
    bytes(size.saturating_add(unit(size).1.div_ceil(10) - 1))
}

fn unit(bytes: u64) -> (&'static str, u64) {
    UNITS.into_iter().find(|(_, size)| bytes >= *size).unwrap_or(("B", 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exceeded_limit_is_said_with_its_measure_its_source_and_the_way_to_raise_it() {
        let allowed = MemoryLimit { bytes: 8 << 30, source: "`--memory-limit`".to_owned() };
        let exceeded = Exceeded::Memory { used: (9 << 30) + (1 << 29), allowed };
        assert_eq!(
            exceeded.phrase(),
            "occupied 9.5 GiB of memory, where 8 GiB are allowed, and was killed"
        );
        assert_eq!(
            exceeded.advice().unwrap(),
            "the limit is set by `--memory-limit`; raise it with `--memory-limit`, or run fewer \
             specs at once with `-j`"
        );
        let timeout = Timeout { duration: Duration::from_secs(60), source: "x".to_owned() };
        assert_eq!(Exceeded::Time(timeout).phrase(), "worked on this spec for 60 s and was killed");
    }

    #[test]
    fn sizes_and_times_are_short() {
        assert_eq!(bytes(0), "0 B");
        assert_eq!(bytes(1023), "1023 B");
        assert_eq!(bytes(3 << 19), "1.5 MiB");
        assert_eq!(bytes_at_least((2 << 30) + 1), "2.1 GiB");
        assert_eq!(bytes_at_least(3 << 29), "1.5 GiB");
        assert_eq!(bytes_at_least(7), "7 B");
        assert_eq!(bytes(u64::MAX), "17179869183.9 GiB");
        assert_eq!(seconds(Duration::from_secs(600)), "600 s");
        assert_eq!(seconds(Duration::from_millis(1500)), "1.5 s");
    }
}
