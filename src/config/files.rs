//! Where configurations stand, and reading them.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::error::Error;
use super::layer::{Layer, Place, Placed};
use super::reader::{self, Home};
use crate::spec::{Code, Diagnostic, Diagnostics, Source, Span};
use crate::toml::{self, Node};

/// The defaults, with the meaning of every key.
pub const DEFAULTS: &str = include_str!("default.toml");

/// Where a configuration may stand, below the workspace's root.
const FILES: [&str; 2] = ["nn-test.toml", ".config/nn-test.toml"];

/// A `Cargo.toml` of the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    pub path: PathBuf,
    /// The package that it describes, if it has one.
    pub package: Option<String>,
    /// Whether it has a table for nn-test, of the package or of the workspace. The others need not
    /// be read.
    pub tables: bool,
}

/// All that is said about runs of a workspace, as layers that nobody has decided between yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// The workspace's root: paths in its configuration start here.
    pub root: PathBuf,
    /// The file of nn-test's own, if there is one; as shown to the user.
    pub file: Option<PathBuf>,
    /// What speaks for the run, the strongest first.
    pub(super) shared: Vec<Layer>,
    /// What packages say for themselves.
    pub(super) own: BTreeMap<String, Layer>,
    pub(super) built_in: Layer,
    /// The package in the workspace's root.
    pub(super) root_package: Option<String>,
}

impl Config {
    /// Reads all configurations of a workspace. Paths are shown relative to `current` where they lie
    /// inside.
    ///
    /// # Errors
    ///
    /// When a file cannot be read, or something in it is wrong: then with all that is wrong in all
    /// of them.
    pub fn load(root: &Path, manifests: &[Manifest], current: &Path) -> Result<Self, Error> {
        let mut config = Self::built_in(root);
        let mut wrong = Vec::new();
        if let Some(path) = own_file(root, current)? {
            let source = read_source(&path, current)?;
            config.file = Some(source.path.clone());
            config.shared.extend(read_file(source, &mut wrong));
        }
        for manifest in manifests.iter().filter(|manifest| manifest.tables) {
            let source = read_source(&manifest.path, current)?;
            config.read_manifest(manifest, source, &mut wrong);
        }
        if wrong.is_empty() { Ok(config) } else { Err(Error::Wrong(wrong)) }
    }

    /// The built-in configuration alone.
    pub fn built_in(root: &Path) -> Self {
        let mut wrong = Vec::new();
        let built_in = read_file(Source::new("default.toml", DEFAULTS), &mut wrong);
        Self {
            root: root.to_owned(),
            file: None,
            shared: Vec::new(),
            own: BTreeMap::new(),
            built_in: built_in.filter(|_| wrong.is_empty()).expect("a test reads the defaults"),
            root_package: None,
        }
    }

    fn read_manifest(&mut self, manifest: &Manifest, source: Source, wrong: &mut Vec<Diagnostics>) {
        let Some(tree) = parsed(&source, wrong) else { return };
        let at_root = manifest.path.parent() == Some(&*self.root);
        let home = if at_root { Home::RootPackage } else { Home::Package };
        let mut errors = Vec::new();
        let mut layer = |home: Home| {
            let path: Vec<&str> =
                home.table().into_iter().flat_map(|path| path.split('.')).collect();
            let entry = tree.at(&path)?;
            let Node::Table(table) = &entry.value.value else {
                let name = path.join(".");
                let message = format!("`{name}` must be a table: `[{name}]`");
                let code = Code::CONFIG_WRONG_VALUE;
                errors.push(Diagnostic::new(code, message, entry.value.span, ""));
                return None;
            };
            let (layer, found) = reader::read(&source, home, table);
            errors.extend(found);
            Some(layer)
        };
        if let Some(package) = &manifest.package
            && let Some(layer) = layer(home)
        {
            self.own.insert(package.clone(), layer);
            self.root_package = self.root_package.take().or(at_root.then(|| package.clone()));
        }
        if at_root {
            self.shared.extend(layer(Home::Workspace));
        }
        if !errors.is_empty() {
            wrong.push(Diagnostics { source, errors });
        }
    }

