//! Registries made by hand, and programs that answer or do not.

use super::*;

fn package(name: &str) -> Package {
    Package {
        name: name.to_owned(),
        id: format!("path+file:///w/{name}#0.1.0"),
        ..Package::default()
    }
}

fn registry(targets: &[(&str, &str, &[&str])]) -> Registry {
    let targets = targets.iter().map(|(owner, name, models)| Registered {
        package: package(owner).id,
        name: (*name).to_owned(),
        program: Program { path: format!("/t/{name}").into(), ..Program::default() },
        models: models.iter().map(|model| (*model).to_owned()).collect(),
    });
    Registry { targets: targets.collect() }
}

#[test]
fn a_model_is_run_by_the_target_of_its_own_package_that_registers_it() {
    let registry =
        registry(&[("other", "x", &["cnn"]), ("net", "nn", &["mlp"]), ("net", "vision", &["cnn"])]);
    let worker = |owner| registry.worker(Some(&package(owner)), "cnn").unwrap().path;
    assert_eq!(worker("net"), PathBuf::from("/t/vision"));
    assert_eq!(worker("other"), PathBuf::from("/t/x"));
}

#[test]
fn for_an_unknown_model_the_known_ones_of_its_package_are_told() {
    let registry = registry(&[("other", "x", &["cnn"]), ("net", "nn", &["mlp", "cnn_small"])]);
    let known = |member: Option<&Package>| registry.worker(member, "cnn").unwrap_err();
    assert_eq!(known(Some(&package("net"))), ["mlp", "cnn_small"]);
    assert_eq!(known(Some(&package("bare"))), [""; 0]);
    assert_eq!(known(None), [""; 0]);
}

#[test]
fn a_name_that_two_targets_register_is_an_error_that_names_both() {
    let registry = registry(&[("net", "nn", &["cnn"]), ("net", "vision", &["mlp", "cnn"])]);
    assert_eq!(
        registry.check(&package("net")).unwrap_err().to_string(),
        "two test targets of package `net` register the model `cnn`: `nn` and `vision`"
    );
    assert!(registry.check(&package("other")).is_ok());
}

#[cfg(unix)]
fn shell(script: &str, patience: Duration) -> Result<Models, String> {
    let arguments = vec!["-c".into(), script.into()];
    let program = Program { path: "/bin/sh".into(), arguments, ..Program::default() };
    answer(&program, patience).and_then(same_protocol)
}

#[test]
#[cfg(unix)]
fn an_answer_is_found_among_other_prints() {
    let models = Models::new(vec!["cnn".to_owned()]);
    let line = Message::Models(models.clone()).encode();
    let script = format!("echo hello; cat <<'end'\n{line}end\necho bye");
    assert_eq!(shell(&script, PATIENCE), Ok(models));
}

#[test]
#[cfg(unix)]
fn a_program_that_gives_no_answer_is_told_from_one_that_takes_too_long() {
    let error = shell("echo running 3 tests", PATIENCE).unwrap_err();
    assert!(error.starts_with("its `main` is not that of"), "{error}");
    let error = shell("exec sleep 60", Duration::ZERO).unwrap_err();
    assert_eq!(error, "no answer within 0 s");
}

#[test]
#[cfg(unix)]
fn another_protocol_is_refused() {
    let models = Models { protocol: 0, release: "0.0.9".into(), names: Vec::new() };
    let script = format!("cat <<'end'\n{}end", Message::Models(models).encode());
    let error = shell(&script, PATIENCE).unwrap_err();
    assert!(error.starts_with("it is built with nn-test 0.0.9"), "{error}");
}
