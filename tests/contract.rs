//! What cargo and nextest may rely on in a test target of specs: listing, selection, exit codes.
//!
//! This binary is both sides. Started with [`PACKAGE`] set it *is* such a target, over the specs of
//! that folder; otherwise it makes a package, starts itself over it and looks at the bytes.

use std::io::Write;
use std::path::Path;
use std::process::{Command, ExitCode, Output, Stdio};

use libtest_mimic::{Arguments, Failed, Trial};
use nn_test::device::DeviceChoice;
use nn_test::protocol::{self, Assignment, Message, Models, Order, SetUp};
use nn_test::report::event::{Event, Status};
use tempfile::TempDir;

/// The package's folder, for the side under test.
const PACKAGE: &str = "NN_TEST_CONTRACT_PACKAGE";

const MOONS: &str = "\
version: 1
name: moons
task: binary_classification
data: {moons: {examples: 32, noise: 0.1}}
model:
  layers: [{linear: 8}, relu, {linear: 1}]
training: {optimizer: {adam: {learning_rate: 1e-2}}, batch_size: 16, epochs: 1, seed: 42}
expect: [initial_loss]
";

const LISTING: &str = "\
broken::spec: test
line::initial_loss: test
moons::initial_loss: test
moons_2::spec: test
";

fn main() -> ExitCode {
    if let Ok(folder) = std::env::var(PACKAGE) {
        let site = nn_test::harness::Site {
            manifest_dir: folder.leak(),
            package: "contract",
            specs: "specs",
            models: nn_test::registry::Registry::new(),
        };
        return nn_test::harness::main(site);
    }
    type Check = fn() -> Result<(), Failed>;
    let checks: [(&str, Check); 19] = [
        ("the_listing_is_one_line_for_each_case", the_listing_is_one_line_for_each_case),
        ("no_case_is_listed_as_ignored", no_case_is_listed_as_ignored),
        ("listing_needs_no_graphics_driver", listing_needs_no_graphics_driver),
        (
            "several_filters_select_what_any_of_them_matches",
            several_filters_select_what_any_matches,
        ),
        ("what_is_left_out_is_counted", what_is_left_out_is_counted),
        ("a_filter_that_matches_nothing_passes", a_filter_that_matches_nothing_passes),
        ("an_unknown_option_is_a_usage_error", an_unknown_option_is_a_usage_error),
        ("a_broken_spec_fails_with_its_diagnostics", a_broken_spec_fails_with_its_diagnostics),
        ("a_name_used_twice_fails_and_names_both_files", a_name_used_twice_fails),
        ("a_package_without_specs_fails", a_package_without_specs_fails),
        ("an_unknown_device_fails_with_the_known_ones", an_unknown_device_fails),
        ("a_spec_passes_once_its_snapshot_is_accepted", a_spec_passes_once_accepted),
        ("a_missing_snapshot_fails_on_ci_and_writes_nothing", a_missing_snapshot_fails_on_ci),
        ("a_run_prints_nothing_but_the_protocol", a_run_prints_nothing_but_the_protocol),
        ("a_device_that_stands_in_is_told_beside_the_protocol", a_stand_in_device_is_told),
        ("a_required_adapter_that_is_absent_fails_every_case", an_absent_adapter_fails),
        ("the_registered_models_are_told_on_request", the_registered_models_are_told),
        ("the_target_is_a_worker_for_a_supervisor_elsewhere", the_target_is_a_worker),
        ("a_worker_ends_when_its_supervisor_is_gone", a_worker_ends_with_its_supervisor),
    ];
    let trials = checks.map(|(name, check)| Trial::test(name, check));
    libtest_mimic::run(&Arguments::from_args(), trials.into()).exit_code()
}

