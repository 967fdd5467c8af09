//! The pages in `docs/`, as Markdown.

use std::fmt::Write;

use super::{Body, Kind, OptionRow, Section, Topic, cause, code, property, reference, topics};
use crate::property::REGISTRY;
use crate::spec::Severity;

/// Stands on top of each page.
pub(super) const ORIGIN: &str = "<!-- Made from the sources. Change it there, then run \
                      `UPDATE_DOCS=1 cargo test --lib explain`. -->\n\n";

/// The written part of the page about the language.
const LANGUAGE: &str = include_str!("language.md");

const PROPERTIES: &str = "\
# Properties

A spec lists under `expect` what must hold. Without `expect`, the recommended properties are tested. \
Each is one test case, `spec::property`, and can be changed on its own:

```yaml
expect:
  - recommended
  - overfits_batch: {steps: 500}
  - update_ratio: {severity: warn}
```

Beside its own options, each takes `severity`: `error` fails the test case, `warn` shows the finding \
and passes, `off` does not judge. `cargo nn-test explain NAME` prints what stands here.
";

const CAUSES: &str = "\
# Causes

One fault makes many properties fail. When the test cases of a spec are over, the report names what is \
likely behind them: the likeliest cause first, what speaks for it, and which of the failures follow \
from it. It is told by rules, each with a weight: exact laws weigh 30 and more, what the spec itself \
shows about 20, symptoms about 10. The weights of a cause's rules are added; what stays below a third \
of the first cause is not told. A verdict that is inconclusive accuses nobody.

`cargo nn-test explain NAME` prints what stands here. The programs of `fixtures/faulty/zoo` are what the \
rules are held against.

Where something can be changed in the spec, the report says what to write, with the figures that speak for \
it. With `--try-mends` (or `try-mends = true` in a profile) the change is made and the spec is run once \
more, on the same device with the same seed: a mend *helps* when everything that its cause accounts for \
holds and nothing that held fails. Where it does not help, a second one is tried, and then the second \
cause. Faults that a spec plants stay planted. Verdicts, snapshots and exit codes are those of the spec as \
it is.

| cause | |
|---|---|
";

const ERRORS: &str = "\
# Error codes

What is wrong with a spec, its data, its model or a configuration is reported at its place in the file, with one of \
these codes. A code never changes its meaning. `cargo nn-test explain CODE` prints what stands here.
";

/// The first digits of a code and what they are about.
const GROUPS: [(&str, &str); 4] = [
    ("NN01", "The language"),
    ("NN02", "The data"),
    ("NN03", "The model"),
    ("NN04", "The configuration"),
];

/// `docs/properties.md`.
pub fn properties() -> String {
    let mut page = format!("{ORIGIN}{PROPERTIES}\n");
    page.push_str("| property | holds when | a failure is | recommended |\n|---|---|---|---|\n");
    for meta in REGISTRY.iter().map(|property| &property.meta) {
        let severity = match meta.severity {
            Severity::Error => "an error",
            Severity::Warn => "a warning",
            Severity::Off => "not judged",
        };
        let recommended = if meta.recommended { "yes" } else { "no" };
        page.push_str(&row([
            &format!("[`{0}`](#{0})", meta.name),
            meta.summary,
            severity,
            recommended,
        ]));
    }
    for topic in of_kind(property::KIND) {
        chapter(&mut page, "##", &topic);
    }
    page
}

/// `docs/causes.md`.
pub fn causes() -> String {
    let causes = of_kind(cause::KIND);
    let mut page = format!("{ORIGIN}{CAUSES}");
    for topic in &causes {
        page.push_str(&row([&format!("[`{0}`](#{0})", topic.name), topic.summary]));
    }
    for topic in &causes {
        chapter(&mut page, "##", topic);
    }
    page
}

/// `docs/language.md`: what has pages of its own is only listed.
pub fn language() -> String {
    let mut page = format!("{ORIGIN}{LANGUAGE}");
    let mut last: Option<Kind> = None;
    let words = topics();
    let words = words
        .iter()
        .filter(|topic| ![property::KIND, cause::KIND, code::KIND].contains(&topic.kind));
    for topic in words {
        let folder = reference::folder(topic.kind);
        if last != Some(topic.kind) {
            page.push_str(&format!("\n## {}\n", topic.kind.title));
            if folder.is_some() {
                page.push('\n');
                page.push_str(reference::HEAD);
            }
            last = Some(topic.kind);
        }
        match folder {
            Some(folder) => page.push_str(&reference::row(topic, &format!("reference/{folder}"))),
            None => chapter(&mut page, "###", topic),
        }
    }
    page
}

/// `docs/errors.md`.
pub fn errors() -> String {
    let codes = of_kind(code::KIND);
    let mut page = format!("{ORIGIN}{ERRORS}");
    for (digits, title) in GROUPS {
        page.push_str(&format!("\n## {title}\n\n| code | |\n|---|---|\n"));
        let group = || codes.iter().filter(|topic| topic.name.starts_with(digits));
        for topic in group() {
            let anchor = topic.name.to_lowercase();
            page.push_str(&row([&format!("[{}](#{anchor})", topic.name), topic.summary]));
        }
        for topic in group() {
            chapter(&mut page, "###", topic);
        }
    }
    page
}

fn of_kind(kind: Kind) -> Vec<Topic> {
    topics().into_iter().filter(|topic| topic.kind == kind).collect()
}

/// A heading with the topic's name, its summary and its sections.
pub(super) fn chapter(page: &mut String, level: &str, topic: &Topic) {
    let summary = sentence(topic.summary);
    // Other summaries are sentences already, or begin with a formula.
    let summary = if [code::KIND, cause::KIND].contains(&topic.kind) {
        capitalized(&summary)
    } else {
        summary
    };
    page.push_str(&format!("\n{level} {}\n\n{summary}\n", topic.name));
    for section in &topic.sections {
        page.push('\n');
        page.push_str(&text(section));
    }
}

fn text(section: &Section) -> String {
    let heading = section.heading;
    match &section.body {
        Body::Prose(prose) => format!("**{heading}.** {}\n", one_line(prose)),
        // An example of an error is often a part of a data file.
        Body::Set(lines) if heading == "An example" => {
            format!("```text\n{}\n```\n", lines.trim_end())
        }
        Body::Set(lines) => format!("```yaml\n{}\n```\n", lines.trim_end()),
        Body::Options(options) => table(options),
    }
}

fn table(options: &[OptionRow]) -> String {
    let mut table = "| option | takes | default | meaning |\n|---|---|---|---|\n".to_owned();
    for option in options {
        let name = format!("`{}`", option.name);
        table.push_str(&row([&name, &option.takes, &option.default, option.meaning]));
    }
    table
}

/// A line of a table; a bar inside a cell would end the cell.
pub(super) fn row<const COLUMNS: usize>(cells: [&str; COLUMNS]) -> String {
    let mut row = String::from("|");
    for cell in cells {
        write!(row, " {} |", one_line(cell).replace('|', "\\|"))
            .expect("writing to a string never fails");
    }
    row + "\n"
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

/// With a full stop behind it.
fn sentence(text: &str) -> String {
    let text = one_line(text);
    if text.ends_with('.') { text } else { text + "." }
}
