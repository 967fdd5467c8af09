//! Against real workspaces in temporary folders and the real cargo.

use std::fs;

use tempfile::TempDir;

use super::*;

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

fn manifest(name: &str, rest: &str) -> String {
    format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n{rest}")
}

/// A virtual workspace of `a`, `b` and `c`.
fn virtual_workspace(rest: &str) -> TempDir {
    let root = format!("[workspace]\nresolver = \"3\"\nmembers = [\"a\", \"b\", \"c\"]\n{rest}");
    folder_with(&[
        ("Cargo.toml", &root),
        ("a/Cargo.toml", &manifest("a", "")),
        ("a/src/lib.rs", ""),
        ("b/Cargo.toml", &manifest("b", "[package.metadata.nn-test]\nspecs = \"nn\"\n")),
        ("b/src/lib.rs", ""),
        ("c/Cargo.toml", &manifest("c", "")),
        ("c/src/lib.rs", ""),
    ])
}

fn discover(folder: &TempDir, below: &str) -> Workspace {
    let root = folder.path().canonicalize().unwrap();
    Workspace::discover_from(&root.join(below), None).unwrap()
}

fn selected(workspace: &Workspace, selection: &PackageSelection) -> Vec<String> {
    let packages = workspace.select(selection).unwrap();
    packages.iter().map(|package| package.name.clone()).collect()
}

fn default_names(workspace: &Workspace) -> Vec<String> {
    selected(workspace, &PackageSelection::default())
}

#[test]
fn the_root_of_a_virtual_workspace_means_all_members() {
    let folder = virtual_workspace("");
    assert_eq!(default_names(&discover(&folder, "")), ["a", "b", "c"]);
}

#[test]
fn default_members_are_respected_in_the_root() {
    let folder = virtual_workspace("default-members = [\"b\"]\n");
    assert_eq!(default_names(&discover(&folder, "")), ["b"]);
}

#[test]
fn any_folder_of_a_member_means_that_member() {
    let folder = virtual_workspace("default-members = [\"b\"]\n");
    let workspace = discover(&folder, "a/src");
    assert_eq!(default_names(&workspace), ["a"]);
    assert_eq!(workspace.current().unwrap().name, "a");
}

#[test]
fn a_manifest_path_means_its_package() {
    let folder = virtual_workspace("");
    let root = folder.path().canonicalize().unwrap();
    let manifest = Path::new("../b/Cargo.toml");
    let workspace = Workspace::discover_from(&root.join("a"), Some(manifest)).unwrap();
    assert_eq!(default_names(&workspace), ["b"]);
}

#[test]
fn a_root_package_is_meant_in_its_own_folder() {
    let folder = folder_with(&[
        ("Cargo.toml", &manifest("root", "[workspace]\nmembers = [\"a\"]\n")),
        ("src/lib.rs", ""),
        ("a/Cargo.toml", &manifest("a", "")),
        ("a/src/lib.rs", ""),
    ]);
    assert_eq!(default_names(&discover(&folder, "")), ["root"]);
    assert_eq!(default_names(&discover(&folder, "src")), ["root"]);
    assert_eq!(default_names(&discover(&folder, "a")), ["a"]);
}

#[test]
fn packages_are_named_included_and_excluded_as_in_cargo() {
    let folder = virtual_workspace("default-members = [\"b\"]\n");
    let workspace = discover(&folder, "");
    let selection = |packages: &[&str], all, exclude: &[&str]| PackageSelection {
        packages: packages.iter().map(|name| (*name).to_owned()).collect(),
        all,
        exclude: exclude.iter().map(|name| (*name).to_owned()).collect(),
    };
    assert_eq!(selected(&workspace, &selection(&["c", "a"], false, &[])), ["a", "c"]);
    assert_eq!(selected(&workspace, &selection(&[], true, &[])), ["a", "b", "c"]);
    assert_eq!(selected(&workspace, &selection(&[], true, &["b"])), ["a", "c"]);
    assert_eq!(selected(&workspace, &selection(&[], false, &["b"])), ["a", "c"]);
    let error = workspace.select(&selection(&["bb"], false, &[])).unwrap_err();
    assert_eq!(error.to_string(), "no package `bb` in this workspace; did you mean `b`?");
}

