//! The README's terminal picture comes from a real run: a healthy spec and one with a planted fault.
//!
//! `UPDATE_DOCS=1 cargo test --test terminal` draws it anew. Times and the last digits of rounding
//! errors differ between machines, so the test compares which test cases the picture shows.

#![cfg(feature = "cli")]

use std::path::Path;
use std::process::Command;

use anstyle_svg::Term;

const SPECS: [&str; 2] =
    ["fixtures/faulty/wrong_gradient.yaml", "fixtures/faulty/rate_too_low.yaml"];

#[test]
fn the_picture_shows_what_a_run_prints() {
    let output = Command::new(env!("CARGO_BIN_EXE_cargo-nn-test"))
        .args(["nn-test", "run", "--device", "cpu", "--color", "always", "--seed", "42", "-j1"])
        .args(SPECS)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_remove("NO_COLOR")
        .env_remove("GITHUB_ACTIONS")
        .output()
        .expect("the binary runs");
    let text = String::from_utf8([output.stdout, output.stderr].concat()).expect("it is UTF-8");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/terminal.svg");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        let picture = Term::new().render_svg(&format!("$ cargo nn-test\n{text}"));
        std::fs::write(&path, picture).expect("docs can be written");
    }
    let picture = std::fs::read_to_string(&path).expect("the picture is there");
    let plain = anstream::adapter::strip_str(&text).to_string();
    let cases: Vec<&str> =
        plain.lines().flat_map(str::split_whitespace).filter(|word| word.contains("::")).collect();
    assert!(cases.len() >= 20, "the run prints its test cases: {plain}");
    let shown = without_tags(&picture);
    for case in cases {
        assert!(shown.contains(case), "the picture lacks {case}: draw it anew");
    }
}

/// The text of an SVG.
fn without_tags(picture: &str) -> String {
    let parts = picture.split('<').filter_map(|part| part.split_once('>'));
    parts.map(|(_, text)| text).collect()
}
