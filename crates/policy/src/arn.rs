//! ARNs that values of a request are held against, part by part.

use crate::answer::Answer;
use crate::context::Context;
use crate::malformed::Malformed;
use crate::pattern::{Pattern, Syntax};

/// `arn:partition:service:region:account:resource`, each part with wildcards of its own: none of them reaches into the
/// next part, but the resource may hold colons.
#[derive(Clone, Debug)]
pub(crate) struct ArnPattern([Pattern; 5]);

impl ArnPattern {
    /// The patterns of its parts.
    pub(crate) fn patterns(&self) -> &[Pattern] {
        &self.0
    }

    /// Reads the pattern; `None` for a text that has not all six parts.
    pub(crate) fn parse(text: &str, variables: bool) -> Result<Option<ArnPattern>, Malformed> {
        let Some(rest) = text.strip_prefix("arn:") else { return Ok(None) };
        let Some(parts) = five(rest, variables) else { return Ok(None) };
        let syntax = Syntax { wildcards: true, variables };
        let [partition, service, region, account, resource] = parts.map(|part| Pattern::parse(part, syntax));
        Ok(Some(ArnPattern([partition?, service?, region?, account?, resource?])))
    }

    /// The parts of an ARN of a request, `arn` left out; `None` for what is no ARN.
    pub(crate) fn parts(arn: &str) -> Option<[&str; 5]> {
        five(arn.strip_prefix("arn:")?, false)
    }

    /// Whether it is one ARN, without wildcards and variables.
    pub(crate) fn is_exact(&self) -> bool {
        self.0.iter().all(|part| part.exact().is_some())
    }

    /// Whether each part of an ARN is of its pattern; unknown if that hangs on a variable that has no value.
    pub(crate) fn matches(&self, parts: [&str; 5], context: &Context<'_>) -> Answer {
        Answer::all(self.0.iter().zip(parts).map(|(pattern, part)| pattern.matches(part, context)))
    }
}

/// The parts behind `arn:`; a colon of a variable parts nothing.
fn five(text: &str, variables: bool) -> Option<[&str; 5]> {
    let mut rest = text;
    let mut next = || {
        let colon = colon(rest, variables)?;
        let (part, behind) = rest.split_at_checked(colon)?;
        rest = behind.strip_prefix(':')?;
        Some(part)
    };
    let [partition, service, region, account] = [next()?, next()?, next()?, next()?];
    Some([partition, service, region, account, rest])
}

fn colon(text: &str, variables: bool) -> Option<usize> {
    if !variables {
        return text.find(':');
    }
    let mut in_variable = false;
    let mut before = ' ';
    for (at, letter) in text.char_indices() {
        match letter {
            '{' if before == '$' => in_variable = true,
            '}' => in_variable = false,
            ':' if !in_variable => return Some(at),
            _ => {}
        }
        before = letter;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, arn: &str) -> Answer {
        let context = Context::new().with("aws:PrincipalAccount", "123456789012").with("k:colon", "a:b*");
        let parts = ArnPattern::parts(arn).unwrap();
        ArnPattern::parse(pattern, true).unwrap().unwrap().matches(parts, &context)
    }

    #[test]
    fn a_wildcard_stays_in_its_part() {
        let role = "arn:aws:iam::123456789012:role/app/r";
        assert_eq!(matches("arn:aws:iam::*:role/*", role), Answer::Yes);
        assert_eq!(matches("arn:*:iam::123456789012:role/app/?", role), Answer::Yes);
        assert_eq!(matches("arn:aws:*:role/app/r:x:y", role), Answer::No);
        assert_eq!(matches("arn:aws:iam::*:user/*", role), Answer::No);
        assert_eq!(matches("arn:aws:iam:*:*:*", "arn:aws:sns:us-east-1:1:t:a"), Answer::No);
        assert_eq!(matches("arn:aws:sns:*:*:t:*", "arn:aws:sns:us-east-1:1:t:a:b"), Answer::Yes);
    }

    #[test]
    fn a_variable_fills_one_part_and_brings_no_wildcard() {
        let role = "arn:aws:iam::123456789012:role/r";
        assert_eq!(matches("arn:aws:iam::${aws:PrincipalAccount}:role/*", role), Answer::Yes);
        assert_eq!(matches("arn:aws:iam::${k:none, '123456789012'}:role/r", role), Answer::Yes);
        assert_eq!(matches("arn:aws:iam::${k:none}:role/r", role), Answer::Unknown);
        assert_eq!(matches("arn:aws:sns:x:y:${k:colon}", "arn:aws:sns:x:y:a:b*"), Answer::Yes);
        assert_eq!(matches("arn:aws:sns:x:y:${k:colon}", "arn:aws:sns:x:y:a:bc"), Answer::No);
        assert_eq!(matches("arn:aws:sns:x:${k:colon}:c", "arn:aws:sns:x:a:b*:c"), Answer::No);
    }

    #[test]
    fn what_is_no_arn_is_neither_read_nor_compared() {
        for text in
            ["", "*", "arn:*", "arn:aws:iam::1", "${k:colon}", "Arn:aws:iam::1:x", "arn:${a:b:c:d:e:f}"]
        {
            assert!(matches!(ArnPattern::parse(text, true), Ok(None)), "{text}");
        }
        for text in ["", "role/r", "arn:aws:iam::1", "Arn:aws:iam::1:x"] {
            assert_eq!(ArnPattern::parts(text), None, "{text}");
        }
    }
}
