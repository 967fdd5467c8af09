//! Every file in `fixtures/broken` with the text that a user sees.

use std::fs;
use std::path::Path;

use insta::assert_snapshot;

use super::*;

/// Reads a file as `load` does, against the properties of these tests.
fn rendered(path: &Path) -> String {
    match file::read_source(path).and_then(|source| file::parse_with(source, REGISTRY)) {
        Ok(_) => panic!("{} is a right spec", path.display()),
        Err(diagnostics) => diagnostics.render(false),
    }
}

#[test]
fn every_broken_spec_says_what_is_wrong() {
    // Tests run in the package's folder, so that the paths in the texts are the same everywhere.
    let folder = Path::new("fixtures/broken");
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .filter_map(|entry| entry.unwrap().file_name().into_string().ok())
        .filter(|name| name.ends_with(".yaml"))
        .collect();
    files.sort();
    assert!(files.len() >= 20, "{files:?}");
    for file in files {
        let name = file.strip_suffix(".yaml").unwrap();
        // Joined by hand: the same on Windows.
        let path = format!("fixtures/broken/{file}");
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path("../../../fixtures/broken/rendered");
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| assert_snapshot!(name, rendered(Path::new(&path))));
    }
}

#[test]
fn a_missing_file_and_a_folder_are_named() {
    let missing = rendered(Path::new("fixtures/broken/no_such_file.yaml"));
    assert!(
        missing.contains("cannot read the spec `fixtures/broken/no_such_file.yaml`"),
        "{missing}"
    );
    assert!(missing.contains("NN0101"), "{missing}");
    assert_snapshot!(rendered(Path::new("fixtures/broken")), @r#"
    error[NN0101]: cannot read the spec `fixtures/broken`
    --> fixtures/broken
     = note: it is a folder
     = note: run `cargo nn-test explain NN0101`
    "#);
}

#[test]
fn a_file_that_is_no_text_is_shown_up_to_the_bad_byte() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("latin1.yaml");
    fs::write(&path, b"version: 1\nname: gr\xf6sse\n").unwrap();
    let text = rendered(&path).replace(&path.display().to_string(), "latin1.yaml");
    assert_snapshot!(text, @r#"
    error[NN0102]: the spec is not UTF-8 text
     --> latin1.yaml:2:9
      |
    2 | name: gr�sse
      |         ^ byte 19 of the file is 0xF6
      |
      = help: save the file as UTF-8
      = note: run `cargo nn-test explain NN0102`
    "#);
}

#[test]
fn a_file_beyond_the_limit_is_refused_before_it_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.yaml");
    fs::File::create(&path).unwrap().set_len(2 << 20).unwrap();
    let text = rendered(&path).replace(&path.display().to_string(), "large.yaml");
    assert_snapshot!(text, @r#"
    error[NN0105]: the spec is too large
    --> large.yaml
     = note: this file has 2097152 bytes; a spec may have 1048576
     = note: run `cargo nn-test explain NN0105`
    "#);
}
