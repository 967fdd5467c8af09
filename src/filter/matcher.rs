//! How a name is compared: `=equal`, `~contained`, `#glob`, `/regex/`. The only module that names regex.

use regex::{Regex, RegexBuilder};

/// A regular expression compiles to this many bytes at most.
const SIZE_LIMIT: usize = 1 << 20;

/// What a name must be like.
#[derive(Debug, Clone)]
pub(super) enum Matcher {
    Equal(String),
    Contains(String),
    Glob(String),
    /// Found anywhere in the name, as cargo-nextest does.
    Regex(Regex),
}

impl PartialEq for Matcher {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Equal(one), Self::Equal(other))
            | (Self::Contains(one), Self::Contains(other))
            | (Self::Glob(one), Self::Glob(other)) => one == other,
            (Self::Regex(one), Self::Regex(other)) => one.as_str() == other.as_str(),
            _ => false,
        }
    }
}

impl Eq for Matcher {}

impl Matcher {
    /// # Errors
    ///
    /// What is wrong with the regular expression, in a line.
    pub fn regex(text: &str) -> Result<Self, String> {
        let built = RegexBuilder::new(text).size_limit(SIZE_LIMIT).build();
        built.map(Self::Regex).map_err(|error| match error {
            regex::Error::CompiledTooBig(_) => "it is too large when compiled".to_owned(),
            // The last line says what it is; those above draw the expression, which is shown anyway.
            error => {
                let text = error.to_string();
                let last = text.lines().last().unwrap_or_default();
                last.trim().trim_start_matches("error: ").to_owned()
            }
        })
    }

    pub fn matches(&self, name: &str) -> bool {
        match self {
            Self::Equal(text) => name == text,
            Self::Contains(text) => name.contains(text.as_str()),
            Self::Glob(pattern) => {
                let pattern: Vec<char> = pattern.chars().collect();
                let name: Vec<char> = name.chars().collect();
                glob(&pattern, &name)
            }
            Self::Regex(regex) => regex.is_match(name),
        }
    }

    /// The one name that can match, if there is only one.
    pub fn only_name(&self) -> Option<&str> {
        match self {
            Self::Equal(text) => Some(text),
            Self::Glob(text) if !text.contains(['*', '?']) => Some(text),
            _ => None,
        }
    }
}

/// `*` stands for any characters, `?` for one. Takes time proportional to the product of both
/// lengths at most: a star that failed is not tried again once a later one was reached.
fn glob(pattern: &[char], name: &[char]) -> bool {
    let (mut at, mut from) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while from < name.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, from));
                at += 1;
            }
            Some(letter) if *letter == '?' || *letter == name[from] => {
                at += 1;
                from += 1;
            }
            _ => match star {
                Some((star_at, held)) => {
                    star = Some((star_at, held + 1));
                    at = star_at + 1;
                    from = held + 1;
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|letter| *letter == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_glob_has_stars_and_question_marks() {
        let matches = |pattern: &str, name: &str| Matcher::Glob(pattern.to_owned()).matches(name);
        for name in ["digits", "digits_cnn", "digits-hidden=8"] {
            assert!(matches("digits*", name) && matches("*git*", name) && matches("*", name));
        }
        assert!(matches("a?c", "abc") && matches("*a*b", "xaxxb") && matches("**", ""));
        for (pattern, name) in
            [("digits", "digits_cnn"), ("a?c", "ac"), ("*a*b", "xab_"), ("", "a")]
        {
            assert!(!matches(pattern, name), "{pattern} {name}");
        }
        assert!(!matches(&"*a".repeat(40), &"a".repeat(39)));
    }

    #[test]
    fn equal_and_contained_mean_what_they_say() {
        assert!(
            Matcher::Equal("a".into()).matches("a") && !Matcher::Equal("a".into()).matches("ab")
        );
        assert!(Matcher::Contains("b".into()).matches("abc"));
        assert!(!Matcher::Contains("x".into()).matches("abc"));
    }

    #[test]
    fn a_regular_expression_is_found_anywhere_in_a_name() {
        let matches = |text: &str, name: &str| Matcher::regex(text).unwrap().matches(name);
        assert!(matches("git", "digits") && matches("^digits_(cnn|mlp)$", "digits_mlp"));
        assert!(!matches("^git", "digits") && !matches("^digits_(cnn|mlp)$", "digits_mlp2"));
        assert_eq!(Matcher::regex("a").unwrap(), Matcher::regex("a").unwrap());
        assert_ne!(Matcher::regex("a").unwrap(), Matcher::Contains("a".into()));
    }

    #[test]
    fn what_is_wrong_with_a_regular_expression_is_a_line() {
        assert_eq!(Matcher::regex("a(b").unwrap_err(), "unclosed group");
        assert_eq!(Matcher::regex(r"(\w{999}){999}").unwrap_err(), "it is too large when compiled");
    }
}
