//! From options and environment to the settings that count.

use std::env;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Error;
use super::options::{
    ExecutionOptions, Filterset, NoTestsOption, SeverityOptions, StatusLevelArgument, Warnings,
};
use super::report_options::ReportOptions;
use super::width;
use crate::config::{
    self, CommandLine, Config, Environment, Key, Origin, Resolver, Settings, Value,
};
use crate::report::View;

/// `--profile`.
#[derive(Debug, Clone, Args)]
pub(super) struct ProfileOption {
    /// Profile of the configuration [default: default]
    ///
    /// `default` and `ci` are built in; `nn-test.toml` changes them and makes others. Every option
    /// that a profile can set has an environment variable, too: NN_TEST_DEVICE for `--device`.
    #[arg(long, short = 'P', value_name = "NAME", help_heading = "Configuration")]
    profile: Option<String>,
}

impl ProfileOption {
    pub(super) fn command_line(&self) -> CommandLine {
        CommandLine::new(self.profile.clone())
    }
}

impl ExecutionOptions {
    /// Adds what these options say.
    pub(super) fn say(&self, line: CommandLine) -> CommandLine {
        let max_fail = match (self.fail_fast, self.no_fail_fast) {
            (true, _) => Some(1),
            (_, true) => Some(0),
            _ => self.max_fail.map(|number| number.get() as u64),
        };
        line.with(Key::Device, self.device.map(word))
            .with(Key::MaxFail, max_fail.map(Value::Number))
            .with(Key::Jobs, self.jobs.map(|jobs| Value::Number(jobs.get() as u64)))
            .with(Key::Timeout, self.timeout.map(Value::Number))
            .with(Key::Silence, self.silence.map(Value::Number))
            .with(Key::MemoryLimit, self.memory_limit.map(Value::Number))
    }
}

impl SeverityOptions {
    /// Adds what these options say.
    pub(super) fn say(&self, line: CommandLine) -> CommandLine {
        let warnings = self.deny.map(|_| Warnings::Deny).or(self.warnings);
        line.with(Key::Warnings, warnings.map(word)).with_severities(&self.severity)
    }
}

impl NoTestsOption {
    /// Adds what this option says.
    pub(super) fn say(&self, line: CommandLine) -> CommandLine {
        line.with(Key::NoTests, self.no_tests.map(word))
    }
}

impl ReportOptions {
    /// Adds what these options say.
    pub(super) fn say(&self, line: CommandLine) -> CommandLine {
        let file = |path: &Option<PathBuf>| {
            path.as_ref().map(|path| Value::Text(path.to_string_lossy().into_owned()))
        };
        line.with(Key::Junit, file(&self.junit))
            .with(Key::Annotations, self.annotations.map(word))
            .with(Key::Summary, file(&self.summary))
            .with(Key::Events, file(&self.events))
    }
}

/// The reports that count.
pub(super) fn reports(settings: &Settings) -> ReportOptions {
    ReportOptions {
        junit: settings.file(Key::Junit),
        annotations: Some(choice(settings, Key::Annotations)),
        summary: settings.file(Key::Summary),
        events: settings.file(Key::Events),
    }
}

/// The filter that selects among all test cases.
///
/// # Errors
///
/// When it is not understood.
pub(super) fn default_filter(settings: &Settings) -> Result<Filterset, Error> {
    let key = Key::DefaultFilter;
    let text = settings.text(key).unwrap_or("all()");
    Filterset::parse(text, &format!("`{}`, set by {}", key.name(), source(settings, key)))
}

/// What a person sees on standard output.
pub(super) fn view(level: StatusLevelArgument, verbose: bool) -> View {
    View { level: level.into(), verbose, width: width::columns() }
}

/// The word that the command line has for a choice; configurations have the same.
pub(super) fn word(choice: impl ValueEnum) -> Value {
    let word = choice.to_possible_value().map(|word| word.get_name().to_owned());
    Value::Text(word.unwrap_or_default())
}

/// The choice that settings make for a key.
pub(super) fn choice<T: ValueEnum>(settings: &Settings, key: Key) -> T {
    let chosen = settings.text(key).and_then(|word| T::from_str(word, false).ok());
    chosen.expect("a test compares the words of configuration and command line")
}

/// Who says the value that counts for a key; follows "set by".
pub(super) fn source(settings: &Settings, key: Key) -> String {
    match &settings.get(key).origin {
        Origin::CommandLine => format!("`--{}`", key.name()),
        Origin::Environment(variable) => format!("`{variable}`"),
        origin @ (Origin::File { .. } | Origin::BuiltIn { .. }) => origin.to_string(),
    }
}

