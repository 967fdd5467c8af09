//! The texts that `init` writes.

use std::path::Path;

use super::registered::Registered;

/// The name of a new test target.
pub(super) const TARGET: &str = "nn";
pub(super) const TARGET_TEXT: &str = include_str!("files/nn.rs");

const FRESH: &str = include_str!("files/fresh.yaml");
const MODEL: &str = include_str!("files/model.yaml");
const OBJECTIVE: &str = include_str!("files/objective.yaml");
const NEXTEST: &str = include_str!("files/nextest.toml");
const WORKFLOW: &str = include_str!("files/workflow.yml");

/// The dependency on nn-test: a test target needs no command line. A workspace's own word for it is
/// taken over.
pub(super) fn dependency(inherits: bool) -> String {
    let value = match inherits {
        true => "{ workspace = true }".to_owned(),
        false => format!("{{ version = \"{}\", default-features = false }}", version()),
    };
    format!("[dev-dependencies]\nnn-test = {value}\n")
}

/// `0.1`: what cargo itself would write, without the last number.
fn version() -> &'static str {
    concat!(env!("CARGO_PKG_VERSION_MAJOR"), ".", env!("CARGO_PKG_VERSION_MINOR"))
}

pub(super) fn test_entry(target: &str) -> String {
    format!("[[test]]\nname = {}\nharness = false\n", crate::toml::quoted(target))
}

/// The spec of a model. A fresh one fits the model of the fresh target.
pub(super) fn spec(name: &str, model: &Registered, fresh: bool) -> String {
    let text = match (model.objective, fresh) {
        (true, _) => OBJECTIVE,
        (false, true) => FRESH,
        (false, false) => MODEL,
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let quoted = serde_json::Value::from(model.name.as_str()).to_string();
    let written = if model.name.chars().all(plain) { model.name.clone() } else { quoted };
    text.replace("{name}", name)
        .replace("`{model}`", &format!("`{}`", model.name))
        .replace("{model}", &written)
}

/// The name of the spec of a model: lower-case letters, digits and `_`.
pub(super) fn spec_name(model: &str) -> String {
    let fitting = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    let name: String = model.chars().map(fitting).collect();
    if name.is_empty() { "model".to_owned() } else { name }
}

/// What nextest should know about a test target.
pub(super) fn nextest(package: &str, target: &str) -> String {
    NEXTEST.replace("{package}", package).replace("{target}", target)
}

/// The workflow file; `below` is the workspace's folder in the repository.
pub(super) fn workflow(below: &Path) -> String {
    let parts: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
    let below = parts.join("/");
    if below.is_empty() {
        return WORKFLOW.to_owned();
    }
    let folder = serde_json::Value::from(below.as_str());
    WORKFLOW
        .replace(
            "    steps:\n",
            &format!(
                "    defaults:\n      run:\n        working-directory: {folder}\n    steps:\n"
            ),
        )
        .replace(
            "Swatinem/rust-cache@v2\n",
            &format!("Swatinem/rust-cache@v2\n        with:\n          workspaces: {folder}\n"),
        )
        .replace("path: target/", &format!("path: {below}/target/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workspace_below_the_repositorys_root_has_its_folder_named() {
        let text = workflow(Path::new("rust/nets"));
        assert!(text.contains("        working-directory: \"rust/nets\"\n"), "{text}");
        assert!(text.contains("          workspaces: \"rust/nets\"\n"), "{text}");
        assert!(text.contains("path: rust/nets/target/nn-test/junit.xml"), "{text}");
        assert_eq!(workflow(Path::new("")), WORKFLOW);
    }

    #[test]
    fn workflows_are_yaml() {
        for text in [workflow(Path::new("")), workflow(Path::new("a b"))] {
            let tree: serde_yaml::Value = serde_yaml::from_str(&text).unwrap();
            assert!(tree["jobs"]["nn-test"]["steps"].as_sequence().unwrap().len() >= 6, "{text}");
        }
    }

    #[test]
    fn names_of_models_become_names_of_specs() {
        assert_eq!(spec_name("mnist_cnn"), "mnist_cnn");
        assert_eq!(spec_name("MNIST-CNN 2"), "mnist_cnn_2");
        assert_eq!(spec_name(""), "model");
        let model = Registered { name: "a: b".to_owned(), objective: false };
        let text = spec("a__b", &model, false);
        assert!(text.contains("model: {rust: \"a: b\"}") && text.contains("as `a: b`."), "{text}");
    }

    /// The ci profile writes what the workflow uploads.
    #[test]
    fn the_workflow_uploads_what_the_ci_profile_writes() {
        assert!(WORKFLOW.contains("target/nn-test/junit.xml"));
        assert!(crate::config::DEFAULTS.contains("junit = \"target/nn-test/junit.xml\""));
    }
}
