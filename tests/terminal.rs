//! The pictures of the terminal come from real runs: the README's of a healthy spec and a broken one, and
//! `docs/outputs` of faulty programs of the zoo, each with what a newcomer reads.
//!
//! `UPDATE_DOCS=1 cargo test --test terminal` draws them anew. Times and the last digits of rounding
//! errors differ between machines: numbers are not compared, words are.

#![cfg(feature = "cli")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anstyle_svg::Term;
use regex::Regex;

/// Programs of the zoo and what they were made for.
const PROGRAMS: [(&str, &str); 12] = [
    ("rate_times_100_mlp", "The learning rate is a hundred times too high."),
    ("rate_divided_by_1000_mlp", "The learning rate is a thousand times too low."),
    ("dead_relu_mlp", "Biases of -100: no ReLU of the first layer is ever active."),
    ("double_softmax_mlp", "A softmax before a cross-entropy that has its own."),
    ("inputs_times_255_mlp", "Inputs that nobody scaled."),
    ("shuffled_mlp", "Labels that were shuffled apart from their inputs."),
    ("frozen_first_mlp", "The optimizer never gets the first layer."),
    ("gradient_times_0_5_mlp", "The backward pass of a layer gives half the gradient."),
    ("mixed_batch_mlp", "A reshape mixes the examples of a batch."),
    ("no_causal_mask", "A language model that sees the token that it is to say."),
    ("targets_times_10000", "Targets so large that the loss is soon NaN."),
    ("trained_in_use_mode", "Training in the mode that is for use."),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What a run of these specs prints, with colours, without progress. New snapshots are let pass: nobody
/// accepts those of faulty programs.
fn printed(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_cargo-nn-test"))
        .args(["nn-test", "run", "--device", "cpu", "--color", "always", "-j1"])
        .args(arguments)
        .current_dir(root())
        .env("INSTA_UPDATE", "no")
        .env("INSTA_FORCE_PASS", "1")
        .env_remove("NO_COLOR")
        .env_remove("GITHUB_ACTIONS")
        .env_remove("NN_TEST_STATUS_LEVEL")
        .output()
        .expect("the binary runs");
    String::from_utf8(output.stdout).expect("it is UTF-8")
}

/// `[   0.131s]` is another time in every run.
fn without_times(text: &str) -> String {
    let times = Regex::new(r"\[ *[0-9.]+s\]").expect("it is well-formed");
    times.replace_all(text, "[  ···  s]").into_owned()
}

/// The words of a text: numbers, and where lines are broken, may differ.
fn words(text: &str) -> Vec<String> {
    let numbers = Regex::new(r"[-−]?[0-9]+(\.[0-9]+)?(e-?[0-9]+)?").expect("it is well-formed");
    let text = numbers.replace_all(text, "0");
    text.split_whitespace().map(str::to_owned).collect()
}

/// The text of an SVG.
fn without_tags(picture: &str) -> String {
    let parts = picture.split('<').filter_map(|part| part.split_once('>'));
    let text: String = parts.map(|(_, text)| text).collect();
    // The style's text stands before the first line.
    let text = text.split_once('$').map_or("", |(_, text)| text);
    let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
    entities
        .into_iter()
        .fold(text.to_owned(), |text, (entity, letter)| text.replace(entity, letter))
}

/// Compares a picture with what is printed, or draws it.
fn picture(path: &Path, command: &str, text: &str) {
    let text = format!("$ {command}\n{text}");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::create_dir_all(path.parent().expect("it is in a folder")).expect("it can be made");
        fs::write(path, Term::new().render_svg(&text)).expect("docs can be written");
    }
    let drawn = fs::read_to_string(path)
        .unwrap_or_else(|error| panic!("{}: {error}: UPDATE_DOCS=1 draws it", path.display()));
    let plain = anstream::adapter::strip_str(&text).to_string();
    let plain = plain.strip_prefix('$').expect("it begins with the command");
    assert_eq!(
        words(&without_tags(&drawn)),
        words(plain),
        "{} shows something else: draw it anew",
        path.display()
    );
}

#[test]
fn the_picture_shows_what_a_run_prints() {
    let specs = ["specs/iris_mlp.yaml", "fixtures/faulty/rate_too_low.yaml"];
    let text = printed(&specs);
    assert!(text.lines().count() < 40, "it is to be taken in at a glance: {text}");
    picture(&root().join("docs/terminal.svg"), "cargo nn-test", &without_times(&text));
}

/// The file that a program of the zoo stands in.
fn file_of(program: &str) -> PathBuf {
    let folder = root().join("fixtures/faulty/zoo");
    let files = fs::read_dir(folder).expect("the zoo is there");
    let files = files.map(|entry| entry.expect("it can be read").path());
    let mut files = files.filter(|path| path.extension().is_some_and(|name| name == "yaml"));
    let name = format!("\nname: {program}\n");
    let has = |path: &PathBuf| fs::read_to_string(path).expect("it is text").contains(&name);
    files.find(has).unwrap_or_else(|| panic!("no program {program}"))
}

/// What a person sees of a faulty program at once.
const SCREEN: usize = 45;

#[test]
fn what_is_said_of_faulty_programs_fits_a_screen_and_is_drawn() {
    for (program, _) in PROGRAMS {
        let file = file_of(program);
        let file = file.strip_prefix(root()).expect("it is ours").display().to_string();
        let text = without_times(&printed(&[&file, "-E", &format!("spec(={program})")]));
        let plain = anstream::adapter::strip_str(&text).to_string();
        assert!(plain.lines().count() <= SCREEN, "{plain}");
        for line in plain.lines() {
            assert!(line.chars().count() <= 100, "{line}");
        }
        assert!(plain.contains("Likely cause"), "{plain}");
        let path = root().join("docs/outputs").join(format!("{program}.svg"));
        picture(&path, &format!("cargo nn-test run -E 'spec(={program})'"), &text);
    }
}

#[test]
fn the_page_of_outputs_shows_every_picture() {
    let mut page = "# Outputs\n\nWhat `cargo nn-test` says of some faulty programs of the \
        [zoo](zoo.md). None of them says what is expected: a spec with nothing but model, data, loss \
        and recipe is enough. `UPDATE_DOCS=1 cargo test --test terminal` draws the pictures anew.\n"
        .to_owned();
    for (program, fault) in PROGRAMS {
        page += &format!("\n## {program}\n\n{fault}\n\n![{program}](outputs/{program}.svg)\n");
    }
    let path = root().join("docs/outputs.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, &page).expect("docs can be written");
    }
    assert_eq!(fs::read_to_string(&path).expect("the page is there"), page);
}
