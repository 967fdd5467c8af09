//! From options to the limits of a run: the only place that knows their defaults.

use std::num::NonZeroUsize;
use std::thread;
use std::time::Duration;

use sysinfo::System;

use super::options::ExecutionOptions;
use crate::device::DeviceChoice;
use crate::runner::{Limits, MemoryLimit, Timeout, Work};

/// A worker that says nothing for this long hangs. Loading data and compiling kernels are the
/// longest silences of one that does not; progress is reported several times per second.
const SILENCE: u64 = 600;

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

/// The limits of a run, with their defaults; also sets the time limit of each job where the options
/// have one, which counts more than the spec's own.
pub(super) fn limits(options: &ExecutionOptions, machine: Machine, work: &mut Work) -> Limits {
    if let Some(seconds) = options.timeout {
        let source = "`--timeout` or `NN_TEST_TIMEOUT`".to_owned();
        let timeout = Timeout { duration: Duration::from_secs(seconds), source };
        work.jobs.iter_mut().for_each(|job| job.timeout = Some(timeout.clone()));
    }
    let jobs = options.jobs.unwrap_or_else(|| default_jobs(machine, work));
    let jobs = jobs.min(NonZeroUsize::new(work.jobs.len()).unwrap_or(NonZeroUsize::MIN));
    let silence = options.silence.unwrap_or(SILENCE);
    Limits {
        jobs,
        max_fail: options.max_fail(),
        silence: (silence > 0).then(|| Duration::from_secs(silence)),
        memory: memory(options, machine, jobs),
    }
}

/// A GPU does one thing at a time, and all processes share its memory: a second worker makes the
/// first one slower, and may take from it what it needs. Cores are there to be shared.
fn default_jobs(machine: Machine, work: &Work) -> NonZeroUsize {
    let cpu = work.roles.iter().all(|role| role.set_up.device == DeviceChoice::Cpu);
    if cpu { machine.cores } else { NonZeroUsize::MIN }
}

fn memory(options: &ExecutionOptions, machine: Machine, jobs: NonZeroUsize) -> Option<MemoryLimit> {
    let limit = match options.memory_limit {
        Some(bytes) => MemoryLimit { bytes, source: "`--memory-limit`".to_owned() },
        None => {
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

    use clap::Parser;

    use super::*;
    use crate::protocol::{Assignment, SetUp};
    use crate::runner::{Job, Program, Role};

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        execution: ExecutionOptions,
    }

    fn work(device: DeviceChoice) -> Work {
        let set_up = SetUp { device, seed: None, called_from: "/p".into() };
        let job = Job {
            role: 0,
            assignment: Assignment {
                package_root: "/p".into(),
                path: "/p/specs/a.yaml".into(),
                file: "specs/a.yaml".into(),
                specs_dir: "/p/specs".into(),
                tests: vec!["a::learns".to_owned()],
            },
            places: HashMap::new(),
            timeout: Some(Timeout { duration: Duration::from_secs(7), source: "spec".into() }),
            whole: true,
        };
        let roles = vec![Role { program: Program::default(), set_up }];
        Work { foregone: Vec::new(), roles, jobs: vec![job; 6] }
    }

    fn on(line: &str, work: &mut Work) -> Limits {
        let line = Line::parse_from(["x"].into_iter().chain(line.split_whitespace()));
        let machine = Machine { cores: NonZeroUsize::new(4).unwrap(), memory: 16 << 30 };
        limits(&line.execution, machine, work)
    }

    fn of(line: &str) -> Limits {
        on(line, &mut work(DeviceChoice::Cpu))
    }

    #[test]
    fn on_the_cpu_there_are_as_many_jobs_as_cores_and_never_more_than_specs() {
        assert_eq!(of("").jobs.get(), 4);
        assert_eq!(of("-j 2").jobs.get(), 2);
        assert_eq!(of("--jobs 100").jobs.get(), 6);
        assert_eq!(on("", &mut Work::default()).jobs.get(), 1);
    }

    #[test]
    fn where_there_may_be_a_gpu_one_spec_runs_at_a_time_unless_told_otherwise() {
        for device in [DeviceChoice::Auto, DeviceChoice::Wgpu] {
            assert_eq!(on("", &mut work(device)).jobs.get(), 1);
            assert_eq!(on("-j 3", &mut work(device)).jobs.get(), 3);
        }
    }

    #[test]
    fn a_timeout_of_the_command_line_counts_more_than_the_specs() {
        let mut unchanged = work(DeviceChoice::Cpu);
        on("", &mut unchanged);
        assert_eq!(unchanged, work(DeviceChoice::Cpu));
        let mut changed = work(DeviceChoice::Cpu);
        on("--timeout 30", &mut changed);
        let timeout = changed.jobs[5].timeout.clone().unwrap();
        assert_eq!(timeout.duration, Duration::from_secs(30));
        assert_eq!(timeout.source, "`--timeout` or `NN_TEST_TIMEOUT`");
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
