use std::time::SystemTime;

use tempfile::TempDir;

use super::*;

struct Package {
    folder: TempDir,
    store: Store,
}

impl Package {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("specs")).unwrap();
        fs::write(folder.path().join("specs/mlp.yaml"), "").unwrap();
        let store = Store::new(folder.path(), "specs").with_workspace(folder.path());
        Self { folder, store }
    }

    fn file(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn accepted(&self) -> PathBuf {
        self.file("specs/snapshots/mlp/initial_loss.snap")
    }

    fn pending(&self) -> PathBuf {
        self.file("specs/snapshots/mlp/initial_loss.snap.new")
    }

    fn check(
        &self,
        variables: &[(&str, &str)],
        body: &str,
    ) -> Result<SnapshotOutcome, SnapshotError> {
        let spec = self.file("specs/mlp.yaml");
        let assertion = Assertion { file: &spec, line: 12, spec: "mlp", property: "initial_loss" };
        self.check_assertion(variables, assertion, body)
    }

    fn check_assertion(
        &self,
        variables: &[(&str, &str)],
        assertion: Assertion<'_>,
        body: &str,
    ) -> Result<SnapshotOutcome, SnapshotError> {
        let lookup = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        let settings = Settings::read(lookup, None)?;
        let body: Mapping = serde_yaml::from_str(body).unwrap();
        self.store.check_with(&settings, assertion, &body, &Tolerances::default())
    }
}

const ALWAYS: &[(&str, &str)] = &[("INSTA_UPDATE", "always")];

#[test]
fn a_new_snapshot_becomes_a_pending_file_beside_its_place() {
    let package = Package::new();
    let outcome = package.check(&[], "{loss: 2.302585, steps: 3}").unwrap();
    let diff = "+loss: 2.303\n+steps: 3\n".to_owned();
    assert_eq!(outcome, SnapshotOutcome::New { diff, pending: Some(package.pending()) });
    assert_eq!(
        fs::read_to_string(package.pending()).unwrap(),
        "---\nsource: specs/mlp.yaml\nassertion_line: 12\n---\nloss: 2.303\nsteps: 3\n"
    );
    assert!(!package.accepted().exists());
}

#[test]
fn a_changed_number_shows_alone_and_leaves_the_accepted_file_untouched() {
    let package = Package::new();
    assert_eq!(package.check(ALWAYS, "{a: 1.0, b: 2.0}").unwrap(), SnapshotOutcome::Updated);
    let before = fs::read_to_string(package.accepted()).unwrap();
    let outcome = package.check(&[], "{a: 1.001, b: 2.5}").unwrap();
    let diff = " a: 1.0\n-b: 2.0\n+b: 2.5\n".to_owned();
    assert_eq!(outcome, SnapshotOutcome::Changed { diff, pending: Some(package.pending()) });
    assert_eq!(fs::read_to_string(package.accepted()).unwrap(), before);
}

#[test]
fn a_match_writes_nothing_and_clears_what_was_pending() {
    let package = Package::new();
    package.check(ALWAYS, "a: 1.0").unwrap();
    fs::File::options()
        .write(true)
        .open(package.accepted())
        .unwrap()
        .set_modified(SystemTime::UNIX_EPOCH)
        .unwrap();
    package.check(&[], "a: 9.0").unwrap();
    assert!(package.pending().exists());
    assert_eq!(package.check(&[], "a: 1.0015").unwrap(), SnapshotOutcome::Matched);
    assert!(!package.pending().exists());
    let written = fs::metadata(package.accepted()).unwrap().modified().unwrap();
    assert_eq!(written, SystemTime::UNIX_EPOCH);
}

#[test]
fn ci_compares_without_writing() {
    let package = Package::new();
    let outcome = package.check(&[("CI", "true")], "a: 1.0").unwrap();
    assert_eq!(outcome, SnapshotOutcome::New { diff: "+a: 1.0\n".to_owned(), pending: None });
    assert!(!package.file("specs/snapshots").exists());
}