/// Decides between command line, environment and configuration.
///
/// # Errors
///
/// When the profile does not exist, or an environment variable is not understood.
pub(super) fn resolver(config: Config, line: CommandLine) -> Result<Resolver, Error> {
    let variable = |name: &str| env::var_os(name).map(|text| text.to_string_lossy().into_owned());
    let environment = Environment::read(variable).map_err(config::Error::Variables)?;
    Ok(Resolver::new(config, line, environment)?)
}

#[cfg(test)]
pub(super) mod tests {
    use std::path::Path;
    use std::time::Duration;

    use clap::Parser;

    use super::super::options::{DeviceArgument, MessageFormat, NoTests};
    use super::super::report_options::Annotations;
    use super::*;
    use crate::config::{Kind, Limit, Word};
    use crate::spec::Severity;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        execution: ExecutionOptions,
        #[command(flatten)]
        severity: SeverityOptions,
        #[command(flatten)]
        reports: ReportOptions,
    }

    /// What counts under these options, where no file and no variable says anything.
    pub(in crate::cli) fn settings(line: &str) -> Settings {
        let line = Line::parse_from(["x"].into_iter().chain(line.split_whitespace()));
        let said = line.severity.say(line.execution.say(CommandLine::default()));
        settled(line.reports.say(said))
    }

    pub(in crate::cli) fn settled(line: CommandLine) -> Settings {
        resolved(line).settings(None)
    }

    pub(in crate::cli) fn resolved(line: CommandLine) -> Resolver {
        let config = Config::built_in(Path::new("/project"));
        Resolver::new(config, line, Environment::default()).unwrap()
    }

    fn agree<T: ValueEnum>(name: &str) {
        let Kind::Choice(words) = Word::find(name).unwrap().kind else { panic!("{name}") };
        let ours = T::value_variants().iter().map(|choice| word(choice.clone()));
        let theirs = words.iter().map(|word| Value::Text((*word).to_owned()));
        assert_eq!(ours.collect::<Vec<_>>(), theirs.collect::<Vec<_>>(), "{name}");
    }

    #[test]
    fn command_line_and_configuration_have_the_same_words() {
        agree::<DeviceArgument>("device");
        agree::<NoTests>("no-tests");
        agree::<Annotations>("annotations");
        agree::<MessageFormat>("message-format");
        agree::<StatusLevelArgument>("status-level");
        agree::<Warnings>("warnings");
    }

    #[test]
    fn the_last_word_on_failing_fast_counts() {
        let max_fail = |line| settings(line).max_fail().map(|number| number.get());
        assert_eq!(max_fail(""), None);
        assert_eq!(max_fail("--max-fail 3"), Some(3));
        assert_eq!(max_fail("--max-fail 3 --fail-fast"), Some(1));
        assert_eq!(max_fail("--fail-fast --no-fail-fast"), None);
        assert_eq!(max_fail("--max-fail 3 --no-fail-fast"), None);
        assert_eq!(max_fail("--no-fail-fast --max-fail 2"), Some(2));
    }

    #[test]
    fn severities_of_the_command_line_count_over_the_specs_and_the_last_word_counts() {
        let said = |line| {
            let settings = settings(line);
            let severities = settings.said_severities().iter();
            severities.map(|said| (said.property, said.severity)).collect::<Vec<_>>()
        };
        assert_eq!(said(""), []);
        assert_eq!(
            said("--severity shapes=warn,learns=off --severity shapes=error"),
            [("shapes", Severity::Error), ("learns", Severity::Off)]
        );
        assert_eq!(said("--severity all=warn").len(), crate::property::REGISTRY.len());
        let denied = |line| settings(line).text(Key::Warnings) == Some("deny");
        assert!(denied("-D warnings") && denied("--warnings deny") && !denied(""));
        assert!(!denied("-D warnings --warnings warn") && denied("--warnings warn -D warnings"));
    }

    #[test]
    fn every_option_says_its_value_and_nothing_else() {
        let settings =
            settings("--device cpu --timeout 5 --junit a.xml -j 2 --memory-limit 1GiB --silence 9");
        let said = Key::all().filter(|key| settings.get(*key).origin == Origin::CommandLine);
        assert_eq!(
            said.collect::<Vec<_>>(),
            [Key::Device, Key::Jobs, Key::Timeout, Key::Silence, Key::MemoryLimit, Key::Junit]
        );
        assert_eq!(settings.jobs().unwrap().get(), 2);
        assert_eq!(settings.memory_limit(), Limit::Of(1 << 30));
        assert_eq!(source(&settings, Key::Jobs), "`--jobs`");
        assert_eq!(source(&settings, Key::Summary), "built in, profile default");
        assert_eq!(choice::<DeviceArgument>(&settings, Key::Device), DeviceArgument::Cpu);
        assert_eq!(settings.timeout(None), Limit::Of(Duration::from_secs(5)));
        let reports = reports(&settings);
        assert_eq!(reports.junit, Some("a.xml".into()));
        assert_eq!((reports.annotations, reports.events), (Some(Annotations::Auto), None));
    }
}