/// A package with two good specs, a broken one and one whose name is taken.
fn package() -> TempDir {
    let package = tempfile::tempdir().expect("a temporary folder can be made");
    let line = MOONS.replace("name: moons", "name: line");
    for (file, text) in [
        ("specs/broken.yaml", "version: 1\nname: [\n"),
        ("specs/line.yml", line.as_str()),
        ("specs/moons.yaml", MOONS),
        ("specs/nested/twin.yaml", MOONS),
        ("specs/snapshots/old.yaml", MOONS),
    ] {
        write(package.path(), file, text);
    }
    package
}

fn write(package: &Path, file: &str, text: &str) {
    let path = package.join(file);
    let folder = path.parent().expect("a file lies in a folder");
    std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&path, text)).expect("writable");
}

/// Variables that hide every adapter from Linux's Vulkan loader. Elsewhere they do nothing.
const NO_DRIVERS: [(&str, &str); 2] =
    [("VK_ICD_FILENAMES", "/nonexistent"), ("VK_DRIVER_FILES", "/nonexistent")];

/// Runs the target over a package, with nothing of insta, nextest, cargo or CI in its environment.
fn run(package: &Path, arguments: &str, variables: &[(&str, &str)]) -> Output {
    target(package, arguments, variables).output().expect("the target can be started")
}

fn target(package: &Path, arguments: &str, variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("a test knows its own path"));
    let foreign = ["INSTA_", "NEXTEST", "CARGO_", "NN_TEST_"];
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if foreign.iter().any(|prefix| text.starts_with(prefix)) {
            command.env_remove(&name);
        }
    }
    command.env_remove("CI").env_remove("TF_BUILD");
    command.env(PACKAGE, package).env("NN_TEST_DEVICE", "cpu");
    command.envs(variables.iter().copied()).current_dir(package);
    command.args(arguments.split_whitespace());
    command
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn expect<T: PartialEq + std::fmt::Debug>(seen: T, wanted: T) -> Result<(), Failed> {
    if seen == wanted { Ok(()) } else { Err(format!("seen {seen:?}\nwanted {wanted:?}").into()) }
}

fn expect_text(text: &str, part: &str) -> Result<(), Failed> {
    if text.contains(part) { Ok(()) } else { Err(format!("no {part:?} in\n{text}").into()) }
}

fn expect_code(output: &Output, code: i32) -> Result<(), Failed> {
    let told = format!("{}\n{}", stdout(output), stderr(output));
    expect(output.status.code(), Some(code)).map_err(|_| {
        format!("exit code {:?} instead of {code}:\n{told}", output.status.code()).into()
    })
}

fn the_listing_is_one_line_for_each_case() -> Result<(), Failed> {
    let output = run(package().path(), "--list --format terse", &[]);
    expect(stdout(&output).as_str(), LISTING)?;
    expect(stderr(&output).as_str(), "")?;
    expect_code(&output, 0)
}

fn no_case_is_listed_as_ignored() -> Result<(), Failed> {
    let output = run(package().path(), "--list --format terse --ignored", &[]);
    expect(stdout(&output).as_str(), "")?;
    expect_code(&output, 0)
}

fn listing_needs_no_graphics_driver() -> Result<(), Failed> {
    let variables = [NO_DRIVERS[0], NO_DRIVERS[1], ("NN_TEST_DEVICE", "wgpu")];
    let output = run(package().path(), "--list --format terse", &variables);
    expect(stdout(&output).as_str(), LISTING)?;
    expect(stderr(&output).as_str(), "")
}

fn several_filters_select_what_any_matches() -> Result<(), Failed> {
    let package = package();
    let output = run(package.path(), "broken line --list --format terse", &[]);
    expect(stdout(&output).as_str(), "broken::spec: test\nline::initial_loss: test\n")?;
    let output = run(package.path(), "--exact broken::spec moons --list --format terse", &[]);
    expect(stdout(&output).as_str(), "broken::spec: test\n")?;
    let output = run(package.path(), "initial --skip line --list --format terse", &[]);
    expect(stdout(&output).as_str(), "moons::initial_loss: test\n")
}

