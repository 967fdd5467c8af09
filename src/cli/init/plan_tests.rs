//! Plans over packages that are made up in memory.

use std::collections::BTreeMap;

use super::*;
use crate::workspace::BurnRequirement;

const MANIFEST: &str = "[package]\nname = \"net\"\nversion = \"0.1.0\"\n\n[dependencies]\n\
                        burn = \"0.22\"\n";
const ALL: Wanted = Wanted { nextest: true, workflow: true };

/// A package at `/repository/net` in a workspace at `/repository`.
struct World {
    files: BTreeMap<PathBuf, String>,
    package: Package,
}

impl World {
    fn new() -> Self {
        let root = PathBuf::from("/repository/net");
        let package = Package {
            name: "net".to_owned(),
            specs: root.join("specs"),
            burn: Some(BurnRequirement { version: "^0.22".to_owned(), fits: true }),
            root,
            ..Package::default()
        };
        Self { files: BTreeMap::new(), package }.with("Cargo.toml", MANIFEST)
    }

    /// With a file; a path is relative to the package.
    fn with(mut self, path: &str, text: &str) -> Self {
        self.files.insert(self.package.root.join(path), text.to_owned());
        self
    }

    /// With a file of the workspace.
    fn with_shared(mut self, path: &str, text: &str) -> Self {
        self.files.insert(PathBuf::from("/repository").join(path), text.to_owned());
        self
    }

    fn with_target(mut self, name: &str, text: &str) -> Self {
        let source = self.package.root.join(format!("tests/{name}.rs"));
        self.package.tests.push(TestTarget { name: name.to_owned(), source });
        self.with(&format!("tests/{name}.rs"), text)
    }

    fn plan(&self, wanted: Wanted) -> Result<Plan, Obstacle> {
        let root = PathBuf::from("/repository");
        let packages = vec![self.package.clone()];
        let workspace = Workspace { root: root.clone(), packages, ..Workspace::default() };
        let specs = self.files.iter().filter(|(path, _)| path.starts_with(&self.package.specs));
        let specs = specs.map(|(_, text)| text.clone()).collect();
        let read = |path: &Path| self.files.get(path).cloned();
        plan(
            &Site {
                workspace: &workspace,
                package: &self.package,
                repository: root,
                specs,
                read: &read,
            },
            wanted,
        )
    }

    fn planned(&self) -> Plan {
        self.plan(ALL).unwrap_or_else(|obstacle| panic!("{obstacle:?}"))
    }

    /// The same after the plan was carried out, as cargo would see it.
    fn done(mut self) -> Self {
        for change in self.planned().changes {
            if change.path.ends_with("tests/nn.rs") {
                let target = TestTarget { name: "nn".to_owned(), source: change.path.clone() };
                self.package.tests.push(target);
            }
            self.files.insert(change.path, change.after);
        }
        self.package.nn_test = true;
        self
    }
}

fn changed(plan: &Plan) -> Vec<&str> {
    let below = |path: &'_ PathBuf| path.strip_prefix("/repository").unwrap().to_owned();
    let paths = plan.changes.iter().map(|change| (below(&change.path), &change.path));
    paths.map(|(_, path)| &path.to_str().unwrap()["/repository/".len()..]).collect()
}

fn after<'a>(plan: &'a Plan, path: &str) -> &'a str {
    let change = plan.changes.iter().find(|change| change.path.ends_with(path));
    &change.unwrap_or_else(|| panic!("{path} is not changed")).after
}

#[test]
fn a_package_without_burn_gets_a_first_spec_alone() {
    let mut world = World::new();
    world.package.burn = None;
    let plan = world.planned();
    assert_eq!(changed(&plan), ["net/specs/first.yaml"]);
    assert_eq!(plan.spec.as_deref(), Some("first"));
    let world = world.with("specs/first.yaml", "mine");
    let plan = world.planned();
    assert_eq!(plan.changes, []);
    assert!(matches!(&plan.notes[..], [Note::Kept { .. }]), "{plan:?}");
}