#[test]
fn cargo_insta_test_gets_its_pending_file_and_a_passing_test() {
    let package = Package::new();
    let cargo_insta = [("INSTA_FORCE_PASS", "1"), ("INSTA_UPDATE", "new")];
    let outcome = package.check(&cargo_insta, "a: 1.0").unwrap();
    let pending = Some(package.pending());
    assert_eq!(outcome, SnapshotOutcome::Deferred { diff: "+a: 1.0\n".to_owned(), pending });
    assert!(package.pending().exists());
}

#[test]
fn updating_in_place_removes_the_pending_file() {
    let package = Package::new();
    package.check(&[], "a: 1.0").unwrap();
    assert_eq!(package.check(ALWAYS, "a: 2.0").unwrap(), SnapshotOutcome::Updated);
    assert!(!package.pending().exists());
    let accepted = fs::read_to_string(package.accepted()).unwrap();
    assert_eq!(accepted, "---\nsource: specs/mlp.yaml\n---\na: 2.0\n");
}

#[test]
fn force_rewrites_the_head_but_lets_no_number_drift() {
    let package = Package::new();
    package.check(ALWAYS, "a: 1.0").unwrap();
    let old_head = "---\nsource: elsewhere.yaml\nexpression: old\n---\na: 1.0\n";
    fs::write(package.accepted(), old_head).unwrap();
    let force = [("INSTA_UPDATE", "force")];
    assert_eq!(package.check(&force, "a: 1.0015").unwrap(), SnapshotOutcome::Updated);
    let accepted = fs::read_to_string(package.accepted()).unwrap();
    assert_eq!(accepted, "---\nsource: specs/mlp.yaml\n---\na: 1.0\n");
    assert_eq!(package.check(&force, "a: 1.0015").unwrap(), SnapshotOutcome::Matched);
}

#[test]
fn windows_line_ends_in_the_accepted_file_are_no_difference() {
    let package = Package::new();
    package.check(ALWAYS, "{a: 1.0, b: {c: 2.0}}").unwrap();
    let accepted = fs::read_to_string(package.accepted()).unwrap();
    fs::write(package.accepted(), accepted.replace('\n', "\r\n")).unwrap();
    assert_eq!(package.check(&[], "{a: 1.0, b: {c: 2.0}}").unwrap(), SnapshotOutcome::Matched);
}

#[test]
fn a_pending_folder_mirrors_the_workspace() {
    let package = Package::new();
    let elsewhere = tempfile::tempdir().unwrap();
    let folder = elsewhere.path().to_str().unwrap();
    package.check(&[("INSTA_PENDING_DIR", folder)], "a: 1.0").unwrap();
    let inside = "specs/snapshots/mlp/initial_loss.snap.new";
    assert!(elsewhere.path().join(inside).exists());
    assert!(!package.pending().exists());

    let store = package.store.clone().with_workspace(elsewhere.path());
    let outside = Package { store, ..package };
    let error = outside.check(&[("INSTA_PENDING_DIR", folder)], "a: 1.0").unwrap_err();
    assert!(matches!(error, SnapshotError::OutsideWorkspace { .. }), "{error}");
}

#[test]
fn every_compared_snapshot_is_listed_for_cargo_insta() {
    let package = Package::new();
    let list = package.file("references");
    let variables = [("INSTA_SNAPSHOT_REFERENCES_FILE", list.to_str().unwrap())];
    package.check(&variables, "a: 1.0").unwrap();
    package.check(&variables, "a: 1.0").unwrap();
    let line = format!("{}\n", package.accepted().display());
    assert_eq!(fs::read_to_string(&list).unwrap(), line.repeat(2));
}

#[test]
fn a_folder_that_cannot_be_written_is_an_error_that_names_it_and_keeps_the_difference() {
    let package = Package::new();
    fs::write(package.file("specs/snapshots"), "a file where the folder should be").unwrap();
    // Reading through a file says "not a directory", which must not pass for "no snapshot yet".
    let error = package.check(&[], "a: 1.0").unwrap_err();
    let folder = package.file("specs/snapshots");
    assert!(error.to_string().contains(&folder.display().to_string()), "{error}");
}