#[test]
fn settings_of_the_package_win_over_those_of_the_workspace() {
    let shared = "[workspace.metadata.nn-test]\nspecs = \"tests/nn\"\ndevice = \"cpu\"\n";
    let folder = virtual_workspace(shared);
    let workspace = discover(&folder, "");
    let specs: Vec<_> = workspace
        .packages
        .iter()
        .map(|package| package.specs.strip_prefix(&package.root).unwrap().to_owned())
        .collect();
    assert_eq!(specs, [Path::new("tests/nn"), Path::new("nn"), Path::new("tests/nn")]);
}

#[test]
fn a_wrong_key_names_the_manifest() {
    let folder = virtual_workspace("[workspace.metadata.nn-test]\ndevise = \"cpu\"\n");
    let root = folder.path().canonicalize().unwrap();
    let error = Workspace::discover_from(&root, None).unwrap_err().to_string();
    let place = " --> Cargo.toml:5:1\n";
    assert!(error.contains("unknown key `devise` here") && error.contains(place), "{error}");
}

#[test]
fn dependencies_and_test_targets_are_found() {
    let burn = |version: &str| {
        let folder = folder_with(&[
            ("Cargo.toml", &manifest("a", &format!("[dependencies]\nburn = \"{version}\"\n"))),
            ("src/lib.rs", ""),
            ("tests/nn.rs", ""),
        ]);
        discover(&folder, "").packages.remove(0)
    };
    let package = burn("0.22");
    let version = "^0.22".to_owned();
    assert_eq!(package.burn, Some(BurnRequirement { version, fits: true }));
    assert!(!package.nn_test);
    assert_eq!(package.tests.len(), 1);
    assert_eq!(package.tests[0].name, "nn");
    assert!(package.tests[0].source.ends_with("tests/nn.rs"));
    assert!(!burn("0.21").burn.unwrap().fits);
}

#[test]
fn test_targets_that_register_models_can_be_named() {
    let named = |targets: &str| {
        let table = format!("[package.metadata.nn-test]\ntargets = {targets}\n");
        let folder = folder_with(&[
            ("Cargo.toml", &manifest("a", &table)),
            ("src/lib.rs", ""),
            ("tests/nn.rs", "nn_test::main!();"),
            ("tests/nets.rs", ""),
        ]);
        let root = folder.path().canonicalize().unwrap();
        let workspace = Workspace::discover_from(&root, None).map_err(|error| error.to_string())?;
        let targets = workspace.packages[0].model_targets().map(|target| target.name.clone());
        Ok::<_, String>(targets.collect::<Vec<_>>())
    };
    assert_eq!(named("[]"), Ok(vec!["nn".to_owned()]));
    assert_eq!(named("[\"nets\"]"), Ok(vec!["nets".to_owned()]));
    assert_eq!(
        named("[\"net\"]").unwrap_err(),
        "Cargo.toml:6:1 (package.metadata.nn-test): there is no test target `net`; did you mean \
         `nets`?"
    );
}

#[test]
fn the_version_of_burn_is_the_one_that_nn_test_depends_on() {
    let manifest = include_str!("../../Cargo.toml");
    assert!(manifest.contains(&format!("burn = {{ version = \"={BURN}\"")));
}

#[test]
fn outside_a_workspace_cargos_own_words_are_shown() {
    let folder = folder_with(&[]);
    let error = Workspace::discover_from(folder.path(), None).unwrap_err();
    assert!(matches!(error, Error::Metadata { .. }));
    let message = error.to_string();
    assert!(
        message.starts_with("`cargo metadata` failed: could not find `Cargo.toml`"),
        "{message}"
    );
}

#[test]
fn a_spec_belongs_to_the_package_that_holds_it_most_closely() {
    let folder = folder_with(&[
        ("Cargo.toml", &manifest("root", "[workspace]\nmembers = [\"a\"]\n")),
        ("src/lib.rs", ""),
        ("a/Cargo.toml", &manifest("a", "")),
        ("a/src/lib.rs", ""),
    ]);
    let workspace = discover(&folder, "");
    let owner = |path: &str| workspace.owner(&workspace.root.join(path)).unwrap().name.clone();
    assert_eq!(owner("fixtures/x.yaml"), "root");
    assert_eq!(owner("a/fixtures/x.yaml"), "a");
    assert_eq!(workspace.owner(Path::new("/elsewhere/x.yaml")), None);
}
