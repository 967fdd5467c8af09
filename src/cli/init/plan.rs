//! What `init` would do, from what is there: nothing is written here.

use std::path::{Path, PathBuf};

use super::changes::Change;
use super::registered::{Registered, registered};
use super::templates;
use crate::toml::{self, merged};
use crate::workspace::{Package, TestTarget, Workspace};

/// What there is.
pub(super) struct Site<'a> {
    pub(super) workspace: &'a Workspace,
    pub(super) package: &'a Package,
    /// The folder of the repository: workflows are at home there.
    pub(super) repository: PathBuf,
    /// The texts of all specs of the package.
    pub(super) specs: Vec<String>,
    /// The text of a file, if it is there and can be read.
    pub(super) read: &'a dyn Fn(&Path) -> Option<String>,
}

/// What is wanted beside target and specs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted {
    pub(super) nextest: bool,
    pub(super) workflow: bool,
}

/// What is to be done and to be said.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Plan {
    pub(super) changes: Vec<Change>,
    pub(super) notes: Vec<Note>,
    /// The name of a spec to try.
    pub(super) spec: Option<String>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Note {
    /// It is all there already.
    Unchanged(PathBuf),
    /// It says something else, so it stays; what to add by hand, if anything.
    Kept { path: PathBuf, reason: String, addition: Option<String> },
    /// No file's fault.
    Remark(String),
}

/// What stands in the way of a test target. Nothing is done then.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Obstacle {
    pub(super) path: PathBuf,
    pub(super) reason: String,
    pub(super) help: String,
}

/// A test target that nn-test runs.
struct Target {
    name: String,
    models: Vec<Registered>,
}

/// The whole plan: with Burn among the dependencies a target for Rust models and all around it, else
/// a first spec.
pub(super) fn plan(site: &Site<'_>, wanted: Wanted) -> Result<Plan, Obstacle> {
    let mut plan = Plan::default();
    match &site.package.burn {
        Some(burn) if burn.fits => rust_models(site, wanted, &mut plan)?,
        Some(burn) => {
            plan.notes.push(Note::Remark(format!(
                "models of Burn {} are left out: nn-test works with Burn {}",
                burn.version,
                crate::workspace::BURN
            )));
            first_spec(site, &mut plan);
        }
        None => first_spec(site, &mut plan),
    }
    Ok(plan)
}

fn first_spec(site: &Site<'_>, plan: &mut Plan) {
    let path = site.package.specs.join("first.yaml");
    plan.spec = Some("first".to_owned());
    new_file(site, plan, path, super::FIRST_SPEC.to_owned());
}

fn rust_models(site: &Site<'_>, wanted: Wanted, plan: &mut Plan) -> Result<(), Obstacle> {
    let mut targets = existing_targets(site);
    let fresh = targets.is_empty();
    if fresh {
        targets.push(new_target(site, plan)?);
    }
    manifest(site, plan, &targets)?;
    for model in targets.iter().flat_map(|target| &target.models) {
        spec(site, plan, model, fresh);
    }
    if !fresh && targets.iter().all(|target| target.models.is_empty()) {
        let example = "`nn_test::main! { \"name\" => nn_test::model(Net::new, Net::forward) }`";
        plan.notes.push(Note::Remark(format!("no model is registered yet: {example}")));
    }
    if wanted.nextest {
        nextest(site, plan, &targets);
    }
    if wanted.workflow {
        let path = site.repository.join(".github/workflows/nn-test.yml");
        let below = site.workspace.root.strip_prefix(&site.repository).unwrap_or(Path::new(""));
        new_file(site, plan, path, templates::workflow(below));
    }
    Ok(())
}

/// The package's test targets that call `nn_test::main!`.
fn existing_targets(site: &Site<'_>) -> Vec<Target> {
    let targets = site.package.tests.iter().filter_map(|target: &TestTarget| {
        let models = registered(&(site.read)(&target.source)?)?;
        Some(Target { name: target.name.clone(), models })
    });
    targets.collect()
}

fn new_target(site: &Site<'_>, plan: &mut Plan) -> Result<Target, Obstacle> {
    let path = site.package.root.join("tests").join(format!("{}.rs", templates::TARGET));
    let taken = site.package.tests.iter().find(|target| target.name == templates::TARGET);
    if let Some(taken) = taken.map(|target| &target.source).or((site.read)(&path).map(|_| &path)) {
        return Err(Obstacle {
            path: taken.clone(),
            reason: "it is there already, and does not call `nn_test::main!`".to_owned(),
            help: "nothing was changed; give it another name, or call `nn_test::main!` in a test \
                   target of your own"
                .to_owned(),
        });
    }
    let after = templates::TARGET_TEXT.to_owned();
    let models = registered(&after).unwrap_or_default();
    plan.changes.push(Change { path, before: None, after });
    Ok(Target { name: templates::TARGET.to_owned(), models })
}

