//! The shipped specs as test cases of `cargo test` and `cargo nextest run`.

nn_test::main!();
