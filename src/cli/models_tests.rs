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

fn worker(registry: &Registry, member: Option<&Package>, model: &str) -> Result<PathBuf, String> {
    let spec = ChosenSpec { file: "specs/a.yaml".into(), ..ChosenSpec::default() };
    registry.worker(member, &spec, model).map(|program| program.path)
}

#[test]
fn a_model_is_run_by_the_target_of_its_own_package_that_registers_it() {
    let registry =
        registry(&[("other", "x", &["cnn"]), ("net", "nn", &["mlp"]), ("net", "vision", &["cnn"])]);
    assert_eq!(worker(&registry, Some(&package("net")), "cnn"), Ok("/t/vision".into()));
    assert_eq!(worker(&registry, Some(&package("other")), "cnn"), Ok("/t/x".into()));
}

#[test]
fn an_unknown_model_is_an_error_with_the_known_ones() {
    let registry = registry(&[("net", "nn", &["mlp", "cnn_small"])]);
    assert_eq!(
        worker(&registry, Some(&package("net")), "cnn_smal").unwrap_err(),
        "error: no test target of package `net` registers a model `cnn_smal`; did you mean \
         `cnn_small`?\n --> specs/a.yaml\n  = note: registered models: `mlp`, `cnn_small`"
    );
    let error = worker(&registry, Some(&package("bare")), "cnn").unwrap_err();
    assert!(error.starts_with("error: package `bare` registers no model"), "{error}");
    let error = worker(&registry, None, "cnn").unwrap_err();
    assert!(error.contains("lies in no package"), "{error}");
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
