//! The test cases of a spec that is run in another form than its file has: with a fault, or with more
//! expectations.

use std::path::Path;
use std::sync::Arc;

use super::case::{TestCase, property};
use super::name;
use crate::protocol::Mutation;
use crate::spec::{Spanned, Spec};

/// The cases of the mutation of a spec, which is among `cases`; none where the spec is gone.
pub(super) fn mutated(cases: &[TestCase], mutation: &Mutation, file: &Path) -> Vec<TestCase> {
    let specs = cases.iter().filter_map(|case| Some(case.expectation()?.0));
    let spec = specs.into_iter().find(|spec| name::sanitised(&spec.name) == mutation.spec);
    let Some(spec) = spec else { return Vec::new() };
    let mut spec = Spec::clone(spec);
    if let Some(fault) = &mutation.fault {
        spec.faults.push(Spanned::new(fault.clone(), spec.name.span));
    }
    if mutation.expects_all {
        spec.expect_all();
    }
    let mut cases = TestCase::of_spec(&Arc::new(spec), file);
    for case in &mut cases {
        let expected = case.expectation().map(|(_, expectation)| property(expectation));
        case.name = name::case_name(&mutation.name, expected.unwrap_or_default());
    }
    cases
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::fixtures::{ALWAYS, NEVER, expectation, spec};
    use crate::spec::Fault;

    #[test]
    fn a_mutant_has_a_name_of_its_own_and_the_fault_beside_those_of_the_spec() {
        let original = Arc::new(spec("mlp", vec![expectation(&ALWAYS), expectation(&NEVER)]));
        let file = Path::new("mlp.yaml");
        let mutation = Mutation {
            spec: "mlp".to_owned(),
            name: "mlp/sum_loss".to_owned(),
            fault: Some(Fault::SumLoss),
            expects_all: false,
            ends_with_failure: true,
            tells_tensors: false,
        };
        let cases = mutated(&TestCase::of_spec(&original, file), &mutation, file);
        let names: Vec<_> = cases.iter().map(|case| case.name.as_str()).collect();
        assert_eq!(names, ["mlp/sum_loss::always", "mlp/sum_loss::never"]);
        let planted = &cases[0].expectation().unwrap().0.faults;
        assert_eq!(planted.iter().map(|fault| &fault.value).collect::<Vec<_>>(), [&Fault::SumLoss]);
        let other = Mutation { spec: "cnn".to_owned(), ..mutation };
        assert!(mutated(&TestCase::of_spec(&original, file), &other, file).is_empty());
    }
}
