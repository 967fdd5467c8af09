//! How a name is compared: `=equal`, `~contained`, `#glob`.

/// What a name must be like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Matcher {
    Equal(String),
    Contains(String),
    Glob(String),
}

impl Matcher {
    pub fn matches(&self, name: &str) -> bool {
        match self {
            Self::Equal(text) => name == text,
            Self::Contains(text) => name.contains(text.as_str()),
            Self::Glob(pattern) => {
                let pattern: Vec<char> = pattern.chars().collect();
                let name: Vec<char> = name.chars().collect();
                glob(&pattern, &name)
            }
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
}
