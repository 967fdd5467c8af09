//! Bad input never panics.

use super::*;

const TEXT: &str = "\
version: 1
name: größe # a comment: with ü
task: classification
data:
  csv: \"../fixtures/dïgits.csv\"
  target: {column: digit, positive: 'é'}
  shape: [1, 8, 8]
  scale: {min_max: [0, 16]}
model:
  layers:
    - conv2d: &c {out: 16, kernel: [3, 3], padding: same, initializer: {normal: {std: 1e-2}}}
    - conv2d: *c
    - residual: [relu, dropout: 0.5]
    - linear: {out: 10, name: head}
loss: {cross_entropy: {weights: [1, 2], smoothing: 0.1}}
training: {optimizer: {sgd: {momentum: 0.9, nesterov: true}}, clipping: {norm: 1}}
expect: [recommended, update_ratio: {range: [1e-4, 1e-2], severity: warn}]
faults: [freeze_layer: head, wrong_gradient: {layer: head, factor: 2}]
";

/// Parses and, when that fails, renders: neither may panic, and every place must be in the text.
fn survive(text: &str) {
    if let Err(diagnostics) = parse(text) {
        assert!(!diagnostics.errors.is_empty(), "no reason for:\n{text}");
        assert!(diagnostics.render(false).contains("error["));
        for error in &diagnostics.errors {
            let places = error.secondary.iter().map(|(span, _)| *span).chain([error.label.0]);
            for span in places {
                assert!(
                    diagnostics.source.text.get(span.start..span.end).is_some(),
                    "{span:?} is no place in:\n{text}"
                );
            }
        }
    }
}

#[test]
fn a_spec_cut_anywhere_never_panics() {
    for end in (0..=TEXT.len()).filter(|end| TEXT.is_char_boundary(*end)) {
        survive(&TEXT[..end]);
    }
}

#[test]
fn a_spec_with_any_byte_replaced_or_removed_never_panics() {
    for (start, character) in TEXT.char_indices() {
        let end = start + character.len_utf8();
        for replacement in
            ["", "\u{0}", "\t", "\n", ":", "-", "[", "}", "&", "*", "!", "\"", "0", "€", "\u{85}"]
        {
            survive(&[&TEXT[..start], replacement, &TEXT[end..]].concat());
        }
    }
}

#[test]
fn bytes_that_are_no_text_never_panic() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("broken.yaml");
    for start in (0..TEXT.len()).step_by(7) {
        let mut bytes = TEXT.as_bytes().to_vec();
        bytes[start] ^= 0x80;
        std::fs::write(&path, &bytes).unwrap();
        let diagnostics = crate::spec::load(&path).unwrap_err();
        assert!(diagnostics.render(true).contains("error"));
    }
}

#[test]
fn a_line_removed_or_doubled_never_panics() {
    let lines: Vec<_> = TEXT.lines().collect();
    for index in 0..lines.len() {
        let mut fewer = lines.clone();
        fewer.remove(index);
        survive(&fewer.join("\n"));
        let mut more = lines.clone();
        more.insert(index, lines[index]);
        survive(&more.join("\n"));
    }
}

#[test]
fn aliases_of_aliases_stop_at_the_limit() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let before = format!("*a{}", level - 1);
        text += &format!("a{level}: &a{level} [{}]\n", vec![before; 9].join(", "));
    }
    assert_eq!(messages(&text), ["the spec is too large"]);
}

#[test]
fn deep_nesting_stops_at_the_limit() {
    let flow = ["a: ", &"[".repeat(100), &"]".repeat(100)].concat();
    assert_eq!(messages(&flow), ["the spec is nested too deeply"]);
    let block: String = (0..100).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    assert_eq!(messages(&block), ["the spec is nested too deeply"]);
    let mut aliases = "a0: &a0 [x]\n".to_owned();
    for level in 1..100 {
        aliases += &format!("a{level}: &a{level} [*a{}]\n", level - 1);
    }
    assert_eq!(messages(&aliases), ["the spec is nested too deeply"]);
}

#[test]
fn a_text_beyond_a_mebibyte_is_not_read() {
    let text = format!("# {}\n", "x".repeat(1024 * 1024));
    assert_eq!(messages(&text), ["the spec is too large"]);
}
