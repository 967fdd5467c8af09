//! Brings a file's tensors and a model's together. Pure.

use std::collections::BTreeSet;

use super::convention::{Place, burn, pytorch};
use super::problem::Problem;
use super::renaming::Renaming;
use super::{Stored, WeightFile};
use crate::model::NamedTensor;
use crate::spec::{Convention, WeightsSpec, suggest};

/// A tensor of the model, without its numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// From the outside to the inside: a name, and the type of the module that has a field of that
    /// name. The last one is the tensor's own.
    pub parts: Vec<(String, String)>,
    pub shape: Vec<usize>,
    /// Whether the optimizer is meant to change it.
    pub trainable: bool,
}

impl Slot {
    /// The names, joined with dots.
    pub fn path(&self) -> String {
        let names: Vec<&str> = self.parts.iter().map(|(name, _)| name.as_str()).collect();
        names.join(".")
    }
}

/// What a file gives to a model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LinedUp {
    /// Under our names, in our layout, in the model's order.
    pub tensors: Vec<NamedTensor>,
    /// All that does not fit, in the model's order, then the file's.
    pub problems: Vec<Problem>,
}

/// What PyTorch keeps beside the numbers that are used: how many batches a normalization has seen.
const COUNTER: &str = "num_batches_tracked";

/// Finds each tensor of the model in a file.
pub fn line_up(slots: &[Slot], file: &WeightFile, spec: &WeightsSpec) -> LinedUp {
    let convention = match spec.convention {
        Some(convention) => convention,
        None if file.of_burn => Convention::Burn,
        None => Convention::Pytorch,
    };
    let ignored = Renaming::new(
        &spec.ignore.iter().map(|name| (name.clone(), String::new())).collect::<Vec<_>>(),
    );
    let used = file.tensors.iter().filter(|tensor| !ignored.fits(&tensor.name));
    let renaming = Renaming::new(&spec.map);
    convert(slots, &used.collect::<Vec<_>>(), &renaming, convention, spec.partial)
}

/// The same, of some tensors of a file. With `partial` nothing is missing.
pub fn convert(
    slots: &[Slot],
    stored: &[&Stored],
    renaming: &Renaming,
    convention: Convention,
    partial: bool,
) -> LinedUp {
    let renamed: Vec<(String, &Stored)> =
        stored.iter().map(|tensor| (renaming.apply(&tensor.name), *tensor)).collect();
    let mut found = LinedUp { problems: clashes(&renamed), ..LinedUp::default() };
    let places: Vec<Vec<Place>> = slots
        .iter()
        .map(|slot| match convention {
            Convention::Burn => burn(slot),
            Convention::Pytorch => pytorch(slot),
        })
        .collect();
    let taken: BTreeSet<&str> = renamed
        .iter()
        .map(|(name, _)| name.as_str())
        .filter(|name| places.iter().flatten().any(|place| place.name == *name))
        .collect();
    let free: Vec<&(String, &Stored)> =
        renamed.iter().filter(|(name, _)| !taken.contains(name.as_str())).collect();
    for (slot, places) in slots.iter().zip(&places) {
        let hit = places.iter().find_map(|place| {
            let (_, tensor) = renamed.iter().find(|(name, _)| *name == place.name)?;
            Some((place, *tensor))
        });
        match hit {
            Some((place, tensor)) => match taken_from(slot, place, tensor) {
                Ok(tensor) => found.tensors.push(tensor),
                Err(problem) => found.problems.push(problem),
            },
            None if partial => {}
            None => found.problems.push(missing(slot, &places[0], &free)),
        }
    }
    let superfluous = free.iter().filter(|(name, _)| !name.ends_with(COUNTER));
    found.problems.extend(superfluous.map(|(name, tensor)| {
        let names: Vec<&str> = places.iter().map(|places| places[0].name.as_str()).collect();
        Problem::Superfluous {
            name: tensor.name.clone(),
            shape: tensor.shape.clone(),
            renamed: (*name != tensor.name).then(|| name.clone()),
            nearest: suggest(name, &names).map(str::to_owned),
        }
    }));
    found
}

fn taken_from(slot: &Slot, place: &Place, tensor: &Stored) -> Result<NamedTensor, Problem> {
    let due = place.stored_shape(&slot.shape);
    if due != tensor.shape {
        return Err(Problem::Misshapen {
            path: slot.path(),
            shape: slot.shape.clone(),
            name: tensor.name.clone(),
            stored: tensor.shape.clone(),
            due,
        });
    }
    Ok(NamedTensor {
        path: slot.path(),
        shape: slot.shape.clone(),
        trainable: slot.trainable,
        values: place.convert(&tensor.values, &slot.shape),
    })
}

/// The tensor that was probably meant is one of the right shape, or at least of as many axes, and has
/// the nearest name among such.
fn missing(slot: &Slot, place: &Place, free: &[&(String, &Stored)]) -> Problem {
    let due = place.stored_shape(&slot.shape);
    let field = |name: &str| name.rsplit('.').next().unwrap_or_default().to_owned();
    let named = |fits: &dyn Fn(&[usize]) -> bool| -> Vec<&str> {
        let fitting = free
            .iter()
            .filter(|(name, tensor)| field(name) == field(&place.name) && fits(&tensor.shape));
        fitting.map(|(name, _)| name.as_str()).collect()
    };
    let mut fitting = named(&|shape| shape == due);
    if fitting.is_empty() {
        fitting = named(&|shape| shape.len() == due.len());
    }
    let nearest = suggest(&place.name, &fitting).or(fitting.first().copied());
    // By its own name: that is what a rule of `map` begins with.
    let own = |nearest: &str| free.iter().find(|(name, _)| name == nearest).map(|(_, own)| *own);
    Problem::Missing {
        path: slot.path(),
        shape: slot.shape.clone(),
        due: (place.name.clone(), due),
        nearest: nearest.and_then(own).map(|tensor| tensor.name.clone()),
    }
}

