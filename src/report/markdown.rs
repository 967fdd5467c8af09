//! A run as a page of Markdown: the summary of a GitHub step, or of any other CI that shows one.

use std::fmt::Write;

use super::event::{RunSummary, Status, TestResult};
use super::failure::{number, position, reference};
use super::folded::{self, Room, room};
use super::gathered::{self, Gathered};
use super::record::{RecordedTest, RunRecord};
use super::text::{counted, plain};
use crate::property::Finding;

/// What GitHub takes per step, in bytes; it refuses a larger summary as a whole.
pub const GITHUB_LIMIT: usize = 1024 * 1024;

/// Kept free for what closes the page.
const RESERVE: usize = 512;

/// The page, with likely causes first, then what none of them tells, and all that holds folded away. What
/// would make it longer than `limit` bytes is left out, and a sentence says so.
pub fn summary(record: &RunRecord, limit: usize) -> String {
    let mut page = Page { text: String::new(), limit, left_out: 0 };
    page.add(&head(record));
    let specs = gathered::of_record(record);
    let with = |wanted: Room, fails: bool| {
        let ends = specs.iter().flat_map(|spec| spec.ends.iter().map(move |end| (spec, end)));
        let ends = ends.filter(move |(spec, end)| room(end, spec.cause()) == wanted);
        ends.map(|(_, end)| &end.result)
            .filter(move |result| (folded::shown(result) != Status::Warned) == fails)
    };
    for spec in &specs {
        page.add(&cause(spec));
    }
    page.table("Failures", FINDINGS, with(Room::Full, true).flat_map(rows));
    page.table("Warnings", FINDINGS, with(Room::Full, false).flat_map(rows));
    let told = [Room::Evidence, Room::Consequence, Room::Undecided];
    let told = told.into_iter().flat_map(|room| with(room, true).chain(with(room, false)));
    let told: Vec<String> = told.flat_map(rows).collect();
    page.fold("What the likely causes tell, in full", FINDINGS, told.into_iter());
    for result in with(Room::Full, true) {
        page.add(&details(result));
    }
    let title = format!("All {}", counted(specs.len(), "spec"));
    page.fold(&title, SPECS, specs.iter().map(spec_row));
    let title = format!("All {}", counted(record.tests.len(), "test"));
    page.fold(&title, TESTS, record.tests.iter().map(test_row));
    page.finish()
}

/// A text that stops growing at its limit.
struct Page {
    text: String,
    limit: usize,
    left_out: usize,
}

impl Page {
    fn add(&mut self, text: &str) -> bool {
        let fits = self.text.len() + text.len() + RESERVE <= self.limit;
        match fits {
            true => self.text.push_str(text),
            false => self.left_out += 1,
        }
        fits
    }

    /// A table under a heading; nothing for no rows.
    fn table(&mut self, heading: &str, columns: &str, rows: impl Iterator<Item = String>) {
        let mut rows = rows.peekable();
        if rows.peek().is_none() {
            return;
        }
        let heading = if heading.is_empty() { "" } else { &format!("\n### {heading}\n") };
        if self.add(&format!("{heading}\n{columns}")) {
            rows.for_each(|row| {
                self.add(&row);
            });
        }
    }

    /// A table that opens when it is clicked; nothing for no rows.
    fn fold(&mut self, title: &str, columns: &str, rows: impl Iterator<Item = String>) {
        let mut rows = rows.peekable();
        let has_some = rows.peek().is_some();
        if has_some && self.add(&format!("\n<details><summary>{title}</summary>\n")) {
            self.table("", columns, rows);
            self.text.push_str("\n</details>\n");
        }
    }

    fn finish(mut self) -> String {
        if self.left_out > 0 {
            let parts = counted(self.left_out, "part");
            let limit = self.limit / 1024;
            self.text.push_str(&format!(
                "\n**{parts} of this page left out**, since it may have no more than {limit} KiB: \
                 the log has everything.\n"
            ));
        }
        self.text
    }
}

const FINDINGS: &str = "\
| test | where | what | measured | bound | what to do |
|---|---|---|---|---|---|
";

const SPECS: &str = "\
| spec | end | seconds | test cases |
|---|---|--:|---|
";

const TESTS: &str = "\
| test | end | seconds | summary |
|---|---|--:|---|
";

fn head(record: &RunRecord) -> String {
    let summary = record.summary();
    let mut text = format!("## nn-test: {}\n\n", counts(&summary));
    let tests = counted(summary.finished() + summary.not_run, "test");
    let shard = record.partition.as_deref().map(|shard| format!(", shard {}", code(shard)));
    let devices: Vec<String> = record.devices.iter().map(|device| escaped(&device.name)).collect();
    let devices = match devices.is_empty() {
        true => String::new(),
        false => format!(" on {}", devices.join(" and ")),
    };
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "{tests} in {:.1} s{devices}{}.",
        summary.seconds,
        shard.unwrap_or_default()
    );
    let new = record.results().filter(|result| folded::is_new(result)).count();
    let new = (new > 0).then(|| {
        let snapshots = counted(new, "new snapshot");
        format!("{snapshots}: review with `cargo insta review`")
    });
    let notes =
        record.devices.iter().filter_map(|device| device.note.as_ref()).chain(&record.notes);
    let not_run = (summary.not_run > 0).then(|| {
        let tests = counted(summary.not_run, "test");
        format!("{tests} {}", record.why_not_run())
    });
    for note in notes.chain(&new).chain(&not_run) {
        let _ = write!(text, "\n> {}\n", escaped(note));
    }
    text
}

