//! Selection over hand-made cases.

use super::*;

fn collected(package: &str, names: &[(&str, &str)]) -> Collected {
    let root = PathBuf::from("/project").join(package);
    let mut files: Vec<&str> = names.iter().map(|(file, _)| *file).collect();
    files.dedup();
    let specs = files.iter().map(|file| ChosenSpec {
        file: file.into(),
        specs_dir: root.join("specs"),
        ..ChosenSpec::default()
    });
    let group = Group {
        package: package.to_owned(),
        package_root: root.clone(),
        member: None,
        specs: specs.collect(),
    };
    let cases = names.iter().map(|(file, name)| Case {
        name: (*name).to_owned(),
        file: file.into(),
        spec: name.split("::").next().unwrap().to_owned(),
        loaded: None,
        foregone: None,
        timeout: None,
        place: (0, 0),
        rust: None,
    });
    Collected { group, cases: cases.collect() }
}

fn digits_and_iris() -> Vec<Collected> {
    vec![collected(
        "p",
        &[
            ("specs/digits.yaml", "digits::learns"),
            ("specs/digits.yaml", "digits::shapes"),
            ("specs/iris.yaml", "iris::learns"),
        ],
    )]
}

fn choose_by(collected: Vec<Collected>, filters: &[&str]) -> Choice {
    let filters = filters.iter().map(|filter| (*filter).to_owned()).collect();
    let selection = Selection { filters, ..Selection::default() };
    let config = Config::built_in(Path::new("/project"));
    selected(collected, (&selection, &[]), config, || vec!["specs".into()])
}

fn refusal(choice: &Choice) -> (String, Option<String>) {
    match choice.unless_empty(NoTests::Fail) {
        Err(Error::NothingSelected { reason, help }) => (reason, help),
        other => panic!("tests were selected: {other:?}"),
    }
}

#[test]
fn only_specs_with_a_selected_test_remain() {
    let choice = choose_by(digits_and_iris(), &["digits::sh"]);
    let specs: Vec<_> = choice.specs().map(|spec| (&spec.file, spec.tests.clone())).collect();
    assert_eq!(specs, [(&PathBuf::from("specs/digits.yaml"), vec!["digits::shapes".to_owned()])]);
    assert_eq!(choice.tests(), 1);
    assert!(choice.unless_empty(NoTests::Fail).unwrap().is_none());
}

#[test]
fn a_spec_is_whole_when_none_of_its_tests_is_left_out() {
    let whole = |filter| {
        let choice = choose_by(digits_and_iris(), &[filter]);
        choice.specs().map(|spec| spec.whole).collect::<Vec<_>>()
    };
    assert_eq!(whole("learns"), [false, true]);
    assert_eq!(whole("digits"), [true]);
}

fn tagged(name: &str, tags: &str) -> Option<Arc<Spec>> {
    let text = format!(
        "version: 1\nname: {name}\ntask: regression\ndata: linear_regression\n\
         model: [linear: 1]\ntags: {tags}\n"
    );
    Some(Arc::new(crate::spec::parse(crate::spec::Source::new("a.yaml", text)).unwrap()))
}

/// The names of what is left of two specs, of which the first is slow.
fn filtered(filters: &[&str], filtersets: &[&str], default: &str) -> Choice {
    let mut all = digits_and_iris();
    for case in &mut all[0].cases {
        case.loaded = tagged(&case.spec, if case.spec == "digits" { "[slow]" } else { "[fast]" });
    }
    let filters = filters.iter().map(|filter| (*filter).to_owned()).collect();
    let selection = Selection { filters, ..Selection::default() };
    let filtersets: Vec<_> =
        filtersets.iter().map(|text| Filterset::parse(text, "-E").unwrap()).collect();
    let config = Config::built_in(Path::new("/project"));
    selected(all, (&selection, &filtersets), config, Vec::new)
        .filtered(&Filterset::parse(default, "default-filter").unwrap())
}

