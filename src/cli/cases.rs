//! From the command line to the test cases that it means.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::env;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Error;
use super::nothing::Nothing;
use super::options::{Filterset, NoTests, SelectionOptions};
use super::paths::{Positional, classify, cleaned, relative};
use crate::config::Config;
use crate::filter::Subject;
use crate::harness::{self, TestCase};
use crate::report::event::TestResult;
use crate::runner::{Partition, Selection};
use crate::spec::Spec;
use crate::suggestion::closest;
use crate::workspace::{Package, Workspace, spec_files};

/// What the command line means.
#[derive(Debug)]
pub(super) struct Choice {
    /// What the workspace's files say about the run.
    pub(super) config: Config,
    /// Package by package; none is empty.
    pub(super) groups: Vec<Group>,
    /// Cargo's target folder.
    pub(super) target_folder: PathBuf,
    /// Why nothing is selected, if so.
    nothing: Option<Nothing>,
}

/// The chosen specs of one package. Spec names are unique inside it, as test names are inside a
/// test binary.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) package: String,
    /// Absolute.
    pub(super) package_root: PathBuf,
    /// The package as cargo sees it; `None` for specs that lie in no package.
    pub(super) member: Option<Package>,
    pub(super) specs: Vec<ChosenSpec>,
}

/// A spec with at least one chosen test case.
#[derive(Debug, Clone, Default)]
pub(super) struct ChosenSpec {
    /// The spec's name; for a file that cannot be read the name of its test case.
    pub(super) name: String,
    /// What was read; nothing for a file that cannot be.
    pub(super) loaded: Option<Arc<Spec>>,
    /// Relative to the current folder where possible.
    pub(super) file: PathBuf,
    /// The same, absolute.
    pub(super) path: PathBuf,
    /// The folder that holds its `snapshots` folder; absolute.
    pub(super) specs_dir: PathBuf,
    pub(super) tests: Vec<String>,
    /// Line and column of each of them.
    pub(super) places: HashMap<String, (usize, usize)>,
    /// Whether these are all test cases of the spec.
    pub(super) whole: bool,
    /// One of its test cases where its model is written in Rust.
    pub(super) rust: Option<TestCase>,
    /// Seconds that it allows itself.
    pub(super) timeout: Option<u64>,
    /// Results that are known without a run, since the spec is broken; their names stand in
    /// `tests`, too.
    pub(super) foregone: Vec<TestResult>,
}

impl ChosenSpec {
    /// What a filter asks about one of its test cases.
    fn subject<'case>(&'case self, package: &'case str, test: &'case str) -> Subject<'case> {
        let property = test.rsplit_once("::").map(|(_, property)| property);
        let property = property.filter(|_| self.foregone.is_empty());
        let kind = match (&self.loaded, self.foregone.is_empty()) {
            (Some(spec), true) if spec.rust_model().is_some() => "rust",
            (Some(_), true) => "layers",
            _ => "broken",
        };
        let tags = self.tags().collect();
        Subject { test, package, spec: &self.name, property, tags, kind }
    }

    /// The names by which the spec can be chosen.
    pub(super) fn tags(&self) -> impl Iterator<Item = &str> {
        self.loaded.iter().flat_map(|spec| &spec.tags).map(|tag| tag.value.as_str())
    }
}

impl Choice {
    pub(super) fn tests(&self) -> usize {
        self.specs().map(|spec| spec.tests.len()).sum()
    }

    pub(super) fn specs(&self) -> impl Iterator<Item = &ChosenSpec> {
        self.groups.iter().flat_map(|group| &group.specs)
    }

    /// Keeps the test cases of one shard. They are counted as nextest does: package by package,
    /// those of a package sorted by name.
    pub(super) fn shard(mut self, partition: Option<Partition>) -> Self {
        let Some(partition) = partition else { return self };
        let of = self.tests();
        let names = self.groups.iter().flat_map(|group| {
            let tests = group.specs.iter().flat_map(|spec| &spec.tests);
            tests.map(|test| (group.package.clone(), test.clone()))
        });
        let names: BTreeSet<(String, String)> = names.collect();
        let held: HashSet<(String, String)> = names
            .into_iter()
            .enumerate()
            .filter(|(place, (_, name))| partition.holds(name, *place))
            .map(|(_, key)| key)
            .collect();
        self.retain(|package, _, test| held.contains(&(package.to_owned(), test.to_owned())));
        if self.groups.is_empty() && self.nothing.is_none() {
            self.nothing = Some(Nothing::EmptyShard { partition, of });
        }
        self
    }

