//! What is still to be done, spec by spec.

use super::plan::{Plan, PlannedSpec};

/// A test case that will not run any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Abandoned {
    pub(super) test: String,
    pub(super) file: String,
}

/// The test cases of a plan that have not ended yet.
#[derive(Debug)]
pub(super) struct Queue {
    plan: Plan,
}

impl Queue {
    pub(super) fn new(plan: Plan) -> Self {
        Self { plan }
    }

    /// What a new worker has to do; `None` when all is done.
    pub(super) fn remaining(&self) -> Option<&Plan> {
        (!self.plan.specs.is_empty()).then_some(&self.plan)
    }

    pub(super) fn len(&self) -> usize {
        self.plan.tests()
    }

    /// Whether a test case of this name has not ended yet.
    pub(super) fn contains(&self, test: &str) -> bool {
        self.plan.specs.iter().any(|spec| spec.tests.iter().any(|known| known == test))
    }

    /// Marks a test case as ended.
    pub(super) fn finish(&mut self, test: &str) {
        for spec in &mut self.plan.specs {
            spec.tests.retain(|known| known != test);
        }
        self.plan.specs.retain(|spec| !spec.tests.is_empty());
    }

    /// Gives up the spec that `test` belongs to: all its test cases that have not ended, `test`
    /// first.
    pub(super) fn abandon_spec_of(&mut self, test: &str) -> Vec<Abandoned> {
        let holds = |spec: &PlannedSpec| spec.tests.iter().any(|known| known == test);
        let Some(place) = self.plan.specs.iter().position(holds) else { return Vec::new() };
        let spec = self.plan.specs.remove(place);
        let file = spec.file.display().to_string();
        let rest = spec.tests.into_iter().filter(|other| other != test);
        std::iter::once(test.to_owned())
            .chain(rest)
            .map(|test| Abandoned { test, file: file.clone() })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::DeviceChoice;

    fn spec(name: &str, properties: &[&str]) -> PlannedSpec {
        PlannedSpec {
            file: format!("specs/{name}.yaml").into(),
            specs_dir: "/p/specs".into(),
            tests: properties.iter().map(|property| format!("{name}::{property}")).collect(),
        }
    }

    fn queue() -> Queue {
        let specs = vec![spec("a", &["one", "two", "three"]), spec("b", &["one"])];
        let device = DeviceChoice::Auto;
        Queue::new(Plan { device, seed: None, package_root: "/p".into(), specs })
    }

    #[test]
    fn a_finished_test_leaves_the_plan_and_an_empty_spec_with_it() {
        let mut queue = queue();
        queue.finish("b::one");
        assert_eq!(queue.len(), 3);
        assert_eq!(queue.remaining().unwrap().specs, [spec("a", &["one", "two", "three"])]);
        ["a::one", "a::two", "a::three"].iter().for_each(|test| queue.finish(test));
        assert_eq!(queue.remaining(), None);
    }

    #[test]
    fn an_abandoned_spec_takes_its_other_tests_with_it_and_spares_the_next_spec() {
        let mut queue = queue();
        queue.finish("a::one");
        let tests: Vec<String> =
            queue.abandon_spec_of("a::three").into_iter().map(|abandoned| abandoned.test).collect();
        assert_eq!(tests, ["a::three", "a::two"]);
        assert_eq!(queue.remaining().unwrap().specs, [spec("b", &["one"])]);
    }

    #[test]
    fn an_unknown_test_abandons_nothing() {
        let mut queue = queue();
        assert_eq!(queue.abandon_spec_of("c::one"), []);
        assert!(!queue.contains("c::one"));
        assert_eq!(queue.len(), 4);
    }
}