#[test]
fn expressions_select_among_what_the_names_select_and_the_default_filter_among_both() {
    let left = |names: &[&str], sets: &[&str], default: &str| {
        let choice = filtered(names, sets, default);
        self::names(&choice).join(" ")
    };
    assert_eq!(left(&[], &["tag(slow)"], "all()"), "digits::learns digits::shapes");
    assert_eq!(left(&["learns"], &["tag(slow)"], "all()"), "digits::learns");
    assert_eq!(
        left(&[], &["spec(iris)", "property(shapes)"], "all()"),
        "digits::shapes iris::learns"
    );
    assert_eq!(left(&[], &["property(learns)"], "not tag(slow)"), "iris::learns");
    let (reason, help) = refusal(&filtered(&[], &["tag(quux)"], "all()"));
    assert_eq!(reason, "no test case matches `tag(quux)`");
    assert!(help.is_some());
    let (reason, help) = refusal(&filtered(&["digits"], &[], "tag(fast)"));
    assert_eq!(reason, "the default filter `tag(fast)` leaves none of 2 tests");
    assert_eq!(help.as_deref(), Some("`--ignore-default-filter` runs them all the same"));
}

#[test]
fn a_part_of_a_spec_that_is_filtered_is_not_the_whole() {
    let choice = filtered(&[], &["property(learns)"], "all()");
    assert_eq!(choice.specs().map(|spec| spec.whole).collect::<Vec<_>>(), [false, true]);
}

#[test]
fn specs_of_one_file_are_apart() {
    let cases = [("a.yaml", "a::learns"), ("a.yaml", "b::learns"), ("a.yaml", "b::shapes")];
    let choice = choose_by(vec![collected("p", &cases)], &["learns"]);
    let specs: Vec<_> =
        choice.specs().map(|spec| (spec.name.as_str(), spec.tests.len(), spec.whole)).collect();
    assert_eq!(specs, [("a", 1, true), ("b", 1, false)]);
}

#[test]
fn two_packages_may_use_the_same_spec_name() {
    let cases = [("specs/first.yaml", "first::learns")];
    let choice = choose_by(vec![collected("a", &cases), collected("b", &cases)], &[]);
    assert_eq!(choice.groups.len(), 2);
    assert_eq!(choice.tests(), 2);
}

fn names(choice: &Choice) -> Vec<&str> {
    choice.specs().flat_map(|spec| &spec.tests).map(String::as_str).collect()
}

fn shard(choice: Choice, partition: &str) -> Choice {
    choice.shard(Some(partition.parse().unwrap()))
}

#[test]
fn a_slice_counts_package_by_package_and_by_name() {
    let all = || {
        let first = collected("q", &[("z.yaml", "z::learns"), ("a.yaml", "a::learns")]);
        let second = collected("p", &[("b.yaml", "b::shapes"), ("b.yaml", "b::learns")]);
        choose_by(vec![first, second], &[])
    };
    // As nextest counts them: p b::learns, p b::shapes, q a::learns, q z::learns.
    assert_eq!(names(&shard(all(), "slice:1/2")), ["a::learns", "b::learns"]);
    assert_eq!(names(&shard(all(), "slice:2/2")), ["z::learns", "b::shapes"]);
    let third = shard(all(), "slice:3/4");
    assert_eq!(third.groups.len(), 1);
    assert_eq!(third.groups[0].package, "q");
    assert_eq!(names(&all().shard(None)), names(&all()));
}

#[test]
fn a_shard_is_cut_from_what_is_selected() {
    let learns = || choose_by(digits_and_iris(), &["learns"]);
    assert_eq!(names(&shard(learns(), "slice:1/2")), ["digits::learns"]);
    assert_eq!(names(&shard(learns(), "slice:2/2")), ["iris::learns"]);
}

#[test]
fn an_empty_shard_is_explained() {
    let (reason, help) = refusal(&shard(choose_by(digits_and_iris(), &[]), "slice:4/4"));
    assert_eq!(reason, "shard slice:4/4 holds none of 3 tests");
    assert_eq!(help.as_deref(), Some("a matrix may have such shards: `--no-tests pass`"));
    let (reason, _) = refusal(&shard(choose_by(digits_and_iris(), &["quux"]), "slice:1/2"));
    assert_eq!(reason, "no test case matches `quux`");
}

