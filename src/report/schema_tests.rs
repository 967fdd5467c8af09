//! That `docs/events.schema.json` and `docs/events.md` say what is really written.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::event::{Event, RunEnd, RunSummary, SelectedTest, Status, TestResult};
use super::examples;
use crate::property::{Finding, Outcome, Verdict};

const SCHEMA: &str = include_str!("../../docs/events.schema.json");
const PAGE: &str = include_str!("../../docs/events.md");

fn schema() -> Value {
    serde_json::from_str(SCHEMA).unwrap()
}

/// Checks a value against the words of JSON Schema that the schema uses. A word that is not known
/// here is an error, so that none is passed over.
///
/// Fields that the schema does not name are errors, too, though the schema itself allows them: its
/// readers must live with later fields, and its writer must not forget any.
fn check(root: &Value, schema: &Value, value: &Value) -> Result<(), String> {
    let wrong = |what: &str| Err(format!("{value} is not {what}"));
    for (word, argument) in schema.as_object().ok_or("a schema is an object")? {
        match word.as_str() {
            "$schema" | "title" | "description" | "$defs" => {}
            "$ref" => {
                let pointer = argument.as_str().and_then(|text| text.strip_prefix('#'));
                let target = root.pointer(pointer.ok_or("a reference begins with #")?);
                check(root, target.ok_or_else(|| format!("nothing at {argument}"))?, value)?;
            }
            "const" if argument != value => return wrong(&argument.to_string()),
            "enum" if !argument.as_array().unwrap().contains(value) => {
                return wrong(&format!("one of {argument}"));
            }
            "const" | "enum" => {}
            "type" => {
                let names = argument.as_array().cloned().unwrap_or_else(|| vec![argument.clone()]);
                if !names.iter().any(|name| is_of_type(name.as_str().unwrap(), value)) {
                    return wrong(&format!("of type {argument}"));
                }
            }
            "minimum" if value.as_f64() < argument.as_f64() => {
                return wrong(&format!("at least {argument}"));
            }
            "minimum" => {}
            "oneOf" | "anyOf" => {
                let parts = argument.as_array().unwrap().iter();
                let outcomes: Vec<_> = parts.map(|part| check(root, part, value)).collect();
                let fits = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
                if fits == 0 || (word == "oneOf" && fits > 1) {
                    return wrong(&format!("as {word} wants ({fits} fit): {outcomes:?}"));
                }
            }
            "items" => {
                for item in value.as_array().into_iter().flatten() {
                    check(root, argument, item)?;
                }
            }
            "properties" => {
                for (key, item) in value.as_object().into_iter().flatten() {
                    let known = argument.get(key).ok_or_else(|| format!("`{key}` is unknown"))?;
                    check(root, known, item).map_err(|error| format!("`{key}`: {error}"))?;
                }
            }
            "required" => {
                for key in argument.as_array().unwrap() {
                    if value.get(key.as_str().unwrap()).is_none() {
                        return wrong(&format!("complete: it lacks {key}"));
                    }
                }
            }
            other => return Err(format!("the test does not know `{other}`")),
        }
    }
    Ok(())
}

fn is_of_type(name: &str, value: &Value) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "null" => value.is_null(),
        "number" => value.is_number(),
        "integer" => value.is_u64() || value.is_i64(),
        other => panic!("unknown type {other}"),
    }
}

/// Every event, with every status, outcome and end, each optional field with and without a value.
fn events() -> Vec<Event> {
    let mut events = examples::whole_run();
    let stray = SelectedTest { test: "a::b".into(), package: None, file: "a.yaml".into() };
    events.extend([
        Event::TestsSelected { partition: None, tests: vec![stray] },
        Event::DeviceSelected { device: "llvmpipe".into(), note: None },
        Event::Output { test: None, text: "hello".into() },
        Event::Note { message: "hello".into() },
    ]);
    for loss in [None, Some(0.5), Some(f64::NAN), Some(f64::INFINITY)] {
        let (test, activity) = ("a::b".into(), "training".into());
        events.push(Event::Progress { test, activity, step: 1, steps: 2, loss });
    }
    let finding = |measured| Finding {
        place: "fc1".into(),
        message: "x".into(),
        measured,
        bound: None,
        mend: String::new(),
    };
    let findings = vec![finding(None), finding(Some(f64::NEG_INFINITY))];
    for outcome in
        [Outcome::Pass, Outcome::Fail, Outcome::Warn, Outcome::Inconclusive, Outcome::NotApplicable]
    {
        let verdict = Verdict { outcome, summary: String::new(), findings: findings.clone() };
        let result = TestResult { verdict: Some(verdict), ..examples::failed() };
        events.push(Event::TestFinished(result));
    }
    for end in [
        RunEnd::Completed,
        RunEnd::MaxFail,
        RunEnd::Interrupted,
        RunEnd::AdapterRequired,
        RunEnd::Incomplete,
    ] {
        events.push(Event::RunFinished(RunSummary { end, ..RunSummary::default() }));
    }
    events
}

fn values() -> Vec<Value> {
    events().iter().map(|event| serde_json::to_value(event).unwrap()).collect()
}

/// All texts at `pointer` of the values that have it.
fn seen(pointer: &str) -> BTreeSet<String> {
    let values = values();
    let found = values.iter().filter_map(|value| value.pointer(pointer)?.as_str());
    found.map(str::to_owned).collect()
}

