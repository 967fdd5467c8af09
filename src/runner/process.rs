//! Workers as processes.
//!
//! The plan goes to the worker's standard input as one line of JSON. Standard input then stays
//! open as a lifeline: when it closes, the supervisor is gone and the worker ends too.

use std::env;
use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{self, Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::Sender;
use std::thread;
use std::time::{Duration, Instant};

use super::ending::Ending;
use super::plan::Plan;
use super::supervisor::{Launcher, Notice, Worker};
use crate::exit_code;

/// How long a process may take to go once its streams are closed.
const GRACE: Duration = Duration::from_secs(5);
const POLL: Duration = Duration::from_millis(2);

/// Starts a program as worker.
#[derive(Debug)]
pub struct ProcessLauncher {
    program: PathBuf,
    arguments: Vec<OsString>,
}

impl ProcessLauncher {
    pub fn new(program: PathBuf, arguments: Vec<OsString>) -> Self {
        Self { program, arguments }
    }
}

impl Launcher for ProcessLauncher {
    fn launch(&mut self, plan: &Plan, notices: &Sender<Notice>) -> io::Result<Box<dyn Worker>> {
        let mut command = Command::new(&self.program);
        command
            .args(&self.arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        // insta would print its own diffs; ours go through the report.
        if env::var_os("INSTA_OUTPUT").is_none() {
            command.env("INSTA_OUTPUT", "none");
        }
        // Backtraces of panics stay; those that Burn's kernels collect at every launch go.
        if env::var_os("RUST_LIB_BACKTRACE").is_none() {
            command.env("RUST_LIB_BACKTRACE", "0");
        }
        keep_from_interrupts(&mut command);
        let mut child = command.spawn()?;
        forward_lines(child.stdout.take(), notices, Notice::Stdout);
        forward_lines(child.stderr.take(), notices, Notice::Stderr);
        let mut lifeline = child.stdin.take();
        if let Some(stdin) = &mut lifeline {
            let mut line = serde_json::to_string(plan).map_err(io::Error::from)?;
            line.push('\n');
            // A worker that died before it could read is noticed by its closed streams.
            let _ = stdin.write_all(line.as_bytes()).and_then(|()| stdin.flush());
        }
        Ok(Box::new(ProcessWorker { child, _lifeline: lifeline }))
    }
}

/// A terminal sends Ctrl-C to a whole process group: only the supervisor shall get it, so that it
/// can end the worker in its own time and report what ran.
#[cfg(unix)]
fn keep_from_interrupts(command: &mut Command) {
    std::os::unix::process::CommandExt::process_group(command, 0);
}

#[cfg(windows)]
fn keep_from_interrupts(command: &mut Command) {
    const CREATE_NEW_PROCESS_GROUP: u32 = 0x200;
    std::os::windows::process::CommandExt::creation_flags(command, CREATE_NEW_PROCESS_GROUP);
}

#[cfg(not(any(unix, windows)))]
fn keep_from_interrupts(_command: &mut Command) {}

fn forward_lines(
    stream: Option<impl Read + Send + 'static>,
    notices: &Sender<Notice>,
    notice: fn(String) -> Notice,
) {
    let notices = notices.clone();
    thread::spawn(move || {
        if let Some(stream) = stream {
            read_lines(BufReader::new(stream), |line| {
                // The supervisor may be gone already; the lines are still read, so that the
                // worker does not block on a full pipe.
                let _ = notices.send(notice(line));
            });
        }
        let _ = notices.send(Notice::Closed);
    });
}

/// Lines without their ends. Bytes that are no UTF-8 are replaced: drivers print anything.
fn read_lines(mut stream: impl BufRead, mut take: impl FnMut(String)) {
    let mut bytes = Vec::new();
    while stream.read_until(b'\n', &mut bytes).is_ok_and(|length| length > 0) {
        let line = String::from_utf8_lossy(&bytes);
        take(line.trim_end_matches(['\n', '\r']).to_owned());
        bytes.clear();
    }
}

#[derive(Debug)]
struct ProcessWorker {
    child: Child,
    _lifeline: Option<ChildStdin>,
}

impl Worker for ProcessWorker {
    fn kill(&mut self) {
        // An error means that it has ended already.
        let _ = self.child.kill();
    }

    fn wait(&mut self) -> Ending {
        let deadline = Instant::now() + GRACE;
        while Instant::now() < deadline {
            match self.child.try_wait() {
                Ok(Some(status)) => return status.into(),
                Ok(None) => thread::sleep(POLL),
                Err(_) => return Ending::Unknown,
            }
        }
        self.kill();
        self.child.wait().map_or(Ending::Unknown, Ending::from)
    }
}

/// The worker's side: reads the plan from standard input and ends this process when standard input
/// closes, which means that the supervisor is gone.
///
/// # Errors
///
/// When there is no readable plan.
pub fn read_plan() -> io::Result<Plan> {
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    let plan = serde_json::from_str(&line)?;
    thread::spawn(|| {
        let mut stdin = io::stdin().lock();
        let mut buffer = [0; 64];
        while stdin.read(&mut buffer).is_ok_and(|length| length > 0) {}
        process::exit(exit_code::RUN_INCOMPLETE.into());
    });
    Ok(plan)
}

#[cfg(all(test, unix))]
mod tests {
    use std::sync::mpsc::{Receiver, channel};

    use super::*;
    use crate::device::DeviceChoice;

    fn plan() -> Plan {
        let device = DeviceChoice::Cpu;
        Plan { device, seed: Some(3), package_root: "/p".into(), specs: Vec::new() }
    }

    fn shell(script: &str) -> (Box<dyn Worker>, Receiver<Notice>) {
        let (sender, receiver) = channel();
        let arguments = vec!["-c".into(), script.into()];
        let mut launcher = ProcessLauncher::new("/bin/sh".into(), arguments);
        (launcher.launch(&plan(), &sender).unwrap(), receiver)
    }

    fn until_closed(receiver: &Receiver<Notice>) -> Vec<Notice> {
        let mut notices = Vec::new();
        let mut closed = 0;
        while closed < 2 {
            match receiver.recv_timeout(Duration::from_secs(20)).unwrap() {
                Notice::Closed => closed += 1,
                notice => notices.push(notice),
            }
        }
        notices
    }

    #[test]
    fn both_streams_arrive_line_by_line_and_the_exit_code_is_known() {
        let (mut worker, receiver) = shell("echo out; printf 'no end'; exit 7");
        let notices = until_closed(&receiver);
        assert_eq!(notices, [Notice::Stdout("out".into()), Notice::Stdout("no end".into())]);
        assert_eq!(worker.wait(), Ending::Code(7));
        let (_worker, receiver) = shell("printf 'caf\\351\\n' >&2");
        assert_eq!(until_closed(&receiver), [Notice::Stderr("caf\u{fffd}".into())]);
    }

    #[test]
    fn the_plan_arrives_as_one_line_on_standard_input() {
        let (_worker, receiver) = shell("read -r line; printf '%s\\n' \"$line\"");
        let notices = until_closed(&receiver);
        let [Notice::Stdout(line)] = notices.as_slice() else { panic!("{notices:?}") };
        assert_eq!(serde_json::from_str::<Plan>(line).unwrap(), plan());
    }

    #[test]
    fn a_signal_is_told_from_an_exit_code() {
        let (mut worker, receiver) = shell("kill -ABRT $$");
        until_closed(&receiver);
        assert_eq!(worker.wait(), Ending::Signal(6));
    }

    #[test]
    fn a_hanging_worker_can_be_killed() {
        let (mut worker, receiver) = shell("exec sleep 60");
        worker.kill();
        until_closed(&receiver);
        assert_eq!(worker.wait(), Ending::Signal(9));
    }

    #[test]
    fn standard_input_stays_open_while_the_supervisor_lives() {
        let (worker, receiver) = shell("read -r plan; read -r more; echo the supervisor is gone");
        assert!(receiver.recv_timeout(Duration::from_millis(200)).is_err());
        drop(worker);
        assert_eq!(until_closed(&receiver), [Notice::Stdout("the supervisor is gone".into())]);
    }

    #[test]
    fn a_worker_that_never_reads_does_not_harm_the_supervisor() {
        let (mut worker, receiver) = shell("exec <&-; exit 0");
        until_closed(&receiver);
        assert_eq!(worker.wait(), Ending::Code(0));
    }

    #[test]
    fn a_missing_program_is_an_error() {
        let (sender, _receiver) = channel();
        let mut launcher = ProcessLauncher::new("/nonexistent/worker".into(), Vec::new());
        assert!(launcher.launch(&plan(), &sender).is_err());
    }
}
