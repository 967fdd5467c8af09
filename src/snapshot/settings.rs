//! When snapshot files are written: insta's environment variables and its configuration file.
//!
//! insta reads these itself, but keeps what it read to itself and prints the difference on standard
//! output, which belongs to the test protocol. So the rules of insta 1.49 stand here once more
//! (`insta/src/env.rs`), over a lookup function instead of the process's environment.

use std::path::{Path, PathBuf};

use serde_yaml::Value;

use super::SnapshotError;

/// The configuration files that insta looks for in a workspace's root, in this order.
const CONFIGURATION: [&str; 3] = [".config/insta.yaml", "insta.yaml", ".insta.yaml"];

/// insta's settings, as far as they concern files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Settings {
    update: Update,
    on_ci: bool,
    /// A difference is written as the other settings say, but fails no test (`cargo insta test`).
    pub force_pass: bool,
    /// Where pending snapshots go instead of beside the accepted ones.
    pub pending_folder: Option<PathBuf>,
    /// A file that takes the path of every compared snapshot.
    pub references: Option<PathBuf>,
}

/// The values of `INSTA_UPDATE`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Update {
    Auto,
    Always,
    New,
    Unseen,
    No,
    Force,
}

/// What to do with a body that differs from the accepted one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    /// Write the accepted file.
    Accept,
    /// Write a pending file beside it.
    Propose,
    /// Write nothing.
    Compare,
}

impl Settings {
    /// Reads the settings. `variable` looks up an environment variable; `configuration` is the text
    /// of insta's configuration file, where there is one.
    pub fn read(
        variable: impl Fn(&str) -> Option<String>,
        configuration: Option<&str>,
    ) -> Result<Self, SnapshotError> {
        let behavior = configuration.and_then(|text| serde_yaml::from_str::<Value>(text).ok());
        let behavior = behavior.as_ref().and_then(|tree| tree.get("behavior"));
        let setting = |name: &str| behavior.and_then(|section| section.get(name));
        let given = |name: &str| variable(name).filter(|value| !value.is_empty());

        let update = match given("INSTA_UPDATE") {
            _ if given("INSTA_FORCE_UPDATE").as_deref() == Some("1") => Update::Force,
            Some(value) => Update::parse(&value)?,
            None => match setting("update").and_then(Value::as_str) {
                Some(value) => Update::parse(value)?,
                None => Update::Auto,
            },
        };
        let force_pass = match given("INSTA_FORCE_PASS").as_deref() {
            None => setting("force_pass").and_then(Value::as_bool).unwrap_or(false),
            Some("0") => false,
            Some("1") => true,
            Some(value) => {
                return Err(SnapshotError::Setting {
                    setting: "INSTA_FORCE_PASS",
                    value: value.to_owned(),
                    allowed: "0 or 1",
                });
            }
        };
        let on_ci = match variable("CI").as_deref() {
            Some("" | "0" | "false") => false,
            Some(_) => true,
            None => variable("TF_BUILD").is_some(),
        };
        Ok(Self {
            update,
            on_ci,
            force_pass,
            pending_folder: given("INSTA_PENDING_DIR").map(PathBuf::from),
            references: given("INSTA_SNAPSHOT_REFERENCES_FILE").map(PathBuf::from),
        })
    }

    /// What to do with a difference.
    pub fn action(&self, has_accepted: bool) -> Action {
        match self.update {
            Update::Auto if self.on_ci => Action::Compare,
            Update::Auto | Update::New => Action::Propose,
            Update::Always | Update::Force => Action::Accept,
            Update::Unseen if has_accepted => Action::Propose,
            Update::Unseen => Action::Accept,
            Update::No => Action::Compare,
        }
    }

    /// Whether an accepted file is written anew although its body matches.
    pub fn rewrites_matches(&self) -> bool {
        self.update == Update::Force
    }
}

