//! The options of cargo's that `run` passes on when it has test targets built.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;

use crate::config::{CommandLine, Key, Settings, Value};

/// How test targets are built. Only specs of Rust models need them.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Build options (for specs of Rust models)")]
pub(super) struct BuildOptions {
    #[command(flatten)]
    features: clap_cargo::Features,

    /// Build with this profile of cargo's
    #[arg(long, value_name = "NAME", conflicts_with = "release")]
    cargo_profile: Option<String>,

    /// Build with optimizations: `--cargo-profile release`
    #[arg(long)]
    release: bool,

    /// Folder of all that is built
    #[arg(long, value_name = "PATH")]
    pub(super) target_dir: Option<PathBuf>,

    /// Do not change `Cargo.lock`
    #[arg(long)]
    locked: bool,

    /// Do not use the network
    #[arg(long)]
    offline: bool,

    /// As `--locked` and `--offline` together
    #[arg(long)]
    frozen: bool,
}

impl BuildOptions {
    /// Adds what these options say.
    pub(super) fn say(&self, line: CommandLine) -> CommandLine {
        let profile = self.cargo_profile.clone().or(self.release.then(|| "release".to_owned()));
        let names = |text: &String| text.split([',', ' ']).map(str::to_owned).collect::<Vec<_>>();
        let features: Vec<String> = self.features.features.iter().flat_map(names).collect();
        let flag = |on: bool| on.then_some(Value::Flag(true));
        line.with(Key::CargoProfile, profile.map(Value::Text))
            .with(Key::Features, (!features.is_empty()).then_some(Value::Names(features)))
            .with(Key::AllFeatures, flag(self.features.all_features))
            .with(Key::NoDefaultFeatures, flag(self.features.no_default_features))
    }

    /// As cargo takes them, with `--color` where our own command line has one.
    pub(super) fn flags(
        &self,
        settings: &Settings,
        color: Option<clap::ColorChoice>,
    ) -> Vec<OsString> {
        let mut flags: Vec<OsString> = Vec::new();
        let switches = [
            (settings.flag(Key::AllFeatures), "--all-features"),
            (settings.flag(Key::NoDefaultFeatures), "--no-default-features"),
            (self.locked, "--locked"),
            (self.offline, "--offline"),
            (self.frozen, "--frozen"),
        ];
        flags.extend(switches.iter().filter(|(on, _)| *on).map(|(_, flag)| flag.into()));
        let features = settings.names(Key::Features).join(",");
        // What cargo does anyway need not be said.
        let profile = settings.text(Key::CargoProfile).filter(|profile| *profile != "test");
        let values = [
            (
                "--features",
                Some(features.into()).filter(|features: &OsString| !features.is_empty()),
            ),
            ("--profile", profile.map(OsString::from)),
            ("--target-dir", self.target_dir.as_ref().map(OsString::from)),
            ("--color", color.map(|color| color.to_string().into())),
        ];
        for (flag, value) in values {
            if let Some(value) = value {
                flags.extend([flag.into(), value]);
            }
        }
        flags
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::super::settings::tests::settled;
    use super::*;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        build: BuildOptions,
    }

    fn flags(line: &str) -> String {
        let line = Line::parse_from(["x"].into_iter().chain(line.split_whitespace()));
        let settings = settled(line.build.say(CommandLine::default()));
        let flags = line.build.flags(&settings, None);
        flags.join(" ".as_ref()).into_string().unwrap()
    }

    #[test]
    fn cargo_gets_its_options_as_it_knows_them() {
        assert_eq!(flags(""), "");
        assert_eq!(flags("-F a,b --features c"), "--features a,b,c");
        assert_eq!(
            flags("--release --locked --offline --frozen --all-features --no-default-features"),
            "--all-features --no-default-features --locked --offline --frozen --profile release"
        );
        assert_eq!(
            flags("--cargo-profile bench --target-dir out"),
            "--profile bench --target-dir out"
        );
        let settings = settled(CommandLine::default());
        let colored = BuildOptions::default().flags(&settings, Some(clap::ColorChoice::Never));
        assert_eq!(colored, ["--color", "never"]);
    }

    #[test]
    fn two_words_on_the_profile_are_one_too_many() {
        assert!(Line::try_parse_from(["x", "--release", "--cargo-profile", "bench"]).is_err());
    }
}
