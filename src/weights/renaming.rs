//! What the user's own program calls its modules, in the names of the spec.

/// Rules that change the beginnings of names, in whole parts: `0: hidden` makes `hidden.weight` of
/// `0.weight`. A `*` stands for one part and is carried over: `blocks.*.fc: block*.fc`. The first
/// rule that fits counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Renaming(Vec<(Vec<String>, Vec<String>)>);

impl Renaming {
    /// From pairs of a name in the file and a name here. An empty name here takes the parts away.
    pub fn new(pairs: &[(String, String)]) -> Self {
        let parts = |text: &str| match text {
            "" => Vec::new(),
            text => text.split('.').map(str::to_owned).collect(),
        };
        Self(pairs.iter().map(|(from, to)| (parts(from), parts(to))).collect())
    }

    /// The name here.
    pub fn apply(&self, name: &str) -> String {
        let parts: Vec<&str> = name.split('.').collect();
        let fitting = self.0.iter().find_map(|(from, to)| Some((matched(from, &parts)?, from, to)));
        let Some((carried, from, to)) = fitting else { return name.to_owned() };
        let mut carried = carried.into_iter();
        let renamed = to.iter().map(|part| {
            part.split('*').enumerate().fold(String::new(), |text, (index, piece)| match index {
                0 => piece.to_owned(),
                _ => text + carried.next().unwrap_or("*") + piece,
            })
        });
        let rest = parts[from.len()..].iter().map(|part| (*part).to_owned());
        renamed.chain(rest).collect::<Vec<_>>().join(".")
    }

    /// Whether a rule speaks of the name.
    pub fn fits(&self, name: &str) -> bool {
        let parts: Vec<&str> = name.split('.').collect();
        self.0.iter().any(|(from, _)| matched(from, &parts).is_some())
    }
}

/// What the stars stand for, if the pattern is the beginning of the name.
fn matched<'a>(pattern: &[String], parts: &[&'a str]) -> Option<Vec<&'a str>> {
    if pattern.len() > parts.len() {
        return None;
    }
    let mut carried = Vec::new();
    for (pattern, part) in pattern.iter().zip(parts) {
        match pattern.split_once('*') {
            Some((before, after)) => {
                carried.push(part.strip_prefix(before)?.strip_suffix(after)?);
            }
            None if pattern == part => {}
            None => return None,
        }
    }
    Some(carried)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn renamed(pairs: &[(&str, &str)], name: &str) -> String {
        let pairs = pairs.iter().map(|(from, to)| ((*from).to_owned(), (*to).to_owned()));
        Renaming::new(&pairs.collect::<Vec<_>>()).apply(name)
    }

    #[test]
    fn whole_parts_are_renamed_and_the_rest_stays() {
        assert_eq!(renamed(&[("0", "hidden")], "0.weight"), "hidden.weight");
        assert_eq!(renamed(&[("0", "hidden")], "01.weight"), "01.weight");
        assert_eq!(renamed(&[("net.0", "hidden")], "net.0.bias"), "hidden.bias");
    }

    #[test]
    fn an_exact_name_is_a_rule_too() {
        assert_eq!(renamed(&[("scale", "norm.gamma")], "scale"), "norm.gamma");
    }

    #[test]
    fn the_first_rule_that_fits_counts() {
        assert_eq!(renamed(&[("a.b", "x"), ("a", "y")], "a.b.weight"), "x.weight");
        assert_eq!(renamed(&[("a", "y"), ("a.b", "x")], "a.b.weight"), "y.b.weight");
    }

    #[test]
    fn a_star_carries_a_part_over() {
        let rules = [("blocks.*.fc*", "block*.linear*")];
        assert_eq!(renamed(&rules, "blocks.3.fc1.weight"), "block3.linear1.weight");
        assert_eq!(renamed(&rules, "blocks.3.conv.weight"), "blocks.3.conv.weight");
    }

    #[test]
    fn an_empty_name_takes_the_parts_away() {
        assert_eq!(renamed(&[("module", "")], "module.head.weight"), "head.weight");
    }
}