impl Update {
    fn parse(value: &str) -> Result<Self, SnapshotError> {
        match value {
            "auto" => Ok(Self::Auto),
            "always" | "1" => Ok(Self::Always),
            "new" => Ok(Self::New),
            "unseen" => Ok(Self::Unseen),
            "no" => Ok(Self::No),
            "force" => Ok(Self::Force),
            _ => Err(SnapshotError::Setting {
                setting: "INSTA_UPDATE",
                value: value.to_owned(),
                allowed: "auto, always, new, unseen, no or force",
            }),
        }
    }
}

/// The text of the workspace's insta configuration file.
pub(super) fn configuration(workspace: &Path) -> Option<String> {
    CONFIGURATION.iter().find_map(|name| std::fs::read_to_string(workspace.join(name)).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(variables: &[(&str, &str)], configuration: Option<&str>) -> Settings {
        try_settings(variables, configuration).unwrap()
    }

    fn try_settings(
        variables: &[(&str, &str)],
        configuration: Option<&str>,
    ) -> Result<Settings, SnapshotError> {
        let lookup = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        Settings::read(lookup, configuration)
    }

    #[test]
    fn every_update_mode_decides_as_insta_does() {
        use Action::{Accept, Compare, Propose};
        let table = [
            // mode, action without and with an accepted snapshot
            ("auto", Propose, Propose),
            ("new", Propose, Propose),
            ("always", Accept, Accept),
            ("1", Accept, Accept),
            ("force", Accept, Accept),
            ("unseen", Accept, Propose),
            ("no", Compare, Compare),
        ];
        for (mode, without, with) in table {
            let settings = settings(&[("INSTA_UPDATE", mode)], None);
            assert_eq!(settings.action(false), without, "{mode}, new snapshot");
            assert_eq!(settings.action(true), with, "{mode}, changed snapshot");
        }
    }

    #[test]
    fn ci_turns_auto_alone_into_comparing() {
        for value in ["true", "1", "woodpecker"] {
            assert_eq!(settings(&[("CI", value)], None).action(false), Action::Compare);
            let new = settings(&[("CI", value), ("INSTA_UPDATE", "new")], None);
            assert_eq!(new.action(false), Action::Propose);
        }
        for value in ["", "0", "false"] {
            let off = settings(&[("CI", value), ("TF_BUILD", "1")], None);
            assert_eq!(off.action(false), Action::Propose, "CI={value}");
        }
        assert_eq!(settings(&[("TF_BUILD", "True")], None).action(false), Action::Compare);
    }

    #[test]
    fn the_environment_wins_over_the_configuration_file() {
        let file = Some("behavior:\n  update: \"no\"\n  force_pass: true\n");
        assert_eq!(settings(&[], file).action(true), Action::Compare);
        assert!(settings(&[], file).force_pass);
        let both = settings(&[("INSTA_UPDATE", "always"), ("INSTA_FORCE_PASS", "0")], file);
        assert_eq!(both.action(true), Action::Accept);
        assert!(!both.force_pass);
    }

    #[test]
    fn only_force_rewrites_what_matches() {
        assert!(settings(&[("INSTA_UPDATE", "force")], None).rewrites_matches());
        assert!(settings(&[("INSTA_FORCE_UPDATE", "1")], None).rewrites_matches());
        assert!(!settings(&[("INSTA_UPDATE", "always")], None).rewrites_matches());
    }

    #[test]
    fn an_unknown_value_is_an_error_that_tells_the_known_ones() {
        let error = try_settings(&[("INSTA_UPDATE", "yes")], None).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`yes` is no value for INSTA_UPDATE; it takes auto, always, new, unseen, no or force"
        );
        assert!(try_settings(&[("INSTA_FORCE_PASS", "true")], None).is_err());
    }

    #[test]
    fn folders_are_taken_as_given_and_an_empty_value_is_none() {
        let set = settings(
            &[("INSTA_PENDING_DIR", "out"), ("INSTA_SNAPSHOT_REFERENCES_FILE", "refs")],
            None,
        );
        assert_eq!(set.pending_folder, Some(PathBuf::from("out")));
        assert_eq!(set.references, Some(PathBuf::from("refs")));
        assert_eq!(settings(&[("INSTA_PENDING_DIR", "")], None).pending_folder, None);
    }
}