    /// Keeps the test cases that the profile's filter selects.
    pub(super) fn filtered(mut self, default: &Filterset) -> Self {
        let of = self.tests();
        self.retain(|package, spec, test| default.filter.selects(&spec.subject(package, test)));
        if self.groups.is_empty() && self.nothing.is_none() {
            self.nothing = Some(Nothing::DefaultFilter { text: default.text.clone(), of });
        }
        self
    }

    /// Keeps the specs for which `holds`, given their package's root, says so.
    pub(super) fn keeping(mut self, holds: impl Fn(&Path, &ChosenSpec) -> bool) -> Self {
        for Group { package_root, specs, .. } in &mut self.groups {
            specs.retain(|spec| holds(package_root, spec));
        }
        self.groups.retain(|group| !group.specs.is_empty());
        self
    }

    /// Keeps the test cases for which `holds`, given package, spec and name, says so.
    fn retain(&mut self, holds: impl Fn(&str, &ChosenSpec, &str) -> bool) {
        for Group { package, specs, .. } in &mut self.groups {
            for spec in &mut *specs {
                let kept = |test: &&String| holds(package, spec, test);
                let kept: Vec<String> = spec.tests.iter().filter(kept).cloned().collect();
                spec.whole &= kept.len() == spec.tests.len();
                spec.foregone.retain(|result| kept.contains(&result.test));
                spec.tests = kept;
            }
            specs.retain(|spec| !spec.tests.is_empty());
        }
        self.groups.retain(|group| !group.specs.is_empty());
    }

    /// Applies `--no-tests`: an error, or the sentence to say, or nothing when tests are selected.
    pub(super) fn unless_empty(&self, action: NoTests) -> Result<Option<String>, Error> {
        let Some(nothing) = &self.nothing else { return Ok(None) };
        match action {
            NoTests::Fail => {
                Err(Error::NothingSelected { reason: nothing.reason(), help: nothing.help() })
            }
            NoTests::Warn => Ok(Some(nothing.reason())),
            NoTests::Pass => Ok(None),
        }
    }
}

/// Finds packages, spec files and test cases, and selects.
///
/// # Errors
///
/// When there is no workspace, a named package or file does not exist, or a folder cannot be read.
/// Broken specs are no errors here: each is a failing test case.
pub(super) fn choose(options: &SelectionOptions) -> Result<Choice, Error> {
    let current = env::current_dir()?;
    let workspace = Workspace::discover(options.manifest.manifest_path.as_deref())?;
    let packages = workspace.select(&options.packages())?;
    let (paths, filters) = split(&options.filters, &current)?;
    let files = match paths.is_empty() {
        true => files_of_packages(&packages)?,
        false => {
            let named_packages = (!options.packages().is_default()).then_some(packages.as_slice());
            files_of_paths(&paths, &workspace, named_packages)?
        }
    };
    let selection = options.selection(filters);
    let filtersets = options.filtersets()?;
    let groups = files.into_iter().map(|files| files.collected(&current));
    let searched = || packages.iter().map(|package| relative(&package.specs, &current)).collect();
    let choice =
        selected(groups.collect(), (&selection, &filtersets), workspace.config.clone(), searched);
    Ok(Choice { target_folder: workspace.target, ..choice })
}

/// Spec files of one package, absolute, each with the folder of its snapshots' parent.
#[derive(Debug)]
struct PackageFiles {
    package: String,
    package_root: PathBuf,
    member: Option<Package>,
    files: Vec<(PathBuf, PathBuf)>,
}

/// What selection needs to know of a test case.
#[derive(Debug)]
struct Case {
    name: String,
    file: PathBuf,
    /// The spec's name, and the spec where it could be read.
    spec: String,
    loaded: Option<Arc<Spec>>,
    foregone: Option<TestResult>,
    timeout: Option<u64>,
    /// Line and column.
    place: (usize, usize),
    /// The case itself where its model is written in Rust.
    rust: Option<TestCase>,
}