fn clashes(renamed: &[(String, &Stored)]) -> Vec<Problem> {
    let clash = renamed.iter().enumerate().filter_map(|(index, (name, second))| {
        let (_, first) = renamed[..index].iter().find(|(before, _)| before == name)?;
        Some(Problem::Clash {
            first: first.name.clone(),
            second: second.name.clone(),
            renamed: name.clone(),
        })
    });
    clash.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slot(module: &str, kind: &str, field: &str, shape: &[usize]) -> Slot {
        let parts =
            vec![(module.to_owned(), "Network".to_owned()), (field.to_owned(), kind.to_owned())];
        Slot { parts, shape: shape.to_vec(), trainable: true }
    }

    /// `hidden`: 2 → 3, with a bias.
    fn slots() -> Vec<Slot> {
        vec![slot("hidden", "Linear", "weight", &[2, 3]), slot("hidden", "Linear", "bias", &[3])]
    }

    fn stored(name: &str, shape: &[usize]) -> Stored {
        let count: usize = shape.iter().product();
        let values = (0..count).map(|number| number as f64).collect();
        Stored { name: name.to_owned(), shape: shape.to_vec(), values, roundoff: 0.0, whole: false }
    }

    fn lined_up(tensors: &[Stored], map: &[(&str, &str)], partial: bool) -> LinedUp {
        let pairs = map.iter().map(|(from, to)| ((*from).to_owned(), (*to).to_owned()));
        let renaming = Renaming::new(&pairs.collect::<Vec<_>>());
        let tensors: Vec<&Stored> = tensors.iter().collect();
        convert(&slots(), &tensors, &renaming, Convention::Pytorch, partial)
    }

    #[test]
    fn a_file_that_fits_fills_every_tensor_in_the_models_order() {
        let found = lined_up(
            &[stored("0.bias", &[3]), stored("0.weight", &[3, 2])],
            &[("0", "hidden")],
            false,
        );
        assert_eq!(found.problems, []);
        let paths: Vec<_> = found.tensors.iter().map(|tensor| tensor.path.as_str()).collect();
        assert_eq!(paths, ["hidden.weight", "hidden.bias"]);
        assert_eq!(found.tensors[0].values, [0.0, 2.0, 4.0, 1.0, 3.0, 5.0]);
    }

    #[test]
    fn a_missing_tensor_names_the_one_that_may_be_meant() {
        let found = lined_up(&[stored("0.bias", &[3]), stored("0.weight", &[3, 2])], &[], false);
        let Problem::Missing { nearest, .. } = &found.problems[0] else { panic!("{found:?}") };
        assert_eq!(nearest.as_deref(), Some("0.weight"));
        assert_eq!(
            found.problems[0].message(),
            "`hidden.weight` [2, 3] is not in the file: it would be `hidden.weight` [3, 2] there"
        );
        assert_eq!(found.problems[0].mend(), "if `0.weight` is meant: `map: {\"0\": hidden}`");
        // Both sides are told: two that lack, two that are left over.
        assert_eq!(found.problems.len(), 4);
    }

    #[test]
    fn a_tensor_that_is_renamed_wrongly_is_told_by_its_own_name() {
        let file = [stored("0.bias", &[3]), stored("0.weight", &[3, 2])];
        let found = lined_up(&file, &[("0", "tail")], false);
        assert_eq!(found.problems[0].mend(), "if `0.weight` is meant: `map: {\"0\": hidden}`");
    }

    #[test]
    fn what_a_partial_file_lacks_is_no_problem_and_what_it_has_too_much_is() {
        let found = lined_up(&[stored("hidden.bias", &[3]), stored("tail.bias", &[3])], &[], true);
        assert_eq!(found.tensors.len(), 1);
        assert_eq!(found.problems.len(), 1);
        assert!(
            matches!(&found.problems[0], Problem::Superfluous { name, .. } if name == "tail.bias")
        );
    }

    #[test]
    fn a_transposed_tensor_is_misshapen_and_the_mend_says_so() {
        let found =
            lined_up(&[stored("hidden.weight", &[2, 3]), stored("hidden.bias", &[3])], &[], false);
        assert_eq!(
            found.problems[0].message(),
            "`hidden.weight` [2, 3] needs [3, 2] in the file, but `hidden.weight` is [2, 3] there"
        );
        assert!(found.problems[0].mend().starts_with("it is transposed"), "{found:?}");
    }

    #[test]
    fn two_tensors_of_one_name_clash() {
        let tensors =
            [stored("a.weight", &[3, 2]), stored("b.weight", &[3, 2]), stored("a.bias", &[3])];
        let found = lined_up(&tensors, &[("a", "hidden"), ("b", "hidden")], false);
        assert!(matches!(found.problems[0], Problem::Clash { .. }), "{found:?}");
    }

    #[test]
    fn the_counter_of_pytorchs_normalizations_is_passed_over() {
        let tensors = [
            stored("hidden.weight", &[3, 2]),
            stored("hidden.bias", &[3]),
            stored("norm.num_batches_tracked", &[]),
        ];
        assert_eq!(lined_up(&tensors, &[], false).problems, []);
    }
}
