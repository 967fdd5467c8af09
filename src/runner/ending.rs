//! How a worker process ended, in words.

use std::fmt;
use std::process::ExitStatus;

use crate::exit_code;

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    Code(i32),
    /// Unix only.
    Signal(i32),
    /// The system does not say.
    Unknown,
}

impl Ending {
    pub fn is_success(self) -> bool {
        self == Self::Code(exit_code::SUCCESS.into())
    }
}

impl From<ExitStatus> for Ending {
    fn from(status: ExitStatus) -> Self {
        match (status.code(), signal(status)) {
            (Some(code), _) => Self::Code(code),
            (None, Some(signal)) => Self::Signal(signal),
            (None, None) => Self::Unknown,
        }
    }
}

#[cfg(unix)]
fn signal(status: ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status)
}

#[cfg(not(unix))]
fn signal(_status: ExitStatus) -> Option<i32> {
    None
}

impl fmt::Display for Ending {
    /// A phrase that follows "the worker": "was ended by signal 11 (SIGSEGV)".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Code(0) => write!(f, "ended before all its tests were done"),
            Self::Code(code) => write!(f, "ended with exit code {code}"),
            Self::Signal(signal) => match signal_name(signal) {
                Some(name) => write!(f, "was ended by signal {signal} ({name})"),
                None => write!(f, "was ended by signal {signal}"),
            },
            Self::Unknown => write!(f, "ended without saying why"),
        }
    }
}

/// Names of the signals that end a process on its own account, where their numbers are the same on
/// Linux and macOS.
fn signal_name(signal: i32) -> Option<&'static str> {
    Some(match signal {
        2 => "SIGINT",
        4 => "SIGILL",
        5 => "SIGTRAP",
        6 => "SIGABRT",
        8 => "SIGFPE",
        9 => "SIGKILL, perhaps for want of memory",
        11 => "SIGSEGV",
        13 => "SIGPIPE",
        15 => "SIGTERM",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ending_is_said_in_words() {
        assert_eq!(Ending::Signal(11).to_string(), "was ended by signal 11 (SIGSEGV)");
        assert_eq!(Ending::Signal(64).to_string(), "was ended by signal 64");
        assert_eq!(Ending::Code(134).to_string(), "ended with exit code 134");
        assert_eq!(Ending::Code(0).to_string(), "ended before all its tests were done");
    }

    #[test]
    fn only_exit_code_zero_is_success() {
        assert!(Ending::Code(0).is_success());
        assert!(!Ending::Code(1).is_success());
        assert!(!Ending::Signal(9).is_success());
    }
}