impl From<TestCase> for Case {
    fn from(case: TestCase) -> Self {
        Self {
            name: case.name.clone(),
            file: case.file.clone(),
            spec: match case.loaded() {
                Some(spec) => spec.name.value.clone(),
                None => case.name.clone(),
            },
            loaded: case.loaded().cloned(),
            foregone: case.foregone(),
            timeout: case.timeout(),
            place: (case.line, case.column),
            rust: case.rust_model().is_some().then_some(case),
        }
    }
}

/// The test cases of a package's files, before selection.
struct Collected {
    group: Group,
    cases: Vec<Case>,
}

impl PackageFiles {
    fn of(package: &Package) -> Self {
        Self {
            package: package.name.clone(),
            package_root: package.root.clone(),
            member: Some(package.clone()),
            files: Vec::new(),
        }
    }

    fn collected(self, current: &Path) -> Collected {
        let shown = |path: &Path| relative(path, current);
        let files: Vec<PathBuf> = self.files.iter().map(|(file, _)| shown(file)).collect();
        let cases = harness::collect(&files).into_iter().map(Case::from).collect();
        let specs = files.into_iter().zip(self.files).map(|(file, (path, specs_dir))| ChosenSpec {
            file,
            path,
            specs_dir,
            ..ChosenSpec::default()
        });
        let group = Group {
            package: self.package,
            package_root: self.package_root,
            member: self.member,
            specs: specs.collect(),
        };
        Collected { group, cases }
    }
}

/// Separates positional arguments into paths (absolute) and filters.
fn split(words: &[String], current: &Path) -> Result<(Vec<PathBuf>, Vec<String>), Error> {
    let (mut paths, mut filters) = (Vec::new(), Vec::new());
    for word in words {
        match classify(word, current) {
            Positional::Filter => filters.push(word.clone()),
            Positional::SpecFile | Positional::Folder => paths.push(cleaned(&current.join(word))),
            Positional::MissingFile => return Err(missing_file(word, current)),
        }
    }
    Ok((paths, filters))
}

fn missing_file(word: &str, current: &Path) -> Error {
    let path = current.join(word);
    let folder = path.parent().unwrap_or(current);
    let neighbours = spec_files(folder).unwrap_or_default();
    let names = neighbours.iter().filter_map(|path| path.file_name()?.to_str());
    let wanted = Path::new(word).file_name().and_then(|name| name.to_str()).unwrap_or(word);
    let suggestion = closest(wanted, names)
        .map(|name| Path::new(word).with_file_name(name).display().to_string());
    Error::NoSpecFile { path: word.into(), suggestion }
}

fn files_of_packages(packages: &[&Package]) -> Result<Vec<PackageFiles>, Error> {
    let of_package = |package: &&Package| {
        let files = read_folder(&package.specs)?;
        let files = files.into_iter().map(|file| (file, package.specs.clone())).collect();
        Ok(PackageFiles { files, ..PackageFiles::of(package) })
    };
    packages.iter().map(of_package).collect()
}

/// The specs at `paths`, each with the package that holds it. `only` leaves out other packages.
fn files_of_paths(
    paths: &[PathBuf],
    workspace: &Workspace,
    only: Option<&[&Package]>,
) -> Result<Vec<PackageFiles>, Error> {
    let mut groups: Vec<PackageFiles> = Vec::new();
    for path in paths {
        let files = if path.is_dir() { read_folder(path)? } else { vec![path.clone()] };
        for file in files {
            let owner = workspace.owner(&file);
            if only.is_some_and(|only| !owner.is_some_and(|owner| only.contains(&owner))) {
                continue;
            }
            let folder = file.parent().unwrap_or(&file).to_owned();
            let candidate = owner.map_or_else(|| stray_files(&folder), PackageFiles::of);
            let specs_dir = owner
                .map(|package| package.specs.clone())
                .filter(|specs| file.starts_with(specs))
                .unwrap_or(folder);
            let root = &candidate.package_root;
            let place = groups.iter().position(|group| group.package_root == *root);
            let group = match place {
                Some(place) => &mut groups[place],
                None => {
                    groups.push(candidate);
                    groups.last_mut().expect("an element was pushed just now")
                }
            };
            if !group.files.iter().any(|(known, _)| *known == file) {
                group.files.push((file, specs_dir));
            }
        }
    }
    Ok(groups)
}

