//! What is to be run, and by which programs.

use std::collections::HashMap;
use std::ffi::OsString;
use std::path::PathBuf;

use super::limits::Timeout;
use crate::protocol::{Assignment, SetUp};
use crate::report::event::TestResult;

/// All selected test cases.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Work {
    /// Known without a worker: broken specs.
    pub foregone: Vec<TestResult>,
    /// The kinds of workers that the jobs need.
    pub roles: Vec<Role>,
    /// In the order in which they are begun.
    pub jobs: Vec<Job>,
}

/// One spec's selected test cases.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// Index of the role of the workers that can run it.
    pub role: usize,
    /// The spec's name: a file may hold several.
    pub spec: String,
    pub assignment: Assignment,
    /// Line and column in the spec file of each test case, for results that no worker reports.
    pub places: HashMap<String, (usize, usize)>,
    /// How long it may run, where somebody said so.
    pub timeout: Option<Timeout>,
    /// Whether these are all test cases of the spec: only then its duration says how long the spec
    /// takes.
    pub whole: bool,
}

/// A kind of worker: a program and how it is set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    pub program: Program,
    pub set_up: SetUp,
}

/// A program that speaks the protocol of workers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Program {
    pub path: PathBuf,
    pub arguments: Vec<OsString>,
    /// The folder that it runs in; else this process's own.
    pub folder: Option<PathBuf>,
    /// Variables besides those of this process.
    pub variables: Vec<(String, OsString)>,
}

impl Role {
    /// The index of this role in `roles`, where it is added if it is new.
    pub fn index_in(self, roles: &mut Vec<Self>) -> usize {
        roles.iter().position(|known| *known == self).unwrap_or_else(|| {
            roles.push(self);
            roles.len() - 1
        })
    }
}

impl Work {
    pub fn tests(&self) -> usize {
        let assigned = self.jobs.iter().map(|job| job.assignment.tests.len());
        self.foregone.len() + assigned.sum::<usize>()
    }

    pub fn specs(&self) -> usize {
        self.foregone.len() + self.jobs.len()
    }
}