#[test]
fn another_version_of_burn_is_told_and_gets_a_first_spec_alone() {
    let mut world = World::new();
    world.package.burn = Some(BurnRequirement { version: "^0.21".to_owned(), fits: false });
    let plan = world.planned();
    assert_eq!(changed(&plan), ["net/specs/first.yaml"]);
    let Note::Remark(text) = &plan.notes[0] else { panic!("{plan:?}") };
    assert!(text.starts_with("models of Burn ^0.21 are left out"), "{text}");
}

#[test]
fn a_package_with_burn_gets_target_entry_spec_nextest_and_workflow() {
    let plan = World::new().planned();
    assert_eq!(
        changed(&plan),
        [
            "net/tests/nn.rs",
            "net/Cargo.toml",
            "net/specs/classifier.yaml",
            ".config/nextest.toml",
            ".github/workflows/nn-test.yml",
        ]
    );
    assert_eq!(
        after(&plan, "Cargo.toml"),
        format!(
            "{MANIFEST}\n[dev-dependencies]\nnn-test = {{ version = \"0.1\", default-features = \
             false }}\n\n[[test]]\nname = \"nn\"\nharness = false\n"
        )
    );
    assert!(after(&plan, "classifier.yaml").contains("model: {rust: classifier}"));
    assert!(after(&plan, "nextest.toml").contains("package(=net) and binary(=nn)"));
    assert_eq!(plan.notes, []);
}

#[test]
fn what_is_not_wanted_is_left_out() {
    let plan = World::new().plan(Wanted { nextest: false, workflow: false }).unwrap();
    assert_eq!(changed(&plan), ["net/tests/nn.rs", "net/Cargo.toml", "net/specs/classifier.yaml"]);
}

#[test]
fn a_second_time_there_is_nothing_to_do() {
    let plan = World::new().done().planned();
    assert_eq!(plan.changes, []);
    assert!(plan.notes.iter().all(|note| matches!(note, Note::Unchanged(_))), "{plan:?}");
}

#[test]
fn a_package_that_joins_later_adds_only_its_own() {
    let mut world = World::new().done();
    let files = std::mem::take(&mut world.files);
    let mut second = World::new();
    second.package.name = "other".to_owned();
    second.package.root = "/repository/other".into();
    second.package.specs = "/repository/other/specs".into();
    second.files = files;
    let second = second.with("Cargo.toml", MANIFEST);
    let plan = second.planned();
    assert!(!changed(&plan).contains(&".github/workflows/nn-test.yml"), "{plan:?}");
    let nextest = after(&plan, "nextest.toml");
    assert!(nextest.contains("package(=net)") && nextest.contains("package(=other)"), "{nextest}");
    assert_eq!(nextest.matches("[test-groups]").count(), 1);
}

#[test]
fn a_workspaces_own_dependency_is_inherited() {
    let shared = "[workspace]\nmembers = [\"net\"]\n[workspace.dependencies]\nnn-test = \"0.1\"\n";
    let plan = World::new().with_shared("Cargo.toml", shared).planned();
    let manifest = after(&plan, "net/Cargo.toml");
    assert!(manifest.contains("nn-test = { workspace = true }"), "{manifest}");
}

#[test]
fn every_registered_model_without_a_spec_gets_one() {
    let world = World::new()
        .with_target(
            "models",
            "nn_test::main! { \"cnn\" => nn_test::model(a, b), \"vae\" => nn_test::objective(a, b, \
             c), \"Old-One\" => nn_test::model(a, b) }",
        )
        .with("specs/digits.yaml", "model: {rust: cnn}   # the small one\n");
    let plan = world.planned();
    let paths = changed(&plan);
    assert!(paths.contains(&"net/specs/vae.yaml") && paths.contains(&"net/specs/old_one.yaml"));
    assert!(!paths.contains(&"net/specs/cnn.yaml") && !paths.contains(&"net/tests/nn.rs"));
    assert!(after(&plan, "vae.yaml").contains("task: objective"));
    assert!(after(&plan, "old_one.yaml").contains("CHANGE THIS"));
    assert!(after(&plan, "Cargo.toml").contains("name = \"models\"\nharness = false"));
}