/// Specs that lie in no package of the workspace stand on their own.
fn stray_files(folder: &Path) -> PackageFiles {
    PackageFiles {
        package: folder.display().to_string(),
        package_root: folder.to_owned(),
        member: None,
        files: Vec::new(),
    }
}

fn read_folder(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    spec_files(folder).map_err(|error| Error::SpecFolder { folder: folder.to_owned(), error })
}

/// Keeps the test cases that the selection means, and what holds them.
fn selected(
    collected: Vec<Collected>,
    (selection, filtersets): (&Selection, &[Filterset]),
    config: Config,
    searched: impl FnOnce() -> Vec<PathBuf>,
) -> Choice {
    let names: Vec<String> = collected
        .iter()
        .flat_map(|collected| collected.cases.iter().map(|case| case.name.clone()))
        .collect();
    let groups = collected.into_iter().filter_map(|Collected { mut group, cases }| {
        let files = std::mem::take(&mut group.specs);
        for case in cases {
            let holder = holder(&mut group.specs, &files, &case);
            let foregone = holder.foregone.len();
            holder.foregone.extend(case.foregone);
            let subject = holder.subject(&group.package, &case.name);
            let fits = |set: &Filterset| set.filter.selects(&subject);
            let fits = filtersets.is_empty() || filtersets.iter().any(fits);
            if !fits || !selection.selects(&case.name) {
                holder.foregone.truncate(foregone);
                holder.whole = false;
                continue;
            }
            holder.places.insert(case.name.clone(), case.place);
            holder.tests.push(case.name);
            holder.rust = case.rust;
            holder.timeout = case.timeout;
        }
        group.specs.retain(|spec| !spec.tests.is_empty());
        (!group.specs.is_empty()).then_some(group)
    });
    let groups: Vec<Group> = groups.collect();
    let nothing = match (groups.is_empty(), names.is_empty()) {
        (false, _) => None,
        (true, true) => Some(Nothing::NoSpecs(searched())),
        (true, false) => Some(Nothing::NoMatch {
            filters: texts(selection, filtersets),
            suggestion: suggestion(selection, &names),
        }),
    };
    Choice { config, groups, target_folder: PathBuf::new(), nothing }
}

/// All that selects, as it was written.
fn texts(selection: &Selection, filtersets: &[Filterset]) -> Vec<String> {
    let filtersets = filtersets.iter().map(|set| &set.text);
    selection.filters.iter().chain(filtersets).cloned().collect()
}

/// The spec of a case: one of its file, which may hold several.
fn holder<'specs>(
    specs: &'specs mut Vec<ChosenSpec>,
    files: &[ChosenSpec],
    case: &Case,
) -> &'specs mut ChosenSpec {
    let known = specs.iter().position(|spec| spec.file == case.file && spec.name == case.spec);
    let place = known.unwrap_or_else(|| {
        let file = files.iter().find(|spec| spec.file == case.file);
        let file = file.expect("a case comes from one of the files it was collected from");
        let (name, loaded) = (case.spec.clone(), case.loaded.clone());
        specs.push(ChosenSpec { name, loaded, whole: true, ..file.clone() });
        specs.len() - 1
    });
    &mut specs[place]
}

/// The name, or part of a name, that a filter most likely stands for.
fn suggestion(selection: &Selection, names: &[String]) -> Option<String> {
    let parts = names.iter().flat_map(|name| {
        std::iter::once(name.as_str()).chain(name.split("::")).collect::<Vec<_>>()
    });
    let parts: Vec<&str> = parts.collect();
    let found = selection.filters.iter().find_map(|filter| closest(filter, parts.iter().copied()));
    found.map(str::to_owned)
}

#[cfg(test)]
#[path = "cases_tests.rs"]
mod tests;