#[test]
fn an_accepted_file_that_is_a_folder_is_an_error() {
    let package = Package::new();
    fs::create_dir_all(package.accepted()).unwrap();
    assert!(matches!(package.check(&[], "a: 1.0"), Err(SnapshotError::Unreadable { .. })));
}

#[test]
fn a_pending_file_that_cannot_be_replaced_is_an_error_with_folder_mend_and_difference() {
    let package = Package::new();
    fs::create_dir_all(package.pending().join("occupied")).unwrap();
    let error = package.check(&[], "a: 1.0").unwrap_err();
    let text = error.to_string();
    assert!(text.contains(&package.file("specs/snapshots/mlp").display().to_string()), "{text}");
    assert!(text.contains("INSTA_UPDATE=no"), "{text}");
    let SnapshotError::Unwritable { diff, .. } = error else { panic!("{error:?}") };
    assert_eq!(diff, "+a: 1.0\n");
    let left: Vec<_> = fs::read_dir(package.file("specs/snapshots/mlp")).unwrap().collect();
    assert_eq!(left.len(), 1, "no unfinished file stays behind: {left:?}");
}

#[test]
fn conflict_markers_are_named_with_their_line() {
    let package = Package::new();
    package.check(ALWAYS, "a: 1.0").unwrap();
    let conflict = "---\nsource: specs/mlp.yaml\n---\n<<<<<<< HEAD\na: 1.0\n=======\na: 2.0\n\
                    >>>>>>> other\n";
    fs::write(package.accepted(), conflict).unwrap();
    let error = package.check(ALWAYS, "a: 3.0").unwrap_err();
    let place = format!("{}:4 ", package.accepted().display());
    assert!(error.to_string().starts_with(&place), "{error}");
    assert_eq!(fs::read_to_string(package.accepted()).unwrap(), conflict);
}

#[test]
fn a_file_without_a_head_is_malformed() {
    let package = Package::new();
    package.check(ALWAYS, "a: 1.0").unwrap();
    fs::write(package.accepted(), "a: 1.0\n").unwrap();
    assert!(matches!(package.check(&[], "a: 1.0"), Err(SnapshotError::Malformed { .. })));
    fs::write(package.accepted(), "---\n[ no mapping\n---\na: 1.0\n").unwrap();
    assert!(matches!(package.check(&[], "a: 1.0"), Err(SnapshotError::Malformed { .. })));
    fs::write(package.accepted(), b"---\nsource: x\n---\n\xff\n").unwrap();
    assert!(matches!(package.check(&[], "a: 1.0"), Err(SnapshotError::Malformed { .. })));
}

#[test]
fn a_name_cannot_leave_the_snapshot_folder() {
    let package = Package::new();
    let file = package.file("specs/mlp.yaml");
    for name in ["", "..", "../mlp", "a/b", "a\\b", ".hidden", "ä"] {
        let assertion = Assertion { file: &file, line: 1, spec: name, property: "initial_loss" };
        let error = package.check_assertion(&[], assertion, "a: 1.0").unwrap_err();
        assert!(matches!(error, SnapshotError::Name { .. }), "{name}: {error}");
    }
}

#[test]
fn the_specs_of_a_matrix_have_snapshots() {
    let package = Package::new();
    let file = package.file("specs/mlp.yaml");
    let spec = "mlp-hidden=8-rate=0.5";
    let assertion = Assertion { file: &file, line: 1, spec, property: "initial_loss" };
    assert!(package.check_assertion(&[], assertion, "a: 1.0").is_ok());
}

#[test]
fn the_source_is_never_absolute() {
    let package = Package::new();
    assert_eq!(package.store.source(&package.file("specs/deep/mlp.yaml")), "specs/deep/mlp.yaml");
    assert_eq!(package.store.source(Path::new("/elsewhere/mlp.yaml")), "mlp.yaml");
}

