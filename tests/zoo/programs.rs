//! The programs of the zoo, as their files describe them: declared ones, and those in Rust.

use std::path::{Path, PathBuf};

/// A program of the zoo.
pub struct Program {
    pub name: String,
    pub file: String,
    pub tags: Vec<String>,
}

/// The tag of a healthy program.
pub const TWIN: &str = "twin";

/// How names of programs in Rust begin.
pub const RUST: &str = "rust_";

/// The tag of the kind of fault.
pub fn class_of(tags: &[String]) -> &str {
    tags.iter().find(|tag| tag.starts_with("class_")).map_or("", String::as_str)
}

/// The package.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Where declared programs are, seen from the package.
pub const DECLARED: &str = "fixtures/faulty/zoo";

/// Where declared programs are, and what is written of all.
pub fn folder() -> PathBuf {
    root().join(DECLARED)
}

/// All programs, file by file, in the order in which they stand there: those in Rust last.
pub fn programs() -> Vec<Program> {
    let rust = root().join("fixtures/workspace/zoo/specs");
    let files = [folder(), rust].map(|folder| files_of(&folder)).concat();
    files.iter().flat_map(|file| programs_of(file)).collect()
}

fn files_of(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the zoo is there")
        .map(|entry| entry.expect("it can be read").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .collect();
    files.sort();
    files
}

fn programs_of(path: &Path) -> Vec<Program> {
    let file = path.file_stem().expect("a file has a name").to_string_lossy().into_owned();
    let text = std::fs::read_to_string(path).expect("it can be read");
    let documents = text.split("\n---\n").filter(|_| !file.starts_with('_'));
    let programs = documents.map(|document| Program {
        name: value_of(document, "name: ").expect("a program has a name"),
        file: file.clone(),
        tags: value_of(document, "tags: ").map_or_else(Vec::new, |tags| {
            let tags = tags.trim_start_matches('[').trim_end_matches(']');
            tags.split(", ").map(str::to_owned).collect()
        }),
    });
    programs.collect()
}

/// What stands behind a key at the beginning of a line.
fn value_of(document: &str, key: &str) -> Option<String> {
    document.lines().find_map(|line| line.strip_prefix(key)).map(str::to_owned)
}