/// `1 failed, 3 passed`, what is wrong first.
fn counts(summary: &RunSummary) -> String {
    let counts = [
        (summary.failed, "failed"),
        (summary.crashed, "crashed"),
        (summary.spec_errors, if summary.spec_errors == 1 { "spec error" } else { "spec errors" }),
        (summary.snapshot_pending, "pending"),
        (summary.not_run, "not run"),
        (summary.warned, "passed with a warning"),
        (summary.passed, "passed"),
        (summary.skipped, "skipped"),
    ];
    let counts = counts.into_iter().filter(|(count, _)| *count > 0);
    let counts: Vec<String> = counts.map(|(count, word)| format!("{count} {word}")).collect();
    if counts.is_empty() { "no tests".to_owned() } else { counts.join(", ") }
}

/// What is likely behind the failures of a spec; nothing where that is not known.
fn cause(spec: &Gathered) -> String {
    let Some(first) = spec.cause() else { return String::new() };
    let mut text = format!(
        "\n### {}: {}\n\nAt {}. {}\n\n**What to do:** {}\n\n",
        code(&spec.spec),
        escaped(&first.title),
        code(&first.place),
        escaped(&first.text),
        escaped(&first.mend)
    );
    for clue in &first.because {
        text.push_str(&format!("- {}\n", escaped(clue)));
    }
    if !first.explains.is_empty() {
        let names: Vec<String> = first.explains.iter().map(|name| code(name)).collect();
        text.push_str(&format!("- and leads to {}\n", names.join(", ")));
    }
    let causes = spec.diagnosis.as_ref().map_or(&[][..], |diagnosis| &diagnosis.causes);
    for other in causes.iter().skip(1) {
        let (title, place) = (escaped(&other.title), code(&other.place));
        text.push_str(&format!("- or else: {title} (at {place})\n"));
    }
    text
}

fn spec_row(spec: &Gathered) -> String {
    let results = || spec.ends.iter().map(|end| &end.result);
    let seconds: f64 = results().map(|result| result.seconds).sum();
    let end = word(folded::worst(results())).to_owned();
    row([code(&spec.spec), end, format!("{seconds:.3}"), escaped(&folded::counts(spec))])
}

/// One row per finding, or one for a result without findings.
fn rows(result: &TestResult) -> Vec<String> {
    let findings = result.verdict.iter().flat_map(|verdict| &verdict.findings);
    let rows: Vec<String> = findings.map(|finding| finding_row(result, finding)).collect();
    if !rows.is_empty() {
        return rows;
    }
    let next = match result.status {
        Status::SnapshotPending => "review with `cargo insta review`",
        _ => "",
    };
    let what = format!("{}: {}", word(result.status), headline(result));
    vec![row([
        test_cell(result),
        String::new(),
        escaped(what.trim_end_matches([':', ' '])),
        String::new(),
        String::new(),
        next.to_owned(),
    ])]
}

fn finding_row(result: &TestResult, finding: &Finding) -> String {
    row([
        test_cell(result),
        code(&finding.place),
        escaped(&finding.message),
        finding.measured.map(number).unwrap_or_default(),
        escaped(finding.bound.as_deref().unwrap_or_default()),
        escaped(&finding.mend),
    ])
}

fn test_cell(result: &TestResult) -> String {
    let place = match position(result) {
        Some((line, _)) => format!("{}:{line}", result.file),
        None => result.file.clone(),
    };
    format!("{}<br>{}", code(&result.test), escaped(&place))
}

fn test_row(test: &RecordedTest) -> String {
    let name = code(&test.selected.test);
    let Some(result) = &test.result else {
        return row([name, "not run".to_owned(), String::new(), String::new()]);
    };
    let seconds = format!("{:.3}", result.seconds);
    row([name, word(result.status).to_owned(), seconds, escaped(headline(result))])
}

fn word(status: Status) -> &'static str {
    match status {
        Status::Passed => "passed",
        Status::Warned => "warning",
        Status::Skipped => "skipped",
        Status::Failed => "failed",
        Status::SnapshotPending => "pending",
        Status::SpecError => "spec error",
        Status::Crashed => "crashed",
    }
}

fn headline(result: &TestResult) -> &str {
    let verdict = result.verdict.as_ref().map(|verdict| verdict.summary.as_str());
    let text = verdict.or(result.details.as_deref()).unwrap_or_default();
    text.trim().lines().next().unwrap_or_default()
}

