//! The supervisor with real processes: nothing is lost, run twice or half written, whoever is
//! killed, and whenever.

#![cfg(all(feature = "cli", unix))]

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nn_test::report::event::{Event, Status, TestResult};
use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System, UpdateKind};
use tempfile::TempDir;

/// Moments at which somebody is killed.
const MOMENTS: u64 = 20;

/// A package with these specs. Its folder tells its processes from those of other tests.
struct Package {
    folder: TempDir,
}

impl Package {
    fn new(specs: impl IntoIterator<Item = (String, String)>) -> Self {
        let package = Self { folder: tempfile::tempdir().unwrap() };
        package
            .write("Cargo.toml", "[package]\nname = \"net\"\nversion = \"0.1.0\"\n[workspace]\n");
        package.write("src/lib.rs", "");
        for (name, text) in specs {
            package.write(&format!("specs/{name}.yaml"), &text);
        }
        package
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn root(&self) -> PathBuf {
        self.folder.path().canonicalize().unwrap()
    }

    /// Accepts every snapshot, so that verdicts alone decide and there is much to write.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-nn-test"));
        command.args(["nn-test", "--message-format", "json"]).args(arguments);
        command.current_dir(self.root()).env("INSTA_UPDATE", "always").env_remove("CI");
        for variable in ["NN_TEST_TIMEOUT", "INSTA_FORCE_PASS", "CARGO_TARGET_DIR"] {
            command.env_remove(variable);
        }
        command.env("NN_TEST_DEVICE", "cpu").stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// All snapshots of tiny specs, by folder and file.
    fn snapshots(&self) -> BTreeMap<PathBuf, String> {
        let mut files = BTreeMap::new();
        gather(&self.root().join("specs/snapshots"), &mut files);
        files.retain(|path: &PathBuf, _| !path.starts_with("endless"));
        files
    }

    /// Living workers: processes in the package's folder that are started as such.
    fn workers(&self) -> Vec<Pid> {
        self.processes(|command| command.get(1).is_some_and(|argument| argument == "worker"))
    }

    /// Everybody who works in the package's folder. A worker that is only just coming into being
    /// still bears its parent's command line.
    fn anybody(&self) -> Vec<Pid> {
        self.processes(|_| true)
    }

    fn processes(&self, has_command: impl Fn(&[OsString]) -> bool) -> Vec<Pid> {
        let mut system = System::new();
        let always = UpdateKind::Always;
        let kind = ProcessRefreshKind::nothing().with_cwd(always).with_cmd(always).without_tasks();
        system.refresh_processes_specifics(ProcessesToUpdate::All, true, kind);
        let is_meant = |process: &sysinfo::Process| {
            has_command(process.cmd()) && process.cwd() == Some(&self.root())
        };
        let processes = system.processes().iter().filter(|(_, process)| is_meant(process));
        processes.map(|(pid, _)| *pid).collect()
    }
}

fn gather(folder: &Path, files: &mut BTreeMap<PathBuf, String>) {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => gather(&path, files),
            false => {
                let text = fs::read_to_string(&path).unwrap();
                let parts: Vec<_> = path.components().rev().take(2).collect();
                files.insert(parts.iter().rev().collect(), text);
            }
        }
    }
}

/// A spec of two cheap properties. One of those of every seventh number does not hold.
fn tiny(number: usize) -> (String, String) {
    let name = format!("tiny_{number}");
    let rate = if number % 7 == 3 { "1e-12" } else { "1e-1" };
    let text = format!(
        "version: 1\nname: {name}\ntask: binary_classification\n\
         data: {{moons: {{examples: 32, noise: 0.1}}}}\n\
         model: {{layers: [{{linear: 4}}, tanh, {{linear: 1}}]}}\n\
         training: {{optimizer: {{adam: {{learning_rate: {rate}}}}}, batch_size: 16, epochs: 5, \
         seed: {number}}}\n\
         expect: [shapes, learns]\n"
    );
    (name, text)
}

/// A spec that computes for many minutes: no linear model learns two moons by heart.
fn endless() -> (String, String) {
    let text = "version: 1\nname: endless\ntask: binary_classification\n\
                data: {moons: {examples: 4000, noise: 0.1}}\n\
                model: {layers: [{linear: 512}, {linear: 512}, {linear: 1}]}\n\
                training: {optimizer: {adam: {learning_rate: 1e-3}}, batch_size: 2000, epochs: 1, \
                seed: 1}\n\
                expect: [shapes, overfits_batch: {examples: 2000, steps: 100000}]\n";
    ("endless".to_owned(), text.to_owned())
}

