//! Workers as processes.
//!
//! Orders go to the worker's standard input, a line of JSON each. It is also the worker's lifeline:
//! when it closes without a last order, the supervisor is gone and the worker ends too.

use std::env;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::Sender;
use std::thread;

use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System};

use super::ending::Ending;
use super::work::{Program, Role};
use super::worker::{Launcher, Notice, Word, Worker};
use crate::protocol::Order;

/// Starts programs as workers.
#[derive(Debug, Default)]
pub struct ProcessLauncher;

impl Launcher for ProcessLauncher {
    fn launch(
        &mut self,
        role: &Role,
        number: usize,
        notices: &Sender<Notice>,
    ) -> io::Result<Box<dyn Worker>> {
        let mut command = role.program.command();
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
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
        let send = |word: fn(String) -> Word| {
            let notices = notices.clone();
            // The supervisor may have given the worker up; the lines are still read, so that the
            // worker does not block on a full pipe.
            move |line: Option<String>| {
                let word = line.map_or(Word::Closed, word);
                let _ = notices.send(Notice::From(number, word));
            }
        };
        forward_lines(child.stdout.take(), send(Word::Stdout));
        forward_lines(child.stderr.take(), send(Word::Stderr));
        let stdin = child.stdin.take();
        let mut worker = ProcessWorker { child, stdin, system: System::new() };
        worker.tell(&Order::SetUp(role.set_up.clone()))?;
        Ok(Box::new(worker))
    }
}

impl Program {
    /// How it is started.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.path);
        command
            .args(&self.arguments)
            .envs(self.variables.iter().map(|(name, value)| (name, value)));
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        command
    }
}

/// A terminal sends Ctrl-C to a whole process group: only the supervisor shall get it, so that it
/// can end the workers in its own time and report what ran.
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

