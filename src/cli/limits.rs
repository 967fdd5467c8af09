//! From settings to the limits of a run: what is right for this machine where nothing is set.

use std::num::NonZeroUsize;
use std::thread;
use std::time::Duration;

use sysinfo::System;

use super::settings::source;
use crate::config::{Key, Limit, Settings};
use crate::device::DeviceChoice;
use crate::runner::{Limits, MemoryLimit, Timeout, Work};

/// The share of the machine's memory that all workers may occupy together: the system, the editor
/// and the caches need the rest.
const MEMORY_PERCENT: u64 = 75;

/// What the machine has to offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Machine {
    pub(super) cores: NonZeroUsize,
    /// Bytes; 0 where the system does not say.
    pub(super) memory: u64,
}

impl Machine {
    pub(super) fn here() -> Self {
        let mut system = System::new();
        system.refresh_memory();
        let cores = thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        Self { cores, memory: system.total_memory() }
    }
}

/// The limits of a run: those that are set, and what is right for this machine where none is.
pub(super) fn limits(settings: &Settings, machine: Machine, work: &Work) -> Limits {
    let jobs = settings.jobs().unwrap_or_else(|| default_jobs(machine, work));
    let jobs = jobs.min(NonZeroUsize::new(work.jobs.len()).unwrap_or(NonZeroUsize::MIN));
    Limits {
        jobs,
        max_fail: settings.max_fail(),
        silence: settings.silence(),
        memory: memory(settings, machine, jobs),
    }
}

/// The time limit of a spec that says `own` itself; a limit of zero is none. `None` leaves it to what
/// the supervisor knows of earlier runs.
pub(super) fn timeout(settings: &Settings, own: Option<u64>) -> Option<Timeout> {
    let duration = match settings.timeout(own.map(Duration::from_secs)) {
        Limit::Auto => return None,
        Limit::Without => Duration::ZERO,
        Limit::Of(duration) => duration,
    };
    let source = match own {
        Some(_) if !settings.is_said_for_this_run(Key::Timeout) => {
            "`timeout` in the spec".to_owned()
        }
        _ => source(settings, Key::Timeout),
    };
    Some(Timeout { duration, source })
}

/// A GPU does one thing at a time, and all processes share its memory: a second worker makes the
/// first one slower, and may take from it what it needs. Cores are there to be shared.
fn default_jobs(machine: Machine, work: &Work) -> NonZeroUsize {
    let cpu = work.roles.iter().all(|role| role.set_up.device == DeviceChoice::Cpu);
    if cpu { machine.cores } else { NonZeroUsize::MIN }
}

fn memory(settings: &Settings, machine: Machine, jobs: NonZeroUsize) -> Option<MemoryLimit> {
    let limit = match settings.memory_limit() {
        Limit::Without => return None,
        Limit::Of(bytes) => MemoryLimit { bytes, source: source(settings, Key::MemoryLimit) },
        Limit::Auto => {
            let share = machine.memory / 100 * MEMORY_PERCENT;
            let shared = match jobs.get() {
                1 => String::new(),
                jobs => format!(", shared by {jobs} specs at once"),
            };
            let source =
                format!("the default ({MEMORY_PERCENT} % of the machine's memory{shared})");
            MemoryLimit { bytes: share / jobs.get() as u64, source }
        }
    };
    Some(limit).filter(|limit| limit.bytes > 0)
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::super::settings::tests::settings;
    use super::*;
    use crate::protocol::{Assignment, SetUp};
    use crate::runner::{Job, Program, Role};

    fn work(device: DeviceChoice) -> Work {
        let set_up =
            SetUp { device, seed: None, severities: Default::default(), called_from: "/p".into() };
        let job = Job {
            role: 0,
            spec: "a".to_owned(),
            assignment: Assignment {
                package_root: "/p".into(),
                path: "/p/specs/a.yaml".into(),
                file: "specs/a.yaml".into(),
                specs_dir: "/p/specs".into(),
                tests: vec!["a::learns".to_owned()],
                mutation: None,
                pictures: None,
            },
            places: HashMap::new(),
            timeout: Some(Timeout { duration: Duration::from_secs(7), source: "spec".into() }),
            whole: true,
        };
        let roles = vec![Role { program: Program::default(), set_up }];
        Work { foregone: Vec::new(), roles, jobs: vec![job; 6] }
    }

    fn on(line: &str, work: &Work) -> Limits {
        let machine = Machine { cores: NonZeroUsize::new(4).unwrap(), memory: 16 << 30 };
        limits(&settings(line), machine, work)
    }

    fn of(line: &str) -> Limits {
        on(line, &work(DeviceChoice::Cpu))
    }

    #[test]
    fn on_the_cpu_there_are_as_many_jobs_as_cores_and_never_more_than_specs() {
        assert_eq!(of("").jobs.get(), 4);
        assert_eq!(of("-j 2").jobs.get(), 2);
        assert_eq!(of("--jobs 100").jobs.get(), 6);
        assert_eq!(on("", &Work::default()).jobs.get(), 1);
    }

    #[test]
    fn where_there_may_be_a_gpu_one_spec_runs_at_a_time_unless_told_otherwise() {
        for device in [DeviceChoice::Auto, DeviceChoice::Wgpu] {
            assert_eq!(on("", &work(device)).jobs.get(), 1);
            assert_eq!(on("-j 3", &work(device)).jobs.get(), 3);
        }
    }

    #[test]
    fn a_timeout_names_who_set_it() {
        let of = |line, own| {
            let timeout = timeout(&settings(line), own);
            timeout.map(|timeout| (timeout.duration.as_secs(), timeout.source))
        };
        assert_eq!(of("", None), None);
        assert_eq!(of("", Some(7)), Some((7, "`timeout` in the spec".to_owned())));
        assert_eq!(of("--timeout 30", Some(7)), Some((30, "`--timeout`".to_owned())));
        assert_eq!(of("--timeout 0", Some(7)), Some((0, "`--timeout`".to_owned())));
    }

    #[test]
    fn silence_is_limited_unless_it_is_zero() {
        assert_eq!(of("").silence, Some(Duration::from_secs(600)));
        assert_eq!(of("--silence 5").silence, Some(Duration::from_secs(5)));
        assert_eq!(of("--silence 0").silence, None);
    }

    #[test]
    fn workers_share_three_quarters_of_the_memory() {
        let memory = of("-j 3").memory.unwrap();
        assert_eq!(memory.bytes >> 20, 4095);
        assert_eq!(
            memory.source,
            "the default (75 % of the machine's memory, shared by 3 specs at once)"
        );
        assert_eq!(of("--memory-limit 8GiB").memory.unwrap().bytes, 8 << 30);
        assert_eq!(of("--memory-limit 0").memory, None);
    }
}
