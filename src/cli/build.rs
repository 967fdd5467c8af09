//! The options of cargo's that `run` passes on when it has test targets built.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;

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
    /// As cargo takes them, with `--color` where our own command line has one.
    pub(super) fn flags(&self, color: Option<clap::ColorChoice>) -> Vec<OsString> {
        let mut flags: Vec<OsString> = Vec::new();
        let switches = [
            (self.features.all_features, "--all-features"),
            (self.features.no_default_features, "--no-default-features"),
            (self.release, "--release"),
            (self.locked, "--locked"),
            (self.offline, "--offline"),
            (self.frozen, "--frozen"),
        ];
        flags.extend(switches.iter().filter(|(on, _)| *on).map(|(_, flag)| flag.into()));
        let features = self.features.features.join(" ");
        let values = [
            (
                "--features",
                Some(features.into()).filter(|features: &OsString| !features.is_empty()),
            ),
            ("--profile", self.cargo_profile.as_ref().map(OsString::from)),
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

    use super::*;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        build: BuildOptions,
    }

    fn flags(line: &str) -> String {
        let line = Line::parse_from(["x"].into_iter().chain(line.split_whitespace()));
        let flags = line.build.flags(None);
        flags.join(" ".as_ref()).into_string().unwrap()
    }

    #[test]
    fn cargo_gets_its_options_as_it_knows_them() {
        assert_eq!(flags(""), "");
        assert_eq!(flags("-F a,b --features c"), "--features a,b c");
        assert_eq!(
            flags("--release --locked --offline --frozen --all-features --no-default-features"),
            "--all-features --no-default-features --release --locked --offline --frozen"
        );
        assert_eq!(
            flags("--cargo-profile bench --target-dir out"),
            "--profile bench --target-dir out"
        );
        let colored = BuildOptions::default().flags(Some(clap::ColorChoice::Never));
        assert_eq!(colored, ["--color", "never"]);
    }

    #[test]
    fn two_words_on_the_profile_are_one_too_many() {
        assert!(Line::try_parse_from(["x", "--release", "--cargo-profile", "bench"]).is_err());
    }
}
