//! What `cargo nn-test explain` says about the codes of configurations.

use super::code::{Code, CodeMeta};

pub(super) const SYNTAX: CodeMeta = CodeMeta {
    code: Code::CONFIG_SYNTAX,
    title: "the configuration is not valid TOML",
    explanation: "`nn-test.toml` is TOML in UTF-8. The text breaks TOML's grammar at the \
                  marked place; what comes after it is not read, so further errors may appear \
                  once this one is mended.",
    example: "device = cpu\n",
};

pub(super) const UNKNOWN_KEY: CodeMeta = CodeMeta {
    code: Code::CONFIG_UNKNOWN_KEY,
    title: "a key that the configuration does not know",
    explanation: "`cargo nn-test show-config --default` prints all keys with their meanings \
                  and defaults. Keys of a profile stand in `[profile.NAME]`, or at the top \
                  level for the default profile; `specs` and `targets` stand at the top level.",
    example: "[profile.ci]\ntimout = 60\n",
};

pub(super) const WRONG_VALUE: CodeMeta = CodeMeta {
    code: Code::CONFIG_WRONG_VALUE,
    title: "a value that a key of the configuration does not take",
    explanation: "The message says what the key takes. `cargo nn-test show-config --default` \
                  prints all keys with their meanings and defaults.",
    example: "device = \"gpu\"\n",
};

pub(super) const CONTRADICTION: CodeMeta = CodeMeta {
    code: Code::CONFIG_CONTRADICTION,
    title: "a key of the configuration where it cannot count, or twice",
    explanation: "Keys at the top level are those of the default profile, and `fail-fast` and \
                  `max-fail` say the same: each value is set once. `specs` and `targets` are \
                  the same in all profiles. In `[package.metadata.nn-test]` a package speaks \
                  for itself alone; only that of the workspace's root may speak for the run.",
    example: "fail-fast = true\nmax-fail = 3\n",
};

pub(super) const FILTER_SYNTAX: CodeMeta = CodeMeta {
    code: Code::FILTER_SYNTAX,
    title: "a filter expression that is not understood",
    explanation: "A filter has predicates: `tag(slow)`, `property(learns)`, `spec(digits*)`, \
                  `test(digits::learns)`, `package(vision)`, `kind(layers)` or `kind(rust)`, `all()` \
                  and `none()`. They are joined by `and` (`&`), `or` (`|`, `+`), `not` (`!`), `-` \
                  (and not) and brackets. A name that begins with `=` must be equal, with `~` be \
                  contained, with `#` fit as a glob with `*` and `?`; what stands between slashes is a \
                  regular expression, found anywhere in it: `spec(/^digits_(cnn|mlp)$/)`. A name by \
                  itself is a glob, but in `test` a part of the name. A backslash takes the next \
                  character as it is.",
    example: "cargo nn-test -E 'tag(slow) andd not property(gradients_match)'",
};