    /// The folder of a package's specs, relative to the package, and where that is said; nowhere
    /// when it is built in.
    pub fn specs(&self, package: &str) -> (&Path, Option<&Place>) {
        let said = self.top_level(package, |layer| layer.specs.as_ref());
        let built_in = self.built_in.specs.as_ref();
        let folder = said.or(built_in).map_or(Path::new("specs"), |specs| specs.value.as_path());
        (folder, said.map(|specs| &specs.place))
    }

    /// The test targets that register a package's models, and where that is said. An empty list
    /// leaves it to nn-test to find them.
    pub fn targets(&self, package: &str) -> (&[String], Option<&Place>) {
        let said = self.top_level(package, |layer| layer.targets.as_ref());
        (said.map_or(&[], |targets| &targets.value), said.map(|targets| &targets.place))
    }

    fn top_level<T>(
        &self,
        package: &str,
        read: impl Fn(&Layer) -> Option<&Placed<T>>,
    ) -> Option<&Placed<T>> {
        let own = self.own.get(package).into_iter();
        own.chain(&self.shared).find_map(read)
    }
}

impl Default for Config {
    /// The built-in configuration of the current folder.
    fn default() -> Self {
        Self::built_in(Path::new(""))
    }
}

/// The one file of nn-test's own.
fn own_file(root: &Path, current: &Path) -> Result<Option<PathBuf>, Error> {
    let found: Vec<PathBuf> =
        FILES.iter().map(|file| root.join(file)).filter(|path| path.exists()).collect();
    match found.as_slice() {
        [first, second, ..] => {
            Err(Error::BothFiles { first: shown(first, current), second: shown(second, current) })
        }
        [path] => Ok(Some(path.clone())),
        [] => Ok(None),
    }
}

/// Reads a file of nn-test's own.
fn read_file(source: Source, wrong: &mut Vec<Diagnostics>) -> Option<Layer> {
    let tree = parsed(&source, wrong)?;
    let (layer, errors) = reader::read(&source, Home::File, &tree);
    if !errors.is_empty() {
        wrong.push(Diagnostics { source, errors });
    }
    Some(layer)
}

fn parsed(source: &Source, wrong: &mut Vec<Diagnostics>) -> Option<toml::Table> {
    match toml::parse(&source.text) {
        Ok(tree) => Some(tree),
        Err(error) => {
            let message = "this is not valid TOML";
            let error = Diagnostic::new(Code::CONFIG_SYNTAX, message, error.span, error.message);
            wrong.push(Diagnostics::one(source.clone(), error));
            None
        }
    }
}

fn read_source(path: &Path, current: &Path) -> Result<Source, Error> {
    let unreadable = |error: io::Error| Error::Unreadable { path: shown(path, current), error };
    let text = String::from_utf8(fs::read(path).map_err(unreadable)?);
    let shown = shown(path, current);
    match text {
        // Editors of Windows write a mark that is no part of the text.
        Ok(text) => Ok(Source::new(shown, text.strip_prefix('\u{feff}').unwrap_or(&text))),
        Err(error) => {
            let start = error.utf8_error().valid_up_to();
            let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
            let source = Source::new(shown, text);
            let error = Diagnostic::new(
                Code::CONFIG_SYNTAX,
                "this is not UTF-8",
                Span { start, end: start + 1 },
                "this byte is not",
            );
            Err(Error::Wrong(vec![Diagnostics::one(source, error.help("save the file as UTF-8"))]))
        }
    }
}

/// `path` as it is shown: relative to the current folder where it lies inside.
fn shown(path: &Path, current: &Path) -> PathBuf {
    path.strip_prefix(current).unwrap_or(path).to_owned()
}
