//! Configurations as files in temporary folders, and which value counts.

use std::fs;
use std::path::Path;
use std::time::Duration;

use tempfile::TempDir;

use super::*;
use crate::device::DeviceChoice;
use crate::spec::{CODES, Code, CodeMeta, Severity};

/// Writes files (path, text) below a new temporary folder.
fn folder_with(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

/// Loads what stands in a folder whose root package is `root`, with a member `a`.
fn load(files: &[(&str, &str)]) -> Result<Config, Error> {
    let folder = folder_with(files);
    let manifest = |path: &str, package: &str| Manifest {
        path: folder.path().join(path),
        package: Some(package.to_owned()),
        tables: files.iter().any(|(file, _)| *file == path),
    };
    let manifests = [manifest("Cargo.toml", "root"), manifest("a/Cargo.toml", "a")];
    Config::load(folder.path(), &manifests, folder.path())
}

fn config(files: &[(&str, &str)]) -> Config {
    load(files).unwrap_or_else(|error| panic!("{error}"))
}

fn errors(text: &str) -> String {
    load(&[("nn-test.toml", text)]).unwrap_err().to_string()
}

fn resolver(config: Config, profile: &str) -> Resolver {
    let command_line = CommandLine::new(Some(profile.to_owned()));
    Resolver::new(config, command_line, Environment::default()).unwrap()
}

/// The value and origin of a key in a profile, for package `a`.
fn resolved(files: &[(&str, &str)], profile: &str, key: Key) -> String {
    let settings = resolver(config(files), profile).settings(Some("a"));
    let Resolved { value, origin } = settings.get(key);
    format!("{value}, {origin}")
}

#[test]
fn the_defaults_name_every_key_with_its_meaning() {
    for word in &WORDS {
        let line =
            |line: &&str| line.trim_start_matches("# ").starts_with(&format!("{} = ", word.name));
        assert!(DEFAULTS.lines().any(|text| line(&text)), "{}", word.name);
    }
    // Every block of keys stands below a comment.
    for block in DEFAULTS.split("\n\n").filter(|block| block.contains(" = ")) {
        assert!(block.starts_with('#') || block.starts_with("[profile.ci]"), "{block}");
    }
}

#[test]
fn the_defaults_give_every_key_a_value_and_the_folder_of_the_specs() {
    let config = config(&[]);
    let settings = resolver(config.clone(), DEFAULT_PROFILE).settings(None);
    for key in Key::all() {
        let expected = Origin::BuiltIn { profile: "default".to_owned() };
        assert_eq!(settings.get(key).origin, expected, "{key:?}");
    }
    assert_eq!(settings.device(), DeviceChoice::Auto);
    assert_eq!(settings.max_fail(), None);
    assert_eq!((settings.jobs(), settings.memory_limit()), (None, Limit::Auto));
    assert_eq!(settings.timeout(None), Limit::Auto);
    assert_eq!(settings.silence(), Some(Duration::from_secs(600)));
    assert_eq!(settings.file(Key::Junit), None);
    assert_eq!(settings.names(Key::Features), [""; 0]);
    assert_eq!(config.specs("a").0, Path::new("specs"));
    assert_eq!(config.profiles(), ["ci", "default"]);
}

#[test]
fn the_defaults_can_be_copied_as_they_stand() {
    let config = config(&[("nn-test.toml", DEFAULTS)]);
    assert_eq!(config.shared[0].profiles.keys().collect::<Vec<_>>(), ["ci", "default"]);
}

#[test]
fn the_ci_profile_requires_an_adapter_and_reports_to_ci() {
    let config = config(&[]);
    let root = config.root.clone();
    let settings = resolver(config, "ci").settings(None);
    assert_eq!(settings.device(), DeviceChoice::Wgpu);
    assert_eq!(settings.text(Key::Annotations), Some("auto"));
    assert_eq!(settings.file(Key::Junit), Some(root.join("target/nn-test/junit.xml")));
}

#[test]
fn a_profile_builds_on_the_default_profile() {
    let text = "[profile.default]\njobs = 2\n[profile.nightly]\ntimeout = 9\n";
    let files = [("nn-test.toml", text)];
    assert_eq!(resolved(&files, "nightly", Key::Jobs), "2, nn-test.toml:2:1, profile default");
    assert_eq!(resolved(&files, "nightly", Key::Timeout), "9, nn-test.toml:4:1, profile nightly");
    assert_eq!(resolved(&files, "default", Key::Timeout), "\"auto\", built in, profile default");
}

#[test]
fn the_chosen_profile_wins_over_the_default_profile_even_where_it_is_built_in() {
    let files = [("nn-test.toml", "device = \"cpu\"\n")];
    assert_eq!(
        resolved(&files, "default", Key::Device),
        "\"cpu\", nn-test.toml:1:1, profile default"
    );
    assert_eq!(resolved(&files, "ci", Key::Device), "\"wgpu\", built in, profile ci");
}

#[test]
fn what_speaks_for_less_counts_more() {
    let own = ("a/Cargo.toml", "[package.metadata.nn-test]\ndevice = \"cpu\"\n");
    let file = (".config/nn-test.toml", "device = \"wgpu\"\njobs = 3\n");
    let shared = (
        "Cargo.toml",
        "[workspace.metadata.nn-test]\ndevice = \"auto\"\njobs = 4\nspecs = \"nn\"\n",
    );
    let device = |files: &[(&str, &str)]| resolved(files, "default", Key::Device);
    assert_eq!(
        device(&[own, file, shared]),
        "\"cpu\", a/Cargo.toml:2:1 (package.metadata.nn-test), profile default"
    );
    assert_eq!(device(&[file, shared]), "\"wgpu\", .config/nn-test.toml:1:1, profile default");
    assert_eq!(
        device(&[shared]),
        "\"auto\", Cargo.toml:2:1 (workspace.metadata.nn-test), profile default"
    );
    let config = config(&[own, file, shared]);
    assert_eq!(config.specs("a").0, Path::new("nn"));
    assert_eq!(config.file.as_deref(), Some(Path::new(".config/nn-test.toml")));
}

#[test]
fn a_packages_own_word_is_for_itself() {
    let files = [("a/Cargo.toml", "[package.metadata.nn-test]\ntimeout = 5\nspecs = \"x\"\n")];
    let config = config(&files);
    assert_eq!(config.specs("root").0, Path::new("specs"));
    let resolver = resolver(config, "default");
    assert_eq!(resolver.settings(Some("a")).timeout(None), Limit::Of(Duration::from_secs(5)));
    assert_eq!(resolver.settings(Some("root")).timeout(None), Limit::Auto);
}

#[test]
fn only_the_package_in_the_root_speaks_for_the_run() {
    let text = "[package.metadata.nn-test]\njobs = 2\n";
    assert_eq!(
        resolved(&[("Cargo.toml", text)], "default", Key::Jobs),
        "2, Cargo.toml:2:1 (package.metadata.nn-test), profile default"
    );
    let error = load(&[("a/Cargo.toml", text)]).unwrap_err().to_string();
    assert!(error.contains("`jobs` speaks for the whole run, not for one package"), "{error}");
}

#[test]
fn the_command_line_wins_over_the_environment_and_that_over_files() {
    let config = config(&[("nn-test.toml", "timeout = 1\njunit = \"a.xml\"\n")]);
    let variables = |name: &str| match name {
        "NN_TEST_TIMEOUT" => Some("2".to_owned()),
        "NN_TEST_JUNIT" => Some("b.xml".to_owned()),
        _ => None,
    };
    let environment = Environment::read(variables).unwrap();
    let settings = |line: CommandLine| {
        Resolver::new(config.clone(), line, environment.clone()).unwrap().settings(None)
    };
    let line = CommandLine::default().with(Key::Timeout, Some(Value::Number(3)));
    let with_line = settings(line.with(Key::Device, None));
    assert_eq!(with_line.get(Key::Timeout).origin, Origin::CommandLine);
    assert_eq!(with_line.timeout(None), Limit::Of(Duration::from_secs(3)));
    let without = settings(CommandLine::default());
    let origin = Origin::Environment("NN_TEST_TIMEOUT".to_owned());
    assert_eq!(without.get(Key::Timeout).origin, origin);
    // A path of the environment starts in the current folder.
    assert_eq!(without.file(Key::Junit).as_deref(), Some(Path::new("b.xml")));
}

#[test]
fn a_specs_own_timeout_stands_between_environment_and_profile() {
    let seconds = Duration::from_secs;
    let from_profile = resolver(config(&[("nn-test.toml", "timeout = 1\n")]), "default");
    let settings = from_profile.settings(None);
    assert_eq!(settings.timeout(Some(seconds(7))), Limit::Of(seconds(7)));
    assert_eq!(settings.timeout(Some(seconds(0))), Limit::Without);
    assert_eq!(settings.timeout(None), Limit::Of(seconds(1)));
    let line = CommandLine::default().with(Key::Timeout, Some(Value::Number(0)));
    let from_line = Resolver::new(config(&[]), line, Environment::default()).unwrap();
    assert_eq!(from_line.settings(None).timeout(Some(seconds(7))), Limit::Without);
}

/// The severity of a property for package `a`, and its origin.
fn severity(resolver: &Resolver, property: &str) -> Option<String> {
    let settings = resolver.settings(Some("a"));
    let said = settings.said_severities().iter().find(|said| said.property == property)?;
    Some(format!("{}, {}", said.severity.term(), said.origin))
}

const SEVERITIES: &str = "\
severity.update_ratio = \"error\"
[profile.nightly.severity]
all = \"warn\"
shapes = \"off\"
";

#[test]
fn a_profile_says_how_failures_count_and_a_name_wins_over_all() {
    let config = config(&[("nn-test.toml", SEVERITIES)]);
    assert_eq!(config.profiles(), ["ci", "default", "nightly"]);
    let of = |profile: &str, property: &str| severity(&resolver(config.clone(), profile), property);
    let default = Some("error, nn-test.toml:1:10, profile default".to_owned());
    assert_eq!(of("default", "update_ratio"), default);
    assert_eq!(of("default", "shapes"), None);
    let nightly =
        |level: &str, line: usize| Some(format!("{level}, nn-test.toml:{line}:1, profile nightly"));
    assert_eq!(of("nightly", "shapes"), nightly("off", 4));
    // The chosen profile wins, even with a word on all properties.
    assert_eq!(of("nightly", "update_ratio"), nightly("warn", 3));
}

#[test]
fn severities_of_the_run_win_over_files_and_those_of_a_package_over_the_workspaces() {
    let own = "[package.metadata.nn-test.severity]\nshapes = \"error\"\n";
    let files = [("nn-test.toml", SEVERITIES), ("a/Cargo.toml", own)];
    let config = config(&files);
    let environment = Environment::read(|name| {
        (name == "NN_TEST_SEVERITY").then(|| "update_ratio=warn,learns=warn".to_owned())
    });
    let line = CommandLine::default().with_severities(&[("learns", Severity::Off)]);
    let resolver = Resolver::new(config, line, environment.unwrap()).unwrap();
    let of = |property: &str| severity(&resolver, property).unwrap();
    assert_eq!(of("learns"), "off, command line");
    assert_eq!(of("update_ratio"), "warn, environment variable NN_TEST_SEVERITY");
    assert_eq!(of("shapes"), "error, a/Cargo.toml:2:1 (package.metadata.nn-test), profile default");
}

#[test]
fn mistakes_in_severities_are_told_at_their_places() {
    let text = "\
severity.update_ration = \"error\"
severity.shapes = \"warning\"
severity.learns = 3
[profile.default.severity]
update_ratio = \"warn\"
[profile.ci]
severity = \"warn\"
";
    insta::assert_snapshot!(errors(text));
    let twice = errors("severity.learns = \"off\"\nprofile.default.severity.learns = \"off\"\n");
    assert!(twice.contains("`learns` has two severities in one profile"), "{twice}");
}

#[test]
fn a_severity_in_the_environment_that_is_none_is_an_error() {
    let read = |name: &str| (name == "NN_TEST_SEVERITY").then(|| "shape=off".to_owned());
    let errors = Environment::read(read).unwrap_err();
    assert_eq!(
        errors[0].to_string(),
        "the environment variable NN_TEST_SEVERITY: there is no property `shape`; did you mean \
         `shapes`?"
    );
}

#[test]
fn warnings_are_denied_by_whoever_says_so() {
    let config = config(&[("nn-test.toml", "[profile.ci]\nwarnings = \"deny\"\n")]);
    let denied = |profile: &str| resolver(config.clone(), profile).settings(None).severities();
    assert_eq!(denied("ci").denied_by(), Some("nn-test.toml:2:1, profile ci"));
    assert_eq!(denied("default").denied_by(), None);
}

#[test]
fn a_profile_that_does_not_exist_is_an_error_with_a_suggestion() {
    let config = config(&[("nn-test.toml", "[profile.nightly]\njobs = 2\n")]);
    let error = |line: Option<&str>, variable: Option<&str>| {
        let line = CommandLine::new(line.map(str::to_owned));
        let environment = Environment::read(|name| {
            variable.filter(|_| name == PROFILE_VARIABLE).map(str::to_owned)
        });
        Resolver::new(config.clone(), line, environment.unwrap()).unwrap_err().to_string()
    };
    assert_eq!(
        error(Some("nightli"), Some("ci")),
        "no profile `nightli`; did you mean `nightly`? (profiles here: ci, default, nightly)"
    );
    assert_eq!(
        error(None, Some("CII")),
        "no profile `CII`, which the environment variable NN_TEST_PROFILE names; did you mean \
         `ci`? (profiles here: ci, default, nightly)"
    );
}

#[test]
fn two_files_at_once_are_an_error_that_names_both() {
    let error = load(&[("nn-test.toml", ""), (".config/nn-test.toml", "")]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "there are two configurations, `nn-test.toml` and `.config/nn-test.toml`; keep one of them"
    );
}

#[test]
fn all_errors_of_all_files_are_told_at_once_as_rustc_tells_them() {
    let file = "\
devise = \"cpu\"
jobs = 0
[profile.ci]
timeout = \"long\"
fail-fast = true
max-fail = 3
specs = \"x\"
device = \"gpu\"
junit = true
";
    let manifest = "[package.metadata.nn-test]\nfeatures = [1]\nprofile = 3\n";
    let error = load(&[("nn-test.toml", file), ("a/Cargo.toml", manifest)]).unwrap_err();
    insta::assert_snapshot!(error);
}

#[test]
fn what_is_no_toml_is_told_at_its_place() {
    insta::assert_snapshot!(errors("[profile.ci]\ndevice = cpu\n"), @r"
    error[NN0401]: this is not valid TOML
     --> nn-test.toml:2:10
      |
    2 | device = cpu
      |          ^^^ string values must be quoted, expected literal string
      |
      = note: run `cargo nn-test explain NN0401`
    ");
    let unfinished = errors("jobs = 1\n[profile.ci\n");
    assert!(unfinished.contains("--> nn-test.toml:2:"), "{unfinished}");
}

#[test]
fn a_file_that_is_not_utf8_or_not_readable_is_an_error_that_names_it() {
    let folder = folder_with(&[]);
    let path = folder.path().join("nn-test.toml");
    fs::write(&path, b"# \xff\n").unwrap();
    let load = || Config::load(folder.path(), &[], folder.path()).unwrap_err().to_string();
    let error = load();
    assert!(error.contains("this is not UTF-8") && error.contains("nn-test.toml:1:3"), "{error}");
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    let error = load();
    assert!(error.starts_with("cannot read `nn-test.toml`: "), "{error}");
}

#[test]
fn a_byte_order_mark_is_no_error() {
    assert_eq!(
        resolved(&[("nn-test.toml", "\u{feff}jobs = 2\r\n")], "default", Key::Jobs),
        "2, nn-test.toml:1:1, profile default"
    );
}

#[test]
fn a_manifest_that_says_nothing_is_not_read() {
    let folder = folder_with(&[]);
    let manifest = Manifest {
        path: folder.path().join("nowhere/Cargo.toml"),
        package: Some("a".to_owned()),
        tables: false,
    };
    assert!(Config::load(folder.path(), &[manifest], folder.path()).is_ok());
}

#[test]
fn every_code_of_the_configuration_is_raised_by_its_own_example() {
    // That of filters is raised where they are read.
    let of_files =
        |meta: &&CodeMeta| meta.code.0.starts_with("NN04") && meta.code != Code::FILTER_SYNTAX;
    for meta in CODES.iter().filter(of_files) {
        let Error::Wrong(files) = load(&[("nn-test.toml", meta.example)]).unwrap_err() else {
            panic!("{}", meta.example)
        };
        let codes: Vec<_> = files.iter().flat_map(|file| &file.errors).map(|e| e.code).collect();
        assert_eq!(codes, [meta.code], "{}", meta.example);
    }
}

#[test]
fn values_are_written_as_files_write_them() {
    assert_eq!(Key::MaxFail.written(&Value::Number(0)), ("fail-fast", "false".into()));
    assert_eq!(Key::MaxFail.written(&Value::Number(1)), ("fail-fast", "true".into()));
    assert_eq!(Key::MaxFail.written(&Value::Number(3)), ("max-fail", "3".into()));
    let limit = Key::MemoryLimit.written(&Value::Number(4 << 30));
    assert_eq!(limit, ("memory-limit", "\"4GiB\"".into()));
    assert_eq!(Key::Junit.written(&Value::Nothing), ("junit", "false".into()));
}
