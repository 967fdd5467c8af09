//! The models that a test target registers, read from its text: nothing is built.

/// A name inside `nn_test::main! { "name" => … }`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Registered {
    pub(super) name: String,
    /// Whether the model brings its own batches and loss.
    pub(super) objective: bool,
}

/// What the macro's right sides are called that register an objective.
const OBJECTIVES: [&str; 3] = ["objective", "objective_with_config", "train_step"];

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Word(String),
    Text(String),
    Sign(char),
}

/// The models registered in a source file, in its order; none at all when it does not call
/// `nn_test::main!`.
pub(super) fn registered(source: &str) -> Option<Vec<Registered>> {
    let tokens = tokens(source);
    let word = |text: &str| Token::Word(text.to_owned());
    let call =
        [word("nn_test"), Token::Sign(':'), Token::Sign(':'), word("main"), Token::Sign('!')];
    let start = tokens.windows(call.len()).position(|window| window == call)? + call.len();
    let mut models = Vec::new();
    let mut depth = 0_usize;
    let body = tokens.get(start..).unwrap_or_default();
    for (at, token) in body.iter().enumerate() {
        match token {
            Token::Sign('(' | '[' | '{') => depth += 1,
            Token::Sign(')' | ']' | '}') => depth = depth.saturating_sub(1),
            Token::Text(name) if depth == 1 => {
                let rest = &body[at + 1..];
                if rest.starts_with(&[Token::Sign('='), Token::Sign('>')]) {
                    let objective = function(&rest[2..]).is_some_and(is_objective);
                    models.push(Registered { name: name.clone(), objective });
                }
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    Some(models)
}

/// The name of the function that is called first.
fn function(tokens: &[Token]) -> Option<&str> {
    let call = tokens.windows(2).find(|pair| pair[1] == Token::Sign('('))?;
    match &call[0] {
        Token::Word(name) => Some(name),
        _ => None,
    }
}

fn is_objective(function: &str) -> bool {
    OBJECTIVES.contains(&function)
}

/// The words, texts and signs of Rust source, without comments, numbers' fine points and lifetimes.
fn tokens(source: &str) -> Vec<Token> {
    let mut reader = Reader { letters: source.chars().collect(), at: 0 };
    let mut tokens = Vec::new();
    while let Some(letter) = reader.peek(0) {
        match (letter, reader.peek(1)) {
            ('/', Some('/')) => reader.skip_line(),
            ('/', Some('*')) => reader.skip_comment(),
            ('"', _) => tokens.push(Token::Text(reader.text())),
            ('r', Some('"' | '#')) if reader.is_raw_text() => {
                tokens.push(Token::Text(reader.raw_text()));
            }
            ('\'', _) => reader.skip_quote(),
            _ if is_word(letter) => tokens.push(Token::Word(reader.word())),
            _ => {
                if !letter.is_whitespace() {
                    tokens.push(Token::Sign(letter));
                }
                reader.at += 1;
            }
        }
    }
    tokens
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

struct Reader {
    letters: Vec<char>,
    at: usize,
}

impl Reader {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.letters.get(self.at + ahead).copied()
    }

    fn next(&mut self) -> Option<char> {
        let letter = self.peek(0)?;
        self.at += 1;
        Some(letter)
    }

    fn skip_line(&mut self) {
        while self.next().is_some_and(|letter| letter != '\n') {}
    }

    /// Block comments may hold block comments.
    fn skip_comment(&mut self) {
        let mut depth = 0_usize;
        while let Some(letter) = self.next() {
            match (letter, self.peek(0)) {
                ('/', Some('*')) => {
                    depth += 1;
                    self.at += 1;
                }
                ('*', Some('/')) => {
                    depth -= 1;
                    self.at += 1;
                    if depth == 0 {
                        return;
                    }
                }
                _ => {}
            }
        }
    }

    /// A character, or a lifetime, which has no closing quote.
    fn skip_quote(&mut self) {
        self.at += 1;
        match (self.peek(0), self.peek(1)) {
            (Some('\\'), _) => {
                self.at += 2;
                while self.next().is_some_and(|letter| letter != '\'') {}
            }
            (Some(_), Some('\'')) => self.at += 2,
            _ => {}
        }
    }

    fn word(&mut self) -> String {
        let mut word = String::new();
        while let Some(letter) = self.peek(0).filter(|letter| is_word(*letter)) {
            word.push(letter);
            self.at += 1;
        }
        word
    }

    fn text(&mut self) -> String {
        self.at += 1;
        let mut text = String::new();
        while let Some(letter) = self.next() {
            match letter {
                '"' => break,
                '\\' => match self.next() {
                    Some('n') => text.push('\n'),
                    Some('t') => text.push('\t'),
                    Some('r') => text.push('\r'),
                    // `\"` and `\\`; names have no others.
                    Some(other) => text.push(other),
                    None => break,
                },
                _ => text.push(letter),
            }
        }
        text
    }

    /// `r"`, `r#"` and so on, and not `r#name`.
    fn is_raw_text(&self) -> bool {
        let marks = self.letters[self.at + 1..].iter().take_while(|letter| **letter == '#').count();
        self.peek(1 + marks) == Some('"')
    }

    fn raw_text(&mut self) -> String {
        self.at += 1;
        let mut marks = 0;
        while self.peek(0) == Some('#') {
            marks += 1;
            self.at += 1;
        }
        self.at += 1;
        let mut text = String::new();
        while let Some(letter) = self.next() {
            if letter == '"' && (0..marks).all(|mark| self.peek(mark) == Some('#')) {
                self.at += marks;
                break;
            }
            text.push(letter);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(source: &str) -> Vec<String> {
        registered(source).unwrap().into_iter().map(|model| model.name).collect()
    }

    #[test]
    fn names_stand_before_arrows_inside_the_macro() {
        let source = r##"
            use nn_test::model;
            nn_test::main! {
                "cnn" => nn_test::model(|device| Cnn::new(device), Cnn::forward),
                r#"raw"# => model(make, |m, x| match x { "not" => m.a(x), _ => m.b(x) }),
            }
            fn later() { match x { "also_not" => 1 } }
        "##;
        assert_eq!(names(source), ["cnn", "raw"]);
    }

    #[test]
    fn comments_texts_and_characters_do_not_count() {
        let source = r##"
            // nn_test::main! { "line" => x }
            /* nn_test::main! { /* "inner" => x */ "block" => x } */
            const TEXT: &str = "nn_test::main! { \"text\" => x }";
            const RAW: &str = r#"nn_test::main! { "raw" => x }"#;
            fn quote<'a>(x: &'a str) -> char { if x == "{" { '"' } else { '\'' } }
            nn_test::main! {
                // "off" => nn_test::model(a, b),
                "on" /* here */ => nn_test::model(|d| '{', b),
                "too" => nn_test::model(r#type::new, b),
            }
        "##;
        assert_eq!(names(source), ["on", "too"]);
    }

    #[test]
    fn an_objective_is_told_from_a_model() {
        let source = r#"nn_test::main!(
            specs = "nets",
            "a" => nn_test::model_with_config(A::new, A::forward),
            "b" => nn_test::objective(B::new, nn_test::batches(x), B::loss),
            "c" => objective_with_config(C::new, x, C::loss),
        );"#;
        let objectives: Vec<_> =
            registered(source).unwrap().into_iter().map(|model| model.objective).collect();
        assert_eq!(objectives, [false, true, true]);
        assert_eq!(names(source), ["a", "b", "c"]);
    }

    #[test]
    fn a_file_without_the_macro_is_no_target_of_nn_tests() {
        assert_eq!(registered("fn main() {}"), None);
        assert_eq!(registered("// nn_test::main!();"), None);
        assert_eq!(registered("nn_test::main!();"), Some(Vec::new()));
        assert_eq!(registered("nn_test::main!"), Some(Vec::new()));
    }

    #[test]
    fn unfinished_source_is_read_to_its_end() {
        for source in ["nn_test::main! { \"a", "nn_test::main! { r#\"a", "/* a", "'", "'\\", "\"\\"]
        {
            let _ = registered(source);
        }
        assert_eq!(names("nn_test::main! { \"a\" => x("), ["a"]);
    }

    #[test]
    fn the_template_registers_its_model() {
        let models = registered(include_str!("files/nn.rs")).unwrap();
        assert_eq!(models, [Registered { name: "classifier".to_owned(), objective: false }]);
    }
}