#[test]
fn only_snapshots_that_nothing_refers_to_are_unreferenced() {
    let package = Package::new();
    package.check(ALWAYS, "a: 1.0").unwrap();
    package.check(&[], "a: 2.0").unwrap();
    let folder = package.file("specs/snapshots");
    fs::create_dir_all(folder.join("gone")).unwrap();
    for name in ["gone/a.snap", "gone/b.snap.new", "mlp/learns.snap", "mlp/notes.txt"] {
        fs::write(folder.join(name), "").unwrap();
    }
    let expected = ["gone/a.snap", "gone/b.snap.new", "mlp/learns.snap"];
    assert_eq!(
        package.store.unreferenced(&[("mlp", "initial_loss"), ("other", "learns")]),
        expected.map(|name| folder.join(name))
    );
}

#[test]
fn the_workspace_is_the_nearest_manifest_that_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let package = folder.path().join("crates/net");
    fs::create_dir_all(&package).unwrap();
    fs::write(package.join("Cargo.toml"), "[package]\nname = \"net\"\n").unwrap();
    let manifest = folder.path().join("Cargo.toml");
    fs::write(&manifest, "[workspace.package]\nedition = \"2024\"\n").unwrap();
    assert_eq!(workspace_of(&package), folder.path());
    fs::write(&manifest, "[package]\n# [workspace]\n").unwrap();
    assert_eq!(workspace_of(&package), package);
}

/// The one use of insta's hidden assertion: what it writes is what this module must write.
#[test]
fn the_files_are_byte_for_byte_what_insta_writes() {
    if std::env::var_os("INSTA_UPDATE").is_some() || std::env::var_os("INSTA_PENDING_DIR").is_some()
    {
        return; // They would overrule the configuration below.
    }
    let (ours, theirs) = (Package::new(), Package::new());
    let write_theirs = |update: &str, text: &str| {
        // insta reads a workspace's configuration once, so every write has its own.
        let workspace = tempfile::tempdir_in(theirs.folder.path()).unwrap();
        let behavior = format!("behavior: {{update: {update}, output: none, force_pass: true}}\n");
        fs::write(workspace.path().join("insta.yaml"), behavior).unwrap();
        fs::create_dir(workspace.path().join("specs")).unwrap();
        fs::write(workspace.path().join("specs/mlp.yaml"), "").unwrap();
        let spec = workspace.path().join("specs/mlp.yaml");
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(theirs.file("specs/snapshots/mlp"));
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| {
            insta::_macro_support::assert_snapshot(
                ("initial_loss", text).into(),
                workspace.path(),
                "nn_test",
                "nn_test",
                spec.to_str().unwrap(),
                12,
                "",
            )
            .unwrap();
        });
    };
    let body = "{loss: 2.302585, curve: [1.5, 0.5], layer: {name: 'a: b', nan: .nan}}";
    let text = settle(None, &serde_yaml::from_str(body).unwrap(), &Tolerances::default());

    ours.check(&[], body).unwrap();
    write_theirs("new", &text);
    assert_eq!(
        fs::read_to_string(ours.pending()).unwrap(),
        fs::read_to_string(theirs.pending()).unwrap()
    );
    ours.check(ALWAYS, body).unwrap();
    write_theirs("always", &text);
    assert_eq!(
        fs::read_to_string(ours.accepted()).unwrap(),
        fs::read_to_string(theirs.accepted()).unwrap()
    );
}

#[test]
fn insta_reads_a_pending_file_as_it_was_measured() {
    let package = Package::new();
    package.check(&[], "{loss: 2.302585, curve: [1.5, 0.5]}").unwrap();
    let snapshot = insta::Snapshot::from_file(&package.pending()).unwrap();
    assert_eq!(snapshot.metadata().source(), Some("specs/mlp.yaml"));
    assert_eq!(snapshot.metadata().assertion_line(), Some(12));
    assert_eq!(snapshot.as_text().unwrap().to_string(), "loss: 2.303\ncurve:\n- 1.5\n- 0.5");
}
