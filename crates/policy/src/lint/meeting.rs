//! Whether two texts with wildcards have anything in common.

/// Whether some text is of both, `*` and `?` being wildcards in either. Takes time proportional to the lengths multiplied.
pub(super) fn meet(one: &str, other: &str) -> bool {
    let other: Vec<char> = other.chars().collect();
    // What of `other` can have been used up together with the letters of `one` so far.
    let mut used = vec![false; other.len() + 1];
    if let Some(first) = used.first_mut() {
        *first = true;
    }
    through_runs(&mut used, &other);
    for letter in one.chars() {
        let mut next = vec![false; used.len()];
        let mut before = false;
        for (at, place) in next.iter_mut().enumerate() {
            let here = used.get(at).copied().unwrap_or(false);
            let last = at.checked_sub(1).and_then(|last| other.get(last)).copied();
            let pairs =
                last.is_some_and(|last| last == letter || last == '?' || letter == '?' || last == '*');
            let from_last = at.checked_sub(1).and_then(|last| used.get(last)).copied().unwrap_or(false);
            *place = if letter == '*' {
                // It takes nothing, or what was taken already and one letter more.
                here || before
            } else {
                (pairs && from_last) || (last == Some('*') && here)
            };
            before = *place;
        }
        used = next;
        through_runs(&mut used, &other);
    }
    used.last().copied().unwrap_or(false)
}

/// A `*` may stand for nothing.
fn through_runs(used: &mut [bool], other: &[char]) {
    let mut before = false;
    for (at, place) in used.iter_mut().enumerate() {
        let run = at.checked_sub(1).and_then(|last| other.get(last)) == Some(&'*');
        *place |= run && before;
        before = *place;
    }
}

/// A text of a policy with `*` in the place of each variable: what it can be at most.
pub(super) fn at_most(text: &str, variables: bool) -> String {
    if !variables {
        return text.to_owned();
    }
    let mut found = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("${") {
        found.push_str(before);
        let Some((_, after)) = behind.split_once('}') else { return text.to_owned() };
        found.push('*');
        rest = after;
    }
    found + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The definition, word by word; exponential.
    fn definition(one: &[char], other: &[char]) -> bool {
        match (one.split_first(), other.split_first()) {
            (None, None) => true,
            (Some((&'*', rest)), _) if definition(rest, other) => true,
            (_, Some((&'*', rest))) if definition(one, rest) => true,
            (Some((&'*', _)), Some((_, rest))) => definition(one, rest),
            (Some((_, rest)), Some((&'*', _))) => definition(rest, other),
            (Some((a, one)), Some((b, other))) => {
                (a == b || *a == '?' || *b == '?') && definition(one, other)
            }
            (Some(_), None) | (None, Some(_)) => false,
        }
    }

    proptest! {
        #[test]
        fn two_texts_meet_as_the_definition_says(one in "[ab*?]{0,7}", other in "[ab*?]{0,7}") {
            let [letters, others] = [&one, &other].map(|text| text.chars().collect::<Vec<_>>());
            prop_assert_eq!(meet(&one, &other), definition(&letters, &others));
        }
    }

    #[test]
    fn a_variable_can_be_anything() {
        assert_eq!(at_most("a/${k:sub}/${*}x", true), "a/*/*x");
        assert_eq!(at_most("a/${k:sub}", false), "a/${k:sub}");
    }
}