fn what_is_left_out_is_counted() -> Result<(), Failed> {
    let output = run(package().path(), "broken moons_2", &[]);
    expect_text(&stdout(&output), "0 passed; 2 failed; 0 ignored; 0 measured; 2 filtered out")
}

fn a_filter_that_matches_nothing_passes() -> Result<(), Failed> {
    let output = run(package().path(), "no_such_case", &[]);
    expect_text(&stdout(&output), "running 0 tests")?;
    expect_code(&output, 0)
}

fn an_unknown_option_is_a_usage_error() -> Result<(), Failed> {
    let output = run(package().path(), "--frobnicate", &[]);
    expect(stdout(&output).as_str(), "")?;
    expect_code(&output, 2)
}

fn a_broken_spec_fails_with_its_diagnostics() -> Result<(), Failed> {
    let output = run(package().path(), "--exact broken::spec --nocapture", &[]);
    expect_text(&stdout(&output), "test broken::spec ... FAILED")?;
    expect_text(&stdout(&output), "specs/broken.yaml:")?;
    expect_code(&output, 101)
}

fn a_name_used_twice_fails() -> Result<(), Failed> {
    let output = run(package().path(), "--exact moons_2::spec --nocapture", &[]);
    expect_text(&stdout(&output), "two specs have the name `moons`")?;
    expect_text(&stdout(&output), "specs/moons.yaml")?;
    expect_text(&stdout(&output), "specs/nested/twin.yaml")?;
    expect_code(&output, 101)
}

fn a_package_without_specs_fails() -> Result<(), Failed> {
    let empty = tempfile::tempdir().expect("a temporary folder can be made");
    let output = run(empty.path(), "--list --format terse", &[]);
    expect(stdout(&output).as_str(), "specs::spec: test\n")?;
    expect_code(&output, 0)?;
    let output = run(empty.path(), "--exact specs::spec --nocapture", &[]);
    expect_text(&stdout(&output), "cargo nn-test init")?;
    expect_code(&output, 101)
}

fn an_unknown_device_fails() -> Result<(), Failed> {
    let output = run(package().path(), "moons::initial_loss", &[("NN_TEST_DEVICE", "gpu")]);
    expect_text(&stdout(&output), "NN_TEST_DEVICE must be \"auto\", \"wgpu\" or \"cpu\"")?;
    expect_code(&output, 101)
}

fn a_spec_passes_once_accepted() -> Result<(), Failed> {
    let package = package();
    let exact = "--exact moons::initial_loss --nocapture";
    expect_code(&run(package.path(), exact, &[("INSTA_UPDATE", "always")]), 0)?;
    let accepted = package.path().join("specs/snapshots/moons/initial_loss.snap");
    let before = std::fs::read_to_string(&accepted)?;
    expect_text(&before, "---\nsource: specs/moons.yaml\n---\n")?;
    let output = run(package.path(), exact, &[("CI", "true")]);
    expect_text(&stdout(&output), "test moons::initial_loss ... ok")?;
    expect_code(&output, 0)?;
    expect(std::fs::read_to_string(&accepted)?, before)
}

fn a_missing_snapshot_fails_on_ci() -> Result<(), Failed> {
    let package = package();
    let output = run(package.path(), "moons::initial_loss", &[("CI", "true")]);
    expect_text(&stdout(&output), "no snapshot is accepted yet")?;
    expect_code(&output, 101)?;
    expect(package.path().join("specs/snapshots/moons").exists(), false)
}

fn a_run_prints_nothing_but_the_protocol() -> Result<(), Failed> {
    let package = package();
    let exact = "--exact moons::initial_loss --nocapture";
    let output = run(package.path(), exact, &[("INSTA_UPDATE", "always")]);
    let told = stdout(&output);
    // What is filtered out is not counted exactly here: files that cannot hold the case are not read.
    let (before, after) = told.split_once("0 measured; ").unwrap_or((&told, ""));
    let wanted = "\nrunning 1 test\ntest moons::initial_loss ... ok\n\n\
                  test result: ok. 1 passed; 0 failed; 0 ignored; ";
    expect(before, wanted)?;
    expect(after.lines().count(), 2)?;
    expect(after.ends_with("s\n\n"), true)
}

