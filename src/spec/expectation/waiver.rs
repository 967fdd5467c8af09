//! `allow:` — failures that are known and let pass.

use super::Expectation;
use crate::property::REGISTRY;
use crate::spec::options::OptionReader;
use crate::spec::suggestion::unknown_name;
use crate::spec::yaml::Value;
use crate::spec::{Code, Diagnostic, Spanned};

/// Reads the waivers of a spec into its expectations.
pub(super) fn read(spec: &mut OptionReader<'_, '_, '_>, expectations: &mut [Expectation]) {
    let Some(node) = spec.given("allow") else { return };
    let Value::Mapping(entries) = &node.value else {
        spec.reader.wrong_type("`allow`", "a mapping of properties to reasons", node);
        return;
    };
    for (property, reason) in entries {
        let Value::String(text) = &reason.value else {
            let what = format!("`{}` of `allow`", property.value);
            spec.reader.wrong_type(&what, "the reason, as text", reason);
            continue;
        };
        let registry = spec.reader.registry();
        let known = registry.iter().chain(REGISTRY);
        if known.clone().all(|known| known.meta.name != property.value) {
            let names: Vec<_> = registry.iter().map(|known| known.meta.name).collect();
            let error = unknown_name("property", &property.value, property.span, &names);
            spec.reader.report(error);
            continue;
        }
        let expected =
            expectations.iter_mut().find(|entry| entry.property.meta.name == property.value);
        match expected {
            Some(entry) if entry.fails.is_none() => {
                entry.allowed = Some(Spanned::new(text.clone(), reason.span));
            }
            Some(entry) => {
                let fails = entry.fails.as_ref().map_or(property.span, |fails| fails.span);
                let message = format!("`{}` is allowed to fail and expected to", property.value);
                let error =
                    Diagnostic::new(Code::CONTRADICTION, message, property.span, "allowed here");
                let help = "`fails` asks for the failure, `allow` lets it pass: keep one of them";
                spec.reader.report(error.also(fails, "expected to fail here").help(help));
            }
            None => {
                let message = format!("`{}` is allowed to fail and not expected", property.value);
                let error = Diagnostic::new(
                    Code::CONTRADICTION,
                    message,
                    property.span,
                    "not among the expectations",
                );
                let help = format!("remove this line, or expect it: `- {}`", property.value);
                spec.reader.report(error.help(help));
            }
        }
    }
}