/// The words that the schema allows there.
fn allowed(pointer: &str) -> BTreeSet<String> {
    let schema = schema();
    let words = schema.pointer(pointer).unwrap().as_array().unwrap();
    words.iter().map(|word| word.as_str().unwrap().to_owned()).collect()
}

#[test]
fn every_event_is_as_the_schema_says() {
    let schema = schema();
    for value in values() {
        check(&schema, &schema, &value).unwrap_or_else(|error| panic!("{value}\n{error}"));
    }
}

#[test]
fn the_schema_has_no_word_that_is_never_written_and_the_examples_lack_none() {
    // A new variant of these enums does not compile here until the examples have it.
    let _ = |status: Status, end: RunEnd, outcome: Outcome, event: Event| {
        match status {
            Status::Passed | Status::Warned | Status::Skipped | Status::Failed => {}
            Status::SnapshotPending | Status::SpecError | Status::Crashed => {}
        }
        match end {
            RunEnd::Completed | RunEnd::MaxFail | RunEnd::Interrupted => {}
            RunEnd::AdapterRequired | RunEnd::Incomplete => {}
        }
        match outcome {
            Outcome::Pass | Outcome::Fail | Outcome::Warn => {}
            Outcome::Inconclusive | Outcome::NotApplicable => {}
        }
        match event {
            Event::RunStarted { .. } | Event::TestsSelected { .. } => {}
            Event::DeviceSelected { .. } | Event::TestStarted { .. } => {}
            Event::Progress { .. } | Event::TestFinished(_) | Event::Output { .. } => {}
            Event::Note { .. } | Event::Diagnosed(_) => {}
            Event::SpecFinished { .. } | Event::RunFinished(_) => {}
        }
    };
    let names: BTreeSet<String> = Event::NAMES.map(str::to_owned).into();
    assert_eq!(seen("/event"), names);
    assert_eq!(schema()["oneOf"].as_array().unwrap().len(), names.len());
    assert_eq!(seen("/status"), allowed("/$defs/test_finished/properties/status/enum"));
    assert_eq!(seen("/end"), allowed("/$defs/run_finished/properties/end/enum"));
    assert_eq!(seen("/verdict/outcome"), allowed("/$defs/verdict/properties/outcome/enum"));
}

#[test]
fn every_field_of_the_schema_is_always_written() {
    let schema = schema();
    for (name, definition) in schema["$defs"].as_object().unwrap() {
        let Some(properties) = definition.get("properties") else { continue };
        let keys: Vec<&String> = properties.as_object().unwrap().keys().collect();
        let required: Vec<&str> = definition["required"]
            .as_array()
            .unwrap()
            .iter()
            .map(|k| k.as_str().unwrap())
            .collect();
        assert_eq!(keys, required, "{name}");
    }
}

#[test]
fn what_the_schema_does_not_say_is_noticed() {
    let schema = schema();
    let finished = serde_json::to_value(Event::TestFinished(examples::failed())).unwrap();
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut value = finished.clone();
        change(&mut value);
        check(&schema, &schema, &value)
    };
    assert_eq!(changed(&|_| {}), Ok(()));
    assert!(changed(&|value| value["extra"] = json!(1)).is_err());
    assert!(changed(&|value| value["status"] = json!("flaky")).is_err());
    assert!(changed(&|value| value["line"] = json!(-1)).is_err());
    assert!(changed(&|value| value["line"] = json!(1.5)).is_err());
    assert!(changed(&|value| value["seconds"] = json!("fast")).is_err());
    assert!(changed(&|value| value["event"] = json!("test_ended")).is_err());
    assert!(changed(&|value| value["verdict"]["findings"][0]["mend"] = json!(null)).is_err());
    assert!(changed(&|value| value["verdict"]["findings"] = json!({})).is_err());
    assert!(changed(&|value| drop(value.as_object_mut().unwrap().remove("file"))).is_err());
}

#[test]
fn numbers_that_json_cannot_hold_are_null() {
    let (test, activity) = ("a::b".into(), "training".into());
    let event = Event::Progress { test, activity, step: 1, steps: 2, loss: Some(f64::NAN) };
    assert_eq!(serde_json::to_value(event).unwrap()["loss"], Value::Null);
}

#[test]
fn the_page_names_every_word_of_the_schema() {
    let schema = schema();
    let mut words: BTreeSet<&str> = Event::NAMES.into();
    for definition in schema["$defs"].as_object().unwrap().values() {
        for (key, property) in definition["properties"].as_object().into_iter().flatten() {
            words.insert(key);
            words.extend(
                property["enum"].as_array().into_iter().flatten().map(|w| w.as_str().unwrap()),
            );
        }
    }
    words.remove("event");
    for word in words {
        assert!(PAGE.contains(&format!("`{word}`")), "docs/events.md does not mention `{word}`");
    }
}

#[test]
fn the_example_on_the_page_is_a_run() {
    let schema = schema();
    let block = PAGE.split("```json\n").nth(1).unwrap().split("```").next().unwrap();
    for line in block.lines() {
        let value: Value = serde_json::from_str(line).unwrap();
        check(&schema, &schema, &value).unwrap_or_else(|error| panic!("{line}\n{error}"));
    }
    let events: Vec<Event> =
        block.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(matches!(events[0], Event::RunStarted { tests: 1, .. }));
    assert!(matches!(events.last(), Some(Event::RunFinished(RunSummary { passed: 1, .. }))));
}
