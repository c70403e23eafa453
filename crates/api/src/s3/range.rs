//! Which bytes of an object are asked for (RFC 9110 section 14).

use std::ops::Range;

/// What a `Range` header asks of an object.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// All of it: there is no header, or none that can be honoured as one range.
    Everything,
    /// These bytes, at least one.
    Part(Range<u64>),
    /// Bytes that it does not have.
    Unsatisfiable,
}

/// Reads the header for an object of this size. What is no single byte range is ignored, as the RFC says.
pub(super) fn asked(header: Option<&str>, size: u64) -> Asked {
    let Some((first, last)) = header.and_then(|header| header.strip_prefix("bytes=")?.split_once('-')) else {
        return Asked::Everything;
    };
    let range = match (number(first), number(last)) {
        (Number::Some(first), Number::None) => first..size,
        (Number::Some(first), Number::Some(last)) if first <= last => first..last.saturating_add(1).min(size),
        (Number::None, Number::Some(length)) => size.saturating_sub(length)..size,
        _ => return Asked::Everything,
    };
    if range.is_empty() { Asked::Unsatisfiable } else { Asked::Part(range) }
}

enum Number {
    Some(u64),
    None,
    Bad,
}

fn number(text: &str) -> Number {
    if text.is_empty() {
        return Number::None;
    }
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Number::Bad;
    }
    // What is larger than any size is as good as the largest.
    Number::Some(text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_cut_to_the_object() {
        for (header, range) in [
            ("bytes=0-0", 0..1),
            ("bytes=2-5", 2..6),
            ("bytes=7-", 7..10),
            ("bytes=8-99", 8..10),
            ("bytes=-3", 7..10),
            ("bytes=-99", 0..10),
            ("bytes=0-99999999999999999999999", 0..10),
        ] {
            assert_eq!(asked(Some(header), 10), Asked::Part(range), "{header}");
        }
    }

    #[test]
    fn bytes_that_are_not_there_are_unsatisfiable() {
        for header in ["bytes=10-", "bytes=10-20", "bytes=-0", "bytes=99999999999999999999999-"] {
            assert_eq!(asked(Some(header), 10), Asked::Unsatisfiable, "{header}");
        }
        assert_eq!(asked(Some("bytes=0-"), 0), Asked::Unsatisfiable);
    }

    #[test]
    fn what_is_no_single_range_is_ignored() {
        for header in [
            "",
            "bytes",
            "bytes=",
            "bytes=-",
            "bytes=5-2",
            "bytes=a-b",
            "items=0-1",
            "bytes=0-1,3-4",
            "bytes=+1-2",
        ] {
            assert_eq!(asked(Some(header), 10), Asked::Everything, "{header}");
        }
        assert_eq!(asked(None, 10), Asked::Everything);
    }
}
