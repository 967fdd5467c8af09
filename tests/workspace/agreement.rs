//! What the sample workspace has in common with this package, so that one build of Burn serves both.

use std::collections::BTreeSet;
use std::path::Path;

use libtest_mimic::{Completion, Failed};
use toml_edit::DocumentMut;

use super::sample;

fn toml(path: &Path) -> Result<DocumentMut, Failed> {
    let text = std::fs::read_to_string(path)?;
    text.parse().map_err(|error| format!("{}: {error}", path.display()).into())
}

fn own() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Names and versions of the packages that a lock file takes from a registry.
fn locked(folder: &Path) -> Result<BTreeSet<(String, String)>, Failed> {
    let lock = toml(&folder.join("Cargo.lock"))?;
    let packages = lock["package"].as_array_of_tables().ok_or("no packages")?;
    let text = |table: &toml_edit::Table, key: &str| {
        table.get(key).and_then(|value| value.as_str()).unwrap_or_default().to_owned()
    };
    let foreign = packages.iter().filter(|package| package.contains_key("source"));
    Ok(foreign.map(|package| (text(package, "name"), text(package, "version"))).collect())
}

pub fn versions() -> Result<Completion, Failed> {
    let (ours, theirs) = (locked(own())?, locked(&sample::root())?);
    let others: Vec<_> = theirs.difference(&ours).collect();
    if theirs.is_empty() || !others.is_empty() {
        return Err(format!(
            "not the versions of this package's lock file: {others:?}; copy it over \
             fixtures/workspace/Cargo.lock and run `cargo metadata` there"
        )
        .into());
    }
    Ok(Completion::Completed)
}

/// The lines of a manifest from its first profile on, where nothing else follows.
fn profile(folder: &Path) -> Result<Vec<String>, Failed> {
    let manifest = std::fs::read_to_string(folder.join("Cargo.toml"))?;
    let lines = manifest.lines().skip_while(|line| !line.starts_with("[profile."));
    let settings = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    Ok(settings.map(str::to_owned).collect())
}

pub fn profiles() -> Result<Completion, Failed> {
    let ours = profile(own())?;
    assert!(ours.len() > 10, "{ours:?}");
    assert_eq!(profile(&sample::root())?, ours);
    Ok(Completion::Completed)
}

/// All packages that `cargo tree` shows in a folder: depth, and name and version with features.
fn tree(folder: &Path, arguments: &str) -> Result<Vec<(usize, String)>, Failed> {
    let output = sample::cargo("tree --locked --prefix depth --format |{p}|{f}")
        .args(arguments.split(' '))
        .current_dir(folder)
        .output()?;
    if !output.status.success() {
        return Err(sample::told(&output).into());
    }
    let text = sample::text(&output.stdout);
    let packages = text.lines().filter_map(|line| {
        let mut parts = line.trim_end_matches(" (*)").split('|');
        let depth = parts.next()?.parse().ok()?;
        // What follows the version is a path, or that it is a macro.
        let package: Vec<&str> = parts.next()?.split(' ').take(2).collect();
        Some((depth, format!("{} [{}]", package.join(" "), parts.next()?)))
    });
    Ok(packages.collect())
}

pub fn features() -> Result<Completion, Failed> {
    let packages: Vec<String> =
        sample::MEMBERS.iter().map(|member| format!("-p {member}")).collect();
    let theirs = tree(&sample::root(), &format!("-e normal,build {}", packages.join(" ")))?;
    let ours: BTreeSet<String> =
        tree(own(), "-e normal,build,dev")?.into_iter().map(|(_, package)| package).collect();
    // A member names Burn before nn-test, so what Burn depends on stands below the first place where
    // it occurs. Burn itself is another: it has the feature `extension`, which costs seconds.
    let start = theirs.iter().position(|(_, package)| package.starts_with("burn v"));
    let start = start.ok_or("a member depends on Burn")?;
    let (depth, _) = theirs[start];
    let below = theirs[start + 1..].iter().take_while(|(below, _)| *below > depth);
    let below: Vec<&String> = below.map(|(_, package)| package).collect();
    assert!(below.len() > 100, "Burn depends on more than {below:?}");
    let others: Vec<_> = below.into_iter().filter(|package| !ours.contains(*package)).collect();
    if !others.is_empty() {
        return Err(format!(
            "built with other features than for this package, and so is all that depends on them: \
             {others:?}; see the comment in Cargo.toml"
        )
        .into());
    }
    Ok(Completion::Completed)
}
