//! XML as AWS writes it: elements, nothing between them.

mod members;

pub(super) use members::{Writer, scalar};

use quick_xml::escape::escape;

/// A document that is being written.
pub(super) struct Document(String);

impl Document {
    /// One without a declaration, as the query services write it.
    pub(super) const fn bare() -> Self {
        Self(String::new())
    }

    /// One that begins with the declaration, which S3 ends with a line break.
    pub(super) fn new() -> Self {
        Self("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned())
    }

    /// Opens an element; names come from the model and attribute values are escaped here.
    pub(super) fn open(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.0.extend(["<", name]);
        for (attribute, value) in attributes {
            self.0.extend([" ", attribute, "=\""]);
            self.text(value);
            self.0.push('"');
        }
        self.0.push('>');
    }

    pub(super) fn close(&mut self, name: &str) {
        self.0.extend(["</", name, ">"]);
    }

    /// An element with a text and nothing else.
    pub(super) fn element(&mut self, name: &str, text: &str) {
        self.open(name, &[]);
        self.text(text);
        self.close(name);
    }

    /// A text, escaped.
    ///
    /// Keys may hold characters that XML 1.0 has no form for. They are written as numeric references, `&#x1;`, as S3
    /// does: no strict parser reads them, but they cannot be mistaken for another key, and `encoding-type=url` is the
    /// way around them.
    pub(super) fn text(&mut self, text: &str) {
        let escaped = escape(text);
        let mut rest = &*escaped;
        while let Some((at, letter)) = rest.char_indices().find(|(_, letter)| has_no_form(*letter)) {
            let (before, after) = rest.split_at(at);
            self.0.push_str(before);
            self.0.push_str(&format!("&#x{:X};", u32::from(letter)));
            rest = after.strip_prefix(letter).unwrap_or_default();
        }
        self.0.push_str(rest);
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.0.into_bytes()
    }
}

/// Outside of `Char` in XML 1.0 §2.2.
pub(super) fn has_no_form(letter: char) -> bool {
    matches!(letter, '\0'..='\x08' | '\x0B' | '\x0C' | '\x0E'..='\x1F' | '\u{FFFE}' | '\u{FFFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> String {
        let mut document = Document(String::new());
        document.text(text);
        document.0
    }

    #[test]
    fn markup_is_escaped() {
        assert_eq!(written(r#"a<b>&'c' "d""#), "a&lt;b&gt;&amp;&apos;c&apos; &quot;d&quot;");
        assert_eq!(written("]]></Key><Key>evil"), "]]&gt;&lt;/Key&gt;&lt;Key&gt;evil");
    }

    #[test]
    fn characters_without_a_form_are_numeric_references() {
        assert_eq!(written("a\u{1}b\0\u{1f}\u{FFFE}"), "a&#x1;b&#x0;&#x1F;&#xFFFE;");
        assert_eq!(written("tab\tline\nreturn\r日🙂"), "tab\tline\nreturn&#13;日🙂");
    }

    #[test]
    fn what_has_a_form_is_read_back_as_it_was() {
        for text in ["", "plain", "a<b>&\"'", "日 🙂\t\n\r", "&amp;", "&#x1;"] {
            assert_eq!(quick_xml::escape::unescape(&written(text)).unwrap(), text);
        }
    }
}