fn events(output: &Output) -> Vec<Event> {
    let text = String::from_utf8_lossy(&output.stdout);
    let events = text.lines().map(|line| serde_json::from_str(line).unwrap());
    events.collect()
}

/// Results by test, after a look at each having started and ended once.
fn results(output: &Output) -> BTreeMap<String, TestResult> {
    let mut results = BTreeMap::new();
    for event in events(output) {
        if let Event::TestFinished(result) = event {
            let before = results.insert(result.test.clone(), result);
            assert!(before.is_none(), "ended twice: {before:?}");
        }
    }
    results
}

fn told(output: &Output) -> String {
    let (out, err) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    format!("{:?}\n{out}\n{err}", output.status)
}

/// Waits until nobody works in the package any more; says whether that came to be.
fn is_left_alone(package: &Package) -> bool {
    let deadline = Instant::now() + Duration::from_secs(10);
    while Instant::now() < deadline {
        if package.anybody().is_empty() {
            return true;
        }
        thread::sleep(Duration::from_millis(10));
    }
    false
}

/// Numbers that are the same in every run of the tests.
struct Moments(u64);

impl Moments {
    fn next(&mut self, below: u64) -> u64 {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % below
    }
}

fn kill(pid: Pid) {
    let mut system = System::new();
    let kind = ProcessRefreshKind::nothing().without_tasks();
    system.refresh_processes_specifics(ProcessesToUpdate::Some(&[pid]), true, kind);
    // It may have ended just now.
    if let Some(process) = system.process(pid) {
        process.kill();
    }
}

fn wait(child: Child) -> Output {
    child.wait_with_output().unwrap()
}

#[test]
fn two_hundred_specs_over_four_workers_have_the_verdicts_that_one_worker_finds() {
    let package = Package::new((0..200).map(tiny));
    let many = package.run(&["-j", "4"]);
    assert_eq!(many.status.code(), Some(100), "{}", told(&many));
    let found = results(&many);
    assert_eq!(found.len(), 400);
    let mut started: Vec<String> = Vec::new();
    for event in events(&many) {
        if let Event::TestStarted { test } = event {
            started.push(test);
        }
    }
    let position = |test: &String| started.iter().position(|known| known == test).unwrap();
    for number in 0..200 {
        let [first, second] = ["shapes", "learns"].map(|it| format!("tiny_{number}::{it}"));
        assert!(position(&first) < position(&second), "the order within a spec");
    }
    started.sort();
    assert_eq!(started, found.keys().cloned().collect::<Vec<_>>());

    let one = results(&package.run(&["-j", "1"]));
    let verdicts = |results: &BTreeMap<String, TestResult>| {
        let verdicts = results.values();
        let verdicts = verdicts.map(|it| (it.test.clone(), it.status, it.verdict.clone()));
        verdicts.collect::<Vec<_>>()
    };
    assert_eq!(verdicts(&found), verdicts(&one));
    let failed = found.values().filter(|result| result.status == Status::Failed);
    assert!(failed.count() > 20, "not all specs are of one kind");
}

/// Snapshots of a run that nobody disturbs.
fn undisturbed(specs: usize) -> BTreeMap<PathBuf, String> {
    let package = Package::new((0..specs).map(tiny));
    package.run(&["-j", "2"]);
    package.snapshots()
}

/// Whatever is there is as it should be; what is missing is written by the next run, after which
/// nothing unfinished is left.
fn assert_recovers(package: &Package, specs: usize, whole: &BTreeMap<PathBuf, String>) {
    for (path, text) in package.snapshots() {
        let unfinished = path.to_string_lossy().contains(".unfinished-");
        assert!(unfinished || whole.get(&path) == Some(&text), "{}: {text}", path.display());
    }
    let next = package.run(&["-j", "2", "tiny"]);
    let results = results(&next);
    assert_eq!(results.len(), 2 * specs, "{}", told(&next));
    assert!(results.values().all(|result| result.status != Status::Crashed), "{}", told(&next));
    assert_eq!(package.snapshots(), *whole);
    assert!(fs::read_dir(package.root().join("target/nn-test")).unwrap().count() == 1);
}

