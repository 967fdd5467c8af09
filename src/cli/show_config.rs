//! `cargo nn-test show-config`: the settings that count, and where each comes from.

use std::io::Write;

use clap::Args;
use serde::Serialize;
use serde_json::json;

use super::Error;
use super::build::BuildOptions;
use super::options::{
    ColorOption, ExecutionOptions, FormatOption, MessageFormat, NoTestsOption, SeverityOptions,
};
use super::report_options::ReportOptions;
use super::settings::{ProfileOption, resolver};
use crate::config::{DEFAULTS, Key, Origin, Place, Resolved, ResolvedSeverity, Resolver, Value};
use crate::report::event::SCHEMA_VERSION;
use crate::workspace::{Package, PackageSelection, Workspace};

/// Options of `show-config`.
#[derive(Debug, Clone, Args)]
pub(super) struct ShowConfigOptions {
    /// Print the built-in configuration, with the meaning of every key
    #[arg(long)]
    default: bool,

    /// Package whose settings are shown [default: that of the current folder]
    #[arg(long, short, value_name = "NAME")]
    package: Option<String>,

    #[command(flatten)]
    manifest: clap_cargo::Manifest,
    #[command(flatten)]
    profile: ProfileOption,
    #[command(flatten)]
    no_tests: NoTestsOption,
    #[command(flatten)]
    execution: ExecutionOptions,
    #[command(flatten)]
    severity: SeverityOptions,
    #[command(flatten)]
    build: BuildOptions,
    #[command(flatten)]
    reports: ReportOptions,
    #[command(flatten)]
    format: FormatOption,
    #[command(flatten)]
    pub(super) color: ColorOption,
}

impl ShowConfigOptions {
    pub(super) fn execute(self, output: &mut impl Write) -> Result<(), Error> {
        if self.default {
            output.write_all(DEFAULTS.as_bytes())?;
            return Ok(());
        }
        let workspace = Workspace::discover(self.manifest.manifest_path.as_deref())?;
        let package = self.package(&workspace)?;
        let line = self.no_tests.say(self.execution.say(self.profile.command_line()));
        let line = self.severity.say(self.reports.say(self.build.say(line)));
        let resolver = resolver(workspace.config.clone(), line)?;
        let shown = Shown { workspace: &workspace, package, resolver: &resolver };
        let text = match self.format.message_format() {
            MessageFormat::Human => shown.human(),
            MessageFormat::Json => shown.json(),
        };
        output.write_all(text.as_bytes())?;
        Ok(())
    }

    /// The named package, else the current one, if there is one.
    fn package<'a>(&self, workspace: &'a Workspace) -> Result<Option<&'a Package>, Error> {
        let Some(name) = &self.package else { return Ok(workspace.current()) };
        let packages = vec![name.clone()];
        let selection = PackageSelection { packages, ..PackageSelection::default() };
        Ok(workspace.select(&selection)?.first().copied())
    }
}

struct Shown<'a> {
    workspace: &'a Workspace,
    package: Option<&'a Package>,
    resolver: &'a Resolver,
}

impl Shown<'_> {
    /// TOML, with the origins as comments.
    fn human(&self) -> String {
        let mut text = format!("# profile {}", self.resolver.profile);
        if let Some(package) = self.package {
            text.push_str(&format!(", package {}", package.name));
        }
        text.push('\n');
        let settings = self.resolver.settings(self.name());
        let rows = Key::all().map(|key| {
            let Resolved { value, origin } = settings.get(key);
            let (word, value) = key.written(value);
            (format!("{word} = {value}"), origin.to_string())
        });
        let severities = as_said(settings.said_severities()).into_iter().map(|said| {
            let value = format!("severity.{} = \"{}\"", said.said_of, said.severity.term());
            (value, said.origin.to_string())
        });
        let rows: Vec<(String, String)> =
            self.top_level().into_iter().chain(rows).chain(severities).collect();
        let width = rows.iter().map(|(setting, _)| setting.chars().count()).max().unwrap_or(0);
        for (setting, origin) in rows {
            text.push_str(&format!("{setting:width$}  # {origin}\n"));
        }
        text
    }

    /// One JSON document.
    fn json(&self) -> String {
        let settings = self.resolver.settings(self.name());
        let said = as_said(settings.said_severities());
        let settings = Key::all().map(|key| {
            let Resolved { value, origin } = settings.get(key);
            let key = key.name().to_owned();
            SettingRecord { key, value: plain(value), origin: origin_record(origin) }
        });
        let severities = said.into_iter().map(|said| SettingRecord {
            key: format!("severity.{}", said.said_of),
            value: said.severity.term().into(),
            origin: origin_record(&said.origin),
        });
        let record = ConfigRecord {
            schema_version: SCHEMA_VERSION,
            profile: &self.resolver.profile,
            package: self.name(),
            file: self.workspace.config.file.as_ref().map(|file| file.display().to_string()),
            settings: settings.chain(severities).collect(),
        };
        let text = serde_json::to_string(&record).expect("a record has only string keys");
        format!("{text}\n")
    }

    fn name(&self) -> Option<&str> {
        self.package.map(|package| package.name.as_str())
    }

    /// What no profile changes.
    fn top_level(&self) -> Vec<(String, String)> {
        let config = &self.workspace.config;
        let name = self.name().unwrap_or_default();
        let origin = |place: Option<&Place>| {
            place.map_or_else(|| "built in".to_owned(), ToString::to_string)
        };
        let (specs, specs_place) = config.specs(name);
        let (targets, targets_place) = config.targets(name);
        let specs = Value::Text(specs.display().to_string());
        vec![
            (format!("specs = {specs}"), origin(specs_place)),
            (format!("targets = {}", Value::Names(targets.to_vec())), origin(targets_place)),
        ]
    }
}

/// What is said of all properties at once is told once.
fn as_said(severities: &[ResolvedSeverity]) -> Vec<&ResolvedSeverity> {
    let same = |one: &ResolvedSeverity, other: &ResolvedSeverity| {
        one.said_of == other.said_of && one.origin == other.origin
    };
    let mut said: Vec<&ResolvedSeverity> = Vec::new();
    for severity in severities {
        if !said.iter().any(|known| same(known, severity)) {
            said.push(severity);
        }
    }
    said
}

#[derive(Serialize)]
struct ConfigRecord<'a> {
    schema_version: u32,
    profile: &'a str,
    package: Option<&'a str>,
    /// The file of nn-test's own.
    file: Option<String>,
    settings: Vec<SettingRecord>,
}

#[derive(Serialize)]
struct SettingRecord {
    key: String,
    /// Seconds and bytes as numbers; `null` where no file is written.
    value: serde_json::Value,
    origin: serde_json::Value,
}

fn plain(value: &Value) -> serde_json::Value {
    match value {
        Value::Nothing => serde_json::Value::Null,
        Value::Auto => "auto".into(),
        Value::Text(text) => text.as_str().into(),
        Value::Number(number) => (*number).into(),
        Value::Flag(flag) => (*flag).into(),
        Value::Names(names) => names.clone().into(),
    }
}

fn origin_record(origin: &Origin) -> serde_json::Value {
    match origin {
        Origin::CommandLine => json!({"kind": "command_line"}),
        Origin::Environment(variable) => json!({"kind": "environment", "variable": variable}),
        Origin::BuiltIn { profile } => json!({"kind": "built_in", "profile": profile}),
        Origin::File { place, profile } => json!({
            "kind": "file",
            "file": place.file.display().to_string(),
            "line": place.line,
            "column": place.column,
            "table": place.table,
            "profile": profile,
        }),
    }
}
