//! When to use colours.

use std::env;

use anstream::ColorChoice;

/// Decides for the whole process: `--color`, else `CARGO_TERM_COLOR` as cargo itself, else what
/// terminal, `NO_COLOR` and `CLICOLOR_FORCE` say (anstream's own rule).
pub(super) fn set(flag: Option<clap::ColorChoice>) {
    choice(flag, env::var("CARGO_TERM_COLOR").ok().as_deref()).write_global();
}

fn choice(flag: Option<clap::ColorChoice>, cargo_term_color: Option<&str>) -> ColorChoice {
    match (flag, cargo_term_color) {
        (Some(clap::ColorChoice::Always), _) | (None, Some("always")) => ColorChoice::Always,
        (Some(clap::ColorChoice::Never), _) | (None, Some("never")) => ColorChoice::Never,
        _ => ColorChoice::Auto,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flag_wins_over_cargos_variable() {
        let never = Some(clap::ColorChoice::Never);
        assert_eq!(choice(never, Some("always")), ColorChoice::Never);
        assert_eq!(choice(Some(clap::ColorChoice::Auto), Some("always")), ColorChoice::Auto);
        assert_eq!(choice(None, Some("always")), ColorChoice::Always);
        assert_eq!(choice(None, Some("never")), ColorChoice::Never);
        assert_eq!(choice(None, Some("auto")), ColorChoice::Auto);
        assert_eq!(choice(None, None), ColorChoice::Auto);
    }
}
