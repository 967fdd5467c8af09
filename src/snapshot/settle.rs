//! Rounding and settling: from a record of measured numbers to the text of a snapshot. Pure.
//!
//! **Rounding.** A float is written with four significant digits (more when a tighter tolerance
//! asks for them), integers and strings as they are, NaN and infinities as `.nan`, `.inf` and
//! `-.inf`, and a float below 1e-9 as `0.0`.
//!
//! **Settling.** A measured float `m` that lies within tolerance of the accepted number `a` at the
//! same path of the YAML tree,
//!
//! ```text
//! |m − a| ≤ max(absolute, relative · |a|),
//! ```
//!
//! is written in the accepted spelling. The unrounded `m` is compared, so a rounding edge does not
//! widen or narrow the band. Everything else shows as it is: numbers that moved, integers, strings,
//! keys that were added, removed or moved. So a diff shows only what really changed.

use serde_yaml::{Mapping, Number, Value};

/// Significant digits of a written float, unless a tighter tolerance needs more.
const DIGITS: usize = 4;

/// Significant digits that tell any two `f64` apart.
const EXACT_DIGITS: usize = 17;

/// Floats below this are written as `0.0`: what f32 sums of order one leave of an exact zero.
const ZERO: f64 = 1e-9;

/// How far a measured float may lie from the accepted one and still count as the same.
#[derive(Debug, Clone, PartialEq)]
pub struct Tolerances {
    /// Share of the accepted number's magnitude. The default, 2e-3, is above the rounding to four
    /// digits (5e-4) and far above the differences between devices (1e-7…1e-4 over a training run).
    pub relative: f64,
    /// In the number's own unit. The default, 1e-6, is ten f32 roundings of a number of order one:
    /// losses, norms and shares that are zero in exact arithmetic stay below it.
    pub absolute: f64,
    /// Relative tolerances of the numbers at or below a mapping key; the innermost key decides.
    pub per_key: Vec<(&'static str, f64)>,
}

impl Default for Tolerances {
    fn default() -> Self {
        Self { relative: 2e-3, absolute: 1e-6, per_key: Vec::new() }
    }
}

impl Tolerances {
    /// The relative tolerance below `key`, where `inherited` holds above it.
    fn below(&self, key: &Value, inherited: f64) -> f64 {
        let name = key.as_str();
        let own = self.per_key.iter().find(|(known, _)| Some(*known) == name);
        own.map_or(inherited, |(_, relative)| *relative)
    }

    /// Whether `measured` counts as `accepted`. NaN counts as NaN, an infinity as itself.
    fn within(&self, accepted: f64, measured: f64, relative: f64) -> bool {
        if accepted == measured || (accepted.is_nan() && measured.is_nan()) {
            return true;
        }
        let finite = accepted.is_finite() && measured.is_finite();
        finite && (measured - accepted).abs() <= self.absolute.max(relative * accepted.abs())
    }