/// The dependency on nn-test, and an entry for each target.
fn manifest(site: &Site<'_>, plan: &mut Plan, targets: &[Target]) -> Result<(), Obstacle> {
    let path = site.package.root.join("Cargo.toml");
    let obstacle = |reason: String, addition: &str| Obstacle {
        path: path.clone(),
        reason,
        help: format!("nothing was changed; this is to be added by hand:\n\n{addition}"),
    };
    let mut fragments = Vec::new();
    if !site.package.nn_test {
        fragments.push(templates::dependency(inherits(site)));
    }
    fragments.extend(targets.iter().map(|target| templates::test_entry(&target.name)));
    let fragment = fragments.join("\n");
    let before = (site.read)(&path)
        .ok_or_else(|| obstacle("it cannot be read as UTF-8".to_owned(), &fragment))?;
    let after = merged(&before, &fragment).map_err(|stop| obstacle(stop.to_string(), &fragment))?;
    change(plan, path, Some(before), after);
    Ok(())
}

/// Whether the workspace has a version of nn-test for its members.
fn inherits(site: &Site<'_>) -> bool {
    let text = (site.read)(&site.workspace.root.join("Cargo.toml")).unwrap_or_default();
    let tree = toml::parse(&text).unwrap_or_default();
    tree.at(&["workspace", "dependencies", "nn-test"]).is_some()
}

fn spec(site: &Site<'_>, plan: &mut Plan, model: &Registered, fresh: bool) {
    if site.specs.iter().any(|text| uses(text, &model.name)) {
        return;
    }
    let name = templates::spec_name(&model.name);
    let path = site.package.specs.join(format!("{name}.yaml"));
    let text = templates::spec(&name, model, fresh);
    if let Some(before) = (site.read)(&path) {
        let reason = format!("it does not use the model `{}`", model.name);
        let addition = (before != text).then_some(text);
        plan.notes.push(Note::Kept { path, reason, addition });
        return;
    }
    plan.spec.get_or_insert(name);
    plan.changes.push(Change { path, before: None, after: text });
}

/// Whether a spec uses a Rust model, told from its text, since even a broken spec may.
fn uses(spec: &str, model: &str) -> bool {
    let code = spec.lines().map(|line| match line.trim_start().starts_with('#') {
        true => "",
        false => line.split(" #").next().unwrap_or_default(),
    });
    let code: Vec<&str> = code.collect();
    let code = code.join("\n");
    code.match_indices("rust:").any(|(at, key)| {
        let rest = code[at + key.len()..].trim_start_matches([' ', '\n', '{']);
        let value = rest.strip_prefix("name:").unwrap_or(rest).trim_start();
        let value = value.trim_start_matches(['"', '\'']);
        let after = value.strip_prefix(model);
        after.is_some_and(|rest| {
            rest.chars().next().is_none_or(|next| !next.is_alphanumeric() && !"_-".contains(next))
        })
    })
}

fn nextest(site: &Site<'_>, plan: &mut Plan, targets: &[Target]) {
    let path = site.workspace.root.join(".config/nextest.toml");
    let before = (site.read)(&path);
    let mut after = before.clone().unwrap_or_default();
    for target in targets {
        let fragment = templates::nextest(&site.package.name, &target.name);
        // A new file begins without an empty line.
        let text = if after.is_empty() { Ok(fragment.clone()) } else { merged(&after, &fragment) };
        match text {
            Ok(text) => after = text,
            Err(stop) => {
                let (path, reason) = (path.clone(), stop.to_string());
                plan.notes.push(Note::Kept { path, reason, addition: Some(fragment) });
                return;
            }
        }
    }
    change(plan, path, before, after);
}

/// A file that is nn-test's own.
fn new_file(site: &Site<'_>, plan: &mut Plan, path: PathBuf, text: String) {
    match (site.read)(&path) {
        None => plan.changes.push(Change { path, before: None, after: text }),
        Some(before) if before.replace("\r\n", "\n") == text => {
            plan.notes.push(Note::Unchanged(path));
        }
        Some(_) => {
            let reason = "it is there already, with another content".to_owned();
            plan.notes.push(Note::Kept { path, reason, addition: None });
        }
    }
}

fn change(plan: &mut Plan, path: PathBuf, before: Option<String>, after: String) {
    match before.as_ref() == Some(&after) {
        true => plan.notes.push(Note::Unchanged(path)),
        false => plan.changes.push(Change { path, before, after }),
    }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
