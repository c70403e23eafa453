//! The models' patterns: Java regular expressions that must match the whole text.

use regex::Regex;
use std::sync::OnceLock;

/// A pattern of the model, compiled when it is first needed.
///
/// Java's `\w`, `\d` and `\s` are ASCII and its `.` stops at every line terminator; `\p{L}` and its kin are Unicode.
/// Matching takes time linear in the text.
#[derive(Debug)]
pub struct Pattern {
    source: Box<str>,
    compiled: OnceLock<Option<Compiled>>,
}

/// A text matches when `whole` does and `never` does not.
#[derive(Debug)]
struct Compiled {
    whole: Regex,
    never: Option<Regex>,
}

/// The three patterns of the models that look around, which [`regex`] cannot: the same pattern without looking, and
/// what the text must not contain then.
const LOOKING_AROUND: [(&str, &str, &str); 3] = [
    (r"^[0-9A-Za-z\.\-_]*(?<!\.)$", r"[0-9A-Za-z\.\-_]*", r"\.\z"),
    (r"[0-9A-Za-z\.\-_]*(?<!\.)", r"[0-9A-Za-z\.\-_]*", r"\.\z"),
    (r"^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$", r"[a-z0-9]([a-z0-9]|-){1,61}[a-z0-9]", "--"),
];

impl Pattern {
    /// A pattern as the model writes it.
    pub fn new(source: &str) -> Self {
        Self { source: source.into(), compiled: OnceLock::new() }
    }

    /// The pattern as the model and AWS's errors write it.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether the whole text matches; a pattern that does not compile matches nothing.
    pub fn matches(&self, text: &str) -> bool {
        self.compiled().is_some_and(|compiled| {
            compiled.whole.is_match(text)
                && !compiled.never.as_ref().is_some_and(|never| never.is_match(text))
        })
    }

    /// Whether the pattern is understood; of the models' patterns all are.
    pub fn compiles(&self) -> bool {
        self.compiled().is_some()
    }

    fn compiled(&self) -> Option<&Compiled> {
        self.compiled.get_or_init(|| compile(&self.source)).as_ref()
    }
}

fn compile(source: &str) -> Option<Compiled> {
    let whole = |java: &str| Regex::new(&format!(r"\A(?:{})\z", translate(java))).ok();
    match LOOKING_AROUND.iter().find(|(looking, _, _)| *looking == source) {
        Some((_, plain, never)) => {
            Some(Compiled { whole: whole(plain)?, never: Some(Regex::new(never).ok()?) })
        }
        None => Some(Compiled { whole: whole(source)?, never: None }),
    }
}

/// Java's syntax in that of [`regex`]: both agree but for the classes that Java keeps to ASCII and the reach of `.`.
fn translate(java: &str) -> String {
    let (dot_matches_all, java) = match java.strip_prefix("(?s)") {
        Some(rest) => (true, rest),
        None => (false, java),
    };
    let dot = if dot_matches_all { "(?s:.)" } else { r"[^\n\r\x{85}\x{2028}\x{2029}]" };
    let mut rust = String::with_capacity(java.len() * 2);
    let mut depth = 0_usize;
    let mut letters = java.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => {
                let Some(escaped) = letters.next() else {
                    rust.push('\\');
                    break;
                };
                let is_class = push_escaped(&mut rust, escaped, depth > 0);
                // After a class a hyphen stands for itself; after its last letter it would start a range.
                if is_class && depth > 0 && letters.next_if_eq(&'-').is_some() {
                    rust.push_str(r"\-");
                }
            }
            '[' => {
                depth += 1;
                rust.push('[');
            }
            ']' => {
                depth = depth.saturating_sub(1);
                rust.push(']');
            }
            '.' if depth == 0 => rust.push_str(dot),
            other => rust.push(other),
        }
    }
    rust
}

