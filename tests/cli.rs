//! The command line as data: each file in `tests/cmd` holds commands, their output and exit codes.
//!
//! Commands run in a copy of the folder `<case>.in` in the system's temporary folder, so in no
//! cargo workspace but the one that the folder brings along.

#![cfg(feature = "cli")]

#[test]
fn commands_print_what_their_files_say() {
    let cases = trycmd::TestCases::new();
    cases
        .register_bin("cargo-nn-test", std::path::Path::new(env!("CARGO_BIN_EXE_cargo-nn-test")))
        .env("CARGO_TERM_COLOR", "never")
        // What the caller's environment says must not matter.
        .env("NN_TEST_DEVICE", "cpu")
        .env("NN_TEST_PROFILE", "")
        .env("NN_TEST_SEVERITY", "")
        .env("NN_TEST_WARNINGS", "")
        .env("INSTA_UPDATE", "no")
        .env("INSTA_FORCE_PASS", "0")
        .env("GITHUB_ACTIONS", "false")
        .env("GITHUB_STEP_SUMMARY", "")
        .env("GITHUB_WORKSPACE", "")
        .env("CI_PROJECT_DIR", "")
        .case("tests/cmd/*.trycmd");
    cases.run();
}