    /// `measured` as it is written when it is not settled.
    fn rounded(&self, measured: f64, relative: f64) -> f64 {
        if measured.abs() < ZERO.min(self.absolute) {
            0.0
        } else {
            round_to(measured, digits_for(relative))
        }
    }
}

/// The snapshot text of `body`: rounded and, where there is an accepted text, settled to it.
///
/// When nothing moved beyond its tolerance, the accepted text itself is returned, whatever its
/// spelling. An accepted text that is no YAML settles nothing.
pub fn settle(accepted: Option<&str>, body: &Mapping, tolerances: &Tolerances) -> String {
    let tree: Option<Value> = accepted.and_then(|text| serde_yaml::from_str(text).ok());
    let settled = settle_mapping(tree.as_ref(), body, tolerances.relative, tolerances);
    let text = render(&Value::Mapping(settled));
    match (accepted, tree) {
        (Some(accepted), Some(tree)) if render(&tree) == text => accepted.to_owned(),
        _ => text,
    }
}

fn settle_mapping(
    accepted: Option<&Value>,
    measured: &Mapping,
    relative: f64,
    tolerances: &Tolerances,
) -> Mapping {
    let accepted = accepted.and_then(Value::as_mapping);
    let entry = |(key, value): (&Value, &Value)| {
        let relative = tolerances.below(key, relative);
        let known = accepted.and_then(|mapping| mapping.get(key));
        (key.clone(), settle_value(known, value, relative, tolerances))
    };
    measured.iter().map(entry).collect()
}

fn settle_value(
    accepted: Option<&Value>,
    measured: &Value,
    relative: f64,
    tolerances: &Tolerances,
) -> Value {
    match measured {
        Value::Number(number) if number.is_f64() => {
            settle_float(accepted, as_float(number), relative, tolerances)
        }
        Value::Mapping(mapping) => {
            Value::Mapping(settle_mapping(accepted, mapping, relative, tolerances))
        }
        Value::Sequence(items) => {
            let known = accepted.and_then(Value::as_sequence);
            let item = |(index, value)| {
                let known = known.and_then(|sequence| sequence.get(index));
                settle_value(known, value, relative, tolerances)
            };
            Value::Sequence(items.iter().enumerate().map(item).collect())
        }
        exact => exact.clone(),
    }
}

fn settle_float(
    accepted: Option<&Value>,
    measured: f64,
    relative: f64,
    tolerances: &Tolerances,
) -> Value {
    match accepted {
        Some(Value::Number(number)) if tolerances.within(as_float(number), measured, relative) => {
            Value::Number(number.clone())
        }
        _ => Value::Number(Number::from(tolerances.rounded(measured, relative))),
    }
}

fn as_float(number: &Number) -> f64 {
    number.as_f64().expect("every YAML number converts to f64")
}

/// The digits whose rounding, at most `0.5 · 10^(1−d)` of the number, stays within `relative`:
/// without them a difference beyond a tight tolerance could be rounded away.
fn digits_for(relative: f64) -> usize {
    let needed = (1.0 - (2.0 * relative).log10()).ceil();
    if needed.is_finite() {
        (needed.max(0.0) as usize).clamp(DIGITS, EXACT_DIGITS)
    } else {
        EXACT_DIGITS
    }
}

/// `value` with `digits` significant digits. NaN and infinities stay.
pub fn round_to(value: f64, digits: usize) -> f64 {
    let decimals = digits.max(1) - 1;
    format!("{value:.decimals$e}").parse().unwrap_or(value)
}

fn render(tree: &Value) -> String {
    serde_yaml::to_string(tree).expect("a YAML tree without tags can always be written")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(yaml: &str) -> Mapping {
        serde_yaml::from_str(yaml).unwrap()
    }

    fn with_default(accepted: Option<&str>, measured: &str) -> String {
        settle(accepted, &body(measured), &Tolerances::default())
    }

    #[test]
    fn floats_get_four_digits_and_everything_else_stays() {
        let text = with_default(
            None,
            "{loss: 2.302585, tiny: 1.23456e-7, big: 123456.7, zero: 9.9e-10, minus: -1e-12, \
             not: .nan, up: .inf, down: -.inf, steps: 123456, huge: 18446744073709551615, \
             name: \"2.302585\", flag: true, nothing: ~, curve: [1.00049, {deep: 0.33333333}]}",
        );
        let expected = "loss: 2.303\ntiny: 1.235e-7\nbig: 123500.0\nzero: 0.0\nminus: 0.0\n\
                        not: .nan\nup: .inf\ndown: -.inf\nsteps: 123456\n\
                        huge: 18446744073709551615\nname: '2.302585'\nflag: true\n\
                        nothing: null\ncurve:\n- 1.0\n- deep: 0.3333\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn a_number_within_tolerance_keeps_its_accepted_spelling_and_the_others_show() {
        let accepted = "loss: 1.0\naccuracy: 0.5\nsteps: 3\n";
        let text = with_default(Some(accepted), "{loss: 1.5, accuracy: 0.5004, steps: 3}");
        assert_eq!(text, "loss: 1.5\naccuracy: 0.5\nsteps: 3\n");
    }

    #[test]
    fn the_unrounded_number_decides_at_the_rounding_edge() {
        let accepted = "loss: 1.0\n";
        assert_eq!(with_default(Some(accepted), "loss: 1.0019"), accepted);
        // It would round to 1.002, which lies within the band; the number itself does not.
        assert_eq!(with_default(Some(accepted), "loss: 1.00204"), "loss: 1.002\n");
        // It would round to 1.303, outside the band of 0.0026; the number itself is inside.
        assert_eq!(with_default(Some("loss: 1.3\n"), "loss: 1.30255"), "loss: 1.3\n");
    }

    #[test]
    fn small_numbers_are_equal_within_the_absolute_floor() {
        assert_eq!(with_default(Some("norm: 0.0\n"), "norm: 9e-7"), "norm: 0.0\n");
        assert_eq!(with_default(Some("norm: 0.0\n"), "norm: 1.1e-6"), "norm: 1.1e-6\n");
        assert_eq!(with_default(Some("norm: 5e-8\n"), "norm: -5e-7"), "norm: 5e-8\n");
    }

    #[test]
    fn only_nan_settles_to_nan_and_only_an_infinity_to_itself() {
        let accepted = "a: .nan\nb: .inf\nc: -.inf\n";
        assert_eq!(with_default(Some(accepted), "{a: .nan, b: .inf, c: -.inf}"), accepted);
        assert_eq!(
            with_default(Some(accepted), "{a: 1.0, b: -.inf, c: .nan}"),
            "a: 1.0\nb: -.inf\nc: .nan\n"
        );
        assert_eq!(with_default(Some("a: 1.0\n"), "a: .nan"), "a: .nan\n");
    }

    #[test]
    fn integers_and_strings_are_compared_exactly() {
        let accepted = "steps: 100000\nname: head\n";
        assert_eq!(
            with_default(Some(accepted), "{steps: 100001, name: heads}"),
            "steps: 100001\nname: heads\n"
        );
    }

    #[test]
    fn numbers_are_matched_by_their_path_and_not_by_their_line() {
        let accepted = "first: 1.0\nlast: 2.0\n";
        assert_eq!(
            with_default(Some(accepted), "{first: 1.001, added: 5.0, last: 2.003}"),
            "first: 1.0\nadded: 5.0\nlast: 2.0\n"
        );
    }

    #[test]
    fn a_moved_or_removed_key_shows_although_its_number_is_settled() {
        let accepted = "a: 1.0\nb: 2.0\n";
        assert_eq!(with_default(Some(accepted), "{b: 2.001, a: 1.0}"), "b: 2.0\na: 1.0\n");
        assert_eq!(with_default(Some(accepted), "{a: 1.0}"), "a: 1.0\n");
    }

    #[test]
    fn a_number_that_became_a_text_or_a_mapping_shows() {
        assert_eq!(with_default(Some("a: 1.0\n"), "{a: '1.0'}"), "a: '1.0'\n");
        assert_eq!(with_default(Some("a: 1.0\n"), "{a: {b: 1.0}}"), "a:\n  b: 1.0\n");
        assert_eq!(with_default(Some("a: {b: 1.0}\n"), "{a: 1.0}"), "a: 1.0\n");
    }

    #[test]
    fn sequences_settle_item_by_item_and_show_a_new_length() {
        let accepted = "curve:\n- 1.0\n- 0.5\n";
        assert_eq!(
            with_default(Some(accepted), "curve: [1.001, 0.6, 0.4]"),
            "curve:\n- 1.0\n- 0.6\n- 0.4\n"
        );
    }

    #[test]
    fn an_accepted_text_in_another_spelling_is_kept_when_nothing_moved() {
        let accepted = "# by hand\nloss: 1.00e0\ncurve: [0.50, 0]\n";
        assert_eq!(with_default(Some(accepted), "{loss: 1.001, curve: [0.5, 1e-8]}"), accepted);
    }

    #[test]
    fn an_accepted_text_that_is_no_yaml_settles_nothing() {
        assert_eq!(with_default(Some("loss: [1.0\n"), "loss: 1.001"), "loss: 1.001\n");
        assert_eq!(with_default(Some(""), "loss: 1.001"), "loss: 1.001\n");
    }

    #[test]
    fn a_key_has_a_tolerance_of_its_own_and_the_innermost_decides() {
        let tolerances =
            Tolerances { per_key: vec![("loose", 0.1), ("tight", 1e-5)], ..Tolerances::default() };
        let accepted = "loose:\n  x: 1.0\n  tight: 1.0\ntight: 1.0\nplain: 1.0\n";
        let measured = body("{loose: {x: 1.09, tight: 1.00002}, tight: 1.00002, plain: 1.00002}");
        assert_eq!(
            settle(Some(accepted), &measured, &tolerances),
            "loose:\n  x: 1.0\n  tight: 1.00002\ntight: 1.00002\nplain: 1.0\n"
        );
    }

    /// A portable generator: SplitMix64.
    struct Random(u64);

    impl Random {
        fn next(&mut self) -> u64 {
            self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut z = self.0;
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            z ^ (z >> 31)
        }

        /// In [0, 1).
        fn unit(&mut self) -> f64 {
            (self.next() >> 11) as f64 / (1_u64 << 53) as f64
        }

        /// Of any sign, between 1e-12 and 1e6.
        fn number(&mut self) -> f64 {
            let sign = if self.next().is_multiple_of(2) { 1.0 } else { -1.0 };
            sign * 10_f64.powf(self.unit() * 18.0 - 12.0)
        }
    }

    fn one_number(value: f64) -> Mapping {
        [(Value::from("x"), Value::from(value))].into_iter().collect()
    }

    fn tolerance_sets() -> [Tolerances; 3] {
        let default = Tolerances::default();
        let tight = Tolerances { relative: 3e-6, absolute: 1e-12, ..default.clone() };
        let exact = Tolerances { relative: 0.0, absolute: 0.0, ..default.clone() };
        [default, tight, exact]
    }

    #[test]
    fn settling_twice_changes_nothing() {
        let mut random = Random(1);
        for tolerances in tolerance_sets() {
            for _ in 0..2_000 {
                let (accepted, measured) = (random.number(), one_number(random.number()));
                let before = settle(None, &one_number(accepted), &tolerances);
                let once = settle(Some(&before), &measured, &tolerances);
                let twice = settle(Some(&once), &measured, &tolerances);
                assert_eq!(once, twice, "{measured:?} after {before}");
            }
        }
    }

    #[test]
    fn the_same_numbers_measured_again_give_the_accepted_text() {
        let mut random = Random(2);
        for tolerances in tolerance_sets() {
            for _ in 0..2_000 {
                let measured = one_number(random.number());
                let accepted = settle(None, &measured, &tolerances);
                assert_eq!(settle(Some(&accepted), &measured, &tolerances), accepted);
            }
        }
    }

    #[test]
    fn a_difference_shows_exactly_when_it_is_beyond_the_tolerance() {
        let mut random = Random(3);
        let (mut hidden, mut shown) = (0, 0);
        for tolerances in tolerance_sets() {
            for _ in 0..20_000 {
                let spelled = settle(None, &one_number(random.number()), &tolerances);
                let accepted = body(&spelled)["x"].as_f64().unwrap();
                let band = tolerances.absolute.max(tolerances.relative * accepted.abs());
                let distance = (random.unit() - 0.5) * 4.0 * band.max(accepted.abs() * 1e-15);
                let measured = accepted + distance;
                let beyond = (measured - accepted).abs() > band;
                let text = settle(Some(&spelled), &one_number(measured), &tolerances);
                assert_eq!(text != spelled, beyond, "accepted {accepted:e}, measured {measured:e}");
                if beyond { shown += 1 } else { hidden += 1 }
            }
        }
        assert!(hidden > 10_000 && shown > 10_000, "both sides are tried: {hidden}, {shown}");
    }
}
