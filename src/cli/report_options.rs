//! Where a run is reported beside the terminal: the options, and what they come to on this machine.

use std::env;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

/// Reports beside the one on standard output. Whatever is absent has its default.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
#[command(next_help_heading = "Report options")]
pub(super) struct ReportOptions {
    /// Write a JUnit file, for CI systems that show test results
    #[arg(long, value_name = "PATH")]
    pub(super) junit: Option<PathBuf>,

    /// Show failures at their lines of a pull request [default: auto]
    ///
    /// With annotations on, the summary is appended to GitHub's step summary as well.
    #[arg(long, value_name = "WHEN", value_enum)]
    pub(super) annotations: Option<Annotations>,

    /// Write a summary in Markdown
    #[arg(long, value_name = "PATH")]
    pub(super) summary: Option<PathBuf>,

    /// Write all events as JSON lines, for `cargo nn-test report merge` and other programs
    #[arg(long, value_name = "PATH")]
    pub(super) events: Option<PathBuf>,
}

/// `--annotations`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Annotations {
    /// As GitHub reads them where `GITHUB_ACTIONS` is `true`, else none
    #[default]
    Auto,
    /// As GitHub reads them
    Github,
    /// None
    None,
}

/// What a CI system says about itself in the environment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Ci {
    /// Whether this is a step of GitHub Actions.
    github: bool,
    /// The file of GitHub's step summary.
    step_summary: Option<PathBuf>,
    /// The root of the repository, from which viewers count paths.
    repository: Option<PathBuf>,
}

impl Ci {
    pub(super) fn from_environment() -> Self {
        Self::new(|name| env::var(name).ok())
    }

    fn new(variable: impl Fn(&str) -> Option<String>) -> Self {
        let path = |name| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        Self {
            github: variable("GITHUB_ACTIONS").as_deref() == Some("true"),
            step_summary: path("GITHUB_STEP_SUMMARY"),
            repository: path("GITHUB_WORKSPACE").or_else(|| path("CI_PROJECT_DIR")),
        }
    }
}

/// Where reports go.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Destinations {
    pub(super) junit: Option<PathBuf>,
    pub(super) summary: Option<PathBuf>,
    pub(super) events: Option<PathBuf>,
    pub(super) annotations: bool,
    /// Gets the summary at its end, after what other commands of the step wrote there.
    pub(super) step_summary: Option<PathBuf>,
    pub(super) repository: Option<PathBuf>,
}

impl ReportOptions {
    /// Puts defaults in the place of what is absent.
    pub(super) fn destinations(self, ci: Ci) -> Destinations {
        let annotations = match self.annotations.unwrap_or_default() {
            Annotations::Auto => ci.github,
            Annotations::Github => true,
            Annotations::None => false,
        };
        let step_summary = ci.step_summary.filter(|_| annotations);
        let is_step_summary = |path: &Path| step_summary.as_deref() == Some(path);
        Destinations {
            junit: self.junit,
            summary: self.summary.filter(|path| !is_step_summary(path)),
            events: self.events,
            annotations,
            step_summary,
            repository: ci.repository,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ci(variables: &[(&str, &str)]) -> Ci {
        let find = |name: &str| variables.iter().find(|(known, _)| *known == name);
        Ci::new(|name| find(name).map(|(_, value)| (*value).to_owned()))
    }

    fn github() -> Ci {
        ci(&[
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_STEP_SUMMARY", "/tmp/step"),
            ("GITHUB_WORKSPACE", "/repository"),
        ])
    }

    fn annotated(annotations: Option<Annotations>, ci: Ci) -> Destinations {
        ReportOptions { annotations, ..ReportOptions::default() }.destinations(ci)
    }

    #[test]
    fn at_home_nothing_is_reported_unasked() {
        assert_eq!(ReportOptions::default().destinations(Ci::default()), Destinations::default());
    }

    #[test]
    fn on_github_failures_are_annotated_and_summed_up() {
        let destinations = annotated(None, github());
        assert!(destinations.annotations);
        assert_eq!(destinations.step_summary, Some("/tmp/step".into()));
        assert_eq!(destinations.repository, Some("/repository".into()));
        assert_eq!(annotated(Some(Annotations::Auto), github()), destinations);
    }

    #[test]
    fn annotations_can_be_asked_for_and_declined() {
        assert!(annotated(Some(Annotations::Github), Ci::default()).annotations);
        let declined = annotated(Some(Annotations::None), github());
        assert_eq!((declined.annotations, declined.step_summary), (false, None));
    }

    #[test]
    fn another_value_than_true_is_not_github() {
        for value in ["false", "", "1"] {
            assert!(!annotated(None, ci(&[("GITHUB_ACTIONS", value)])).annotations, "{value}");
        }
    }

    #[test]
    fn the_step_summary_is_not_written_twice() {
        let options =
            |path: &str| ReportOptions { summary: Some(path.into()), ..ReportOptions::default() };
        assert_eq!(options("/tmp/step").destinations(github()).summary, None);
        let other = options("summary.md").destinations(github());
        assert_eq!(other.summary, Some("summary.md".into()));
        assert_eq!(other.step_summary, Some("/tmp/step".into()));
    }

    #[test]
    fn paths_are_counted_from_the_root_of_the_repository() {
        let gitlab = ci(&[("CI_PROJECT_DIR", "/builds/nets"), ("GITHUB_WORKSPACE", "")]);
        assert_eq!(gitlab.repository, Some("/builds/nets".into()));
    }
}