/// Writes what stood behind a backslash; says whether it was a class.
fn push_escaped(rust: &mut String, escaped: char, inside_class: bool) -> bool {
    const SPACE: &str = r"\t\n\x0B\x0C\r\x20";
    const WORD: &str = "0-9A-Za-z_";
    const DIGIT: &str = "0-9";
    let (members, negated) = match escaped {
        's' => (SPACE, false),
        'S' => (SPACE, true),
        'w' => (WORD, false),
        'W' => (WORD, true),
        'd' => (DIGIT, false),
        'D' => (DIGIT, true),
        other => {
            rust.push('\\');
            rust.push(other);
            return false;
        }
    };
    match (inside_class, negated) {
        (true, false) => rust.push_str(members),
        (false, false) => rust.extend(["[", members, "]"]),
        (_, true) => rust.extend(["[^", members, "]"]),
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        let pattern = Pattern::new(pattern);
        assert!(pattern.compiles(), "{}", pattern.source());
        pattern.matches(text)
    }

    #[test]
    fn a_pattern_matches_the_whole_text_and_not_a_part() {
        assert!(matches(r"[\w-]+:[0-9a-f-]+", "us-east-1:1234567890abcdef"));
        assert!(!matches(r"[\w-]+:[0-9a-f-]+", "us-east-1:1234567890abcdef\n"));
        assert!(!matches(r"[\w-]+:[0-9a-f-]+", "x us-east-1:12"));
        assert!(matches("a|ab", "ab"));
        assert!(!matches("^a$", "a\n"));
    }

    #[test]
    fn words_digits_and_spaces_are_ascii_as_in_java() {
        assert!(!matches(r"[\w]+", "é"));
        assert!(!matches(r"\d+", "٣"));
        assert!(!matches(r"[\s]", "\u{a0}"));
        assert!(matches(r"[\S]+", "é\u{a0}"));
        assert!(!matches(r"[^\s]+", "a b"));
        assert!(matches(r"[\w\s+=,.@-]+", "My pool-1 (no".trim_end_matches("(no")));
    }

    #[test]
    fn a_hyphen_after_a_class_stands_for_itself() {
        assert!(matches(r"[\w-_+]+", "a-+"));
        assert!(matches(r"[A-Za-z0-9-_+/=.]+", "a-b_c+d"));
        assert!(!matches(r"[A-Za-z0-9-_+/=.]+", "a:b"));
    }

    #[test]
    fn letters_of_all_scripts_match_where_the_model_says_so() {
        let username = r"[\p{L}\p{M}\p{S}\p{N}\p{P}]+";
        assert!(matches(username, "Zoë٣€-日本"));
        assert!(!matches(username, "bar "));
        assert!(!matches(username, ""));
    }

    #[test]
    fn a_dot_stops_at_line_terminators_unless_told_otherwise() {
        assert!(!matches(r".*\{####\}.*", "code {####}\u{2028}"));
        assert!(matches(r".*\{####\}.*", "code {####}."));
        assert!(matches("(?s).*", "a\nb"));
        assert!(matches(r"\/?.+\/.+", "/bucket/key"));
    }

    #[test]
    fn patterns_that_look_around_keep_their_meaning() {
        for source in [r"^[0-9A-Za-z\.\-_]*(?<!\.)$", r"[0-9A-Za-z\.\-_]*(?<!\.)"] {
            assert!(matches(source, "") && matches(source, "a.b"));
            assert!(!matches(source, "a.") && !matches(source, "a b"));
        }
        let alias = r"^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$";
        assert!(matches(alias, "a-b") && matches(alias, "a-b-c"));
        assert!(!matches(alias, "a--b") && !matches(alias, "-ab") && !matches(alias, "ab"));
    }

    #[test]
    fn a_pattern_that_cannot_be_read_matches_nothing() {
        let broken = Pattern::new("(");
        assert!(!broken.compiles());
        assert!(!broken.matches("("));
    }
}
