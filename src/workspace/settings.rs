//! `[package.metadata.nn-test]` and `[workspace.metadata.nn-test]`.

use std::path::PathBuf;

use serde_json::Value;

use crate::device::DeviceChoice;
use crate::suggestion::{closest, did_you_mean};

/// The table's name below `metadata`.
pub(super) const TABLE: &str = "nn-test";
const KEYS: [&str; 2] = ["device", "specs"];
const DEVICES: [&str; 3] = ["auto", "wgpu", "cpu"];

/// What a `Cargo.toml` says to nn-test. A package's own words win over its workspace's.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// Folder of the specs, relative to the package.
    pub specs: Option<PathBuf>,
    /// The device when neither command line nor environment names one.
    pub device: Option<DeviceChoice>,
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    #[error("`metadata.nn-test` is not a table")]
    NoTable,
    #[error(
        "unknown key `{key}` in `metadata.nn-test`{} (known keys: `device`, `specs`)",
        did_you_mean(*.suggestion)
    )]
    UnknownKey { key: String, suggestion: Option<&'static str> },
    #[error("`metadata.nn-test.{key}` must be {expected}, not `{found}`")]
    WrongValue { key: &'static str, expected: &'static str, found: String },
}

impl Settings {
    /// Reads the table, or nothing where there is none.
    pub(super) fn read(table: Option<&Value>) -> Result<Self, SettingsError> {
        let mut settings = Self::default();
        let Some(table) = table else { return Ok(settings) };
        for (key, value) in table.as_object().ok_or(SettingsError::NoTable)? {
            match key.as_str() {
                "specs" => settings.specs = Some(read_folder(value)?),
                "device" => settings.device = Some(read_device(value)?),
                _ => {
                    let suggestion = closest(key, KEYS);
                    return Err(SettingsError::UnknownKey { key: key.clone(), suggestion });
                }
            }
        }
        Ok(settings)
    }

    /// These settings where they say something, else the others.
    pub(super) fn or(self, others: &Self) -> Self {
        Self {
            specs: self.specs.or_else(|| others.specs.clone()),
            device: self.device.or(others.device),
        }
    }
}

fn read_folder(value: &Value) -> Result<PathBuf, SettingsError> {
    match value.as_str() {
        Some(path) if !path.is_empty() => Ok(path.into()),
        _ => Err(SettingsError::WrongValue {
            key: "specs",
            expected: "the path of a folder",
            found: value.to_string(),
        }),
    }
}

fn read_device(value: &Value) -> Result<DeviceChoice, SettingsError> {
    let known = value.as_str().filter(|name| DEVICES.contains(name));
    let choice = known.and_then(|_| serde_json::from_value(value.clone()).ok());
    choice.ok_or_else(|| SettingsError::WrongValue {
        key: "device",
        expected: "\"auto\", \"wgpu\" or \"cpu\"",
        found: value.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(table: Value) -> Result<Settings, SettingsError> {
        Settings::read(Some(&table))
    }

    fn message(table: Value) -> String {
        read(table).unwrap_err().to_string()
    }

    #[test]
    fn nothing_said_means_nothing_set() {
        assert_eq!(Settings::read(None), Ok(Settings::default()));
        assert_eq!(read(json!({})), Ok(Settings::default()));
    }

    #[test]
    fn both_keys_are_read() {
        assert_eq!(
            read(json!({"specs": "nn/specs", "device": "cpu"})),
            Ok(Settings { specs: Some("nn/specs".into()), device: Some(DeviceChoice::Cpu) })
        );
    }

    #[test]
    fn an_unknown_key_is_an_error_with_a_suggestion() {
        assert_eq!(
            message(json!({"spec": "nn"})),
            "unknown key `spec` in `metadata.nn-test`; did you mean `specs`? (known keys: \
             `device`, `specs`)"
        );
    }

    #[test]
    fn wrong_values_say_what_is_expected() {
        assert_eq!(
            message(json!({"device": "gpu"})),
            "`metadata.nn-test.device` must be \"auto\", \"wgpu\" or \"cpu\", not `\"gpu\"`"
        );
        assert_eq!(
            message(json!({"specs": 3})),
            "`metadata.nn-test.specs` must be the path of a folder, not `3`"
        );
        assert_eq!(message(json!("specs")), "`metadata.nn-test` is not a table");
    }

    #[test]
    fn a_packages_own_word_wins_over_its_workspaces() {
        let own = Settings { specs: None, device: Some(DeviceChoice::Cpu) };
        let shared = Settings { specs: Some("nn".into()), device: Some(DeviceChoice::Wgpu) };
        let expected = Settings { specs: Some("nn".into()), device: Some(DeviceChoice::Cpu) };
        assert_eq!(own.or(&shared), expected);
    }
}