#[test]
fn a_worker_that_is_killed_at_any_moment_costs_its_spec_and_nothing_is_half_written() {
    const SPECS: usize = 12;
    let whole = undisturbed(SPECS);
    let mut moments = Moments(1);
    let mut hits = 0;
    for _ in 0..MOMENTS {
        let package = Package::new((0..SPECS).map(tiny));
        let mut child = package.command(&["-j", "2"]).spawn().unwrap();
        let worker = loop {
            let worker = package.workers().pop();
            if worker.is_some() || child.try_wait().unwrap().is_some() {
                break worker;
            }
        };
        thread::sleep(Duration::from_millis(moments.next(30)));
        worker.into_iter().for_each(kill);
        let output = wait(child);
        let results = results(&output);
        assert_eq!(results.len(), 2 * SPECS, "{}", told(&output));
        let crashed = results.values().filter(|result| result.status == Status::Crashed);
        let mut specs: Vec<&str> = crashed.map(|result| result.file.as_str()).collect();
        specs.dedup();
        assert!(specs.len() <= 1, "{}", told(&output));
        // What the worker had in hand is named, be it lost or done by another.
        hits += usize::from(String::from_utf8_lossy(&output.stdout).contains("SIGKILL"));
        assert!(is_left_alone(&package), "a process stays behind");
        assert_recovers(&package, SPECS, &whole);
    }
    println!("{hits} of {MOMENTS} moments hit");
    assert!(hits > 0, "all moments came too late");
}

#[test]
fn when_the_supervisor_is_killed_at_any_moment_no_worker_stays_and_nothing_is_half_written() {
    const SPECS: usize = 3;
    let whole = undisturbed(SPECS);
    let mut moments = Moments(2);
    for _ in 0..MOMENTS {
        let package = Package::new((0..SPECS).map(tiny).chain([endless()]));
        let mut child = package.command(&["-j", "2"]).spawn().unwrap();
        thread::sleep(Duration::from_millis(moments.next(200)));
        child.kill().unwrap();
        wait(child);
        assert!(is_left_alone(&package), "a worker outlives its supervisor");
        assert_recovers(&package, SPECS, &whole);
    }
}

#[test]
fn a_spec_that_takes_too_long_is_killed_and_the_others_run() {
    let package = Package::new([tiny(0), endless(), tiny(1)]);
    let output = package.run(&["-j", "2", "--timeout", "1"]);
    assert_eq!(output.status.code(), Some(100), "{}", told(&output));
    let results = results(&output);
    let endless = &results["endless::overfits_batch"];
    assert_eq!(endless.status, Status::Crashed);
    let details = endless.details.as_ref().unwrap();
    assert!(details.starts_with("the worker process worked on this spec for 1 s"), "{details}");
    assert!(details.contains("set by `--timeout`"), "{details}");
    let passed = results.values().filter(|result| result.status == Status::Passed);
    assert_eq!(passed.count(), 5);
}

#[test]
fn a_spec_that_occupies_too_much_memory_is_killed_and_the_limit_is_named() {
    let package = Package::new([endless()]);
    let output = package.run(&["--memory-limit", "1MiB"]);
    assert_eq!(output.status.code(), Some(100), "{}", told(&output));
    let mut details = results(&output).into_values().filter_map(|result| result.details);
    let details = details.find(|details| details.starts_with("the worker process")).unwrap();
    assert!(details.contains("where 1 MiB are allowed"), "{details}");
    assert!(details.contains("set by `--memory-limit`"), "{details}");
}

#[test]
fn an_interrupt_ends_all_workers_and_tells_what_ran() {
    let package = Package::new([tiny(0), endless()]);
    let child = package.command(&["-j", "2"]).spawn().unwrap();
    thread::sleep(Duration::from_millis(700));
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    let output = wait(child);
    assert_eq!(output.status.code(), Some(130), "{}", told(&output));
    let Some(Event::RunFinished(summary)) = events(&output).pop() else {
        panic!("{}", told(&output))
    };
    assert_eq!((summary.passed, summary.not_run), (3, 1));
    assert!(is_left_alone(&package), "a worker outlives the run");
}