fn a_stand_in_device_is_told() -> Result<(), Failed> {
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    let variables =
        [NO_DRIVERS[0], NO_DRIVERS[1], ("NN_TEST_DEVICE", "auto"), ("INSTA_UPDATE", "always")];
    let output = run(package().path(), "moons::initial_loss", &variables);
    expect_text(&stderr(&output), "note: no wgpu adapter, so the tests run on the CPU")?;
    expect_code(&output, 0)
}

fn an_absent_adapter_fails() -> Result<(), Failed> {
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    let variables = [NO_DRIVERS[0], NO_DRIVERS[1], ("NN_TEST_DEVICE", "wgpu")];
    let package = package();
    let output = run(package.path(), "initial_loss", &variables);
    expect_text(&stdout(&output), "0 passed; 2 failed;")?;
    expect(stdout(&output).matches("\nno wgpu adapter: ").count(), 2)?;
    expect_code(&output, 101)
}

/// What a target says to a supervisor that says this, and its exit code.
fn worker(package: &Path, orders: &[Order]) -> Result<(Vec<Message>, Option<i32>), Failed> {
    let mut command = target(package, protocol::WORKER_ARGUMENT, &[("INSTA_UPDATE", "no")]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn()?;
    let mut stdin = child.stdin.take().ok_or("it is piped")?;
    for order in orders {
        stdin.write_all(order.encode()?.as_bytes())?;
    }
    // Left open it says that the supervisor lives on.
    drop(stdin);
    let output = child.wait_with_output()?;
    let text = stdout(&output);
    let messages = text.lines().filter_map(|line| protocol::decode(line).message).collect();
    Ok((messages, output.status.code()))
}

fn set_up(folder: &Path) -> Order {
    let called_from = folder.to_owned();
    Order::SetUp(SetUp {
        device: DeviceChoice::Cpu,
        seed: None,
        severities: Default::default(),
        called_from,
    })
}

fn run_moons(package: &Path) -> Order {
    Order::Run(Assignment {
        package_root: package.to_owned(),
        path: package.join("specs/moons.yaml"),
        file: "net/specs/moons.yaml".into(),
        specs_dir: package.join("specs"),
        tests: vec!["moons::initial_loss".to_owned()],
        mutation: None,
        pictures: None,
    })
}

fn the_registered_models_are_told() -> Result<(), Failed> {
    let output = run(package().path(), protocol::MODELS_ARGUMENT, &[]);
    let message = protocol::decode(stdout(&output).trim_end()).message;
    expect(message, Some(Message::Models(Models::new(Vec::new()))))?;
    expect_code(&output, 0)
}

fn the_target_is_a_worker() -> Result<(), Failed> {
    let package = package();
    // The supervisor was called from somewhere else: paths are shown as seen from there.
    let orders = [set_up(Path::new("/elsewhere")), run_moons(package.path()), Order::End];
    let (messages, code) = worker(package.path(), &orders)?;
    expect(code, Some(0))?;
    let ready = messages.iter().filter(|message| **message == Message::Ready);
    expect(ready.count(), 2)?;
    let result = messages.iter().find_map(|message| match message {
        Message::Event(Event::TestFinished(result)) => Some(result),
        _ => None,
    });
    let result = result.ok_or("no test has ended")?;
    expect(result.test.as_str(), "moons::initial_loss")?;
    expect(result.status, Status::SnapshotPending)?;
    expect(result.file.as_str(), "net/specs/moons.yaml")
}

fn a_worker_ends_with_its_supervisor() -> Result<(), Failed> {
    let package = package();
    let (_, code) = worker(package.path(), &[set_up(package.path())])?;
    expect(code, Some(101))
}
