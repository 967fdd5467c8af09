//! How long each spec took on this machine, and what that allows the next run.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::limits::{Timeout, seconds};
use crate::whole_file;

/// Raised when the file changes its meaning; a file of another version is no baseline.
const VERSION: u32 = 2;

/// A run that takes this many times as long as the last one hangs. Other work on the machine, more
/// workers at once and experiments that need further attempts make up less.
const FACTOR: u32 = 20;
/// No derived limit is lower: what is over in no time may as well take long once.
const LEAST: Duration = Duration::from_secs(60);

/// Durations of complete runs, by device and spec file. They are kept in the target folder, which
/// stays on its machine.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Timings {
    version: u32,
    /// Seconds, by the device's description, and by `PATH#NAME`: a spec's absolute path and name.
    seconds: BTreeMap<String, BTreeMap<String, f64>>,
}

impl Timings {
    /// Reads the file. One that is missing, damaged or of another version is no baseline.
    pub fn load(path: &Path) -> Self {
        let read = fs::read(path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let known = |timings: &Self| timings.version == VERSION;
        read.filter(known).unwrap_or(Self { version: VERSION, seconds: BTreeMap::new() })
    }

    /// Writes the file, whole or not at all. What another run has added meanwhile stays; specs that
    /// are gone are forgotten.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn save(self, path: &Path) -> io::Result<()> {
        let mut all = Self::load(path);
        for (device, specs) in self.seconds {
            all.seconds.entry(device).or_default().extend(specs);
        }
        for specs in all.seconds.values_mut() {
            specs.retain(|spec, _| {
                let file = spec.rsplit_once('#').map_or(spec.as_str(), |(file, _)| file);
                Path::new(file).exists()
            });
        }
        let text = serde_json::to_string_pretty(&all).expect("timings have only string keys");
        whole_file::write(path, &format!("{text}\n"))
    }

    /// Notes how long a spec took.
    pub fn record(&mut self, device: &str, (file, name): (&Path, &str), duration: Duration) {
        let specs = self.seconds.entry(device.to_owned()).or_default();
        specs.insert(key(file, name), duration.as_secs_f64());
    }

    /// What a spec's last complete run allows the next one. `None` when it never ran.
    pub fn limit(&self, device: &str, (file, name): (&Path, &str)) -> Option<Timeout> {
        let last = self.seconds.get(device)?.get(&key(file, name))?;
        let last = Duration::try_from_secs_f64(*last).ok()?;
        let derived = last.checked_mul(FACTOR)?;
        let source = match derived > LEAST {
            true => format!("{FACTOR} times its last complete run ({:.1} s)", last.as_secs_f64()),
            false => format!("the least limit of a spec that ran before, {}", seconds(LEAST)),
        };
        Some(Timeout { duration: derived.max(LEAST), source })
    }
}

fn key(file: &Path, name: &str) -> String {
    format!("{}#{name}", file.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds_allowed(timings: &Timings, device: &str, spec: &Path) -> Option<u64> {
        timings.limit(device, (spec, "a")).map(|limit| limit.duration.as_secs())
    }

    #[test]
    fn a_spec_may_take_twenty_times_as_long_as_before_and_at_least_a_minute() {
        let (mut timings, spec) = (Timings::default(), Path::new("/p/a.yaml"));
        assert_eq!(seconds_allowed(&timings, "cpu", spec), None);
        timings.record("cpu", (spec, "a"), Duration::from_secs(1));
        assert_eq!(seconds_allowed(&timings, "cpu", spec), Some(60));
        timings.record("cpu", (spec, "a"), Duration::from_secs(4));
        assert_eq!(seconds_allowed(&timings, "cpu", spec), Some(80));
        assert_eq!(seconds_allowed(&timings, "another device", spec), None);
        assert_eq!(timings.limit("cpu", (spec, "another spec of the file")), None);
        let source = timings.limit("cpu", (spec, "a")).unwrap().source;
        assert_eq!(source, "20 times its last complete run (4.0 s)");
    }

    #[test]
    fn what_was_saved_is_there_for_the_next_run_and_specs_that_are_gone_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("nn-test/timings.json");
        let (here, gone) = (folder.path().join("a.yaml"), folder.path().join("b.yaml"));
        fs::write(&here, "").unwrap();
        let mut first = Timings::load(&file);
        first.record("cpu", (&here, "a"), Duration::from_secs(4));
        first.record("cpu", (&gone, "a"), Duration::from_secs(4));
        first.save(&file).unwrap();
        // A second run that began before the first one ended.
        let mut second = Timings::default();
        second.record("wgpu", (&here, "a"), Duration::from_secs(5));
        second.save(&file).unwrap();

        let timings = Timings::load(&file);
        assert_eq!(seconds_allowed(&timings, "cpu", &here), Some(80));
        assert_eq!(seconds_allowed(&timings, "wgpu", &here), Some(100));
        assert_eq!(seconds_allowed(&timings, "cpu", &gone), None);
    }

    #[test]
    fn a_damaged_file_is_no_baseline() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("timings.json");
        for text in [
            "",
            "{",
            r#"{"version": 99, "seconds": {"cpu": {"/a": 1}}}"#,
            r#"{"version": 2, "seconds": {"cpu": {"/a#a": -1.0, "/b#a": 1e300, "/c#a": null}}}"#,
        ] {
            fs::write(&file, text).unwrap();
            assert_eq!(seconds_allowed(&Timings::load(&file), "cpu", Path::new("/a")), None);
        }
        let text =
            r#"{"version": 2, "seconds": {"cpu": {"/a#a": -1.0, "/b#a": 1e300, "/c#a": 1e19}}}"#;
        fs::write(&file, text).unwrap();
        for spec in ["/a", "/b", "/c"] {
            assert_eq!(Timings::load(&file).limit("cpu", (Path::new(spec), "a")), None);
        }
    }
}