/// A rendered diagnostic, the difference of a snapshot or a panic, folded away.
fn details(result: &TestResult) -> String {
    let details = result.details.as_deref().filter(|_| reference(result).is_none());
    let Some(text) = details.map(plain).filter(|text| !text.trim().is_empty()) else {
        return String::new();
    };
    let language = if result.status == Status::SnapshotPending { "diff" } else { "text" };
    let fence = "`".repeat(longest_run(&text, '`').max(2) + 1);
    format!(
        "\n<details><summary><code>{}</code> {}</summary>\n\n{fence}{language}\n{}\n{fence}\n\n\
         </details>\n",
        html(&result.test),
        word(result.status),
        text.trim_end(),
    )
}

fn row<const N: usize>(cells: [String; N]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

/// Text as text, in a table or elsewhere, on one line.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for letter in plain(text.trim()).chars() {
        match letter {
            '\n' => escaped.push_str("<br>"),
            '<' | '>' | '&' => escaped.push_str(&html(letter.encode_utf8(&mut [0; 4]))),
            // A user or team of that name would be linked.
            '@' => escaped.push_str("&#64;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '|' | '~' | '$' | '!' => {
                escaped.push('\\');
                escaped.push(letter);
            }
            _ => escaped.push(letter),
        }
    }
    escaped
}

/// Text inside of a tag, where Markdown is not read.
fn html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Text in the typewriter's font, on one line. Bars are escaped for tables, which look for them
/// even here.
fn code(text: &str) -> String {
    let text = plain(text).replace('\n', " ").replace('|', "\\|");
    let ticks = "`".repeat(longest_run(&text, '`') + 1);
    let blank = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    if text.is_empty() { text } else { format!("{ticks}{blank}{text}{blank}{ticks}") }
}

fn longest_run(text: &str, wanted: char) -> usize {
    text.split(|letter| letter != wanted).map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::property::Verdict;
    use crate::report::event::{Event, Sink};
    use crate::report::examples;

    fn record(events: &[Event]) -> RunRecord {
        let mut record = RunRecord::default();
        events.iter().for_each(|event| record.emit(event));
        record
    }

    fn page(results: Vec<TestResult>) -> String {
        let events: Vec<Event> = results.into_iter().map(Event::TestFinished).collect();
        summary(&record(&events), GITHUB_LIMIT)
    }

    #[test]
    fn a_page_shows_what_is_wrong_first_and_all_tests_last() {
        insta::assert_snapshot!(summary(&record(&examples::whole_run()), GITHUB_LIMIT));
    }

    #[test]
    fn a_run_without_failures_is_short() {
        assert_eq!(
            page(vec![examples::passed()]),
            "## nn-test: 1 passed

1 test in 0.0 s.

<details><summary>All 1 spec</summary>

| spec | end | seconds | test cases |
|---|---|--:|---|
| `digits` | passed | 0.012 | 1 holds |

</details>

<details><summary>All 1 test</summary>

| test | end | seconds | summary |
|---|---|--:|---|
| `digits::initial_loss` | passed | 0.012 | loss 2.31, expected 2.303 |

</details>
"
        );
    }

    #[test]
    fn nothing_breaks_out_of_a_cell() {
        let nasty = "a|b\n<script> *x* @all `|` & \u{1b}[1mbold\u{1b}[0m";
        let finding = Finding {
            place: nasty.into(),
            message: nasty.into(),
            measured: None,
            bound: Some(nasty.into()),
            mend: nasty.into(),
        };
        let verdict = Some(Verdict::fail(nasty, vec![finding]));
        let page = page(vec![TestResult { verdict, ..examples::failed() }]);
        let row = page.lines().find(|line| line.starts_with("| `digits")).unwrap();
        assert_eq!(row.replace("\\|", "").matches('|').count(), 7, "{row}");
        assert!(row.contains("a\\|b<br>&lt;script&gt; \\*x\\* &#64;all \\`\\|\\` &amp; bold"));
        assert!(row.contains("``a\\|b <script> *x* @all `\\|` & bold``"), "{row}");
    }

    #[test]
    fn details_cannot_end_their_own_fence() {
        let text = "````\n</details>".to_owned();
        let page = page(vec![TestResult { details: Some(text), ..examples::crashed() }]);
        assert!(page.contains("\n`````text\n````\n</details>\n`````\n"), "{page}");
    }

    #[test]
    fn a_page_that_is_too_long_says_so_and_is_whole() {
        let results = |count: usize| {
            (0..count).map(|number| {
                Event::TestFinished(TestResult {
                    test: format!("a::{number}"),
                    ..examples::failed()
                })
            })
        };
        let events: Vec<Event> = results(1000).collect();
        let page = summary(&record(&events), 20 * 1024);
        assert!(page.len() <= 20 * 1024, "{}", page.len());
        assert!(
            page.contains("of this page left out**, since it may have no more than 20 KiB"),
            "{page}"
        );
        assert_eq!(page.matches("<details>").count(), page.matches("</details>").count());
        assert!(summary(&record(&events), GITHUB_LIMIT).contains("| `a::999` | failed"));
    }
}