#[test]
fn a_target_without_models_is_told_how_to_register_one() {
    let plan = World::new().with_target("specs", "nn_test::main!();").planned();
    assert!(!changed(&plan).contains(&"net/tests/nn.rs"));
    assert!(matches!(&plan.notes[..], [Note::Remark(_)]), "{plan:?}");
}

#[test]
fn a_file_in_the_targets_place_stops_everything() {
    for world in [
        World::new().with("tests/nn.rs", "#[test]\nfn mine() {}\n"),
        World::new().with_target("nn", "#[test]\nfn mine() {}\n"),
    ] {
        let obstacle = world.plan(ALL).unwrap_err();
        assert_eq!(obstacle.path, Path::new("/repository/net/tests/nn.rs"));
    }
}

#[test]
fn an_entry_that_says_something_else_stops_everything_and_is_told() {
    let manifest = format!("{MANIFEST}\n[[test]]\nname = \"models\"\npath = \"tests/models.rs\"\n");
    let world = World::new()
        .with_target("models", "nn_test::main! { \"cnn\" => nn_test::model(a, b) }")
        .with("Cargo.toml", &manifest);
    let obstacle = world.plan(ALL).unwrap_err();
    assert_eq!(obstacle.reason, "`test.harness` is not set there");
    assert!(obstacle.help.contains("harness = false"), "{obstacle:?}");
}

#[test]
fn files_of_others_are_kept_and_shown_what_to_add() {
    let world = World::new()
        .with_shared(".config/nextest.toml", "[test-groups]\ngpu = { max-threads = 4 }\n")
        .with_shared(".github/workflows/nn-test.yml", "name: mine\n")
        .with("specs/classifier.yaml", "model: {layers: [linear: 2]}\n");
    let plan = world.planned();
    assert_eq!(changed(&plan), ["net/tests/nn.rs", "net/Cargo.toml"]);
    let kept = plan.notes.iter().map(|note| match note {
        Note::Kept { path, reason, addition } => {
            (path.file_name().unwrap().to_str().unwrap(), reason.as_str(), addition.is_some())
        }
        other => panic!("{other:?}"),
    });
    assert_eq!(
        kept.collect::<Vec<_>>(),
        [
            ("classifier.yaml", "it does not use the model `classifier`", true),
            ("nextest.toml", "`test-groups.gpu` is `{ max-threads = 4 }` there", true),
            ("nn-test.yml", "it is there already, with another content", false),
        ]
    );
}

#[test]
fn a_nextest_file_of_others_is_added_to() {
    let text = "# ours\n[profile.default]\nretries = 1\n";
    let plan = World::new().with_shared(".config/nextest.toml", text).planned();
    let merged = after(&plan, "nextest.toml");
    assert!(merged.starts_with(text), "{merged}");
    assert!(merged.contains("[[profile.default.overrides]]"), "{merged}");
    assert!(toml::parse(merged).is_ok(), "{merged}");
}

#[test]
fn a_spec_uses_a_model_however_it_is_written() {
    for text in [
        "model: {rust: cnn}",
        "model:\n  rust: cnn\n",
        "model:\n  rust:\n    name: cnn\n    config: {}\n",
        "model: {rust: {name: \"cnn\"}}",
        "model: { rust: 'cnn' }  # x",
    ] {
        assert!(uses(text, "cnn"), "{text}");
    }
    for text in
        ["# model: {rust: cnn}", "model: {rust: cnn2}", "model: {rust: x} # rust: cnn", "name: cnn"]
    {
        assert!(!uses(text, "cnn"), "{text}");
    }
}