/// Hands each line on, and nothing once when the stream ends.
fn forward_lines(
    stream: Option<impl Read + Send + 'static>,
    take: impl Fn(Option<String>) + Send + 'static,
) {
    thread::spawn(move || {
        if let Some(stream) = stream {
            read_lines(BufReader::new(stream), |line| take(Some(line)));
        }
        take(None);
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
    stdin: Option<ChildStdin>,
    /// Knows nothing but this process.
    system: System,
}

impl Worker for ProcessWorker {
    fn tell(&mut self, order: &Order) -> io::Result<()> {
        let line = order.encode()?;
        if let Some(stdin) = &mut self.stdin {
            // A worker that died before it could read is noticed by its closed streams.
            let _ = stdin.write_all(line.as_bytes()).and_then(|()| stdin.flush());
        }
        Ok(())
    }

    fn kill(&mut self) {
        // An error means that it has ended already.
        let _ = self.child.kill();
    }

    fn ending(&mut self) -> Option<Ending> {
        match self.child.try_wait() {
            Ok(status) => status.map(Ending::from),
            Err(_) => Some(Ending::Unknown),
        }
    }

    fn memory(&mut self) -> Option<u64> {
        let pid = Pid::from_u32(self.child.id());
        let kind = ProcessRefreshKind::nothing().with_memory().without_tasks();
        let only = ProcessesToUpdate::Some(&[pid]);
        self.system.refresh_processes_specifics(only, true, kind);
        self.system.process(pid).map(sysinfo::Process::memory)
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::sync::mpsc::{Receiver, channel};
    use std::time::{Duration, Instant};

    use super::*;
    use crate::device::DeviceChoice;
    use crate::protocol::SetUp;

    fn role(program: &str, arguments: &[&str]) -> Role {
        let arguments = arguments.iter().map(Into::into).collect();
        let program = Program { path: program.into(), arguments, ..Program::default() };
        let set_up = SetUp {
            device: DeviceChoice::Cpu,
            seed: Some(3),
            severities: Default::default(),
            try_mends: false,
            called_from: "/somewhere".into(),
        };
        Role { program, set_up }
    }

    fn shell(script: &str) -> (Box<dyn Worker>, Receiver<Notice>) {
        let (sender, receiver) = channel();
        let worker = ProcessLauncher.launch(&role("/bin/sh", &["-c", script]), 4, &sender);
        (worker.unwrap(), receiver)
    }

    fn until_closed(receiver: &Receiver<Notice>) -> Vec<Word> {
        let mut words = Vec::new();
        let mut closed = 0;
        while closed < 2 {
            match receiver.recv_timeout(Duration::from_secs(20)).unwrap() {
                Notice::From(4, Word::Closed) => closed += 1,
                Notice::From(4, word) => words.push(word),
                notice => panic!("{notice:?} from nobody"),
            }
        }
        words
    }

    fn ending(worker: &mut dyn Worker) -> Ending {
        let begin = Instant::now();
        while begin.elapsed() < Duration::from_secs(20) {
            if let Some(ending) = worker.ending() {
                return ending;
            }
            thread::sleep(Duration::from_millis(1));
        }
        panic!("the worker does not end");
    }

    #[test]
    fn both_streams_arrive_line_by_line_and_the_exit_code_is_known() {
        let (mut worker, receiver) = shell("echo out; printf 'no end'; exit 7");
        let words = until_closed(&receiver);
        assert_eq!(words, [Word::Stdout("out".into()), Word::Stdout("no end".into())]);
        assert_eq!(ending(worker.as_mut()), Ending::Code(7));
        let (_worker, receiver) = shell("printf 'caf\\351\\n' >&2");
        assert_eq!(until_closed(&receiver), [Word::Stderr("caf\u{fffd}".into())]);
    }

    #[test]
    fn orders_arrive_as_lines_on_standard_input_the_set_up_first() {
        let (mut worker, receiver) =
            shell("read -r first; read -r second; printf '%s\\n' \"$first\" \"$second\"");
        worker.tell(&Order::End).unwrap();
        let orders = until_closed(&receiver).into_iter().map(|word| match word {
            Word::Stdout(line) => serde_json::from_str::<Order>(&line).unwrap(),
            word => panic!("{word:?}"),
        });
        let orders: Vec<Order> = orders.collect();
        assert_eq!(orders, [Order::SetUp(role("", &[]).set_up), Order::End]);
    }

    #[test]
    fn a_program_runs_in_its_folder_with_its_variables() {
        let mut role = role("/bin/sh", &["-c", "pwd; echo $NN_TEST_MODEL"]);
        role.program.folder = Some("/".into());
        role.program.variables = vec![("NN_TEST_MODEL".to_owned(), "cnn".into())];
        let (sender, receiver) = channel();
        let _worker = ProcessLauncher.launch(&role, 4, &sender).unwrap();
        let words = until_closed(&receiver);
        assert_eq!(words, [Word::Stdout("/".into()), Word::Stdout("cnn".into())]);
    }

    #[test]
    fn a_signal_is_told_from_an_exit_code() {
        let (mut worker, receiver) = shell("kill -ABRT $$");
        until_closed(&receiver);
        assert_eq!(ending(worker.as_mut()), Ending::Signal(6));
    }

    #[test]
    fn a_hanging_worker_can_be_killed() {
        let (mut worker, receiver) = shell("exec sleep 60");
        assert_eq!(worker.ending(), None);
        worker.kill();
        until_closed(&receiver);
        assert_eq!(ending(worker.as_mut()), Ending::Signal(9));
    }

    #[test]
    fn standard_input_stays_open_while_the_supervisor_lives() {
        let (worker, receiver) = shell("read -r set_up; read -r more; echo the supervisor is gone");
        assert!(receiver.recv_timeout(Duration::from_millis(200)).is_err());
        drop(worker);
        assert_eq!(until_closed(&receiver), [Word::Stdout("the supervisor is gone".into())]);
    }

    #[test]
    fn a_worker_that_never_reads_does_not_harm_the_supervisor() {
        let (mut worker, receiver) = shell("exec <&-; exit 0");
        until_closed(&receiver);
        worker.tell(&Order::End).unwrap();
        assert_eq!(ending(worker.as_mut()), Ending::Code(0));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_memory_of_a_living_worker_is_known() {
        let (mut worker, receiver) = shell("echo ready; read -r set_up; read -r more");
        receiver.recv_timeout(Duration::from_secs(20)).unwrap();
        let used = worker.memory().unwrap();
        assert!((1 << 16..1 << 30).contains(&used), "{used} bytes");
        worker.kill();
        until_closed(&receiver);
        ending(worker.as_mut());
        assert_eq!(worker.memory(), None);
    }

    #[test]
    fn a_missing_program_is_an_error() {
        let (sender, _receiver) = channel();
        let role = role("/nonexistent/worker", &[]);
        assert!(ProcessLauncher.launch(&role, 4, &sender).is_err());
    }
}
