//! Rust as text, told apart into code, comments and string literals, so that no rule mistakes one for another.

use std::iter::repeat_n;

/// A string literal and the line it begins on.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Literal {
    pub(crate) line: usize,
    pub(crate) text: String,
}

/// A source text in three layers. What is not of a layer is blank in it, so that line numbers agree.
#[derive(Default)]
pub(crate) struct Layers {
    pub(crate) code: String,
    pub(crate) comments: String,
    pub(crate) literals: Vec<Literal>,
}

#[derive(Clone, Copy)]
enum Kind {
    Code,
    Comment,
    Text,
}

/// Tells the layers of a source text apart.
pub(crate) fn layers(source: &str) -> Layers {
    let mut layers = Layers::default();
    let mut rest = source;
    let mut line = 1;
    while !rest.is_empty() {
        let (kind, length) = next_piece(rest);
        let (piece, after) = rest.split_at(length);
        match kind {
            Kind::Code => {
                layers.code.push_str(piece);
                blank(&mut layers.comments, piece);
            }
            Kind::Comment => {
                blank(&mut layers.code, piece);
                layers.comments.push_str(piece);
            }
            Kind::Text => {
                blank(&mut layers.code, piece);
                blank(&mut layers.comments, piece);
                let text = piece.trim_start_matches(['b', 'c', 'r']).trim_matches('#');
                let text = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or_default();
                layers.literals.push(Literal { line, text: text.into() });
            }
        }
        line += piece.matches('\n').count();
        rest = after;
    }
    layers
}

/// The words of a line of code: what is between everything that cannot be in a name.
pub(crate) fn words(code: &str) -> impl Iterator<Item = &str> {
    code.split(|letter| !is_name_letter(letter)).filter(|word| !word.is_empty())
}

/// The lines of a text with their numbers, counted from one.
pub(crate) fn numbered(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().map(|(index, line)| (index + 1, line))
}

fn is_name_letter(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

fn blank(layer: &mut String, piece: &str) {
    layer.extend(piece.chars().map(|letter| if letter == '\n' { '\n' } else { ' ' }));
}

/// What `rest` begins with, and how long that is in bytes. Words of code are taken whole, so that the `r` that
/// ends a name opens no raw string.
fn next_piece(rest: &str) -> (Kind, usize) {
    if rest.starts_with("//") {
        return (Kind::Comment, rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return (Kind::Comment, block_comment(rest));
    }
    if rest.starts_with('"') {
        return (Kind::Text, quoted(rest, '"'));
    }
    if let Some(length) = raw_string(rest) {
        return (Kind::Text, length);
    }
    if is_character(rest) {
        return (Kind::Code, quoted(rest, '\''));
    }
    let word = rest.find(|letter| !is_name_letter(letter)).unwrap_or(rest.len());
    let space = rest.len() - rest.trim_start().len();
    let first = rest.chars().next().map_or(1, char::len_utf8);
    (Kind::Code, first.max(word).max(space))
}

/// Whether a character literal begins here, and not a lifetime.
fn is_character(rest: &str) -> bool {
    let inside = rest.strip_prefix('\'');
    inside.is_some_and(|inside| inside.starts_with('\\') || inside.chars().nth(1) == Some('\''))
}

fn block_comment(rest: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(here) = rest.get(at..).filter(|here| !here.is_empty()) {
        if here.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if here.starts_with("*/") {
            depth -= 1;
            at += 2;
        } else {
            at += here.chars().next().map_or(1, char::len_utf8);
        }
        if depth == 0 {
            break;
        }
    }
    at
}

fn quoted(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, letter) in rest.char_indices().skip(1) {
        if !escaped && letter == quote {
            return at + quote.len_utf8();
        }
        escaped = !escaped && letter == '\\';
    }
    rest.len()
}

fn raw_string(rest: &str) -> Option<usize> {
    let bare = rest.trim_start_matches(['b', 'c']).strip_prefix('r')?;
    let inside = bare.trim_start_matches('#');
    let hashes: String = repeat_n('#', bare.len() - inside.len()).collect();
    let end = inside.strip_prefix('"')?.find(&format!("\"{hashes}"));
    let opening = rest.len() - inside.len() + 1;
    Some(end.map_or(rest.len(), |end| opening + end + 1 + hashes.len()))
}

#[test]
fn comments_strings_and_code_are_told_apart() {
    let source = "let a = \"// \\\" text\"; // said /* once\n/* and /* again */ here */ fn b<'x>() { '\"' }\nr#\"raw \" text\"#;";
    let found = layers(source);
    assert_eq!(found.code.lines().count(), 3);
    assert!(found.code.contains("fn b<'x>() { '\"' }"), "{}", found.code);
    assert!(!found.code.contains("text") && !found.code.contains("said") && !found.code.contains("here"));
    assert!(found.comments.contains("// said /* once") && found.comments.contains("again */ here */"));
    let texts: Vec<_> = found.literals.iter().map(|literal| (literal.line, literal.text.as_str())).collect();
    assert_eq!(texts, [(1, "// \\\" text"), (3, "raw \" text")]);
}

#[test]
fn a_lifetime_opens_no_character_and_an_open_string_ends_with_the_file() {
    assert_eq!(layers("fn a<'a>(b: &'a str) // c").code.trim_end(), "fn a<'a>(b: &'a str)");
    assert_eq!(layers(r"'\'' // c").code.trim_end(), r"'\''");
    assert_eq!(layers("x(\"never closed").code.trim_end(), "x(");
    assert_eq!(layers("/* never closed").comments, "/* never closed");
    assert_eq!(layers("let bar\"x\"").literals.len(), 1);
}

#[test]
fn words_are_whole_names() {
    assert_eq!(words("async_trait(async move)").collect::<Vec<_>>(), ["async_trait", "async", "move"]);
}