#[test]
fn a_filter_that_matches_nothing_is_explained() {
    assert_eq!(
        refusal(&choose_by(digits_and_iris(), &["digitz"])),
        ("no test case matches `digitz`".to_owned(), Some("there is `digits`".to_owned()))
    );
    let (_, help) = refusal(&choose_by(digits_and_iris(), &["quux"]));
    assert_eq!(help.as_deref(), Some("`cargo nn-test list` shows all test cases"));
}

#[test]
fn a_subcommand_in_the_wrong_place_is_recognised() {
    let (reason, help) = refusal(&choose_by(digits_and_iris(), &["doctor"]));
    assert_eq!(reason, "no test case matches `doctor`");
    assert!(help.unwrap().starts_with("`doctor` is read as a filter here"));
}

#[test]
fn without_spec_files_the_searched_folders_are_named() {
    assert_eq!(
        refusal(&choose_by(vec![collected("p", &[])], &["digits"])),
        (
            "no spec files in `specs`".to_owned(),
            Some("`cargo nn-test init` writes a first spec".to_owned())
        )
    );
}

#[test]
fn an_empty_selection_may_be_allowed() {
    let choice = choose_by(digits_and_iris(), &["quux"]);
    assert_eq!(choice.unless_empty(NoTests::Pass).unwrap(), None);
    let sentence = choice.unless_empty(NoTests::Warn).unwrap();
    assert_eq!(sentence.as_deref(), Some("no test case matches `quux`"));
}

fn workspace_at(root: &Path) -> Workspace {
    let package = |name: &str, root: PathBuf| Package {
        name: name.to_owned(),
        specs: root.join("specs"),
        root,
        default: true,
        ..Package::default()
    };
    let packages = vec![package("outer", root.into()), package("inner", root.join("inner"))];
    Workspace { root: root.to_owned(), packages, ..Workspace::default() }
}

#[test]
fn specs_named_by_path_belong_to_the_package_around_them() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    for path in ["specs/a.yaml", "specs/deep/b.yaml", "fixtures/c.yaml", "inner/specs/d.yaml"] {
        std::fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
        std::fs::write(root.join(path), "").unwrap();
    }
    let workspace = workspace_at(root);
    let paths = ["specs", "fixtures/c.yaml", "inner", "specs/a.yaml"].map(|path| root.join(path));
    let groups = files_of_paths(&paths, &workspace, None).unwrap();
    let found: Vec<(&str, Vec<(PathBuf, PathBuf)>)> = groups
        .iter()
        .map(|group| {
            let below = |path: &Path| path.strip_prefix(root).unwrap().to_owned();
            let files = group.files.iter().map(|(file, dir)| (below(file), below(dir)));
            (group.package.as_str(), files.collect())
        })
        .collect();
    let pair = |file: &str, dir: &str| (PathBuf::from(file), PathBuf::from(dir));
    assert_eq!(
        found,
        [
            (
                "outer",
                vec![
                    pair("specs/a.yaml", "specs"),
                    pair("specs/deep/b.yaml", "specs"),
                    pair("fixtures/c.yaml", "fixtures"),
                ]
            ),
            ("inner", vec![pair("inner/specs/d.yaml", "inner/specs")]),
        ]
    );

    let inner = &workspace.packages[1];
    let groups = files_of_paths(&paths, &workspace, Some(&[inner])).unwrap();
    assert_eq!(groups.len(), 1);
    assert_eq!(groups[0].package, "inner");
}

#[test]
fn a_misspelt_spec_file_is_an_error_with_its_neighbour() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("specs")).unwrap();
    std::fs::write(folder.path().join("specs/digits.yaml"), "").unwrap();
    let error = split(&["specs/digit.yaml".to_owned()], folder.path()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "no spec file `specs/digit.yaml`; did you mean `specs/digits.yaml`?"
    );
    assert_eq!(error.exit_code(), 2);
}
